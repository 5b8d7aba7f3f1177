//! What is shown of a run that runs, pauses, ends or is stopped.

use super::*;
use crate::{
    control::StopReason,
    profile::{Overrides, load},
};

const fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}

fn timetable(profile: &str) -> Timetable {
    Timetable::of(&load("p.yaml", profile, &Overrides::default()).unwrap_or_else(|errors| panic!("{errors}")))
}

#[test]
fn each_state_has_its_remaining_time() {
    let profile = "scenarios:\n  a: {executor: constant-vus, vus: 1, duration: 20s, gracefulStop: 5s, flow: [{get: http://x/}]}\n  \
                   b: {executor: shared-iterations, maxDuration: 10s, gracefulStop: 40s, flow: [{get: http://x/}]}\n";
    let mut table = timetable(profile);
    let loading = DesiredState::default();
    let paused = DesiredState { paused: true, ..DesiredState::default() };
    let stopped = DesiredState { stop: Some(StopReason::Outside), paused: true, ..DesiredState::default() };
    for (state, at, activity) in [
        (&loading, 1, Activity::Load { left: seconds(19), is_limit: false }),
        (&paused, 5, Activity::Paused { left: seconds(15) }),
        (&loading, 20, Activity::Finishing { at_most: seconds(40) }),
        (&paused, 27, Activity::Finishing { at_most: seconds(33) }),
        (&loading, 80, Activity::Finishing { at_most: Duration::ZERO }),
    ] {
        assert_eq!(table.activity(state, seconds(at)), activity, "{at}");
    }
    let mut table = timetable(profile);
    for (at, left) in [(7, 40), (9, 38), (30, 17), (60, 0)] {
        assert_eq!(table.activity(&stopped, seconds(at)), Activity::Stopping { at_most: seconds(left) }, "{at}");
    }
}

#[test]
fn a_number_of_iterations_may_be_done_before_its_limit() {
    for (load, is_limit) in [
        ("executor: shared-iterations, maxDuration: 30s", true),
        ("executor: per-vu-iterations, maxDuration: 30s", true),
        ("executor: constant-vus, duration: 30s", false),
        ("executor: constant-arrival-rate, rate: 1, duration: 30s", false),
    ] {
        let mut table = timetable(&format!("scenarios: {{a: {{{load}, flow: [{{get: http://x/}}]}}}}\n"));
        let activity = table.activity(&DesiredState::default(), seconds(10));
        assert_eq!(activity, Activity::Load { left: seconds(20), is_limit }, "{load}");
    }
}
