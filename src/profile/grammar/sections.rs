//! The sections of a profile, but for load and steps.

use super::{Key, Kind, Section, key, load, needed, section, steps};

pub(super) static PROFILE: Section = Section {
    name: "profile",
    about: "The whole file. It has a `flow` for one scenario, or `scenarios`.",
    keys: PROFILE_KEYS,
    includes: &[&load::BRIEF, &load::WAIT],
};

static PROFILE_KEYS: &[Key] = &[
    key("name", Kind::Text, "name of the profile; the file's without its ending"),
    key(
        "vars",
        Kind::Names(&Kind::Text),
        "names for texts that stay the same for the whole run; the environment and `-e` override them",
    ),
    key("base_url", Kind::Text, "what relative URLs are appended to"),
    key("environments", Kind::Names(&Kind::Any), "keys of the profile that an environment replaces, by its name"),
    key("environment", Kind::Text, "the environment that is chosen; `--environment` overrides it"),
    key("presets", Kind::Names(&Kind::Any), "keys of the profile that a preset replaces, by its name"),
    key("traces", Kind::Text, "where traces go"),
    key("auth", Kind::Names(&Kind::Map(&steps::AUTH)), "ways to log in by name, for `auth` of requests"),
    key("practice_target", Kind::Names(&Kind::Several(&Kind::Text)), "knobs of a practice target inside the process"),
    key("http", Kind::Map(&HTTP), "how HTTP is spoken"),
    key("tags", Kind::Names(&Kind::Text), "labels of every series"),
    key("seed", Kind::Count, "seed of everything random; 1"),
    key("outputs", Kind::List(&Kind::Text), "where metrics go, as with `--out`"),
    key(
        "metrics",
        Kind::Names(&Kind::Either(&[Kind::Word(KINDS), Kind::Map(&METRIC)])),
        "metrics of the profile's own",
    ),
    key(
        "thresholds",
        Kind::Names(&Kind::Several(&Kind::Either(&[Kind::Text, Kind::Map(&THRESHOLD)]))),
        "what must hold, by metric or `metric{tag:value}`",
    ),
    key(
        "data",
        Kind::Names(&Kind::Either(&[Kind::List(&Kind::Any), Kind::Map(&DATA_SET)])),
        "rows by name, for `row`; a list is the rows themselves",
    ),
    key("flows", Kind::Names(&Kind::Steps), "steps by name, for `use`"),
    key("setup", Kind::Steps, "steps of one user before the load; a request that fails ends the test"),
    key("setupTimeout", Kind::Duration, "longest time of `setup`; 60s"),
    key("teardown", Kind::Steps, "steps of one user after the load"),
    key("teardownTimeout", Kind::Duration, "longest time of `teardown`; 60s"),
    key("flow", Kind::Steps, "steps of an iteration, when there is one scenario"),
    key("scenarios", Kind::Scenarios, "scenarios by name; they begin together unless they have a `startTime`"),
    key("preset", Kind::Text, "smoke, load, stress, spike, soak, breakpoint, or one of `presets`"),
];

const KINDS: &[&str] = &["counter", "gauge", "updown", "rate", "trend"];

pub(super) static METRIC: Section = section(
    "metric",
    "A metric of the profile's own.",
    &[
        needed("kind", Kind::Word(KINDS), "how samples are folded"),
        key("unit", Kind::Word(&["none", "ms", "s", "bytes"]), "what samples are; none"),
        key("help", Kind::Text, "what it means"),
    ],
);

pub(super) static DATA_SET: Section = section(
    "data set",
    "Rows for users, from one source: `csv`, `json`, `jsonl`, `rows` or `generate`.",
    &[
        key("csv", Kind::Text, "a file of comma-separated values"),
        key("json", Kind::Text, "a file with a JSON list"),
        key("jsonl", Kind::Text, "a file with a JSON value a line"),
        key("rows", Kind::List(&Kind::Any), "the rows themselves"),
        key("generate", Kind::Count, "so many rows, made before the run"),
        key("row", Kind::Names(&Kind::Any), "with `generate`: a row, with `index` and values of chance"),
        key("order", Kind::Word(&["sequential", "shuffled", "random", "unique", "per_user"]), "sequential"),
        key("at_end", Kind::Word(&["recycle", "stop"]), "what happens when rows are used up; recycle"),
        key("columns", Kind::List(&Kind::Text), "with `csv`: names of the columns, when the file has no line of them"),
        key("delimiter", Kind::Text, "with `csv`: what stands between cells; `,`"),
        key("max_size", Kind::Text, "largest file; 1GiB"),
    ],
);

