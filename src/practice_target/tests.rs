//! The target over real sockets, asked by a raw client.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::time::{Duration, Instant};

use super::*;

struct Client(BufReader<TcpStream>);

struct Reply {
    status: u16,
    head: String,
    body: String,
}

impl Client {
    fn new(target: &Target) -> Self {
        let stream = TcpStream::connect(target.address()).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        Self(BufReader::new(stream))
    }

    fn send(&mut self, request: &str, body: &str) -> io::Result<()> {
        let length = body.len();
        let text = format!("{request} HTTP/1.1\r\nhost: t\r\ncontent-length: {length}\r\n\r\n{body}");
        self.0.get_mut().write_all(text.as_bytes())
    }

    /// None when the connection was closed or reset instead.
    fn receive(&mut self) -> Option<Reply> {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if self.0.read_line(&mut head).ok()? == 0 {
                return None;
            }
        }
        let length =
            head.lines().find_map(|line| line.strip_prefix("content-length: ")).map_or(0, |n| n.parse().unwrap());
        let mut body = vec![0; length];
        self.0.read_exact(&mut body).ok()?;
        Some(Reply { status: head[9..12].parse().unwrap(), head, body: String::from_utf8(body).unwrap() })
    }

    fn ask(&mut self, request: &str) -> Reply {
        self.send(request, "").unwrap();
        self.receive().unwrap()
    }

    fn statuses(&mut self, path: &str, count: usize) -> Vec<u16> {
        (0..count).map(|_| self.ask(&format!("GET {path}")).status).collect()
    }
}

fn target(options: &[(&str, &str)]) -> Target {
    let mut set = TargetOptions::default();
    for (name, value) in options {
        set.set(name, value).unwrap();
    }
    start(set, (Ipv4Addr::LOCALHOST, 0).into()).unwrap()
}

#[test]
fn the_built_in_paths_answer() {
    let target = target(&[("route", "/made status=201 body=1KiB"), ("route", "/a* status=202")]);
    let mut client = Client::new(&target);
    assert_eq!(client.ask("GET /").body, "{\"ok\":true}");
    assert_eq!(client.ask("GET /status/418").status, 418);
    assert_eq!(client.ask("GET /status/204").status, 204);
    assert_eq!(client.ask("GET /bytes/200000").body.len(), 200_000);
    assert_eq!(client.ask("GET /bytes/many").status, 400);
    let made = client.ask("GET /made");
    assert_eq!((made.status, made.body.len()), (201, 1_024));
    assert_eq!(client.ask("GET /abc?x=1").status, 202);
    client.send("POST /echo", "to and fro").unwrap();
    assert_eq!(client.receive().unwrap().body, "to and fro");
    let asked = Instant::now();
    assert_eq!(client.ask("GET /delay/50ms").status, 200);
    assert!(asked.elapsed() >= Duration::from_millis(50));
    assert_eq!(client.ask("GET /_target/nothing").status, 404);
}

#[test]
fn the_log_holds_every_request_of_every_thread() {
    let target = target(&[("threads", "2"), ("errors", "20%"), ("error_status", "503"), ("latency", "1ms")]);
    let mut seen = 0;
    for _ in 0..6 {
        let mut client = Client::new(&target);
        seen += client.statuses("/a?q=1", 50).iter().filter(|status| **status == 503).count() as u64;
        client.statuses("/status/404", 5);
        client.ask("GET /metrics");
    }
    let report = target.report();
    let route = &report.routes["/a"];
    assert_eq!((report.total, route.total, report.connections_accepted), (330, 300, 6));
    assert_eq!((route.by_status[&503], route.by_status[&200]), (seen, 300 - seen));
    assert!((20..120).contains(&seen), "{seen} of 300 erred at 20%");
    assert_eq!(route.seconds.iter().map(|row| row.requests).sum::<u64>(), 300);
    assert_eq!(report.arrivals_per_10ms.iter().sum::<u64>(), 330);
    let times = report.latency_ms;
    assert!(times.p50 >= 0.99 && times.p50 <= times.p95 && times.p99 <= times.max, "{times:?}");

    let mut client = Client::new(&target);
    let page: serde_json::Value = serde_json::from_str(&client.ask("GET /_target/log").body).unwrap();
    assert_eq!(page["routes"]["/status/404"]["total"], 30);
    assert!(page["started_at_unix_ms"].as_u64().unwrap() > 1_600_000_000_000);
    assert!(page["routes"]["/a"]["seconds"][0]["by_status"]["503"].is_u64());
    assert_eq!(client.ask("POST /_target/reset").status, 200);
    assert_eq!((target.report().total, target.report().started_at_unix_ms), (0, None));
}

