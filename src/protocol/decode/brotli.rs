//! Brotli (RFC 7932).

use std::{
    io::{self, ErrorKind},
    ops::ControlFlow,
};

use brotli_decompressor::{BrotliDecompressStream, BrotliResult, BrotliState, StandardAlloc};

use super::{Output, PIECE};

/// A Brotli stream.
pub(super) struct Brotli {
    state: Box<BrotliState<StandardAlloc, StandardAlloc, StandardAlloc>>,
    begun: bool,
    ended: bool,
    space: Box<[u8]>,
}

impl Brotli {
    pub(super) fn new() -> Self {
        let state = BrotliState::new(StandardAlloc::default(), StandardAlloc::default(), StandardAlloc::default());
        Self { state: Box::new(state), begun: false, ended: false, space: vec![0; PIECE].into() }
    }

    pub(super) fn is_complete(&self) -> bool {
        self.ended || !self.begun
    }

    pub(super) fn push(&mut self, input: &[u8], output: &mut Output<'_>) -> io::Result<ControlFlow<()>> {
        if input.is_empty() {
            return Ok(ControlFlow::Continue(()));
        }
        self.begun = true;
        let (mut left, mut at) = (input.len(), 0);
        loop {
            if self.ended {
                // Bytes behind the end belong to no body.
                return if left == 0 { Ok(ControlFlow::Continue(())) } else { Err(ErrorKind::InvalidData.into()) };
            }
            let (mut space, mut made, mut total) = (PIECE, 0, 0);
            let result = BrotliDecompressStream(
                &mut left,
                &mut at,
                input,
                &mut space,
                &mut made,
                &mut self.space,
                &mut total,
                &mut self.state,
            );
            if made > 0 && output(&self.space[..made]).is_break() {
                return Ok(ControlFlow::Break(()));
            }
            match result {
                BrotliResult::NeedsMoreInput => return Ok(ControlFlow::Continue(())),
                BrotliResult::NeedsMoreOutput => {}
                BrotliResult::ResultSuccess => self.ended = true,
                BrotliResult::ResultFailure => return Err(ErrorKind::InvalidData.into()),
            }
        }
    }
}
