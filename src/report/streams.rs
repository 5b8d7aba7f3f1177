//! Event streams, the answers of language models in them, WebSockets, calls of JSON-RPC, MCP, A2A, AG-UI, and jobs.

use super::{Summary, rate, scenarios, style, trends};
use crate::{
    metric::{MetricDef, Value, catalogue as c},
    units::{show_count, show_share, significant},
};

const STREAM_TRENDS: [&MetricDef; 4] =
    [&c::SSE_TIME_TO_FIRST_EVENT, &c::SSE_EVENT_GAP, &c::SSE_LONGEST_GAP, &c::SSE_STREAM_DURATION];
const SOCKET_TRENDS: [&MetricDef; 4] = [&c::WS_CONNECTING, &c::WS_ROUND_TRIP, &c::WS_PING, &c::WS_SESSION_DURATION];
const ANSWER_TRENDS: [&MetricDef; 5] = [
    &c::LLM_TIME_TO_FIRST_TOKEN,
    &c::LLM_INTER_TOKEN_LATENCY,
    &c::LLM_INTER_CHUNK_LATENCY,
    &c::LLM_TIME_PER_OUTPUT_TOKEN,
    &c::LLM_REQUEST_LATENCY,
];

const MCP_TRENDS: [&MetricDef; 3] = [&c::MCP_REQ_RESPONSE_TIME, &c::MCP_SESSION_OPENING, &c::MCP_SESSION_DURATION];
const A2A_TRENDS: [&MetricDef; 5] = [
    &c::A2A_REQ_RESPONSE_TIME,
    &c::A2A_TASK_DURATION,
    &c::A2A_TIME_IN_STATE,
    &c::A2A_TIME_TO_FIRST_EVENT,
    &c::A2A_POLLS,
];
const AGUI_TRENDS: [&MetricDef; 5] = [
    &c::AGUI_TIME_TO_RUN_STARTED,
    &c::AGUI_TIME_TO_FIRST_TEXT,
    &c::AGUI_TIME_TO_FIRST_TOOL_CALL,
    &c::AGUI_RUN_DURATION,
    &c::AGUI_TOOL_DURATION,
];
const JOB_TRENDS: [&MetricDef; 5] =
    [&c::JOB_RESPONSE_TIME, &c::JOB_DURATION, &c::JOB_POLLS, &c::JOB_END_WINDOW, &c::JOB_OVERSHOOT];

/// The sections, without those that have no data.
#[must_use]
pub(crate) fn lines(summary: &Summary) -> Vec<String> {
    let counts = [counter(summary, &c::SSE_EVENTS), counter(summary, &c::SSE_RECONNECTS)];
    let mut lines = section(summary, "EVENT STREAMS", &STREAM_TRENDS, counts.into_iter().flatten().collect());
    let counters = [&c::LLM_OUTPUT_TOKENS, &c::LLM_INPUT_TOKENS, &c::LLM_CACHED_TOKENS, &c::LLM_REASONING_TOKENS];
    let mut counts: Vec<String> = counters.into_iter().filter_map(|metric| counter(summary, metric)).collect();
    counts.extend(counter(summary, &c::LLM_USAGE_MISSING).map(|count| format!("{count}: their tokens are chunks")));
    counts.extend(share_of(summary, &c::LLM_GOODPUT));
    counts.extend(by_reason(summary, &c::LLM_FINISH_REASONS));
    lines.extend(section(summary, "ANSWERS OF LANGUAGE MODELS", &ANSWER_TRENDS, counts));
    let counters = [&c::WS_SESSIONS, &c::WS_RECONNECTS, &c::WS_MSGS_SENT, &c::WS_MSGS_RECEIVED, &c::WS_UNANSWERED];
    let mut sockets: Vec<String> = counters.into_iter().filter_map(|metric| counter(summary, metric)).collect();
    sockets.extend(by_reason(summary, &c::WS_CLOSES));
    sockets.extend(by_reason(summary, &c::WS_ERRORS));
    lines.extend(section(summary, "WEBSOCKETS", &SOCKET_TRENDS, sockets));
    lines.extend(section(summary, "JSON-RPC CALLS", &[&c::RPC_REQ_RESPONSE_TIME], calls(summary)));
    lines.extend(section(summary, "MCP", &MCP_TRENDS, mcp(summary)));
    lines.extend(section(summary, "A2A", &A2A_TRENDS, a2a(summary)));
    let runs = [&c::AGUI_RUNS, &c::AGUI_EVENTS, &c::AGUI_ORDER_ERRORS].map(|metric| by_reason(summary, metric));
    lines.extend(section(summary, "AG-UI", &AGUI_TRENDS, runs.into_iter().flatten().collect()));
    let outcomes = by_reason(summary, &c::JOB_OUTCOMES);
    lines.extend(section(summary, "JOBS", &JOB_TRENDS, outcomes.into_iter().collect()));
    lines
}

