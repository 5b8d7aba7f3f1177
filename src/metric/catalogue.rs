//! The one table of metrics: name, kind, unit, help and which labels it carries.
//!
//! Encoders, the table in docs/metrics.md, dashboards and tests are derived from it; adding a metric is adding a row here.
//! Names, kinds and meanings are k6's where k6 has the metric.

use std::borrow::Cow;

mod families;
mod work;

pub use families::{
    A2A_FAMILY, A2A_TASK_FAMILY, A2aMetric, A2aTaskMetric, AGUI_FAMILY, ANSWER_FAMILY, AguiMetric, AnswerMetric,
    JOB_FAMILY, JobMetric, MCP_FAMILY, MCP_SESSION_FAMILY, McpMetric, McpSessionMetric, RPC_FAMILY, RpcMetric,
    SOCKET_FAMILY, STEP_FAMILIES, STREAM_FAMILY, SocketMetric, StreamMetric,
};
pub use work::{WORK, WorkMetrics};

/// How observations of a metric are aggregated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A sum that only grows.
    Counter,
    /// The last value.
    Gauge,
    /// The share of true observations.
    Rate,
    /// A distribution.
    Trend,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Self; 4] = [Self::Counter, Self::Gauge, Self::Rate, Self::Trend];

    /// The name in profiles and summaries, as in k6.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Rate => "rate",
            Self::Trend => "trend",
        }
    }
}

/// The unit of a metric's values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Unit {
    /// A plain number.
    None,
    /// Seconds (shown in milliseconds where k6 does).
    Seconds,
    /// Bytes.
    Bytes,
}

impl Unit {
    /// All units.
    pub const ALL: [Self; 3] = [Self::None, Self::Seconds, Self::Bytes];

    /// The name in metadata; empty for plain numbers.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Seconds => "seconds",
            Self::Bytes => "bytes",
        }
    }
}

/// Which labels the series of a metric carry, besides those of the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LabelGroup {
    /// scenario, stage, group, name, method, status, `expected_response`, `error_class`, tags.
    Request,
    /// scenario, stage, group, name, tags.
    Stream,
    /// scenario, stage, group, name, `rpc_method`, `rpc_code`, `error_class`, tags.
    Rpc,
    /// scenario, stage, group, name, `mcp_method`, tool, `rpc_code`, `error_class`, tags.
    Mcp,
    /// scenario, stage, group, name, `a2a_method`, `rpc_code`, `error_class`, tags.
    A2a,
    /// scenario, stage, tags.
    Scenario,
    /// scenario, stage, group, name, check, tags.
    Check,
    /// scenario, stage, group, tags.
    Group,
    /// scenario, stage, reason, tags.
    Reason,
    /// scenario, stage, group, name, reason, tags.
    StepReason,
    /// target, and those that the target gives.
    Target,
    /// None of its own.
    Run,
}

/// One metric. `Cow`, because profiles and flows define their own.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct MetricDef {
    /// k6's name where k6 has it.
    pub name: Cow<'static, str>,
    /// How it is aggregated.
    pub kind: Kind,
    /// The unit of its values.
    pub unit: Unit,
    /// One sentence.
    pub help: Cow<'static, str>,
    /// Labels of its series.
    pub labels: LabelGroup,
}

macro_rules! catalogue {
    ($($id:ident = $name:literal $kind:ident $unit:ident $labels:ident $help:literal;)+) => {
        $(#[doc = $help] pub static $id: MetricDef = MetricDef {
            name: Cow::Borrowed($name), kind: Kind::$kind, unit: Unit::$unit,
            help: Cow::Borrowed($help), labels: LabelGroup::$labels,
        };)+
        /// Every metric, in the order of the table.
        pub static ALL: &[&MetricDef] = &[$(&$id),+];
    };
}

