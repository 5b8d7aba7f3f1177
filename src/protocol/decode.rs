//! Decompression of kept bodies: gzip, deflate, Brotli and Zstandard, bounded whatever comes.
//!
//! A body that unpacks to more than is kept of an uncompressed one is cut at the same length: a bomb costs a bounded
//! time and memory, and checks see what they would see of a large body.

use std::io::{self, Read};

use ruzstd::decoding::StreamingDecoder;

use super::{
    ErrorClass,
    buffered_response::{BufferedResponse, MAX_BODY},
    head,
};

/// Most codings one over the other; more is a trick.
const MAX_CODINGS: usize = 4;
/// Largest window of Zstandard in HTTP (RFC 9659).
const MAX_ZSTD_WINDOW: u64 = 8 * 1024 * 1024;

/// A content coding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Coding {
    Gzip,
    Deflate,
    Brotli,
    Zstd,
}

/// Decodes the kept body, if its head names codings that are known; others leave it as it is.
///
/// # Errors
/// When the body is not what its head says.
pub fn decode(kept: &mut BufferedResponse) -> Result<(), ErrorClass> {
    let codings = codings(kept.head());
    // An empty body (of HEAD, of 304) is coded by nothing.
    if codings.is_empty() || kept.body().is_empty() {
        return Ok(());
    }
    // What was cut when it was kept ends in the middle; that is no fault of the server's.
    let cut = kept.body().len() >= MAX_BODY;
    let mut body = None;
    // The last coding named is the outermost.
    for coding in codings.into_iter().rev() {
        let coded = body.as_deref().unwrap_or(kept.body());
        body = Some(unpack(coding, coded, cut).map_err(|_| ErrorClass::Decompression)?);
    }
    body.into_iter().for_each(|body| kept.decode_to(body));
    Ok(())
}

/// The codings of a head in the order in which they were applied; empty if one of them is not known.
fn codings(head: &[u8]) -> Vec<Coding> {
    let named = head::values(head, "content-encoding").flat_map(|value| value.split(|byte| *byte == b','));
    let known =
        named.map(<[u8]>::trim_ascii).filter(|name| !name.is_empty() && !name.eq_ignore_ascii_case(b"identity"));
    let codings: Option<Vec<_>> = known
        .map(|name| match name.to_ascii_lowercase().as_slice() {
            b"gzip" | b"x-gzip" => Some(Coding::Gzip),
            b"deflate" => Some(Coding::Deflate),
            b"br" => Some(Coding::Brotli),
            b"zstd" => Some(Coding::Zstd),
            _ => None,
        })
        .collect();
    codings.filter(|codings| codings.len() <= MAX_CODINGS).unwrap_or_default()
}

fn unpack(coding: Coding, coded: &[u8], cut: bool) -> io::Result<Vec<u8>> {
    match coding {
        Coding::Gzip => read_bounded(flate2::read::MultiGzDecoder::new(coded), cut),
        // RFC 9110 means zlib's frame; some servers send the bare stream.
        Coding::Deflate if has_zlib_frame(coded) => read_bounded(flate2::read::ZlibDecoder::new(coded), cut),
        Coding::Deflate => read_bounded(flate2::read::DeflateDecoder::new(coded), cut),
        Coding::Brotli => read_bounded(brotli_decompressor::Decompressor::new(coded, 4096), cut),
        Coding::Zstd => {
            let mut rest = coded;
            let mut body = Vec::new();
            // A body may consist of several frames.
            while !rest.is_empty() && body.len() < MAX_BODY {
                let frame = StreamingDecoder::new_with_max_window_size(&mut rest, MAX_ZSTD_WINDOW);
                body.extend(read_bounded(frame.map_err(io::Error::other)?, cut)?);
                if cut {
                    break;
                }
            }
            body.truncate(MAX_BODY);
            Ok(body)
        }
    }
}

fn read_bounded(decoder: impl Read, cut: bool) -> io::Result<Vec<u8>> {
    let mut body = Vec::new();
    match decoder.take(MAX_BODY as u64).read_to_end(&mut body) {
        Err(error) if !cut => Err(error),
        _ => Ok(body),
    }
}

