//! Compression of messages (permessage-deflate, RFC 7692), each by itself: no socket has a state of its own, and one
//! compressor and one decompressor serve all sockets of a worker.

use std::cell::RefCell;

use flate2::{Compress, Compression, Decompress, FlushCompress, FlushDecompress, Status};

use super::parser::Violation;
use crate::protocol::{ErrorClass, Failure, head_lines};

/// The name of the extension.
const NAME: &str = "permessage-deflate";
/// The end of what is compressed, which is not sent (RFC 7692, section 7.2.1).
const TAIL: [u8; 4] = [0, 0, 0xff, 0xff];
/// Bytes by which buffers grow.
const STEP: usize = 4 * 1024;

/// What compresses and decompresses the messages of a worker.
struct Codec {
    compress: Compress,
    decompress: Decompress,
}

thread_local! {
    /// Allocated with the first message: other workers should not carry it.
    static CODEC: RefCell<Option<Box<Codec>>> = const { RefCell::new(None) };
}

fn with_codec<T>(work: impl FnOnce(&mut Codec) -> T) -> T {
    CODEC.with_borrow_mut(|codec| {
        let make = || {
            let (compress, decompress) = (Compress::new(Compression::fast(), false), Decompress::new(false));
            Box::new(Codec { compress, decompress })
        };
        work(codec.get_or_insert_with(make))
    })
}

/// A message, compressed.
#[must_use]
pub(crate) fn compressed(payload: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(STEP);
    with_codec(|Codec { compress, .. }| {
        compress.reset();
        loop {
            let used = usize::try_from(compress.total_in()).unwrap_or(payload.len());
            let rest = payload.get(used..).unwrap_or_default();
            let is_done = compress.compress_vec(rest, &mut out, FlushCompress::Sync).is_err();
            // All is flushed once a call leaves space.
            if is_done || out.len() < out.capacity() {
                break;
            }
            out.reserve(STEP.max(out.len()));
        }
    });
    if out.ends_with(&TAIL) {
        out.truncate(out.len() - TAIL.len());
    }
    if out.is_empty() {
        // A message without a byte (RFC 7692, section 7.2.3.6).
        out.push(0);
    }
    out
}

/// A compressed message as it was, if it has at most so many bytes.
///
/// # Errors
/// That it is longer, or damaged.
pub(crate) fn inflated(payload: &[u8], most: usize) -> Result<Vec<u8>, Violation> {
    let mut out = Vec::new();
    with_codec(|Codec { decompress, .. }| {
        decompress.reset(false);
        for part in [payload, &TAIL] {
            let mut rest = part;
            loop {
                if out.len() == out.capacity() {
                    out.reserve(STEP.max(out.len()).min((most + 1).saturating_sub(out.len()).max(1)));
                }
                let (before, length) = (decompress.total_in(), out.len());
                let inflated = decompress.decompress_vec(rest, &mut out, FlushDecompress::Sync);
                let status = inflated.map_err(|_| Violation::Deflate)?;
                if out.len() > most {
                    return Err(Violation::TooLong);
                }
                let used = usize::try_from(decompress.total_in() - before).unwrap_or(rest.len());
                rest = rest.get(used..).unwrap_or_default();
                if status == Status::StreamEnd {
                    return Ok(());
                }
                if rest.is_empty() && out.len() < out.capacity() {
                    break;
                }
                if used == 0 && out.len() == length && out.len() < out.capacity() {
                    return Err(Violation::Deflate);
                }
            }
        }
        Ok(())
    })?;
    Ok(out)
}

/// Whether the server compresses, by the head of its response to a handshake that offered it or not.
///
/// # Errors
/// That it chose what was not offered.
pub(crate) fn agreed(head: &[u8], is_offered: bool) -> Result<bool, Failure> {
    let wrong = |why: &str| Err(Failure::text(ErrorClass::WsHandshake, why));
    let mut values = head_lines::values(head, "sec-websocket-extensions");
    let Some(value) = values.next() else { return Ok(false) };
    let text = std::str::from_utf8(value).unwrap_or_default();
    let mut words = text.split(';').map(str::trim);
    let is_it = words.next().is_some_and(|name| name.eq_ignore_ascii_case(NAME));
    if !is_offered || !is_it || text.contains(',') || values.next().is_some() {
        return wrong("the server chose an extension that was not offered");
    }
    let mut forgets = false;
    for word in words {
        let (name, value) =
            word.split_once('=').map_or((word, None), |(name, value)| (name.trim(), Some(value.trim())));
        match (name, value.map(|value| value.trim_matches('"'))) {
            ("server_no_context_takeover", None) => forgets = true,
            ("client_no_context_takeover", None) => {}
            ("server_max_window_bits", Some(bits)) if matches!(bits.parse(), Ok(8..=15_u8)) => {}
            _ => return wrong("the server chose a parameter of permessage-deflate that was not offered"),
        }
    }
    if !forgets {
        return wrong("the server chose permessage-deflate without `server_no_context_takeover`");
    }
    Ok(true)
}

#[cfg(test)]
mod tests;