catalogue! {
    HTTP_REQS = "http_reqs" Counter None Request "Attempts of which at least one byte was written";
    HTTP_REQ_FAILED = "http_req_failed" Rate None Request "Share of attempts that failed: no response, or an unexpected status";
    HTTP_REQ_RESPONSE_TIME = "http_req_response_time" Trend Seconds Request "From the intended start to the last byte: the time that a user waits";
    HTTP_REQ_DURATION = "http_req_duration" Trend Seconds Request "Service time: sending + waiting + receiving, without connecting";
    HTTP_REQ_BLOCKED = "http_req_blocked" Trend Seconds Request "Waiting for a connection: name look-up, connect, TLS";
    HTTP_REQ_CONNECTING = "http_req_connecting" Trend Seconds Request "TCP connect";
    HTTP_REQ_TLS_HANDSHAKING = "http_req_tls_handshaking" Trend Seconds Request "TLS handshake";
    HTTP_REQ_SENDING = "http_req_sending" Trend Seconds Request "Writing the request";
    HTTP_REQ_WAITING = "http_req_waiting" Trend Seconds Request "From the request written to the first byte of the response";
    HTTP_REQ_RECEIVING = "http_req_receiving" Trend Seconds Request "From the first to the last byte of the response";
    HTTP_ERRORS = "http_errors" Counter None Request "Failed attempts by class: the phase in which they failed, or the status";
    DATA_SENT = "data_sent" Counter Bytes Request "Bytes written to connections";
    DATA_RECEIVED = "data_received" Counter Bytes Request "Bytes read from connections";
    SSE_STREAMS_OPEN = "sse_streams_open" Gauge None Scenario "Event streams that are open";
    SSE_TIME_TO_FIRST_EVENT = "sse_time_to_first_event" Trend Seconds Stream "From the intended start to the first event; of a stream that was cut off before, its age";
    SSE_EVENT_GAP = "sse_event_gap" Trend Seconds Stream "Between two events of a stream; zero if one read brought both";
    SSE_LONGEST_GAP = "sse_longest_gap" Trend Seconds Stream "Longest silence of a stream after its first event, until its end";
    SSE_STREAM_DURATION = "sse_stream_duration" Trend Seconds Stream "From the intended start to the end of a stream; of a stream that was cut off, its age";
    SSE_EVENTS = "sse_events" Counter None Stream "Events of streams, as far as a step reads them";
    SSE_RECONNECTS = "sse_reconnects" Counter None Stream "Streams that were opened again after they ended early";
    LLM_TIME_TO_FIRST_TOKEN = "llm_time_to_first_token" Trend Seconds Stream "From the intended start to the first piece of the answer (text, reasoning or tool call); of a stream that was cut off before, its age";
    LLM_INTER_TOKEN_LATENCY = "llm_inter_token_latency" Trend Seconds Stream "Mean time between tokens of an answer: (last - first token) / (output tokens - 1), as in AIPerf; vLLM calls it TPOT";
    LLM_INTER_CHUNK_LATENCY = "llm_inter_chunk_latency" Trend Seconds Stream "Between two events with a piece of the answer, as in AIPerf; vLLM calls it ITL";
    LLM_TIME_PER_OUTPUT_TOKEN = "llm_time_per_output_token" Trend Seconds Stream "From the intended start to the last token / output tokens, as in GuideLLM";
    LLM_REQUEST_LATENCY = "llm_request_latency" Trend Seconds Stream "From the intended start to the last token of a complete answer";
    LLM_INPUT_TOKENS = "llm_input_tokens" Counter None Stream "Tokens of prompts by the server's usage, cached ones included";
    LLM_OUTPUT_TOKENS = "llm_output_tokens" Counter None Stream "Tokens of answers by the server's usage, reasoning included; without usage the number of chunks";
    LLM_CACHED_TOKENS = "llm_cached_tokens" Counter None Stream "Tokens of prompts that the server read from a cache";
    LLM_REASONING_TOKENS = "llm_reasoning_tokens" Counter None Stream "Tokens of answers that are reasoning";
    LLM_USAGE_MISSING = "llm_usage_missing" Counter None Stream "Answers without usage, whose chunks are counted as output tokens";
    LLM_GOODPUT = "llm_goodput" Rate None Stream "Share of answers that are complete and keep all limits of `goodput`";
    LLM_FINISH_REASONS = "llm_finish_reasons" Counter None Reason "Answers by the reason of their end, as the server gives it";
    RPC_REQS = "rpc_reqs" Counter None Rpc "Calls and notifications of JSON-RPC; each of a batch counts";
    RPC_REQ_FAILED = "rpc_req_failed" Rate None Rpc "Share of calls that failed: by HTTP, by a wrong answer, or by an error that the step does not expect";
    RPC_REQ_RESPONSE_TIME = "rpc_req_response_time" Trend Seconds Rpc "From the intended start of a call to the end of its answer; in a batch to the end of the whole response";
    RPC_ERRORS = "rpc_errors" Counter None Rpc "Failed calls by class and by the code of their error";
    RPC_NOTIFICATIONS = "rpc_notifications" Counter None Rpc "Messages of the server beside the answers, if these come in an event stream: notifications, and calls of its own";
    MCP_REQS = "mcp_reqs" Counter None Mcp "Requests of MCP that are answered: calls of tools, pages of lists, resources, prompts, `initialize`, `server/discover`";
    MCP_REQ_FAILED = "mcp_req_failed" Rate None Mcp "Share of them that failed: by HTTP, by a wrong answer, by an error of the protocol or of the tool";
    MCP_REQ_RESPONSE_TIME = "mcp_req_response_time" Trend Seconds Mcp "From the intended start of a request of MCP to its answer, progress included; the opening of a session before it counts apart";
    MCP_ERRORS = "mcp_errors" Counter None Mcp "Failed requests of MCP by class and by the code of their error";
    MCP_PROGRESS = "mcp_progress" Counter None Mcp "Progress notifications before the answer";
    MCP_SERVER_CALLS = "mcp_server_calls" Counter None Mcp "Calls of the server before the answer, which loadagent answers";
    MCP_SESSIONS = "mcp_sessions" Counter None Stream "Sessions that were opened";
    MCP_SESSION_OPENING = "mcp_session_opening" Trend Seconds Stream "From when a session was due to the end of `notifications/initialized`: how long a user waits before the first call";
    MCP_SESSION_DURATION = "mcp_session_duration" Trend Seconds Stream "From the opening of a session to its end; of one that expired, to the response that said so";
    A2A_REQS = "a2a_reqs" Counter None A2a "Requests of A2A: messages, streams, questions for tasks, cancellations, and agent cards";
    A2A_REQ_FAILED = "a2a_req_failed" Rate None A2a "Share of them that failed: by HTTP, by a wrong answer, by an error of the protocol, or because the task failed";
    A2A_REQ_RESPONSE_TIME = "a2a_req_response_time" Trend Seconds A2a "From the intended start of a request of A2A to the end of its answer, or of its stream";
    A2A_ERRORS = "a2a_errors" Counter None A2a "Failed requests of A2A by class and by the code of their error";
    A2A_TASK_DURATION = "a2a_task_duration" Trend Seconds Stream "From when the message was due to the answer or event that showed its task in a state that the step expects; of a task that was still open, its age";
    A2A_TIME_TO_FIRST_EVENT = "a2a_time_to_first_event" Trend Seconds Stream "From when the message was due to the first event of the agent's stream";
    A2A_EVENTS = "a2a_events" Counter None Stream "Events of agents' streams";
    A2A_POLLS = "a2a_polls" Trend None Stream "Questions for a task until it was over";
    A2A_TIME_IN_STATE = "a2a_time_in_state" Trend Seconds StepReason "From the answer or event that showed a task in a state to that which showed it in another; the reason is the state. Of a task that was still open, its time in the last one";
    A2A_TASKS = "a2a_tasks" Counter None StepReason "Tasks by the last state that was seen: `completed`, `failed`, `canceled`, `rejected`, `input_required`, `auth_required`, `submitted`, `working` or `unknown`; `message` is an answer without a task";
    AGUI_TIME_TO_RUN_STARTED = "agui_time_to_run_started" Trend Seconds Stream "From the intended start to `RUN_STARTED`; of a stream that was cut off before, its age";
    AGUI_TIME_TO_FIRST_TEXT = "agui_time_to_first_text" Trend Seconds Stream "From the intended start to the first piece of a text message";
    AGUI_TIME_TO_FIRST_TOOL_CALL = "agui_time_to_first_tool_call" Trend Seconds Stream "From the intended start to the start of the first tool call";
    AGUI_RUN_DURATION = "agui_run_duration" Trend Seconds Stream "From the intended start to `RUN_FINISHED`, of a further run in the same stream from its `RUN_STARTED`; of a run that was cut off, its age";
    AGUI_TOOL_DURATION = "agui_tool_duration" Trend Seconds Stream "From the start of a tool call to its result, if the agent sends it";
    AGUI_EVENTS = "agui_events" Counter None StepReason "Events of runs; the reason is their type";
    AGUI_RUNS = "agui_runs" Counter None StepReason "Runs by how they ended: `success`, `interrupt`, `cancelled` or another outcome (`other`), `error` (`RUN_ERROR`), `incomplete` (without an end)";
    AGUI_ORDER_ERRORS = "agui_order_errors" Counter None StepReason "Events that the order of AG-UI does not allow where they came, by what is wrong";
    WS_SOCKETS_OPEN = "ws_sockets_open" Gauge None Scenario "WebSockets that are open";
    WS_SESSIONS = "ws_sessions" Counter None Stream "WebSockets that were opened";
    WS_CONNECTING = "ws_connecting" Trend Seconds Stream "Opening a WebSocket: name look-up, connect, TLS and handshake";
    WS_SESSION_DURATION = "ws_session_duration" Trend Seconds Stream "From the start of the handshake to the end of the WebSocket; of one that was cut off, its age";
    WS_FAILED = "ws_failed" Rate None Stream "Share of WebSockets that failed after their handshake, of those that ended; one that was cut off does not count";
    WS_MSGS_SENT = "ws_msgs_sent" Counter None Stream "Messages sent over WebSockets";
    WS_MSGS_RECEIVED = "ws_msgs_received" Counter None Stream "Messages received over WebSockets";
    WS_ROUND_TRIP = "ws_round_trip" Trend Seconds Stream "From the time at which a message was due to its answer, as `round_trip` finds it; of one without an answer by the end of its WebSocket, its age";
    WS_UNANSWERED = "ws_unanswered" Counter None Stream "Messages without an answer by the end of their WebSocket; `round_trip` says which have one";
    WS_PING = "ws_ping" Trend Seconds Stream "From a ping to its pong; of one without a pong by the end of its WebSocket, its age";
    WS_RECONNECTS = "ws_reconnects" Counter None Stream "WebSockets that were opened again after the server ended them";
    WS_ERRORS = "ws_errors" Counter None StepReason "WebSockets that failed after their handshake; the reason is the error class";
    WS_CLOSES = "ws_closes" Counter None Reason "WebSockets by the close code of their end; 1005 is a close frame without a code, 1006 an end without a close frame";
    JOB_RESPONSE_TIME = "job_response_time" Trend Seconds Stream "From the time at which the submission of a job was due to the response that showed it done; of a job that timed out, its age";
    JOB_DURATION = "job_duration" Trend Seconds Stream "From the response that accepted a job to the response that showed it done; of a job that timed out, its age";
    JOB_POLLS = "job_polls" Trend None Stream "Polls of a job until it was done, failed or timed out";
    JOB_END_WINDOW = "job_end_window" Trend Seconds Stream "From the start of the last request that did not show a job ended to the response that did: the most by which it was found late";
    JOB_OVERSHOOT = "job_overshoot" Trend Seconds Stream "From the end of a job by the server's clock (`ended_at`) to the response that showed it ended";
    JOB_FAILED = "job_failed" Rate None Stream "Share of jobs that did not become done: refused, without a location, failed or timed out";
    JOB_OUTCOMES = "job_outcomes" Counter None StepReason "Jobs by outcome: `done`, `failed`, `timed_out`, `refused` or `no_location`";
    INTERRUPTED_REQUESTS = "interrupted_requests" Counter None Scenario "Requests that loadagent cut off at a ramp-down or at the end; in no other metric of requests";
    RESENT_REQUESTS = "resent_requests" Counter None Reason "Requests sent again because the server did not process them, by its own word (HTTP/2); the reason is its signal";
    ITERATIONS = "iterations" Counter None Scenario "Iterations that ended: completed or failed, not interrupted";
    INTERRUPTED_ITERATIONS = "interrupted_iterations" Counter None Scenario "Iterations that loadagent cut off at a ramp-down or at the end; in no other metric of iterations";
    ITERATION_DURATION = "iteration_duration" Trend Seconds Scenario "From the start of an iteration to its end";
    ITERATION_RESPONSE_TIME = "iteration_response_time" Trend Seconds Scenario "From the arrival to the end of the iteration (arrival-rate executors)";
    DROPPED_ITERATIONS = "dropped_iterations" Counter None Scenario "Arrivals without an idle user, and iterations that were never started";
    SCHEDULE_LAG = "schedule_lag" Trend Seconds Scenario "From the arrival to the start of its iteration: the delay caused by the generator";
    CHECKS = "checks" Rate None Check "Share of checks that passed";
    ITERATION_FAILURES = "iteration_failures" Counter None Reason "Iterations that failed: by a `fail` step, or because a step had no value";
    GROUP_DURATION = "group_duration" Trend Seconds Group "From the first step of a group to its last";
    PARALLEL_WIDTH = "parallel_width" Trend None Group "Maximum number of concurrent requests of a parallel block";
    VUS = "vus" Gauge None Scenario "Virtual users in an iteration, including think time";
    VUS_MAX = "vus_max" Gauge None Scenario "Virtual users that exist";
    TARGET_RATE = "target_rate" Gauge None Scenario "Arrivals per second by the schedule";
    STAGE_ACTIVE = "stage_active" Gauge None Scenario "1 while a stage of a scenario runs";
    SERIES_FOLDED = "series_folded" Counter None Run "Observations beyond the limit of series, whose labels became `other`";
    GENERATOR_CPU = "generator_cpu" Counter Seconds Run "CPU time of the generator: user and system, all threads";
    GENERATOR_WORKER_CPU = "generator_worker_cpu" Counter Seconds Run "CPU time of the worker threads";
    GENERATOR_RSS = "generator_rss" Gauge Bytes Run "Resident memory of the generator";
    GENERATOR_HELD_BACK = "generator_held_back" Counter None Run "Requests that the `max_rate` of an environment delayed";
    GENERATOR_OPEN_SOCKETS = "generator_open_sockets" Gauge None Run "Open connections to the target";
    GENERATOR_THROTTLED = "generator_throttled" Counter Seconds Run "Time the container's CPU quota held the generator back";
    RUN_GAP = "run_gap" Counter Seconds Run "Time in which no process of the run was there, after it was killed or stopped and went on";
    OUTPUT_SENT = "output_sent" Counter None Run "Samples handed to the output, whatever became of them; retries don't count again";
    OUTPUT_ACKNOWLEDGED = "output_acknowledged" Counter None Run "Samples that the receiver of an output acknowledged";
    OUTPUT_RETRIES = "output_retries" Counter None Run "Requests that an output had to retry";
    OUTPUT_REJECTED = "output_rejected" Counter None Run "Samples that the receiver of an output rejected for good";
    OUTPUT_LOST = "output_lost" Counter None Run "Records of requests that never reached the disk and can't be delivered";
    OUTPUT_QUEUE = "output_queue" Gauge Bytes Run "Bytes of the run's logs that an output has not read yet";
    OUTPUT_LAG = "output_lag" Gauge Seconds Run "Age of the oldest interval that an output has not delivered";
    TARGET_SCRAPE_FAILED = "target_scrape_failed" Rate None Target "Share of the scrapes of a target that failed";
    VERDICT_DEGRADATION = "verdict_degradation" Gauge None Run "At the end of a run: largest change of a response time for the worse while the load was constant, as a share of its start; 0 if none drifts";
    VERDICT_RECOVERY_TIME = "verdict_recovery_time" Gauge Seconds Run "At the end of a run: longest time from the end of a spike of the load until the target was back to normal; none if it was not";
    VERDICT_LAST_GOOD_RATE = "verdict_last_good_rate" Gauge None Run "At the end of a run: arrivals per second of the last step of a rising load at which thresholds held and throughput followed";
    VERDICT_MAX_SUSTAINED_RATE = "verdict_max_sustained_rate" Gauge None Run "At the end of a search for the breaking point: highest rate of arrivals per second that held";
    VERDICT_LEAK = "verdict_leak" Gauge None Run "At the end of a run: 1 if memory, file handles, connections, goroutines or threads of a target grow without end, 0 if none of them does";
    RUN_INFO = "run_info" Gauge None Run "1 during the run; its labels are the version of loadagent and the profile";
}

