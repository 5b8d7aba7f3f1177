//! No result depends on the number of workers: the same profiles with one, two and four of them, by what the target's own
//! log says of who asked for what, by counts of iterations and by exit codes.

use std::{collections::BTreeMap, thread};

use super::support::{Bench, practice};

const FOUR: &str = "data: {u: {rows: [{id: 1}, {id: 2}, {id: 3}, {id: 4}]";
const SHARED: &str = "executor: shared-iterations, maxDuration: 30s";
const EACH: &str = "executor: per-vu-iterations, maxDuration: 30s";
const ROW: &str = "flow: [{row: u}, {get: '/${u.id}'}]";

/// Profiles: data and other keys at the top, then the load and flow of the only scenario.
fn profiles() -> Vec<(String, String)> {
    let mut profiles = Vec::new();
    let mut add = |top: &str, scenario: &str| profiles.push((top.to_owned(), scenario.to_owned()));
    // Rows that end: fewer, as many and more than there are iterations and users.
    for order in ["order: unique", "order: shuffled, at_end: stop"] {
        let top = format!("{FOUR}, {order}}}}}");
        for users in [1, 2, 5] {
            add(&top, &format!("{SHARED}, vus: {users}, iterations: 9, {ROW}"));
            add(&top, &format!("{EACH}, vus: {users}, iterations: 9, {ROW}"));
            add(&top, &format!("executor: constant-vus, duration: 30s, vus: {users}, {ROW}"));
        }
        add(&top, &format!("executor: constant-arrival-rate, rate: 50, duration: 30s, maxVUs: 9, {ROW}"));
        add(&top, &format!("executor: ramping-vus, startVUs: 1, stages: [{{duration: 30s, target: 3}}], {ROW}"));
        add(&top, &format!("{SHARED}, vus: 3, iterations: 3, {ROW}"));
    }
    // Rows that are used again, and rows of users.
    for order in ["order: sequential", "order: shuffled"] {
        for users in [1, 3] {
            add(&format!("{FOUR}, {order}}}}}"), &format!("{SHARED}, vus: {users}, iterations: 22, {ROW}"));
        }
    }
    let arrivals = "executor: constant-arrival-rate, rate: 40, duration: 500ms, maxVUs: 9";
    add(&format!("{FOUR}}}}}"), &format!("{arrivals}, {ROW}"));
    add(&format!("{FOUR}, order: per_user}}}}"), &format!("{EACH}, vus: 6, iterations: 3, {ROW}"));
    for users in [3, 4, 6] {
        let top = format!("{FOUR}, order: per_user, at_end: stop}}}}");
        add(
            &top,
            &format!("{EACH}, vus: {users}, iterations: 3, on_start: [{{row: u}}], flow: [{{get: '/${{u.id}}'}}]"),
        );
        add(
            &top,
            &format!(
                "executor: constant-vus, vus: {users}, duration: 400ms, gracefulStop: 0s, flow: [{{row: u}}, {{get: '/${{u.id}}'}}, {{think: 2s}}]"
            ),
        );
    }
    add(&format!("{FOUR}, order: random}}}}"), &format!("{EACH}, vus: 5, iterations: 4, {ROW}"));
    // Numbers of users and iterations.
    for users in [1, 2, 7] {
        let flow = "flow: [{get: '/${scenario_iteration}'}, {get: '/user'}]";
        add("", &format!("{SHARED}, vus: {users}, iterations: 23, {flow}"));
        add("", &format!("{EACH}, vus: {users}, iterations: 3, flow: [{{get: '/${{vu}}/${{iteration}}'}}]"));
    }
    add(
        "",
        "executor: constant-arrival-rate, rate: 50, duration: 400ms, maxVUs: 9, flow: [{get: '/${scenario_iteration}'}]",
    );
    add(
        "",
        "executor: ramping-arrival-rate, startRate: 0, maxVUs: 9, stages: [{duration: 400ms, target: 100}], flow: [{get: '/${scenario_iteration}'}]",
    );
    add(
        "",
        "executor: constant-arrival-rate, rate: 50, duration: 300ms, preAllocatedVUs: 3, maxVUs: 3, flow: [{get: /}, {think: 2s}]",
    );
    // Random numbers belong to users.
    add(
        "",
        &format!(
            "{EACH}, vus: 5, iterations: 6, flow: [{{get: '/${{random_int(1, 9)}}'}}, {{chance: 50%, steps: [{{get: /half}}]}}]"
        ),
    );
    // Iterations and users that end early.
    for (users, early) in [(1, "end: user"), (5, "end: user"), (3, "end: iteration"), (4, "fail: no")] {
        let flow_from =
            |number: &str| format!("flow: [{{get: /a}}, {{if: '{number}', then: [{{{early}}}]}}, {{get: /b}}]");
        let flow = flow_from("iteration >= 2");
        // How many shared iterations a user gets is a matter of time, also with one worker; until it leaves, it is not.
        let shared = if early == "end: user" { flow.clone() } else { flow_from("scenario_iteration >= 6") };
        add("", &format!("{SHARED}, vus: {users}, iterations: 20, {shared}"));
        add("", &format!("{EACH}, vus: {users}, iterations: 5, {flow}"));
        if early == "end: user" {
            add("", &format!("executor: constant-vus, vus: {users}, duration: 30s, {flow}"));
        }
    }
    add(
        "",
        &format!(
            "{EACH}, vus: 3, iterations: 4, on_start: [{{get: /in}}], on_stop: [{{get: /out}}], flow: [{{get: /a}}]"
        ),
    );
    add("", &format!("{SHARED}, vus: 3, iterations: 5, flow: [{{get: /status/404, expect: {{status: 404}}}}]"));
    add("thresholds: {http_reqs: count>99}", &format!("{SHARED}, vus: 3, iterations: 9, flow: [{{get: /}}]"));
    add("thresholds: {http_reqs: count==9}", &format!("{SHARED}, vus: 3, iterations: 9, flow: [{{get: /}}]"));
    add("", &format!("{SHARED}, vus: 3, iterations: 9, flow: [{{parallel: [[{{get: /a}}], [{{get: /b}}]]}}]"));
    profiles
}

