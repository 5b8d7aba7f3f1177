//! The command line: exit codes, messages, counts against a server that counts for itself.

use std::time::Duration;

use super::support::{Bench, practice, refusing_url, signal, url};

#[test]
fn without_a_profile_a_hint_says_what_to_do() {
    let ran = Bench::new().run(&[]);
    assert_eq!(ran.code, 104);
    assert!(ran.stderr.contains("loadagent run quickstart"), "{}", ran.stderr);
}

#[test]
fn a_bad_command_line_is_2() {
    let bench = Bench::new();
    for words in [
        &["run", "--no-such-flag"][..],
        &["run", "http://h/", "-d", "1s", "-s", "1s:1"],
        &["run", "http://h/", "-e", "novalue"],
        &["run", "http://h/", "--workers", "0"],
        &["check", "http://h/", "--workers", "0"],
        &["check", "http://h/", "--segment", "4/3"],
        &["check", "http://h/", "--run-id", "a/b"],
        &["check", "http://h/", "--start-at", "x"],
        &["check", "http://h/", "--rate", "0"],
        &["check", "http://h/", "--rate", "-1"],
        &["check", "http://h/", "-u", "0"],
        &["check", "http://h/", "-i", "0"],
        &["check", "http://h/", "-d", "abc"],
        &["check", "http://h/", "--max-vus", "3"],
        &["check", "http://h/", "--preset", "nope"],
        &["check", "http://"],
        &["check", "http:///path"],
        &["check", "http://:8080/"],
        &["check", "http://unix:/tmp/socket"],
        &["check", "http://%2Ftmp%2Fsocket/"],
        &["check", "http://user:secret@h/"],
        &["check", "ftp://h/"],
        &["run", "http://h/", "--threshold", "http_req_duratoin=p(95)<1"],
        &["run", "http://h/", "--summary-trend-stats", "p95"],
        &["target", "--latncy", "1ms"],
        &["profiles", "show", "quickstrat"],
    ] {
        let ran = bench.run(words);
        assert_eq!(ran.code, 2, "{words:?}: {}", ran.stderr);
    }
}

#[test]
fn errors_of_flags_name_no_file_and_an_address_without_a_scheme_is_recognised() {
    let bench = Bench::new();
    for words in
        [&["check", "http:///path"][..], &["check", "http://h/", "--preset", "nope"], &["check", "http://u:p@h/"]]
    {
        let ran = bench.run(words);
        assert!(!ran.stderr.contains("flags:") && !ran.stderr.contains(" | "), "{words:?}: {}", ran.stderr);
    }
    for (name, url) in [
        ("localhost:8813", "http://localhost:8813"),
        ("127.0.0.1:8080/path?a=b", "http://127.0.0.1:8080/path?a=b"),
        ("localhost", "http://localhost"),
        ("example.com/a", "http://example.com/a"),
        ("[::1]:8080", "http://[::1]:8080"),
        ("//h/a", "http://h/a"),
        ("http:/h/a", "http://h/a"),
    ] {
        let ran = bench.run(&["check", name]);
        let hint = format!("hint: is that a URL? write {url}\n");
        assert!(ran.code == 104 && ran.stderr.contains(&hint), "{name}: {}", ran.stderr);
    }
    for name in ["nope.yaml", "folder/nope.yml", "nope", "../nope.json", ""] {
        let ran = bench.run(&["check", name]);
        assert!(
            ran.code == 104 && !ran.stderr.contains("URL") && !ran.stderr.contains("os error"),
            "{name}: {}",
            ran.stderr
        );
    }
    bench.write("p.yaml", "vus: 1\nduration: 1s\ndata: {rows: {csv: nope.csv}}\nflow: [{get: http://h/}]\n");
    let ran = bench.run(&["check", "p.yaml"]);
    assert!(ran.stderr.contains("looked for it in .\n"), "{}", ran.stderr);
    let mut command = bench.command(&["check", "http://h/"]);
    for (value, code) in [("1", 0), ("true", 0), ("yes", 0), ("0", 0), ("", 0)] {
        let ran: super::support::Ran = command.env("LOADAGENT_NO_THRESHOLDS", value).output().unwrap().into();
        assert_eq!(ran.code, code, "{value}: {}", ran.stderr);
    }
}

