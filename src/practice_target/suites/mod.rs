//! The routes of five systems whose load tests are bundled as suites, so that one target stands in for all of them. Their
//! paths collide with no others. They remember nothing but counts: an id says all there is to know of what it names.
//!
//! | module | system |
//! |---|---|
//! | `agentapi` | AgentAPI: status, messages, OAuth |
//! | `autogpt` | the AutoGPT platform: login, graphs, blocks, store, library |
//! | `agent_service` | an agent service: invocations, streams, tasks, protocols |
//! | `proxilion` | the Proxilion gateway: analysis of tool calls |
//! | `agentcore` | AgentCore: JSON-RPC, resources, workflows, integration |

mod agent_service;
mod agentapi;
mod agentcore;
mod agentcore_rpc;
mod autogpt;
mod autogpt_store;
mod proxilion;
#[cfg(test)]
mod tests;

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use hyper::StatusCode;
use hyper::http::request::Parts;
use serde_json::Value as Json;

use super::bucket::{Bucket, Limit};
use super::builtin::Reply;
use super::shared::lock;

/// Options of these routes.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct SuiteOptions {
    /// How long the agent works on a message.
    pub(super) agent_busy: Duration,
    /// Tool calls that are let through; others get the error -32001.
    pub(super) rpc_limit: Option<Limit>,
    /// Tool calls of one identifier that are let through; others get the error -32005.
    pub(super) rpc_quota: Option<Limit>,
}

/// What the routes of all systems share.
#[derive(Debug)]
pub(super) struct Suites {
    options: SuiteOptions,
    /// Ids given away.
    numbers: AtomicU64,
    /// Until when the agent works, in milliseconds of the Unix time.
    busy_until: AtomicU64,
    limit: Option<Mutex<Bucket>>,
    quota: Option<Mutex<Bucket>>,
}

/// A request as these routes see it.
struct Asked<'r> {
    method: &'r str,
    /// Path segments.
    path: &'r [&'r str],
    query: &'r str,
    body: &'r [u8],
}

impl Asked<'_> {
    /// The body as JSON; null if it is none.
    fn json(&self) -> Json {
        serde_json::from_slice(self.body).unwrap_or(Json::Null)
    }

    /// A parameter of the query.
    fn parameter(&self, name: &str) -> Option<&str> {
        self.query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))
    }

    /// A whole number of the query, at most `most`.
    fn number(&self, name: &str, default: u64, most: u64) -> u64 {
        self.parameter(name).and_then(|text| text.parse().ok()).unwrap_or(default).min(most)
    }
}

/// Whether what a path answers depends on the body of its request.
pub(super) fn reads_body(path: &str) -> bool {
    matches!(path, "/analyze" | "/auth/v1/token" | agentcore_rpc::PATH)
}

impl Suites {
    pub(super) fn new(options: SuiteOptions) -> Self {
        let bucket = |limit: Option<Limit>| limit.map(|limit| Mutex::new(Bucket::new(limit)));
        Self {
            options,
            numbers: AtomicU64::new(0),
            busy_until: AtomicU64::new(0),
            limit: bucket(options.rpc_limit),
            quota: bucket(options.rpc_quota),
        }
    }

    /// What one of the routes answers; none for any other path.
    pub(super) fn answer(&self, head: &Parts, body: &[u8]) -> Option<Reply> {
        let path = head.uri.path();
        let mut segments = [""; MOST_SEGMENTS];
        let mut count = 0;
        for segment in path.strip_prefix('/')?.split('/') {
            *segments.get_mut(count)? = segment;
            count += 1;
        }
        let query = head.uri.query().unwrap_or_default();
        let asked = Asked { method: head.method.as_str(), path: &segments[..count], query, body };
        match asked.path.first().copied()? {
            "status" | "messages" | "message" => agentapi::answer(self, &asked),
            "analyze" | "health" => proxilion::answer(&asked),
            "auth" | "rest" => autogpt::account(self, &asked),
            "api" => self.api(&asked),
            _ => None,
        }
    }

    fn api(&self, asked: &Asked<'_>) -> Option<Reply> {
        match asked.path[1..] {
            ["mcp", "oauth", ..] => agentapi::answer(self, asked),
            ["store" | "library", ..] => autogpt_store::answer(self, asked, &asked.path[1..]),
            // The proxy of the platform leads to the same routes.
            ["proxy", "api", "store" | "library", ..] => autogpt_store::answer(self, asked, &asked.path[3..]),
            ["proxy", "api", ..] => autogpt::answer(self, asked, &asked.path[3..]),
            ["v1", "agents" | "protocols", ..] => agent_service::answer(self, asked),
            ["v1", ..] => agentcore::answer(self, asked).or_else(|| autogpt::answer(self, asked, &asked.path[2..])),
            _ => autogpt::answer(self, asked, &asked.path[1..]),
        }
    }

    /// A number that no other call gets.
    fn number(&self) -> u64 {
        self.numbers.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// Takes a token of a bucket; true without one.
    fn admits(bucket: Option<&Mutex<Bucket>>) -> bool {
        bucket.is_none_or(|bucket| lock(bucket).take(Instant::now()).is_ok())
    }

    pub(super) fn reset(&self) {
        for bucket in [&self.limit, &self.quota].into_iter().flatten() {
            lock(bucket).refill();
        }
        self.busy_until.store(0, Ordering::Relaxed);
    }
}

/// Most segments of a path; a longer one is none of these.
const MOST_SEGMENTS: usize = 8;

fn reply(status: StatusCode, body: &Json) -> Option<Reply> {
    Some(Reply::json(status, body.to_string()))
}

fn ok(body: &Json) -> Option<Reply> {
    reply(StatusCode::OK, body)
}

/// The method is not one of this path's.
fn not_allowed() -> Option<Reply> {
    Some(Reply::error(StatusCode::METHOD_NOT_ALLOWED, "not a method of this path"))
}

/// Milliseconds of the Unix time.
fn unix_ms() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(now.as_millis()).unwrap_or(u64::MAX)
}
