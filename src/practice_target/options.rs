//! The options by name: one table for the command line, for YAML and for tests.

use hyper::StatusCode;

use super::bucket::Limit;
use super::capacity;
use super::journal::MOST_REQUESTS;
use super::latency::Latency;
use super::leak::Leak;
use super::routes::{Routes, Rules, parse_status};
use super::stream::LlmDefaults;
use super::suites::SuiteOptions;
use super::timeline::{Drift, Timeline};
use super::value_error::ValueError;
use super::window::{self, Window};
use crate::units::{nearest, parse_duration, parse_share, parse_size};

/// Every option as (name, help with an example). A flag is `--` and the name with hyphens, a YAML key the name itself.
pub const NAMES: &[(&str, &str)] = &[
    (
        "latency",
        "service time: 10ms, uniform(5ms,20ms), normal(10ms,2ms), lognormal(10ms,0.5), exponential(10ms) or \
         empirical(50%:10ms,99%:100ms,100%:1s)",
    ),
    ("latency_at", "change the latency at a time after the first request, e.g. 30s=150ms (repeatable)"),
    ("drift", "latency increase per period, as a share of the base latency, e.g. 10%/1m"),
    ("errors", "share of requests answered with an error, e.g. 1%"),
    ("error_status", "status of those errors, e.g. 503 (default 500)"),
    ("body", "size of response bodies, e.g. 64KiB (default a short JSON document)"),
    (
        "route",
        "rules for a path, or for a prefix such as /api*, e.g. '/search latency=20ms errors=5% status=200 body=64KiB limit=100/s:20' \
         (repeatable)",
    ),
    ("limit", "rate limit RATE/s:BURST; excess requests get 429 with Retry-After, e.g. 100/s:20"),
    (
        "capacity",
        "maximum concurrent requests, or requests per second; others queue in order, e.g. 8 or 500/s (default unlimited)",
    ),
    ("queue", "length of the queue of capacity; excess requests get 503, e.g. 64 (default 1024)"),
    ("stall", "period without responses, start+length, e.g. 7.5s+1s (repeatable)"),
    ("outage", "period in which connections are closed without a response, start+length, e.g. 20s+5s (repeatable)"),
    ("recovery", "time after an outage until the latency is normal again (linear), e.g. 10s"),
    ("recovery_factor", "latency right after an outage, as a multiple, e.g. 5 (default 10)"),
    ("leak", "simulated growth of process_resident_memory_bytes, e.g. 1MiB/s or 1KiB/req"),
    ("llm_gap", "time between tokens of a language model's answer, unless its query says it, e.g. 5ms (default 1s)"),
    ("llm_tokens", "most tokens of such an answer, e.g. 20 (default what the request asks for)"),
    ("agent_busy", "time for which /status says running after a POST /message, e.g. 200ms (default 0)"),
    ("rpc_limit", "rate limit of tool calls of /api/v1/jsonrpc; excess calls get the error -32001, e.g. 100/s:20"),
    ("rpc_quota", "the same for tool calls with an identifier, which get the error -32005, e.g. 50/s:10"),
    ("seed", "seed of all randomness, e.g. 42 (default 1)"),
    ("journal", "number of complete requests kept in /_target/log, at most 20000, e.g. 1000 (default none)"),
    ("threads", "number of server threads, e.g. 2 (default 1)"),
];

/// An option that could not be set; the text says what was expected.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OptionError {
    /// There is no option of that name.
    #[error("unknown option `{name}` of the practice target; {hint}")]
    Unknown {
        /// The name as it was given.
        name: String,
        /// The nearest option, or all of them.
        hint: String,
    },
    /// The option exists, the value does not fit it.
    #[error("{name}: {error}")]
    Value {
        /// The option's name.
        name: String,
        /// What is wrong and what is expected.
        #[source]
        error: ValueError,
    },
}

/// How the target behaves; the default answers 200 at once.
#[derive(Debug, Clone)]
pub struct TargetOptions {
    pub(super) timeline: Timeline,
    pub(super) errors: f64,
    pub(super) error_status: StatusCode,
    pub(super) capacity: Option<capacity::Limit>,
    pub(super) queue: u32,
    pub(super) leak: Option<Leak>,
    pub(super) seed: u64,
    pub(super) threads: u32,
    pub(super) journal: u32,
    pub(super) suites: SuiteOptions,
    pub(super) llm: LlmDefaults,
    body: Option<u64>,
    limit: Option<Limit>,
    routes: Vec<Rules>,
}

