//! An incremental reader of one HTTP/1.1 response (RFC 9112). Pure: bytes in, progress out; bounded whatever comes.

use std::mem::MaybeUninit;

use super::chunked::Chunks;
use crate::protocol::{
    ErrorClass,
    buffered_response::{BufferedResponse, MAX_HEAD},
};

const MAX_HEADERS: usize = 128;
/// Most interim responses before a final one.
pub const MAX_INTERIM: u8 = 16;

/// How far a response is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// More bytes are needed.
    More,
    /// The response is whole.
    Done {
        /// Whether the connection can carry another request.
        keep_alive: bool,
    },
}

/// Why a response can't be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResponseError {
    /// It violates HTTP/1.1, or a bound of this reader.
    Malformed,
    /// It ended before its announced length.
    Truncated,
}

impl ResponseError {
    /// The class it is counted under.
    #[must_use]
    pub fn class(self) -> ErrorClass {
        match self {
            Self::Malformed => ErrorClass::Protocol,
            Self::Truncated => ErrorClass::Body,
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
}

/// Reads one response after another; keeps its memory between them.
#[derive(Debug, Default)]
pub struct ResponseReader {
    state: State,
    /// Begin of a head that did not come in one piece.
    partial_head: Vec<u8>,
    kept: BufferedResponse,
    interim: u8,
    bodyless: bool,
    keep_alive: bool,
    status: Option<u16>,
}

impl ResponseReader {
    /// Starts on the next response. `bodyless` says that the method (HEAD) has none.
    pub fn begin(&mut self, keep_head: bool, keep_body: bool, bodyless: bool) {
        self.state = State::Head;
        self.partial_head = Vec::new();
        self.kept.begin(keep_head, keep_body);
        (self.interim, self.bodyless, self.keep_alive, self.status) = (0, bodyless, true, None);
    }

    /// The status, once the head was read.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        self.status
    }

    /// What is kept of the response.
    #[must_use]
    pub fn kept(&self) -> &BufferedResponse {
        &self.kept
    }

    /// The same, for those who put something else in its place.
    pub fn kept_mut(&mut self) -> &mut BufferedResponse {
        &mut self.kept
    }

    /// Takes the next bytes; none at all is the end of the stream.
    ///
    /// # Errors
    /// When the response is malformed or ends too early. The connection must then be closed.
    pub fn feed(&mut self, bytes: &[u8]) -> Result<Progress, ResponseError> {
        if bytes.is_empty() {
            return match self.state {
                State::UntilClose => Ok(Progress::Done { keep_alive: false }),
                _ => Err(ResponseError::Truncated),
            };
        }
        if !matches!(self.state, State::Head) {
            return self.feed_body(bytes);
        }
        if self.partial_head.is_empty() {
            return self.feed_head(bytes);
        }
        let mut head = std::mem::take(&mut self.partial_head);
        head.extend_from_slice(bytes);
        // Without the end of a line there is nothing new to find: a head that drips costs no parse a drop.
        if head.len() < MAX_HEAD && !bytes.contains(&b'\n') {
            self.partial_head = head;
            return Ok(Progress::More);
        }
        self.feed_head(&head)
    }

    fn feed_head(&mut self, mut bytes: &[u8]) -> Result<Progress, ResponseError> {
        loop {
            let mut space = [const { MaybeUninit::uninit() }; MAX_HEADERS];
            let mut head = httparse::Response::new(&mut []);
            let config = httparse::ParserConfig::default();
            match config.parse_response_with_uninit_headers(&mut head, bytes, &mut space) {
                Ok(httparse::Status::Complete(length)) => {
                    let status = head.code.unwrap_or_default();
                    let (raw, rest) = bytes.split_at(length);
                    bytes = rest;
                    if !(100..=199).contains(&status) || status == 101 {
                        self.take_head(status, &head)?;
                        if self.kept.needs_head() {
                            self.kept.take_head(raw);
                        }
                        return self.feed_body(bytes);
                    }
                    // An interim response; the final one follows.
                    self.interim += 1;
                    if self.interim > MAX_INTERIM {
                        return Err(ResponseError::Malformed);
                    }
                }
                Ok(httparse::Status::Partial) if bytes.len() < MAX_HEAD => {
                    self.partial_head = bytes.to_vec();
                    return Ok(Progress::More);
                }
                _ => return Err(ResponseError::Malformed),
            }
        }
    }

    /// Decides how the body is delimited (RFC 9112, section 6.3).
    fn take_head(&mut self, status: u16, head: &httparse::Response<'_, '_>) -> Result<(), ResponseError> {
        let mut length: Option<u64> = None;
        let mut coded = false;
        let mut chunked = false;
        self.keep_alive = head.version == Some(1);
        for header in head.headers.iter() {
            self.kept.note(status, header.name);
            if header.name.eq_ignore_ascii_case("content-length") {
                let value = parse_length(header.value).ok_or(ResponseError::Malformed)?;
                if length.is_some_and(|known| known != value) {
                    return Err(ResponseError::Malformed);
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
                    } else if option.eq_ignore_ascii_case(b"keep-alive") && head.version == Some(0) {
                        self.keep_alive = true;
                    }
                }
            }
        }
        self.status = Some(status);
        self.state = if self.bodyless || matches!(status, 101 | 204 | 304) {
            self.keep_alive &= status != 101;
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

    fn feed_body(&mut self, bytes: &[u8]) -> Result<Progress, ResponseError> {
        let used = match &mut self.state {
            State::Head => return Ok(Progress::More),
            State::UntilClose => {
                self.kept.take_body(bytes);
                return Ok(Progress::More);
            }
            State::Length(left) => {
                let used = usize::try_from(*left).unwrap_or(usize::MAX).min(bytes.len());
                self.kept.take_body(&bytes[..used]);
                *left -= used as u64;
                if *left > 0 {
                    return Ok(Progress::More);
                }
                used
            }
            State::Chunked(chunks) => {
                let kept = &mut self.kept;
                match chunks.feed(bytes, |data| kept.take_body(data))? {
                    Some(used) => used,
                    None => return Ok(Progress::More),
                }
            }
        };
        // Bytes after the end answer no request of ours: the connection can't be trusted with another.
        Ok(Progress::Done { keep_alive: self.keep_alive && used == bytes.len() })
    }
}

/// Digits only: no sign, no space inside, no list of different lengths.
fn parse_length(value: &[u8]) -> Option<u64> {
    let digits = value.trim_ascii();
    let plain = !digits.is_empty() && digits.len() <= 19 && digits.iter().all(u8::is_ascii_digit);
    plain.then(|| digits.iter().fold(0, |sum, digit| sum * 10 + u64::from(digit - b'0')))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(pieces: &[&[u8]]) -> (Result<Progress, ResponseError>, ResponseReader) {
        let mut reader = ResponseReader::default();
        reader.begin(true, true, false);
        for piece in pieces {
            match reader.feed(piece) {
                Ok(Progress::More) => {}
                done => return (done, reader),
            }
        }
        (Ok(Progress::More), reader)
    }

    #[test]
    fn bodies_end_where_the_head_says() {
        let cases: [(&[u8], bool, &[u8]); 8] = [
            (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", true, b"hello"),
            (
                b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;x=y\r\nhello\r\n0\r\nT: v\r\n\r\n",
                true,
                b"hello",
            ),
            (b"HTTP/1.1 204 No Content\r\n\r\n", true, b""),
            (b"HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", true, b""),
            (b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", false, b""),
            (b"HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\nx", false, b"x"),
            (b"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 1\r\n\r\nx", true, b"x"),
            (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx", true, b"x"),
        ];
        for (bytes, keep_alive, body) in cases {
            let (progress, reader) = read(&[bytes]);
            assert_eq!(progress, Ok(Progress::Done { keep_alive }), "{}", String::from_utf8_lossy(bytes));
            assert_eq!(reader.kept().body(), body);
        }
    }

    #[test]
    fn a_body_without_length_ends_with_the_stream() {
        let (progress, reader) = read(&[b"HTTP/1.1 200 OK\r\n\r\nhel", b"lo", b""]);
        assert_eq!(progress, Ok(Progress::Done { keep_alive: false }));
        assert_eq!(reader.kept().body(), b"hello");
    }

    #[test]
    fn hostile_responses_are_faults() {
        let endless = [b"HTTP/1.1 200 OK\r\nX: ".to_vec(), vec![b'a'; 70_000]].concat();
        let many = [b"HTTP/1.1 200 OK\r\n".to_vec(), b"A: b\r\n".repeat(200)].concat();
        let cases: [(&[&[u8]], ResponseError); 9] = [
            (&[b"garbage\r\n\r\n"], ResponseError::Malformed),
            (&[&endless], ResponseError::Malformed),
            (&[&many], ResponseError::Malformed),
            (&[b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n"], ResponseError::Malformed),
            (&[b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n"], ResponseError::Malformed),
            (&[b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel", b""], ResponseError::Truncated),
            (&[b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"], ResponseError::Malformed),
            (
                &[b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n"],
                ResponseError::Malformed,
            ),
            (&[b"HTTP/1.1 200", b""], ResponseError::Truncated),
        ];
        for (pieces, fault) in cases {
            assert_eq!(read(pieces).0, Err(fault));
        }
    }

    #[test]
    fn interim_responses_are_bounded() {
        let interim = b"HTTP/1.1 103 Early Hints\r\n\r\n".repeat(17);
        assert_eq!(read(&[&interim]).0, Err(ResponseError::Malformed));
        assert_eq!(read(&[&interim[..interim.len() / 2], &interim]).0, Err(ResponseError::Malformed));
    }

    #[test]
    fn heads_are_kept_when_wanted_or_when_something_follows_from_them() {
        let kept = |wanted, response: &[u8]| {
            let mut reader = ResponseReader::default();
            reader.begin(wanted, false, false);
            reader.feed(response).unwrap();
            (reader.kept().is_notable(), reader.kept().head().len())
        };
        let plain = b"HTTP/1.1 200 OK\r\nLocation: /\r\nContent-Encoding: br\r\nContent-Length: 0\r\n\r\n";
        assert_eq!((kept(false, plain), kept(true, plain)), ((false, 0), (false, plain.len())));
        let cookie = b"HTTP/1.1 200 OK\r\nset-cookie: a=b\r\nContent-Length: 0\r\n\r\n";
        assert_eq!(kept(false, cookie), (true, cookie.len()));
        let elsewhere = b"HTTP/1.1 302 Found\r\nLOCATION: /\r\nContent-Length: 0\r\n\r\n";
        assert_eq!(kept(false, elsewhere), (true, elsewhere.len()));
    }

    #[test]
    fn an_unasked_answer_ends_the_connection() {
        let (progress, _) = read(&[b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nxHTTP/1.1 200 OK\r\n\r\n"]);
        assert_eq!(progress, Ok(Progress::Done { keep_alive: false }));
    }

    proptest! {
        #[test]
        fn any_split_reads_the_same(cuts in prop::collection::vec(0_usize..90, 0..6)) {
            let bytes: &[u8] = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n";
            let mut cuts: Vec<_> = cuts.into_iter().map(|cut| cut.min(bytes.len())).collect();
            cuts.extend([0, bytes.len()]);
            cuts.sort_unstable();
            cuts.dedup();
            let pieces: Vec<&[u8]> = cuts.windows(2).map(|pair| &bytes[pair[0]..pair[1]]).collect();
            let (progress, reader) = read(&pieces);
            prop_assert_eq!(progress, Ok(Progress::Done { keep_alive: true }));
            prop_assert_eq!(reader.kept().body(), b"hello world");
        }

        #[test]
        fn no_bytes_make_it_panic(pieces in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..40), 0..8)) {
            let head: &[u8] = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
            let with_head: Vec<&[u8]> = std::iter::once(head).chain(pieces.iter().map(Vec::as_slice)).collect();
            let _progress = read(&with_head);
            let _progress = read(&pieces.iter().map(Vec::as_slice).collect::<Vec<_>>());
        }
    }
}
