//! Which metrics are recorded together: those of one stream, one call, one session, one socket, one task, one job.

use super::{
    A2A_ERRORS, A2A_EVENTS, A2A_POLLS, A2A_REQ_FAILED, A2A_REQ_RESPONSE_TIME, A2A_REQS, A2A_TASK_DURATION, A2A_TASKS,
    A2A_TIME_IN_STATE, A2A_TIME_TO_FIRST_EVENT, AGUI_EVENTS, AGUI_ORDER_ERRORS, AGUI_RUN_DURATION, AGUI_RUNS,
    AGUI_TIME_TO_FIRST_TEXT, AGUI_TIME_TO_FIRST_TOOL_CALL, AGUI_TIME_TO_RUN_STARTED, AGUI_TOOL_DURATION, DATA_RECEIVED,
    DATA_SENT, JOB_DURATION, JOB_END_WINDOW, JOB_FAILED, JOB_OUTCOMES, JOB_OVERSHOOT, JOB_POLLS, JOB_RESPONSE_TIME,
    LLM_CACHED_TOKENS, LLM_FINISH_REASONS, LLM_GOODPUT, LLM_INPUT_TOKENS, LLM_INTER_CHUNK_LATENCY,
    LLM_INTER_TOKEN_LATENCY, LLM_OUTPUT_TOKENS, LLM_REASONING_TOKENS, LLM_REQUEST_LATENCY, LLM_TIME_PER_OUTPUT_TOKEN,
    LLM_TIME_TO_FIRST_TOKEN, LLM_USAGE_MISSING, MCP_ERRORS, MCP_PROGRESS, MCP_REQ_FAILED, MCP_REQ_RESPONSE_TIME,
    MCP_REQS, MCP_SERVER_CALLS, MCP_SESSION_DURATION, MCP_SESSION_OPENING, MCP_SESSIONS, MetricDef, RPC_ERRORS,
    RPC_NOTIFICATIONS, RPC_REQ_FAILED, RPC_REQ_RESPONSE_TIME, RPC_REQS, SSE_EVENT_GAP, SSE_EVENTS, SSE_LONGEST_GAP,
    SSE_RECONNECTS, SSE_STREAM_DURATION, SSE_TIME_TO_FIRST_EVENT, WS_CLOSES, WS_CONNECTING, WS_ERRORS, WS_FAILED,
    WS_MSGS_RECEIVED, WS_MSGS_SENT, WS_PING, WS_RECONNECTS, WS_ROUND_TRIP, WS_SESSION_DURATION, WS_SESSIONS,
    WS_UNANSWERED,
};

/// The metrics of one event stream, in the order of [`StreamMetric`].
pub static STREAM_FAMILY: [&MetricDef; 6] =
    [&SSE_TIME_TO_FIRST_EVENT, &SSE_EVENT_GAP, &SSE_LONGEST_GAP, &SSE_STREAM_DURATION, &SSE_EVENTS, &SSE_RECONNECTS];

/// Position of a metric in [`STREAM_FAMILY`].
#[derive(Debug, Clone, Copy)]
#[expect(missing_docs, reason = "named as the metrics are")]
pub enum StreamMetric {
    TimeToFirstEvent,
    EventGap,
    LongestGap,
    Duration,
    Events,
    Reconnects,
}

/// The metrics of one call of JSON-RPC, in the order of [`RpcMetric`].
pub static RPC_FAMILY: [&MetricDef; 5] =
    [&RPC_REQS, &RPC_REQ_FAILED, &RPC_REQ_RESPONSE_TIME, &RPC_ERRORS, &RPC_NOTIFICATIONS];

/// Position of a metric in [`RPC_FAMILY`].
#[derive(Debug, Clone, Copy)]
#[expect(missing_docs, reason = "named as the metrics are")]
pub enum RpcMetric {
    Reqs,
    Failed,
    ResponseTime,
    Errors,
    Notifications,
}

/// The metrics of one request of MCP, in the order of [`McpMetric`].
pub static MCP_FAMILY: [&MetricDef; 6] =
    [&MCP_REQS, &MCP_REQ_FAILED, &MCP_REQ_RESPONSE_TIME, &MCP_ERRORS, &MCP_PROGRESS, &MCP_SERVER_CALLS];

/// Position of a metric in [`MCP_FAMILY`].
#[derive(Debug, Clone, Copy)]
#[expect(missing_docs, reason = "named as the metrics are")]
pub enum McpMetric {
    Reqs,
    Failed,
    ResponseTime,
    Errors,
    Progress,
    ServerCalls,
}

/// The metrics of one session with a server of MCP, in the order of [`McpSessionMetric`].
pub static MCP_SESSION_FAMILY: [&MetricDef; 3] = [&MCP_SESSIONS, &MCP_SESSION_OPENING, &MCP_SESSION_DURATION];

/// Position of a metric in [`MCP_SESSION_FAMILY`].
#[derive(Debug, Clone, Copy)]
#[expect(missing_docs, reason = "named as the metrics are")]
pub enum McpSessionMetric {
    Sessions,
    Opening,
    Duration,
}

/// The metrics of one request of A2A, in the order of [`A2aMetric`].
pub static A2A_FAMILY: [&MetricDef; 4] = [&A2A_REQS, &A2A_REQ_FAILED, &A2A_REQ_RESPONSE_TIME, &A2A_ERRORS];

