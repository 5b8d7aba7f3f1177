//! WebSockets at `/ws`: an echo, and messages of its own, whose times, forms, violations and ends are planned by the query.
//!
//! ```text
//!  request ─▶ handshake ─ 101 ─▶ Conversation ─┬─ frames of the client ─▶ echo, pong, close
//!                └ 400, 401, 426               └─ planned times: messages, pings, an end, a violation
//! ```

mod conversant;
mod conversation;
mod frame;
mod handshake;
mod log;
mod options;
#[cfg(test)]
mod tests;
mod violation;

use hyper::http::request::Parts;
use hyper::upgrade::OnUpgrade;

use super::builtin::Reply;
pub(super) use conversation::converse;
pub(super) use log::SocketLog;
use options::SocketOptions;

/// What is done with the connection of a request once it is a WebSocket.
#[derive(Debug)]
pub(super) struct SocketPlan(SocketOptions);

/// A connection that becomes a WebSocket.
pub(super) type Upgrade = (OnUpgrade, SocketPlan);

/// The bus of events of AgentCore.
const EVENTS: &str = "/api/v1/ws/events";

/// What `/ws` and the bus of events answer; none for any other path.
pub(super) fn answer(head: &Parts) -> Option<Reply> {
    let path = head.uri.path();
    matches!(path, "/ws" | EVENTS).then(|| handshake::answer(head, path == EVENTS))
}
