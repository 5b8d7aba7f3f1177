//! One open WebSocket: what it answers, what it sends of its own, and how it ends.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use super::SocketPlan;
use super::conversant;
use super::frame::{self, BINARY, CLOSE, COMPRESSED, CONTINUATION, Frame, FrameError, LAST, PING, PONG, Reader, TEXT};
use super::log::{self, OpenSocket};
use super::options::{Event, SocketOptions, When};
use super::violation::{HUGE, PAGE, PAGES, Violation};
use crate::practice_target::latency::to_duration;
use crate::practice_target::shared::ServerThread;

/// How long the client has to close or leave after the server ended a socket.
const LEAVING: Duration = Duration::from_secs(3);
/// Stands for a close frame without a code.
const NO_CODE: u16 = 1005;

/// What is due next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Due {
    Event,
    Echo,
    Push,
    Ping,
}

/// Why a conversation is over.
enum Over {
    /// It is, and how.
    Ended(String),
    /// The client violated the protocol.
    Violation(u16, &'static str),
}

impl From<std::io::Error> for Over {
    fn from(_: std::io::Error) -> Self {
        Self::Ended("dropped by the client".to_owned())
    }
}

impl From<FrameError> for Over {
    fn from(error: FrameError) -> Self {
        match error {
            FrameError::End => Self::Ended("dropped by the client".to_owned()),
            FrameError::Io(error) => error.into(),
            FrameError::Violation(code, why) => Self::Violation(code, why),
        }
    }
}

struct Conversation<'a> {
    server: &'a ServerThread,
    options: &'a SocketOptions,
    stream: TcpStream,
    reader: Reader,
    open: OpenSocket<'a>,
    begun: Instant,
    /// Messages of the server: those sent, and those of its own among them.
    sent: u64,
    pushed: u64,
    /// Echoes by the time at which they are due, and their order.
    echoes: BTreeMap<(Instant, u64), (u8, Vec<u8>)>,
    echoed: u64,
    next_ping: Option<Instant>,
    /// The message of which frames came: its opcode and payload.
    message: Option<(u8, Vec<u8>)>,
    /// Whether pings and close frames are answered.
    is_silent: bool,
}

/// Serves a WebSocket to its end, `read_ahead` being what the client sent before the handshake was answered.
pub(in crate::practice_target) async fn converse(
    server: &ServerThread,
    stream: TcpStream,
    read_ahead: &[u8],
    SocketPlan(options): SocketPlan,
) {
    let (begun, open) = (Instant::now(), server.shared.sockets.open());
    let mut conversation = Conversation {
        server,
        options: &options,
        stream,
        reader: Reader::new(read_ahead),
        open,
        begun,
        sent: 0,
        pushed: 0,
        echoes: BTreeMap::new(),
        echoed: 0,
        next_ping: options.ping.map(|ping| begun + ping),
        message: None,
        is_silent: false,
    };
    let mut went_on = conversation.greet().await;
    let over = loop {
        match went_on {
            Ok(()) => went_on = conversation.step().await,
            Err(over) => break over,
        }
    };
    let end = match over {
        Over::Ended(end) => end,
        Over::Violation(code, why) => {
            drop(conversation.close(code).await);
            format!("violated by the client: {why}")
        }
    };
    conversation.open.end = end;
}

