//! Shapes of load as a user asks for them: flags over profiles, parts, factors, presets, tiers and windows.

use loadagent::testing::practice_target::Target;
use serde_json::Value as Json;

use super::support::{Bench, Ran, practice};

/// A bench with `p.yaml`, which goes to a target.
fn bench(target: &Target, profile: &str) -> Bench {
    let bench = Bench::new();
    bench.write("p.yaml", &format!("base_url: http://{}\n{profile}", target.address()));
    bench
}

/// Runs `p.yaml` into `run`.
fn run(bench: &Bench, words: &[&str]) -> Ran {
    bench.run(&[&["run", "p.yaml", "--run-dir", "run"], words].concat())
}

fn check(bench: &Bench, words: &[&str]) -> Json {
    let ran = bench.run(&[&["check", "p.yaml", "--json"], words].concat());
    assert_eq!(ran.code, 0, "{words:?}: {}", ran.stderr);
    serde_json::from_str(&ran.stdout).unwrap()
}

fn loads(plan: &Json) -> Vec<&str> {
    plan["scenarios"].as_array().unwrap().iter().map(|scenario| scenario["load"].as_str().unwrap()).collect()
}

const TWO: &str = "scenarios:\n  \
    a: {executor: per-vu-iterations, vus: 2, iterations: 3, flow: [{get: /a}]}\n  \
    b: {executor: constant-arrival-rate, startTime: 1m, rate: 40, duration: 2m, preAllocatedVUs: 20, flow: [{get: /b}]}\n";

