//! Zstandard (RFC 8878).

use std::{
    io::{self, ErrorKind, Read},
    ops::ControlFlow,
};

use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};

use super::{Output, PIECE};

/// Largest window of Zstandard in HTTP (RFC 9659).
const MAX_WINDOW: u64 = 8 * 1024 * 1024;
/// Longest header of a frame (section 3.1.1).
const MAX_FRAME_HEADER: usize = 18;
const BLOCK_HEADER: usize = 3;
/// Longest block (section 3.1.1.2.4).
const MAX_BLOCK: usize = 128 * 1024;
const CHECKSUM: usize = 4;

/// One frame after another, block by block: the decoder takes only whole blocks.
pub(super) struct Zstd {
    decoder: Box<FrameDecoder>,
    /// Coded bytes that are no whole header or block yet.
    pending: Vec<u8>,
    /// Whether the frame that is being decoded ends with a checksum.
    frame: Option<bool>,
    space: Box<[u8]>,
}

impl Zstd {
    pub(super) fn new() -> Self {
        let mut decoder = Box::new(FrameDecoder::new());
        decoder.set_max_window_size(MAX_WINDOW);
        Self { decoder, pending: Vec::new(), frame: None, space: vec![0; PIECE].into() }
    }

    pub(super) fn is_complete(&self) -> bool {
        self.frame.is_none() && self.pending.is_empty()
    }

    pub(super) fn push(&mut self, input: &[u8], output: &mut Output<'_>) -> io::Result<ControlFlow<()>> {
        let mut pending = std::mem::take(&mut self.pending);
        pending.extend_from_slice(input);
        let mut rest = pending.as_slice();
        while self.step(&mut rest)? {
            loop {
                let made = self.decoder.read(&mut self.space)?;
                if made == 0 {
                    break;
                }
                if output(&self.space[..made]).is_break() {
                    return Ok(ControlFlow::Break(()));
                }
            }
        }
        let used = pending.len() - rest.len();
        pending.drain(..used);
        self.pending = pending;
        Ok(ControlFlow::Continue(()))
    }

    /// Takes the next header or block; false if it isn't whole yet.
    fn step(&mut self, rest: &mut &[u8]) -> io::Result<bool> {
        let Some(has_checksum) = self.frame else {
            let mut header = *rest;
            return match self.decoder.reset(&mut header) {
                Ok(()) => {
                    self.frame = Some(rest[4] & 0b100 != 0);
                    *rest = header;
                    Ok(true)
                }
                Err(_) if rest.len() < MAX_FRAME_HEADER => Ok(false),
                Err(error) => Err(io::Error::other(error)),
            };
        };
        let Some([low, middle, high]) = rest.first_chunk::<BLOCK_HEADER>() else { return Ok(false) };
        let header = u32::from_le_bytes([*low, *middle, *high, 0]);
        let is_last = header & 1 == 1;
        let size = usize::try_from(header >> 3).unwrap_or(usize::MAX);
        // A block of type 1 repeats one byte.
        let size = if header >> 1 & 0b11 == 1 { 1 } else { size };
        if size > MAX_BLOCK {
            return Err(ErrorKind::InvalidData.into());
        }
        let length = BLOCK_HEADER + size + if is_last && has_checksum { CHECKSUM } else { 0 };
        let Some((mut block, behind)) = rest.split_at_checked(length) else { return Ok(false) };
        let decoded = self.decoder.decode_blocks(&mut block, BlockDecodingStrategy::UptoBlocks(1));
        decoded.map_err(io::Error::other)?;
        *rest = behind;
        if is_last {
            self.frame = None;
        }
        Ok(true)
    }
}
