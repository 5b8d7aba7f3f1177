//! The load in a few words.

use super::*;
use crate::plan::{
    ClosedSchedule,
    schedule::{Stage, open::Spacing},
};

fn stages(targets: &[f64]) -> Vec<Stage> {
    targets.iter().map(|target| Stage { duration: Duration::from_secs(2), target: *target }).collect()
}

#[test]
fn a_single_stage_says_where_it_begins_and_ends() {
    for (start, targets, wanted) in [
        (4.0, &[20.0][..], "from 4/s to 20/s"),
        (20.0, &[4.0], "from 20/s to 4/s"),
        (0.0, &[5.0], "from 0/s to 5/s"),
        (5.0, &[5.0], "5/s"),
        (4.0, &[20.0, 0.0], "up to 20/s in 2 stages"),
    ] {
        assert_eq!(rates(&OpenSchedule::ramping(start, stages(targets), Spacing::Even)), wanted);
    }
    for (start, targets, wanted) in [
        (5, &[3.0][..], "from 5 to 3 users for 2s"),
        (0, &[1.0], "from 0 to 1 user for 2s"),
        (3, &[3.0], "3 users for 2s"),
        (5, &[3.0, 9.0], "up to 9 users in 2 stages over 4s"),
    ] {
        let schedule = ClosedSchedule::ramping(start, stages(targets));
        let length = show_duration(schedule.duration());
        let shape = ClosedShape { schedule, graceful_ramp_down: Duration::ZERO, work: Work::Endless, max_users: None };
        assert_eq!(users(&shape, &length), wanted);
    }
}

#[test]
fn a_segment_says_what_it_makes_of_the_load() {
    let open = |rate| {
        let schedule = OpenSchedule::constant(rate, Duration::from_secs(2), Spacing::Even);
        Shape::Open(crate::plan::OpenShape { schedule, pre_allocated_vus: 1, max_vus: 10, is_searched: false })
    };
    let closed = |users, work| {
        let schedule = ClosedSchedule::constant(users, Duration::from_secs(2));
        Shape::Closed(ClosedShape { schedule, graceful_ramp_down: Duration::ZERO, work, max_users: None })
    };
    for (shape, number, wanted) in [
        (open(20.0), 0, "; segment 1/2: 10/s"),
        (
            Shape::Open(crate::plan::OpenShape {
                is_searched: false,
                schedule: OpenSchedule::ramping(4.0, stages(&[20.0]), Spacing::Even),
                pre_allocated_vus: 1,
                max_vus: 10,
            }),
            0,
            "; segment 1/2: from 2/s to 10/s",
        ),
        (closed(3, Work::Endless), 0, "; segment 1/2: 2 users"),
        (closed(3, Work::Endless), 1, "; segment 2/2: 1 user"),
        (closed(3, Work::PerUser(7)), 1, "; segment 2/2: 1 user"),
        (closed(3, Work::Shared(11)), 1, "; segment 2/2: 5 iterations, 1 user"),
    ] {
        assert_eq!(part_of(&shape, Partition::new(number, 2)), wanted);
        assert_eq!(part_of(&shape, Partition::WHOLE), "");
    }
}
