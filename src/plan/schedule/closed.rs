//! Closed schedules: the number of users over time, as steps; linear stages become single-user steps, as in k6.

use std::time::Duration;

use super::{Stage, StageMark, marks_of};

/// Users over time.
#[derive(Debug, Clone, PartialEq)]
pub struct ClosedSchedule {
    start: u32,
    stages: Vec<Stage>,
    marks: Vec<StageMark>,
}

impl ClosedSchedule {
    /// `users` for `duration`.
    #[must_use]
    pub fn constant(users: u32, duration: Duration) -> Self {
        Self::ramping(users, vec![Stage { duration, target: f64::from(users) }])
    }

    /// From `start` users through `stages` whose targets are numbers of users.
    #[must_use]
    pub fn ramping(start: u32, stages: Vec<Stage>) -> Self {
        Self { start, marks: marks_of(&stages), stages }
    }

    /// Length of all stages.
    #[must_use]
    pub fn duration(&self) -> Duration {
        self.stages.iter().map(|stage| stage.duration).sum()
    }

    /// Starts and labels of the stages.
    #[must_use]
    pub fn stages(&self) -> &[StageMark] {
        &self.marks
    }

    /// Most users at once.
    #[must_use]
    pub fn peak(&self) -> u32 {
        self.stages.iter().map(|stage| whole(stage.target)).fold(self.start, u32::max)
    }

    /// Users at an offset; the last target past the end.
    #[must_use]
    pub fn users_at(&self, offset: Duration) -> u32 {
        let mut from = self.start;
        let mut start = Duration::ZERO;
        for stage in &self.stages {
            let to = whole(stage.target);
            if offset < start + stage.duration {
                let share = offset.saturating_sub(start).as_secs_f64() / stage.duration.as_secs_f64();
                let change = (f64::from(to) - f64::from(from)) * share;
                // A step that falls due now has fallen due, whatever the last bit says.
                return whole(f64::from(from) + (change + change.signum() * 1e-6).trunc());
            }
            start += stage.duration;
            from = to;
        }
        from
    }

    /// The first moment after `offset` at which the number of users changes, and the number then; None when it never
    /// does. Stateless, so that a resumed or re-anchored run needs no second engine.
    #[must_use]
    pub fn next_change(&self, offset: Duration) -> Option<(Duration, u32)> {
        let now = self.users_at(offset);
        let mut from = self.start;
        let mut start = Duration::ZERO;
        for stage in &self.stages {
            let (to, end) = (whole(stage.target), start + stage.duration);
            let step = next_step(start, stage.duration, from.abs_diff(to), offset);
            for moment in step.into_iter().chain([end]).filter(|moment| *moment > offset) {
                let users = self.users_at(moment);
                if users != now {
                    return Some((moment, users));
                }
            }
            start = end;
            from = to;
        }
        None
    }
}

/// The first single-user step after `offset` of a ramp of so many steps.
fn next_step(start: Duration, length: Duration, steps: u32, offset: Duration) -> Option<Duration> {
    let step = length.as_secs_f64() / f64::from(steps);
    let mut number = (offset.saturating_sub(start).as_secs_f64() / step).floor() + 1.0;
    // Rounding may put a step at or before `offset`; then the next one is meant.
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
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn stage(seconds: u64, target: f64) -> Stage {
        Stage { duration: Duration::from_secs(seconds), target }
    }

    fn walk(schedule: &ClosedSchedule) -> Vec<(Duration, u32)> {
        let mut offset = Duration::ZERO;
        let mut steps = vec![(offset, schedule.users_at(offset))];
        while let Some((at, users)) = schedule.next_change(offset) {
            assert!(at > offset, "time goes on");
            steps.push((at, users));
            offset = at;
        }
        steps
    }

    #[test]
    fn a_ramp_is_single_steps() {
        let schedule = ClosedSchedule::ramping(0, vec![stage(10, 5.0), stage(5, 5.0), stage(10, 0.0)]);
        let steps: Vec<_> = walk(&schedule).iter().map(|(at, users)| (at.as_secs(), *users)).collect();
        let up = [(0, 0), (2, 1), (4, 2), (6, 3), (8, 4), (10, 5)];
        let down = [(17, 4), (19, 3), (21, 2), (23, 1), (25, 0)];
        assert_eq!(steps, [&up[..], &down[..]].concat());
    }

    #[test]
    fn a_zero_stage_jumps() {
        let schedule = ClosedSchedule::ramping(1, vec![stage(3, 1.0), stage(0, 50.0), stage(3, 50.0)]);
        assert_eq!(walk(&schedule), [(Duration::ZERO, 1), (Duration::from_secs(3), 50)]);
        assert_eq!(schedule.peak(), 50);
    }

    proptest! {
        #[test]
        fn steps_end_at_the_last_target(start in 0_u32..40, targets in prop::collection::vec((0_u64..30, 0_u32..40), 1..5)) {
            let stages = targets.iter().map(|(seconds, users)| stage(*seconds, f64::from(*users))).collect();
            let schedule = ClosedSchedule::ramping(start, stages);
            let steps = walk(&schedule);
            prop_assert_eq!(steps.last().unwrap().1, targets.last().unwrap().1);
            prop_assert!(steps.iter().all(|(at, _)| *at <= schedule.duration()));
        }
    }
}
