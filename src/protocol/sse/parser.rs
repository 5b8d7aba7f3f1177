//! The parser of event streams: WHATWG HTML Living Standard, section 9.2.6 "Interpreting an event stream".
//!
//! ```text
//!  bytes ─▶ lines (LF, CR LF or CR) ─▶ fields: event, data, id, retry ─▶ blank line: an event
//! ```
//!
//! Chunks may end anywhere: within a UTF-8 sequence, a field name, or between CR and LF. Line ends are ASCII, so lines are
//! cut as bytes, and text that is not UTF-8 is replaced when the event is complete.

use std::{borrow::Cow, ops::ControlFlow, time::Duration};

use memchr::{memchr, memchr2};

/// Longest event, and longest line: a stream without line ends must not fill the memory.
pub(crate) const MAX_EVENT: usize = 1024 * 1024;
/// The name of an event without `event:`.
const MESSAGE: &str = "message";
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// An event or a line is longer than [`MAX_EVENT`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct EventTooLong;

/// An event of a stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Event<'a> {
    /// Its name; `message` by default.
    pub name: Cow<'a, str>,
    /// Its data: the values of its `data` fields, joined with line feeds.
    pub data: Cow<'a, str>,
}

/// The state of a parser between two chunks.
#[derive(Debug, Default)]
pub(crate) struct EventParser {
    /// A line without its end.
    line: Vec<u8>,
    name: Vec<u8>,
    /// Values of `data` fields, each followed by a line feed.
    data: Vec<u8>,
    /// The value of the last `id` field, which the next blank line adopts.
    pending_id: Vec<u8>,
    last_id: Vec<u8>,
    retry: Option<Duration>,
    /// Whether the last chunk ended with CR: a line feed at the start of the next one belongs to it.
    after_cr: bool,
    is_past_first_line: bool,
}

impl EventParser {
    /// The ID of the last event, for `Last-Event-ID`.
    #[must_use]
    pub(crate) fn last_id(&self) -> &[u8] {
        &self.last_id
    }

    /// The pause before a reconnection that the server asked for.
    #[must_use]
    pub(crate) fn retry(&self) -> Option<Duration> {
        self.retry
    }

    /// Parses a chunk and hands each event to `each`, until it breaks off.
    ///
    /// # Errors
    /// [`EventTooLong`]; nothing can be parsed after it.
    pub(crate) fn push(
        &mut self,
        mut bytes: &[u8],
        mut each: impl FnMut(&Event<'_>) -> ControlFlow<()>,
    ) -> Result<ControlFlow<()>, EventTooLong> {
        if !bytes.is_empty() && std::mem::take(&mut self.after_cr) {
            bytes = bytes.strip_prefix(b"\n").unwrap_or(bytes);
        }
        while let Some(end) = memchr2(b'\n', b'\r', bytes) {
            let (line, rest) = bytes.split_at(end);
            let is_cr = rest.first() == Some(&b'\r');
            bytes = rest.get(1..).unwrap_or_default();
            if is_cr {
                self.after_cr = bytes.is_empty();
                bytes = bytes.strip_prefix(b"\n").unwrap_or(bytes);
            }
            let flow = if self.line.is_empty() {
                self.line(line, &mut each)?
            } else {
                let mut whole = std::mem::take(&mut self.line);
                whole.extend_from_slice(line);
                let flow = self.line(&whole, &mut each)?;
                // The buffer is kept: the next line is likely to be cut as well.
                whole.clear();
                self.line = whole;
                flow
            };
            if flow.is_break() {
                return Ok(flow);
            }
        }
        if self.line.len() + bytes.len() > MAX_EVENT {
            return Err(EventTooLong);
        }
        self.line.extend_from_slice(bytes);
        Ok(ControlFlow::Continue(()))
    }

    fn line(
        &mut self,
        mut line: &[u8],
        each: &mut impl FnMut(&Event<'_>) -> ControlFlow<()>,
    ) -> Result<ControlFlow<()>, EventTooLong> {
        if !std::mem::replace(&mut self.is_past_first_line, true) {
            line = line.strip_prefix(BYTE_ORDER_MARK).unwrap_or(line);
        }
        if line.is_empty() {
            return Ok(self.dispatch(each));
        }
        let (field, value) = match memchr(b':', line) {
            Some(at) => (&line[..at], &line[at + 1..]),
            None => (line, &b""[..]),
        };
        let value = value.strip_prefix(b" ").unwrap_or(value);
        match field {
            b"event" => replace(&mut self.name, value),
            b"data" => {
                if self.data.len() + value.len() >= MAX_EVENT {
                    return Err(EventTooLong);
                }
                self.data.extend_from_slice(value);
                self.data.push(b'\n');
            }
            b"id" if memchr(0, value).is_none() => replace(&mut self.pending_id, value),
            b"retry" if !value.is_empty() && value.iter().all(u8::is_ascii_digit) => {
                let milliseconds = std::str::from_utf8(value).ok().and_then(|text| text.parse().ok());
                self.retry = Some(Duration::from_millis(milliseconds.unwrap_or(u64::MAX)));
            }
            // A comment, or a field that the specification doesn't know.
            _ => {}
        }
        Ok(ControlFlow::Continue(()))
    }

    fn dispatch(&mut self, each: &mut impl FnMut(&Event<'_>) -> ControlFlow<()>) -> ControlFlow<()> {
        replace(&mut self.last_id, &self.pending_id);
        let flow = match self.data.split_last() {
            // Only `data` makes an event.
            None => ControlFlow::Continue(()),
            Some((_, data)) => {
                let name = String::from_utf8_lossy(&self.name);
                let name = if name.is_empty() { MESSAGE.into() } else { name };
                each(&Event { name, data: String::from_utf8_lossy(data) })
            }
        };
        self.name.clear();
        self.data.clear();
        flow
    }
}

fn replace(text: &mut Vec<u8>, with: &[u8]) {
    text.clear();
    text.extend_from_slice(with);
}

#[cfg(test)]
mod tests;
