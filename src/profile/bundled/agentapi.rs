//! AgentAPI.

use super::{BundledProfile, Part};

pub(super) const PROFILES: &[BundledProfile] = &[
    (
        "suites/agentapi/main",
        "AgentAPI: authentication, MCP connection, tools, disconnect, mixed workload",
        include_str!("../../../profiles/suites/agentapi/main.yaml"),
    ),
    (
        "suites/agentapi/chat",
        "AgentAPI: chat completions, whole and streamed",
        include_str!("../../../profiles/suites/agentapi/chat.yaml"),
    ),
];

pub(super) const PARTS: &[Part] = &[
    ("suites/agentapi/parts.yaml", include_str!("../../../profiles/suites/agentapi/parts.yaml")),
    ("suites/agentapi/steps.yaml", include_str!("../../../profiles/suites/agentapi/steps.yaml")),
    ("suites/agentapi/chat-steps.yaml", include_str!("../../../profiles/suites/agentapi/chat-steps.yaml")),
];
