//! Spikes: when is the target back to normal after a spike of the planned load?
//!
//! Owns the seconds around the spikes of a plan, by intended second, and the findings. Keeps nothing of other seconds, so
//! that memory is bounded by the number of spikes. Start with [`SpikeSeconds::judge`].

use std::collections::BTreeMap;

use super::{
    findings::{RecoveryVerdict, SpikeFinding},
    load_series::LoadSeries,
    load_shape::{PlannedSpike, spikes},
    recovery::{self, Limits, Recovery, Second, Spike, Why},
};
use crate::{
    interval_log::frame::LoggedScenario,
    metric::{
        Interval,
        intended::{IntendedCell, coarse_quantile},
    },
};

/// The response time of a second.
const QUANTILE: f64 = 0.95;

/// What is known of an intended second.
#[derive(Debug)]
struct Cell {
    counts: IntendedCell,
    users: f64,
}

impl Default for Cell {
    fn default() -> Self {
        Self { counts: IntendedCell::new(0, 0), users: f64::NAN }
    }
}

/// The seconds around the spikes of a run.
#[derive(Debug, Default)]
pub(crate) struct SpikeSeconds {
    scenarios: Vec<String>,
    planned: Vec<PlannedSpike>,
    /// By scenario and second of the run.
    cells: BTreeMap<(usize, u32), Cell>,
    series: LoadSeries,
}

impl SpikeSeconds {
    /// No seconds yet of a run with these scenarios.
    #[must_use]
    pub(crate) fn new(scenarios: &[LoggedScenario]) -> Self {
        let names = scenarios.iter().map(|scenario| scenario.name.clone()).collect();
        Self { scenarios: names, planned: spikes(scenarios), ..Self::default() }
    }

    /// Takes the next interval.
    pub(crate) fn fold(&mut self, interval: &Interval) {
        if self.planned.is_empty() {
            return;
        }
        let middle = self.series.learn(interval);
        for cell in &interval.intended {
            if let Some(own) = self.cell(cell.scenario.into(), cell.second) {
                own.counts.merge(cell);
            }
        }
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates")]
        let second = middle as u32;
        let users: Vec<(usize, f64)> = self
            .series
            .users(interval)
            .filter_map(|(name, users)| Some((self.scenarios.iter().position(|known| known == name)?, users)))
            .collect();
        for (scenario, users) in users {
            if let Some(own) = self.cell(scenario, second) {
                own.users = users;
            }
        }
    }

    /// The cell of a second that is observed.
    fn cell(&mut self, scenario: usize, second: u32) -> Option<&mut Cell> {
        let at = f64::from(second);
        let is_observed =
            |spike: &PlannedSpike| spike.scenario == scenario && spike.observed_from <= at && at < spike.observed_to;
        self.planned.iter().any(is_observed).then(|| self.cells.entry((scenario, second)).or_default())
    }

    /// Judges every spike that began within the first `elapsed` seconds; `slowest` is the longest response time of a scenario
    /// in seconds, which the upper bound of a bucket may lie above.
    #[must_use]
    pub(crate) fn judge(&self, elapsed: f64, slowest: impl Fn(&str) -> f64) -> Vec<SpikeFinding> {
        let begun = self.planned.iter().filter(|spike| spike.from < elapsed);
        begun
            .map(|spike| {
                let slowest = self.scenarios.get(spike.scenario).map_or(f64::INFINITY, |name| slowest(name));
                self.finding(spike, elapsed, slowest)
            })
            .collect()
    }

    fn finding(&self, planned: &PlannedSpike, elapsed: f64, slowest: f64) -> SpikeFinding {
        let end = planned.observed_to.min(elapsed);
        let seconds = self.seconds(planned, end);
        let spike = Spike { from: planned.from.floor(), to: planned.to.ceil() };
        let found = recovery::judge(&seconds, spike, &Limits::default());
        let ms = |seconds: f64| seconds.is_finite().then_some(seconds * 1e3);
        let (verdict, recovered, why, metastable) = match found.recovery {
            Recovery::Undisturbed => (RecoveryVerdict::Undisturbed, Some(0.0), None, false),
            Recovery::Recovered { after } => (RecoveryVerdict::Recovered, Some(after), None, false),
            Recovery::NotRecovered { metastable, .. } => (RecoveryVerdict::NotRecovered, None, None, metastable),
            Recovery::Inconclusive(why) => (RecoveryVerdict::Inconclusive, None, Some(why), false),
        };
        SpikeFinding {
            scenario: self.scenarios.get(planned.scenario).cloned().unwrap_or_default(),
            from_ms: planned.from * 1e3,
            to_ms: planned.to * 1e3,
            base_rate: planned.base,
            peak_rate: planned.peak,
            verdict,
            why: why.map(|why| why_word(why).to_owned()),
            recovery_ms: recovered.and_then(ms),
            observed_ms: (end - planned.to).max(0.0) * 1e3,
            metastable,
            baseline_p95_ms: found.baseline.and_then(|baseline| ms(baseline.latency.median.min(slowest))),
            highest_p95_ms: ms(found.highest.min(slowest)),
            first_failure_ms: found.first_failure.and_then(ms),
            failed: found.errors.round(),
            drained_ms: found.drained.and_then(ms),
        }
    }

    fn seconds(&self, planned: &PlannedSpike, end: f64) -> Vec<Second> {
        let second = |((_, second), cell): (&(usize, u32), &Cell)| {
            let counts = &cell.counts;
            let done = (counts.passed + counts.failed + counts.dropped) as f64;
            let bad = (counts.failed + counts.dropped) as f64;
            Second {
                at: f64::from(*second),
                latency: coarse_quantile(&counts.response_times, QUANTILE).unwrap_or(f64::NAN),
                error_share: if done > 0.0 { bad / done } else { f64::NAN },
                failed: bad,
                in_flight: cell.users,
                offered: done.max(counts.due as f64),
            }
        };
        let range = (planned.scenario, 0)..=(planned.scenario, u32::MAX);
        let is_observed = |second: &Second| planned.observed_from <= second.at && second.at + 1.0 <= end + 1e-6;
        self.cells.range(range).map(second).filter(is_observed).collect()
    }
}

fn why_word(why: Why) -> &'static str {
    match why {
        Why::NoBaseline => "no_baseline",
        Why::ObservedTooShort => "observed_too_short",
    }
}

#[cfg(test)]
mod tests;
