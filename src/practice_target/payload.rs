//! The body of an answer: some bytes of its own, then filler from one page, so that a large one costs no memory.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use hyper::body::{Body, Bytes, Frame, SizeHint};

use super::stream::StreamBody;

const PAGE_SIZE: usize = 65_536;
static PAGE: [u8; PAGE_SIZE] = [b'x'; PAGE_SIZE];

/// Bytes to send: in hand, made up, or written over time.
#[derive(Debug, Default)]
pub(super) struct Payload {
    own: Bytes,
    filler: u64,
    /// Instead of both.
    stream: Option<StreamBody>,
}

impl Payload {
    /// What is written over time.
    pub(super) fn stream(stream: StreamBody) -> Self {
        Self { stream: Some(stream), ..Self::default() }
    }

    /// `size` bytes of ASCII.
    pub(super) fn filler(size: u64) -> Self {
        Self { filler: size, ..Self::default() }
    }
}

impl From<Bytes> for Payload {
    fn from(own: Bytes) -> Self {
        Self { own, ..Self::default() }
    }
}

impl From<String> for Payload {
    fn from(text: String) -> Self {
        Bytes::from(text).into()
    }
}

impl From<&'static str> for Payload {
    fn from(text: &'static str) -> Self {
        Bytes::from_static(text.as_bytes()).into()
    }
}

impl Body for Payload {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        if let Some(stream) = &mut self.stream {
            return Pin::new(stream).poll_frame(context);
        }
        let mut data = std::mem::take(&mut self.own);
        if data.is_empty() {
            let size = usize::try_from(self.filler).unwrap_or(PAGE_SIZE).min(PAGE_SIZE);
            self.filler -= size as u64;
            data = Bytes::from_static(&PAGE[..size]);
        }
        Poll::Ready((!data.is_empty()).then(|| Ok(Frame::data(data))))
    }

    fn is_end_stream(&self) -> bool {
        self.stream.is_none() && self.own.is_empty() && self.filler == 0
    }

    fn size_hint(&self) -> SizeHint {
        match &self.stream {
            Some(stream) => stream.size_hint(),
            None => SizeHint::with_exact(self.own.len() as u64 + self.filler),
        }
    }
}

#[cfg(test)]
mod tests;