pub(super) static THRESHOLD: Section = section(
    "threshold",
    "A condition of the run, or tiers of one.",
    &[
        key("threshold", Kind::Text, "the condition: `p(95)<500`, `rate<0.01 over 1m`"),
        key("target", Kind::Text, "the best tier's condition"),
        key("acceptable", Kind::Text, "the condition of the tier below"),
        key("attention", Kind::Text, "the condition of the last tier"),
        key(
            "failBelow",
            Kind::Word(&["target", "acceptable", "attention"]),
            "the tier that must be reached; acceptable",
        ),
        key("abortOnFail", Kind::Boolean, "whether the run ends when it fails; false"),
        key("delayAbortEval", Kind::Duration, "how long it may fail before that; 0s"),
        key("noData", Kind::Word(&["fail", "pass"]), "what a metric without samples means; fail"),
    ],
);

pub(super) static HTTP: Section = section(
    "http",
    "How HTTP is spoken.",
    &[
        key("auth", Kind::Either(&[Kind::Text, Kind::Map(&steps::AUTH)]), "how every request logs in"),
        key("timeout", Kind::Duration, "longest time of a request; 60s"),
        key("idle_timeout", Kind::Duration, "longest time without a byte of a response; none"),
        key("compression", Kind::Boolean, "whether compressed answers are asked for; false"),
        key("headers", Kind::Names(&Kind::Text), "headers of every request; an empty one is taken away"),
        key("version", Kind::Word(&["auto", "1.1", "2", "2-prior-knowledge"]), "version of HTTP; auto"),
        key("max_redirects", Kind::Count, "how many redirects are followed; 10"),
        key("cookies", Kind::Word(&["iteration", "user", "off"]), "how long cookies live; iteration"),
        key("noCookiesReset", Kind::Boolean, "k6's word for `cookies: user`"),
        key("connections", Kind::Word(&["reuse", "per_iteration", "per_request"]), "how long connections live; reuse"),
        key("noConnectionReuse", Kind::Boolean, "k6's word for `connections: per_request`"),
        key("noVUConnectionReuse", Kind::Boolean, "k6's word for `connections: per_iteration`"),
        key("insecureSkipTLSVerify", Kind::Boolean, "whether any certificate is taken; false"),
        key("tls", Kind::Map(&TLS), "roots, our own certificate, versions"),
        key(
            "tlsVersion",
            Kind::Either(&[Kind::Word(TLS_VERSIONS), Kind::Map(&TLS_VERSION)]),
            "k6's word for the versions of `tls`",
        ),
        key("tlsAuth", Kind::List(&Kind::Map(&TLS_AUTH)), "k6's word for the certificate of `tls`"),
        key("dns", Kind::Map(&DNS), "how names become addresses"),
        key("hosts", Kind::Names(&Kind::Text), "addresses for names, which then are not looked up"),
        key("block_hostnames", Kind::Several(&Kind::Text), "names that are never connected to"),
        key("blacklist_ips", Kind::Several(&Kind::Text), "ranges of addresses that are never connected to"),
        key("local_ips", Kind::Several(&Kind::Text), "our own addresses, taken in turn"),
        key("proxy", Kind::Text, "a proxy's URL, or `off`; as the environment says"),
        key(
            "http_debug",
            Kind::Either(&[Kind::Word(&["off", "heads", "full"]), Kind::Boolean]),
            "requests and answers on the terminal, secrets masked; off",
        ),
    ],
);

const TLS_VERSIONS: &[&str] = &["1.2", "1.3", "tls1.2", "tls1.3"];

pub(super) static TLS: Section = section(
    "tls",
    "TLS: whom to trust, and who we are.",
    &[
        key("skip_verify", Kind::Boolean, "whether any certificate is taken; false"),
        key("ca", Kind::Several(&Kind::Text), "files of roots to trust besides"),
        key("certificate", Kind::Text, "our own certificate, in PEM"),
        key("key", Kind::Text, "its key, in PEM"),
        key("server_name", Kind::Text, "the name that is asked for and checked"),
        key("min_version", Kind::Word(TLS_VERSIONS), "lowest version; 1.2"),
        key("max_version", Kind::Word(TLS_VERSIONS), "highest version; 1.3"),
    ],
);

pub(super) static TLS_VERSION: Section = section(
    "tlsVersion",
    "k6's way to name versions of TLS.",
    &[key("min", Kind::Word(TLS_VERSIONS), "lowest version"), key("max", Kind::Word(TLS_VERSIONS), "highest version")],
);

pub(super) static TLS_AUTH: Section = section(
    "tlsAuth",
    "k6's way to name our own certificate.",
    &[key("cert", Kind::Text, "our own certificate, in PEM"), key("key", Kind::Text, "its key, in PEM")],
);

pub(super) static DNS: Section = section(
    "dns",
    "How names become addresses; k6's words.",
    &[
        key("ttl", Kind::Text, "how long an answer is kept: a duration, `inf` or 0; 5m"),
        key("select", Kind::Word(&["first", "random", "roundRobin"]), "which address is taken; random"),
        key(
            "policy",
            Kind::Word(&["preferIPv4", "preferIPv6", "onlyIPv4", "onlyIPv6", "any"]),
            "which kind of address is taken; preferIPv4",
        ),
    ],
);
