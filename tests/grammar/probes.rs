//! A profile for each section and step of the table.

use loadagent::testing::profile::{flow::StepDefinition, grammar::STEPS};

/// Profiles with a strange key, by the section that it stands in.
pub(crate) const SECTIONS: &[(&str, &str)] = &[
    ("profile", "flow: [{get: 'http://h/'}]\nzzzzzzzzzzzz: 1"),
    ("stage", "stages: [{duration: 1s, target: 1, zzzzzzzzzzzz: 1}]\nflow: [{get: 'http://h/'}]"),
    ("http", "http: {zzzzzzzzzzzz: 1}\nflow: [{get: 'http://h/'}]"),
    ("tls", "http: {tls: {zzzzzzzzzzzz: 1}}\nflow: [{get: 'http://h/'}]"),
    ("tlsVersion", "http: {tlsVersion: {zzzzzzzzzzzz: 1}}\nflow: [{get: 'http://h/'}]"),
    ("tlsAuth", "http: {tlsAuth: [{zzzzzzzzzzzz: 1}]}\nflow: [{get: 'http://h/'}]"),
    ("dns", "http: {dns: {zzzzzzzzzzzz: 1}}\nflow: [{get: 'http://h/'}]"),
    ("metric", "metrics: {a: {kind: trend, zzzzzzzzzzzz: 1}}\nflow: [{get: 'http://h/'}]"),
    ("dataSet", "data: {a: {csv: none.csv, zzzzzzzzzzzz: 1}}\nflow: [{get: 'http://h/'}]"),
    ("target", "targets: [{url: 'http://h/', zzzzzzzzzzzz: 1}]\nflow: [{get: 'http://h/'}]"),
    ("baseline", "baseline: {stage: 1, zzzzzzzzzzzz: 1}\nflow: [{get: 'http://h/'}]"),
    ("threshold", "thresholds: {checks: {threshold: rate>0.9, zzzzzzzzzzzz: 1}}\nflow: [{get: 'http://h/'}]"),
    ("expect", "flow: [{get: 'http://h/', expect: {zzzzzzzzzzzz: 1}}]"),
    ("limited", "flow: [{get: 'http://h/', expect: {limited: {zzzzzzzzzzzz: 1}}}]"),
    ("retry", "flow: [{get: 'http://h/', retry: {zzzzzzzzzzzz: 1}}]"),
    ("layout", "flow: [{sse: 'http://h/', layout: {text: $.a, zzzzzzzzzzzz: 1}}]"),
    ("tool", "flow: [{mcp: 'http://h/', call: {tool: a, zzzzzzzzzzzz: 1}}]"),
    ("prompt", "flow: [{mcp: 'http://h/', prompt: {name: a, zzzzzzzzzzzz: 1}}]"),
    ("message", "flow: [{a2a: 'http://h/', send: {text: a, zzzzzzzzzzzz: 1}}]"),
    ("call", "flow: [{jsonrpc: 'http://h/', batch: [{method: a, zzzzzzzzzzzz: 1}]}]"),
    ("goodput", "flow: [{sse: 'http://h/', layout: anthropic, goodput: {request_latency: 1s, zzzzzzzzzzzz: 1}}]"),
    (
        "periodic",
        "flow: [{websocket: 'http://h/', steps: [{hold: 1s}], periodic: {every: 1s, steps: [{send: a}], zzzzzzzzzzzz: 1}}]",
    ),
    ("extraction", "flow: [{get: 'http://h/', extract: {a: {json: $.a, zzzzzzzzzzzz: 1}}}]"),
    ("check", "flow: [{get: 'http://h/', check: {status: 200, zzzzzzzzzzzz: 1}}]"),
    ("auth", "flow: [{get: 'http://h/', auth: {digest: {username: a, password: b}, zzzzzzzzzzzz: 1}}]"),
    ("credentials", "flow: [{get: 'http://h/', auth: {digest: {username: a, password: b, zzzzzzzzzzzz: 1}}}]"),
    ("token", "auth: {a: {token: {post: 'http://h/t', zzzzzzzzzzzz: 1}}}\nflow: [{get: 'http://h/', auth: a}]"),
    (
        "refresh",
        "auth: {a: {token: {post: 'http://h/t', refresh: {post: 'http://h/r', zzzzzzzzzzzz: 1}}}}
flow: [{get: 'http://h/', auth: a}]",
    ),
    ("part", "flow: [{post: 'http://h/', multipart: {a: {file: Cargo.toml, zzzzzzzzzzzz: 1}}}]"),
    ("choice", "flow: [{choose: [{steps: [{get: 'http://h/'}], zzzzzzzzzzzz: 1}]}]"),
];

/// A scenario with load of its own.
pub(crate) fn scenario(load: &str) -> String {
    format!("scenarios: {{a: {{{load}, flow: [{{get: 'http://h/'}}], zzzzzzzzzzzz: 1}}}}")
}

/// A step of the table, in a profile that has what the examples name.
pub(crate) struct Step {
    word: &'static str,
    /// The step's first word and all that follows it.
    example: String,
}

impl Step {
    /// A profile with the step's example.
    pub(crate) fn text(&self) -> String {
        self.of(&self.example)
    }

    /// The same with one more key.
    pub(crate) fn with(&self, key: &str) -> String {
        self.of(&format!("{}, {key}: 1", self.example))
    }

    fn of(&self, step: &str) -> String {
        let around = match self.word {
            "end" => "{group: around, steps: [{STEP}]}",
            "send" | "expect" | "hold" | "close" => "{websocket: /ws, steps: [{STEP}]}",
            _ => "{STEP}",
        };
        PROFILE.replace("STEP", &around.replace("STEP", step).replace(['\n'], " "))
    }
}

/// Every word for a step with its example.
pub(crate) fn steps() -> Vec<Step> {
    let kinds = STEPS.iter().copied().flatten();
    let of = |kind: &'static StepDefinition| {
        let rest = kind.example.strip_prefix(kind.words[0]).unwrap();
        kind.words.iter().map(move |word| Step { word, example: format!("{word}{rest}") })
    };
    kinds.flat_map(of).collect()
}

const PROFILE: &str = "base_url: http://h
metrics: {orders: counter, checkout_time: {kind: trend, unit: ms}}
flows: {login: [{get: /}]}
data: {people: [{name: ann}]}
vus: 1
scenarios:
  s:
    user: {tasks: [], item: 1}
    flow: [{get: /}, STEP]
";
