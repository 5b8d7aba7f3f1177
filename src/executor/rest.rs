//! A user's rest between iterations, which ends early when nothing will follow it.

use tokio::{
    sync::Notify,
    time::{Instant, sleep_until},
};

use super::scenario::ScenarioRun;
use crate::plan::Wait;

/// The rests of one user.
#[derive(Debug)]
pub struct Rest {
    wait: Wait,
    random: fastrand::Rng,
}

impl Rest {
    /// The rests of a user of a scenario.
    #[must_use]
    pub fn new(run: &ScenarioRun) -> Self {
        Self { wait: run.scenario.wait, random: run.random_of_rests() }
    }

    /// Rests after an iteration. `bell` is rung when `is_over` may have come true. Gives the time after it.
    pub async fn take(&mut self, began: Instant, ended: Instant, bell: &Notify, is_over: impl Fn() -> bool) -> Instant {
        let time = self.wait.rest(ended.saturating_duration_since(began), self.random.f64());
        if time.is_zero() {
            return ended;
        }
        let until = ended + time;
        while !is_over() && Instant::now() < until {
            tokio::select! {
                () = sleep_until(until) => {}
                () = bell.notified() => {}
            }
        }
        Instant::now()
    }
}