#[test]
fn beyond_the_limit_comes_429_with_the_wait() {
    let target = target(&[("limit", "1/m:5"), ("route", "/own limit=1/h:2")]);
    let mut client = Client::new(&target);
    assert_eq!(client.statuses("/", 7), [200, 200, 200, 200, 200, 429, 429]);
    assert_eq!(client.statuses("/own", 3), [200, 200, 429]);
    let head = client.ask("GET /").head;
    let wait = head.lines().find_map(|line| line.strip_prefix("retry-after: ")).unwrap();
    assert!((1..=60).contains(&wait.parse::<u64>().unwrap()));
    client.ask("POST /_target/reset");
    assert_eq!(client.ask("GET /own").status, 200);
}

#[test]
fn beyond_capacity_requests_queue_and_beyond_the_queue_they_are_refused() {
    let target = target(&[("capacity", "1"), ("queue", "1"), ("latency", "1s")]);
    let mut clients: Vec<Client> = (0..3).map(|_| Client::new(&target)).collect();
    let asked = Instant::now();
    for (place, client) in clients.iter_mut().enumerate() {
        client.send("GET /", "").unwrap();
        while target.report().total <= place as u64 {
            std::thread::sleep(Duration::from_millis(1));
        }
    }
    let metrics = Client::new(&target).ask("GET /metrics").body;
    let statuses: Vec<u16> = clients.iter_mut().map(|client| client.receive().unwrap().status).collect();
    assert_eq!(statuses, [200, 200, 503]);
    assert!(asked.elapsed() >= Duration::from_secs(2), "the second did not wait for the first");
    assert!(metrics.contains("target_queue_depth "), "{metrics}");
}

#[test]
fn a_stall_silences_the_server() {
    let target = target(&[("stall", "100ms+500ms")]);
    let mut client = Client::new(&target);
    let first = Instant::now();
    client.ask("GET /");
    let begun = Instant::now();
    // The last of these requests comes within the stall, or after it.
    while begun.elapsed() < Duration::from_millis(100) {
        client.ask("GET /");
    }
    client.ask("GET /");
    // The run began after `first`, so the stall ends no earlier than 600 ms after it.
    assert!(first.elapsed() >= Duration::from_millis(600));
}

#[test]
fn an_outage_drops_what_is_under_way_and_closes_what_comes() {
    let target = target(&[("outage", "100ms+1h")]);
    let mut client = Client::new(&target);
    let mut idle = Client::new(&target);
    assert_eq!(idle.ask("GET /_target/log").status, 200);
    client.send("GET /delay/1h", "").unwrap();
    assert!(client.receive().is_none());
    assert!(idle.receive().is_none());
    let mut late = Client::new(&target);
    let sent = late.send("GET /", "");
    assert!(sent.is_err() || late.receive().is_none());
    let report = target.report();
    assert_eq!((report.total, report.connections_accepted), (1, 3));
    assert!(report.routes["/delay/1h"].by_status.is_empty());
}

#[test]
fn metrics_count_and_leak() {
    let target = target(&[("leak", "1KiB/req")]);
    let mut client = Client::new(&target);
    client.statuses("/a\"b", 1);
    client.statuses("/", 10);
    let page = client.ask("GET /metrics").body;
    for line in [
        "target_requests_total{route=\"/\",status=\"200\"} 10",
        "target_requests_total{route=\"/a\\\"b\",status=\"200\"} 1",
        "target_in_flight 0",
        "target_queue_depth 0",
        "process_resident_memory_bytes 52440064",
    ] {
        assert!(page.lines().any(|found| found == line), "{line} is not in\n{page}");
    }
}

#[test]
fn nonsense_and_resets_do_no_harm() {
    let target = target(&[]);
    for nonsense in
        ["\r\n\r\n", "GET\0/ HTTP/9\r\n\r\n", "POST / HTTP/1.1\r\ncontent-length: 99\r\n\r\nshort", "\u{16}\u{3}"]
    {
        let mut client = Client::new(&target);
        client.0.get_mut().write_all(nonsense.as_bytes()).unwrap();
    }
    assert_eq!(Client::new(&target).ask("GET /").status, 200);
}

#[test]
fn a_stopped_target_is_gone() {
    let target = target(&[("threads", "3")]);
    let address = target.address();
    let mut client = Client::new(&target);
    client.send("GET /delay/1h", "").unwrap();
    while target.report().total == 0 {
        std::thread::sleep(Duration::from_millis(1));
    }
    target.stop();
    assert!(client.receive().is_none());
    assert!(TcpStream::connect(address).is_err());
}

#[test]
fn a_taken_port_is_an_error_that_names_it() {
    let target = target(&[]);
    let error = start(TargetOptions::default(), target.address()).unwrap_err();
    assert_eq!(error.to_string(), format!("cannot listen on {}", target.address()));
}
