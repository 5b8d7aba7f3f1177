//! What a command is given beside its profile: options, the environment, files of other tools.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::{
    store::{Store, TAKEN},
    support::{Bench, Ran, practice, reply, serve, url},
};

fn with(bench: &Bench, variables: &[(&str, &str)], words: &[&str]) -> Ran {
    bench.command(words).envs(variables.iter().copied()).output().unwrap().into()
}

fn lines<'a>(text: &'a str, begin: &str) -> Vec<&'a str> {
    text.lines().map(str::trim).filter(|line| line.starts_with(begin)).collect()
}

#[test]
fn what_comes_from_the_environment_is_named_without_its_value() {
    let (bench, target) = (Bench::new(), practice(&[]));
    let vars = format!("vars: {{BASE: '{}', TOKEN: none, SIZE: 1}}\n", url(&target));
    bench.write("p.yaml", &(vars + "vus: 1\niterations: 2\nflow: [{get: '${BASE}?t=${TOKEN}&s=${SIZE}'}]\n"));
    let set = [("TOKEN", "s3cret"), ("SIZE", "5"), ("LOADAGENT_SEED", "7"), ("LOADAGENT_RATE", ""), ("OTHER", "x")];
    let note = "from the environment: TOKEN, LOADAGENT_SEED";
    let checked = with(&bench, &set, &["check", "p.yaml", "-e", "SIZE=2"]);
    assert_eq!(lines(&checked.stdout, "note: from"), [format!("note: {note}")], "{}{}", checked.stdout, checked.stderr);
    let ran = with(&bench, &set, &["run", "p.yaml", "-e", "SIZE=2", "--run-dir", "run"]);
    assert_eq!(lines(&ran.stderr, "from the environment"), [note], "{}", ran.stderr);
    assert!(!(checked.stdout + &ran.stdout + &ran.stderr).contains("s3cret"));
    assert!(!bench.run(&["check", "p.yaml"]).stdout.contains("environment"));
    let factor = with(&bench, &[("TEST_DURATION_MULTIPLIER", "2")], &["check", "p.yaml"]).stdout;
    assert!(factor.contains("from the environment: TEST_DURATION_MULTIPLIER"), "{factor}");
}

#[test]
fn a_variable_that_looks_like_one_of_an_option_is_warned_of() {
    let (bench, target) = (Bench::new(), practice(&[]));
    let set = [("LOADAGENT_VUSS", "50"), ("LOADAGENT_TARGET_SERVICE_HOST", "10.0.0.1")];
    let warning = "warning: LOADAGENT_VUSS is set, but no option has this variable; did you mean `LOADAGENT_VUS`?";
    let checked = with(&bench, &set, &["check", &url(&target), "-i", "1"]);
    assert_eq!(lines(&checked.stdout, "warning: "), [warning], "{}", checked.stdout);
    let ran = with(&bench, &set, &["run", &url(&target), "-i", "1"]);
    assert_eq!((ran.code, lines(&ran.stderr, "warning: ")), (0, vec![warning]), "{}", ran.stderr);
}

#[test]
fn what_is_given_twice_is_refused_or_named() {
    let bench = Bench::new();
    let twice = bench.run(&["check", "quickstart", "--tag", "team=a", "--tag", "team=b"]);
    assert!(twice.code == 2 && twice.stderr.contains("--tag team is given twice"), "{}", twice.stderr);
    assert_eq!(bench.run(&["check", "quickstart", "--tag", "team=a", "--tag", "Team=b"]).code, 0, "tags are data");
    bench.write("p.yaml", "vars: {N: 1, M: 1}\nbase_url: http://h\nvus: '${N}'\nduration: 1s\nflow: [{get: /}]\n");
    let checked = bench.run(&["check", "p.yaml", "-e", "N=2", "-e", "M=4", "-e", "N=3", "-e", "N=4"]).stdout;
    let notes = lines(&checked, "note: ");
    assert_eq!(notes, ["note: -e N is given more than once; the last value counts"], "{checked}");
    assert!(checked.contains("4 users"), "{checked}");
}

