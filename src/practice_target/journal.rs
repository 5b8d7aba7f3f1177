//! The requests themselves, one by one, as many as the option `journal` says. Opt-in: each is a copy, and threads share it.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use hyper::body::Bytes;
use hyper::header::HeaderMap;
use hyper::http::request::Parts;

use super::report::{Report, RequestReport};
use super::shared::lock;

/// The most requests a journal may be asked to keep: some 160 MB when all of them are as large as can be.
pub(super) const MOST_REQUESTS: u32 = 20_000;
/// What is kept of a body.
pub(super) const MOST_OF_A_BODY: usize = 2_048;
const MOST_HEADERS: usize = 24;
/// What is kept of a path or of a header's value.
const LONGEST_TEXT: usize = 256;

/// Requests in the order of their answers, up to a number.
#[derive(Debug)]
pub(super) struct Journal {
    most: usize,
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    requests: Vec<RequestReport>,
    left_out: u64,
}

/// A request that was answered.
#[derive(Debug)]
pub(super) struct AnsweredRequest<'a> {
    pub(super) head: &'a Parts,
    /// The beginning of its body.
    pub(super) body: &'a Bytes,
    /// The size of the whole body.
    pub(super) size: u64,
    /// Requests under way when it arrived, itself among them.
    pub(super) in_flight: u64,
    pub(super) arrived: Instant,
    pub(super) status: u16,
}

impl Journal {
    /// None when nothing is to be kept.
    pub(super) fn new(most: u32) -> Option<Self> {
        let most = usize::try_from(most).ok().filter(|most| *most > 0)?;
        Some(Self { most, kept: Mutex::default() })
    }

    /// Keeps a request that arrived `since` the start of the run, or counts it as left out when the journal is full.
    pub(super) fn keep(&self, answered: &AnsweredRequest<'_>, since: Duration) {
        let took = answered.arrived.elapsed();
        let mut kept = lock(&self.kept);
        if kept.requests.len() == self.most {
            kept.left_out += 1;
            return;
        }
        let head = answered.head;
        let body = &answered.body[..answered.body.len().min(MOST_OF_A_BODY)];
        kept.requests.push(RequestReport {
            at_ms: since.as_secs_f64() * 1e3,
            took_ms: took.as_secs_f64() * 1e3,
            in_flight: answered.in_flight,
            method: head.method.to_string(),
            path: shortened(&head.uri.to_string()),
            headers: headers(&head.headers),
            body: String::from_utf8_lossy(body).into_owned(),
            body_bytes: answered.size,
            status: answered.status,
        });
    }

    pub(super) fn reset(&self) {
        *lock(&self.kept) = Kept::default();
    }

    /// Adds the requests to a report, in the order of their arrival.
    pub(super) fn tell(&self, report: &mut Report) {
        let kept = lock(&self.kept);
        report.requests.clone_from(&kept.requests);
        report.requests.sort_by(|a, b| a.at_ms.total_cmp(&b.at_ms));
        report.requests_left_out = kept.left_out;
    }
}

/// Lines in their order; the value of a name that comes twice is that of its last line.
fn headers(map: &HeaderMap) -> std::collections::BTreeMap<String, String> {
    let lines = map.iter().take(MOST_HEADERS);
    lines.map(|(name, value)| (name.to_string(), shortened(&String::from_utf8_lossy(value.as_bytes())))).collect()
}

fn shortened(text: &str) -> String {
    text.chars().take(LONGEST_TEXT).collect()
}

#[cfg(test)]
mod tests;
