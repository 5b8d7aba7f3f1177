//! The closed list of ways in which an attempt can fail. Classes are chosen by phase and error kind, never by message.

use std::io;

/// The phase of an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(crate) enum Phase {
    /// Name look-up.
    #[default]
    Dns,
    /// Opening the TCP connection.
    Connect,
    /// TLS handshake.
    Tls,
    /// Writing the request.
    Send,
    /// Waiting for the first byte of the response.
    Wait,
    /// Reading the response.
    Body,
}

/// Why an attempt failed; the value of the label `error_class`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub(crate) enum ErrorClass {
    /// The name could not be resolved.
    Dns,
    /// No listener on the port.
    ConnectRefused,
    /// No route, or another failure to connect.
    Connect,
    /// This machine is out of sockets, ports or descriptors: an error of the generator, not of the target.
    NoSocket,
    /// The TLS handshake failed.
    Tls,
    /// The connection broke while the request was written.
    Send,
    /// The connection was closed before a response began.
    Closed,
    /// The connection was reset before a response began.
    Reset,
    /// The profile blocks the name or the address.
    Blocked,
    /// The proxy did not open a tunnel to the server.
    Proxy,
    /// The response is not HTTP.
    Protocol,
    /// The body's compression is damaged.
    Decompression,
    /// Too many redirects, or one to an invalid URL.
    Redirect,
    /// The response ended early.
    Body,
    /// The time-out passed during name look-up, connect or TLS.
    TimeoutConnect,
    /// The time-out passed while the request was written.
    TimeoutSend,
    /// The time-out passed before the first byte.
    TimeoutWait,
    /// The time-out passed while the response was read.
    TimeoutBody,
    /// No byte of the response came for longer than the idle time-out.
    TimeoutIdle,
    /// The run ended first.
    Cancelled,
    /// An unexpected status of 400 to 499.
    Status4xx,
    /// An unexpected status of 500 to 599.
    Status5xx,
    /// Any other unexpected status.
    Status,
    /// An expected status, but not what the profile demands of the response.
    Content,
    /// The response is no event stream.
    StreamType,
    /// An event is too long, or not what the layout of the stream has.
    StreamEvent,
    /// The server reported an error in the stream.
    StreamError,
    /// The stream ended before its answer was complete, or before the step had what it waits for.
    StreamIncomplete,
    /// The events of an agent's run are not in the order of AG-UI.
    AguiOrder,
    /// The response is no answer of JSON-RPC 2.0.
    RpcInvalid,
    /// The response to a call has no answer in it.
    RpcNoAnswer,
    /// The id of an answer is wrong, missing or double.
    RpcId,
    /// A call was answered with an error.
    RpcError,
    /// The result of a tool says that it failed.
    McpToolError,
    /// A server of MCP no longer knows the session.
    McpSessionExpired,
    /// A server of MCP speaks no revision that loadagent does.
    McpRevision,
    /// A server of MCP asks for input before it goes on.
    McpInputRequired,
    /// The card of an agent is none, or has no interface that loadagent speaks.
    A2aCard,
    /// The task of an agent failed, or was rejected or cancelled.
    A2aTaskFailed,
    /// An agent asks for input or for authentication before its task goes on.
    A2aInputRequired,
    /// The task of an agent was still open when its time was over.
    A2aTaskOpen,
    /// The response to a WebSocket handshake does not fit the request.
    WsHandshake,
    /// The server violated the WebSocket protocol.
    WsProtocol,
    /// A text of the server is not UTF-8.
    WsText,
    /// A message of the server is too long.
    WsSize,
    /// The server closed the socket before the step had what it waits for.
    WsClosed,
    /// The connection ended without a close frame.
    WsDropped,
    /// The message that a step waits for did not come in time.
    WsTimeout,
    /// Rate limited by the target, with a status that the profile expects. Not a failure.
    Limited,
}

