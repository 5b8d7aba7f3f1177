//! Counts the bytes of a connection's frames.

use std::{
    cell::Cell,
    io,
    pin::Pin,
    rc::Rc,
    task::{Context, Poll, ready},
};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::protocol::stream::ByteStream;

/// Bytes that no attempt has taken yet.
#[derive(Debug, Default)]
pub(super) struct Traffic {
    /// Below zero while an attempt has taken in advance.
    sent: Cell<i64>,
    received: Cell<u64>,
}

impl Traffic {
    /// What was written, at least one byte: a request that was handed over counts as sent, though its frames may cross
    /// the stream a moment later. What was taken in advance is missing from the next count, so that sums are exact.
    pub(super) fn take_sent(&self) -> usize {
        let taken = self.sent.get().max(1);
        self.sent.set(self.sent.get() - taken);
        usize::try_from(taken).unwrap_or(1)
    }

    /// What was written besides.
    pub(super) fn take_rest(&self) -> usize {
        let taken = self.sent.get().max(0);
        self.sent.set(self.sent.get() - taken);
        usize::try_from(taken).unwrap_or(0)
    }

    /// What was read.
    pub(super) fn take_received(&self) -> usize {
        usize::try_from(self.received.take()).unwrap_or(usize::MAX)
    }
}

/// A stream and its count.
#[derive(Debug)]
pub(super) struct Counted {
    stream: ByteStream,
    traffic: Rc<Traffic>,
    /// Why nothing can be written any more. The server may have said before why, so what it sent is read to its end first.
    broken: Option<io::Error>,
}

impl Counted {
    pub(super) fn new(stream: ByteStream, traffic: Rc<Traffic>) -> Self {
        Self { stream, traffic, broken: None }
    }

    /// Counts what was written. What can't be written is dropped: the reader learns why.
    fn wrote(&mut self, written: io::Result<usize>, offered: usize) -> usize {
        match written {
            Ok(bytes) => {
                self.traffic.sent.set(self.traffic.sent.get() + i64::try_from(bytes).unwrap_or(i64::MAX));
                bytes
            }
            Err(error) => {
                self.broken = Some(error);
                offered
            }
        }
    }
}

impl AsyncRead for Counted {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(context, buffer))?;
        let read = buffer.filled().len() - before;
        if read == 0
            && buffer.remaining() > 0
            && let Some(error) = self.broken.take()
        {
            return Poll::Ready(Err(error));
        }
        self.traffic.received.set(self.traffic.received.get() + read as u64);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Counted {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        if self.broken.is_some() {
            return Poll::Ready(Ok(bytes.len()));
        }
        let written = ready!(Pin::new(&mut self.stream).poll_write(context, bytes));
        Poll::Ready(Ok(self.wrote(written, bytes.len())))
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        pieces: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let offered = pieces.iter().map(|piece| piece.len()).sum();
        if self.broken.is_some() {
            return Poll::Ready(Ok(offered));
        }
        let written = ready!(Pin::new(&mut self.stream).poll_write_vectored(context, pieces));
        Poll::Ready(Ok(self.wrote(written, offered)))
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.broken.is_some() {
            return Poll::Ready(Ok(()));
        }
        let flushed = ready!(Pin::new(&mut self.stream).poll_flush(context));
        self.broken = flushed.err();
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