#[test]
fn files_of_other_tools_are_recognised() {
    let bench = Bench::new();
    bench.write("load.js", "import http from 'k6/http';\nexport default function () {}\n");
    for (name, kind) in [
        ("load.js", "k6"),
        ("missing.ts", "k6"),
        ("locustfile.py", "Locust"),
        ("plan.JMX", "JMeter"),
        ("Shop.scala", "Gatling"),
        ("browser.har", "recording"),
    ] {
        let ran = bench.run(&["run", name]);
        assert_eq!(ran.code, 104, "{name}: {}", ran.stderr);
        let command = if kind == "recording" { "loadagent convert browser.har" } else { "loadagent init" };
        assert!(ran.stderr.contains(kind) && ran.stderr.contains(command), "{name}: {}", ran.stderr);
    }
    let host = bench.run(&["run", "quickstart", "-H", "http://127.0.0.1:8080"]);
    assert!(host.code == 2 && host.stderr.contains("base_url"), "{}", host.stderr);
}

#[test]
fn check_of_a_segment_shows_its_part() {
    let bench = Bench::new();
    let text = |words: &[&str]| bench.run(&[&["check", "quickstart"], words].concat()).stdout;
    let whole = text(&[]);
    assert!(!whole.contains("segment"), "{whole}");
    let part = text(&["--segment", "1/4"]);
    assert!(part.contains("segment 1/4") && part.contains("; segment 1/4: 50/s"), "{part}");
    let json: Json = serde_json::from_str(&text(&["--segment", "1/4", "--json"])).unwrap();
    assert_eq!(json["segment"], "1/4");
    assert!(json["scenarios"][0]["load"].as_str().unwrap().ends_with("segment 1/4: 50/s"), "{json}");
    let json: Json = serde_json::from_str(&text(&["--json"])).unwrap();
    assert!(json["segment"].is_null());
}

/// The estimate of `check` against what a run records in which each request gets one status.
#[test]
fn the_estimate_of_series_is_that_of_a_run() {
    let load = "vus: 2\niterations: 4\n";
    let stages = "stages: [{duration: 500ms, target: 2}, {duration: 500ms, target: 2}]\n";
    let open = "rate: 20\nduration: 1s\n";
    let flows = [
        ("flow: [{get: /}]\n", load),
        ("flow: [{get: /}, {get: /}, {get: /a}, {post: /a, name: x}, {get: /b, check: {status: 200}}]\n", load),
        ("flow: [{group: g, steps: [{get: /a, tags: {t: u}}]}, {get: /a}, {check: {that: status == 200}}]\n", stages),
        (
            "metrics: {n: counter, w: {kind: trend, unit: ms}}\nflow: [{metric: {n: 1}}, {measure: w, steps: [{get: /}]}]\n",
            open,
        ),
        ("flow: [{parallel: [[{get: /a}], [{get: /b}]]}, {parallel: 2, steps: [{get: /c}]}]\n", load),
        ("setup: [{get: /in}]\nteardown: [{get: /out}]\nflow: [{get: '/u/${vu}'}]\n", load),
        ("flow: [{jsonrpc: /rpc, method: sum, params: [1]}]\n", load),
        ("flow: [{sse: '/events?count=2&gap=1ms'}]\n", load),
        ("flow: [{websocket: /ws, steps: [{send: hi}, {expect: 'true'}]}]\n", load),
        ("flow: [{job: {post: '/jobs?takes=1ms'}, done: json.state == 'done', every: 10ms}]\n", load),
    ];
    for (flow, load) in flows {
        let bench = Bench::new();
        bench.write("p.yaml", &format!("practice_target: {{}}\n{load}{flow}"));
        let out = ["--out", "json=x.json"];
        let checked = bench.run(&[&["check", "p.yaml", "--json"], &out[..]].concat());
        assert_eq!(checked.code, 0, "{flow}: {}", checked.stderr);
        let plan: Json = serde_json::from_str(&checked.stdout).unwrap();
        let ran = bench.run(&[&["run", "p.yaml", "--run-dir", "run"], &out[..]].concat());
        let shown = lines(&ran.stdout, "seed ").first().unwrap().split(' ').nth(2).unwrap().replace(',', "");
        assert_eq!(plan["predicted_series"].to_string(), shown, "{flow}{load}{}", ran.stdout);
    }
}

