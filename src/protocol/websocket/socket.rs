//! An open socket: frames are queued, written as far as the kernel takes them, and read as they come.

use std::{
    io,
    ops::ControlFlow,
    pin::Pin,
    task::{Context, Poll, ready},
};

use tokio::{io::AsyncWrite, time::Instant};

use super::{
    deflate,
    frame::{self, COMPRESSED, Opcode},
    parser::{Incoming, Parser},
};
use crate::protocol::{ErrorClass, Failure, Phase, stream::Scratch, upgrade::Upgraded};

/// Beyond so many bytes that the server does not take, its pings are not answered, and nothing is read.
const MAX_WAITING: usize = 1024 * 1024;
/// A buffer of at most so many bytes is kept for the next message.
const KEPT: usize = 256;

/// An open socket.
#[derive(Debug)]
pub(crate) struct Socket {
    stream: Box<Upgraded>,
    parser: Parser,
    pub outbox: Outbox,
    /// Bytes read.
    pub received: u64,
}

/// Frames that wait to be written.
#[derive(Debug, Default)]
pub(crate) struct Outbox {
    bytes: Vec<u8>,
    /// Whether messages are compressed.
    deflates: bool,
    written: usize,
    /// Bytes written so far.
    pub sent: u64,
}

/// What a read brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Read {
    /// Bytes; what they completed was handed over.
    Some,
    /// The end of the connection.
    End,
}

impl Outbox {
    /// Queues a frame.
    pub(crate) fn put(&mut self, opcode: Opcode, payload: &[u8]) {
        let key = fastrand::u32(..).to_ne_bytes();
        if self.deflates && !opcode.is_control() {
            frame::put_with(COMPRESSED | opcode as u8, &deflate::compressed(payload), key, &mut self.bytes);
        } else {
            frame::put(opcode, payload, key, &mut self.bytes);
        }
    }

    /// Queues a close frame.
    pub(crate) fn close(&mut self, code: u16, reason: &str) {
        let most = frame::MAX_CONTROL - 2;
        let end = (0..=reason.len().min(most)).rev().find(|end| reason.is_char_boundary(*end)).unwrap_or_default();
        self.put(Opcode::Close, &[&code.to_be_bytes(), &reason.as_bytes()[..end]].concat());
    }

    /// Answers a ping, unless the server takes nothing: then only a later one is worth an answer.
    pub(crate) fn pong(&mut self, payload: &[u8]) {
        if !self.is_full() {
            self.put(Opcode::Pong, payload);
        }
    }

    /// Whether more waits than the server may leave.
    #[must_use]
    pub(crate) fn is_full(&self) -> bool {
        self.bytes.len() - self.written > MAX_WAITING
    }

    fn poll_write(&mut self, context: &mut Context<'_>, stream: &mut Upgraded) -> Poll<io::Result<()>> {
        if self.bytes.is_empty() {
            return Poll::Ready(Ok(()));
        }
        while self.written < self.bytes.len() {
            let written = ready!(Pin::new(&mut *stream).poll_write(context, &self.bytes[self.written..]))?;
            if written == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.written += written;
            self.sent += written as u64;
        }
        // TLS keeps bytes back until they are flushed.
        ready!(Pin::new(stream).poll_flush(context))?;
        self.written = 0;
        self.bytes.clear();
        if self.bytes.capacity() > KEPT {
            self.bytes = Vec::new();
        }
        Poll::Ready(Ok(()))
    }
}

impl Socket {
    /// A socket that was just opened, and whether its messages are compressed.
    #[must_use]
    pub(crate) fn new(stream: Box<Upgraded>, deflates: bool) -> Self {
        let parser = Parser::new(deflates);
        Self { stream, parser, outbox: Outbox { deflates, ..Outbox::default() }, received: 0 }
    }

    /// Writes what waits; ready once nothing does.
    ///
    /// # Errors
    /// The connection broke.
    pub(crate) fn poll_write(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Failure>> {
        self.outbox.poll_write(context, &mut self.stream).map_err(dropped)
    }

    /// Writes as much as the kernel takes now.
    ///
    /// # Errors
    /// The connection broke.
    pub(crate) fn write_now(&mut self) -> Result<(), Failure> {
        match self.poll_write(&mut Context::from_waker(std::task::Waker::noop())) {
            Poll::Ready(written) => written,
            Poll::Pending => Ok(()),
        }
    }

    /// Reads once, and hands over what became complete, with the time of the read; stops when `take` breaks, and keeps
    /// the rest for the next reading.
    ///
    /// # Errors
    /// The connection broke, or the server violated the protocol.
    pub(crate) fn poll_read(
        &mut self,
        context: &mut Context<'_>,
        scratch: &Scratch,
        mut take: impl FnMut(Incoming<'_>, &mut Outbox, Instant) -> ControlFlow<()>,
    ) -> Poll<Result<Read, Failure>> {
        let Self { stream, parser, outbox, received } = self;
        let mut rest = Vec::new();
        let read = stream.poll_read_with(context, scratch, |bytes, is_new| {
            if bytes.is_empty() {
                return Ok(Read::End);
            }
            let at = Instant::now();
            if is_new {
                *received += bytes.len() as u64;
            }
            let used = parser.feed(bytes, |incoming| take(incoming, outbox, at))?;
            rest.extend_from_slice(bytes.get(used..).unwrap_or_default());
            Ok(Read::Some)
        });
        let parsed = ready!(read).map_err(dropped)?;
        if !rest.is_empty() {
            self.stream.unread(rest);
        }
        Poll::Ready(parsed.map_err(|violation: super::parser::Violation| {
            self.outbox.close(violation.code(), "");
            violation.failure()
        }))
    }
}

/// The failure of a connection that broke.
fn dropped(error: io::Error) -> Failure {
    let Failure { cause, .. } = Failure::of_io(Phase::Body, error);
    Failure { class: ErrorClass::WsDropped, cause }
}
