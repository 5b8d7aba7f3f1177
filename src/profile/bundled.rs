//! Profiles that come with the binary.

/// One of `profiles/examples`, and a line about it.
macro_rules! example {
    ($name:literal, $about:literal) => {
        (concat!("examples/", $name), $about, include_str!(concat!("../../profiles/examples/", $name, ".yaml")))
    };
}

/// Name, one line about it, text.
pub(crate) const BUNDLED: &[(&str, &str, &str)] = &[
    (
        "quickstart",
        "ten seconds against a practice target inside the process: an open and a closed scenario, thresholds, a stall",
        include_str!("../../profiles/quickstart.yaml"),
    ),
    example!("expressions", "variables, values of users, functions"),
    example!("check-and-expect", "what counts as expected, limited or failed; checks beside it"),
    example!("extract", "values out of responses"),
    example!("user-state", "login once per user, collections: push, pick, remove"),
    example!("choose", "a weighted choice"),
    example!("chance", "probabilities inside one another"),
    example!("if-else", "branches on what a response said"),
    example!("loops", "repeat, foreach, while, end: loop"),
    example!("poll", "wait for a job until it is done"),
    example!("parallel", "requests side by side, with a width"),
    example!("detached", "steps that come later while the flow goes on"),
    example!("metrics", "counters, trends, rates, gauges; measured blocks"),
    example!("group", "labels and times of parts of a flow"),
    example!("retry", "429 with Retry-After, and pauses of its own"),
    example!("bodies", "JSON, form, multipart, raw, broken on purpose"),
    example!("reuse", "flows written once and used often"),
    example!("bursts", "ten in a row, once a second"),
    example!("ends", "fail, end, abort"),
    example!("names-and-tags", "labels from data"),
    example!("stages", "load in stages that are judged one by one"),
];

/// The text of a bundled profile.
#[must_use]
pub(crate) fn find(name: &str) -> Option<&'static str> {
    BUNDLED.iter().find(|(known, ..)| *known == name).map(|(.., text)| *text)
}