#[test]
fn the_last_line_names_all_files_and_missing_folders_are_made() {
    let (bench, target) = (Bench::new(), practice(&[]));
    let files = ["--run-dir", "a/run", "--summary-export", "b/s.json", "--csv", "c/l", "--out", "hdr=d/h.hlog"];
    let ran = bench.run(&[&["run", &url(&target), "-i", "3"], &files[..]].concat());
    assert_eq!(lines(&ran.stdout, "written to"), ["written to a/run, b/s.json, c/l_*.csv"], "{}", ran.stdout);
    for name in ["a/run/summary.json", "b/s.json", "c/l_stats.csv", "d/h.hlog"] {
        assert!(bench.path().join(name).is_file(), "{name}");
    }
}

/// A server that answers everything with a document is no receiver, and what it is sent is not delivered.
#[test]
fn a_server_that_is_no_receiver_is_reported() {
    let target = practice(&[]);
    let (address, _) = serve(|_| reply(200, "content-type: application/json\r\n", b"{\"ok\": true}"));
    for (out, code, shown) in [
        (format!("prometheus=http://{address}/api/v1/write"), 110, "answers without a JSON or XML document"),
        (format!("prometheus=http://{address}/?version=1&histograms=classic"), 0, "acknowledged"),
        (format!("otlp=http://{address}"), 0, "warning: 200 with a document that is no response of OTLP"),
        (format!("influxdb=http://{address}/db"), 110, "another server is at this address"),
    ] {
        let bench = Bench::new();
        let words = ["run", &url(&target), "-i", "3", "--run-dir", "run", "--drain", "500ms", "--out", &out];
        let ran = bench.run(&words);
        assert!(ran.code == code && ran.stdout.contains(shown), "{out}: {}\n{}{}", ran.code, ran.stdout, ran.stderr);
        let account = bench.summary()["loadagent"]["outputs"][0].clone();
        assert_eq!(account["complete"], code == 0, "{account}");
        assert_eq!(account["acknowledged"] != 0, code == 0, "{account}");
    }
}

/// Number and sum of the samples of each metric, in an output that writes all.
fn samples(bench: &Bench) -> BTreeMap<String, (f64, f64)> {
    let text = std::fs::read_to_string(bench.path().join("x.json")).unwrap();
    let mut samples = BTreeMap::new();
    for point in text.lines().map(|line| serde_json::from_str::<Json>(line).unwrap()) {
        if point["type"] == "Point" {
            let (count, sum) = samples.entry(point["metric"].as_str().unwrap().to_owned()).or_default();
            (*count, *sum) = (*count + 1.0, *sum + point["data"]["value"].as_f64().unwrap());
        }
    }
    samples
}