/// Calls of JSON-RPC; the errors among them stand by class with those of HTTP.
fn calls(summary: &Summary) -> Vec<String> {
    let counts = [counter(summary, &c::RPC_REQS), share_of(summary, &c::RPC_REQ_FAILED)];
    counts.into_iter().chain([counter(summary, &c::RPC_NOTIFICATIONS)]).flatten().collect()
}

/// Requests of MCP and sessions; the errors stand with those of HTTP as well.
fn mcp(summary: &Summary) -> Vec<String> {
    let counts = [counter(summary, &c::MCP_REQS), share_of(summary, &c::MCP_REQ_FAILED)];
    let more = [&c::MCP_SESSIONS, &c::MCP_PROGRESS, &c::MCP_SERVER_CALLS];
    counts.into_iter().chain(more.map(|metric| counter(summary, metric))).flatten().collect()
}

/// Requests of A2A and tasks; the errors stand with those of HTTP as well.
fn a2a(summary: &Summary) -> Vec<String> {
    let counts = [counter(summary, &c::A2A_REQS), share_of(summary, &c::A2A_REQ_FAILED)];
    let more = [by_reason(summary, &c::A2A_TASKS), counter(summary, &c::A2A_EVENTS)];
    counts.into_iter().chain(more).flatten().collect()
}

/// A share, and what it is of.
fn share_of(summary: &Summary, metric: &MetricDef) -> Option<String> {
    let Value::Rate { nonzero, total } = summary.totals.sum_where(&metric.name, |_| true)? else { return None };
    let share = show_share(nonzero as f64 / total.max(1) as f64);
    Some(format!("{} {share} ({} of {})", metric.name, show_count(nonzero), show_count(total)))
}

fn section(summary: &Summary, title: &str, metrics: &[&MetricDef], counts: Vec<String>) -> Vec<String> {
    let table = trends::trend_table(summary, metrics);
    if !table.has_rows() && counts.is_empty() {
        return Vec::new();
    }
    let mut lines = vec![format!("  {}", style::bold(title))];
    if table.has_rows() {
        lines.extend(table.lines(4, summary.view, &scenarios::place(summary)));
    }
    lines.extend(counts.into_iter().map(|count| format!("    {count}")));
    lines.push(String::new());
    lines
}

fn counter(summary: &Summary, metric: &MetricDef) -> Option<String> {
    let count = summary.totals.counter(&metric.name);
    let rate = rate::in_parentheses(count, summary.elapsed);
    (count > 0.0).then(|| format!("{} {}{rate}", metric.name, significant(count)))
}

/// How often each reason, the most frequent one first.
fn by_reason(summary: &Summary, metric: &MetricDef) -> Option<String> {
    let count = |value: &Value| if let Value::Counter(sum) = value { *sum } else { 0.0 };
    let mut reasons = summary.totals.by_label(&metric.name, "reason");
    reasons.sort_by(|(_, one), (_, other)| count(other).total_cmp(&count(one)));
    let shown = reasons
        .iter()
        .map(|(reason, value)| format!("{} {}", super::visible::visible(reason), significant(count(value))));
    let shown: Vec<String> = shown.collect();
    (!shown.is_empty()).then(|| format!("{} {}", metric.name, shown.join(", ")))
}
