//! A connection that was upgraded by `101 Switching Protocols` (RFC 9110, section 15.2.2).

use std::{
    io,
    pin::Pin,
    task::{Context, Poll},
};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::{
    connect::OpenMark,
    stream::{ByteStream, Scratch},
};

/// The byte stream of the new protocol. Bytes that came with the head of the response are read first.
#[derive(Debug)]
pub(crate) struct Upgraded {
    read_ahead: Vec<u8>,
    stream: ByteStream,
    _open: OpenMark,
}

impl Upgraded {
    pub(super) fn new(read_ahead: Vec<u8>, stream: ByteStream, open: OpenMark) -> Self {
        Self { read_ahead, stream, _open: open }
    }

    /// Reads once and passes the bytes to `consume`, and whether they are new: not those that were read ahead or given
    /// back. An empty slice is the end of the stream.
    ///
    /// # Errors
    /// Those of the socket or the TLS session.
    pub(crate) fn poll_read_with<T>(
        &mut self,
        context: &mut Context<'_>,
        scratch: &Scratch,
        consume: impl FnOnce(&[u8], bool) -> T,
    ) -> Poll<io::Result<T>> {
        if self.read_ahead.is_empty() {
            return self.stream.poll_read_with(context, scratch, |bytes| consume(bytes, true));
        }
        let read_ahead = std::mem::take(&mut self.read_ahead);
        Poll::Ready(Ok(consume(&read_ahead, false)))
    }

    /// Gives bytes back that are to be read again.
    pub(crate) fn unread(&mut self, bytes: Vec<u8>) {
        self.read_ahead = bytes;
    }
}

impl AsyncRead for Upgraded {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.read_ahead.is_empty() {
            return Pin::new(&mut self.stream).poll_read(context, buffer);
        }
        let length = self.read_ahead.len().min(buffer.remaining());
        buffer.put_slice(&self.read_ahead[..length]);
        self.read_ahead.drain(..length);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Upgraded {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
