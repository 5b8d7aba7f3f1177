//! Closed schedules: the number of users over time, as steps; linear stages are steps of a single user, as in k6.

use std::time::Duration;

use super::{Stage, StageLoad, StageMark, lasting, loads_of, marks_of, scaled};
use crate::plan::Share;

/// Users over time.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ClosedSchedule {
    start: u32,
    stages: Vec<Stage>,
    marks: Vec<StageMark>,
    /// The share of this scenario; None for all users.
    share: Option<Share>,
}

impl ClosedSchedule {
    /// `users` for `duration`.
    #[must_use]
    pub(crate) fn constant(users: u32, duration: Duration) -> Self {
        Self::ramping(users, vec![Stage { duration, target: f64::from(users) }])
    }

    /// From `start` users through `stages`, whose targets are numbers of users.
    #[must_use]
    pub(crate) fn ramping(start: u32, stages: Vec<Stage>) -> Self {
        Self { start, marks: marks_of(&stages), stages, share: None }
    }

    /// The same schedule for a share of the users.
    #[must_use]
    pub(crate) fn shared(self, share: Share) -> Self {
        Self { share: Some(share), ..self }
    }

    /// The same share with other stages.
    #[must_use]
    pub(crate) fn reshaped(self, start: f64, stages: Vec<Stage>) -> Self {
        // Fractions of a user are rounded up, so that a small base doesn't become zero.
        let stages: Vec<_> = stages.into_iter().map(|stage| Stage { target: stage.target.ceil(), ..stage }).collect();
        Self { start: whole(start.ceil()), marks: marks_of(&stages), stages, ..self }
    }

    /// Scales numbers of users and durations. A number of users above zero stays above zero.
    #[must_use]
    pub(crate) fn scaled(self, users: f64, durations: f64) -> Self {
        let scale = |target: f64| if whole(target) == 0 { 0.0 } else { (target * users).round().max(1.0) };
        let stages = scaled(&self.stages, durations, scale);
        Self { start: whole(scale(self.start.into())), marks: marks_of(&stages), stages, ..self }
    }

    /// The same shape with one user wherever there are some, whatever the share.
    #[must_use]
    pub(crate) fn for_one_user(&self) -> Self {
        let stages = self.stages.iter().map(|stage| Stage { target: stage.target.min(1.0), ..stage.clone() }).collect();
        Self::ramping(self.start.min(1), stages)
    }

    /// The same shape over another time.
    #[must_use]
    pub(crate) fn lasting(&self, length: Duration) -> Self {
        let stages = lasting(&self.stages, self.start.into(), length);
        Self { marks: marks_of(&stages), stages, ..self.clone() }
    }

    fn of_total(&self, total: u32) -> u32 {
        let own = |share: &Share| u32::try_from(share.count_of(total.into())).unwrap_or(u32::MAX);
        self.share.as_ref().map_or(total, own)
    }

    /// Length of all stages.
    #[must_use]
    pub(crate) fn duration(&self) -> Duration {
        self.stages.iter().map(|stage| stage.duration).sum()
    }

    /// Starts and labels of the stages.
    #[must_use]
    pub(crate) fn stages(&self) -> &[StageMark] {
        &self.marks
    }

    /// The number of users over each stage.
    #[must_use]
    pub(crate) fn loads(&self) -> Vec<StageLoad> {
        loads_of(self.start.into(), &self.stages, |users| self.of_total(whole(users)).into())
    }

    /// Users at the end.
    #[must_use]
    pub(crate) fn last(&self) -> u32 {
        self.of_total(self.stages.last().map_or(self.start, |stage| whole(stage.target)))
    }

    /// Maximum number of users.
    #[must_use]
    pub(crate) fn peak(&self) -> u32 {
        self.of_total(self.total_peak())
    }

    /// Maximum number of users of all shares.
    #[must_use]
    pub(crate) fn total_peak(&self) -> u32 {
        self.stages.iter().map(|stage| whole(stage.target)).fold(self.start, u32::max)
    }

    /// Users at an offset; the last target past the end.
    #[must_use]
    pub(crate) fn users_at(&self, offset: Duration) -> u32 {
        self.of_total(self.total_at(offset))
    }

