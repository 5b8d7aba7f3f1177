//! An incremental parser of one HTTP/1.1 response (RFC 9112). Pure: bytes in, head, chunks and progress out; bounded
//! for any input.

use std::mem::MaybeUninit;

use super::chunked::Chunks;
use crate::{
    net::response_head::{MAX_HEADERS, MAX_INTERIM, tolerant},
    protocol::{
        ErrorClass, Failure,
        response_head::{MAX_HEAD, ResponseHead},
    },
};

/// Progress of a response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// More bytes are needed.
    More,
    /// The response is complete.
    Done {
        /// Whether the connection can carry another request.
        keep_alive: bool,
    },
    /// `101 Switching Protocols`: the next bytes are not HTTP; [`ResponseReader::take_read_ahead`] has the first.
    Upgraded,
}

/// Why a response can't be parsed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResponseError {
    /// It violates HTTP/1.1, or a limit of this parser.
    Malformed(&'static str),
    /// It ended before its announced length.
    Truncated,
}

impl ResponseError {
    /// Class and cause.
    #[must_use]
    pub(crate) fn failure(self) -> Failure {
        match self {
            Self::Malformed(why) => Failure::text(ErrorClass::Protocol, why),
            Self::Truncated => {
                Failure::text(ErrorClass::Body, "the server closed the connection before the end of the response")
            }
        }
    }
}

#[derive(Debug, Default)]
enum State {
    #[default]
    Head,
    Length(u64),
    Chunked(Chunks),
    UntilClose,
    Upgraded,
}

/// Parses one response after another.
#[derive(Debug, Default)]
pub struct ResponseReader {
    state: State,
    /// The begin of a head that did not come with one read; after an upgrade, the bytes behind the head.
    partial: Vec<u8>,
    interim: u8,
    bodyless: bool,
    keep_alive: bool,
    status: Option<u16>,
}

impl ResponseReader {
    /// Starts on the next response. `bodyless`: responses to this method (HEAD) have no body.
    pub fn begin(&mut self, bodyless: bool) {
        self.state = State::Head;
        self.partial = Vec::new();
        (self.interim, self.bodyless, self.keep_alive, self.status) = (0, bodyless, true, None);
    }

