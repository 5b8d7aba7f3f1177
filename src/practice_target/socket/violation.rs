//! Ways in which the server violates RFC 6455, each by its name.

use hyper::body::Bytes;

use crate::practice_target::value_error::ValueError;

/// A violation on an open socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Violation {
    /// A frame that is wrong by itself.
    Frame(&'static str, &'static [u8]),
    /// A frame that announces 1 GiB, and sends it as long as the client takes it.
    Huge,
    /// Nothing is answered any more, neither pings nor a close frame.
    Silence,
    /// Nothing is read any more.
    Stop,
}

/// Frames that are wrong by themselves.
const FRAMES: [Violation; 15] = [
    Violation::Frame("mask", &[0x81, 0x81, 1, 2, 3, 4, 5]),
    Violation::Frame("rsv1", &[0xc1, 1, b'a']),
    Violation::Frame("rsv2", &[0xa1, 1, b'a']),
    Violation::Frame("rsv3", &[0x91, 1, b'a']),
    Violation::Frame("opcode", &[0x83, 0]),
    Violation::Frame("fragmented_ping", &[0x09, 0]),
    Violation::Frame("long_ping", &[0x89, 126, 0, 126]),
    Violation::Frame("continuation", &[0x80, 1, b'a']),
    Violation::Frame("interleaved", &[0x01, 1, b'a', 0x81, 1, b'b']),
    Violation::Frame("long_form", &[0x82, 126, 0, 1, 7]),
    Violation::Frame("length", &[0x82, 127, 0x80, 0, 0, 0, 0, 0, 0, 0]),
    Violation::Frame("utf8", &[0x81, 1, 0xff]),
    Violation::Frame("close_length", &[0x88, 1, 3]),
    Violation::Frame("close_code", &[0x88, 2, 3, 0xed]),
    Violation::Frame("close_text", &[0x88, 3, 3, 0xe8, 0xff]),
];

impl Violation {
    /// Reads the name of one.
    pub(super) fn parse(text: &str) -> Result<Self, ValueError> {
        let mut all = FRAMES.into_iter().chain([Self::Huge, Self::Silence, Self::Stop]);
        all.find(|violation| violation.name() == text).ok_or_else(|| ValueError::form(text, "violation", KNOWN))
    }

    /// Its name.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Frame(name, _) => name,
            Self::Huge => "huge",
            Self::Silence => "silence",
            Self::Stop => "stop",
        }
    }
}

const KNOWN: &str = "one of mask, rsv1, rsv2, rsv3, opcode, fragmented_ping, long_ping, continuation, interleaved, \
                     long_form, length, utf8, close_length, close_code, close_text, huge, silence and stop";

/// The head of a binary frame of 1 GiB.
pub(super) const HUGE: [u8; 10] = [0x82, 127, 0, 0, 0, 0, 0x40, 0, 0, 0];
/// A part of its payload.
pub(super) const PAGE: Bytes = Bytes::from_static(&[0; 64 * 1024]);
/// How many of these there are.
pub(super) const PAGES: usize = 16 * 1024;

/// A violation in the handshake.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum HandshakeViolation {
    /// `Sec-WebSocket-Accept` answers another key.
    Accept,
    /// `Upgrade` names another protocol.
    Upgrade,
    /// A subprotocol that was not offered.
    Subprotocol,
    /// An extension that was not offered.
    Extension,
}

impl HandshakeViolation {
    /// Reads the name of one.
    pub(super) fn parse(text: &str) -> Result<Self, ValueError> {
        Ok(match text {
            "accept" => Self::Accept,
            "upgrade" => Self::Upgrade,
            "subprotocol" => Self::Subprotocol,
            "extension" => Self::Extension,
            _ => {
                let form = "one of accept, upgrade, subprotocol and extension";
                return Err(ValueError::form(text, "violation of a handshake", form));
            }
        })
    }
}
