//! Requests as compiled from a profile: constant parts rendered once, nothing parsed while running.

use std::{sync::Arc, time::Duration};

use url::Url;

use super::{http::Digest, rendering::Rendering};
use crate::language::Expr;

/// A server: scheme, host and port.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Origin {
    /// Whether to speak TLS.
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

/// A whole request as HTTP/1.1 would send it. Every protocol version starts from these bytes: there is one rendering.
#[derive(Debug, Clone, Default)]
pub(crate) struct Wire {
    /// Request line, header lines, blank line and body.
    pub bytes: Arc<[u8]>,
    /// Where the blank line begins: further header lines (trace context, cookies) go in front of it.
    pub splice: usize,
}

impl Wire {
    /// A request from its head (request line and header lines, each with its line end) and its body.
    #[must_use]
    pub(crate) fn new(head: &[u8], body: &[u8]) -> Self {
        Self { bytes: [head, b"\r\n", body].concat().into(), splice: head.len() }
    }
}

/// A request as a flow makes it: what is always the same, and what comes from the values of a user.
#[derive(Debug, Clone, Default)]
pub(crate) struct Request {
    /// What is always the same.
    pub spec: RequestSpec,
    /// How the rest is rendered; None when all of it is always the same.
    pub rendering: Option<Rendering>,
    /// What a response with an expected status must fulfil besides, to count as one.
    pub demands: Option<Expr>,
    /// Whether it is sent only when needed, as one for a token is: it doesn't count as a request of each iteration.
    pub internal: bool,
}

/// The constant parts of a request.
#[derive(Debug, Clone, Default)]
pub(crate) struct RequestSpec {
    /// HTTP method, upper case.
    pub method: String,
    /// Position in the plan's origins.
    pub origin: usize,
    /// What goes over the wire, as far as it is always the same.
    pub wire: Wire,
    /// Whether the response to this method never has a body.
    pub bodyless: bool,
    /// Longest time from ready to last byte.
    pub timeout: Duration,
    /// Longest time without a byte of the response.
    pub idle_timeout: Option<Duration>,
    /// Whether something reads the response's head.
    pub keep_head: bool,
    /// Whether something reads the response's body.
    pub keep_body: bool,
    /// Statuses that are not a failure: inclusive ranges.
    pub expected: Arc<[(u16, u16)]>,
    /// Statuses by which the target says that it was asked too often: neither expected nor a failure.
    pub limited: Arc<[(u16, u16)]>,
    /// How many redirects are followed, if not as many as the run allows.
    pub redirects: Option<u32>,
    /// Answers a challenge to digest authentication.
    pub digest: Option<Arc<Digest>>,
}

impl RequestSpec {
    /// Whether a status is what the profile expects (200 to 399 unless it says otherwise, as in k6).
    #[must_use]
    pub(crate) fn expects(&self, status: u16) -> bool {
        within(&self.expected, status)
    }

    /// Whether a status says that the target was asked too often.
    #[must_use]
    pub(crate) fn is_limit(&self, status: u16) -> bool {
        within(&self.limited, status)
    }
}

/// Whether a status lies in one of several inclusive ranges.
#[must_use]
pub(crate) fn within(ranges: &[(u16, u16)], status: u16) -> bool {
    ranges.iter().any(|(low, high)| (*low..=*high).contains(&status))
}
