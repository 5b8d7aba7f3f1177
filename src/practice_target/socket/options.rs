//! The options of a WebSocket, from the query of its URL.

use std::time::Duration;

use super::violation::{HandshakeViolation, Violation};
use crate::practice_target::latency::Latency;
use crate::practice_target::value_error::ValueError;
use crate::units::parse_duration;

/// The longest filler of a message.
const LARGEST: u64 = 1 << 20;
/// Most messages.
const MOST: u64 = 1_000_000_000;
/// The shortest time between messages or pings.
const SHORTEST: Duration = Duration::from_micros(100);

/// When something planned happens to a socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum When {
    /// After the server sent so many messages.
    Messages(u64),
    /// So long after the handshake.
    Time(Duration),
}

/// What happens then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Event {
    /// The server closes the socket with this code; 1005 is a close frame without one.
    Close(u16),
    /// The connection is reset.
    Cut,
    /// The server violates the protocol.
    Violation(Violation),
}

/// What a client asks of a socket.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct SocketOptions {
    /// Whether messages are answered or sent back.
    pub(super) echo: bool,
    /// Whether messages of the client may be compressed.
    pub(super) compression: bool,
    /// Whether the target speaks first, by the path of the socket.
    pub(super) greets: bool,
    /// Time from a message to its echo.
    pub(super) delay: Option<Latency>,
    /// Time between messages of the server's own.
    pub(super) gap: Option<Duration>,
    /// Time to the first of these; `gap` if none is given.
    pub(super) first: Option<Duration>,
    /// Number of these.
    pub(super) count: u64,
    /// Bytes of filler in each of these.
    pub(super) size: usize,
    /// Bytes of one frame of a message.
    pub(super) fragment: Option<usize>,
    /// Bytes of one write.
    pub(super) split: Option<usize>,
    /// Time between pings.
    pub(super) ping: Option<Duration>,
    /// What happens in the end, and when.
    pub(super) event: Option<(When, Event)>,
    /// Which sockets that happens to: each one whose number this divides.
    pub(super) nth: u64,
    /// What is wrong with the handshake.
    pub(super) handshake: Option<HandshakeViolation>,
    /// The subprotocol that is chosen; the first one offered if none is given.
    pub(super) subprotocol: Option<String>,
    /// The token in the URL.
    pub(super) token: Option<String>,
}

impl Default for SocketOptions {
    fn default() -> Self {
        Self {
            echo: true,
            compression: false,
            greets: false,
            delay: None,
            gap: None,
            first: None,
            count: MOST,
            size: 0,
            fragment: None,
            split: None,
            ping: None,
            event: None,
            nth: 1,
            handshake: None,
            subprotocol: None,
            token: None,
        }
    }
}

impl SocketOptions {
    /// Reads `delay=10ms&close=3:1011`.
    pub(super) fn parse(query: &str) -> Result<Self, ValueError> {
        let mut options = Self::default();
        for (key, value) in url::form_urlencoded::parse(query.as_bytes()) {
            let value = &*value;
            match &*key {
                "echo" => options.echo = flag(value)?,
                "compression" => options.compression = flag(value)?,
                "delay" => options.delay = Some(Latency::parse(value)?),
                "gap" => options.gap = Some(pause(value)?),
                "first" => options.first = Some(parse_duration(value)?),
                "count" => options.count = number(value, 0, MOST)?,
                "size" => options.size = size(value, 0)?,
                "fragment" => options.fragment = Some(size(value, 1)?),
                "split" => options.split = Some(size(value, 1)?),
                "ping" => options.ping = Some(pause(value)?),
                "cut" => options.event = Some((when(value)?, Event::Cut)),
                "close" => {
                    let (at, code) = pair(value, "close", "AT:CODE, for example 3:1011")?;
                    options.event = Some((at, Event::Close(close_code(code)?)));
                }
                "violation" => {
                    let (at, name) = pair(value, "violation", "AT:NAME, for example 3:mask")?;
                    options.event = Some((at, Event::Violation(Violation::parse(name)?)));
                }
                "nth" => options.nth = number(value, 1, MOST)?,
                "handshake" => options.handshake = Some(HandshakeViolation::parse(value)?),
                "subprotocol" => options.subprotocol = Some(value.to_owned()),
                "token" => options.token = Some(value.to_owned()),
                // The URL of an application has parameters of its own.
                _ => {}
            }
        }
        Ok(options)
    }

    /// Whether the token is one of `/login`, or none is given.
    pub(super) fn is_authorized(&self) -> bool {
        self.token.as_ref().is_none_or(|token| token.starts_with("token-"))
    }
}

fn pair<'t>(text: &'t str, what: &'static str, form: &'static str) -> Result<(When, &'t str), ValueError> {
    let (at, rest) = text.split_once(':').ok_or_else(|| ValueError::form(text, what, form))?;
    Ok((when(at)?, rest))
}

/// `3` messages, or `2s`.
fn when(text: &str) -> Result<When, ValueError> {
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        return number(text, 0, MOST).map(When::Messages);
    }
    Ok(When::Time(parse_duration(text)?))
}

fn pause(text: &str) -> Result<Duration, ValueError> {
    let pause = parse_duration(text)?;
    if pause < SHORTEST {
        return Err(ValueError::form(text, "pause", "a duration of at least 100us, for example 50ms"));
    }
    Ok(pause)
}

fn close_code(text: &str) -> Result<u16, ValueError> {
    let known = text.parse().ok().filter(|code| (1000..=4999).contains(code));
    known.ok_or_else(|| ValueError::form(text, "close code", "1000 to 4999; 1005 is a close frame without a code"))
}

fn flag(text: &str) -> Result<bool, ValueError> {
    text.parse().map_err(|_| ValueError::form(text, "flag", "true or false"))
}

fn size(text: &str, min: u64) -> Result<usize, ValueError> {
    Ok(usize::try_from(number(text, min, LARGEST)?).unwrap_or_default())
}

fn number(text: &str, min: u64, max: u64) -> Result<u64, ValueError> {
    let known = text.parse().ok().filter(|number| (min..=max).contains(number));
    known.ok_or_else(|| ValueError::form(text, "number", "a whole number, for example 20"))
}
