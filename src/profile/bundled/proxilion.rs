//! The Proxilion gateway.

use super::{BundledProfile, Part};

pub(super) const PROFILES: &[BundledProfile] = &[
    (
        "suites/proxilion/baseline",
        "Proxilion gateway: 10 users for 5 minutes",
        include_str!("../../../profiles/suites/proxilion/baseline.yaml"),
    ),
    (
        "suites/proxilion/stress",
        "Proxilion gateway: up to 500 users",
        include_str!("../../../profiles/suites/proxilion/stress.yaml"),
    ),
    (
        "suites/proxilion/spike",
        "Proxilion gateway: bursts of 200 users",
        include_str!("../../../profiles/suites/proxilion/spike.yaml"),
    ),
    (
        "suites/proxilion/soak",
        "Proxilion gateway: 50 users for an hour",
        include_str!("../../../profiles/suites/proxilion/soak.yaml"),
    ),
    (
        "suites/proxilion/recovery",
        "Proxilion gateway: time until it is back to normal after a spike",
        include_str!("../../../profiles/suites/proxilion/recovery.yaml"),
    ),
    (
        "suites/proxilion/throughput",
        "Proxilion gateway: arrivals in steps up to its limit",
        include_str!("../../../profiles/suites/proxilion/throughput.yaml"),
    ),
];

pub(super) const PARTS: &[Part] =
    &[("suites/proxilion/parts.yaml", include_str!("../../../profiles/suites/proxilion/parts.yaml"))];
