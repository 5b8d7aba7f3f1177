//! Steps and what stands in them.

use super::{Key, Kind, Section, key, needed, section};

/// A kind of step: its first key says which.
#[derive(Debug)]
pub struct StepForm {
    /// The words it goes by.
    pub words: &'static [&'static str],
    /// What stands behind the word.
    pub value: Kind,
    /// Its other keys.
    pub options: &'static [&'static [Key]],
    /// What it does.
    pub about: &'static str,
}

impl StepForm {
    /// Its other keys.
    pub fn keys(&self) -> impl Iterator<Item = &'static Key> {
        self.options.iter().copied().flatten()
    }
}

const fn form(
    words: &'static [&'static str],
    value: Kind,
    about: &'static str,
    options: &'static [&'static [Key]],
) -> StepForm {
    StepForm { words, value, options, about }
}

static REQUEST: &[Key] = &[
    key("name", Kind::Text, "label `name`; method and path"),
    key("params", Kind::Names(&Kind::Text), "query parameters"),
    key("headers", Kind::Names(&Kind::Text), "headers; an empty one takes one of `http` away"),
    key("json", Kind::Any, "body: a tree as JSON"),
    key("body", Kind::Text, "body: a text as it is"),
    key("form", Kind::Names(&Kind::Several(&Kind::Text)), "body: fields of a form"),
    key("multipart", Kind::Names(&Kind::Either(&[Kind::Text, Kind::Map(&PART)])), "body: fields and files"),
    key("file", Kind::Text, "body: a file, seen from the profile's folder"),
    key("timeout", Kind::Duration, "longest time; that of `http`"),
    key("idle_timeout", Kind::Duration, "longest time without a byte of the response; that of `http`"),
    key("redirects", Kind::Count, "how many redirects are followed; those of `http`"),
    key(
        "auth",
        Kind::Either(&[Kind::Text, Kind::Map(&AUTH)]),
        "how to log in: one of `auth`, or `none`; that of `http`",
    ),
    key("tags", Kind::Names(&Kind::Text), "labels of its series"),
    key("expect", Kind::Either(&[STATUSES, Kind::Map(&EXPECT)]), "what counts as success; 200..399"),
];

static ANSWER: &[Key] = &[
    key("retry", Kind::Either(&[Kind::Count, Kind::Map(&RETRY)]), "how often and when to try again; never"),
    key(
        "extract",
        Kind::Names(&Kind::Either(&[Kind::Text, Kind::Map(&EXTRACTION)])),
        "values out of the response; a text is a JSON path",
    ),
    key("check", CHECKS, "what is looked at and counted"),
];

static METHOD: &[Key] = &[needed("method", Kind::Text, "the method, such as PURGE")];
static BLOCK: &[Key] = &[needed("steps", Kind::Steps, "the steps in it")];
static ELSE: &[Key] = &[key("else", Kind::Steps, "the steps otherwise")];
static INDEX: &[Key] = &[key("index", Kind::Text, "name for the number of the round, from 0")];
static TAGS: &[Key] = &[key("tags", Kind::Names(&Kind::Text), "labels of the sample")];
static AS: &[Key] = &[key("as", Kind::Text, "name for what was found; `item`, or the data set's")];
static MAX: &[Key] = &[key("max", Kind::Count, "most items, or most rounds")];

const STATUSES: Kind = Kind::Several(&Kind::Status);
const CHECKS: Kind = Kind::Several(&Kind::Map(&CHECK));

