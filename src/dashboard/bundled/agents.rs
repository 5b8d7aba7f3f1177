//! Agent traffic: event streams, the answers of language models in them, calls and tasks of agents, and WebSockets.

use super::{BundledDashboard, shared};
use crate::{
    dashboard::{
        Dashboard, DataSource, Row,
        panel::Panel,
        query::{Series, Window},
        transform::Column,
    },
    metric::{MetricDef, catalogue as c},
};

pub(super) fn dashboard(data_source: DataSource) -> Dashboard {
    Dashboard {
        topic: BundledDashboard::Agents,
        title: "Agents",
        description: "Event streams and language models: how fast does an answer begin, how evenly does it flow, and \
                      is it complete?",
        rows: vec![
            Row {
                title: "Summary",
                panels: vec![
                    shared::requests_in_all(),
                    shared::failed_in_all(),
                    first_token_in_all(),
                    output_tokens_in_all(),
                    goodput_in_all(),
                    longest_gap_in_all(),
                ],
            },
            Row {
                title: "Answers of language models",
                panels: vec![first_token(), between_tokens(), tokens(), goodput(), finish_reasons(), whole_answer()],
            },
            Row {
                title: "Event streams",
                panels: vec![
                    first_event(),
                    gaps(),
                    streams_open(),
                    events(),
                    stream_duration(),
                    shared::errors_by_class(),
                ],
            },
            Row { title: "JSON-RPC calls", panels: vec![calls(), call_times(), call_errors()] },
            Row {
                title: "MCP",
                panels: vec![mcp_requests(), mcp_times(), mcp_errors(), mcp_sessions(), mcp_session_times()],
            },
            a2a(),
            agui(),
            Row {
                title: "WebSockets",
                panels: vec![
                    sockets_open(),
                    messages(),
                    round_trip(),
                    opening(),
                    socket_duration(),
                    close_codes(),
                    socket_errors(),
                ],
            },
            Row { title: "Jobs", panels: vec![job_time(), job_delay(), jobs()] },
            shared::verdicts(),
            Row { title: "Steps", panels: vec![steps(), answers()] },
        ],
        variables: shared::run_and_scenario(data_source),
        refresh: "5s",
        from: "now-15m",
        stage_step: Some("5s"),
    }
}

fn a2a() -> Row {
    Row {
        title: "A2A",
        panels: vec![
            a2a_requests(),
            a2a_times(),
            a2a_errors(),
            a2a_tasks(),
            a2a_task_times(),
            a2a_states(),
            a2a_streams(),
            a2a_steps(),
        ],
    }
}

fn agui() -> Row {
    Row {
        title: "AG-UI",
        panels: vec![agui_first(), agui_run_times(), agui_tool_times(), agui_runs(), agui_events(), agui_order()],
    }
}

fn over_run(metric: &'static MetricDef) -> Series {
    Series::of(metric).over(Window::Run)
}

fn first_token_in_all() -> Panel {
    Panel::stat(
        "Time to first token, p95",
        "From the intended start to the first piece of an answer",
        over_run(&c::LLM_TIME_TO_FIRST_TOKEN).quantile(0.95),
    )
}

fn output_tokens_in_all() -> Panel {
    Panel::stat(
        "Output tokens",
        "By the server's usage; without it, the number of chunks",
        Series::of(&c::LLM_OUTPUT_TOKENS).total(),
    )
}

fn goodput_in_all() -> Panel {
    Panel::stat(
        "Good answers",
        "Share of answers that are complete and keep all limits of `goodput`",
        over_run(&c::LLM_GOODPUT).share(),
    )
}

fn longest_gap_in_all() -> Panel {
    Panel::stat(
        "Longest silence",
        "Longest time without an event after the first one, of any stream",
        over_run(&c::SSE_LONGEST_GAP).quantile(1.0),
    )
}

