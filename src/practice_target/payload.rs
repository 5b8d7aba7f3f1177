//! The body of an answer: some bytes of its own, then filler from one page, so that a large one costs no memory.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use hyper::body::{Body, Bytes, Frame, SizeHint};

const PAGE_SIZE: usize = 65_536;
static PAGE: [u8; PAGE_SIZE] = [b'x'; PAGE_SIZE];

/// Bytes to send, all in hand or made up.
#[derive(Debug, Default)]
pub(super) struct Payload {
    own: Bytes,
    filler: u64,
}

impl Payload {
    /// `size` bytes of ASCII.
    pub(super) fn filler(size: u64) -> Self {
        Self { own: Bytes::new(), filler: size }
    }
}

impl From<Bytes> for Payload {
    fn from(own: Bytes) -> Self {
        Self { own, filler: 0 }
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
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let mut data = std::mem::take(&mut self.own);
        if data.is_empty() {
            let size = usize::try_from(self.filler).unwrap_or(PAGE_SIZE).min(PAGE_SIZE);
            self.filler -= size as u64;
            data = Bytes::from_static(&PAGE[..size]);
        }
        Poll::Ready((!data.is_empty()).then(|| Ok(Frame::data(data))))
    }

    fn is_end_stream(&self) -> bool {
        self.own.is_empty() && self.filler == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.own.len() as u64 + self.filler)
    }
}

#[cfg(test)]
mod tests;