#[test]
fn the_summary_is_the_sum_of_its_samples() {
    for (load, flow) in [
        // Cut off by the end; by a ramp-down.
        ("vus: 3, duration: 1s, gracefulStop: 0s", "[{get: /fast}, {get: /slow}]"),
        (
            "executor: ramping-vus, startVUs: 4, gracefulRampDown: 0s, gracefulStop: 0s, stages: [{duration: 1s, target: 0}]",
            "[{get: /slow}]",
        ),
        ("vus: 2, duration: 1s, gracefulStop: 0s", "[{parallel: [[{get: /slow}], [{get: /slow}]]}]"),
        ("rate: 30, duration: 1s, maxVUs: 5, gracefulStop: 0s", "[{get: /slow}]"),
        ("vus: 2, duration: 1s, gracefulStop: 0s", "[{after: 0s, steps: [{get: /slow}]}, {think: 9s}]"),
        (
            "vus: 1, duration: 1s, gracefulStop: 0s",
            "[{parallel: 2, steps: [{websocket: '/ws?gap=100ms', steps: [{hold: 9s}]}]}]",
        ),
        ("vus: 2, iterations: 6", "[{get: /fast}, {fail: no}]"),
        (
            "rate: 40, duration: 1s",
            "[{group: g, steps: [{get: /bad, check: {status: 200}}, {parallel: 3, steps: [{get: /fast}]}]}]",
        ),
        (
            "vus: 2, iterations: 6",
            "[{get: 'http://127.0.0.1:1/'}, {get: /fast, timeout: 1us}, {measure: m, steps: [{think: 2ms}]}]",
        ),
        (
            "vus: 2, iterations: 6",
            "[{sse: '/events?count=3&gap=1ms'}, {jsonrpc: /rpc, method: error}, {job: {post: '/jobs?takes=1ms'}, done: json.state == 'done', every: 5ms}]",
        ),
    ] {
        let bench = Bench::new();
        let target = "practice_target: {route: ['/slow latency=30s', '/fast latency=1ms', '/bad errors=50%']}";
        let metrics = "metrics: {m: {kind: trend, unit: ms}}";
        bench.write("p.yaml", &format!("{target}\n{metrics}\nscenarios: {{s: {{{load}, flow: {flow}}}}}\n"));
        let ran = bench.run(&["run", "p.yaml", "--run-dir", "run", "--out", "json=x.json"]);
        let (summary, samples) = (bench.summary(), samples(&bench));
        let mut compared = 0;
        for (name, metric) in summary["metrics"].as_object().unwrap() {
            if ["generator_", "output_", "verdict_"].iter().any(|own| name.starts_with(own)) {
                continue;
            }
            let value = |name: &str| metric["values"][name].as_f64().unwrap();
            let (number, sum) = samples.get(name).copied().unwrap_or_default();
            let (written, expected) = match metric["type"].as_str().unwrap() {
                "counter" => (sum, value("count")),
                "trend" => (number, value("count")),
                "rate" => (number, value("passes") + value("fails")),
                _ => continue,
            };
            assert!((written - expected).abs() < 0.5, "{name} of {load} {flow}: {written}, {expected}\n{}", ran.stdout);
            compared += usize::from(expected > 0.0);
        }
        assert!(compared >= 3, "{load}: {samples:?}");
    }
}

/// A value that one place can't hold would be lost for all: outputs, `report` and `replay` read one log.
#[test]
fn values_of_any_size_are_in_all_places() {
    for (metric, value) in [
        ("trend", "0"),
        ("trend", "0.000000001"),
        ("trend", "1000000000000"),
        ("trend", "9e18"),
        ("{kind: trend, unit: ms}", "0.0001"),
        ("{kind: trend, unit: ms}", "1e15"),
        ("{kind: trend, unit: bytes}", "1e15"),
        ("counter", "1e15"),
        ("gauge", "-1e300"),
        ("updown", "-1e9"),
    ] {
        let (bench, store) = (Bench::new(), Store::start(&[], TAKEN));
        let profile = format!(
            "practice_target: {{}}\nmetrics: {{own: {metric}}}\nvus: 1\niterations: 3\nflow: [{{get: /}}, {{metric: {{own: {value}}}}}]\n"
        );
        bench.write("p.yaml", &profile);
        let influx = format!("influxdb=http://{}/db?gzip=false", store.address);
        let ran = bench.run(&["run", "p.yaml", "--run-dir", "run", "--out", "json=x.json", "--out", &influx]);
        assert_eq!(ran.code, 0, "{metric} {value}: {}{}", ran.stdout, ran.stderr);
        assert!(store.kept().iter().any(|line| line.starts_with("own,")), "{metric} {value}");
        assert_eq!(samples(&bench)["own"].0, 3.0, "{metric} {value}");
        let report = bench.run(&["report", "run"]);
        assert!(report.code == 0 && report.stdout.contains("own"), "{metric} {value}: {}", report.stderr);
    }
}
