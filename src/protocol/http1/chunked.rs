//! The chunked transfer coding (RFC 9112, section 7.1), incrementally.

use super::response::ResponseError;

/// Longest chunk-size line with its extensions, and longest trailer section.
const MAX_LINE: usize = 4 * 1024;
const MAX_TRAILERS: usize = 64 * 1024;

#[derive(Debug, Clone, Copy, Default)]
enum ChunkState {
    #[default]
    Size,
    Extension,
    Data,
    DataEnd,
    Trailer,
}

/// Position within a chunked body.
#[derive(Debug, Default)]
pub(crate) struct Chunks {
    at: ChunkState,
    size: u64,
    digits: usize,
    line: usize,
    trailers: usize,
}

impl Chunks {
    /// Takes bytes, shows data to `data`; Some(used) once the last chunk and its trailers are read.
    ///
    /// # Errors
    /// When the coding is violated or a line is endless.
    pub(crate) fn feed(&mut self, bytes: &[u8], mut data: impl FnMut(&[u8])) -> Result<Option<usize>, ResponseError> {
        let mut place = 0;
        while let Some(byte) = bytes.get(place) {
            if matches!(self.at, ChunkState::Data) {
                let used = usize::try_from(self.size).unwrap_or(usize::MAX).min(bytes.len() - place);
                data(&bytes[place..place + used]);
                self.size -= used as u64;
                place += used;
                if self.size == 0 {
                    self.at = ChunkState::DataEnd;
                }
                continue;
            }
            place += 1;
            if self.take(*byte)? {
                return Ok(Some(place));
            }
        }
        Ok(None)
    }

    /// Takes one byte outside of data; true at the very end.
    fn take(&mut self, byte: u8) -> Result<bool, ResponseError> {
        match (self.at, byte) {
            (ChunkState::Size, b'0'..=b'9' | b'a'..=b'f' | b'A'..=b'F') if self.digits < 15 => {
                let digit = (byte as char)
                    .to_digit(16)
                    .ok_or(ResponseError::Malformed("the length of a chunk is not a number"))?;
                self.size = self.size * 16 + u64::from(digit);
                self.digits += 1;
            }
            (ChunkState::Size, b';' | b' ' | b'\t' | b'\r') if self.digits > 0 => self.at = ChunkState::Extension,
            (ChunkState::Size, b'\n') if self.digits > 0 => self.end_size_line(),
            (ChunkState::Extension, b'\n') => self.end_size_line(),
            (ChunkState::Extension, _) if self.line < MAX_LINE => self.line += 1,
            (ChunkState::DataEnd | ChunkState::Trailer, b'\r') => {}
            (ChunkState::DataEnd, b'\n') => {
                (self.at, self.size, self.digits, self.line) = (ChunkState::Size, 0, 0, 0);
            }
            (ChunkState::Trailer, b'\n') if self.line == 0 => return Ok(true),
            (ChunkState::Trailer, b'\n') => self.line = 0,
            (ChunkState::Trailer, _) if self.trailers < MAX_TRAILERS => {
                self.line += 1;
                self.trailers += 1;
            }
            _ => return Err(ResponseError::Malformed("the chunked body is damaged")),
        }
        Ok(false)
    }

    fn end_size_line(&mut self) {
        self.line = 0;
        self.at = if self.size == 0 { ChunkState::Trailer } else { ChunkState::Data };
    }
}
