//! Parses what a server sends: bytes of any length in, whole messages and control frames out.
//!
//! A message that comes in one piece is handed over where it lies. Only one that comes in parts is copied, as far as it
//! came, so that a length that a frame announces costs nothing.

use std::ops::ControlFlow;

use super::{
    deflate,
    frame::{COMPRESSED, MAX_CONTROL, MAX_HEAD, Opcode},
};
use crate::{
    plan::websocket::is_close_code,
    protocol::{ErrorClass, Failure, buffered_body::SPARE_CAPACITY},
};

/// Most bytes of a message.
pub(crate) const MAX_MESSAGE: usize = 16 * 1024 * 1024;
/// A buffer of at most so many bytes is kept for the next message.
const KEPT: usize = 256;

/// What a server sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Incoming<'a> {
    Text(&'a str),
    Binary(&'a [u8]),
    Ping(&'a [u8]),
    Pong(&'a [u8]),
    /// The close frame: its code, if it has one, and its reason.
    Close(Option<u16>, &'a str),
}

/// How a server violates the protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Violation {
    #[error("a frame has reserved bits set")]
    ReservedBits,
    #[error("a frame has the reserved opcode {0}")]
    ReservedOpcode(u8),
    #[error("a frame of the server is masked")]
    Masked,
    #[error("a control frame is fragmented")]
    FragmentedControl,
    #[error("a control frame is longer than 125 bytes")]
    LongControl,
    #[error("a frame continues no message")]
    NothingToContinue,
    #[error("a message begins before the last one ended")]
    Interleaved,
    #[error("the length of a frame is not in its shortest form")]
    LongForm,
    #[error("the length of a frame has its highest bit set")]
    LengthBit,
    #[error("a message is longer than 16 MiB")]
    TooLong,
    #[error("a text message is not UTF-8")]
    NotUtf8,
    #[error("a close frame has a payload of one byte")]
    CloseLength,
    #[error("a close frame has the code {0}, which must not be sent")]
    CloseCode(u16),
    #[error("the reason in a close frame is not UTF-8")]
    CloseReason,
    #[error("a compressed message is damaged")]
    Deflate,
}

impl Violation {
    /// The close code that says so to the server.
    #[must_use]
    pub(crate) fn code(self) -> u16 {
        match self {
            Self::NotUtf8 | Self::CloseReason | Self::Deflate => 1007,
            Self::TooLong => 1009,
            _ => 1002,
        }
    }

    /// The failure of the session.
    #[must_use]
    pub(crate) fn failure(self) -> Failure {
        let class = match self {
            Self::NotUtf8 | Self::CloseReason => ErrorClass::WsText,
            Self::TooLong => ErrorClass::WsSize,
            _ => ErrorClass::WsProtocol,
        };
        Failure::text(class, self.to_string())
    }
}

/// The head of a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Head {
    is_last: bool,
    opcode: Opcode,
    length: usize,
    /// Whether a message begins that is compressed.
    is_compressed: bool,
}

/// The parser of one connection.
#[derive(Debug, Default)]
pub(crate) struct Parser {
    /// The frame whose payload is being read.
    head: Option<Head>,
    /// Bytes of its head, or of the payload of a control frame, that came so far.
    begun: Vec<u8>,
    /// Whether messages may be compressed.
    deflates: bool,
    /// Whether the message in progress is text; None without one.
    is_text: Option<bool>,
    /// Whether it is compressed.
    is_compressed: bool,
    /// The payload of the message in progress so far.
    message: Vec<u8>,
    /// Bytes of the payload of the data frame so far, which are in `message`.
    have: usize,
}

impl Parser {
    /// A parser of a socket whose messages may be compressed.
    #[must_use]
    pub(crate) fn new(deflates: bool) -> Self {
        Self { deflates, ..Self::default() }
    }

    /// Parses bytes and hands over what they complete, until `take` breaks; returns the number of bytes used.
    ///
    /// # Errors
    /// The first violation; nothing after it means anything.
    pub(crate) fn feed(
        &mut self,
        bytes: &[u8],
        mut take: impl FnMut(Incoming<'_>) -> ControlFlow<()>,
    ) -> Result<usize, Violation> {
        let mut rest = bytes;
        loop {
            let head = match self.head {
                Some(head) => head,
                None => match self.read_head(&mut rest)? {
                    Some(head) => head,
                    None => return Ok(bytes.len()),
                },
            };
            let flow = if head.opcode.is_control() {
                self.read_control(head, &mut rest, &mut take)?
            } else {
                self.read_data(head, &mut rest, &mut take)?
            };
            match flow {
                Some(ControlFlow::Continue(())) => {}
                Some(ControlFlow::Break(())) => return Ok(bytes.len() - rest.len()),
                None => return Ok(bytes.len()),
            }
        }
    }

    /// Bytes that it holds.
    #[cfg(test)]
    pub(crate) fn capacity(&self) -> usize {
        self.begun.capacity() + self.message.capacity()
    }

    /// Reads the head of a frame; None if more bytes are needed.
    fn read_head(&mut self, rest: &mut &[u8]) -> Result<Option<Head>, Violation> {
        if self.begun.is_empty() {
            // Mostly a head comes whole.
            if let Some((head, size)) = self.parse_head(rest)? {
                *rest = rest.get(size..).unwrap_or_default();
                self.head = Some(head);
                return Ok(Some(head));
            }
            self.begun.extend_from_slice(rest);
            return Ok(None);
        }
        while let Some((byte, after)) = rest.split_first() {
            *rest = after;
            self.begun.push(*byte);
            let begun = std::mem::take(&mut self.begun);
            let parsed = self.parse_head(&begun);
            self.begun = begun;
            if let Some((head, _)) = parsed? {
                self.begun.clear();
                self.head = Some(head);
                return Ok(Some(head));
            }
        }
        Ok(None)
    }

    /// The head at the beginning of some bytes, and its size. What is wrong with it shows with its first two bytes.
    fn parse_head(&self, bytes: &[u8]) -> Result<Option<(Head, usize)>, Violation> {
        let [first, second, rest @ ..] = bytes else { return Ok(None) };
        let number = first & 0x0f;
        let is_compressed = first & COMPRESSED != 0;
        let may_be = self.deflates && matches!(number, 1 | 2);
        if first & 0x30 != 0 || is_compressed && !may_be {
            return Err(Violation::ReservedBits);
        }
        let opcode = Opcode::of(number).ok_or(Violation::ReservedOpcode(number))?;
        let is_last = first & 0x80 != 0;
        if second & 0x80 != 0 {
            return Err(Violation::Masked);
        }
        let short = second & 0x7f;
        if opcode.is_control() {
            if !is_last {
                return Err(Violation::FragmentedControl);
            }
            if usize::from(short) > MAX_CONTROL {
                return Err(Violation::LongControl);
            }
        } else if (opcode == Opcode::Continuation) != self.is_text.is_some() {
            return Err(if opcode == Opcode::Continuation {
                Violation::NothingToContinue
            } else {
                Violation::Interleaved
            });
        }
        let (length, size) = match short {
            126 => {
                let Some(length) = rest.first_chunk::<2>() else { return Ok(None) };
                let length = u64::from(u16::from_be_bytes(*length));
                if length < 126 {
                    return Err(Violation::LongForm);
                }
                (length, 4)
            }
            127 => {
                let Some(length) = rest.first_chunk::<8>() else { return Ok(None) };
                let length = u64::from_be_bytes(*length);
                if length >> 63 != 0 {
                    return Err(Violation::LengthBit);
                }
                if u16::try_from(length).is_ok() {
                    return Err(Violation::LongForm);
                }
                (length, MAX_HEAD - 4)
            }
            short => (u64::from(short), 2),
        };
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        if !opcode.is_control() && length > MAX_MESSAGE - self.message.len() {
            return Err(Violation::TooLong);
        }
        Ok(Some((Head { is_last, opcode, length, is_compressed }, size)))
    }

    fn read_control(
        &mut self,
        head: Head,
        rest: &mut &[u8],
        take: &mut impl FnMut(Incoming<'_>) -> ControlFlow<()>,
    ) -> Result<Option<ControlFlow<()>>, Violation> {
        let wanted = head.length - self.begun.len();
        let Some((payload, after)) = rest.split_at_checked(wanted) else {
            self.begun.extend_from_slice(rest);
            return Ok(None);
        };
        *rest = after;
        self.head = None;
        let begun = std::mem::take(&mut self.begun);
        let joined;
        let payload = if begun.is_empty() {
            payload
        } else {
            joined = [&begun, payload].concat();
            &joined
        };
        Ok(Some(take(match head.opcode {
            Opcode::Ping => Incoming::Ping(payload),
            Opcode::Pong => Incoming::Pong(payload),
            _ => close_of(payload)?,
        })))
    }

    fn read_data(
        &mut self,
        head: Head,
        rest: &mut &[u8],
        take: &mut impl FnMut(Incoming<'_>) -> ControlFlow<()>,
    ) -> Result<Option<ControlFlow<()>>, Violation> {
        if self.is_text.is_none() {
            self.is_compressed = head.is_compressed;
        }
        let is_text = *self.is_text.get_or_insert(head.opcode == Opcode::Text);
        let wanted = head.length - self.have;
        let Some((payload, after)) = rest.split_at_checked(wanted) else {
            self.have += rest.len();
            self.keep(rest, wanted);
            return Ok(None);
        };
        *rest = after;
        (self.head, self.have) = (None, 0);
        if !head.is_last {
            self.keep(payload, payload.len());
            return Ok(Some(ControlFlow::Continue(())));
        }
        self.is_text = None;
        let mut message = std::mem::take(&mut self.message);
        let whole = if message.is_empty() {
            payload
        } else {
            message.extend_from_slice(payload);
            &message
        };
        let inflated = if self.is_compressed { Some(deflate::inflated(whole, MAX_MESSAGE)?) } else { None };
        let whole = inflated.as_deref().unwrap_or(whole);
        let flow = take(if is_text {
            Incoming::Text(std::str::from_utf8(whole).map_err(|_| Violation::NotUtf8)?)
        } else {
            Incoming::Binary(whole)
        });
        if message.capacity() <= KEPT {
            message.clear();
            self.message = message;
        }
        Ok(Some(flow))
    }

    /// Keeps a part of a message, of which so many bytes are announced.
    fn keep(&mut self, part: &[u8], announced: usize) {
        // An honest length saves copies; a dishonest one costs little.
        if self.message.is_empty() {
            self.message.reserve(announced.min(SPARE_CAPACITY));
        }
        self.message.extend_from_slice(part);
    }
}

/// A close frame.
fn close_of(payload: &[u8]) -> Result<Incoming<'_>, Violation> {
    match payload {
        [] => Ok(Incoming::Close(None, "")),
        [_] => Err(Violation::CloseLength),
        [high, low, reason @ ..] => {
            let code = u16::from_be_bytes([*high, *low]);
            if !is_close_code(code) {
                return Err(Violation::CloseCode(code));
            }
            let reason = std::str::from_utf8(reason).map_err(|_| Violation::CloseReason)?;
            Ok(Incoming::Close(Some(code), reason))
        }
    }
}

#[cfg(test)]
mod tests;
