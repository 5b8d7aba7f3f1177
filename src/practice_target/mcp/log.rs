//! What the MCP server of the target saw.

use std::collections::BTreeMap;
use std::sync::Mutex;

use hyper::header::HeaderName;
use serde::Serialize;
use serde_json::Value as Json;

use super::{Call, header};
use crate::practice_target::shared::lock;

/// Names that are counted apart; a client may send any.
const MOST_NAMES: usize = 200;
const OTHER: &str = "other";

/// What the target saw of MCP.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct McpReport {
    /// Sessions that were opened.
    pub sessions_opened: u64,
    /// Sessions that clients ended.
    pub sessions_ended: u64,
    /// Sessions that are open.
    pub sessions_open: u64,
    /// Messages of clients that were taken, by method.
    pub methods: BTreeMap<String, u64>,
    /// Calls of tools, by name.
    pub tools: BTreeMap<String, u64>,
    /// Progress notifications that were to be sent.
    pub progress_sent: u64,
    /// Calls of the server that were to be sent.
    pub calls_sent: u64,
    /// Answers of clients to these: results, and errors.
    pub replies: (u64, u64),
    /// Requests with the id of an earlier one of their session.
    pub duplicate_ids: u64,
    /// Streams that were read on.
    pub resumed: u64,
    /// Requests whose `_meta` has the trace context of their header.
    pub traces: u64,
    /// Messages that were refused, by what is wrong.
    pub refused: BTreeMap<String, u64>,
}

/// Counts of all threads.
#[derive(Debug, Default)]
pub(super) struct McpLog(Mutex<McpReport>);

impl McpLog {
    pub(super) fn report(&self, sessions_open: u64) -> Option<McpReport> {
        let report = McpReport { sessions_open, ..lock(&self.0).clone() };
        (report != McpReport { sessions_open, ..McpReport::default() }).then_some(report)
    }

    pub(super) fn reset(&self) {
        *lock(&self.0) = McpReport::default();
    }

    pub(super) fn count(&self, change: impl FnOnce(&mut McpReport)) {
        change(&mut lock(&self.0));
    }

    /// Counts a message that is taken.
    pub(super) fn takes(&self, call: &Call<'_>) {
        let trace = header(call.head, &HeaderName::from_static("traceparent"));
        let is_same = !trace.is_empty() && call.message["params"]["_meta"]["traceparent"] == *trace;
        self.count(|report| {
            report.traces += u64::from(is_same);
            add(&mut report.methods, call.method);
        });
    }

    /// Counts the call of a tool.
    pub(super) fn calls(&self, tool: &str) {
        self.count(|report| add(&mut report.tools, tool));
    }

    /// Counts the answer of a client to a call of the server.
    pub(super) fn replies(&self, message: &Json) {
        self.count(|report| {
            report.replies.0 += u64::from(message.get("result").is_some());
            report.replies.1 += u64::from(message.get("error").is_some());
        });
    }
}

fn add(counts: &mut BTreeMap<String, u64>, name: &str) {
    let name = if counts.len() < MOST_NAMES || counts.contains_key(name) { name } else { OTHER };
    *counts.entry(name.to_owned()).or_default() += 1;
}
