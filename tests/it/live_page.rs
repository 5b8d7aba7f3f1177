//! The live page over HTTP, as a program that knows nothing of it: pages that come late or again, the end, and who may steer.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    process::{Child, Stdio},
    time::{Duration, Instant},
};

use serde_json::Value as Json;

use super::support::{Bench, practice, signal, url};

/// A run with a live page.
struct Live {
    bench: Bench,
    child: Child,
    page: String,
    control: Option<String>,
}

/// Starts a run and reads where its page is.
fn start(bench: Bench, words: &[&str]) -> Live {
    let mut command = bench.command(words);
    command.args(["--run-dir", "run", "--out", "dashboard=:0"]).stdout(Stdio::null());
    let mut child = command.spawn().unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
    let (mut page, mut control) = (None, None);
    while page.is_none() {
        let line = lines.next().expect("the run says where its page is");
        let address = |line: &str| line.split("http://").nth(1).map(|rest| rest.split('/').next().unwrap().to_owned());
        if line.contains("dashboard") {
            page = address(&line);
        } else if line.contains("control API") {
            control = address(&line);
        }
    }
    // The pipe must be read, or the run waits for a reader.
    std::thread::spawn(move || lines.for_each(drop));
    Live { bench, child, page: page.unwrap(), control }
}

impl Live {
    fn ask(&self, request: &str) -> TcpStream {
        let mut stream = TcpStream::connect(&self.page).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        stream.write_all(format!("{request}\r\n\r\n").as_bytes()).unwrap();
        stream
    }

    /// The head and the body of an answer.
    fn answer(&self, request: &str, headers: &str) -> String {
        let mut text = String::new();
        let request = format!("{request} HTTP/1.1\r\nhost: {}\r\n{headers}connection: close", self.page);
        self.ask(&request).read_to_string(&mut text).unwrap();
        text
    }

    fn patch(&self, path: &str, body: &str, headers: &str) -> String {
        let request = format!(
            "PATCH {path} HTTP/1.1\r\nhost: {}\r\n{headers}content-length: {}\r\nconnection: close",
            self.page,
            body.len()
        );
        let mut stream = TcpStream::connect(&self.page).unwrap();
        stream.write_all(format!("{request}\r\n\r\n{body}").as_bytes()).unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).unwrap();
        text
    }

    fn events(&self, known: &str) -> Events {
        let request = format!("GET /events?after={known} HTTP/1.1\r\nhost: {}", self.page);
        Events { lines: BufReader::new(self.ask(&request)) }
    }

    fn wait(&mut self) -> i32 {
        self.child.wait().unwrap().code().unwrap()
    }
}

struct Event {
    id: String,
    kind: String,
    data: Json,
}

struct Events {
    lines: BufReader<TcpStream>,
}

impl Iterator for Events {
    type Item = Event;

    /// The next event; chunk sizes of HTTP/1.1 stand on lines of their own.
    fn next(&mut self) -> Option<Event> {
        let mut event = Event { id: String::new(), kind: String::new(), data: Json::Null };
        loop {
            let mut line = String::new();
            if self.lines.read_line(&mut line).ok()? == 0 {
                return None;
            }
            match line.trim_end().split_once(": ") {
                Some(("id", id)) => id.clone_into(&mut event.id),
                Some(("event", kind)) => kind.clone_into(&mut event.kind),
                Some(("data", data)) => {
                    event.data = serde_json::from_str(data).unwrap();
                    return Some(event);
                }
                _ => {}
            }
        }
    }
}

/// The requests of each point, kept as a page keeps them.
fn take(points: &mut Vec<u64>, data: &Json) {
    let timeline = &data["timeline"];
    let length = timeline["from"].as_array().unwrap().len();
    points.truncate(usize::try_from(data["at"].as_u64().unwrap()).unwrap());
    let requests = timeline["scopes"][0]["requests"].as_array();
    points.extend(requests.map_or(vec![0; length], |all| all.iter().map(|one| one.as_u64().unwrap()).collect()));
}

#[test]
fn a_page_follows_the_run_and_becomes_its_report() {
    let target = practice(&[("latency", "2ms")]);
    let mut live = start(
        Bench::new(),
        &["run", &url(&target), "--rate", "50", "-d", "4s", "--threshold", "http_req_failed=rate<0.01"],
    );
    let html = live.answer("GET /", "");
    assert!(html.starts_with("HTTP/1.1 200") && html.contains("\"live\":true"), "{}", &html[..400]);
    let (mut points, mut last, mut reports) = (Vec::new(), String::new(), 0);
    // After every second event the page connects anew.
    let mut before = None;
    let end = 'run: loop {
        let mut events = live.events(&last);
        drop(before.take());
        for event in events.by_ref().take(2) {
            match event.kind.as_str() {
                "interval" => {
                    take(&mut points, &event.data);
                    reports += usize::from(event.data.get("report").is_some());
                    last = event.id;
                }
                "end" => {
                    break 'run event.data;
                }
                _ => {}
            }
        }
        before = Some(events);
    };
    assert_eq!(live.wait(), 0);
    let summary = live.bench.summary();
    assert_eq!(points.iter().sum::<u64>(), 200, "{points:?}");
    assert!(reports >= 2, "{reports}");
    assert_eq!(end["summary"]["metrics"], summary["metrics"]);
    assert_eq!(end["summary"]["loadagent"]["verdict"], "pass");
    let charted: u64 =
        end["timeline"]["scopes"][0]["requests"].as_array().unwrap().iter().map(|one| one.as_u64().unwrap()).sum();
    assert_eq!((charted, end["headline"]["title"].as_str()), (200, Some("Passed")));
}

