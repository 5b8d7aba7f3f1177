//! What conditions see of a response, and what an extraction without a match does: by the counts of the summary.

use super::support::{Bench, practice};

/// Every name and function that `expect.that` can read, in a condition that holds.
const TRUE: &[&str] = &[
    "duration > 15 && duration < 5000",
    "status == 200",
    "length(body) > 0 && 'x' not in body",
    "json != null",
    "error == ''",
    "vu == 1",
    "iteration >= 0",
    "scenario_iteration >= 0",
    "header('content-type') != null",
    "x == 3",
    "LIMIT > duration",
];

/// The share of failed requests, and the number of failed checks, of a flow.
fn judged(steps: &str) -> (f64, u64) {
    let target = practice(&[("latency", "20ms")]);
    let bench = Bench::new();
    let head = format!("base_url: http://{}\nvars: {{LIMIT: 5000}}\nvus: 1\niterations: 2\n", target.address());
    bench.write("p.yaml", &format!("{head}flow:\n{steps}"));
    let ran = bench.run(&["run", "p.yaml", "--run-dir", "run", "--workers", "1"]);
    let summary = bench.summary();
    let metrics = &summary["metrics"];
    let failed = metrics["http_req_failed"]["values"]["rate"].as_f64();
    let checks = metrics["checks"]["values"]["fails"].as_u64().unwrap_or_default();
    (failed.unwrap_or_else(|| panic!("{}{}", ran.stdout, ran.stderr)), checks)
}

#[test]
fn a_condition_sees_the_response_that_it_judges() {
    let steps = |condition: &dyn Fn(&str) -> String| {
        let gets = TRUE.iter().map(|text| format!("- {{get: /, expect: {{that: \"{}\"}}}}\n", condition(text)));
        format!("- set: {{x: 3}}\n{}", gets.collect::<String>())
    };
    assert_eq!(judged(&steps(&|text| text.to_owned())), (0.0, 0));
    assert_eq!(judged(&steps(&|text| format!("!({text})"))), (1.0, 0));
}

#[test]
fn any_default_of_an_extraction_is_one() {
    let kinds = ["json: $.none", "regex: 'nothing (here)'", "header: X-None", "cookie: none", "between: ['<<', '>>']"];
    for (default, fails) in
        [(", default: null", 0), (", default: ~", 0), (", default: 0", 0), (", default: ''", 0), ("", 10)]
    {
        let gets = kinds.map(|kind| format!("- {{get: /, extract: {{a: {{{kind}{default}}}}}}}\n"));
        assert_eq!(judged(&gets.concat()), (0.0, fails), "{default}");
    }
}
