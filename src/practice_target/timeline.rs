//! What changes over the run: the latency in force at a time, its drift, and the slow time after an outage.

use std::time::Duration;

use super::latency::Latency;
use super::value_error::ValueError;
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
    pub(super) fn parse(text: &str) -> Result<Self, ValueError> {
        let error = || ValueError::form(text, "drift", "share/period, for example 10%/1m");
        let (share, period) = text.split_once('/').ok_or_else(error)?;
        let share = parse_share(share)?;
        let period = parse_duration(period)?;
        if period.is_zero() { Err(error()) } else { Ok(Self { share, period }) }
    }
}

/// The planned course of the run; all moments count from its first request.
#[derive(Debug, Clone)]
pub(super) struct Timeline {
    pub(super) base: Latency,
    /// Sorted by elapsed.
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
    /// Reads one step of the schedule, `30s=150ms`, replacing an earlier step at the same time.
    pub(super) fn add_step(&mut self, text: &str) -> Result<(), ValueError> {
        let (elapsed, latency) = text
            .split_once('=')
            .ok_or_else(|| ValueError::form(text, "step", "time=latency, for example 30s=150ms"))?;
        let elapsed = parse_duration(elapsed)?;
        let latency = Latency::parse(latency)?;
        self.steps.retain(|step| step.0 != elapsed);
        self.steps.push((elapsed, latency));
        self.steps.sort_by_key(|step| step.0);
        Ok(())
    }

    /// The distribution in force at a time, before `factor`.
    pub(super) fn latency(&self, elapsed: Duration) -> &Latency {
        let begun = self.steps.partition_point(|step| step.0 <= elapsed);
        begun.checked_sub(1).map_or(&self.base, |last| &self.steps[last].1)
    }

    /// By how much every latency is multiplied at a time: drift times recovery.
    pub(super) fn factor(&self, elapsed: Duration) -> f64 {
        let drift = self.drift.map_or(1.0, |drift| 1.0 + drift.share * elapsed.div_duration_f64(drift.period));
        drift * self.slowness(elapsed)
    }

    fn slowness(&self, elapsed: Duration) -> f64 {
        let ended = self.outages.iter().rev().map(|outage| outage.until).find(|until| *until <= elapsed);
        match ended.map(|until| elapsed.saturating_sub(until)) {
            Some(since) if since < self.recovery => {
                let left = 1.0 - since.div_duration_f64(self.recovery);
                1.0 + (self.recovery_factor - 1.0) * left
            }
            _ => 1.0,
        }
    }

    pub(super) fn in_outage(&self, elapsed: Duration) -> bool {
        self.outages.iter().any(|outage| outage.contains(elapsed))
    }
}

#[cfg(test)]
mod tests;
