//! WebSocket (RFC 6455) over HTTP/1.1: the handshake, frames, and an open socket.
//!
//! ```text
//!  handshake ─▶ Upgraded ─▶ Socket ─┬─ Outbox  frames that wait to be written
//!                                   └─ Parser  bytes of a read ─▶ messages, pings, pongs, close
//! ```
//!
//! An idle socket owns no buffer: it reads through the worker's scratch space, and a buffer for what could not be written or
//! came in parts is given back when it is empty. Compression has no state of a socket either, see [`deflate`].

pub(crate) mod close;
pub(crate) mod deflate;
pub(crate) mod frame;
mod handshake;
pub(crate) mod parser;
pub(crate) mod socket;
