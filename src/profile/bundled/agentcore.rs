//! The load tests of `AgentCore`.

use super::{BundledProfile, Part};

macro_rules! suite {
    ($name:literal, $about:literal) => {
        (
            concat!("suites/agentcore/", $name),
            $about,
            include_str!(concat!("../../../profiles/suites/agentcore/", $name, ".yaml")),
        )
    };
}

pub(super) const PROFILES: &[BundledProfile] = &[
    suite!("http", "60,000 requests per second of its gateway"),
    suite!("websocket", "10,000 WebSockets held open"),
    suite!("sustained", "10 minutes without drift"),
    suite!("burst", "bursts that are rate limited, and the recovery from a spike"),
    suite!("failure", "broken requests beside normal ones"),
    suite!("tools", "executions of tools: limits, quotas, batches"),
    suite!("concurrent-tools", "1,000 executions of tools at the same time"),
    suite!("modular", "modular.solve by complexity; presets quick, standard, full, stress"),
    suite!("integration", "10,000 requests per second of its integration layer"),
    suite!("a2a", "agents that register, live and unregister"),
    suite!("gateway", "health checks, cached requests, bursts, event streams"),
    suite!("workflows", "workflows and batches of events"),
    suite!("training", "training jobs; presets light, moderate, heavy, stress, gradual"),
];

pub(super) const PARTS: &[Part] =
    &[("suites/agentcore/parts.yaml", include_str!("../../../profiles/suites/agentcore/parts.yaml"))];
