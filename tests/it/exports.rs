//! Exports against a store that misbehaves on purpose, and files as their readers find them.

use std::{collections::BTreeSet, io::Read, net::TcpStream, process::Child, time::Duration};

use serde_json::Value as Json;

use super::{
    store::{REFUSED, Reply, Store, TAKEN},
    support::{Bench, signal},
};
use loadagent::testing::practice_target::{self, Target, TargetOptions};

fn practice() -> Target {
    practice_target::start(TargetOptions::default(), ([127, 0, 0, 1], 0).into()).unwrap()
}

/// Runs two seconds of 50 arrivals a second into an output and returns the exit code.
fn run(bench: &Bench, target: &Target, out: &str, further: &[&str]) -> i32 {
    let url = format!("http://{}/", target.address());
    let words = [&["run", &url, "--rate", "50", "-d", "2s", "-q", "--run-dir", "run", "--out", out], further].concat();
    let ran = bench.run(&words);
    assert!(!ran.stderr.contains("panicked"), "{}", ran.stderr);
    ran.code
}

fn account(bench: &Bench) -> Json {
    bench.summary()["loadagent"]["outputs"][0].clone()
}

fn number(account: &Json, name: &str) -> u64 {
    account[name].as_u64().unwrap()
}

/// Requests that the kept lines of aggregates amount to, summed over their intervals.
fn requests(lines: &[String]) -> u64 {
    let unique: BTreeSet<&String> = lines.iter().collect();
    let count = |line: &str| {
        let fields = line.split(' ').rev().nth(1).unwrap();
        let field = fields.split(',').find_map(|field| field.strip_prefix("count=")).unwrap();
        field.parse::<f64>().unwrap()
    };
    let counted: f64 = unique.iter().filter(|line| line.starts_with("http_reqs,")).map(|line| count(line)).sum();
    format!("{counted}").parse().unwrap()
}

fn influx(store: &Store) -> String {
    format!("influxdb=http://{}/db?gzip=false", store.address)
}

/// Values of the tag `instance`.
fn instances(store: &Store) -> BTreeSet<String> {
    let lines = store.kept();
    let tags =
        lines.iter().filter_map(|line| line.split(' ').next()?.split(',').find(|tag| tag.starts_with("instance=")));
    tags.map(str::to_owned).collect()
}

#[test]
fn processes_that_share_a_run_id_share_no_series() {
    for (flags, named) in
        [(&["--run-id", "build-7"][..], None), (&["--run-id", "build-7", "--instance", "left"], Some("left"))]
    {
        let target = practice();
        let store = Store::start(&[], TAKEN);
        let (one, other) = (Bench::new(), Bench::new());
        for bench in [&one, &other] {
            run(bench, &target, &influx(&store), flags);
        }
        let found = instances(&store);
        match named {
            None => assert_eq!(found.len(), 2, "{found:?}"),
            Some(name) => assert_eq!(found, BTreeSet::from([format!("instance={name}")])),
        }
    }
}

#[test]
fn a_repeat_is_byte_for_byte_what_was_sent_first() {
    let (bench, target) = (Bench::new(), practice());
    let busy = Reply { status: 503, headers: "", keeps: false, body: "" };
    let store = Store::start(&[busy, busy], TAKEN);
    assert_eq!(run(&bench, &target, &influx(&store), &[]), 0);
    let writes = store.writes();
    assert_eq!(writes[0], writes[1]);
    assert_eq!(writes[1], writes[2]);
    assert_eq!(requests(&store.kept()), 100);
    assert_eq!(number(&account(&bench), "retried"), 2);
    let times: Vec<i64> = writes.iter().map(|lines| lines[0].rsplit(' ').next().unwrap().parse().unwrap()).collect();
    assert!(times.is_sorted(), "old before new: {times:?}");
}

