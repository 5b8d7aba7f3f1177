//! The Model Context Protocol over streamable HTTP: messages are composed and answers judged here, and a user's sessions
//! are kept. `executor/mcp` sends them.
//!
//! ```text
//!  head and parameters of a step ─▶ compose ─▶ a POST with the headers of its revision
//!  the answer, matched by jsonrpc ─▶ result ─▶ tool error, next page, input wanted
//!                                    opening ─▶ the revision and the session's id
//! ```

pub(crate) mod compose;
pub(crate) mod opening;
pub(crate) mod result;
pub(crate) mod session;

pub(crate) use compose::{Composer, Meta};
pub(crate) use session::{McpSession, McpSessions, OpenSession};