impl Conversation<'_> {
    /// The first message, where the target speaks first.
    async fn greet(&mut self) -> Result<(), Over> {
        if !self.options.greets {
            return Ok(());
        }
        let greeting = conversant::greeting(self.open.number);
        self.send(TEXT, greeting.as_bytes()).await
    }

    /// Waits for what comes next, a frame or a planned time, and does what it asks for.
    async fn step(&mut self) -> Result<(), Over> {
        let next = self.next_due();
        let (server, reader, stream) = (self.server, &mut self.reader, &mut self.stream);
        let when = async {
            match next {
                Some((at, due)) => {
                    server.sleeper.until(at).await;
                    due
                }
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            due = when => self.perform(due).await,
            frame = reader.next(stream) => self.take(frame?).await,
        }
    }

    /// The earliest of what is planned.
    fn next_due(&self) -> Option<(Instant, Due)> {
        let event = self.event().and_then(|(when, _)| match when {
            When::Messages(count) => (self.sent >= count).then_some(self.begun),
            When::Time(time) => Some(self.begun + time),
        });
        let echo = self.echoes.first_key_value().map(|((at, _), _)| *at);
        let all = [(event, Due::Event), (echo, Due::Echo), (self.next_push(), Due::Push), (self.next_ping, Due::Ping)];
        all.into_iter().filter_map(|(at, due)| Some((at?, due))).min()
    }

    /// What ends this socket, unless that happens to others only, or happened.
    fn event(&self) -> Option<(When, Event)> {
        self.options.event.filter(|_| !self.is_silent && self.open.number.is_multiple_of(self.options.nth))
    }

    /// Due times are absolute: a late message delays no other.
    fn next_push(&self) -> Option<Instant> {
        let gap = self.options.gap.filter(|_| self.pushed < self.options.count && !self.is_silent)?;
        let gaps = gap.checked_mul(u32::try_from(self.pushed).ok()?)?;
        Some(self.begun + self.options.first.unwrap_or(gap) + gaps)
    }

    async fn perform(&mut self, due: Due) -> Result<(), Over> {
        match due {
            Due::Event => match self.event() {
                Some((_, event)) => self.end(event).await,
                None => Ok(()),
            },
            Due::Echo => match self.echoes.pop_first() {
                Some((_, (opcode, payload))) => self.send(opcode, &payload).await,
                None => Ok(()),
            },
            Due::Push => {
                self.pushed += 1;
                let text = if self.options.size == 0 {
                    format!(r#"{{"n":{}}}"#, self.pushed)
                } else {
                    format!(r#"{{"n":{},"filler":"{}"}}"#, self.pushed, "x".repeat(self.options.size))
                };
                self.send(TEXT, text.as_bytes()).await
            }
            Due::Ping => {
                self.next_ping = self.next_ping.zip(self.options.ping).map(|(at, ping)| at + ping);
                self.put(LAST | PING, b"ping").await
            }
        }
    }

    async fn send(&mut self, opcode: u8, payload: &[u8]) -> Result<(), Over> {
        let mut bytes = Vec::new();
        frame::put_message(opcode, payload, self.options.fragment, &mut bytes);
        self.sent += 1;
        log::count(&self.open.log.messages_sent);
        self.write(&bytes).await
    }

    async fn put(&mut self, first: u8, payload: &[u8]) -> Result<(), Over> {
        let mut bytes = Vec::new();
        frame::put(first, payload, &mut bytes);
        self.write(&bytes).await
    }

    async fn write(&mut self, bytes: &[u8]) -> Result<(), Over> {
        for piece in bytes.chunks(self.options.split.unwrap_or(usize::MAX)) {
            self.stream.write_all(piece).await?;
            if self.options.split.is_some() {
                tokio::task::yield_now().await;
            }
        }
        Ok(())
    }

    /// Takes a frame of the client.
    async fn take(&mut self, frame: Frame) -> Result<(), Over> {
        let log = self.open.log;
        match frame.opcode {
            PING => {
                log::count(&log.pings_received);
                if self.is_silent { Ok(()) } else { self.put(LAST | PONG, &frame.payload).await }
            }
            PONG => {
                log::count(&log.pongs_received);
                Ok(())
            }
            CLOSE => self.closed(&frame.payload).await,
            _ => {
                let Some((opcode, payload)) = self.joined(frame)? else { return Ok(()) };
                log::count(&log.messages_received);
                self.received(opcode, payload);
                Ok(())
            }
        }
    }

    /// The message that a frame completes.
    fn joined(&mut self, frame: Frame) -> Result<Option<(u8, Vec<u8>)>, Over> {
        let whole = match (self.message.take(), frame.opcode) {
            (None, CONTINUATION) => return Err(Over::Violation(1002, "nothing to continue")),
            (None, opcode) => (opcode, frame.payload),
            (Some((opcode, mut begun)), CONTINUATION) => {
                begun.extend_from_slice(&frame.payload);
                (opcode, begun)
            }
            (Some(_), _) => return Err(Over::Violation(1002, "interleaved messages")),
        };
        if !frame.is_last {
            self.message = Some(whole);
            return Ok(None);
        }
        if whole.0 & COMPRESSED != 0 && !self.options.compression {
            return Err(Over::Violation(1002, "reserved bits"));
        }
        if whole.0 == TEXT && std::str::from_utf8(&whole.1).is_err() {
            return Err(Over::Violation(1007, "a text that is not UTF-8"));
        }
        Ok(Some(whole))
    }

    fn received(&mut self, opcode: u8, payload: Vec<u8>) {
        if !self.options.echo || self.is_silent {
            return;
        }
        let delay = self.options.delay.as_ref().map_or(Duration::ZERO, |delay| to_duration(self.server.sample(delay)));
        let payload = conversant::answer(&payload).filter(|_| opcode == TEXT).map_or(payload, String::into_bytes);
        self.echoed += 1;
        self.echoes.insert((Instant::now() + delay, self.echoed), (opcode, payload));
    }

    /// The client closes: it is answered with the same code.
    async fn closed(&mut self, payload: &[u8]) -> Result<(), Over> {
        let code = payload.first_chunk::<2>().map_or(NO_CODE, |code| u16::from_be_bytes(*code));
        self.open.log.close_received(code);
        if self.is_silent {
            return Ok(());
        }
        self.put(LAST | CLOSE, &payload[..payload.len().min(2)]).await?;
        self.stream.shutdown().await?;
        Err(Over::Ended(format!("closed by the client: {code}")))
    }

    /// What was planned to end the socket.
    async fn end(&mut self, event: Event) -> Result<(), Over> {
        match event {
            Event::Cut => {
                // A reset rather than a polite end.
                self.stream.set_zero_linger()?;
                Err(Over::Ended("cut".to_owned()))
            }
            Event::Close(code) => {
                self.close(code).await?;
                Err(Over::Ended(format!("closed by the target: {code}")))
            }
            Event::Violation(violation) => {
                match violation {
                    Violation::Frame(_, bytes) => self.write(bytes).await?,
                    Violation::Huge => drop(self.pour().await),
                    Violation::Silence => {
                        self.is_silent = true;
                        (self.next_ping, self.echoes) = (None, BTreeMap::new());
                        return Ok(());
                    }
                    Violation::Stop => std::future::pending().await,
                }
                self.leave().await;
                Err(Over::Ended(format!("violation: {}", violation.name())))
            }
        }
    }

    /// Sends a frame of 1 GiB, as far as the client takes it.
    async fn pour(&mut self) -> Result<(), Over> {
        self.write(&HUGE).await?;
        for _ in 0..PAGES {
            self.stream.write_all(&PAGE).await?;
        }
        Ok(())
    }

    /// Closes the socket, and waits for the client's close frame.
    async fn close(&mut self, code: u16) -> Result<(), Over> {
        let code = code.to_be_bytes();
        let payload: &[u8] = if code == NO_CODE.to_be_bytes() { &[] } else { &code };
        self.put(LAST | CLOSE, payload).await?;
        self.leave().await;
        Ok(())
    }

    /// Reads until the client closes or leaves.
    async fn leave(&mut self) {
        let until = Instant::now() + LEAVING;
        loop {
            let (server, reader, stream) = (self.server, &mut self.reader, &mut self.stream);
            tokio::select! {
                () = server.sleeper.until(until) => return,
                frame = reader.next(stream) => match frame {
                    Ok(frame) if frame.opcode == CLOSE => {
                        let code = frame.payload.first_chunk::<2>();
                        self.open.log.close_received(code.map_or(NO_CODE, |code| u16::from_be_bytes(*code)));
                        return;
                    }
                    Ok(frame) if matches!(frame.opcode & !COMPRESSED, TEXT | BINARY) && frame.is_last => {
                        log::count(&self.open.log.messages_received);
                    }
                    Ok(_) => {}
                    Err(_) => return,
                },
            }
        }
    }
}