fn quantiles(title: &'static str, description: &'static str, metric: &'static MetricDef) -> Panel {
    let series = |q| Series::of(metric).quantile(q);
    Panel::graph(title, description).query("p50", series(0.5)).query("p95", series(0.95)).query("p99", series(0.99))
}

fn first_token() -> Panel {
    quantiles(
        "Time to first token",
        "From the intended start to the first piece of the answer: text, reasoning or a tool call",
        &c::LLM_TIME_TO_FIRST_TOKEN,
    )
}

fn between_tokens() -> Panel {
    let description = "Inter-token latency is one mean for each answer (AIPerf's ITL, vLLM's TPOT), inter-chunk latency \
                       the time between two events with a piece of it (vLLM's ITL). Time per output token includes the \
                       first (GuideLLM)";
    let series = |metric, q| Series::of(metric).quantile(q);
    Panel::graph("Time between tokens", description)
        .query("inter-token, p50", series(&c::LLM_INTER_TOKEN_LATENCY, 0.5))
        .query("inter-token, p95", series(&c::LLM_INTER_TOKEN_LATENCY, 0.95))
        .query("inter-chunk, p99", series(&c::LLM_INTER_CHUNK_LATENCY, 0.99))
        .query("per output token, p50", series(&c::LLM_TIME_PER_OUTPUT_TOKEN, 0.5))
}

fn tokens() -> Panel {
    let description = "Tokens per second. Cached tokens are part of the input, reasoning is part of the output";
    let rate = |metric| Series::of(metric).rate();
    Panel::graph("Tokens", description)
        .query("output", rate(&c::LLM_OUTPUT_TOKENS))
        .query("input", rate(&c::LLM_INPUT_TOKENS))
        .query("cached input", rate(&c::LLM_CACHED_TOKENS))
        .query("reasoning", rate(&c::LLM_REASONING_TOKENS))
}

fn goodput() -> Panel {
    let description = "Share of answers that keep all limits of `goodput`, and answers per second without usage, whose \
                       chunks are counted as tokens";
    Panel::graph("Good answers", description)
        .query("good", Series::of(&c::LLM_GOODPUT).share())
        .query("without usage", Series::of(&c::LLM_USAGE_MISSING).rate())
}

fn finish_reasons() -> Panel {
    Panel::graph("Ends of answers", "Answers per second by the reason of their end, as the server gives it")
        .query("{reason}", Series::of(&c::LLM_FINISH_REASONS).by(&["reason"]).rate())
        .stacked()
}

fn whole_answer() -> Panel {
    quantiles(
        "Time to last token",
        "From the intended start to the last token of a complete answer",
        &c::LLM_REQUEST_LATENCY,
    )
}

fn first_event() -> Panel {
    quantiles(
        "Time to first event",
        "From the intended start to the first event. A stream that was cut off before counts with its age",
        &c::SSE_TIME_TO_FIRST_EVENT,
    )
}

fn gaps() -> Panel {
    let series = |metric, q| Series::of(metric).quantile(q);
    Panel::graph("Time between events", "Zero when one read brought both. The longest silence is one value a stream")
        .query("p50", series(&c::SSE_EVENT_GAP, 0.5))
        .query("p99", series(&c::SSE_EVENT_GAP, 0.99))
        .query("longest of a stream, p95", series(&c::SSE_LONGEST_GAP, 0.95))
}

fn streams_open() -> Panel {
    Panel::graph("Open streams", "Streams whose head was read and that have not ended, once a second")
        .query("open", Series::of(&c::SSE_STREAMS_OPEN).level())
}

fn events() -> Panel {
    Panel::graph("Events", "Events per second, and streams per second that were opened again after they ended early")
        .query("events", Series::of(&c::SSE_EVENTS).rate())
        .query("reconnections", Series::of(&c::SSE_RECONNECTS).rate())
}

fn stream_duration() -> Panel {
    quantiles(
        "Length of streams",
        "From the intended start to the end. A stream that was cut off counts with its age",
        &c::SSE_STREAM_DURATION,
    )
}

