//! First and last steps of users, and the pace of those that fail at once.

use std::{collections::BTreeMap, thread::sleep, time::Duration};

use loadagent::testing::practice_target::Target;

use super::support::{Bench, Ran, practice, refusing_url, signal};

const USERS: &str = "executor: constant-vus, vus: 4, duration: 30s";
const ARRIVALS: &str = "executor: constant-arrival-rate, rate: 50, duration: 30s, preAllocatedVUs: 4, maxVUs: 4";

fn bench(url: &str, scenario: &str) -> Bench {
    let bench = Bench::new();
    bench.write("p.yaml", &format!("base_url: {url}\nscenarios:\n  it: {{{scenario}}}\n"));
    bench
}

fn url(target: &Target) -> String {
    format!("http://{}", target.address())
}

const RUN: [&str; 4] = ["run", "p.yaml", "--run-dir", "run"];

/// Stops a run with one signal after a time.
fn stopped(bench: &Bench, after: Duration) -> Ran {
    let run = bench.start(&RUN);
    sleep(after);
    signal(&run, "INT");
    run.wait_with_output().unwrap().into()
}

fn count(bench: &Bench, metric: &str) -> u64 {
    bench.summary()["metrics"][metric]["values"]["count"].as_u64().unwrap_or_default()
}

fn served(target: &Target) -> BTreeMap<String, u64> {
    target.report().routes.into_iter().map(|(path, route)| (path, route.total)).collect()
}

/// However a run ends, a user that came in goes out.
#[test]
fn last_steps_run_when_a_run_is_stopped() {
    let steps = "on_start: [{get: /in}], on_stop: [{get: /out}, {think: 10ms}, {get: /gone}]";
    for load in [USERS, ARRIVALS, "executor: per-vu-iterations, vus: 4, iterations: 9"] {
        for flow in ["[{get: /a}, {think: 20s}]", "[{get: /a}, {after: 20s, steps: [{get: /later}]}]"] {
            let target = practice(&[]);
            let bench = bench(&url(&target), &format!("{load}, {steps}, flow: {flow}"));
            let ran = stopped(&bench, Duration::from_millis(1500));
            let served = served(&target);
            assert_eq!((served["/in"], served["/out"], served["/gone"]), (4, 4, 4), "{load} {flow}\n{}", ran.stdout);
            assert_eq!((served["/a"], served.get("/later")), (4, None), "nothing else is begun: {load} {flow}");
            assert_eq!((count(&bench, "iterations"), count(&bench, "interrupted_iterations")), (0, 4), "{load} {flow}");
        }
    }
}

/// A stop waits for requests in flight; an iteration that needed nothing more is whole, and its checks count.
#[test]
fn an_iteration_whose_last_request_was_waited_for_is_counted() {
    let target = practice(&[("latency", "1500ms")]);
    let flow = "flow: [{get: /a, check: {status: 200}}]";
    for load in [USERS, "executor: constant-arrival-rate, rate: 100, duration: 30s, preAllocatedVUs: 4, maxVUs: 4"] {
        let bench = bench(&url(&target), &format!("{load}, {flow}"));
        let ran = stopped(&bench, Duration::from_millis(1000));
        assert_eq!(count(&bench, "http_reqs"), 4, "{}", ran.stdout);
        assert_eq!((count(&bench, "iterations"), count(&bench, "interrupted_iterations")), (4, 0), "{load}");
        assert_eq!(bench.summary()["metrics"]["checks"]["values"]["passes"], 4, "{load}");
    }
}

/// A second signal waits for nothing, and every iteration and request is still counted: as ended, or as interrupted.
#[test]
fn a_second_signal_interrupts_what_is_in_flight() {
    let shared = "executor: shared-iterations, vus: 4, iterations: 9";
    for (load, flow, requests) in [
        (USERS, "[{get: /a}]", 4),
        (ARRIVALS, "[{get: /a}]", 4),
        (shared, "[{parallel: [[{get: /a}], [{get: /b}]]}]", 8),
        (USERS, "[{think: 20s}], on_stop: [{get: /out}]", 4),
        (ARRIVALS, "[{after: 0s, steps: [{get: /a}]}, {think: 20s}]", 4),
    ] {
        for workers in ["1", "2"] {
            let target = practice(&[("latency", "20s")]);
            let bench = bench(&url(&target), &format!("{load}, flow: {flow}"));
            let run = bench.start(&["run", "p.yaml", "--run-dir", "run", "--workers", workers]);
            for wait in [1200, 400] {
                sleep(Duration::from_millis(wait));
                signal(&run, "INT");
            }
            let ran: Ran = run.wait_with_output().unwrap().into();
            let case = format!("{load} {flow} {workers}\n{}", ran.stdout);
            assert!(ran.stdout.contains("second signal"), "{case}");
            assert_eq!((count(&bench, "interrupted_iterations"), count(&bench, "iterations")), (4, 0), "{case}");
            assert_eq!((count(&bench, "interrupted_requests"), count(&bench, "http_reqs")), (requests, 0), "{case}");
        }
    }
}

