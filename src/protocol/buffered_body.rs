//! The consumer of a response that waits for its end: the body, bounded, in a reused buffer.

use std::ops::ControlFlow;

use super::{ErrorClass, Failure, decode::Decoder};

/// Longest body that is kept for checks and extractions; the rest is counted and discarded.
pub(crate) const MAX_BODY: usize = 8 * 1024 * 1024;
/// A larger buffer is freed before the next response.
pub(crate) const SPARE_CAPACITY: usize = 64 * 1024;

/// The body of a response, as far as the profile reads it.
#[derive(Debug, Default)]
pub(crate) struct BufferedBody {
    bytes: Vec<u8>,
    wanted: bool,
}

impl BufferedBody {
    /// Starts on the next response.
    pub(crate) fn begin(&mut self, wanted: bool) {
        if self.bytes.capacity() > SPARE_CAPACITY {
            self.bytes = Vec::new();
        }
        self.bytes.clear();
        self.wanted = wanted;
    }

    /// Appends a chunk, up to [`MAX_BODY`].
    pub(crate) fn push(&mut self, chunk: &[u8]) {
        if self.wanted {
            let kept = MAX_BODY.saturating_sub(self.bytes.len()).min(chunk.len());
            self.bytes.extend_from_slice(chunk.get(..kept).unwrap_or_default());
        }
    }

    /// Decodes the body, if its head names content codings that are known; others leave it as it is. It is cut where a
    /// body that isn't compressed would be cut.
    ///
    /// # Errors
    /// [`ErrorClass::Decompression`] when the body is not what its head says.
    pub(crate) fn decode(&mut self, head: &[u8]) -> Result<(), Failure> {
        let Some(mut decoder) = Decoder::of_head(head).filter(|_| !self.bytes.is_empty()) else { return Ok(()) };
        let coded = std::mem::take(&mut self.bytes);
        let flow = decoder.push(&coded, &mut |piece| {
            self.push(piece);
            if self.bytes.len() < MAX_BODY { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        });
        // What was cut when it was buffered ends in the middle; that is no error of the server.
        let is_cut = coded.len() >= MAX_BODY;
        let whole = match flow {
            Ok(ControlFlow::Continue(())) => decoder.finish(),
            Ok(ControlFlow::Break(())) => Ok(()),
            Err(error) => Err(error),
        };
        if is_cut || whole.is_ok() {
            return Ok(());
        }
        self.bytes = coded;
        Err(Failure::text(ErrorClass::Decompression, "the body is not what its `Content-Encoding` says"))
    }

    /// The body as far as it was kept.
    #[must_use]
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}