#[test]
fn what_is_refused_for_good_is_searched_kept_as_dead_letters_and_sent_again() {
    let (bench, target) = (Bench::new(), practice());
    let store = Store::start(&[REFUSED; 9], TAKEN);
    assert_eq!(run(&bench, &target, &influx(&store), &[]), 110);
    let account = account(&bench);
    let rejected = number(&account, "rejected");
    assert!(rejected > 0 && rejected < 9, "halving leaves single samples: {account}");
    assert_eq!(number(&account, "sent"), number(&account, "acknowledged") + rejected);
    let names: Vec<String> = serde_json::from_value(account["dead_letters"].clone()).unwrap();
    assert!(names.iter().all(|name| bench.path().join("run/outputs").join(name).exists()), "{names:?}");
    let before = store.kept().len();

    let replayed = bench.run(&["replay", "run"]);
    assert_eq!(replayed.code, 0, "{}{}", replayed.stdout, replayed.stderr);
    assert_eq!(store.kept().len() as u64, before as u64 + rejected);
    assert_eq!(requests(&store.kept()), 100);
    assert!(!bench.path().join("run/outputs").join(&names[0]).exists());
    let again = bench.run(&["replay", "run"]);
    assert_eq!((again.code, store.kept().len() as u64), (0, before as u64 + rejected), "nothing twice");
}

#[test]
fn too_large_a_request_is_halved_and_the_limit_remembered() {
    let (bench, target) = (Bench::new(), practice());
    let too_large = Reply { status: 413, headers: "", keeps: false, body: "" };
    let store = Store::start(&[too_large], TAKEN);
    assert_eq!(run(&bench, &target, &influx(&store), &[]), 0);
    let writes = store.writes();
    let size = |lines: &[String]| lines.iter().map(|line| line.len() + 1).sum::<usize>();
    assert!(writes[1..].iter().all(|lines| size(lines) < size(&writes[0])));
    assert_eq!(requests(&store.kept()), 100);
}

#[test]
fn a_receiver_that_stays_away_leaves_everything_to_replay() {
    let (bench, target) = (Bench::new(), practice());
    let broken = Reply { status: 500, headers: "", keeps: false, body: "" };
    let store = Store::start(&[], broken);
    assert_eq!(run(&bench, &target, &influx(&store), &["--drain", "100ms"]), 110);
    let account = account(&bench);
    assert_eq!(number(&account, "sent"), number(&account, "spooled"));
    assert_eq!(account["complete"], false);
    let exit = || bench.run(&["report", "run", "--get", "loadagent.exit_code"]).stdout;
    assert!(exit() == "110\n" && bench.run(&["report", "run"]).stdout.contains("samples still on disk"));
    store.usually(TAKEN);
    let replayed = bench.run(&["replay", "run"]);
    assert_eq!(replayed.code, 0, "{}{}", replayed.stdout, replayed.stderr);
    assert_eq!(store.kept().len() as u64, number(&account, "sent"));
    assert_eq!(requests(&store.kept()), 100);
    let (report, all) = (bench.run(&["report", "run"]).stdout, number(&account, "sent"));
    assert!(report.contains("✓ influxdb") && report.contains(&format!("{all} of {all} samples")), "{report}");
    assert_eq!(exit(), "0\n", "{report}");
    agrees_with_report(&bench);
    let summary = bench.summary();
    assert_eq!(
        (&summary["loadagent"]["exit_code"], &summary["loadagent"]["reasons"]),
        (&0.into(), &Json::Array(vec![]))
    );
}

/// Whether `summary.json` has what `report` computes, for all that a replay can change.
fn agrees_with_report(bench: &Bench) {
    let summary = bench.summary();
    for name in ["outputs", "outputs_pending", "reasons", "exit_code", "verdict"] {
        let reported = bench.run(&["report", "run", "--get", &format!("loadagent.{name}")]).stdout;
        let written = summary["loadagent"][name].clone();
        let written = written.as_str().map_or_else(|| written.to_string(), str::to_owned);
        assert_eq!(reported.trim(), written, "{name}");
    }
}

/// A run of 30 seconds that has begun to deliver.
fn start_delivering(bench: &Bench, target: &Target, store: &Store) -> Child {
    let url = format!("http://{}/", target.address());
    let words = ["run", &url, "--rate", "50", "-d", "30s", "-q", "--run-dir", "run", "--out", &influx(store)];
    let child = bench.start(&words);
    while store.kept().is_empty() {
        std::thread::sleep(Duration::from_millis(20));
    }
    child
}