#[test]
fn flags_replace_the_load_of_a_profile_with_a_notice() {
    let target = practice(&[]);
    let bench = bench(&target, TWO);
    let ran = run(&bench, &["-u", "2", "-i", "10"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let notice = "flags replace the load of a, b; they start together";
    assert!(ran.stderr.contains(notice), "{}", ran.stderr);
    assert!(std::fs::read_to_string(bench.path().join("run/events.log")).unwrap().contains(notice));
    let report = target.report();
    assert_eq!((report.total, report.routes["/a"].total, report.routes["/b"].total), (10, 5, 5));
}

#[test]
fn a_duration_alone_keeps_every_shape_and_sets_its_length() {
    let target = practice(&[]);
    let own = |load: &str| format!("scenarios:\n  s: {{{load}, flow: [{{get: /}}]}}\n");
    for (profile, expected) in [
        (own("executor: constant-vus, vus: 4, duration: 10s"), "constant-vus: 4 users for 3s"),
        (own("executor: constant-arrival-rate, rate: 7, duration: 1m"), "constant-arrival-rate: 7/s for 3s"),
        (
            own("executor: ramping-vus, startVUs: 1, stages: [{duration: 4s, target: 5}, {duration: 2s, target: 5}]"),
            "ramping-vus: up to 5 users in 2 stages over 3s",
        ),
        (
            own("executor: ramping-arrival-rate, stages: [{duration: 4s, target: 5}, {duration: 2s, target: 9}]"),
            "ramping-arrival-rate: up to 9/s in 2 stages for 3s",
        ),
        (
            own("executor: ramping-vus, stages: [{duration: 0s, target: 5}]"),
            "ramping-vus: up to 5 users in 2 stages over 3s",
        ),
        (
            own("executor: shared-iterations, vus: 2, iterations: 9"),
            "shared-iterations: 9 iterations shared by 2 users within 3s",
        ),
        (
            own("executor: per-vu-iterations, vus: 2, iterations: 9"),
            "per-vu-iterations: 9 iterations for each of 2 users within 3s",
        ),
        (
            own("executor: externally-controlled, vus: 2, maxVUs: 9, duration: 1m"),
            "externally-controlled: 2 users for 3s, up to 9 by the control API",
        ),
        (own("vus: 3, duration: 1m"), "constant-vus: 3 users for 3s"),
        (own("users: 6, spawnRate: 2, runTime: 1m"), "users: up to 6 users in 2 stages over 3s"),
        (
            "users: 6\nspawnRate: 2\nrunTime: 1m\nflow: [{get: /}]\n".to_owned(),
            "users: up to 6 users in 2 stages over 3s",
        ),
        ("rate: 6\nflow: [{get: /}]\n".to_owned(), "constant-arrival-rate: 6/s for 3s"),
        ("flow: [{get: /}]\n".to_owned(), "constant-vus: 1 user for 3s"),
        (
            "stages: [{duration: 1m, target: 8}, {duration: 1m, target: 0}]\nflow: [{get: /}]\n".to_owned(),
            "ramping-vus: up to 8 users in 2 stages over 3s",
        ),
    ] {
        let bench = bench(&target, &profile);
        assert_eq!(loads(&check(&bench, &["-d", "3s", "--control", "127.0.0.1:0"])), [expected], "{profile}");
    }
}

#[test]
fn a_duration_alone_keeps_the_order_of_scenarios_and_no_flag_leaves_one_without_users() {
    let target = practice(&[]);
    let two = "scenarios:\n  \
        a: {executor: constant-vus, vus: 2, duration: 20s, flow: [{get: /a}]}\n  \
        b: {executor: constant-vus, startTime: 20s, vus: 3, duration: 10s, flow: [{get: /b}]}\n";
    let bench = bench(&target, two);
    let plan = check(&bench, &["-d", "2s"]);
    assert_eq!(loads(&plan), ["constant-vus: 2 users for 2s", "constant-vus: 3 users for 2s, from 2s"]);
    let smoke = check(&bench, &["-d", "2s", "--preset", "smoke"]);
    assert_eq!(loads(&smoke), ["ramping-vus: 1 user for 2s", "ramping-vus: 1 user for 2s"]);
    for words in [&["-u", "1"][..], &["-u", "1", "-d", "2s"], &["-u", "1", "-i", "1"], &["-s", "1s:1"], &["-i", "1"]] {
        let plan = check(&bench, words);
        for scenario in plan["scenarios"].as_array().unwrap() {
            assert_ne!(scenario["peak_vus"], 0, "{words:?}: {plan}");
        }
    }
}

#[test]
fn flags_stand_over_the_load_at_the_top() {
    let target = practice(&[]);
    let bench = bench(&target, "vus: 5\nduration: 1m\nflow: [{get: /}]\n");
    for (words, load) in [
        (&[][..], "constant-vus: 5 users for 1m"),
        (&["-u", "7"], "constant-vus: 7 users for 1m"),
        (&["-d", "2s"], "constant-vus: 5 users for 2s"),
        (&["-i", "50"], "shared-iterations: 50 iterations shared by 5 users within 10m"),
        (&["-s", "30s:9"], "ramping-vus: from 5 to 9 users for 30s"),
        (&["--rate", "9"], "constant-arrival-rate: 9.00/s for 1m"),
    ] {
        let plan = check(&bench, words);
        assert_eq!(loads(&plan), [load.replace("9.00/s", "9/s")], "{words:?}");
        assert_eq!(plan["notes"].as_array().unwrap().len(), 0, "{words:?}");
    }
}

#[test]
fn some_scenarios_begin_at_once_and_thresholds_of_the_others_are_not_run() {
    let target = practice(&[]);
    let thresholds = "thresholds:\n  http_reqs{scenario:a}: count==6\n  http_req_duration{scenario:b}: p(95)<1\n";
    let bench = bench(&target, &format!("{TWO}{thresholds}"));
    let plan = check(&bench, &["--scenarios", "b"]);
    assert_eq!((&plan["scenarios"][0]["name"], &plan["scenarios"][0]["start_ms"]), (&"b".into(), &0.0.into()));
    let ran = run(&bench, &["--scenarios", "a"]);
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    assert_eq!((target.report().total, target.report().routes["/a"].total), (6, 6));
    let judged = &bench.summary()["metrics"]["http_req_duration{scenario:b}"]["thresholds"]["p(95)<1"];
    assert_eq!((&judged["ok"], &judged["not_run"]), (&true.into(), &true.into()));
    let wrong = bench.run(&["check", "p.yaml", "--scenarios", "a,bb"]);
    assert_eq!(wrong.code, 104);
    assert!(wrong.stderr.contains("--scenarios: unknown scenario `bb`"), "{}", wrong.stderr);
    assert!(wrong.stderr.contains("hint: did you mean `b`?"), "{}", wrong.stderr);
}

#[test]
fn factors_keep_the_shape() {
    let target = practice(&[]);
    let bench = bench(&target, TWO);
    let plan = check(&bench, &["--vus-factor", "0.1", "--duration-factor", "0.5"]);
    let expected = [
        "per-vu-iterations: 3 iterations for each of 1 user within 10m",
        "constant-arrival-rate: 4/s for 1m, from 30s",
    ];
    assert_eq!(loads(&plan), expected);
    assert_eq!(plan["scenarios"][1]["peak_vus"], 2);
    let mut command = bench.command(&["check", "p.yaml", "--json"]);
    command.env("TEST_DURATION_MULTIPLIER", "0.25").env("LOADAGENT_VUS_FACTOR", "2");
    let ran: Ran = command.output().unwrap().into();
    let plan: Json = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(loads(&plan)[1], "constant-arrival-rate: 80/s for 30s, from 15s");
    let notes = [
        "users and arrival rates are 2 times the profile's",
        "durations and start times are 0.25 times the profile's",
        "from the environment: LOADAGENT_VUS_FACTOR, TEST_DURATION_MULTIPLIER",
    ];
    assert_eq!(plan["notes"], Json::from(notes.to_vec()));
    for words in [["--vus-factor", "0"], ["--duration-factor", "-1"], ["--vus-factor", "many"]] {
        assert_eq!(bench.run(&[&["check", "p.yaml"][..], &words].concat()).code, 2, "{words:?}");
    }
}

#[test]
fn a_preset_takes_the_load_as_its_base() {
    let target = practice(&[]);
    let bench = bench(&target, TWO);
    let plan = check(&bench, &["--preset", "spike"]);
    let expected = [
        "ramping-vus: up to 10 users in 7 stages over 6m50s",
        "ramping-arrival-rate: up to 200/s in 7 stages for 6m50s",
    ];
    assert_eq!(loads(&plan), expected);
    assert_eq!(plan["scenarios"][1]["peak_vus"], 100, "the spike has the users that it needs");
    let smoke = check(&bench, &["--preset", "smoke", "--duration-factor", "0.1"]);
    assert_eq!(loads(&smoke), ["ramping-vus: 1 user for 3s", "ramping-arrival-rate: 1/s for 3s"]);
    let soak = check(&bench, &["--preset", "soak", "-u", "4", "-d", "60s"]);
    assert_eq!(loads(&soak), ["ramping-vus: up to 2 users in 3 stages over 1m"; 2]);
}

#[test]
fn a_total_is_dealt_out_by_shares() {
    let target = practice(&[]);
    let bench = bench(
        &target,
        "rate: 100\nduration: 1s\nscenarios:\n  \
        a: {share: 3, flow: [{get: /a}]}\n  b: {flow: [{get: /b}]}\n  c: {share: 3, flow: [{get: /c}]}\n",
    );
    let ran = run(&bench, &["--workers", "2"]);
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    let report = target.report();
    let counts: Vec<u64> = ["/a", "/b", "/c"].iter().map(|route| report.routes[*route].total).collect();
    assert_eq!((report.total, counts), (100, vec![43, 14, 43]));
    let alone = check(&bench, &["--scenarios", "b"]);
    assert_eq!(
        alone["scenarios"][0]["load"], "constant-arrival-rate: 14.3/s for 1s",
        "what is left out keeps its share"
    );
    let flags = check(&bench, &["--scenarios", "b", "--rate", "70"]);
    assert_eq!(flags["peaks"]["rate"], 70.0, "flags are for what runs");
}

#[test]
fn control_from_outside_needs_a_port_and_has_a_limit() {
    let target = practice(&[]);
    let profile =
        "scenarios:\n  s: {executor: externally-controlled, vus: 2, maxVUs: 9, duration: 1s, flow: [{get: /}]}\n";
    let bench = bench(&target, profile);
    let plan = check(&bench, &["--control", "127.0.0.1:0"]);
    assert_eq!(loads(&plan), ["externally-controlled: 2 users for 1s, up to 9 by the control API"]);
    for words in [&["check", "p.yaml"][..], &["run", "p.yaml"], &["run", "p.yaml", "-q"]] {
        let ran = bench.run(words);
        assert_eq!(ran.code, 104, "{words:?}: {}", ran.stderr);
        assert!(ran.stderr.contains("s: externally-controlled requires `--control`"), "{}", ran.stderr);
    }
    // Other flags make another load of it.
    assert_eq!(bench.run(&["check", "p.yaml", "-u", "1", "-i", "1"]).code, 0);
}

#[test]
fn segments_together_are_the_whole() {
    let target = practice(&[]);
    let bench = bench(&target, TWO);
    for segment in ["1/3", "1/3:2/3", "3/3"] {
        let dir = segment.replace(['/', ':'], "-");
        let words =
            ["run", "p.yaml", "--scenarios", "b", "--duration-factor", "0.01", "--run-dir", &dir, "--segment", segment];
        let ran = bench.run(&words);
        assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    }
    assert_eq!(target.report().total, 48);
    for (segment, message) in [
        ("4/3", "--segment `4/3`: the part must be from 1 to 3"),
        ("1/4:3/4", "--segment `1/4:3/4`: all segments must have the same length, such as 0:1/3, 1/3:2/3 and 2/3:1"),
    ] {
        let ran = run(&bench, &["--segment", segment]);
        assert_eq!((ran.code, ran.stderr.trim()), (2, format!("loadagent: {message}").as_str()));
    }
}

#[test]
fn a_run_waits_for_its_time() {
    let target = practice(&[]);
    let bench = bench(&target, "iterations: 1\nflow: [{get: /}]\n");
    let at = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs() + 2;
    let ran = run(&bench, &["--start-at", &at.to_string()]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stderr.contains(&format!("starts at {at}, in ")), "{}", ran.stderr);
    let started = bench.summary()["loadagent"]["started_at"].as_str().unwrap().to_owned();
    let started: jiff::Timestamp = started.parse().unwrap();
    let late_ms = started.as_millisecond() - i64::try_from(at).unwrap() * 1_000;
    assert!((-2..1_000).contains(&late_ms), "{started}");
    let late = run(&bench, &["--start-at", "1700000000"]);
    assert_eq!(late.code, 2);
    assert!(late.stderr.contains("--start-at `1700000000` is in the past, "), "{}", late.stderr);
}

#[test]
fn only_the_tier_that_is_asked_for_fails_and_a_log_says_the_same() {
    let target = practice(&[("errors", "50%")]);
    let tiers = |more: &str| {
        format!(
            "iterations: 50\nflow: [{{get: /}}]\nthresholds:\n  \
                 http_req_failed: {{target: rate<0.1, acceptable: rate<=1{more}}}\n"
        )
    };
    let accepted = bench(&target, &tiers(""));
    let ran = run(&accepted, &[]);
    assert_eq!(ran.code, 0, "{}", ran.stdout);
    let summary = accepted.summary();
    assert_eq!(summary["loadagent"]["levels"][0]["level"], "acceptable");
    let judged = &summary["metrics"]["http_req_failed"]["thresholds"]["rate<0.1"];
    assert_eq!((&judged["ok"], &judged["tier"], &judged["advisory"]), (&false.into(), &"target".into(), &true.into()));
    let again = accepted.run(&["report", "run"]).stdout;
    assert!(again.contains("http_req_failed: acceptable"), "{again}");
    let refused = bench(&target, &tiers(", failBelow: target"));
    let ran = run(&refused, &[]);
    assert_eq!(ran.code, 99, "{}", ran.stdout);
    assert!(ran.stdout.contains("threshold rate<0.1 on http_req_failed (target): failed"), "{}", ran.stdout);
}

#[test]
fn a_window_aborts_the_run_and_its_time_is_reported() {
    let target = practice(&[("errors", "100%"), ("latency", "5ms")]);
    let bench = bench(
        &target,
        "vus: 2\nduration: 60s\nflow: [{get: /}]\nthresholds:\n  \
        http_req_failed: {threshold: rate<0.1 over 2s, abortOnFail: true}\n",
    );
    let ran = run(&bench, &[]);
    assert_eq!(ran.code, 108, "{}{}", ran.stdout, ran.stderr);
    let judged = &bench.summary()["metrics"]["http_req_failed"]["thresholds"]["rate<0.1 over 2s"];
    assert_eq!(
        (&judged["worst_window_value"], &judged["worst_window_ms"]),
        (&1.0.into(), &Json::from(vec![0.0, 2_000.0]))
    );
}

#[test]
fn a_threshold_of_the_command_line_is_marked() {
    let target = practice(&[]);
    let bench = bench(&target, "iterations: 5\nflow: [{get: /}]\nthresholds: {http_reqs: count>100}\n");
    let mut command = bench.command(&["run", "p.yaml", "--run-dir", "run"]);
    let ran: Ran = command.env("LOADAGENT_THRESHOLD", "http_reqs=count>1;checks=rate>=0").output().unwrap().into();
    assert_eq!(ran.code, 99, "no data of checks");
    let summary = bench.summary();
    let judged = &summary["metrics"]["http_reqs"]["thresholds"];
    assert_eq!((judged["count>1"]["by_flag"].clone(), judged.get("count>100")), (true.into(), None));
    assert!(ran.stdout.contains("count = 5  (--threshold)"), "{}", ran.stdout);
    let mut quiet = bench.command(&["run", "p.yaml", "--run-dir", "quiet"]);
    let ran: Ran = quiet.env("LOADAGENT_NO_THRESHOLDS", "true").output().unwrap().into();
    assert_eq!(ran.code, 0, "{}", ran.stdout);
    assert!(ran.stderr.contains("all thresholds are disabled (--no-thresholds)"), "{}", ran.stderr);
}

#[test]
fn nothing_is_called_impossible_without_an_upper_bound() {
    let target = practice(&[]);
    for (load, flow) in [
        ("vus: 2, iterations: 100", "[{get: /}]"),
        ("rate: 10, duration: 2s", "[{parallel: 20, steps: [{get: /}]}]"),
        ("rate: 10, duration: 2s", "[{foreach: [a, b, c], steps: [{get: /}]}]"),
        ("rate: 10, duration: 2s", "[{repeat: 2..5, steps: [{get: /}]}]"),
        ("rate: 10, duration: 2s", "[{get: /, retry: 3}]"),
        ("rate: 10, duration: 2s", "[{poll: {get: /}, until: status == 1, every: 10ms, timeout: 1s}]"),
        (
            "executor: constant-arrival-rate, preAllocatedVUs: 5, rate: 10, duration: 2s, arrivals: poisson",
            "[{get: /}]",
        ),
        ("vus: 1, duration: 2s", "[{repeat: 50, steps: [{get: /}]}, {think: 1s}]"),
        ("vus: 1, duration: 2s", "[{get: /}, {if: status == 200, then: [{fail: enough}]}, {think: 1s}]"),
    ] {
        let profile =
            format!("scenarios: {{s: {{{load}, flow: {flow}}}}}\nthresholds: {{http_reqs: [count>150, rate>5]}}\n");
        let plan = check(&bench(&target, &profile), &[]);
        let warnings: Vec<_> = plan["warnings"].as_array().unwrap().iter().map(|one| one.as_str().unwrap()).collect();
        assert!(warnings.iter().all(|text| !text.contains("can't be met")), "{load} {flow}: {warnings:?}");
    }
}

#[test]
fn check_warns_of_what_cannot_come_true() {
    let target = practice(&[]);
    let bench = bench(
        &target,
        "scenarios:\n  \
        users: {executor: constant-vus, vus: 1000, duration: 1m, flow: [{get: /}, {think: 30ms}]}\n  \
        few: {executor: constant-arrival-rate, rate: 100, duration: 1m, preAllocatedVUs: 10, flow: [{get: /}, {think: 1s}]}\n  \
        long: {executor: per-vu-iterations, iterations: 10, maxDuration: 5s, flow: [{get: /}, {think: 2s}]}\n  \
        ramp: {users: 100, spawn_rate: 1, run_time: 1m, wait: 1s, flow: [{get: /}]}\n\
        thresholds: {'http_reqs{scenario:few}': count>200000}\n",
    );
    let plan = check(&bench, &[]);
    let texts = |list: &str| {
        plan[list].as_array().unwrap().iter().map(|one| one.as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let expected = [
        "few: 100/s with 1s think time need 100 users even if the target responds instantly, but `maxVUs` is 10: arrivals will be dropped",
        "long: 10 iterations per user at 2s each take 20s, but `maxDuration` is 5s: the rest will be dropped",
        "threshold count>200000 on http_reqs{scenario:few} can't be met: the run reaches at most 66,000, 6,000 on average without redirects, even if the target responds instantly; `--vus-factor 33.4` would",
    ];
    assert_eq!(texts("warnings"), expected);
    assert_eq!(texts("notes"), ["ramp: 100 users at 1 per second do not all start within 1m; only 60 will start"]);
    assert_eq!((&plan["peaks"]["users"], &plan["peaks"]["users_at_ms"]), (&1_060.into(), &60_000.0.into()));
    let text = bench.run(&["check", "p.yaml"]).stdout;
    assert!(text.contains("timeline") && text.contains("peak: 1,060 users at 1m, 100/s at 0s"), "{text}");
    for line in [
        "at most 33,333 requests/s (1,000 users; 30ms of pauses per iteration), up to 366,667/s with redirects",
        "at most 0.5 requests/s (1 user; 2s of pauses per iteration), up to 5.5/s with redirects",
        "at most 60 requests/s (60 users; 1s of pauses per iteration), up to 660/s with redirects",
        "at most 100 requests/s (100 arrivals/s), up to 1,100/s with redirects",
    ] {
        assert!(text.contains(&format!("\n    {line}\n")), "{line}: {text}");
    }
}
