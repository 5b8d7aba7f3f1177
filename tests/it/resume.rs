//! A run that is killed or stopped, and goes on.

use std::{
    collections::{BTreeMap, BTreeSet},
    process::Child,
    time::{Duration, Instant},
};

use serde_json::Value as Json;

use super::{
    store::{Store, TAKEN},
    support::{Asked, Bench, Ran, practice, reply, serve, signal, url},
};

fn wait(what: &str, mut holds: impl FnMut() -> bool) {
    let began = Instant::now();
    while !holds() {
        assert!(began.elapsed() < Duration::from_secs(60), "{what} did not come");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn kill(mut child: Child, name: &str) -> Option<i32> {
    signal(&child, name);
    child.wait().unwrap().code()
}

fn coverage(bench: &Bench) -> Json {
    bench.summary()["loadagent"]["coverage"].clone()
}

fn count(bench: &Bench, metric: &str) -> u64 {
    bench.summary()["metrics"][metric]["values"]["count"].as_u64().unwrap()
}

/// Points of the store, by series and time; the same point twice must be the same line.
fn points(store: &Store) -> BTreeMap<(String, i64), String> {
    let mut points = BTreeMap::new();
    for line in store.kept() {
        let (rest, at) = line.rsplit_once(' ').unwrap();
        let (series, fields) = rest.rsplit_once(' ').unwrap();
        let known = points.insert((series.to_owned(), at.parse().unwrap()), fields.to_owned());
        assert!(known.is_none_or(|known| known == fields), "{series} at {at} has two values");
    }
    points
}

fn field(fields: &str, name: &str) -> f64 {
    fields.split(',').find_map(|field| field.strip_prefix(&format!("{name}="))).unwrap().parse().unwrap()
}

#[test]
fn a_killed_run_goes_on_as_the_same_run() {
    let (bench, target, store) = (Bench::new(), practice(&[]), Store::start(&[], TAKEN));
    let (url, out) = (url(&target), format!("influxdb=http://{}/db?gzip=false", store.address));
    let words = ["run", &url, "--rate", "50", "-d", "6s", "-q", "--run-dir", "run", "--run-id", "one", "--out", &out];
    let child = bench.start(&words);
    wait("a second point", || store.kept().iter().filter(|line| line.starts_with("http_reqs,")).count() > 1);
    assert_eq!(kill(child, "KILL"), None);
    let ran = bench.run(&words);
    let covered = coverage(&bench);
    assert_eq!(covered["interruptions"], 1, "{}", ran.stderr);
    let missing = covered["missing_ms"].as_f64().unwrap();
    assert!(missing > 0.0 && covered["ratio"].as_f64().unwrap() < 1.0, "{covered}");
    // A run this short is invalid if the second process took a third of a second.
    let is_valid = covered["ratio"].as_f64().unwrap() >= 0.95;
    assert_eq!(ran.code, if is_valid { 0 } else { 109 }, "{}", ran.stderr);

    let requests: Vec<_> =
        points(&store).into_iter().filter(|((series, _), _)| series.starts_with("http_reqs,")).collect();
    let series: BTreeSet<&String> = requests.iter().map(|((series, _), _)| series).collect();
    assert_eq!(series.len(), 1, "one run, one instance: {series:?}");
    let sum: f64 = requests.iter().map(|(_, fields)| field(fields, "count")).sum();
    let totals: Vec<f64> = requests.iter().map(|(_, fields)| field(fields, "total")).collect();
    assert!(totals.is_sorted(), "{totals:?}");
    let counted = count(&bench, "http_reqs");
    assert_eq!((totals.last().copied(), sum), (Some(counted as f64), counted as f64));
    let seen = target.report().total;
    assert!(counted <= seen && seen - counted <= 100, "{counted} stored of {seen}");
    // Every arrival that was due outside the gap.
    let planned = 300.0 - missing * 0.05;
    assert!((counted as f64 - planned).abs() <= 100.0, "{counted} of {planned}");
    let report = bench.run(&["report", "run"]).stdout;
    assert!(report.contains("GAPS") && report.contains("coverage is"), "{report}");
}

#[test]
fn a_stopped_run_goes_on_and_ends_once() {
    let (bench, target) = (Bench::new(), practice(&[]));
    let url = url(&target);
    let words = ["run", &url, "-u", "2", "-d", "6s", "-q", "--run-dir", "run", "--run-id", "one"];
    let child = bench.start(&words);
    wait("a request", || target.report().total > 0);
    assert_eq!(kill(child, "TERM"), Some(105));
    assert_eq!(bench.summary()["loadagent"]["verdict"], "stopped");
    let ran = bench.run(&["run", &url, "-u", "2", "-d", "6s", "-q", "--resume", "run"]);
    assert_ne!(ran.code, 105, "{}", ran.stderr);
    assert_eq!(
        (&coverage(&bench)["interruptions"], &bench.summary()["loadagent"]["run_id"]),
        (&1.into(), &"one".into())
    );
    assert_eq!(count(&bench, "http_reqs"), target.report().total, "a stopped process counts all that it sent");

    // Once more, as if it had been killed before it wrote its summary: it has ended, and nothing is sent.
    let (seen, summary) = (target.report().total, bench.summary());
    std::fs::remove_file(bench.path().join("run/summary.json")).unwrap();
    let again = bench.run(&words);
    assert_eq!((again.code, target.report().total), (ran.code, seen), "{}", again.stderr);
    assert_eq!(bench.summary()["metrics"], summary["metrics"]);
    let refused = bench.run(&["run", &url, "-u", "2", "-d", "6s", "-q", "--resume", "run"]);
    assert!(refused.code == 104 && refused.stderr.contains("has ended with exit code"), "{}", refused.stderr);
}

#[test]
fn what_is_another_run_is_refused() {
    let (bench, target) = (Bench::new(), practice(&[]));
    let url = url(&target);
    let words = ["run", &url, "--rate", "20", "-d", "30s", "-q", "--run-dir", "run", "--run-id", "one"];
    let child = bench.start(&words);
    wait("a request", || target.report().total > 0);
    let refusal = |words: &[&str]| -> String {
        let Ran { code, stderr, .. } = bench.run(words);
        assert_eq!(code, 104, "{stderr}");
        stderr
    };
    assert!(refusal(&words).contains("is in use"));
    kill(child, "KILL");
    let other = ["run", &url, "--rate", "30", "-d", "30s", "-q", "--run-dir", "run", "--run-id", "one"];
    let text = refusal(&other);
    assert!(text.contains("is a run of another plan") && text.contains("20/s") && text.contains("30/s"), "{text}");
    let text = refusal(&["run", &url, "--rate", "20", "-d", "30s", "--resume", "run", "--run-id", "two"]);
    assert!(text.contains("is run one") && text.contains("--run-id two"), "{text}");
    // Without its ID it is not asked for.
    assert!(refusal(&words[..words.len() - 2]).contains("--resume"));
}

/// Rows that were asked for.
fn rows(asked: &Asked) -> Vec<String> {
    let requests = asked.requests.lock().unwrap();
    let row = |request: &String| Some(request.split("GET /row-").nth(1)?.split(' ').next()?.to_owned());
    requests.iter().filter_map(row).collect()
}

#[test]
fn no_row_is_used_twice_and_iterations_add_up() {
    let bench = Bench::new();
    let (address, asked) = serve(|_| reply(200, "", b"ok"));
    let numbers = (0..1_000).map(|number| number.to_string()).collect::<Vec<_>>().join("\n") + "\n";
    bench.write("rows.csv", &format!("id\n{numbers}"));
    bench.write(
        "p.yaml",
        &format!(
            "base_url: http://{address}\ndata: {{rows: {{csv: rows.csv, order: unique}}}}\nscenarios:\n  s:\n    \
             executor: shared-iterations\n    vus: 4\n    iterations: 300\n    wait: 50ms\n    \
             flow: [{{row: rows, as: it}}, {{get: '/row-${{it.id}}'}}]\n"
        ),
    );
    let words = ["run", "p.yaml", "-q", "--run-dir", "run", "--run-id", "one", "--workers", "2"];
    for more in [60, 120] {
        let child = bench.start(&words);
        wait("requests", || rows(&asked).len() > more);
        kill(child, "KILL");
    }
    let ran = bench.run(&words);
    assert_eq!(coverage(&bench)["interruptions"], 2, "{}", ran.stderr);
    assert_eq!(count(&bench, "iterations"), 300);
    let used = rows(&asked);
    let unique: BTreeSet<&String> = used.iter().collect();
    assert_eq!(unique.len(), used.len(), "a row was used twice");
}
