//! Promises of real suites that their own settings can't keep, with the load that would.

use crate::profile::{Overrides, load};

/// The warnings about the thresholds of a profile.
fn warnings(text: &str) -> Vec<String> {
    let plan = load("p.yaml", text, &Overrides::default()).unwrap_or_else(|errors| panic!("{text}: {errors:?}"));
    plan.thresholds.iter().filter_map(|threshold| super::warning(&plan, threshold)).collect()
}

/// The only warning about one threshold.
fn warning(rest: &str, key: &str, condition: &str) -> Option<String> {
    let mut found = warnings(&format!("base_url: http://h\n{rest}\nthresholds: {{'{key}': '{condition}'}}\n"));
    assert!(found.len() <= 1, "{found:?}");
    found.pop()
}

#[test]
fn promises_out_of_reach_come_with_the_load_that_reaches_them() {
    let http = "users: 1000\nspawnRate: 100\nrunTime: 5m\nwait: between(0.01, 0.05)\nflow: [{get: /}]";
    let fixed = "vus: 10\nduration: 5m\nflow: [{get: /}, {think: 100ms}]";
    let both = "scenarios:\n  slow: {vus: 500, duration: 5m, wait: 0.1s..0.5s, flow: [{get: /}]}\n  \
                fast: {vus: 500, duration: 5m, wait: 0.01s..0.1s, flow: [{get: /}]}";
    let sockets = "users: 10000\nspawnRate: 100\nrunTime: 1m\nflow: [{websocket: /ws, steps: [{hold: 30s}]}]";
    let batch = "vus: 5\nduration: 1m\nflow: [{parallel: 100, width: 6, steps: [{get: /}]}]";
    for (load, key, condition, expected) in [
        (
            http,
            "http_reqs",
            "rate>=60000",
            "is out of reach: without redirects the run makes 32,781/s on average, even if the target responds \
             instantly; 1,840 users would (`--vus-factor 1.84`)",
        ),
        (
            http,
            "http_reqs",
            "rate>=60000 over 1m",
            "is out of reach: without redirects the run makes 33,333/s on average, even if the target responds \
             instantly; 1,800 users would (`--vus-factor 1.8`)",
        ),
        (
            fixed,
            "http_reqs",
            "rate>10000",
            "can't be met: the run reaches at most 1,100/s, 100/s on average without redirects, even if the target responds \
             instantly; 1,000 users would (`--vus-factor 100`)",
        ),
        (
            both,
            "http_reqs",
            "rate>=10000",
            "leaves responses hardly any time: the run makes 10,761/s on average if the target responds instantly; \
             `--vus-factor 1.04` would leave more",
        ),
        (
            both,
            "http_reqs{scenario:slow}",
            "rate>=10000",
            "is out of reach: without redirects the run makes 1,668/s on average, even if the target responds \
             instantly; 3,000 users would (`--vus-factor 6`)",
        ),
        (
            sockets,
            "ws_sockets_open",
            "value>=10000",
            "can't be met: at most 6,000 WebSockets at a time; 10,020 users would (`--vus-factor 1.67`)",
        ),
        (batch, "parallel_width", "max>=100", "can't be met: the widest parallel block has 6 requests in flight"),
        (batch, "vus", "value>=500", "can't be met: at most 5 users at a time; 500 users would (`--vus-factor 100`)"),
    ] {
        let found = warning(load, key, condition).unwrap_or_default();
        assert!(found.ends_with(expected), "{key}: {condition}: {found}");
    }
}

#[test]
fn what_a_plan_reaches_is_not_warned_of() {
    let users = "users: 1840\nspawnRate: 184\nrunTime: 5m\nwait: between(0.01, 0.05)\nflow: [{get: /}]";
    let sockets = "users: 10000\nspawnRate: 100\nrunTime: 5m\nflow: [{websocket: /ws, steps: [{hold: 30s}]}]";
    let batch = "vus: 5\nduration: 1m\nflow: [{parallel: 100, steps: [{get: /}]}]";
    let shared = "vus: 5\niterations: 100\nflow: [{get: /}]";
    let later = "vus: 5\nduration: 1m\nflow: [{after: 1s, steps: [{get: /}]}, {parallel: 2, steps: [{get: /}]}]";
    let controlled =
        "scenarios: {s: {executor: externally-controlled, vus: 1, duration: 1m, wait: 1s, flow: [{get: /}]}}";
    for (load, key, condition) in [
        (users, "http_reqs", "rate>=50000"),
        (users, "http_reqs", "rate<100000"),
        (sockets, "ws_sockets_open", "value>=10000"),
        (batch, "parallel_width", "max>=100"),
        (batch, "http_reqs", "rate>=1000000"),
        (shared, "http_reqs", "count>=100"),
        (later, "parallel_width", "max>=100"),
        (controlled, "http_reqs", "rate>1000"),
        (controlled, "vus", "value>1000"),
    ] {
        assert_eq!(warning(load, key, condition), None, "{load} {key}: {condition}");
    }
}

#[test]
fn choices_by_chance_count_with_their_weight() {
    // An iteration makes 0.2 × 10 + 0.8 = 2.8 requests in 2 s; the fastest choice alone would make 5 a second.
    let mixed = "vus: 100\nduration: 10m\nwait: 1s..3s\n\
                 flow: [{chance: 20%, steps: [{repeat: 10, steps: [{get: /}]}], else: [{get: /}]}]";
    let found = warning(mixed, "http_reqs", "rate>300").unwrap_or_default();
    assert!(found.contains("without redirects the run makes 140/s on average"), "{found}");
    assert_eq!(warning(mixed, "http_reqs", "rate>120"), None);
}

#[test]
fn factors_are_rounded_up_to_three_digits() {
    for (factor, expected) in
        [(1.0, "1"), (1.8001, "1.81"), (1.8, "1.8"), (12.34, "12.4"), (100.0, "100"), (1234.0, "1240")]
    {
        assert_eq!(super::rounded_up(factor).1, expected);
    }
}
