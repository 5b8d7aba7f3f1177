//! What changes over the run: the latency in force at a moment, its drift, and the slow time after an outage.

use std::time::Duration;

use super::latency::Latency;
use super::window::Window;
use crate::units::{parse_duration, parse_share};

/// Growth by a share of the base for every period of the run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Drift {
    share: f64,
    period: Duration,
}

impl Drift {
    /// Reads `10%/1m`.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let fault = || format!("`{text}` is not a drift; write share/period, for example 10%/1m");
        let (share, period) = text.split_once('/').ok_or_else(fault)?;
        let share = parse_share(share).map_err(|cause| cause.to_string())?;
        let period = parse_duration(period).map_err(|cause| cause.to_string())?;
        if period.is_zero() { Err(fault()) } else { Ok(Self { share, period }) }
    }
}

/// The planned course of the run; all moments count from its first request.
#[derive(Debug, Clone)]
pub(super) struct Timeline {
    pub(super) base: Latency,
    /// Sorted by moment.
    pub(super) steps: Vec<(Duration, Latency)>,
    pub(super) drift: Option<Drift>,
    /// Sorted and free of overlaps, as are the outages.
    pub(super) stalls: Vec<Window>,
    pub(super) outages: Vec<Window>,
    pub(super) recovery: Duration,
    pub(super) recovery_factor: f64,
}

impl Default for Timeline {
    fn default() -> Self {
        Self {
            base: Latency::Constant(0.0),
            steps: Vec::new(),
            drift: None,
            stalls: Vec::new(),
            outages: Vec::new(),
            recovery: Duration::ZERO,
            recovery_factor: 10.0,
        }
    }
}

impl Timeline {
    /// Reads one step of the schedule, `30s=150ms`, replacing an earlier step at the same moment.
    pub(super) fn add_step(&mut self, text: &str) -> Result<(), String> {
        let (moment, latency) = text
            .split_once('=')
            .ok_or_else(|| format!("`{text}` is not a step; write moment=latency, for example 30s=150ms"))?;
        let moment = parse_duration(moment).map_err(|fault| fault.to_string())?;
        let latency = Latency::parse(latency)?;
        self.steps.retain(|step| step.0 != moment);
        self.steps.push((moment, latency));
        self.steps.sort_by_key(|step| step.0);
        Ok(())
    }

    /// The distribution in force at a moment, before `factor`.
    pub(super) fn latency(&self, moment: Duration) -> &Latency {
        let begun = self.steps.partition_point(|step| step.0 <= moment);
        begun.checked_sub(1).map_or(&self.base, |last| &self.steps[last].1)
    }

    /// By how much every latency is multiplied at a moment: drift times recovery.
    pub(super) fn factor(&self, moment: Duration) -> f64 {
        let drift = self.drift.map_or(1.0, |drift| 1.0 + drift.share * moment.div_duration_f64(drift.period));
        drift * self.slowness(moment)
    }

    fn slowness(&self, moment: Duration) -> f64 {
        let ended = self.outages.iter().rev().map(|outage| outage.until).find(|until| *until <= moment);
        match ended.map(|until| moment.saturating_sub(until)) {
            Some(since) if since < self.recovery => {
                let left = 1.0 - since.div_duration_f64(self.recovery);
                1.0 + (self.recovery_factor - 1.0) * left
            }
            _ => 1.0,
        }
    }

    pub(super) fn in_outage(&self, moment: Duration) -> bool {
        self.outages.iter().any(|outage| outage.contains(moment))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn a_step_holds_from_its_moment_on() {
        let mut timeline = Timeline { base: Latency::Constant(0.05), ..Timeline::default() };
        timeline.add_step("60s=10ms").unwrap();
        timeline.add_step("30s=150ms").unwrap();
        for (moment, seconds) in [(0, 0.05), (29, 0.05), (30, 0.15), (59, 0.15), (60, 0.01)] {
            assert_eq!(timeline.latency(at(moment)), &Latency::Constant(seconds));
        }
        assert!(timeline.add_step("150ms").unwrap_err().contains("30s=150ms"));
    }

    #[test]
    fn drift_grows_by_a_share_of_the_base() {
        let timeline = Timeline { drift: Some(Drift::parse("10%/1m").unwrap()), ..Timeline::default() };
        assert!((timeline.factor(at(0)) - 1.0).abs() < 1e-9);
        assert!((timeline.factor(at(120)) - 1.2).abs() < 1e-9);
        assert!(Drift::parse("10%").unwrap_err().contains("10%/1m"));
        assert!(Drift::parse("10%/0s").is_err());
    }

    #[test]
    fn recovery_falls_from_the_factor_to_one() {
        let timeline = Timeline {
            outages: vec![Window::parse("20s+5s").unwrap()],
            recovery: at(10),
            recovery_factor: 10.0,
            ..Timeline::default()
        };
        for (moment, factor) in [(19, 1.0), (25, 10.0), (30, 5.5), (35, 1.0), (100, 1.0)] {
            assert!((timeline.factor(at(moment)) - factor).abs() < 1e-9, "at {moment}s");
        }
        assert!(timeline.in_outage(at(24)) && !timeline.in_outage(at(25)));
    }
}