/// Position of a metric in [`A2A_FAMILY`].
#[derive(Debug, Clone, Copy)]
#[expect(missing_docs, reason = "named as the metrics are")]
pub enum A2aMetric {
    Reqs,
    Failed,
    ResponseTime,
    Errors,
}

/// The metrics of one task of A2A, in the order of [`A2aTaskMetric`].
pub static A2A_TASK_FAMILY: [&MetricDef; 4] = [&A2A_TASK_DURATION, &A2A_TIME_TO_FIRST_EVENT, &A2A_EVENTS, &A2A_POLLS];

/// Position of a metric in [`A2A_TASK_FAMILY`].
#[derive(Debug, Clone, Copy)]
#[expect(missing_docs, reason = "named as the metrics are")]
pub enum A2aTaskMetric {
    Duration,
    TimeToFirstEvent,
    Events,
    Polls,
}

/// The metrics of one run of AG-UI, in the order of [`AguiMetric`].
pub static AGUI_FAMILY: [&MetricDef; 5] = [
    &AGUI_TIME_TO_RUN_STARTED,
    &AGUI_TIME_TO_FIRST_TEXT,
    &AGUI_TIME_TO_FIRST_TOOL_CALL,
    &AGUI_RUN_DURATION,
    &AGUI_TOOL_DURATION,
];

/// Position of a metric in [`AGUI_FAMILY`].
#[derive(Debug, Clone, Copy)]
#[expect(missing_docs, reason = "named as the metrics are")]
pub enum AguiMetric {
    TimeToRunStarted,
    TimeToFirstText,
    TimeToFirstToolCall,
    RunDuration,
    ToolDuration,
}

/// The metrics of one WebSocket, in the order of [`SocketMetric`].
pub static SOCKET_FAMILY: [&MetricDef; 12] = [
    &WS_SESSIONS,
    &WS_CONNECTING,
    &WS_SESSION_DURATION,
    &WS_FAILED,
    &WS_MSGS_SENT,
    &WS_MSGS_RECEIVED,
    &WS_ROUND_TRIP,
    &WS_UNANSWERED,
    &WS_PING,
    &WS_RECONNECTS,
    &DATA_SENT,
    &DATA_RECEIVED,
];

/// Position of a metric in [`SOCKET_FAMILY`].
#[derive(Debug, Clone, Copy)]
#[expect(missing_docs, reason = "named as the metrics are")]
pub enum SocketMetric {
    Sessions,
    Connecting,
    SessionDuration,
    Failed,
    MessagesSent,
    MessagesReceived,
    RoundTrip,
    Unanswered,
    Ping,
    Reconnects,
    DataSent,
    DataReceived,
}

/// The metrics of one answer of a language model, in the order of [`AnswerMetric`].
pub static ANSWER_FAMILY: [&MetricDef; 10] = [
    &LLM_TIME_TO_FIRST_TOKEN,
    &LLM_INTER_TOKEN_LATENCY,
    &LLM_INTER_CHUNK_LATENCY,
    &LLM_TIME_PER_OUTPUT_TOKEN,
    &LLM_REQUEST_LATENCY,
    &LLM_INPUT_TOKENS,
    &LLM_OUTPUT_TOKENS,
    &LLM_CACHED_TOKENS,
    &LLM_REASONING_TOKENS,
    &LLM_USAGE_MISSING,
];

/// Position of a metric in [`ANSWER_FAMILY`].
#[derive(Debug, Clone, Copy)]
#[expect(missing_docs, reason = "named as the metrics are")]
pub enum AnswerMetric {
    TimeToFirstToken,
    InterTokenLatency,
    InterChunkLatency,
    TimePerOutputToken,
    RequestLatency,
    InputTokens,
    OutputTokens,
    CachedTokens,
    ReasoningTokens,
    UsageMissing,
}

/// The metrics of one job, in the order of [`JobMetric`].
pub static JOB_FAMILY: [&MetricDef; 6] =
    [&JOB_RESPONSE_TIME, &JOB_DURATION, &JOB_POLLS, &JOB_END_WINDOW, &JOB_OVERSHOOT, &JOB_FAILED];

/// Position of a metric in [`JOB_FAMILY`].
#[derive(Debug, Clone, Copy)]
#[expect(missing_docs, reason = "named as the metrics are")]
pub enum JobMetric {
    ResponseTime,
    Duration,
    Polls,
    EndWindow,
    Overshoot,
    Failed,
}

/// Metrics that steps record one by one; each has raw samples. A step with metrics of its own adds a family.
pub static STEP_FAMILIES: [&[&MetricDef]; 15] = [
    &STREAM_FAMILY,
    // The bytes of sockets are those of requests.
    SOCKET_FAMILY.split_at(SocketMetric::DataSent as usize).0,
    &[&WS_ERRORS, &WS_CLOSES],
    &ANSWER_FAMILY,
    &[&LLM_GOODPUT, &LLM_FINISH_REASONS],
    &JOB_FAMILY,
    &[&JOB_OUTCOMES],
    &RPC_FAMILY,
    &MCP_FAMILY,
    &MCP_SESSION_FAMILY,
    &A2A_FAMILY,
    &A2A_TASK_FAMILY,
    &[&A2A_TIME_IN_STATE, &A2A_TASKS],
    &AGUI_FAMILY,
    &[&AGUI_EVENTS, &AGUI_RUNS, &AGUI_ORDER_ERRORS],
];
