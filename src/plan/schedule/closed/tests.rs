//! Ramps, and properties of shares.

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
fn a_factor_keeps_the_shape_and_a_user() {
    let schedule = ClosedSchedule::ramping(0, vec![stage(10, 100.0), stage(10, 4.0), stage(10, 0.0)]);
    let tenth = schedule.scaled(0.1, 0.5);
    let steps = walk(&tenth);
    assert_eq!((tenth.peak(), tenth.duration()), (10, Duration::from_secs(15)));
    assert_eq!((tenth.users_at(Duration::from_secs(10)), steps.last().unwrap().1), (1, 0));
}

#[test]
fn a_zero_stage_jumps() {
    let schedule = ClosedSchedule::ramping(1, vec![stage(3, 1.0), stage(0, 50.0), stage(3, 50.0)]);
    assert_eq!(walk(&schedule), [(Duration::ZERO, 1), (Duration::from_secs(3), 50)]);
    assert_eq!(schedule.peak(), 50);
}

proptest! {
    #[test]
    fn shares_of_a_ramp_make_the_whole(
        start in 0_u32..40, targets in prop::collection::vec((0_u64..30, 0_u32..40), 1..5),
        weights in prop::collection::vec(1_u32..9, 1..5),
    ) {
        let stages = targets.iter().map(|(seconds, users)| stage(*seconds, f64::from(*users))).collect();
        let whole = ClosedSchedule::ramping(start, stages);
        let shares: Vec<_> =
            Share::split(&weights).into_iter().map(|share| whole.clone().shared(share)).collect();
        let all: std::collections::BTreeSet<_> = shares.iter().flat_map(walk).map(|(at, _)| at).collect();
        let (mut steps, mut last) = (Vec::new(), None);
        for at in all {
            let users = shares.iter().map(|share| share.users_at(at)).sum::<u32>();
            prop_assert_eq!(users, whole.users_at(at));
            if last.replace(users) != Some(users) {
                steps.push((at, users));
            }
        }
        prop_assert_eq!(steps, walk(&whole));
    }

    #[test]
    fn steps_end_at_the_last_target(start in 0_u32..40, targets in prop::collection::vec((0_u64..30, 0_u32..40), 1..5)) {
        let stages = targets.iter().map(|(seconds, users)| stage(*seconds, f64::from(*users))).collect();
        let schedule = ClosedSchedule::ramping(start, stages);
        let steps = walk(&schedule);
        prop_assert_eq!(steps.last().unwrap().1, targets.last().unwrap().1);
        prop_assert!(steps.iter().all(|(at, _)| *at <= schedule.duration()));
    }
}