#[test]
fn counts_agree_with_the_targets() {
    let (bench, target) = (Bench::new(), practice(&[("latency", "1ms")]));
    let ran = bench.run(&["run", &url(&target), "-u", "4", "-i", "100", "--workers", "2", "--run-dir", "run"]);
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    assert_eq!(bench.summary()["metrics"]["http_reqs"]["values"]["count"], 100);
    assert_eq!(target.report().total, 100);
    let got = bench.run(&["report", "run", "--get", "metrics.http_reqs.count"]);
    assert_eq!(got.stdout.trim(), "100");
}

#[test]
fn an_arrival_rate_is_exact_over_threads() {
    let (bench, target) = (Bench::new(), practice(&[]));
    let ran = bench.run(&["run", &url(&target), "--rate", "500", "-d", "2s", "--workers", "3", "--run-dir", "run"]);
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    let summary = bench.summary();
    assert_eq!(summary["loadagent"]["validity"]["offered"], 1_000);
    assert_eq!(target.report().total, 1_000);
}

#[test]
fn a_failed_threshold_is_99_and_so_is_no_data() {
    let (bench, target) = (Bench::new(), practice(&[("errors", "100%")]));
    let url = url(&target);
    let failed = bench.run(&["run", &url, "-i", "5", "--threshold", "http_req_failed=rate<0.5", "--run-dir", "run"]);
    assert_eq!(failed.code, 99);
    assert_eq!(bench.summary()["metrics"]["http_req_failed"]["thresholds"]["rate<0.5"]["ok"], false);
    let none = Bench::new();
    let ran = none.run(&["run", &url, "-i", "5", "--threshold", "checks=rate>0.5", "--run-dir", "run"]);
    assert_eq!(ran.code, 99);
    assert!(ran.stdout.contains("no data"), "{}", ran.stdout);
    assert_eq!(none.summary()["metrics"]["checks"]["thresholds"]["rate>0.5"]["no_data"], true);
}

#[test]
fn too_many_dropped_arrivals_are_109() {
    let (bench, target) = (Bench::new(), practice(&[("latency", "500ms")]));
    let ran = bench.run(&["run", &url(&target), "--rate", "100", "-d", "1s", "--max-vus", "5", "--run-dir", "run"]);
    assert_eq!(ran.code, 109, "{}", ran.stdout);
    let summary = bench.summary();
    assert_eq!(summary["loadagent"]["verdict"], "invalid");
    let validity = &summary["loadagent"]["validity"];
    let (achieved, dropped) = (validity["achieved"].as_u64().unwrap(), validity["dropped"].as_u64().unwrap());
    assert_eq!(achieved + dropped, 100);
    assert_eq!(achieved, target.report().total);
}

#[test]
fn a_threshold_may_abort_the_run() {
    let (bench, target) = (Bench::new(), practice(&[("errors", "100%"), ("latency", "5ms")]));
    let profile = format!(
        "base_url: {}\nscenarios:\n  s: {{executor: constant-vus, vus: 2, duration: 60s, flow: [{{get: /}}]}}\n\
         thresholds:\n  http_req_failed: {{threshold: rate<0.1, abortOnFail: true}}\n",
        url(&target)
    );
    bench.write("p.yaml", &profile);
    let ran = bench.run(&["p.yaml", "--run-dir", "run"]);
    assert_eq!(ran.code, 108, "{}{}", ran.stdout, ran.stderr);
    assert!(ran.stderr.contains("aborting: threshold"), "{}", ran.stderr);
}