impl ErrorClass {
    /// All classes.
    pub(crate) const ALL: [Self; 49] = [
        Self::Dns,
        Self::ConnectRefused,
        Self::Connect,
        Self::NoSocket,
        Self::Tls,
        Self::Send,
        Self::Closed,
        Self::Reset,
        Self::Blocked,
        Self::Proxy,
        Self::Protocol,
        Self::Decompression,
        Self::Redirect,
        Self::Body,
        Self::TimeoutConnect,
        Self::TimeoutSend,
        Self::TimeoutWait,
        Self::TimeoutBody,
        Self::TimeoutIdle,
        Self::Cancelled,
        Self::Status4xx,
        Self::Status5xx,
        Self::Status,
        Self::Content,
        Self::StreamType,
        Self::StreamEvent,
        Self::StreamError,
        Self::StreamIncomplete,
        Self::AguiOrder,
        Self::RpcInvalid,
        Self::RpcNoAnswer,
        Self::RpcId,
        Self::RpcError,
        Self::McpToolError,
        Self::McpSessionExpired,
        Self::McpRevision,
        Self::McpInputRequired,
        Self::A2aCard,
        Self::A2aTaskFailed,
        Self::A2aInputRequired,
        Self::A2aTaskOpen,
        Self::WsHandshake,
        Self::WsProtocol,
        Self::WsText,
        Self::WsSize,
        Self::WsClosed,
        Self::WsDropped,
        Self::WsTimeout,
        Self::Limited,
    ];