fn calls() -> Panel {
    Panel::graph("Calls", "Calls of JSON-RPC per second by method, and messages of the server beside the answers")
        .query("{rpc_method}", Series::of(&c::RPC_REQS).by(&["rpc_method"]).rate())
        .query("notifications", Series::of(&c::RPC_NOTIFICATIONS).rate())
}

fn call_times() -> Panel {
    let description =
        "From the intended start of a call to the end of its answer; in a batch to the end of the whole response";
    Panel::graph("Response time of calls, p95", description)
        .query("{rpc_method}", Series::of(&c::RPC_REQ_RESPONSE_TIME).by(&["rpc_method"]).quantile(0.95))
}

fn call_errors() -> Panel {
    let description =
        "Failed calls per second by class and by the code of their error, and the share of calls that failed";
    Panel::graph("Failed calls", description)
        .query("{error_class} {rpc_code}", Series::of(&c::RPC_ERRORS).by(&["error_class", "rpc_code"]).rate())
        .query("share", Series::of(&c::RPC_REQ_FAILED).share())
}

fn mcp_requests() -> Panel {
    Panel::graph("MCP requests", "Requests of MCP per second by method and tool, and progress notifications")
        .query("{mcp_method} {tool}", Series::of(&c::MCP_REQS).by(&["mcp_method", "tool"]).rate())
        .query("progress", Series::of(&c::MCP_PROGRESS).rate())
}

fn mcp_times() -> Panel {
    let description = "From the intended start of a request to its answer; the opening of a session counts apart";
    let series = Series::of(&c::MCP_REQ_RESPONSE_TIME).by(&["mcp_method", "tool"]).quantile(0.95);
    Panel::graph("Response time of MCP requests, p95", description).query("{mcp_method} {tool}", series)
}

fn mcp_errors() -> Panel {
    let description = "Failed requests per second by class and tool, and the share of requests that failed";
    Panel::graph("Failed MCP requests", description)
        .query("{error_class} {tool}", Series::of(&c::MCP_ERRORS).by(&["error_class", "tool"]).rate())
        .query("share", Series::of(&c::MCP_REQ_FAILED).share())
}

fn mcp_sessions() -> Panel {
    Panel::graph("MCP sessions", "Opened per second; and calls of the server that were answered")
        .query("opened", Series::of(&c::MCP_SESSIONS).rate())
        .query("calls of the server", Series::of(&c::MCP_SERVER_CALLS).rate())
}

fn mcp_session_times() -> Panel {
    Panel::graph(
        "Opening and length of MCP sessions, p95",
        "How long a user waits for a session, and how long it lasts",
    )
    .query("opening", Series::of(&c::MCP_SESSION_OPENING).quantile(0.95))
    .query("length", Series::of(&c::MCP_SESSION_DURATION).quantile(0.95))
}

fn a2a_requests() -> Panel {
    Panel::graph("A2A requests", "Requests of A2A per second by method")
        .query("{a2a_method}", Series::of(&c::A2A_REQS).by(&["a2a_method"]).rate())
}

fn a2a_times() -> Panel {
    let series = Series::of(&c::A2A_REQ_RESPONSE_TIME).by(&["a2a_method"]).quantile(0.95);
    Panel::graph(
        "Response time of A2A requests, p95",
        "From the intended start of a request to the end of its answer, or of its stream",
    )
    .query("{a2a_method}", series)
}

fn a2a_errors() -> Panel {
    let description = "Failed requests per second by class, and the share of requests that failed";
    Panel::graph("Failed A2A requests", description)
        .query("{error_class} {rpc_code}", Series::of(&c::A2A_ERRORS).by(&["error_class", "rpc_code"]).rate())
        .query("share", Series::of(&c::A2A_REQ_FAILED).share())
}

