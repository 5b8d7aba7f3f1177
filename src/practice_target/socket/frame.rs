//! Frames of a client, one by one, and those of a server.

use std::io;

use tokio::io::{AsyncRead, AsyncReadExt};

/// The longest message that is taken.
const LONGEST: u64 = 16 << 20;
/// A buffer of at most this size is kept between frames.
const KEPT: usize = 512;

pub(super) const CONTINUATION: u8 = 0;
pub(super) const TEXT: u8 = 1;
pub(super) const BINARY: u8 = 2;
pub(super) const CLOSE: u8 = 8;
pub(super) const PING: u8 = 9;
pub(super) const PONG: u8 = 10;
/// The bit of the last frame of a message.
pub(super) const LAST: u8 = 0x80;
/// The bit of a message that is compressed; it stays with the opcode.
pub(super) const COMPRESSED: u8 = 0x40;

/// A frame of a client, unmasked.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Frame {
    pub(super) is_last: bool,
    /// With [`COMPRESSED`], if it begins such a message.
    pub(super) opcode: u8,
    pub(super) payload: Vec<u8>,
}

/// Why no frame came.
#[derive(Debug, thiserror::Error)]
pub(super) enum FrameError {
    /// The connection ended.
    #[error("the connection ended")]
    End,
    #[error("{0}")]
    Io(#[from] io::Error),
    /// The client violated the protocol: the close code, and how.
    #[error("{1}")]
    Violation(u16, &'static str),
}

/// Reads frames; a reading that is dropped loses nothing.
#[derive(Debug, Default)]
pub(super) struct Reader {
    buffer: Vec<u8>,
}

impl Reader {
    /// A reader that begins with bytes that were read already.
    pub(super) fn new(read_ahead: &[u8]) -> Self {
        Self { buffer: read_ahead.to_vec() }
    }

    pub(super) async fn next(&mut self, stream: &mut (impl AsyncRead + Unpin)) -> Result<Frame, FrameError> {
        loop {
            if let Some((frame, size)) = parse(&self.buffer)? {
                self.buffer.drain(..size);
                if self.buffer.is_empty() && self.buffer.capacity() > KEPT {
                    self.buffer = Vec::new();
                }
                return Ok(frame);
            }
            if self.buffer.capacity() == self.buffer.len() {
                self.buffer.reserve(KEPT.max(self.buffer.len()));
            }
            if stream.read_buf(&mut self.buffer).await? == 0 {
                return Err(FrameError::End);
            }
        }
    }
}

/// The first frame of some bytes and its size, if it is whole.
fn parse(bytes: &[u8]) -> Result<Option<(Frame, usize)>, FrameError> {
    let [first, second, ..] = *bytes else { return Ok(None) };
    let violation = |why| Err(FrameError::Violation(1002, why));
    let (is_last, opcode) = (first & LAST != 0, first & 0x0f);
    let is_compressed = first & COMPRESSED != 0;
    if first & 0x30 != 0 || is_compressed && !matches!(opcode, TEXT | BINARY) {
        return violation("reserved bits");
    }
    if !matches!(opcode, CONTINUATION | TEXT | BINARY | CLOSE | PING | PONG) {
        return violation("reserved opcode");
    }
    if second & 0x80 == 0 {
        return violation("unmasked");
    }
    let (length, at) = match second & 0x7f {
        126 => match bytes.get(2..4) {
            Some(&[high, low]) => (u64::from(u16::from_be_bytes([high, low])), 4),
            _ => return Ok(None),
        },
        127 => match bytes.get(2..).and_then(|rest| rest.first_chunk::<8>()) {
            Some(length) => (u64::from_be_bytes(*length), 10),
            None => return Ok(None),
        },
        short => (u64::from(short), 2),
    };
    let shortest = [(126, 2), (65_536, 4)].iter().find(|(least, _)| length < *least).map_or(10, |(_, at)| *at);
    if at != shortest {
        return violation("length not in its shortest form");
    }
    if opcode >= CLOSE && (!is_last || length > 125) {
        return violation("fragmented or long control frame");
    }
    if length > LONGEST {
        return Err(FrameError::Violation(1009, "too long"));
    }
    let size = usize::try_from(length).unwrap_or_default() + at + 4;
    let Some(rest) = bytes.get(at..size) else { return Ok(None) };
    let Some((key, masked)) = rest.split_first_chunk::<4>() else { return Ok(None) };
    let payload = masked.iter().zip(key.iter().cycle()).map(|(byte, key)| byte ^ key).collect();
    let opcode = opcode | first & COMPRESSED;
    Ok(Some((Frame { is_last, opcode, payload }, size)))
}

/// Appends a frame of a server.
pub(super) fn put(first: u8, payload: &[u8], out: &mut Vec<u8>) {
    out.push(first);
    match payload.len() {
        short @ 0..=125 => out.push(u8::try_from(short).unwrap_or_default()),
        length => {
            if let Ok(length) = u16::try_from(length) {
                out.push(126);
                out.extend_from_slice(&length.to_be_bytes());
            } else {
                out.push(127);
                out.extend_from_slice(&(length as u64).to_be_bytes());
            }
        }
    }
    out.extend_from_slice(payload);
}

/// Appends a message, in frames of at most `fragment` bytes, with a ping after the first of several.
pub(super) fn put_message(opcode: u8, payload: &[u8], fragment: Option<usize>, out: &mut Vec<u8>) {
    let Some(size) = fragment.filter(|size| payload.len() > *size) else { return put(LAST | opcode, payload, out) };
    let count = payload.len().div_ceil(size);
    for (number, part) in payload.chunks(size).enumerate() {
        let last = if number + 1 == count { LAST } else { 0 };
        put(last | if number == 0 { opcode } else { CONTINUATION }, part, out);
        if number == 0 {
            put(LAST | PING, b"between fragments", out);
        }
    }
}