/// All kinds of steps.
pub static STEPS: &[StepForm] = &[
    form(
        &["get", "post", "put", "patch", "delete", "head", "options"],
        Kind::Text,
        "a request: to a path, or to a whole URL",
        &[REQUEST, ANSWER],
    ),
    form(&["request"], Kind::Text, "a request with any method", &[METHOD, REQUEST, ANSWER]),
    form(&["think"], Kind::Pause, "a pause", &[]),
    form(&["check"], CHECKS, "looks at values, or at the last response", &[]),
    form(&["set"], Kind::Names(&Kind::Any), "gives names values", &[]),
    form(&["metric"], Kind::Names(&Kind::Text), "samples of the profile's metrics", &[TAGS]),
    form(&["push"], Kind::Any, "puts a value into a collection", &[&[needed("to", Kind::Text, "the collection")], MAX]),
    form(
        &["pick"],
        Kind::Text,
        "takes a value of a collection; without one, `else`",
        &[
            AS,
            &[
                key("which", Kind::Word(&["random", "first", "last"]), "which one; random"),
                key("take", Kind::Boolean, "whether it is taken out; false"),
                key("steps", Kind::Steps, "the steps that need it"),
            ],
            ELSE,
        ],
    ),
    form(
        &["remove"],
        Kind::Any,
        "takes a value out of a collection",
        &[&[needed("from", Kind::Text, "the collection")]],
    ),
    form(&["row"], Kind::Text, "the next row of a data set", &[AS]),
    form(
        &["if"],
        Kind::Condition,
        "steps if something holds",
        &[&[needed("then", Kind::Steps, "the steps then")], ELSE],
    ),
    form(&["choose"], Kind::List(&Kind::Map(&CHOICE)), "one of several, by weight", &[]),
    form(&["chance"], Kind::Text, "steps in so many of a hundred cases: `20%`", &[BLOCK, ELSE]),
    form(&["repeat"], Kind::Text, "steps so often: `3`, `2..5` or `${n}`", &[BLOCK, INDEX]),
    form(&["foreach"], Kind::Any, "steps for each item of a list", &[AS, BLOCK, INDEX]),
    form(&["while"], Kind::Condition, "steps as long as something holds", &[MAX, BLOCK, INDEX]),
    form(&["every"], Kind::Duration, "steps that a user does no more often than that", &[BLOCK, ELSE]),
    form(&["group"], Kind::Text, "steps under a label, with their time", &[BLOCK]),
    form(&["measure"], Kind::Text, "the time of steps as a sample of a metric", &[BLOCK, TAGS]),
    form(
        &["poll"],
        Kind::Any,
        "a request again and again until something holds",
        &[&[
            needed("until", Kind::Condition, "what must hold"),
            key("every", Kind::Pause, "the pause between; 1s"),
            key("timeout", Kind::Pause, "how long at most; 30s"),
            key("on_timeout", Kind::Steps, "steps when it never held"),
        ]],
    ),
    form(
        &["parallel"],
        Kind::Either(&[Kind::Text, Kind::List(&Kind::Steps)]),
        "branches at the same time: a list of them, or a number with `steps`",
        &[&[
            key("steps", Kind::Steps, "the steps of each branch, if there is a number of them"),
            key("width", Kind::Text, "how many at a time; all"),
            key("index", Kind::Text, "name for the number of the branch, from 0"),
            key("collect", Kind::Names(&Kind::Text), "lists of what each branch found"),
        ]],
    ),
    form(&["after"], Kind::Pause, "steps later, while the flow goes on", &[BLOCK]),
    form(
        &["use"],
        Kind::Text,
        "the steps of a flow of `flows`",
        &[&[key("with", Kind::Names(&Kind::Any), "values for this use")]],
    ),
    form(&["fail"], Kind::Text, "ends the iteration as failed, and says why", &[]),
    form(&["abort"], Kind::Text, "ends the test, and says why", &[]),
    form(&["end"], Kind::Word(&["loop", "group", "iteration", "user"]), "ends what it stands in", &[]),
];

pub(super) static CHECK: Section = section(
    "check",
    "Conditions; each is a check of its own.",
    &[
        key("name", Kind::Text, "label `check`; the condition"),
        key("status", STATUSES, "what the status must be"),
        key("contains", Kind::Text, "what the body must hold"),
        key("equals", Kind::Text, "what the body must be"),
        key("matches", Kind::Text, "a regular expression that the body must match"),
        key("that", Kind::Condition, "what must hold"),
    ],
);

