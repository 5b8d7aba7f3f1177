//! The load tests of the agent service.

use super::{BundledProfile, Part};

macro_rules! suite {
    ($name:literal, $about:literal) => {
        (
            concat!("suites/agent-service/", $name),
            $about,
            include_str!(concat!("../../../profiles/suites/agent-service/", $name, ".yaml")),
        )
    };
}

pub(super) const PROFILES: &[BundledProfile] = &[
    suite!("user-classes", "every user class; one of them with --scenarios"),
    suite!("baseline", "mixed workload, 50 users, 10 minutes"),
    suite!("stress", "mixed workload, 500 users, 15 minutes"),
    suite!("endurance", "mixed workload, 100 users, 2 hours: does anything drift?"),
    suite!("spike", "bursts of 200 users, and the recovery from a spike"),
    suite!("production", "10 users against production, confirmed and limited"),
];

pub(super) const PARTS: &[Part] =
    &[("suites/agent-service/parts.yaml", include_str!("../../../profiles/suites/agent-service/parts.yaml"))];