/// What must not depend on the number of workers.
#[derive(Debug, PartialEq)]
struct Outcome {
    code: i32,
    served: BTreeMap<String, u64>,
    counts: BTreeMap<String, f64>,
}

fn outcome((top, scenario): &(String, String), words: &[&str]) -> Outcome {
    let target = practice(&[]);
    let bench = Bench::new();
    let url = target.address();
    bench.write("p.yaml", &format!("base_url: http://{url}\nseed: 7\n{top}\nscenarios:\n  it: {{{scenario}}}\n"));
    let ran = bench.run(&[&["run", "p.yaml", "--run-dir", "run"], words].concat());
    assert!(bench.path().join("run/summary.json").exists(), "{scenario}: {} {}{}", ran.code, ran.stdout, ran.stderr);
    let summary = bench.summary();
    let counted = ["http_reqs", "iterations", "dropped_iterations", "iteration_failures", "interrupted_iterations"];
    let count = |name: &str| summary["metrics"][name]["values"]["count"].as_f64().unwrap_or_default();
    let served = target.report().routes.into_iter().map(|(path, route)| (path, route.total)).collect();
    Outcome { code: ran.code, served, counts: counted.iter().map(|name| ((*name).to_owned(), count(name))).collect() }
}

#[test]
fn results_are_equal_with_any_number_of_workers() {
    let profiles = profiles();
    assert!(profiles.len() >= 40, "{}", profiles.len());
    let wrong = thread::scope(|scope| {
        let checks = profiles.chunks(profiles.len().div_ceil(4)).map(|profiles| {
            scope.spawn(move || {
                let mut wrong = Vec::new();
                for profile in profiles {
                    let one = outcome(profile, &["--workers", "1"]);
                    for workers in ["2", "4"] {
                        let other = outcome(profile, &["--workers", workers]);
                        if one != other {
                            wrong.push(format!("{profile:?}\n  one worker: {one:?}\n  {workers} workers: {other:?}"));
                        }
                    }
                }
                wrong
            })
        });
        checks.collect::<Vec<_>>().into_iter().flat_map(|check| check.join().unwrap()).collect::<Vec<_>>()
    });
    assert!(wrong.is_empty(), "{} differ\n{}", wrong.len(), wrong.join("\n"));
}

/// A scenario without users has nothing to wait for, and a worker without users does not hold the rest.
#[test]
fn a_scenario_ends_with_its_last_user() {
    let top = format!("{FOUR}, order: unique}}}}");
    for scenario in [
        format!("{SHARED}, vus: 1, iterations: 9, {ROW}"),
        format!("{EACH}, vus: 1, iterations: 9, {ROW}"),
        format!("executor: constant-vus, duration: 30s, vus: 1, {ROW}"),
        "executor: constant-vus, duration: 30s, vus: 2, flow: [{get: /}, {end: user}]".to_owned(),
        format!("{SHARED}, vus: 2, iterations: 9, flow: [{{get: /}}, {{end: user}}]"),
    ] {
        let begun = std::time::Instant::now();
        outcome(&(top.clone(), scenario.clone()), &["--workers", "3"]);
        assert!(begun.elapsed().as_secs() < 10, "{scenario}: {:?}", begun.elapsed());
    }
}

/// Segments are what one process would have done.
#[test]
fn segments_with_any_number_of_workers_make_the_whole() {
    let top = format!("{FOUR}, order: unique}}}}");
    let scenario = format!("{SHARED}, vus: 3, iterations: 99, {ROW}");
    let each: BTreeMap<String, u64> = (1..=4).map(|row| (format!("/{row}"), 1)).collect();
    for workers in ["1", "2", "4"] {
        let mut all = BTreeMap::new();
        for part in 1..=4 {
            let words = ["--workers", workers, "--segment", &format!("{part}/4")];
            let target = practice(&[]);
            let bench = Bench::new();
            let url = target.address();
            bench.write("p.yaml", &format!("base_url: http://{url}\n{top}\nscenarios:\n  it: {{{scenario}}}\n"));
            let begun = std::time::Instant::now();
            bench.run(&[&["run", "p.yaml", "--run-dir", "run"], &words[..]].concat());
            assert!(begun.elapsed().as_secs() < 10, "part {part}, {workers} workers: {:?}", begun.elapsed());
            for (path, route) in target.report().routes {
                *all.entry(path).or_insert(0) += route.total;
            }
        }
        assert_eq!(all, each, "{workers} workers");
    }
}
