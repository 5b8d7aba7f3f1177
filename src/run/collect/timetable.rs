//! What the run is doing at a time, and how much time is left: load, pause, finishing, stopping.

use std::time::Duration;

use crate::{
    control::DesiredState,
    plan::{Plan, Shape, Work},
    report::progress::Activity,
};

/// The planned times of a run, and since when it stops.
#[derive(Debug, Clone, Copy)]
pub(super) struct Timetable {
    /// End of the last schedule.
    planned: Duration,
    /// Whether that is only a limit: the iterations may be done earlier.
    is_limit: bool,
    /// Longest time for iterations to finish.
    grace: Duration,
    stopping_since: Option<Duration>,
}

impl Timetable {
    /// The timetable of a plan.
    #[must_use]
    pub(super) fn of(plan: &Plan) -> Self {
        let planned = plan.duration();
        let mut last = plan.scenarios.iter().filter(|scenario| scenario.start + scenario.duration() == planned);
        let is_limit = last
            .all(|scenario| matches!(&scenario.shape, Shape::Closed(closed) if !matches!(closed.work, Work::Endless)));
        let grace = plan.scenarios.iter().map(|scenario| scenario.graceful_stop).max().unwrap_or_default();
        let is_limit = is_limit || plan.searched_rates().is_some();
        Self { planned, is_limit, grace, stopping_since: None }
    }

    /// What the run is doing at a time since its start.
    #[must_use]
    pub(super) fn activity(&mut self, state: &DesiredState, elapsed: Duration) -> Activity {
        if state.stop.is_some() {
            let since = *self.stopping_since.get_or_insert(elapsed);
            return Activity::Stopping { at_most: (since + self.grace).saturating_sub(elapsed) };
        }
        let left = self.planned.saturating_sub(elapsed);
        if left.is_zero() {
            return Activity::Finishing { at_most: (self.planned + self.grace).saturating_sub(elapsed) };
        }
        if state.paused { Activity::Paused { left } } else { Activity::Load { left, is_limit: self.is_limit } }
    }
}

#[cfg(test)]
mod tests;
