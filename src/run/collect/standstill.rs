//! Times in which this process stood still: stopped by a signal, suspended with its machine, or without a CPU. Users
//! of a closed model send nothing then, and no latency shows it.

use std::time::Duration;

use crate::units::{show_duration, show_several};

/// A worker whose timer fires later than this stood still.
const LEAST: Duration = Duration::from_secs(1);

/// Standstills of a run.
#[derive(Debug, Default)]
pub(super) struct Standstills {
    count: u64,
    longest: Duration,
    began: Duration,
    /// When the last one ended: the other workers report the same one.
    until: Option<Duration>,
}

impl Standstills {
    /// A worker's timer fired `late`, at `now` since the start of the run. A sentence, if that is a standstill that no
    /// other worker has reported.
    pub(super) fn see(&mut self, late: Duration, now: Duration) -> Option<String> {
        if late < LEAST {
            return None;
        }
        let began = now.saturating_sub(late);
        let is_new = self.until.is_none_or(|until| began >= until);
        self.until = self.until.max(Some(now));
        if late > self.longest {
            (self.longest, self.began) = (late, began);
        }
        is_new.then(|| {
            self.count += 1;
            format!("this process stood still for {}: it was stopped, suspended or without CPU", show_duration(late))
        })
    }

    /// A warning for the summary.
    #[must_use]
    pub(super) fn warning(&self) -> Option<String> {
        let (longest, began) = (show_duration(self.longest), show_duration(self.began));
        (self.count > 0).then(|| {
            let often = if self.count == 1 {
                format!("for {longest}, {began} after the start")
            } else {
                format!("{}, at most for {longest}, {began} after the start", show_several(self.count, "time"))
            };
            format!("this process stood still {often}: stopped, suspended or without CPU; its users sent nothing then")
        })
    }
}

#[cfg(test)]
mod tests;