fn a2a_tasks() -> Panel {
    Panel::graph("A2A tasks", "Tasks per second by the last state that was seen")
        .query("{reason}", Series::of(&c::A2A_TASKS).by(&["reason"]).rate())
        .stacked()
}

fn a2a_task_times() -> Panel {
    let description = "Until a task was seen completed; one that was still open counts with its age";
    quantiles("Time of A2A tasks", description, &c::A2A_TASK_DURATION)
}

fn a2a_states() -> Panel {
    Panel::graph("Time of A2A tasks in a state, p95", "From when a state was seen to when another one was")
        .query("{reason}", Series::of(&c::A2A_TIME_IN_STATE).by(&["reason"]).quantile(0.95))
}

fn a2a_streams() -> Panel {
    quantiles("Time to first event of an agent", "From when the message was due", &c::A2A_TIME_TO_FIRST_EVENT)
}

fn a2a_steps() -> Panel {
    let by = |series: Series| series.by(&["name"]);
    let columns = Column::all([
        ("Events", by(Series::of(&c::A2A_EVENTS)).total()),
        ("Polls, p50", by(over_run(&c::A2A_POLLS)).quantile(0.5)),
        ("Time, p95", by(over_run(&c::A2A_TASK_DURATION)).quantile(0.95)),
    ]);
    Panel::table("A2A tasks by step", "Each step over the whole run", columns)
}

fn agui_first() -> Panel {
    let series = |metric| Series::of(metric).quantile(0.95);
    Panel::graph(
        "Beginning of runs, p95",
        "From the intended start to RUN_STARTED, the first text and the first tool call",
    )
    .query("run started", series(&c::AGUI_TIME_TO_RUN_STARTED))
    .query("first text", series(&c::AGUI_TIME_TO_FIRST_TEXT))
    .query("first tool call", series(&c::AGUI_TIME_TO_FIRST_TOOL_CALL))
}

fn agui_run_times() -> Panel {
    let description = "From the intended start to RUN_FINISHED. A run that was cut off counts with its age";
    quantiles("Length of runs", description, &c::AGUI_RUN_DURATION)
}

fn agui_tool_times() -> Panel {
    quantiles("Tool calls of runs", "From the start of a tool call to its result", &c::AGUI_TOOL_DURATION)
}

fn agui_runs() -> Panel {
    Panel::graph("Runs", "Runs per second by how they ended")
        .query("{reason}", Series::of(&c::AGUI_RUNS).by(&["reason"]).rate())
        .stacked()
}

fn agui_events() -> Panel {
    Panel::graph("Events of runs", "Events per second by their type")
        .query("{reason}", Series::of(&c::AGUI_EVENTS).by(&["reason"]).rate())
}

fn agui_order() -> Panel {
    Panel::graph("Events out of order", "Per second, by what is wrong with their place")
        .query("{reason}", Series::of(&c::AGUI_ORDER_ERRORS).by(&["reason"]).rate())
}

fn sockets_open() -> Panel {
    Panel::graph("Open WebSockets", "Once a second; and those that were opened, per second")
        .query("open", Series::of(&c::WS_SOCKETS_OPEN).level())
        .query("opened", Series::of(&c::WS_SESSIONS).rate())
        .query("opened again", Series::of(&c::WS_RECONNECTS).rate())
}

fn messages() -> Panel {
    Panel::graph("Messages", "Messages per second over WebSockets")
        .query("sent", Series::of(&c::WS_MSGS_SENT).rate())
        .query("received", Series::of(&c::WS_MSGS_RECEIVED).rate())
        .query("without an answer", Series::of(&c::WS_UNANSWERED).rate())
}

fn opening() -> Panel {
    quantiles("Opening a WebSocket", "Name look-up, connect, TLS and handshake", &c::WS_CONNECTING)
}

fn round_trip() -> Panel {
    let ping = Series::of(&c::WS_PING).quantile(0.95);
    let description = "From the time at which a message was due to its answer; and pings until their pong";
    quantiles("Round trips", description, &c::WS_ROUND_TRIP).query("ping, p95", ping)
}