#[test]
fn a_killed_runs_report_has_its_outputs_before_and_after_a_replay() {
    let (bench, target) = (Bench::new(), practice());
    let store = Store::start(&[], TAKEN);
    let mut child = start_delivering(&bench, &target, &store);
    store.usually(Reply { status: 503, headers: "", keeps: false, body: "" });
    std::thread::sleep(Duration::from_millis(2_500));
    signal(&child, "KILL");
    child.wait().unwrap();
    let before = bench.run(&["report", "run"]).stdout;
    assert!(before.contains("OUTPUTS") && before.contains("✗ influxdb"), "{before}");
    store.usually(TAKEN);
    assert_eq!(bench.run(&["replay", "run"]).code, 0);
    let after = bench.run(&["report", "run"]).stdout;
    assert!(after.contains("✓ influxdb") && !after.contains("✗ influxdb"), "{after}");
}

#[test]
fn an_output_that_is_done_waits_for_one_that_is_not() {
    let (bench, target) = (Bench::new(), practice());
    let store = Store::start(&[], Reply { status: 503, headers: "", keeps: false, body: "" });
    let code = run(&bench, &target, "json=samples.json", &["--out", &influx(&store), "--drain", "2s"]);
    assert_eq!(code, 110);
    let outputs = bench.summary()["loadagent"]["outputs"].clone();
    assert_eq!((&outputs[0]["complete"], &outputs[1]["complete"]), (&Json::Bool(true), &Json::Bool(false)));
}

#[test]
fn a_store_that_came_back_empty_is_made_anew_and_a_web_page_is_no_store() {
    let (bench, target) = (Bench::new(), practice());
    let page = Reply { status: 200, headers: "content-type: text/html\r\n", keeps: false, body: "" };
    let store = Store::start(&[page], TAKEN);
    assert_eq!(run(&bench, &target, &influx(&store), &[]), 0);
    assert_eq!(requests(&store.kept()), 100);
    let moved = Reply { status: 301, headers: "location: https://elsewhere/write\r\n", keeps: false, body: "" };
    store.usually(moved);
    let bench = Bench::new();
    assert_eq!(run(&bench, &target, &influx(&store), &["--drain", "100ms"]), 110);
    assert_eq!(number(&account(&bench), "spooled"), number(&account(&bench), "sent"), "nothing is thrown away");
    assert!(account(&bench)["last_error"].as_str().unwrap().contains("https://elsewhere/write"));
}

#[test]
fn a_database_that_is_gone_is_made_anew_and_gets_the_whole_run_again() {
    let (bench, target) = (Bench::new(), practice());
    let gone = Reply { status: 404, headers: "", keeps: false, body: "{\"error\":\"database not found: db\"}" };
    let store = Store::start(&[TAKEN, gone], TAKEN);
    assert_eq!(run(&bench, &target, &influx(&store), &[]), 0);
    assert_eq!(requests(&store.kept()), 100);
    let account = account(&bench);
    assert_eq!(number(&account, "sent"), number(&account, "acknowledged"), "{account}");
    assert_eq!(store.kept().len() as u64, number(&account, "sent"), "what is sent anew is counted once");
}

#[test]
fn flow_control_is_no_outage_and_asks_nothing_again() {
    let (bench, target) = (Bench::new(), practice());
    let slower = Reply { status: 429, headers: "", keeps: false, body: "slow down" };
    let store = Store::start(&[slower, slower, slower, TAKEN, slower, slower], TAKEN);
    assert_eq!(run(&bench, &target, &influx(&store), &[]), 0);
    let account = account(&bench);
    assert_eq!((number(&account, "rate_limited"), number(&account, "retried")), (5, 5), "{account}");
    assert!(account.get("outages").is_none_or(|outages| outages.as_array().unwrap().is_empty()), "{account}");
    assert_eq!(requests(&store.kept()), 100);
}

#[test]
fn a_wrong_password_is_reported_before_the_end_of_the_run() {
    let target = practice();
    let refused = Reply { status: 401, headers: "", keeps: false, body: "{\"error\":\"authorization failed\"}" };
    for path in ["/db?gzip=false", "?org=o&bucket=b&gzip=false", "?database=d&gzip=false"] {
        let (bench, store) = (Bench::new(), Store::start(&[], refused));
        store.creates(401);
        let url = format!("http://{}/", target.address());
        let out = format!("influxdb=http://{}{path}", store.address);
        let words = ["run", &url, "--rate", "50", "-d", "1s", "--run-dir", "run", "--drain", "100ms", "--out", &out];
        let ran = bench.run(&words);
        let hint = ran.stderr.find("check user, password or token");
        assert_eq!(ran.code, 110);
        assert!(hint.is_some(), "{path}: {}", ran.stderr);
        assert!(!ran.stderr.contains("API, database"), "nothing that looks as if all were well: {}", ran.stderr);
    }
}

