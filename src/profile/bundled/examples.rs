//! The quickstart, and an example for each part of the language.

use super::BundledProfile;

/// A file of `profiles/examples`, with its description.
macro_rules! example {
    ($name:literal, $about:literal) => {
        (concat!("examples/", $name), $about, include_str!(concat!("../../../profiles/examples/", $name, ".yaml")))
    };
}

pub(super) const PROFILES: &[BundledProfile] = &[
    (
        "quickstart",
        "10 s against a built-in practice target: an open and a closed scenario, thresholds, a stall",
        include_str!("../../../profiles/quickstart.yaml"),
    ),
    example!("expressions", "variables, values of users, functions"),
    example!("check-and-expect", "which responses are expected, rate limited or failed; checks"),
    example!("extract", "values from responses"),
    example!("user-state", "login once per user, collections: push, pick, remove"),
    example!("choose", "a weighted choice"),
    example!("chance", "nested probabilities"),
    example!("if-else", "branches on the content of a response"),
    example!("loops", "repeat, foreach, while, end: loop"),
    example!("poll", "wait for a job until it is done"),
    example!("jobs", "submit a job and measure it until it ends"),
    example!("jsonrpc", "calls of JSON-RPC, batches, notifications, expected errors"),
    example!("mcp", "an MCP server: its tools, resources and prompts, progress, sessions"),
    example!("a2a", "an agent by A2A: messages, streams, tasks that are followed and cancelled"),
    example!("agui", "runs of an agent by AG-UI: the order of its events, and their times"),
    example!("streams", "event streams, and the tokens of a language model"),
    example!("websocket", "WebSockets: messages sent and awaited, a feed held open"),
    example!("parallel", "concurrent requests, with a limit"),
    example!("detached", "steps that run later, while the flow continues"),
    example!("metrics", "custom counters, trends, rates and gauges; measured blocks"),
    example!("group", "labels and durations of parts of a flow"),
    example!("retry", "retries with Retry-After or pauses of the profile"),
    example!("bodies", "JSON, form, multipart, raw and invalid bodies"),
    example!("reuse", "reusable flows"),
    example!("bursts", "bursts of ten requests every second"),
    example!("ends", "fail, end, abort"),
    example!("names-and-tags", "labels from data"),
    example!("stages", "load in stages, with thresholds per stage"),
];
