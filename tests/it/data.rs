//! Rows for users, setup and teardown: what the target's own log says of who got what.

use std::collections::BTreeMap;

use loadagent::testing::practice_target::Target;

use super::support::{Bench, Ran, practice, signal};

fn bench(target: &Target, profile: &str) -> Bench {
    let bench = Bench::new();
    bench.write("p.yaml", &format!("base_url: http://{}\n{profile}", target.address()));
    bench
}

fn run(bench: &Bench, words: &[&str]) -> Ran {
    bench.run(&[&["run", "p.yaml", "--run-dir", "run", "--workers", "2"], words].concat())
}

/// How often each path was asked for.
fn served(target: &Target) -> BTreeMap<String, u64> {
    target.report().routes.into_iter().map(|(path, route)| (path, route.total)).collect()
}

fn each_once(begin: &str, rows: u64) -> BTreeMap<String, u64> {
    (0..rows).map(|row| (format!("{begin}{row}"), 1)).collect()
}

/// The requests that the run itself counts.
fn counted(bench: &Bench) -> u64 {
    bench.summary()["metrics"]["http_reqs"]["values"]["count"]
        .as_f64()
        .map_or(0, |count| format!("{count}").parse().unwrap())
}

const ROWS: u64 = 41;

fn csv() -> String {
    (0..ROWS).fold("id;name\n".to_owned(), |text, row| text + &format!("{row};\"a;{row}\"\n"))
}

#[test]
fn parts_of_a_run_use_every_row_once() {
    for load in ["vus: 7\nduration: 30s\n", "rate: 200\nduration: 30s\nmax_vus: 12\n"] {
        let target = practice(&[]);
        let data = "data: {users: {csv: users.csv, delimiter: ;, order: unique}}\n";
        let bench =
            bench(&target, &format!("{data}{load}flow: [{{row: users, as: user}}, {{get: '/u/${{user.id}}'}}]\n"));
        bench.write("users.csv", &csv());
        for part in 1..=3 {
            let (dir, segment) = (format!("run{part}"), format!("{part}/3"));
            let ran = bench.run(&["run", "p.yaml", "--run-dir", &dir, "--workers", "2", "--segment", &segment]);
            assert_eq!(ran.code, 0, "{load}: {}{}", ran.stdout, ran.stderr);
            assert!(ran.stderr.contains("the rows of `users` are used up; the scenario ends"), "{}", ran.stderr);
        }
        assert_eq!(served(&target), each_once("/u/", ROWS), "{load}");
    }
}

