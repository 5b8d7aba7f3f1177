//! Decompression of bodies, chunk by chunk: gzip, deflate, Brotli and Zstandard, in bounded memory for any input.
//!
//! A consumer may stop in the middle, so that a body which expands without measure costs a bounded time.

mod brotli;
mod inflate;
mod zstd;

use std::{
    io::{self, ErrorKind},
    ops::ControlFlow,
};

use self::{brotli::Brotli, inflate::Inflate, zstd::Zstd};
use super::head_lines;

/// Most codings of one body.
const MAX_CODINGS: usize = 4;
/// Size of the pieces in which decoded bytes are passed on.
const PIECE: usize = 8 * 1024;

/// Receives decoded pieces until it breaks.
pub(crate) type Output<'a> = dyn FnMut(&[u8]) -> ControlFlow<()> + 'a;

/// Decodes the body of one response.
pub(crate) struct Decoder {
    /// The outermost coding first.
    layers: Vec<Layer>,
}

enum Layer {
    Inflate(Inflate),
    Brotli(Brotli),
    Zstd(Zstd),
}

impl Decoder {
    /// A decoder for the codings that a head names; None if there is nothing to decode, or a coding is unknown.
    #[must_use]
    pub(crate) fn of_head(head: &[u8]) -> Option<Self> {
        let named = head_lines::values(head, "content-encoding").flat_map(|value| value.split(|byte| *byte == b','));
        let mut layers = Vec::new();
        for name in named.map(<[u8]>::trim_ascii) {
            layers.push(match name.to_ascii_lowercase().as_slice() {
                b"" | b"identity" => continue,
                b"gzip" | b"x-gzip" => Layer::Inflate(Inflate::gzip()),
                b"deflate" => Layer::Inflate(Inflate::deflate()),
                b"br" => Layer::Brotli(Brotli::new()),
                b"zstd" => Layer::Zstd(Zstd::new()),
                _ => return None,
            });
            if layers.len() > MAX_CODINGS {
                return None;
            }
        }
        layers.reverse();
        (!layers.is_empty()).then_some(Self { layers })
    }

    /// Decodes the next chunk; stops early if `output` wants no more.
    ///
    /// # Errors
    /// When the body does not match its content coding.
    pub(crate) fn push(&mut self, chunk: &[u8], output: &mut Output<'_>) -> io::Result<ControlFlow<()>> {
        push(&mut self.layers, chunk, output)
    }

    /// Ends the body.
    ///
    /// # Errors
    /// When a coding is not at its end. An empty body (of HEAD, of 304) is coded by nothing.
    pub(crate) fn finish(&self) -> io::Result<()> {
        let complete = self.layers.iter().all(|layer| match layer {
            Layer::Inflate(inflate) => inflate.is_complete(),
            Layer::Brotli(brotli) => brotli.is_complete(),
            Layer::Zstd(zstd) => zstd.is_complete(),
        });
        if complete { Ok(()) } else { Err(ErrorKind::UnexpectedEof.into()) }
    }
}

fn push(layers: &mut [Layer], chunk: &[u8], output: &mut Output<'_>) -> io::Result<ControlFlow<()>> {
    let Some((outer, inner)) = layers.split_first_mut() else { return Ok(output(chunk)) };
    // An error further in ends the outer layer as well.
    let mut failed = None;
    let mut next = |piece: &[u8]| match push(inner, piece, output) {
        Ok(flow) => flow,
        Err(error) => {
            failed = Some(error);
            ControlFlow::Break(())
        }
    };
    let flow = match outer {
        Layer::Inflate(inflate) => inflate.push(chunk, &mut next),
        Layer::Brotli(brotli) => brotli.push(chunk, &mut next),
        Layer::Zstd(zstd) => zstd.push(chunk, &mut next),
    };
    failed.map_or(flow, Err)
}

#[cfg(test)]
mod tests;