    /// The number of users that are started: all rises of the schedule.
    #[must_use]
    pub(crate) fn rises(&self) -> f64 {
        let mut from = 0.0;
        let levels = std::iter::once(f64::from(self.start)).chain(self.stages.iter().map(|stage| stage.target));
        levels.map(|level| self.own(level)).map(|to| (to - std::mem::replace(&mut from, to)).max(0.0)).sum()
    }

    /// Seconds of all users together, or somewhat more: users are whole, and on the way down, as in a share, they are
    /// rounded up.
    #[must_use]
    pub(crate) fn user_seconds(&self) -> f64 {
        let mut from = self.own(self.start.into());
        let area = |stage: &Stage| {
            let target = self.own(stage.target);
            let start = std::mem::replace(&mut from, target);
            let is_rounded = target < start || target > start && self.share.is_some();
            let mean = f64::midpoint(start, target) + if is_rounded { 1.0 } else { 0.0 };
            mean * stage.duration.as_secs_f64()
        };
        self.stages.iter().map(area).sum()
    }

    /// The users of this scenario at a level of the schedule.
    fn own(&self, level: f64) -> f64 {
        self.of_total(whole(level)).into()
    }

    fn total_at(&self, offset: Duration) -> u32 {
        let mut from = self.start;
        let mut start = Duration::ZERO;
        for stage in &self.stages {
            let to = whole(stage.target);
            if offset < start + stage.duration {
                let share = offset.saturating_sub(start).as_secs_f64() / stage.duration.as_secs_f64();
                let change = (f64::from(to) - f64::from(from)) * share;
                // A step that is due now counts as done, despite rounding of the last bit.
                return whole(f64::from(from) + (change + change.signum() * 1e-6).trunc());
            }
            start += stage.duration;
            from = to;
        }
        from
    }

    /// The most users from an offset on.
    #[must_use]
    pub(crate) fn peak_from(&self, offset: Duration) -> u32 {
        let mut end = Duration::ZERO;
        let targets = self.stages.iter().filter(|stage| {
            end += stage.duration;
            end > offset
        });
        self.of_total(targets.map(|stage| whole(stage.target)).fold(self.total_at(offset), u32::max))
    }

    /// The first time after `offset` at which the number of users changes, and the new number; None if it never does.
    /// Stateless, so that resumed and changed schedules use the same code.
    #[must_use]
    pub(crate) fn next_change(&self, offset: Duration) -> Option<(Duration, u32)> {
        let now = self.users_at(offset);
        let mut after = offset;
        // A step of the total can belong to another scenario.
        while let Some(at) = self.next_step(after) {
            let users = self.users_at(at);
            if users != now {
                return Some((at, users));
            }
            after = at;
        }
        None
    }

    /// The first time after `offset` at which the total changes.
    fn next_step(&self, offset: Duration) -> Option<Duration> {
        let now = self.total_at(offset);
        let mut from = self.start;
        let mut start = Duration::ZERO;
        for stage in &self.stages {
            let (to, end) = (whole(stage.target), start + stage.duration);
            let step = step_of(start, stage.duration, from.abs_diff(to), offset);
            let changes = |at: &Duration| *at > offset && self.total_at(*at) != now;
            if let Some(at) = step.into_iter().chain([end]).find(changes) {
                return Some(at);
            }
            start = end;
            from = to;
        }
        None
    }
}

/// The first single-user step after `offset` of a ramp.
fn step_of(start: Duration, length: Duration, steps: u32, offset: Duration) -> Option<Duration> {
    let step = length.as_secs_f64() / f64::from(steps);
    let mut number = (offset.saturating_sub(start).as_secs_f64() / step).floor() + 1.0;
    // With rounding, a step can be at or before `offset`; then the next one counts.
    while number <= f64::from(steps) && start + nanos(step * number) <= offset {
        number += 1.0;
    }
    (number <= f64::from(steps)).then(|| (start + nanos(step * number)).min(start + length))
}

fn nanos(seconds: f64) -> Duration {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "seconds of a stage, in nanoseconds")]
    Duration::from_nanos((seconds * 1e9).ceil() as u64)
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "numbers of users are checked to fit")]
fn whole(users: f64) -> u32 {
    users.max(0.0) as u32
}

#[cfg(test)]
mod tests;