#[test]
fn a_user_alone_gets_every_row_in_order_however_many_threads_there_are() {
    let target = practice(&[]);
    let flow = "flow: [{row: n, as: it}, {get: '/${scenario_iteration}-${it}'}]\n";
    let bench = bench(&target, &format!("data: {{n: [a, b, c]}}\nvus: 1\niterations: 4\n{flow}"));
    let ran = bench.run(&["run", "p.yaml", "--run-dir", "run", "--workers", "3"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let paths: Vec<_> = served(&target).into_keys().map(|path| path.rsplit_once('-').unwrap().1.to_owned()).collect();
    assert_eq!(paths, ["a", "b", "c", "a"]);
}

#[test]
fn an_iteration_without_a_row_is_none() {
    let target = practice(&[]);
    let bench = bench(
        &target,
        "data: {cards: {generate: 10, row: {id: '${index}', n: '${random_int(5, 5)}'}, order: shuffled, at_end: stop}}\n\
        vus: 3\niterations: 99\nflow: [{parallel: [[{row: cards, as: card}, {get: '/${card.n}/${card.id}'}]]}]\n",
    );
    let ran = run(&bench, &[]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert_eq!(served(&target), each_once("/5/", 10));
    let values = &bench.summary()["metrics"];
    assert_eq!(values["iterations"]["values"]["count"], 10.0);
    assert!(values["dropped_iterations"]["values"]["count"].as_f64().is_none_or(|count| count == 0.0));
}

#[test]
fn users_keep_their_rows_and_leave_without_one() {
    let target = practice(&[]);
    let bench = bench(
        &target,
        "data: {users: {jsonl: users.jsonl, order: per_user, at_end: stop}}\nscenarios:\n  s:\n    \
        {executor: per-vu-iterations, vus: 5, iterations: 4, on_start: [{row: users, as: user}], flow: [{get: '/${user.name}'}]}\n",
    );
    bench.write("users.jsonl", "{\"name\": \"ann\"}\n{\"name\": \"bob\"}\n{\"name\": \"cid\"}\n");
    let ran = run(&bench, &[]);
    assert_eq!(served(&target), ["/ann", "/bob", "/cid"].map(|path| (path.to_owned(), 4)).into(), "{}", ran.stderr);
}

const ONCE: &str = "setup:\n  - row: names\n    as: name\n  - get: /made/${name}\n  - set: {token: 'of-${status}'}\n\
    teardown: [{get: '/gone/${token}'}]\ndata: {names: [it]}\n";

#[test]
fn setup_leaves_values_and_counts_like_any_request() {
    let target = practice(&[]);
    let bench = bench(&target, &format!("{ONCE}vus: 4\niterations: 20\nflow: [{{get: '/use/${{token}}'}}]\n"));
    let ran = run(&bench, &["--out", "json=samples.json"]);
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    let expected = [("/made/it", 1), ("/use/of-200", 20), ("/gone/of-200", 1)];
    assert_eq!(served(&target), expected.map(|(path, count)| (path.to_owned(), count)).into());
    assert_eq!(counted(&bench), 22);
    let samples = std::fs::read_to_string(bench.path().join("samples.json")).unwrap();
    let requests = samples.lines().filter(|line| line.contains("\"http_reqs\"") && line.contains("\"Point\"")).count();
    assert_eq!(requests, 22, "raw records have them, too");
    let checked = bench.run(&["check", "p.yaml"]).stdout;
    for line in ["once before the load, within 1m", "once after the load, within 1m", "names: 1 row"] {
        assert!(checked.contains(line), "{checked}");
    }
}

#[test]
fn without_setup_there_is_no_load() {
    let target = practice(&[("errors", "100%")]);
    let rest = "vus: 4\niterations: 20\nthresholds: {http_req_duration: p(95)<1000}\nflow: [{get: /use}]\n";
    let bench = bench(&target, &format!("{ONCE}{rest}"));
    let ran = run(&bench, &[]);
    assert_eq!(ran.code, 108, "{}{}", ran.stdout, ran.stderr);
    assert_eq!(served(&target), [("/made/it".to_owned(), 1)].into(), "neither load nor teardown");
    assert_eq!(counted(&bench), 1);
    let reasons = bench.summary()["loadagent"]["reasons"].to_string();
    assert!(reasons.contains("setup failed: ") && !reasons.contains("threshold"), "{reasons}");
}

#[test]
fn setup_that_takes_too_long_is_cut_off() {
    let target = practice(&[]);
    let bench = bench(&target, "setup: [{think: 1h}]\nsetupTimeout: 50ms\nvus: 1\niterations: 1\nflow: [{get: /}]\n");
    let ran = run(&bench, &[]);
    assert_eq!((ran.code, target.report().total), (108, 0), "{}", ran.stderr);
    assert!(ran.stdout.contains("setup failed: it took longer than 50ms"), "{}", ran.stdout);
}

#[test]
fn teardown_comes_after_a_stop_and_its_failure_is_a_warning() {
    let target = practice(&[]);
    let text = "vus: 2\nduration: 1h\nflow: [{get: /}, {think: 10ms}]\nteardown: [{get: /gone}, {fail: no more}]\n";
    let bench = bench(&target, text);
    let child = bench.start(&["run", "p.yaml", "--run-dir", "run"]);
    while target.report().total == 0 {
        std::thread::yield_now();
    }
    signal(&child, "INT");
    let ran: Ran = child.wait_with_output().unwrap().into();
    assert_eq!(ran.code, 105, "{}", ran.stderr);
    assert_eq!(served(&target).get("/gone"), Some(&1));
    assert_eq!(counted(&bench), target.report().total);
    assert!(ran.stdout.contains("teardown failed: no more"), "{}", ran.stdout);
}

#[test]
fn failing_requests_of_teardown_are_warnings() {
    for (options, flow, warning) in [
        (&[("errors", "100%")][..], "[{get: /a}, {delete: /b}]", Some("teardown failed: 2 of 2 requests failed: ")),
        (&[("errors", "100%")], "[{get: /a, expect: 5xx}]", None),
        (&[], "[{get: /a}, {get: /b, expect: 404}]", Some("teardown failed: 1 of 2 requests failed: GET /b")),
        (&[], "[{get: 'http://127.0.0.1:1/c'}]", Some("teardown failed: 1 of 1 request failed: GET /c")),
        (&[], "[{get: /a}]", None),
    ] {
        let target = practice(options);
        let load = "vus: 1\niterations: 1\nflow: [{get: /, expect: [2xx, 5xx]}]\n";
        let bench = bench(&target, &format!("{load}teardown: {flow}\n"));
        let ran = run(&bench, &[]);
        assert_eq!(ran.code, 0, "{flow}: {}{}", ran.stdout, ran.stderr);
        match warning {
            Some(warning) => assert!(ran.stdout.contains(&format!("! {warning}")), "{flow}: {}", ran.stdout),
            None => assert!(!ran.stdout.contains("teardown failed"), "{flow}: {}", ran.stdout),
        }
    }
}

#[test]
fn a_signal_ends_setup() {
    let target = practice(&[]);
    let bench = bench(&target, "setup: [{get: /made}, {think: 1h}]\nvus: 1\niterations: 1\nflow: [{get: /}]\n");
    let child = bench.start(&["run", "p.yaml", "--run-dir", "run"]);
    while target.report().total == 0 {
        std::thread::yield_now();
    }
    signal(&child, "INT");
    let ran: Ran = child.wait_with_output().unwrap().into();
    assert_eq!((ran.code, target.report().total), (105, 1), "{}", ran.stderr);
    assert!(ran.stderr.contains("setup failed: it was stopped by a signal or the control API"), "{}", ran.stderr);
}
