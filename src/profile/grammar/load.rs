//! Load: in brief, by k6's executors, and what scenarios have besides.

use super::{Key, Kind, Section, key, needed, section};

pub(super) static BRIEF: Section = section(
    "load",
    "Load in brief: at the top of a profile or in a scenario, without `executor`.",
    &[
        key("vus", Kind::Count, "users"),
        key("users", Kind::Count, "Locust's word for `vus`"),
        key("duration", Kind::Duration, "how long"),
        key("runTime", Kind::Duration, "Locust's word for `duration`"),
        key("iterations", Kind::Count, "iterations, shared by all users"),
        key("rate", Kind::Number, "arrivals per second"),
        key("stages", STAGES, "stages of users, or of the rate if there is one"),
        key("spawnRate", Kind::Number, "users that begin per second, until all are there"),
        key("maxVUs", Kind::Count, "most users of a rate; 10000"),
    ],
);

pub(super) static WAIT: Section = section(
    "wait",
    "The rest between iterations.",
    &[
        key("wait", Kind::Text, "`1s`, `1s..3s`, `between(1s, 3s)`, `constant(1s)`, `pacing(5s)` or `throughput(0.2)`"),
        key("waitTime", Kind::Text, "Locust's word for `wait`"),
        key("minIterationDuration", Kind::Duration, "k6's word for `wait: pacing(…)`"),
    ],
);

const STAGES: Kind = Kind::List(&Kind::Map(&STAGE));

pub(super) static STAGE: Section = section(
    "stage",
    "A stage of users or of a rate; it leads to its target in a straight line.",
    &[
        needed("duration", Kind::Duration, "how long; 0s is a jump"),
        needed("target", Kind::Number, "users or arrivals at its end"),
    ],
);

pub(super) static SCENARIO: Section = Section {
    name: "scenario",
    about: "Who runs a flow, when, and how many. Its load is in brief, an executor's, or a share of the profile's.",
    keys: SCENARIO_KEYS,
    includes: &[&WAIT],
};

static SCENARIO_KEYS: &[Key] = &[
    needed("flow", Kind::Steps, "steps of an iteration"),
    key("user", Kind::Names(&Kind::Any), "values that last as long as a user"),
    key("on_start", Kind::Steps, "steps of a user before its first iteration"),
    key("on_stop", Kind::Steps, "steps of a user after its last iteration"),
    key("startTime", Kind::Duration, "when it begins; 0s"),
    key("gracefulStop", Kind::Duration, "how long iterations may go on after its end; 30s"),
    key("tags", Kind::Names(&Kind::Text), "labels of its series"),
    key("share", Kind::Count, "its weight when it shares the profile's load; 1"),
];

const VUS: Key = key("vus", Kind::Count, "users; 1");
const ITERATIONS: Key = key("iterations", Kind::Count, "iterations; 1");
const MAX_DURATION: Key = key("maxDuration", Kind::Duration, "longest time; 10m");
const DURATION: Key = needed("duration", Kind::Duration, "how long");
const TIME_UNIT: Key = key("timeUnit", Kind::Duration, "what rates are per; 1s");
const PRE_ALLOCATED: Key = key("preAllocatedVUs", Kind::Count, "users made before the start; 0");
const MAX_VUS: Key = key("maxVUs", Kind::Count, "most users; `preAllocatedVUs`, or else 10000");
const ARRIVALS: Key = key("arrivals", Kind::Word(&["even", "poisson"]), "how arrivals are spaced; even");

/// k6's executors, each with its options.
pub static EXECUTORS: &[&Section] = &[
    &section("constant-vus", "So many users, iteration after iteration.", &[VUS, DURATION]),
    &section(
        "ramping-vus",
        "Users that come and go in stages.",
        &[
            key("startVUs", Kind::Count, "users at the start; 1"),
            needed("stages", STAGES, "stages of users"),
            key("gracefulRampDown", Kind::Duration, "how long a user that must go may finish; 30s"),
        ],
    ),
    &section("shared-iterations", "So many iterations, shared by all users.", &[VUS, ITERATIONS, MAX_DURATION]),
    &section("per-vu-iterations", "So many iterations of each user.", &[VUS, ITERATIONS, MAX_DURATION]),
    &section(
        "constant-arrival-rate",
        "So many arrivals a second, whatever the answers take.",
        &[
            needed("rate", Kind::Number, "arrivals per `timeUnit`"),
            DURATION,
            TIME_UNIT,
            ARRIVALS,
            PRE_ALLOCATED,
            MAX_VUS,
        ],
    ),
    &section(
        "ramping-arrival-rate",
        "Arrivals whose rate changes in stages.",
        &[
            key("startRate", Kind::Number, "arrivals per `timeUnit` at the start; 0"),
            needed("stages", STAGES, "stages of the rate"),
            TIME_UNIT,
            ARRIVALS,
            PRE_ALLOCATED,
            MAX_VUS,
        ],
    ),
    &section(
        "externally-controlled",
        "Users that the control port changes.",
        &[VUS, key("maxVUs", Kind::Count, "most users; `vus`"), DURATION],
    ),
];