/// The metrics of one HTTP attempt, in the order of [`HttpMetric`].
pub static HTTP_FAMILY: [&MetricDef; 13] = [
    &HTTP_REQS,
    &HTTP_REQ_FAILED,
    &HTTP_REQ_RESPONSE_TIME,
    &HTTP_REQ_DURATION,
    &HTTP_REQ_BLOCKED,
    &HTTP_REQ_CONNECTING,
    &HTTP_REQ_TLS_HANDSHAKING,
    &HTTP_REQ_SENDING,
    &HTTP_REQ_WAITING,
    &HTTP_REQ_RECEIVING,
    &HTTP_ERRORS,
    &DATA_SENT,
    &DATA_RECEIVED,
];

/// Position of a metric in [`HTTP_FAMILY`].
#[derive(Debug, Clone, Copy)]
#[expect(missing_docs, reason = "named as the metrics are")]
pub enum HttpMetric {
    Reqs,
    Failed,
    ResponseTime,
    Duration,
    Blocked,
    Connecting,
    TlsHandshaking,
    Sending,
    Waiting,
    Receiving,
    Errors,
    DataSent,
    DataReceived,
}

/// The metrics of a protocol that reports, progress and validity use. Another protocol is another row of [`PROTOCOLS`].
#[derive(Debug)]
pub struct ProtocolMetrics {
    /// Title of its section in the summary.
    pub title: &'static str,
    /// Requests sent.
    pub requests: &'static MetricDef,
    /// Share of attempts that failed, requests that were never sent among them.
    pub failed: &'static MetricDef,
    /// Time from the intended start to the end of an attempt.
    pub response_time: &'static MetricDef,
    /// Failed attempts by class.
    pub errors: &'static MetricDef,
    /// Requests that the server did not process and that were sent again.
    pub resent: &'static MetricDef,
    /// Trends of the section, in their order.
    pub trends: &'static [&'static MetricDef],
}

