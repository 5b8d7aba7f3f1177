//! Protocols: open connections, put requests on the wire, read responses, and mark every phase on a probe.
//!
//! Owns name look-up, TCP, TLS, HTTP/1.1, HTTP/2 and WebSocket of the load, and what HTTP clients do by themselves:
//! cookies, redirects, challenges, decompression. Never decides when to send, never aggregates, never
//! retries silently: what a server did not process, by its own word, is sent again and counted. All failures come from one closed list, by the phase in which they happened.
//! Start with [`probe`], then [`session`].

pub(crate) mod a2a;
pub(crate) mod agui;
pub(crate) mod buffered_body;
pub(crate) mod connect;
pub(crate) mod cookies;
pub(crate) mod deadline;
pub(crate) mod debug;
pub(crate) mod decode;
pub(crate) mod digest;
pub(crate) mod error_class;
pub(crate) mod exchange;
pub(crate) mod failure;
pub(crate) mod follow;
pub(crate) mod head_lines;
pub(crate) mod http1;
pub(crate) mod http2;
pub(crate) mod jsonrpc;
pub(crate) mod known;
pub(crate) mod mcp;
pub(crate) mod names;
pub(crate) mod outgoing;
pub(crate) mod probe;
pub(crate) mod rate_limit;
mod resend;
pub(crate) mod response_head;
pub(crate) mod session;
pub(crate) mod sessions;
pub(crate) mod sse;
pub(crate) mod stream;
pub(crate) mod tls;
pub(crate) mod upgrade;
pub(crate) mod websocket;

pub(crate) use connect::Network;
pub(crate) use error_class::{ErrorClass, Phase};
pub(crate) use failure::{Cause, Failure, NotProcessed};
pub(crate) use outgoing::{Outgoing, ResponseHandler};
pub(crate) use probe::{Attempt, Probe};
pub(crate) use rate_limit::{RateLimit, Turn};
pub(crate) use session::{HttpSession, Lane};
pub(crate) use sessions::Sessions;