#[test]
fn a_signal_drains_and_is_105() {
    for name in ["INT", "TERM"] {
        let (bench, target) = (Bench::new(), practice(&[("latency", "2ms")]));
        let child = bench.start(&["run", &url(&target), "-u", "10", "-d", "60s", "--run-dir", "run"]);
        while target.report().total < 50 {
            std::thread::sleep(Duration::from_millis(20));
        }
        signal(&child, name);
        assert_eq!(child.wait_with_output().unwrap().status.code(), Some(105));
        assert_eq!(
            bench.summary()["metrics"]["http_reqs"]["values"]["count"],
            target.report().total,
            "compared after the drain"
        );
    }
}

#[test]
fn a_second_signal_ends_at_once() {
    let (bench, target) = (Bench::new(), practice(&[("latency", "50s")]));
    let child = bench.start(&["run", &url(&target), "-u", "1", "-d", "60s", "--run-dir", "run"]);
    while target.report().connections_accepted == 0 {
        std::thread::sleep(Duration::from_millis(20));
    }
    for _ in 0..2 {
        std::thread::sleep(Duration::from_millis(300));
        signal(&child, "INT");
    }
    let ended = child.wait_with_output().unwrap();
    assert_eq!(ended.status.code(), Some(105));
    assert!(String::from_utf8(ended.stdout).unwrap().contains("second signal"));
}

#[test]
fn a_dead_receiver_is_110_and_never_shows_its_password() {
    let (bench, target) = (Bench::new(), practice(&[]));
    let out = format!("prometheus={}api/v1/write", refusing_url().replace("http://", "http://user:s3cret@"));
    let ran = bench.run(&["run", &url(&target), "-i", "10", "--out", &out, "--drain", "1s", "--run-dir", "run"]);
    assert_eq!(ran.code, 110, "{}{}", ran.stdout, ran.stderr);
    let summary = bench.summary();
    assert_eq!(summary["loadagent"]["outputs"][0]["complete"], false);
    let log = std::fs::read(bench.path().join("run/intervals.log")).unwrap();
    for text in [ran.stdout, ran.stderr, summary.to_string(), String::from_utf8_lossy(&log).into_owned()] {
        assert!(!text.contains("s3cret"), "{text}");
    }
}

#[test]
fn a_refused_connection_is_an_error_and_no_request() {
    let bench = Bench::new();
    let ran = bench.run(&["run", &refusing_url(), "-i", "5", "--run-dir", "run"]);
    assert_eq!(ran.code, 109, "{}", ran.stderr);
    assert!(ran.stdout.contains("no request succeeded; the most frequent error is connect_refused"), "{}", ran.stdout);
    let metrics = &bench.summary()["metrics"];
    assert!(metrics.get("http_reqs").is_none(), "nothing was written");
    assert_eq!(metrics["http_errors"]["values"]["count"], 5);
    assert_eq!(bench.errors(), "connect_refused ");
}

#[test]
fn no_check_passes_without_a_response() {
    let bench = Bench::new();
    let profile = format!(
        "scenarios:\n  s: {{executor: shared-iterations, iterations: 4, flow: [{{get: \"{}\", check: [{{equals: \"\"}}, {{status: 1xx}}]}}]}}\n",
        refusing_url()
    );
    bench.write("p.yaml", &profile);
    bench.run(&["p.yaml", "--run-dir", "run"]);
    let checks = &bench.summary()["metrics"]["checks"]["values"];
    assert_eq!((&checks["passes"], &checks["fails"]), (&0.into(), &8.into()));
}

#[test]
fn an_environment_that_is_not_text_is_no_error() {
    use std::os::unix::ffi::OsStrExt;
    let bench = Bench::new();
    let mut command = bench.command(&["check", "quickstart"]);
    command.env("ODD", std::ffi::OsStr::from_bytes(b"\xff"));
    assert!(command.output().unwrap().status.success());
}

