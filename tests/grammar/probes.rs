//! A text for each section and step, with a strange key in it.

/// Sections by name; some need more than one text, because not every reader looks for every key at once.
pub(crate) const SECTIONS: &[(&str, &str)] = &[
    ("profile", "flow: [{get: 'http://h/'}]\nzzzzzzzzzzzz: 1"),
    ("stage", "stages: [{duration: 1s, target: 1, zzzzzzzzzzzz: 1}]\nflow: [{get: 'http://h/'}]"),
    ("http", "http: {zzzzzzzzzzzz: 1}\nflow: [{get: 'http://h/'}]"),
    ("tls", "http: {tls: {zzzzzzzzzzzz: 1}}\nflow: [{get: 'http://h/'}]"),
    ("tlsVersion", "http: {tlsVersion: {zzzzzzzzzzzz: 1}}\nflow: [{get: 'http://h/'}]"),
    ("tlsAuth", "http: {tlsAuth: [{zzzzzzzzzzzz: 1}]}\nflow: [{get: 'http://h/'}]"),
    ("dns", "http: {dns: {zzzzzzzzzzzz: 1}}\nflow: [{get: 'http://h/'}]"),
    ("metric", "metrics: {a: {kind: trend, zzzzzzzzzzzz: 1}}\nflow: [{get: 'http://h/'}]"),
    ("data set", "data: {a: {csv: none.csv, zzzzzzzzzzzz: 1}}\nflow: [{get: 'http://h/'}]"),
    ("data set", "data: {a: {json: none.json, zzzzzzzzzzzz: 1}}\nflow: [{get: 'http://h/'}]"),
    ("data set", "data: {a: {rows: [1], zzzzzzzzzzzz: 1}}\nflow: [{get: 'http://h/'}]"),
    ("data set", "data: {a: {generate: 1, row: {b: 1}, zzzzzzzzzzzz: 1}}\nflow: [{get: 'http://h/'}]"),
    ("threshold", "thresholds: {checks: {threshold: rate>0.9, zzzzzzzzzzzz: 1}}\nflow: [{get: 'http://h/'}]"),
    ("expect", "flow: [{get: 'http://h/', expect: {zzzzzzzzzzzz: 1}}]"),
    ("retry", "flow: [{get: 'http://h/', retry: {zzzzzzzzzzzz: 1}}]"),
    ("extraction", "flow: [{get: 'http://h/', extract: {a: {zzzzzzzzzzzz: 1}}}]"),
    ("extraction", "flow: [{get: 'http://h/', extract: {a: {regex: a, zzzzzzzzzzzz: 1}}}]"),
    ("check", "flow: [{get: 'http://h/', check: {status: 200, zzzzzzzzzzzz: 1}}]"),
    ("auth", "flow: [{get: 'http://h/', auth: {digest: {username: a, password: b}, zzzzzzzzzzzz: 1}}]"),
    ("digest", "flow: [{get: 'http://h/', auth: {digest: {username: a, password: b, zzzzzzzzzzzz: 1}}}]"),
    ("token", "auth: {a: {token: {post: 'http://h/t', zzzzzzzzzzzz: 1}}}\nflow: [{get: 'http://h/', auth: a}]"),
    ("part", "flow: [{post: 'http://h/', multipart: {a: {file: Cargo.toml, zzzzzzzzzzzz: 1}}}]"),
    ("choice", "flow: [{choose: [{steps: [{get: 'http://h/'}], zzzzzzzzzzzz: 1}]}]"),
];

/// A scenario with load of its own.
pub(crate) fn scenario(load: &str) -> String {
    format!("scenarios: {{a: {{{load}, flow: [{{get: 'http://h/'}}], zzzzzzzzzzzz: 1}}}}")
}

/// A step with everything it needs.
pub(crate) fn step(word: &str) -> String {
    let steps = "\n    steps: [{think: 1s}]";
    let (value, needs) = match word {
        "request" => ("/", "\n    method: PURGE"),
        "think" | "every" | "after" => ("1s", if word == "think" { "" } else { steps }),
        "check" => ("{status: 200}", ""),
        "set" => ("{a: 1}", ""),
        "metric" => ("{count: 1}", ""),
        "push" => ("1", "\n    to: list"),
        "pick" => ("list", steps),
        "remove" => ("1", "\n    from: list"),
        "row" => ("users", ""),
        "if" => ("status == 200", "\n    then: [{think: 1s}]"),
        "while" => ("status == 200", steps),
        "choose" => ("[{steps: [{think: 1s}]}]", ""),
        "chance" => ("20%", steps),
        "repeat" | "parallel" => ("3", steps),
        "foreach" => ("[1, 2]", steps),
        "group" => ("a", steps),
        "measure" => ("time", steps),
        "poll" => ("{get: /}", "\n    until: status == 200"),
        "use" => ("other", ""),
        "fail" | "abort" => ("because", ""),
        "end" => ("iteration", ""),
        _ => ("/", ""),
    };
    let head = "base_url: http://h\nmetrics: {count: counter, time: {kind: trend, unit: ms}}\n\
        flows: {other: [{get: /}]}\nvus: 1\n";
    format!("{head}scenarios:\n s:\n  user: {{list: []}}\n  flow:\n  - {word}: {value}{needs}\n    zzzzzzzzzzzz: 1\n")
}
