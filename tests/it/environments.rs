//! Environments and presets: which word counts, and what is not run by mistake.

use std::{
    sync::{Arc, Mutex},
    time::Instant,
};

use super::support::{Bench, Ran, reply, serve};

const PROFILE: &str = "
vars: {FROM: profile, KEPT: kept}
base_url: http://127.0.0.1:1
environments:
  one: {base_url: 'http://ADDRESS', vars: {FROM: one}, http: {headers: {X-Env: one}}}
  two: {base_url: 'http://ADDRESS', vars: {FROM: two}}
  prod: {base_url: 'http://ADDRESS', vars: {FROM: prod}, protected: true, max_rate: 10}
environment: one
presets:
  quick: {iterations: 2, vars: {FROM: quick}}
  both: {preset: smoke}
http: {headers: {X-Env: none, X-All: all}}
rate: 5
duration: 1s
flow: [{get: '/${FROM}/${KEPT}'}]
";

fn bench() -> (Bench, super::support::Asked) {
    let (address, asked) = serve(|_| reply(200, "", b""));
    let bench = Bench::new();
    bench.write("p.yaml", &PROFILE.replace("ADDRESS", &address.to_string()));
    (bench, asked)
}

/// Runs briefly and returns path and header of the first request.
fn first_request(flags: &[&str], environment: &[(&str, &str)]) -> String {
    let (bench, asked) = bench();
    let words = [&["run", "p.yaml", "--run-dir", "run"], flags].concat();
    let ran: Ran = bench.command(&words).envs(environment.iter().copied()).output().unwrap().into();
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    let requests = asked.requests.lock().unwrap();
    let header = requests[0].lines().find_map(|line| line.strip_prefix("X-Env: ")).unwrap();
    assert!(requests[0].contains("X-All: all\r\n"), "{}", requests[0]);
    format!("{} {header}", requests[0].split(' ').nth(1).unwrap())
}

#[test]
fn a_flag_stands_over_the_environment_and_that_over_the_profile() {
    let variable = ("LOADAGENT_ENVIRONMENT", "two");
    assert_eq!(first_request(&[], &[]), "/one/kept one");
    assert_eq!(first_request(&[], &[variable]), "/two/kept none");
    assert_eq!(first_request(&["--environment", "one"], &[variable]), "/one/kept one");
    assert_eq!(first_request(&["-e", "FROM=flag"], &[variable]), "/flag/kept none");
    assert_eq!(first_request(&["--preset", "quick"], &[variable]), "/quick/kept none");
    assert_eq!(first_request(&["--environment", "prod", "--confirm", "prod"], &[]), "/prod/kept none");
}

#[test]
fn a_protected_environment_is_not_run_by_mistake() {
    let (bench, asked) = bench();
    let refused = |flags: &[&str], why: &str| {
        let ran = bench.run(&[&["run", "p.yaml", "--run-dir", "run", "--environment", "prod"], flags].concat());
        assert_eq!(ran.code, 104, "{}", ran.stderr);
        assert_eq!(ran.stderr.trim(), why);
    };
    let hint = "\n  hint: look at the plan with `loadagent check`, then add `--confirm prod`";
    refused(
        &[],
        &format!("loadagent: environment `prod` is protected: running against it requires confirmation{hint}"),
    );
    let other = format!(
        "loadagent: environment `prod` is protected: running against it requires confirmation, and `--confirm Prod` names another one{hint}"
    );
    refused(&["--confirm", "Prod"], &other);
    refused(
        &["--confirm", "prod", "--vus-factor", "4"],
        "loadagent: environment `prod` allows 10/s, but the requests of the plan reach 20/s\n  hint: lower the load, for example with `--vus-factor 0.5`",
    );
    refused(
        &["--confirm", "prod", "-u", "1", "-i", "5"],
        "loadagent: environment `prod` allows 10/s, but the rate of scenario `default` is unbounded: its users never pause\n  hint: give it an arrival rate (`rate`), or a pause (`wait`, `think`)",
    );
    refused(
        &["--confirm", "prod", "--control", "127.0.0.1:0"],
        "loadagent: environment `prod` has a `max_rate`, which the control API could exceed\n  hint: leave out `--control`",
    );
    assert!(asked.requests.lock().unwrap().is_empty() && !bench.path().join("run").exists());
    let check = bench.run(&["check", "p.yaml", "--environment", "prod"]);
    assert_eq!(check.code, 0, "{}", check.stderr);
    assert!(check.stdout.contains("environment prod, protected: requires `--confirm prod`"), "{}", check.stdout);
}

#[test]
fn own_presets_stand_beside_those_that_are_there() {
    let (bench, _asked) = bench();
    let plan = |preset| bench.run(&["check", "p.yaml", "--preset", preset]).stdout;
    assert!(plan("quick").contains("2 iterations shared by 1 user"), "{}", plan("quick"));
    assert_eq!(plan("both"), plan("smoke"));
    assert!(plan("smoke").contains("1/s for 30s"), "{}", plan("smoke"));
    let wrong = bench.run(&["check", "p.yaml", "--environment", "tow"]);
    assert_eq!(wrong.code, 104);
    let message = "loadagent: --environment: unknown environment `tow`; known: one, two, prod";
    assert!(wrong.stderr.contains(message) && wrong.stderr.contains("hint: did you mean `two`?"), "{}", wrong.stderr);
}

/// What a plan does not show, the run keeps all the same.
#[test]
fn a_run_has_no_more_requests_than_its_environment_allows() {
    let times = Arc::new(Mutex::new(Vec::new()));
    let seen = times.clone();
    let (address, _asked) = serve(move |request| {
        seen.lock().unwrap().push(Instant::now());
        let path = request.split(' ').nth(1).unwrap_or_default();
        let hops: u32 = path.trim_start_matches('/').parse().unwrap_or_default();
        if hops == 0 { reply(200, "", b"") } else { reply(302, &format!("Location: /{}\r\n", hops - 1), b"") }
    });
    let bench = Bench::new();
    let profile = format!(
        "base_url: http://{address}\nenvironments: {{prod: {{max_rate: 20}}}}\nenvironment: prod\nscenarios:\n  \
        open: {{rate: 8, duration: 3s, on_start: [{{get: /9}}], flow: [{{get: /3}}]}}\n  \
        closed: {{vus: 2, duration: 3s, flow: [{{get: /5}}, {{think: 200ms}}]}}\n"
    );
    bench.write("p.yaml", &profile);
    let ran = bench.run(&["run", "p.yaml", "--run-dir", "run", "--workers", "2"]);
    let mut times = times.lock().unwrap().clone();
    times.sort_unstable();
    assert!(times.len() > 50, "it reaches the limit: {}{}", times.len(), ran.stderr);
    // Over the whole run, because a busy machine sees requests late and then several at once; `rate_limit/tests.rs` proves
    // every second.
    let seconds = (*times.last().unwrap() - times[0]).as_secs_f64();
    assert!(times.len() as f64 <= 20.0 * (seconds + 1.0), "{} in {seconds}s", times.len());
    assert!(
        ran.stdout.contains("requests were delayed, because the environment's `max_rate` allows no more"),
        "{}",
        ran.stdout
    );
    let held_back = &bench.summary()["metrics"]["generator_held_back"]["values"]["count"];
    assert!(held_back.as_f64().is_some_and(|count| count > 10.0), "{held_back}");
}