#[test]
fn a_time_out_counts_as_at_least_its_time() {
    let (bench, target) = (Bench::new(), practice(&[("latency", "10s")]));
    let profile = format!(
        "http: {{timeout: 200ms}}\nscenarios:\n  s: {{executor: shared-iterations, iterations: 3, flow: [{{get: \"{}\"}}]}}\n",
        url(&target)
    );
    bench.write("p.yaml", &profile);
    bench.run(&["p.yaml", "--run-dir", "run"]);
    let metrics = &bench.summary()["metrics"];
    assert_eq!(metrics["http_reqs"]["values"]["count"], 3);
    assert!(metrics["http_req_response_time"]["values"]["min"].as_f64().unwrap() >= 200.0);
}

#[test]
fn a_run_never_writes_over_another() {
    let (bench, target) = (Bench::new(), practice(&[]));
    assert_eq!(bench.run(&["run", &url(&target), "-i", "1", "--run-dir", "run"]).code, 0);
    let again = bench.run(&["run", &url(&target), "-i", "1", "--run-dir", "run"]);
    assert_eq!(again.code, 104);
    assert!(again.stderr.contains("already holds a run"), "{}", again.stderr);
}

#[test]
fn variables_come_from_flags_then_the_environment_then_the_profile() {
    let (bench, target) = (Bench::new(), practice(&[]));
    let profile = format!(
        "vars: {{N: 2, M: }}\nscenarios:\n  s: {{executor: shared-iterations, vus: 1, iterations: \"${{N}}\", flow: [{{get: \"{}${{M}}\"}}]}}\n",
        url(&target)
    );
    bench.write("p.yaml", &profile);
    let missing = bench.run(&["p.yaml"]);
    assert_eq!(missing.code, 104);
    assert!(missing.stderr.contains("variable `M` has no value"), "{}", missing.stderr);
    let mut command = bench.command(&["p.yaml", "-e", "M=x", "--run-dir", "run"]);
    assert!(command.env("N", "7").env("M", "from-environment").status().unwrap().success());
    let report = target.report();
    assert_eq!((report.total, report.routes["/x"].total), (7, 7));
}

