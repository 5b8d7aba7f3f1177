//! A user's rest between iterations, which ends early when nothing will follow it.

use std::rc::Rc;

use tokio::{
    sync::Notify,
    time::{Instant, sleep_until},
};

use super::{scenario::ScenarioRun, vu::Running};

/// The rests of one user.
#[derive(Debug)]
pub struct Rest {
    run: Rc<ScenarioRun>,
    random: fastrand::Rng,
}

impl Rest {
    /// The rests of a user of a scenario.
    #[must_use]
    pub fn new(run: Rc<ScenarioRun>) -> Self {
        let random = run.random_of_rests();
        Self { run, random }
    }

    /// Rests after an iteration. `wakeup` is rung when `is_over` may have come true. Gives the time after it.
    pub async fn take(
        &mut self,
        began: Instant,
        ended: Instant,
        wakeup: &Notify,
        is_over: impl Fn() -> bool,
    ) -> Instant {
        let time = self.run.scenario.wait.rest(ended.saturating_duration_since(began), self.random.f64());
        if time.is_zero() {
            return ended;
        }
        // Whoever rests is a user who thinks.
        let _running = Running::new(&self.run);
        let until = ended + time;
        while !is_over() && Instant::now() < until {
            tokio::select! {
                () = sleep_until(until) => {}
                () = wakeup.notified() => {}
            }
        }
        Instant::now()
    }
}
