//! Compiled requests: constant parts are rendered once, and nothing is parsed while the load runs.

use std::{sync::Arc, time::Duration};

use url::Url;

use super::{
    a2a::A2aSpec, event_stream::EventStreamSpec, http::Digest, mcp::McpSpec, rendering::Rendering, rpc::RpcSpec,
    websocket::WebSocketSpec,
};
use crate::language::Expr;

/// A server: scheme, host and port.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Origin {
    /// Whether it uses TLS.
    pub tls: bool,
    /// Host name or address, without brackets.
    pub host: String,
    /// Port.
    pub port: u16,
}

impl Origin {
    /// The server of a URL.
    #[must_use]
    pub(crate) fn of(url: &Url) -> Self {
        let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']).to_owned();
        Self { tls: url.scheme() == "https", host, port: url.port_or_known_default().unwrap_or(80) }
    }
}

/// A whole request in the form of HTTP/1.1. Other versions of HTTP are derived from these bytes.
#[derive(Debug, Clone, Default)]
pub(crate) struct Wire {
    /// Request line, header lines, blank line and body.
    pub bytes: Arc<[u8]>,
    /// Position of the blank line: further header lines (trace context, cookies) are inserted before it.
    pub splice: usize,
}

impl Wire {
    /// A request from its head (request line and header lines, each with its line end) and its body.
    #[must_use]
    pub(crate) fn new(head: &[u8], body: &[u8]) -> Self {
        Self { bytes: [head, b"\r\n", body].concat().into(), splice: head.len() }
    }
}

/// A compiled request: its constant parts, and the rendering of the computed ones.
#[derive(Debug, Clone, Default)]
pub(crate) struct Request {
    pub spec: RequestSpec,
    /// Rendering of computed parts; None if the request is constant.
    pub rendering: Option<Rendering>,
    /// Additional condition of success (`that` in `expect`).
    pub demands: Option<Expr>,
    /// Condition of a rate limit (`limited` in `expect`), besides the status.
    pub limits: Option<Expr>,
    /// Tags that are computed from the response.
    pub response_tags: Vec<(String, Expr)>,
    /// Whether it is sent only when needed, such as a token request: it doesn't count as a request of each iteration.
    pub internal: bool,
}

/// The constant parts of a request.
#[derive(Debug, Clone, Default)]
pub(crate) struct RequestSpec {
    /// HTTP method, upper case.
    pub method: String,
    /// Index among the plan's origins.
    pub origin: usize,
    /// The bytes of a constant request.
    pub wire: Wire,
    /// Whether responses to this method have no body.
    pub bodyless: bool,
    /// Maximum time from the start of the attempt to the last byte.
    pub timeout: Duration,
    /// Maximum time without a byte of the response.
    pub idle_timeout: Option<Duration>,
    /// How long the body is read at most; what is left of it then is no failure.
    pub read_for: Option<Duration>,
    /// Whether the response's head is needed.
    pub keep_head: bool,
    /// Whether the response's body is needed.
    pub keep_body: bool,
    /// Statuses of success, as inclusive ranges.
    pub expected: Arc<[(u16, u16)]>,
    /// Statuses of a rate limit, as inclusive ranges: neither success nor failure.
    pub limited: Arc<[(u16, u16)]>,
    /// Maximum number of redirects; None for the default of the run.
    pub redirects: Option<u32>,
    /// Credentials for digest authentication.
    pub digest: Option<Arc<Digest>>,
    /// How the response is read as a stream of events, if it is one.
    pub events: Option<Arc<EventStreamSpec>>,
    /// How the answers to its calls are judged, if it has calls of JSON-RPC.
    pub rpc: Option<Arc<RpcSpec>>,
    /// What it asks of a server of MCP, if it does.
    pub mcp: Option<Arc<McpSpec>>,
    /// What it asks of an agent of A2A, if it does.
    pub a2a: Option<Arc<A2aSpec>>,
    /// The socket that it opens, if it is the handshake of one.
    pub websocket: Option<Arc<WebSocketSpec>>,
}

impl RequestSpec {
    /// Whether a status is a success (by default 200 to 399, as in k6).
    #[must_use]
    pub(crate) fn expects(&self, status: u16) -> bool {
        within(&self.expected, status)
    }

    /// Whether a status is a rate limit.
    #[must_use]
    pub(crate) fn is_limit(&self, status: u16) -> bool {
        within(&self.limited, status)
    }
}

/// Whether a status is in one of several inclusive ranges.
#[must_use]
pub(crate) fn within(ranges: &[(u16, u16)], status: u16) -> bool {
    ranges.iter().any(|(low, high)| (*low..=*high).contains(&status))
}