#[test]
fn a_file_that_cant_be_written_is_found_out_before_the_load() {
    let (bench, target) = (Bench::new(), practice());
    let url = format!("http://{}/", target.address());
    bench.write("in-the-way", "");
    let words = ["run", &url, "-i", "1", "-q", "--run-dir", "run", "--out"];
    let ran = bench.run(&[&words[..], &["json=in-the-way/samples.json"]].concat());
    assert_eq!(ran.code, 104, "{}", ran.stderr);
    let ran = bench.run(&[&words[..], &["json=below/samples.json"]].concat());
    assert_eq!(ran.code, 0, "the folder of the failed run is not in the way: {}", ran.stderr);
}

#[test]
fn partial_writes_become_dead_letters_and_are_offered_again() {
    let (bench, target) = (Bench::new(), practice());
    let store = Store::start(&[], TAKEN);
    let body = "partial write: points beyond retention policy dropped=2";
    store.usually(Reply { status: 400, headers: "", keeps: true, body });
    let out = influx(&store);
    assert_eq!(run(&bench, &target, &out, &[]), 110);
    let account = account(&bench);
    assert_eq!(number(&account, "rejected"), 2 * store.writes().len() as u64);
    assert_eq!(account["dead_letters"].as_array().unwrap().len(), store.writes().len());
    let still = bench.run(&["replay", "run"]);
    assert_eq!(still.code, 110, "refused as before, and kept: {}{}", still.stdout, still.stderr);
    agrees_with_report(&bench);
    store.usually(TAKEN);
    let replayed = bench.run(&["replay", "run"]);
    assert_eq!(replayed.code, 0, "{}{}", replayed.stdout, replayed.stderr);
    assert_eq!(requests(&store.kept()), 100);
}

#[test]
fn a_finished_run_is_written_whole_to_another_place() {
    let (bench, target) = (Bench::new(), practice());
    let (first, second) = (Store::start(&[], TAKEN), Store::start(&[], TAKEN));
    assert_eq!(run(&bench, &target, &influx(&first), &[]), 0);
    let beside = format!("influxdb=http://{}/other?gzip=false", first.address);
    let (before, printed) = (first.kept().len(), bench.run(&["replay", "run", "--out", &beside]));
    assert_eq!((printed.code, first.kept().len()), (0, before));
    assert!(printed.stderr.contains("--all") && !printed.stderr.contains("acknowledged"), "{}", printed.stderr);
    let elsewhere = influx(&second);
    let nothing = bench.run(&["replay", "run", "--out", &elsewhere]);
    assert_eq!((nothing.code, second.kept().len()), (0, 0));
    assert!(
        nothing.stderr.contains("nothing left to deliver") && nothing.stderr.contains("--all"),
        "{}",
        nothing.stderr
    );
    assert!(!nothing.stderr.contains("acknowledged"), "no account of another: {}", nothing.stderr);
    let whole = bench.run(&["replay", "run", "--all", "--out", &elsewhere]);
    assert_eq!(whole.code, 0, "{}", whole.stderr);
    assert_eq!(requests(&second.kept()), 100);
    assert_eq!(second.kept().len(), first.kept().len());
    assert!(bench.path().join("run/outputs/2-influxdb.json").exists(), "an account of its own");
    agrees_with_report(&bench);
    assert_eq!(bench.summary()["loadagent"]["outputs"].as_array().unwrap().len(), 2);
    let raw = bench.run(&["replay", "run", "--all", "--out", "json=x.json"]);
    assert!(raw.stderr.contains("single samples are not kept"), "{}", raw.stderr);
}

