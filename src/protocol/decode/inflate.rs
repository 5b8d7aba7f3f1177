//! gzip and deflate.

use std::{io, ops::ControlFlow};

use flate2::{Decompress, FlushDecompress, Status};

use super::{Output, PIECE};

/// Window size of gzip and zlib, as a power of two.
const WINDOW_BITS: u8 = 15;

/// A stream of gzip members, of zlib, or of bare deflate.
pub(super) struct Inflate {
    /// None before the first bytes, and between the members of gzip.
    stream: Option<Decompress>,
    gzip: bool,
    /// The first byte of a deflate body: it takes two to see its format.
    first: Option<u8>,
    ended: bool,
    space: Box<[u8]>,
}

impl Inflate {
    pub(super) fn gzip() -> Self {
        Self { stream: None, gzip: true, first: None, ended: false, space: vec![0; PIECE].into() }
    }

    pub(super) fn deflate() -> Self {
        Self { gzip: false, ..Self::gzip() }
    }

    pub(super) fn is_complete(&self) -> bool {
        self.stream.is_none() && self.first.is_none()
    }

    pub(super) fn push(&mut self, mut input: &[u8], output: &mut Output<'_>) -> io::Result<ControlFlow<()>> {
        while !input.is_empty() {
            if self.stream.is_none() {
                // Bytes behind the end of a deflate stream are ignored; behind one of gzip, another member begins.
                if self.ended && !self.gzip {
                    return Ok(ControlFlow::Continue(()));
                }
                if self.gzip {
                    self.stream = Some(Decompress::new_gzip(WINDOW_BITS));
                } else if let Some(first) = self.first.take() {
                    self.stream = Some(Decompress::new(has_zlib_header(first, input[0])));
                    if self.inflate(&mut &[first][..], output)?.is_break() {
                        return Ok(ControlFlow::Break(()));
                    }
                } else {
                    self.first = Some(input[0]);
                    input = &input[1..];
                    continue;
                }
            }
            if self.inflate(&mut input, output)?.is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    /// Decodes up to the end of the input or of the stream.
    fn inflate(&mut self, input: &mut &[u8], output: &mut Output<'_>) -> io::Result<ControlFlow<()>> {
        loop {
            let Some(stream) = &mut self.stream else { return Ok(ControlFlow::Continue(())) };
            let (before_in, before_out) = (stream.total_in(), stream.total_out());
            let status = stream.decompress(input, &mut self.space, FlushDecompress::None)?;
            let used = usize::try_from(stream.total_in() - before_in).unwrap_or(usize::MAX).min(input.len());
            let made = usize::try_from(stream.total_out() - before_out).unwrap_or(usize::MAX).min(PIECE);
            *input = &input[used..];
            if status == Status::StreamEnd {
                (self.stream, self.ended) = (None, true);
            }
            if made > 0 && output(&self.space[..made]).is_break() {
                return Ok(ControlFlow::Break(()));
            }
            // A full piece may have more behind it.
            if status == Status::StreamEnd || (made < PIECE && (input.is_empty() || used == 0)) {
                return Ok(ControlFlow::Continue(()));
            }
        }
    }
}

/// RFC 9110 means zlib's frame; some servers send the bare stream.
fn has_zlib_header(first: u8, second: u8) -> bool {
    first & 0x0f == 8 && (u16::from(first) << 8 | u16::from(second)) % 31 == 0
}