#[test]
fn one_that_comes_late_has_the_history_and_twenty_have_the_same() {
    let target = practice(&[]);
    let mut live = start(Bench::new(), &["run", &url(&target), "--rate", "20", "-d", "4s"]);
    let first: Vec<Event> = live.events("").take(3).collect();
    let mut late: Vec<Events> = (0..20).map(|_| live.events("")).collect();
    for events in &mut late {
        let mut points = Vec::new();
        let event = events.next().unwrap();
        take(&mut points, &event.data);
        assert!(points.len() >= first.len() && event.data["timeline"]["from"][0] == 0, "{points:?}");
    }
    let ends: Vec<Event> = late.into_iter().map(|events| events.last().unwrap()).collect();
    assert!(ends.iter().all(|event| event.kind == "end" && event.data == ends[0].data));
    assert_eq!(live.wait(), 0);
}

#[test]
fn a_page_that_reads_nothing_holds_up_no_other() {
    let target = practice(&[]);
    let mut live = start(Bench::new(), &["run", &url(&target), "--rate", "20", "-d", "3s"]);
    // Connected, and deaf.
    let deaf = live.events("");
    let begin = Instant::now();
    assert_eq!(live.wait(), 0);
    assert!(begin.elapsed() < Duration::from_secs(60));
    drop(deaf);
    assert_eq!(live.bench.summary()["metrics"]["http_reqs"]["values"]["count"], 60);
}

#[test]
fn a_page_may_steer_only_what_is_controlled_and_only_its_own() {
    let target = practice(&[]);
    let words = ["run", &url(&target), "--rate", "20", "-d", "60s"];
    let mut live = start(Bench::new(), &words);
    let refused = live.patch("/v1/status", "{\"stopped\": true}", "");
    assert!(refused.starts_with("HTTP/1.1 403") && refused.contains("without --control"), "{refused}");
    signal(&live.child, "INT");
    assert_eq!(live.wait(), 105);

    let mut live = start(Bench::new(), &[&words[..], &["--control", ":0"]].concat());
    let evil = live.patch("/v1/status", "{\"stopped\": true}", "origin: http://evil.example\r\n");
    assert!(evil.starts_with("HTTP/1.1 403"), "{evil}");
    let own = format!("origin: http://{}\r\nsec-fetch-site: same-origin\r\n", live.page);
    let changed = live.patch("/v1/scenarios/default", "{\"rate\": 7}", &own);
    assert!(changed.starts_with("HTTP/1.1 200") && changed.contains("\"rate\":7"), "{changed}");
    // The page shows what was commanded in the next second.
    let seen = live.events("").find(|event| event.data["status"]["scenarios"][0]["changed"] == true).unwrap();
    assert_eq!(seen.data["controls"], true);
    assert!(live.control.is_some());
    let stopped = live.patch("/v1/status", "{\"stopped\": true}", &own);
    assert!(stopped.contains("\"stopped\":true"), "{stopped}");
    assert_eq!(live.events("").last().unwrap().kind, "end");
    assert_eq!(live.wait(), 105);
    let log = std::fs::read_to_string(live.bench.path().join("run/events.log")).unwrap();
    assert!(log.contains("stopped"), "{log}");
}

#[test]
fn a_token_is_asked_of_the_page_too() {
    let target = practice(&[]);
    let bench = Bench::new();
    let mut command = bench.command(&["run", &url(&target), "--rate", "5", "-d", "60s", "--control", ":0"]);
    command.env("LOADAGENT_CONTROL_TOKEN", "open sesame").args(["--run-dir", "run", "--out", "dashboard=:0"]);
    let mut child = command.spawn().unwrap();
    let lines: Vec<String> = BufReader::new(child.stderr.as_mut().unwrap())
        .lines()
        .map_while(Result::ok)
        .filter(|line| line.contains("http://127"))
        .take(2)
        .collect();
    let address = |word: &str| {
        let line = lines.iter().find(|line| line.contains(word)).unwrap();
        line.split("http://").nth(1).unwrap().split('/').next().unwrap().to_owned()
    };
    let status = |words: &[&str], token: &str| {
        let mut command = bench.command(&[words, &["--control", &address("control API")]].concat());
        command.env("LOADAGENT_CONTROL_TOKEN", token).output().unwrap().status.code()
    };
    assert_eq!(status(&["status"], ""), Some(2));
    assert_eq!(status(&["status"], "open sesam"), Some(2));
    assert_eq!(status(&["status"], "open sesame"), Some(0));
    let live = Live { bench: Bench::new(), page: address("dashboard"), control: None, child };
    assert!(live.patch("/v1/status", "{\"paused\": true}", "").starts_with("HTTP/1.1 401"));
    let bearer = "authorization: Bearer open sesame\r\n";
    assert!(live.patch("/v1/status", "{\"paused\": true}", bearer).starts_with("HTTP/1.1 200"));
    assert_eq!(status(&["stop"], "open sesame"), Some(0));
    let Live { mut child, .. } = live;
    assert_eq!(child.wait().unwrap().code(), Some(105));
}

#[test]
fn a_port_that_is_taken_is_an_error_before_the_load() {
    let target = practice(&[]);
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let out = format!("dashboard={}", taken.local_addr().unwrap());
    let bench = Bench::new();
    let ran = bench.run(&["run", &url(&target), "-i", "1", "--run-dir", "run", "--out", &out]);
    assert_eq!((ran.code, target.report().total), (104, 0), "{}", ran.stderr);
    assert!(
        ran.stderr.contains("Address already in use") && ran.stderr.contains("take another port"),
        "{}",
        ran.stderr
    );
    assert!(!bench.path().join("run").exists());
}