fn socket_duration() -> Panel {
    quantiles(
        "Length of WebSockets",
        "From the start of the handshake to the end. One that was cut off counts with its age",
        &c::WS_SESSION_DURATION,
    )
}

fn close_codes() -> Panel {
    let description =
        "WebSockets per second by close code: 1005 is a close frame without a code, 1006 an end without a close frame";
    Panel::graph("Ends of WebSockets", description)
        .query("{reason}", Series::of(&c::WS_CLOSES).by(&["reason"]).rate())
        .stacked()
}

fn socket_errors() -> Panel {
    let description = "Per second, after the handshake, by error class; and the share of WebSockets that failed";
    Panel::graph("Failed WebSockets", description)
        .query("{reason}", Series::of(&c::WS_ERRORS).by(&["reason"]).rate())
        .query("share", Series::of(&c::WS_FAILED).share())
}

fn job_time() -> Panel {
    let series = |metric, q| Series::of(metric).quantile(q);
    Panel::graph("Time of jobs", "Until the response that showed them done. A job that timed out counts with its age")
        .query("since due, p50", series(&c::JOB_RESPONSE_TIME, 0.5))
        .query("since due, p95", series(&c::JOB_RESPONSE_TIME, 0.95))
        .query("since accepted, p95", series(&c::JOB_DURATION, 0.95))
}

fn job_delay() -> Panel {
    let series = |metric, q| Series::of(metric).quantile(q);
    Panel::graph("Jobs found late", "By the server's clock, and the most that polling can have delayed it")
        .query("by its clock, p95", series(&c::JOB_OVERSHOOT, 0.95))
        .query("at most, p95", series(&c::JOB_END_WINDOW, 0.95))
}

fn jobs() -> Panel {
    let by = |series: Series| series.by(&["name"]);
    let columns = Column::all([
        ("Failed", by(over_run(&c::JOB_FAILED)).share()),
        ("Polls, p50", by(over_run(&c::JOB_POLLS)).quantile(0.5)),
        ("Time, p95", by(over_run(&c::JOB_RESPONSE_TIME)).quantile(0.95)),
    ]);
    Panel::table("Jobs by step", "Each step over the whole run", columns)
}

fn steps() -> Panel {
    let by = |series: Series| series.by(&["name"]);
    let quantile = |metric, q| by(over_run(metric)).quantile(q);
    let columns = Column::all([
        ("Events", by(Series::of(&c::SSE_EVENTS)).total()),
        ("First event, p50", quantile(&c::SSE_TIME_TO_FIRST_EVENT, 0.5)),
        ("First event, p95", quantile(&c::SSE_TIME_TO_FIRST_EVENT, 0.95)),
        ("Gap, p50", quantile(&c::SSE_EVENT_GAP, 0.5)),
        ("Longest silence", quantile(&c::SSE_LONGEST_GAP, 1.0)),
        ("Length, p50", quantile(&c::SSE_STREAM_DURATION, 0.5)),
    ]);
    Panel::table("Streams by step", "Each step over the whole run", columns)
}

fn answers() -> Panel {
    let by = |series: Series| series.by(&["name"]);
    let quantile = |metric, q| by(over_run(metric)).quantile(q);
    let columns = Column::all([
        ("Output tokens", by(Series::of(&c::LLM_OUTPUT_TOKENS)).total()),
        ("First token, p50", quantile(&c::LLM_TIME_TO_FIRST_TOKEN, 0.5)),
        ("First token, p95", quantile(&c::LLM_TIME_TO_FIRST_TOKEN, 0.95)),
        ("Between tokens, p50", quantile(&c::LLM_INTER_TOKEN_LATENCY, 0.5)),
        ("Last token, p95", quantile(&c::LLM_REQUEST_LATENCY, 0.95)),
    ]);
    Panel::table("Answers by step", "Each step over the whole run", columns)
}