impl Default for TargetOptions {
    fn default() -> Self {
        Self {
            timeline: Timeline::default(),
            errors: 0.0,
            error_status: StatusCode::INTERNAL_SERVER_ERROR,
            capacity: None,
            queue: 1_024,
            leak: None,
            seed: 1,
            threads: 1,
            journal: 0,
            suites: SuiteOptions::default(),
            llm: LlmDefaults::default(),
            body: None,
            limit: None,
            routes: Vec::new(),
        }
    }
}

impl TargetOptions {
    /// Sets one option from text; `name` may use hyphens or underscores. A repeatable option is added to, others replaced.
    ///
    /// # Errors
    /// When there is no such option, or the value does not fit it; the option then stays as it was.
    pub fn set(&mut self, name: &str, value: &str) -> Result<(), OptionError> {
        let plain = plain(name);
        match self.apply(&plain, value.trim()) {
            Ok(true) => Ok(()),
            Ok(false) => Err(OptionError::Unknown { name: name.to_owned(), hint: suggest(&plain) }),
            Err(error) => Err(OptionError::Value { name: plain, error }),
        }
    }

    /// False when there is no such option.
    fn apply(&mut self, name: &str, value: &str) -> Result<bool, ValueError> {
        match name {
            "latency" => self.timeline.base = Latency::parse(value)?,
            "latency_at" => self.timeline.add_step(value)?,
            "drift" => self.timeline.drift = Some(Drift::parse(value)?),
            "errors" => self.errors = parse_share(value)?,
            "error_status" => self.error_status = parse_status(value)?,
            "body" => self.body = Some(parse_size(value)?),
            "route" => self.routes.push(Rules::parse(value)?),
            "limit" => self.limit = Some(Limit::parse(value)?),
            "capacity" => {
                self.capacity = Some(match value.strip_suffix("/s") {
                    Some(rate) => capacity::Limit::per_second(rate)?,
                    None => capacity::Limit::AtOnce(whole(value, 1, 1_000_000)?),
                });
            }
            "queue" => self.queue = whole(value, 0, 1_000_000)?,
            "stall" => window::insert(&mut self.timeline.stalls, Window::parse(value)?),
            "outage" => window::insert(&mut self.timeline.outages, Window::parse(value)?),
            "recovery" => self.timeline.recovery = parse_duration(value)?,
            "recovery_factor" => self.timeline.recovery_factor = factor(value)?,
            "leak" => self.leak = Some(Leak::parse(value)?),
            "llm_gap" => self.llm.gap = Some(parse_duration(value)?),
            "llm_tokens" => self.llm.tokens = Some(whole(value, 1, 100_000)?),
            "agent_busy" => self.suites.agent_busy = parse_duration(value)?,
            "rpc_limit" => self.suites.rpc_limit = Some(Limit::parse(value)?),
            "rpc_quota" => self.suites.rpc_quota = Some(Limit::parse(value)?),
            "seed" => self.seed = seed(value)?,
            "journal" => self.journal = whole(value, 0, MOST_REQUESTS)?,
            "threads" => self.threads = whole(value, 1, 256)?,
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// The rules by path, with the general options filled in.
    pub(super) fn routes(&self) -> Routes {
        Routes::new(self.routes.clone(), Rules::general(self.errors, self.body, self.limit))
    }
}

fn plain(name: &str) -> String {
    name.trim().trim_start_matches("--").replace('-', "_")
}

fn suggest(name: &str) -> String {
    let known = NAMES.iter().map(|(known, _)| *known);
    nearest(name, known.clone()).map_or_else(
        || format!("known are {}", known.collect::<Vec<_>>().join(", ")),
        |near| format!("did you mean `{near}`?"),
    )
}

fn seed(value: &str) -> Result<u64, ValueError> {
    value.parse().map_err(|_| ValueError::form(value, "seed", "a whole number"))
}

fn whole(value: &str, min: u32, max: u32) -> Result<u32, ValueError> {
    value.parse().ok().filter(|number| (min..=max).contains(number)).ok_or_else(|| ValueError::Range {
        text: value.to_owned(),
        min,
        max,
    })
}

fn factor(value: &str) -> Result<f64, ValueError> {
    value
        .parse::<f64>()
        .ok()
        .filter(|factor| (1.0..=1e4).contains(factor))
        .ok_or_else(|| ValueError::form(value, "factor", "a number from 1 to 10000, for example 10"))
}

#[cfg(test)]
mod tests;
