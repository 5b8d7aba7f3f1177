//! What the target says of the requests it saw, in the shape of `GET /_target/log`.

use std::collections::BTreeMap;

use serde::Serialize;

use super::a2a::A2aReport;
use super::histogram::Histogram;
use super::mcp::McpReport;

/// Paths a report names; the rest are folded into `other`.
pub(super) const MOST_ROUTES: usize = 1_000;
/// Where folded paths are counted.
pub(super) const OTHER: &str = "other";

/// The request log, merged over all threads. Requests under `/_target` and of `/metrics` are not in it.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Report {
    /// Unix time of the first request, in milliseconds; none before it.
    pub started_at_unix_ms: Option<u64>,
    /// Requests whose head was read, answered or not.
    pub total: u64,
    /// The same by path, without the query; at most 1,000 paths, the rest under `other`.
    pub routes: BTreeMap<String, RouteReport>,
    /// Arrivals in bins of 10 ms since the first request; later than an hour they count in `total` only.
    pub arrivals_per_10ms: Vec<u64>,
    /// The server's own times, in milliseconds.
    pub latency_ms: LatencyReport,
    /// Trace contexts.
    pub traces: TraceReport,
    /// TCP connections accepted, those closed at once in an outage included.
    pub connections_accepted: u64,
    /// WebSockets, if any was opened.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub websockets: Option<SocketReport>,
    /// What `/mcp` saw, if anything.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mcp: Option<McpReport>,
    /// What `/a2a` saw, if anything.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub a2a: Option<A2aReport>,
    /// The answered requests one by one, in the order of their arrival; as many as the option `journal` says.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub requests: Vec<RequestReport>,
    /// Answered requests beyond the limit of the journal.
    pub requests_left_out: u64,
}

/// One request as it reached the target.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RequestReport {
    /// When its head was read, in milliseconds since the first request.
    pub at_ms: f64,
    /// From then until its answer was handed over, in milliseconds.
    pub took_ms: f64,
    /// Requests under way when it arrived, itself among them.
    pub in_flight: u64,
    /// Its method.
    pub method: String,
    /// Path and query, at most 256 characters.
    pub path: String,
    /// At most 24 headers, of each at most 256 characters; names in lower case.
    pub headers: BTreeMap<String, String>,
    /// The first 2 KiB of its body; what is not UTF-8 is replaced.
    pub body: String,
    /// Bytes of the whole body.
    pub body_bytes: u64,
    /// Status of the answer.
    pub status: u16,
}

/// What the target saw of its WebSockets.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct SocketReport {
    /// Handshakes that were accepted.
    pub opened: u64,
    /// Sockets that are open.
    pub open: u64,
    /// Messages of clients.
    pub messages_received: u64,
    /// Messages to clients.
    pub messages_sent: u64,
    /// Pings of clients.
    pub pings_received: u64,
    /// Pongs of clients.
    pub pongs_received: u64,
    /// Sockets by how they ended.
    pub ends: BTreeMap<String, u64>,
    /// Close frames of clients by their code; 1005 is one without a code.
    pub closes_received: BTreeMap<u16, u64>,
}

/// Counts of `traceparent` headers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct TraceReport {
    /// Requests without one.
    pub absent: u64,
    /// Requests with one that is none of version 00.
    pub malformed: u64,
    /// Requests whose spans are not recorded: flag 00.
    pub unsampled: u64,
    /// Requests whose spans are recorded: flag 01.
    pub sampled: u64,
    /// The headers of these, up to 50,000 a thread.
    pub sampled_contexts: Vec<String>,
}

/// The requests of one path.
#[derive(Debug, Clone, Default, Serialize)]
pub struct RouteReport {
    /// Requests whose head was read.
    pub total: u64,
    /// Answers by status; fewer than `total` when connections broke or requests are still under way.
    pub by_status: BTreeMap<u16, u64>,
    /// The same by second of arrival, only seconds with requests. Rows are bounded; past the bound only totals grow.
    pub seconds: Vec<SecondReport>,
}

/// The requests of one path that arrived in one second of the run.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct SecondReport {
    /// Whole seconds since the first request.
    pub second: u32,
    /// Requests whose head was read.
    pub requests: u64,
    /// Answers to those requests by status, whenever they were given.
    pub by_status: BTreeMap<u16, u64>,
}

/// Times from the request's head being read to its answer being handed over, in milliseconds (±0.4 %, `max` exact).
/// All are 0 when nothing was answered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct LatencyReport {
    /// The median.
    pub p50: f64,
    /// The 95th percentile.
    pub p95: f64,
    /// The 99th percentile.
    pub p99: f64,
    /// The longest.
    pub max: f64,
}

impl From<&Histogram> for LatencyReport {
    fn from(times: &Histogram) -> Self {
        let millis = |share| times.quantile(share) / 1e6;
        Self { p50: millis(0.5), p95: millis(0.95), p99: millis(0.99), max: times.largest() as f64 / 1e6 }
    }
}

impl Report {
    /// The entry of a path, folded into `other` once there are too many.
    pub(super) fn route(&mut self, path: &str) -> &mut RouteReport {
        let named = self.routes.contains_key(path) || self.routes.len() + 1 < MOST_ROUTES;
        self.routes.entry(if named { path } else { OTHER }.to_owned()).or_default()
    }
}

impl RouteReport {
    /// The row of a second; rows stay sorted.
    pub(super) fn second(&mut self, second: u32) -> &mut SecondReport {
        let place = self.seconds.partition_point(|row| row.second < second);
        if self.seconds.get(place).is_none_or(|row| row.second != second) {
            self.seconds.insert(place, SecondReport { second, ..SecondReport::default() });
        }
        &mut self.seconds[place]
    }
}

/// Adds counts by status to others.
pub(super) fn add(into: &mut BTreeMap<u16, u64>, counts: &[(u16, u64)]) {
    for (status, count) in counts {
        *into.entry(*status).or_default() += count;
    }
}