pub(super) static EXPECT: Section = section(
    "expect",
    "What counts as success, and what as refused for being too much.",
    &[
        key("status", STATUSES, "statuses of success; 200..399"),
        key("limited", STATUSES, "statuses of a limit, which are no failures"),
        key("that", Kind::Condition, "what must hold besides"),
    ],
);

pub(super) static RETRY: Section = section(
    "retry",
    "How often and when a request is tried again.",
    &[
        key("max", Kind::Count, "how often; 3"),
        key("pause", Kind::Pause, "the pauses between, doubled from the first to the last; 1s..30s"),
        key("retry_after", Kind::Boolean, "whether `Retry-After` is heeded; true"),
        key("on", Kind::Either(&[STATUSES, Kind::Condition]), "after which responses; every failure"),
    ],
);

pub(super) static EXTRACTION: Section = section(
    "extraction",
    "A value out of a response, by one way of looking.",
    &[
        key("json", Kind::Text, "a JSON path into the body"),
        key("regex", Kind::Text, "a regular expression over the body"),
        key("group", Kind::Text, "which group of `regex`; its first"),
        key("header", Kind::Text, "a header's name"),
        key("cookie", Kind::Text, "a cookie's name"),
        key("form", Kind::Text, "a form field's name in HTML"),
        key("meta", Kind::Text, "a `meta` element's name in HTML"),
        key("between", Kind::List(&Kind::Text), "the texts to its left and right"),
        key(
            "take",
            Kind::Either(&[Kind::Word(&["first", "last", "random", "all", "count"]), Kind::Text]),
            "which of several, also by position; first",
        ),
        key("default", Kind::Any, "the value when there is none; without it the check `extract …` fails"),
    ],
);

pub(super) static AUTH: Section = section(
    "auth",
    "How to log in; one of these.",
    &[
        key("basic", Kind::Map(&DIGEST), "a name and a password with every request"),
        key("bearer", Kind::Text, "a token that is there"),
        key("digest", Kind::Map(&DIGEST), "digest authentication (RFC 7616)"),
        key("token", Kind::Map(&TOKEN), "a token that each user fetches and renews"),
    ],
);

/// The request that fetches a token; its other keys are those of a request.
pub(super) static TOKEN: Section = Section {
    name: "token",
    about: "A token that each user fetches, and renews before it runs out.",
    keys: TOKEN_KEYS,
    includes: &[&OF_REQUEST],
};

static TOKEN_KEYS: &[Key] = &[
    key("post", Kind::Text, "where it is fetched"),
    key("get", Kind::Text, "where it is fetched, by GET"),
    key("put", Kind::Text, "where it is fetched, by PUT"),
    key("access", Kind::Text, "where the token stands in the answer"),
    key("refresh_token", Kind::Text, "where the token for renewing stands"),
    key("expires_in", Kind::Text, "where its length of life stands, in seconds"),
    key("refresh_at", Kind::Text, "after which share of its life it is renewed"),
    key("refresh", Kind::Any, "the request that renews it"),
];

static OF_REQUEST: Section = section("request", "What requests have in common.", REQUEST);

pub(super) static DIGEST: Section = section(
    "digest",
    "Who logs in.",
    &[needed("username", Kind::Text, "the name"), needed("password", Kind::Text, "the password")],
);

pub(super) static PART: Section = section(
    "part",
    "A file within a multipart body.",
    &[
        needed("file", Kind::Text, "the file, seen from the profile's folder"),
        key("name", Kind::Text, "the name it is sent under; its own"),
        key("type", Kind::Text, "its media type; application/octet-stream"),
    ],
);

pub(super) static CHOICE: Section = section(
    "choice",
    "One of several ways to go on.",
    &[key("weight", Kind::Number, "its weight among the others; 1"), needed("steps", Kind::Steps, "its steps")],
);
