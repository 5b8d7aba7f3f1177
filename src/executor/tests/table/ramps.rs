//! `ramping-vus`: single-user steps, jumps, and how users leave.

use super::Case;

pub(super) const CASES: &[Case] = &[
    Case {
        what: "ramp: begins with one user by default",
        load: "executor: ramping-vus, stages: [{duration: 2500ms, target: 1}]",
        think_ms: 1_000,
        counts: (3, 0, 3),
        ends_ms: 3_000,
        users: &[(100, 1), (2_400, 1)],
    },
    Case {
        what: "ramp: linear up is one user at a time, each when it is whole",
        load: "executor: ramping-vus, startVUs: 0, stages: [{duration: 4s, target: 4}, {duration: 500ms, target: 4}]",
        think_ms: 10_000,
        counts: (4, 0, 4),
        ends_ms: 14_000,
        users: &[(500, 0), (1_500, 1), (2_500, 2), (3_500, 3), (4_200, 4)],
    },
    Case {
        what: "ramp: linear down as well",
        load: "executor: ramping-vus, startVUs: 4, stages: [{duration: 3s, target: 1}, {duration: 450ms, target: 1}]",
        think_ms: 100,
        // Users leave at 1, 2 and 3 s, each at the end of an iteration.
        counts: (10 + 20 + 30 + 35, 0, 95),
        ends_ms: 3_500,
        users: &[(500, 4), (1_200, 3), (2_200, 2), (3_200, 1)],
    },
    Case {
        what: "ramp: up, stay, down",
        load: "executor: ramping-vus, startVUs: 0, stages: \
               [{duration: 4s, target: 4}, {duration: 4s, target: 4}, {duration: 4s, target: 0}]",
        think_ms: 60_000,
        counts: (0, 0, 4),
        // The first leaves at 9 s, and may finish for 30 s; the grace of the end lasts as long from 12 s.
        ends_ms: 42_000,
        users: &[(1_500, 1), (5_000, 4), (8_900, 4), (38_900, 4), (39_100, 3), (41_100, 1)],
    },
    Case {
        what: "ramp: a stage of no length is a jump",
        load: "executor: ramping-vus, startVUs: 1, stages: \
               [{duration: 3s, target: 1}, {duration: 0s, target: 50}, {duration: 2500ms, target: 50}]",
        think_ms: 1_000,
        counts: (3 + 3 * 50, 0, 153),
        ends_ms: 6_000,
        users: &[(2_900, 1), (3_100, 50)],
    },
    Case {
        what: "ramp: a jump at the begin replaces startVUs",
        load: "executor: ramping-vus, startVUs: 5, stages: [{duration: 0s, target: 2}, {duration: 1500ms, target: 2}]",
        think_ms: 1_000,
        counts: (4, 0, 4),
        ends_ms: 2_000,
        users: &[(100, 2)],
    },
    Case {
        what: "ramp down: an iteration may finish within gracefulRampDown",
        load: "executor: ramping-vus, startVUs: 2, stages: [{duration: 1s, target: 2}, {duration: 0s, target: 0}, {duration: 9s, target: 0}]",
        think_ms: 2_500,
        counts: (2, 0, 2),
        ends_ms: 10_000,
        users: &[(2_400, 2), (2_600, 0)],
    },
    Case {
        what: "ramp down: and is cut off after it",
        load: "executor: ramping-vus, startVUs: 2, gracefulRampDown: 3s, stages: \
               [{duration: 1s, target: 2}, {duration: 0s, target: 0}, {duration: 9s, target: 0}]",
        think_ms: 60_000,
        counts: (0, 0, 2),
        ends_ms: 10_000,
        users: &[(3_900, 2), (4_100, 0)],
    },
    Case {
        what: "ramp down: at once without grace",
        load: "executor: ramping-vus, startVUs: 3, gracefulRampDown: 0s, stages: \
               [{duration: 1s, target: 3}, {duration: 0s, target: 1}, {duration: 1500ms, target: 1}]",
        think_ms: 2_000,
        counts: (2, 0, 4),
        ends_ms: 4_000,
        users: &[(900, 3), (1_100, 1)],
    },
    Case {
        what: "ramp down: gracefulStop cuts gracefulRampDown short",
        load: "executor: ramping-vus, startVUs: 2, gracefulStop: 5s, stages: [{duration: 2s, target: 0}]",
        think_ms: 60_000,
        counts: (0, 0, 2),
        ends_ms: 7_000,
        users: &[(6_900, 2)],
    },
    Case {
        what: "ramp down and up: a user that is still finishing is taken back",
        load: "executor: ramping-vus, startVUs: 2, stages: \
               [{duration: 1s, target: 2}, {duration: 0s, target: 1}, {duration: 1s, target: 1}, \
                {duration: 0s, target: 2}, {duration: 2s, target: 2}]",
        think_ms: 5_000,
        counts: (2, 0, 2),
        ends_ms: 5_000,
        users: &[(500, 2), (1_500, 2), (2_500, 2)],
    },
    Case {
        what: "ramp: fractions of a user wait until they are whole",
        load: "executor: ramping-vus, startVUs: 0, stages: [{duration: 9s, target: 2}, {duration: 100ms, target: 2}]",
        think_ms: 30_000,
        counts: (2, 0, 2),
        ends_ms: 39_000,
        users: &[(4_400, 0), (4_600, 1), (8_900, 1), (9_050, 2)],
    },
];