#[test]
fn secrets_stand_nowhere_and_a_rotated_one_counts_at_once() {
    let (bench, target) = (Bench::new(), practice());
    let unauthorized = Reply { status: 401, headers: "", keeps: false, body: "" };
    let store = Store::start(&[], unauthorized);
    let token = bench.write("token", "first-s3cret");
    let out = format!("influxdb=http://{}?org=o&bucket=b&gzip=false&token_file={}", store.address, token.display());
    assert_eq!(run(&bench, &target, &out, &["--drain", "100ms"]), 110);
    let folder = bench.path().join("run");
    for entry in std::fs::read_dir(&folder).unwrap().chain(std::fs::read_dir(folder.join("outputs")).unwrap()) {
        let path = entry.unwrap().path();
        if path.is_file() {
            let mut bytes = Vec::new();
            std::fs::File::open(&path).unwrap().read_to_end(&mut bytes).unwrap();
            assert!(!String::from_utf8_lossy(&bytes).contains("s3cret"), "{} holds the secret", path.display());
        }
    }
    bench.write("token", "second-s3cret\n");
    store.usually(TAKEN);
    assert_eq!(bench.run(&["replay", "run"]).code, 0);
    let heads = store.heads();
    assert!(heads[0].contains("Token first-s3cret"));
    assert!(heads.last().unwrap().contains("Token second-s3cret"));
}

#[test]
fn replay_asks_for_an_address_that_was_not_kept() {
    let (bench, target) = (Bench::new(), practice());
    let store = Store::start(&[], Reply { status: 503, headers: "", keeps: false, body: "" });
    let out = format!("influxdb=http://user:s3cret@{}/db?gzip=false", store.address);
    assert_eq!(run(&bench, &target, &out, &["--drain", "100ms"]), 110);
    let asked = bench.run(&["replay", "run"]);
    assert_eq!(asked.code, 104);
    assert!(asked.stderr.contains("--out influxdb=") && !asked.stderr.contains("s3cret"), "{}", asked.stderr);
    let wrong = bench.run(&["replay", "run", "--out", &out, "--out", "json=x"]);
    assert_eq!(wrong.code, 104, "{}", wrong.stderr);
    store.usually(TAKEN);
    assert_eq!(bench.run(&["replay", "run", "--out", &out]).code, 0);
    assert_eq!(requests(&store.kept()), 100);
}

#[test]
fn replay_of_nothing_says_so() {
    let bench = Bench::new();
    assert_eq!(bench.run(&["replay", "nowhere"]).code, 104);
    let target = practice();
    let url = format!("http://{}/", target.address());
    assert_eq!(bench.run(&["run", &url, "-i", "1", "-q", "--run-dir", "run"]).code, 0);
    let ran = bench.run(&["replay", "run"]);
    assert_eq!(ran.code, 0);
    assert_eq!(ran.stderr, "nothing left to deliver\n");
    let elsewhere = bench.run(&["replay", "run", "--out", "prometheus=http://127.0.0.1:9/write"]);
    assert_eq!(elsewhere.code, 104);
    let hint = "hint: --all writes the whole run to prometheus http://127.0.0.1:9/write";
    assert!(elsewhere.stderr.contains(hint), "{}", elsewhere.stderr);
}

#[test]
fn a_living_run_is_not_replayed() {
    let (bench, target) = (Bench::new(), practice());
    let store = Store::start(&[], TAKEN);
    let mut child = start_delivering(&bench, &target, &store);
    let refused = bench.run(&["replay", "run"]);
    assert_eq!(refused.code, 104);
    assert!(refused.stderr.contains("is not over"), "{}", refused.stderr);
    signal(&child, "INT");
    assert_eq!(child.wait().unwrap().code(), Some(105));
    assert_eq!(bench.run(&["replay", "run"]).code, 0, "nothing is left to do");
}