fn has_zlib_frame(coded: &[u8]) -> bool {
    matches!(coded, [first, second, ..] if first & 0x0f == 8 && (u16::from(*first) << 8 | u16::from(*second)) % 31 == 0)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use proptest::prelude::*;

    use super::*;

    fn kept(codings: &str, body: &[u8]) -> BufferedResponse {
        let mut kept = BufferedResponse::default();
        kept.begin(true, true);
        kept.take_head(format!("HTTP/1.1 200 OK\r\nContent-Encoding: {codings}\r\n\r\n").as_bytes());
        kept.take_body(body);
        kept
    }

    fn gzip(data: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(data).unwrap();
        encoder.finish().unwrap()
    }

    fn zlib(data: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(data).unwrap();
        encoder.finish().unwrap()
    }

    fn bare(data: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(data).unwrap();
        encoder.finish().unwrap()
    }

    fn zstd(data: &[u8]) -> Vec<u8> {
        ruzstd::encoding::compress_to_vec(data, ruzstd::encoding::CompressionLevel::Fastest)
    }

    /// "hello" as the reference encoder of Brotli writes it.
    const BROTLI: [u8; 9] = [0x0b, 0x02, 0x80, b'h', b'e', b'l', b'l', b'o', 0x03];

    #[test]
    fn every_coding_is_read_also_one_over_another() {
        let cases = [
            ("gzip", gzip(b"hello")),
            ("X-GZip", gzip(b"hello")),
            ("deflate", zlib(b"hello")),
            ("deflate", bare(b"hello")),
            ("br", BROTLI.to_vec()),
            ("zstd", zstd(b"hello")),
            ("zstd", [zstd(b"hel"), zstd(b"lo")].concat()),
            ("gzip", [gzip(b"hel"), gzip(b"lo")].concat()),
            ("deflate, gzip", gzip(&zlib(b"hello"))),
            ("identity", b"hello".to_vec()),
            ("unknown, gzip", b"hello".to_vec()),
        ];
        for (codings, body) in cases {
            let mut kept = kept(codings, &body);
            assert_eq!(decode(&mut kept), Ok(()), "{codings}");
            assert_eq!(kept.body(), b"hello", "{codings}");
        }
        let mut empty = kept("gzip", b"");
        assert_eq!(decode(&mut empty), Ok(()));
    }

    #[test]
    fn bombs_are_cut_and_damage_is_a_fault() {
        for (codings, bomb) in [
            ("gzip", gzip(&vec![0; 3 * MAX_BODY])),
            ("zstd", zstd(&vec![0; 3 * MAX_BODY])),
            ("gzip, gzip", gzip(&gzip(&vec![0; 3 * MAX_BODY]))),
        ] {
            let mut kept = kept(codings, &bomb);
            assert_eq!(decode(&mut kept), Ok(()), "{codings}");
            assert_eq!(kept.body().len(), MAX_BODY, "{codings}");
        }
        let whole = gzip(b"hello, hello, hello");
        for body in [&whole[..whole.len() - 3], b"not at all"] {
            assert_eq!(decode(&mut kept("gzip", body)), Err(ErrorClass::Decompression));
        }
        // A window of 2 GiB (RFC 8878, section 3.1.1.1.2) is refused before it is made.
        let wide = [0x28, 0xb5, 0x2f, 0xfd, 0x00, 0xa8, 0x01, 0x00, 0x00];
        assert_eq!(decode(&mut kept("zstd", &wide)), Err(ErrorClass::Decompression));
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(body in prop::collection::vec(any::<u8>(), 0..200), which in 0_usize..4) {
            let coding = ["gzip", "deflate", "br", "zstd"][which];
            let _either = decode(&mut kept(coding, &body));
            let magic = [&[0x28, 0xb5, 0x2f, 0xfd][..], &body].concat();
            let _either = decode(&mut kept("zstd", &magic));
        }
    }
}