#[test]
fn check_prints_the_plan_and_sends_nothing() {
    let bench = Bench::new();
    let ran = bench.run(&["check", "quickstart", "--json"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let plan: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(plan["scenarios"][0]["peak_rate"], 200.0);
    let text = bench.run(&["check", "http://127.0.0.1:1/", "-u", "1000", "-d", "1m"]).stdout;
    assert!(text.contains("constant-vus: 1,000 users for 1m"), "{text}");
    assert!(!bench.path().join("runs").exists());
}

#[test]
fn the_control_port_steers_a_run() {
    use std::io::{Read, Write};
    let (bench, target) = (Bench::new(), practice(&[("latency", "1ms")]));
    let mut child =
        bench.start(&["run", &url(&target), "-u", "1", "-d", "60s", "--run-dir", "run", "--control", "127.0.0.1:0"]);
    let mut stderr = std::io::BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    std::io::BufRead::read_line(&mut stderr, &mut line).unwrap();
    let address = line.split("http://").nth(1).unwrap().split('/').next().unwrap().to_owned();
    let patch = |path: &str, body: &str| {
        let mut stream = std::net::TcpStream::connect(&address).unwrap();
        let length = body.len();
        write!(
            stream,
            "PATCH {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}"
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 200"), "{path}: {answer:?}");
    };
    patch("/v1/scenarios/default", "{\"users\": 7}");
    while target.report().connections_accepted < 7 {
        std::thread::sleep(Duration::from_millis(20));
    }
    patch("/v1/status", "{\"stopped\": true}");
    assert_eq!(child.wait().unwrap().code(), Some(105));
    let events = std::fs::read_to_string(bench.path().join("run/events.log")).unwrap();
    assert!(events.contains("default: 7 users"), "{events}");
}

#[test]
fn commands_control_a_run_and_print_how_it_stands() {
    let (bench, target) = (Bench::new(), practice(&[("latency", "1ms")]));
    let profile = format!(
        "base_url: {}\nscenarios:\n  open: {{rate: 50, duration: 60s, flow: [{{get: /a}}]}}\n  \
         closed: {{vus: 2, duration: 60s, flow: [{{get: /b}}, {{think: 20ms}}]}}\nthresholds: {{http_req_failed: rate<0.5}}\n",
        url(&target)
    );
    bench.write("p.yaml", &profile);
    let mut child = bench.start(&["run", "p.yaml", "--run-dir", "run", "--workers", "2", "--control", "localhost:0"]);
    let mut stderr = std::io::BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    std::io::BufRead::read_line(&mut stderr, &mut line).unwrap();
    let address = line.split("http://").nth(1).unwrap().split('/').next().unwrap().to_owned();
    let command = |words: &[&str], code: i32| {
        let ran = bench.run(&[words, &["--control", &address]].concat());
        assert_eq!(ran.code, code, "{words:?}: {}{}", ran.stdout, ran.stderr);
        ran.stdout + &ran.stderr
    };
    let status = || -> serde_json::Value { serde_json::from_str(&command(&["status", "--json"], 0)).unwrap() };
    while status()["rps"].as_f64().unwrap() < 50.0 {
        std::thread::sleep(Duration::from_millis(50));
    }
    let shown = status();
    assert_eq!((&shown["scenarios"][0]["rate"], &shown["scenarios"][1]["users"]), (&50.0.into(), &2.into()), "{shown}");
    assert_eq!(shown["thresholds"][0]["state"], "ok", "{shown}");
    assert!(!shown.to_string().contains("null"), "{shown}");
    assert!(command(&["scale", "open", "--rate", "80"], 0).contains("80/s"));
    assert!(command(&["scale", "closed", "-u", "3"], 0).contains("3 users"));
    assert!(command(&["scale", "open", "--as-scheduled"], 0).contains("open"));
    assert!(command(&["scale", "closed", "-u", "900000000"], 2).contains("users"));
    for (words, part) in [
        (["scale", "closed", "--rate", "3"], "with `--vus N`"),
        (["scale", "open", "--rate", "0"], "with `--rate N`"),
        (["scale", "open", "--vus", "3"], "with `--rate N`"),
    ] {
        assert!(command(&words, 2).contains(part), "{words:?}");
    }
    assert!(command(&["scale", "closed", "--rate", "3"], 2).contains("`closed` is closed"));
    assert!(command(&["scale", "-u", "3"], 2).contains("which scenario? there are: open, closed"));
    assert!(command(&["scale", "nope", "-u", "3"], 2).contains("there are: open, closed"));
    assert!(command(&["pause"], 0).starts_with("paused"));
    assert!(command(&["resume"], 0).starts_with("running"));
    std::thread::sleep(Duration::from_millis(1_500));
    assert!(command(&["stop"], 0).starts_with("stopping"));
    let ended = child.wait_with_output().unwrap();
    assert_eq!(ended.status.code(), Some(105));
    let printed = String::from_utf8(ended.stdout).unwrap();
    let commands = printed.split("CONTROL COMMANDS").nth(1).unwrap().split("EXECUTION").next().unwrap();
    let again = bench.run(&["report", "run"]).stdout;
    assert!(again.contains(commands), "{again}");
    let logged = bench.summary()["loadagent"]["control"].to_string();
    for what in ["open: 80/s", "closed: 3 users", "paused", "resumed", "stopped"] {
        assert_eq!(
            (commands.matches(what).count(), logged.matches(what).count()),
            (1, 1),
            "{what} in {printed}{logged}"
        );
    }
    let events = std::fs::read_to_string(bench.path().join("run/events.log")).unwrap();
    for what in ["open: 80/s", "closed: 3 users", "\"paused\"", "\"resumed\"", "\"stopped\""] {
        assert_eq!(events.matches(what).count(), 1, "{what} in {events}");
    }
    assert!(command(&["status"], 104).contains("nothing listens there"));
}

#[test]
fn report_and_replay_take_a_run_id_or_the_newest_run() {
    let (bench, target) = (Bench::new(), practice(&[("latency", "0ms")]));
    for command in ["report", "replay"] {
        let none = bench.run(&[command]);
        assert_eq!(none.code, 104, "{command}: {}", none.stderr);
        assert!(none.stderr.contains("runs/ has none"), "{command}: {}", none.stderr);
    }
    for (id, count) in [("b-first", "3"), ("a-newest", "5")] {
        assert_eq!(bench.run(&["run", &url(&target), "-i", count, "-q", "--run-id", id]).code, 0);
    }
    let count = |words: &[&str]| {
        bench.run(&[&["report"], words, &["--get", "metrics.http_reqs.count"]].concat()).stdout.trim().to_owned()
    };
    let counts = [&["b-first"][..], &["runs/b-first"], &["runs/b-first/intervals.log"], &[]].map(count);
    assert_eq!(counts, ["3", "3", "3", "5"]);
    for words in [&["replay"][..], &["replay", "b-first"], &["replay", "runs/b-first"]] {
        let ran = bench.run(words);
        assert_eq!((ran.code, ran.stderr.as_str()), (0, "nothing left to deliver\n"), "{words:?}");
    }
    for command in ["report", "replay"] {
        let wrong = bench.run(&[command, "c-none"]);
        assert_eq!(wrong.code, 104);
        assert!(wrong.stderr.contains("there is no run `c-none`"), "{}", wrong.stderr);
        assert!(wrong.stderr.contains("newest in runs/: a-newest, b-first"), "{}", wrong.stderr);
        let empty = bench.run(&[command, "."]);
        assert!(empty.code == 104 && empty.stderr.contains("not a run directory"), "{}", empty.stderr);
    }
}

#[test]
fn a_path_that_cant_be_written_is_refused_before_the_load() {
    let (bench, target) = (Bench::new(), practice(&[("latency", "0ms")]));
    let file = bench.write("file", "");
    for flag in ["--summary-export", "--csv"] {
        let path = format!("{}/below/x", file.display());
        let ran = bench.run(&["run", &url(&target), "-i", "1", "--run-dir", "run", flag, &path]);
        assert_eq!(ran.code, 2, "{flag}: {}{}", ran.stdout, ran.stderr);
        assert!(ran.stderr.contains(flag) && !bench.path().join("run").exists(), "{flag}: {}", ran.stderr);
    }
    assert_eq!(target.report().total, 0);
    let words = ["--summary-export", "new/folder/s.json", "--csv", "other/folder/c", "--run-dir", "run"];
    let ran = bench.run(&[&["run", &url(&target), "-i", "1"], &words[..]].concat());
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    for name in ["new/folder/s.json", "other/folder/c_stats_history.csv", "other/folder/c_stats.csv"] {
        assert!(bench.path().join(name).is_file(), "{name}");
    }
}

#[test]
fn an_export_that_fails_at_the_end_is_in_header_summary_and_exit_code() {
    let (bench, target) = (Bench::new(), practice(&[("latency", "5ms")]));
    let export = bench.path().join("x/s.json");
    let words = ["run", &url(&target), "-u", "1", "-d", "1500ms", "--run-dir", "run", "--summary-export", "x/s.json"];
    let child = bench.start(&words);
    while target.report().total == 0 {
        std::thread::sleep(Duration::from_millis(20));
    }
    std::fs::create_dir_all(export.join("in the way")).unwrap();
    let ran: super::support::Ran = child.wait_with_output().unwrap().into();
    assert_eq!(ran.code, 110, "{}", ran.stderr);
    assert!(ran.stdout.contains("(exit code 110)"), "{}", ran.stdout);
    assert_eq!(bench.summary()["loadagent"]["exit_code"], 110);
}

#[test]
fn a_closed_terminal_ends_the_run_as_a_termination_does() {
    let (bench, target) = (Bench::new(), practice(&[("latency", "1ms")]));
    let child = bench.start(&["run", &url(&target), "-u", "2", "-d", "60s", "--run-dir", "run"]);
    while target.report().total == 0 {
        std::thread::sleep(Duration::from_millis(20));
    }
    signal(&child, "HUP");
    let ran: super::support::Ran = child.wait_with_output().unwrap().into();
    assert_eq!(ran.code, 105, "{}", ran.stderr);
    assert_eq!(bench.summary()["loadagent"]["exit_code"], 105);
}

#[test]
fn a_process_that_stood_still_says_so() {
    let (bench, target) = (Bench::new(), practice(&[("latency", "1ms")]));
    let words = ["run", &url(&target), "-u", "2", "-d", "6s", "--workers", "2", "--run-dir", "run", "--no-progress"];
    let child = bench.start(&words);
    while target.report().total == 0 {
        std::thread::sleep(Duration::from_millis(20));
    }
    signal(&child, "STOP");
    std::thread::sleep(Duration::from_millis(3_500));
    signal(&child, "CONT");
    let ran: super::support::Ran = child.wait_with_output().unwrap().into();
    let events = std::fs::read_to_string(bench.path().join("run/events.log")).unwrap();
    assert_eq!(events.matches("standstill").count(), 1, "{events}");
    let warning = "! this process stood still for ";
    for shown in [ran.stdout, bench.run(&["report", "run"]).stdout] {
        assert_eq!(shown.matches(warning).count(), 1, "{shown}");
    }
    let steady = Bench::new();
    assert!(!steady.run(&["run", &url(&target), "-u", "2", "-d", "2s"]).stdout.contains(warning));
}

#[test]
fn quiet_runs_print_only_why_they_failed_and_messages_need_no_progress() {
    let (bench, target) = (Bench::new(), practice(&[("latency", "1ms")]));
    let url = url(&target);
    let passed = bench.run(&["run", &url, "-i", "3", "-q", "--threshold", "http_req_failed=rate<0.5"]);
    assert_eq!((passed.code, passed.stdout + &passed.stderr), (0, String::new()));
    let failed = bench.run(&["run", &url, "-i", "3", "-q", "--threshold", "http_reqs=count>5"]);
    assert_eq!((failed.code, failed.stdout.as_str()), (99, ""));
    let shown = failed.stderr.lines().collect::<Vec<_>>();
    let [only] = shown[..] else { panic!("{shown:?}") };
    assert!(only.starts_with("loadagent: threshold count>5 on http_reqs: failed"), "{only}");
    let words = ["run", &url, "-d", "1s", "--no-progress", "--control", "localhost:0"];
    let ran = bench.run(&words);
    assert!(ran.stderr.contains("control API listening on http://127.0.0.1:"), "{}", ran.stderr);
}

#[test]
fn values_and_names_that_are_wrong_are_answered_with_what_to_write() {
    let bench = Bench::new();
    for (words, hint) in [
        (&["check", "http://h/", "-u", "abc"][..], "write a whole number from 1 on, for example 50"),
        (&["check", "http://h/", "-u", "0"], "write a whole number from 1 on, for example 50"),
        (&["check", "http://h/", "-i", "1.5"], "write a whole number from 1 on"),
        (&["check", "http://h/", "--seed", "x"], "write a whole number, for example 50"),
        (&["check", "http://h/", "--rate", "fast"], "for example 50"),
        (&["scale", "--rate", "x"], "for example 50"),
        (&["scale", "-u", "x"], "for example 50"),
        (&["target", "--listen", "x"], "for example localhost:6565"),
        (&["dashbords"], "did you mean the command `dashboards`?"),
        (&["rn", "quickstart"], "there is no command `rn`; did you mean `run`?"),
        (&["quickstrat"], "did you mean `quickstart`?"),
    ] {
        let ran = bench.run(words);
        assert!(ran.code != 0 && ran.stderr.contains(hint), "{words:?}: {}", ran.stderr);
    }
    assert_eq!(bench.run(&["check", "http://h/", "-u", "1_000", "--rate", "50/s"]).code, 0);
}
