//! gzip, in small steps: it runs on cores that the load shares.

use std::io::Write;

use flate2::{Compression, write::GzEncoder};

/// Bytes that are compressed before the thread yields.
const CHUNK: usize = 64 * 1024;

/// One gzip member, fast rather than small.
#[must_use]
pub(crate) fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(content.len() / 8), Compression::fast());
    for chunk in content.chunks(CHUNK) {
        if encoder.write_all(chunk).is_err() {
            // Writing into memory can't fail.
            return Vec::new();
        }
        // Half a millisecond at a time, not ten.
        std::thread::yield_now();
    }
    encoder.finish().unwrap_or_default()
}