#[test]
fn raw_samples_are_as_many_as_requests_in_every_format() {
    let (bench, target) = (Bench::new(), practice());
    let store = Store::start(&[], TAKEN);
    let raw = format!("influxdb=http://{}/db?gzip=false&mode=raw", store.address);
    let further = ["--out", "json=samples.json", "--out", "csv=samples.csv.gz"];
    assert_eq!(run(&bench, &target, &raw, &further), 0);
    let names =
        ["http_reqs", "http_req_duration", "http_req_blocked", "http_req_waiting", "http_req_failed", "iterations"];
    let lines = store.kept();
    let unique: BTreeSet<_> = lines
        .iter()
        .map(|line| line.rsplit_once("value=").unwrap().0.to_owned() + line.rsplit(' ').next().unwrap())
        .collect();
    assert_eq!(unique.len(), lines.len(), "no point overwrites another");
    let json = std::fs::read_to_string(bench.path().join("samples.json")).unwrap();
    let points: Vec<Json> = json.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    for name in names {
        assert_eq!(lines.iter().filter(|line| line.starts_with(&format!("{name},"))).count(), 100, "{name}");
        let exported = points.iter().filter(|point| point["type"] == "Point" && point["metric"] == name).count();
        assert_eq!(exported, 100, "{name} in JSON");
    }
    let mut csv = String::new();
    let file = std::fs::File::open(bench.path().join("samples.csv.gz")).unwrap();
    flate2::read::MultiGzDecoder::new(file).read_to_string(&mut csv).unwrap();
    assert_eq!(csv.lines().filter(|line| line.starts_with("http_reqs,")).count(), 100);
    assert!(csv.starts_with("metric_name,timestamp,metric_value,"));
}

#[test]
fn samples_on_standard_output_are_not_spoilt_by_the_summary() {
    let (bench, target) = (Bench::new(), practice());
    let url = format!("http://{}/", target.address());
    let ran = bench.run(&["run", &url, "-i", "5", "--run-dir", "run", "--out", "json=-"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stdout.lines().all(|line| serde_json::from_str::<Json>(line).is_ok()), "{}", ran.stdout);
    assert!(ran.stderr.contains("NO VERDICT"), "{}", ran.stderr);
}

#[test]
fn a_page_is_kept_until_it_was_pulled_whole() {
    let (bench, target) = (Bench::new(), practice());
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let url = format!("http://{}/", target.address());
    let out = format!("scrape={port}");
    let mut child = bench.start(&["run", &url, "--rate", "50", "-d", "2s", "-q", "--run-dir", "run", "--out", &out]);
    let page = || -> Option<String> {
        let mut stream = TcpStream::connect(port).ok()?;
        std::io::Write::write_all(&mut stream, b"GET /metrics HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
            .ok()?;
        let mut text = String::new();
        stream.read_to_string(&mut text).ok()?;
        Some(text)
    };
    let mut last = String::new();
    while child.try_wait().unwrap().is_none() {
        last = page().unwrap_or(last);
        std::thread::sleep(Duration::from_millis(50));
    }
    let line = last.lines().find(|line| line.starts_with("loadagent_http_reqs_total{")).unwrap();
    assert!(line.ends_with(" 100"), "{line}");
    assert_eq!(account(&bench)["complete"], true);
}

#[test]
fn locusts_files_and_the_histogram_log_tell_the_same_run() {
    let (bench, target) = (Bench::new(), practice());
    assert_eq!(run(&bench, &target, "hdr=run.hlog", &["--csv", "locust"]), 0);
    let stats = std::fs::read_to_string(bench.path().join("locust_stats.csv")).unwrap();
    assert!(stats.starts_with("Type,Name,Request Count,Failure Count,Median Response Time,"));
    assert!(stats.lines().last().unwrap().starts_with(",Aggregated,100,0,"), "{stats}");
    for name in ["locust_stats_history.csv", "locust_failures.csv", "locust_exceptions.csv"] {
        assert!(bench.path().join(name).exists(), "{name}");
    }
    let log = std::fs::read_to_string(bench.path().join("run.hlog")).unwrap();
    assert!(log.starts_with("#[") && log.contains("Tag=http_req_duration,"), "{log}");
}

#[test]
fn every_option_of_an_output_is_documented() {
    let guide = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/outputs.md")).unwrap();
    for kind in ["prometheus", "influxdb", "influxdb=http://h?org=o&bucket=b&mode=sampled&x=1", "hdr", "scrape", "otlp"]
    {
        let words = if kind.contains('?') { kind.to_owned() } else { format!("{kind}?no_such_option=1") };
        let error = loadagent::testing::output::OutputAddress::parse(&words, |_| None).unwrap_err().to_string();
        let options = error.split("options are ").nth(1).unwrap_or_else(|| panic!("{error}"));
        for option in options.split(", ") {
            assert!(guide.contains(&format!("`{option}`")), "docs/outputs.md does not tell of `{option}` ({kind})");
        }
    }
}