    /// The label value.
    #[must_use]
    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::Dns => "dns",
            Self::ConnectRefused => "connect_refused",
            Self::Connect => "connect",
            Self::NoSocket => "no_socket",
            Self::Tls => "tls",
            Self::Send => "send",
            Self::Closed => "closed",
            Self::Reset => "reset",
            Self::Blocked => "blocked",
            Self::Proxy => "proxy",
            Self::Protocol => "protocol",
            Self::Decompression => "decompression",
            Self::Redirect => "redirect",
            Self::Body => "body",
            Self::TimeoutConnect => "timeout_connect",
            Self::TimeoutSend => "timeout_send",
            Self::TimeoutWait => "timeout_wait",
            Self::TimeoutBody => "timeout_body",
            Self::TimeoutIdle => "timeout_idle",
            Self::Cancelled => "cancelled",
            Self::Status4xx => "status_4xx",
            Self::Status5xx => "status_5xx",
            Self::Status => "status",
            Self::Content => "content",
            Self::StreamType => "stream_type",
            Self::StreamEvent => "stream_event",
            Self::StreamError => "stream_error",
            Self::StreamIncomplete => "stream_incomplete",
            Self::AguiOrder => "agui_order",
            Self::RpcInvalid => "rpc_invalid",
            Self::RpcNoAnswer => "rpc_no_answer",
            Self::RpcId => "rpc_id",
            Self::RpcError => "rpc_error",
            Self::McpToolError => "mcp_tool_error",
            Self::McpSessionExpired => "mcp_session_expired",
            Self::McpRevision => "mcp_revision",
            Self::McpInputRequired => "mcp_input_required",
            Self::A2aCard => "a2a_card",
            Self::A2aTaskFailed => "a2a_task_failed",
            Self::A2aInputRequired => "a2a_input_required",
            Self::A2aTaskOpen => "a2a_task_open",
            Self::WsHandshake => "ws_handshake",
            Self::WsProtocol => "ws_protocol",
            Self::WsText => "ws_text",
            Self::WsSize => "ws_size",
            Self::WsClosed => "ws_closed",
            Self::WsDropped => "ws_dropped",
            Self::WsTimeout => "ws_timeout",
            Self::Limited => "limited",
        }
    }

    /// The meaning, for reports.
    #[must_use]
    pub(crate) fn meaning(self) -> &'static str {
        match self {
            Self::Dns => "the name could not be resolved",
            Self::ConnectRefused => "connection refused (no listener on the port)",
            Self::Connect => "no connection could be opened",
            Self::NoSocket => "this machine ran out of sockets or ports",
            Self::Tls => "the TLS handshake failed",
            Self::Send => "the connection broke while sending",
            Self::Closed => "closed by the server before a response",
            Self::Reset => "reset by the server before a response",
            Self::Blocked => "host or address blocked by the profile",
            Self::Proxy => "the proxy refused the tunnel",
            Self::Protocol => "the response is not valid HTTP",
            Self::Decompression => "the body's compression is damaged",
            Self::Redirect => "too many redirects, or an invalid Location",
            Self::Body => "the response broke off",
            Self::TimeoutConnect => "timed out while connecting",
            Self::TimeoutSend => "timed out while sending",
            Self::TimeoutWait => "timed out waiting for the response",
            Self::TimeoutBody => "timed out while reading the response",
            Self::TimeoutIdle => "no byte of the response for longer than `idle_timeout`",
            Self::Cancelled => "cut off by loadagent at a ramp-down or at the end",
            Self::Status4xx => "unexpected status 4xx",
            Self::Status5xx => "unexpected status 5xx",
            Self::Status => "unexpected status",
            Self::Content => "the response does not meet the profile's expectations",
            Self::StreamType => "the response is no event stream",
            Self::StreamEvent => "an event is too long, or not what the layout has",
            Self::StreamError => "the server reported an error in the stream",
            Self::StreamIncomplete => "the stream ended before it was complete",
            Self::AguiOrder => "the events of an agent's run are not in the order of AG-UI",
            Self::RpcInvalid => "the response is no answer of JSON-RPC 2.0",
            Self::RpcNoAnswer => "the response to a call has no answer in it",
            Self::RpcId => "the id of an answer is wrong, missing or double",
            Self::RpcError => "a call was answered with an error",
            Self::McpToolError => "the result of a tool says that it failed",
            Self::McpSessionExpired => "the MCP server no longer knows the session",
            Self::McpRevision => "the MCP server speaks no revision that loadagent does",
            Self::McpInputRequired => "the MCP server asks for input before it goes on",
            Self::A2aCard => "the card of the agent has no interface that loadagent speaks",
            Self::A2aTaskFailed => "the agent says that the task failed, or was rejected or cancelled",
            Self::A2aInputRequired => "the agent asks for input or authentication before it goes on",
            Self::A2aTaskOpen => "the task of the agent was still open",
            Self::WsHandshake => "the response does not accept the WebSocket handshake",
            Self::WsProtocol => "the server violated the WebSocket protocol",
            Self::WsText => "a WebSocket text is not UTF-8",
            Self::WsSize => "a WebSocket message is too long",
            Self::WsClosed => "the server closed the WebSocket early",
            Self::WsDropped => "the connection of the WebSocket ended without a close frame",
            Self::WsTimeout => "the expected WebSocket message did not come in time",
            Self::Limited => "rate limited, as the profile expects",
        }
    }

    /// The class of a time-out in a phase.
    #[must_use]
    pub(crate) fn timeout_in(phase: Phase) -> Self {
        match phase {
            Phase::Dns | Phase::Connect | Phase::Tls => Self::TimeoutConnect,
            Phase::Send => Self::TimeoutSend,
            Phase::Wait => Self::TimeoutWait,
            Phase::Body => Self::TimeoutBody,
        }
    }

    /// The class of an unexpected status.
    #[must_use]
    pub(crate) fn of_status(status: u16) -> Self {
        match status {
            400..=499 => Self::Status4xx,
            500..=599 => Self::Status5xx,
            _ => Self::Status,
        }
    }

    /// The class of an I/O error in a phase.
    #[must_use]
    pub(crate) fn of_io(phase: Phase, error: &io::Error) -> Self {
        const EMFILE: i32 = 24;
        const ENFILE: i32 = 23;
        match (phase, error.kind()) {
            _ if matches!(error.raw_os_error(), Some(EMFILE | ENFILE)) => Self::NoSocket,
            (Phase::Connect, io::ErrorKind::AddrNotAvailable) => Self::NoSocket,
            (Phase::Dns, _) => Self::Dns,
            (Phase::Connect, io::ErrorKind::ConnectionRefused) => Self::ConnectRefused,
            (Phase::Connect, io::ErrorKind::TimedOut) => Self::TimeoutConnect,
            (Phase::Connect, _) => Self::Connect,
            (Phase::Tls, _) => Self::Tls,
            (Phase::Send, _) => Self::Send,
            (Phase::Wait, io::ErrorKind::UnexpectedEof) => Self::Closed,
            (Phase::Wait, _) => Self::Reset,
            (Phase::Body, _) => Self::Body,
        }
    }

    /// Whether the attempt failed; a limit that the profile expects is an answer.
    #[must_use]
    pub(crate) fn is_failure(self) -> bool {
        self != Self::Limited
    }

    /// Whether this is a time-out: the attempt then took *at least* the measured time.
    #[must_use]
    pub(crate) fn is_timeout(self) -> bool {
        matches!(
            self,
            Self::TimeoutConnect | Self::TimeoutSend | Self::TimeoutWait | Self::TimeoutBody | Self::TimeoutIdle
        )
    }
}

#[cfg(test)]
mod tests;
