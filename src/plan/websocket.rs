//! `websocket` steps: what a user does with an open socket.

use std::{sync::Arc, time::Duration};

use super::rendering::{self, Piece, Unrenderable};
use crate::{
    language::{EvalContext, Expr},
    metric::{MetricDef, catalogue as c},
};

/// Whether an end point may send a close code: those of the registry, and those of libraries and applications
/// (RFC 6455, section 7.4).
#[must_use]
pub(crate) fn is_close_code(code: u16) -> bool {
    matches!(code, 1000..=1003 | 1007..=1014 | 3000..=4999)
}

/// A socket, and what is done with it.
#[derive(Debug, Clone, Default)]
pub(crate) struct WebSocketSpec {
    /// Sub-protocols that are offered.
    pub subprotocols: Vec<String>,
    /// Whether compression is offered.
    pub deflates: bool,
    /// Start of the operations on the open socket.
    pub steps: usize,
    /// Start of the operations for each message.
    pub on_message: Option<usize>,
    /// Close codes with which the server may end it; 1006 is an end without a close frame.
    pub may_close: Vec<u16>,
    /// How answers are found.
    pub round_trip: Option<RoundTrip>,
    /// Operations that are repeated while the socket is open.
    pub periodic: Option<Periodic>,
    /// Time between pings.
    pub ping: Option<Duration>,
    /// How often it is opened again after the server ended it.
    pub reconnect: u32,
}

impl WebSocketSpec {
    /// Whether a socket has observations of a metric.
    #[must_use]
    pub(crate) fn records(&self, metric: &MetricDef) -> bool {
        if [&c::WS_ROUND_TRIP, &c::WS_UNANSWERED].contains(&metric) {
            return self.round_trip.is_some();
        }
        let is_optional =
            *metric == c::WS_PING && self.ping.is_none() || *metric == c::WS_RECONNECTS && self.reconnect == 0;
        !is_optional && (c::SOCKET_FAMILY.contains(&metric) || *metric == c::WS_ERRORS)
    }
}

/// How the answer to a message is found.
#[derive(Debug, Clone)]
pub(crate) enum RoundTrip {
    /// Answers come in the order of the messages.
    Order,
    /// A message and its answer have this value in common.
    Id(Expr),
}

/// Operations that are repeated.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Periodic {
    pub every: Duration,
    /// Start of the operations.
    pub steps: usize,
}

/// What kind of message is sent.
#[derive(Debug, Clone, Copy)]
pub(crate) struct MessageKind {
    pub is_binary: bool,
    /// Whether an answer in order is expected.
    pub is_answered: bool,
}

/// An operation on the socket.
#[derive(Debug, Clone)]
pub(crate) enum SocketOp {
    /// Sends a message.
    Send { kind: MessageKind, payload: Vec<Piece> },
    /// Waits for a message.
    Expect(Arc<Expectation>),
    /// Closes the socket.
    Close(Arc<Closing>),
}

/// The message that a step waits for.
#[derive(Debug)]
pub(crate) struct Expectation {
    /// The condition on it; None for any.
    pub condition: Option<Expr>,
    /// Maximum time; that of the handshake if there is none.
    pub timeout: Option<Duration>,
}

/// How a user closes a socket.
#[derive(Debug)]
pub(crate) struct Closing {
    pub code: u16,
    pub reason: String,
}

/// What a user does with the socket next.
#[derive(Debug)]
pub(crate) enum SocketEffect {
    Send { kind: MessageKind, payload: Vec<u8> },
    Expect(Arc<Expectation>),
    Close(Arc<Closing>),
}

impl SocketOp {
    /// The effect, with the user's values.
    pub(super) fn effect(&self, eval: &mut EvalContext<'_>) -> Result<SocketEffect, Unrenderable> {
        Ok(match self {
            Self::Send { kind, payload } => {
                let mut rendered = Vec::new();
                rendering::append(payload, eval, None, &mut rendered)?;
                SocketEffect::Send { kind: *kind, payload: rendered }
            }
            Self::Expect(expectation) => SocketEffect::Expect(expectation.clone()),
            Self::Close(closing) => SocketEffect::Close(closing.clone()),
        })
    }

    /// Whether it can fail for want of a value.
    pub(super) fn can_lack_a_value(&self) -> bool {
        let Self::Send { payload, .. } = self else { return false };
        payload.iter().any(|piece| matches!(piece, Piece::Value(template, _) if template.can_be_null()))
    }
}
