//! The load tests of the `AutoGPT` platform.

use super::{BundledProfile, Part};

macro_rules! suite {
    ($name:literal, $about:literal) => {
        (
            concat!("suites/autogpt/", $name),
            $about,
            include_str!(concat!("../../../profiles/suites/autogpt/", $name, ".yaml")),
        )
    };
}

pub(super) const PROFILES: &[BundledProfile] = &[
    suite!("basic-connectivity", "Supabase and the API, REQUESTS_PER_VU pairs at the same time"),
    suite!("core-api", "credits, graphs and blocks, REQUESTS_PER_VU triples at the same time"),
    suite!("graph-execution", "graphs created side by side, the first five executed"),
    suite!("single-endpoint", "one endpoint, CONCURRENT_REQUESTS times at the same time"),
    suite!("comprehensive", "whole journeys of users: profile, graphs, blocks, system"),
    suite!("api-stress", "every part of the API with one shared login"),
    suite!("websocket", "WebSockets with timed messages"),
    suite!("marketplace", "the public store in eight steps"),
    suite!("library", "the library of a user: lists, adds, forks"),
    suite!("proxy-comparison", "the API beside the front end's proxy"),
];

pub(super) const PARTS: &[Part] =
    &[("suites/autogpt/parts.yaml", include_str!("../../../profiles/suites/autogpt/parts.yaml"))];