#[test]
fn first_steps_that_fail_are_paced() {
    for end in ["{fail: no}", "{get: '/${missing.value}'}"] {
        let target = practice(&[]);
        let steps = format!("on_start: [{{get: /login, extract: {{missing: $.none}}}}, {end}], flow: [{{get: /a}}]");
        let bench = bench(&url(&target), &format!("executor: constant-vus, vus: 2, duration: 2500ms, {steps}"));
        let ran = bench.run(&RUN);
        let logins = served(&target)["/login"];
        // At 0 s and 1 s, then at 3 s.
        assert_eq!(logins, 4, "{end}: {}", ran.stdout);
        assert_eq!((count(&bench, "iterations"), count(&bench, "iteration_failures")), (4, 4), "{end}");
        assert_eq!(bench.summary()["loadagent"]["verdict"], "invalid", "{end}");
    }
}

/// A login that gives no token: the user is as good as never started, whatever step finds out.
#[test]
fn first_steps_that_leave_a_value_missing_are_paced() {
    let login = "{get: /login, extract: {token: $.none, all: {json: $.none, take: all}}}";
    for flow in [
        "[{get: '/${token.value}'}]",
        "[{set: {t: 'x${token}'}}, {get: /a}]",
        "[{if: '${token == null}', then: [{fail: no login}]}, {get: /a}]",
        "[{parallel: [[{get: '/${token}'}]]}]",
        "[{get: /first}, {post: /a, json: {t: '${token}'}}]",
        "[{get: /a, headers: {X-T: '${all[0]}'}}]",
    ] {
        let target = practice(&[]);
        let steps = format!("on_start: [{login}], flow: {flow}");
        let bench = bench(&url(&target), &format!("executor: constant-vus, vus: 2, duration: 2500ms, {steps}"));
        let ran = bench.run(&RUN);
        // At 0 s and 1 s, then at 3 s.
        assert_eq!(served(&target)["/login"], 4, "{flow}: {}", ran.stdout);
        assert_eq!((count(&bench, "iterations"), count(&bench, "iteration_failures")), (4, 4), "{flow}");
    }
}

/// What the first steps found stays, and a value with a default is never missing.
#[test]
fn users_that_have_started_start_once() {
    for (extract, flow) in [
        ("{t: {json: $.none, default: x}}", "[{get: '/${t.value}'}]"),
        ("{t: {header: content-type}}", "[{get: /a}, {fail: no}]"),
        ("{t: $.none}", "[{get: '/${t ?? 1}'}]"),
    ] {
        let target = practice(&[]);
        let steps = format!("on_start: [{{get: /login, extract: {extract}}}], flow: {flow}");
        let bench = bench(&url(&target), &format!("executor: per-vu-iterations, vus: 2, iterations: 5, {steps}"));
        let ran = bench.run(&RUN);
        assert_eq!((served(&target)["/login"], count(&bench, "iterations")), (2, 10), "{flow}: {}", ran.stdout);
    }
}

#[test]
fn a_failing_branch_or_last_step_fails_no_other_iteration() {
    let target = practice(&[]);
    let branches = "flow: [{parallel: [[{fail: one}], [{fail: two}], [{get: /a}]]}, {get: /b}]";
    let last = "on_stop: [{fail: out}], flow: [{get: /b}]";
    for (steps, failures) in [(branches, 3), (last, 0)] {
        let bench = bench(&url(&target), &format!("executor: per-vu-iterations, vus: 3, iterations: 1, {steps}"));
        let ran = bench.run(&RUN);
        assert_eq!((count(&bench, "iterations"), count(&bench, "iteration_failures")), (3, failures), "{steps}");
        assert_eq!(ran.stderr.contains("`on_stop` ended early: out"), failures == 0, "{}", ran.stderr);
    }
}

/// Users without a pause would spin on a refused connection; arrivals have a pace of their own.
#[test]
fn requests_that_can_t_be_sent_are_paced() {
    let unsent = |scenario: &str| {
        let bench = bench(refusing_url().trim_end_matches('/'), scenario);
        bench.run(&RUN);
        (count(&bench, "http_errors"), count(&bench, "dropped_iterations"))
    };
    for flow in ["[{get: /}]", "[{repeat: 99, steps: [{get: /}]}]", "[{parallel: [[{get: /}], [{get: /b}]]}]"] {
        let (errors, _) =
            unsent(&format!("executor: constant-vus, vus: 3, duration: 950ms, gracefulStop: 0s, flow: {flow}"));
        let width = if flow.contains("parallel") { 2 } else { 1 };
        assert!((3..=30).contains(&(errors / width)), "{flow}: {errors}");
    }
    let (errors, dropped) = unsent(
        "executor: constant-arrival-rate, rate: 200, duration: 1s, preAllocatedVUs: 3, maxVUs: 3, flow: [{get: /}]",
    );
    assert_eq!(errors + dropped, 200);
    assert!(dropped < 20, "{dropped}");
}
