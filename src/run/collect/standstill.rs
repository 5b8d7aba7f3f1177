//! Times in which a worker did not get to its timers: this process was stopped by a signal, suspended with its machine or
//! without a CPU, or the worker had more to compute than a core can do. Users of a closed model send nothing or little then,
//! and no latency shows it.

use std::time::Duration;

use crate::units::{show_duration, show_several};

/// A worker whose timer fires later than this stood still.
const LEAST: Duration = Duration::from_secs(1);

const BUSY: &str = "its users need more than one core; run fewer users, or more workers on more cores";

/// Standstills of a run.
#[derive(Debug, Default)]
pub(super) struct Standstills {
    count: u64,
    longest: Duration,
    began: Duration,
    /// Whether a worker computed during the longest one.
    was_busy: bool,
    /// When the last one ended: the other workers report the same one.
    until: Option<Duration>,
}

impl Standstills {
    /// A worker's timer fired `late`, at `now` since the start of the run. A sentence, if that is a standstill that no
    /// other worker has reported; `was_busy` if the worker computed meanwhile.
    pub(super) fn see(&mut self, late: Duration, was_busy: bool, now: Duration) -> Option<String> {
        if late < LEAST {
            return None;
        }
        let began = now.saturating_sub(late);
        let is_new = self.until.is_none_or(|until| began >= until);
        self.until = self.until.max(Some(now));
        if late > self.longest {
            (self.longest, self.began, self.was_busy) = (late, began, was_busy);
        }
        is_new.then(|| {
            self.count += 1;
            let late = show_duration(late);
            if was_busy {
                format!("a worker was overloaded for {late}, so that its timers fired late: {BUSY}")
            } else {
                format!("this process stood still for {late}: it was stopped, suspended or without CPU")
            }
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
            if self.was_busy {
                format!("a worker was overloaded {often}, so that its timers fired late: {BUSY}; times measured then may be too long")
            } else {
                format!(
                    "this process stood still {often}: stopped, suspended or without CPU; its users sent nothing then"
                )
            }
        })
    }
}

#[cfg(test)]
mod tests;