    /// The status, once the head was read.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        self.status
    }

    /// Bytes of the new protocol that came with the head of a `101`.
    pub fn take_read_ahead(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.partial)
    }

    /// Takes the next bytes, of which none are the end of the stream; hands each piece of the body to `chunk`.
    ///
    /// # Errors
    /// When the response is malformed or ends too early. The connection must then be closed.
    pub fn feed(
        &mut self,
        bytes: &[u8],
        head: &mut ResponseHead,
        chunk: impl FnMut(&[u8]),
    ) -> Result<Progress, ResponseError> {
        if bytes.is_empty() {
            return match self.state {
                State::UntilClose => Ok(Progress::Done { keep_alive: false }),
                _ => Err(ResponseError::Truncated),
            };
        }
        if !matches!(self.state, State::Head) {
            return self.feed_body(bytes, chunk);
        }
        if self.partial.is_empty() {
            return self.feed_head(bytes, head, chunk);
        }
        let mut all = std::mem::take(&mut self.partial);
        all.extend_from_slice(bytes);
        // Without the end of a line there is nothing new to find: a head that comes byte by byte isn't parsed each time.
        if all.len() < MAX_HEAD && !bytes.contains(&b'\n') {
            self.partial = all;
            return Ok(Progress::More);
        }
        self.feed_head(&all, head, chunk)
    }

    fn feed_head(
        &mut self,
        mut bytes: &[u8],
        head: &mut ResponseHead,
        chunk: impl FnMut(&[u8]),
    ) -> Result<Progress, ResponseError> {
        loop {
            let mut space = [const { MaybeUninit::uninit() }; MAX_HEADERS];
            let mut parsed = httparse::Response::new(&mut []);
            match tolerant().parse_response_with_uninit_headers(&mut parsed, bytes, &mut space) {
                Ok(httparse::Status::Complete(length)) => {
                    let status = parsed.code.unwrap_or_default();
                    let (raw, rest) = bytes.split_at(length);
                    bytes = rest;
                    if !(100..=199).contains(&status) || status == 101 {
                        self.take_head(status, &parsed, head)?;
                        if head.is_needed() {
                            head.keep(raw);
                        }
                        return self.feed_body(bytes, chunk);
                    }
                    // An interim response; the final one follows.
                    self.interim += 1;
                    if self.interim > MAX_INTERIM {
                        return Err(ResponseError::Malformed("too many interim responses (1xx)"));
                    }
                }
                Ok(httparse::Status::Partial) if bytes.len() < MAX_HEAD => {
                    self.partial = bytes.to_vec();
                    return Ok(Progress::More);
                }
                Ok(httparse::Status::Partial) => {
                    return Err(ResponseError::Malformed("the head of the response is too long"));
                }
                Err(error) => return Err(ResponseError::Malformed(head_words(error))),
            }
        }
    }

    /// Decides how the body is delimited (RFC 9112, section 6.3).
    fn take_head(
        &mut self,
        status: u16,
        parsed: &httparse::Response<'_, '_>,
        head: &mut ResponseHead,
    ) -> Result<(), ResponseError> {
        let mut length: Option<u64> = None;
        let mut coded = false;
        let mut chunked = false;
        self.keep_alive = parsed.version == Some(1);
        for header in parsed.headers.iter() {
            head.inspect(status, header.name);
            if header.name.eq_ignore_ascii_case("content-length") {
                let value =
                    parse_length(header.value).ok_or(ResponseError::Malformed("`Content-Length` is not a number"))?;
                if length.is_some_and(|known| known != value) {
                    return Err(ResponseError::Malformed("there are two different `Content-Length`"));
                }
                length = Some(value);
            } else if header.name.eq_ignore_ascii_case("transfer-encoding") {
                coded = true;
                let last = header.value.rsplit(|byte| *byte == b',').next().unwrap_or_default();
                chunked = last.trim_ascii().eq_ignore_ascii_case(b"chunked");
            } else if header.name.eq_ignore_ascii_case("connection") {
                for option in header.value.split(|byte| *byte == b',').map(<[u8]>::trim_ascii) {
                    if option.eq_ignore_ascii_case(b"close") {
                        self.keep_alive = false;
                    } else if option.eq_ignore_ascii_case(b"keep-alive") && parsed.version == Some(0) {
                        self.keep_alive = true;
                    }
                }
            }
        }
        self.status = Some(status);
        self.state = if status == 101 {
            State::Upgraded
        } else if self.bodyless || matches!(status, 204 | 304) {
            State::Length(0)
        } else if chunked {
            State::Chunked(Chunks::default())
        } else if let Some(length) = length.filter(|_| !coded) {
            State::Length(length)
        } else {
            State::UntilClose
        };
        Ok(())
    }

    fn feed_body(&mut self, bytes: &[u8], mut chunk: impl FnMut(&[u8])) -> Result<Progress, ResponseError> {
        let used = match &mut self.state {
            State::Head => return Ok(Progress::More),
            State::Upgraded => {
                self.partial.extend_from_slice(bytes);
                return Ok(Progress::Upgraded);
            }
            State::UntilClose => {
                chunk(bytes);
                return Ok(Progress::More);
            }
            State::Length(left) => {
                let used = usize::try_from(*left).unwrap_or(usize::MAX).min(bytes.len());
                chunk(&bytes[..used]);
                *left -= used as u64;
                if *left > 0 {
                    return Ok(Progress::More);
                }
                used
            }
            State::Chunked(chunks) => match chunks.feed(bytes, chunk)? {
                Some(used) => used,
                None => return Ok(Progress::More),
            },
        };
        // Bytes after the end answer no request: the connection can't be trusted with another.
        Ok(Progress::Done { keep_alive: self.keep_alive && used == bytes.len() })
    }
}

fn head_words(error: httparse::Error) -> &'static str {
    match error {
        httparse::Error::HeaderName => "a header has an invalid name",
        httparse::Error::HeaderValue => "a header has an invalid value",
        httparse::Error::NewLine => "the head has an invalid line end",
        httparse::Error::Status => "the status line is invalid",
        httparse::Error::TooManyHeaders => "the response has more than 128 headers",
        httparse::Error::Version | httparse::Error::Token => "the response does not begin with `HTTP/1.`",
    }
}

/// Digits only: no sign, no space inside. A list of equal lengths is one, as a proxy makes it of two lines (RFC 9112, section 6.3).
fn parse_length(value: &[u8]) -> Option<u64> {
    let mut lengths = value.split(|byte| *byte == b',').map(|part| {
        let digits = part.trim_ascii();
        let plain = !digits.is_empty() && digits.len() <= 19 && digits.iter().all(u8::is_ascii_digit);
        plain.then(|| digits.iter().fold(0, |sum, digit| sum * 10 + u64::from(digit - b'0')))
    });
    let first = lengths.next()??;
    lengths.all(|other| other == Some(first)).then_some(first)
}

#[cfg(test)]
mod tests;