/// The protocols.
pub static PROTOCOLS: [ProtocolMetrics; 1] = [ProtocolMetrics {
    title: "HTTP",
    requests: &HTTP_REQS,
    failed: &HTTP_REQ_FAILED,
    response_time: &HTTP_REQ_RESPONSE_TIME,
    errors: &HTTP_ERRORS,
    resent: &RESENT_REQUESTS,
    trends: &[
        &HTTP_REQ_RESPONSE_TIME,
        &HTTP_REQ_DURATION,
        &HTTP_REQ_BLOCKED,
        &HTTP_REQ_CONNECTING,
        &HTTP_REQ_TLS_HANDSHAKING,
        &HTTP_REQ_SENDING,
        &HTTP_REQ_WAITING,
        &HTTP_REQ_RECEIVING,
    ],
}];

/// Whether a metric has a role in a protocol: `has_role(metric, |protocol| protocol.failed)`.
#[must_use]
pub fn has_role(metric: &MetricDef, role: impl Fn(&ProtocolMetrics) -> &'static MetricDef) -> bool {
    PROTOCOLS.iter().any(|protocol| role(protocol).name == metric.name)
}

/// The metrics of one iteration, in the order of [`IterationMetric`].
pub static ITERATION_FAMILY: [&MetricDef; 5] =
    [&ITERATIONS, &ITERATION_DURATION, &ITERATION_RESPONSE_TIME, &DROPPED_ITERATIONS, &SCHEDULE_LAG];

/// Position of a metric in [`ITERATION_FAMILY`].
#[derive(Debug, Clone, Copy)]
#[expect(missing_docs, reason = "named as the metrics are")]
pub enum IterationMetric {
    Iterations,
    Duration,
    ResponseTime,
    Dropped,
    ScheduleLag,
}

/// Gauges that outputs of single samples get once a second, as the sum of all scenarios and workers.
pub static SAMPLED_GAUGES: [&MetricDef; 7] =
    [&VUS, &VUS_MAX, &SSE_STREAMS_OPEN, &WS_SOCKETS_OPEN, &TARGET_RATE, &GENERATOR_RSS, &GENERATOR_OPEN_SOCKETS];

/// Findings at the end of a run.
pub static VERDICTS: [&MetricDef; 5] =
    [&VERDICT_DEGRADATION, &VERDICT_RECOVERY_TIME, &VERDICT_LAST_GOOD_RATE, &VERDICT_MAX_SUSTAINED_RATE, &VERDICT_LEAK];

/// Looks a metric up by name.
#[must_use]
pub fn find(name: &str) -> Option<&'static MetricDef> {
    ALL.iter().find(|metric| metric.name == name).copied()
}

#[cfg(test)]
mod tests;
