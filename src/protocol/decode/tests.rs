//! Content codings: each of them, one over another, damaged, and expanding without measure.

use std::io::Write;

use proptest::prelude::*;

use super::*;
use crate::protocol::{
    ErrorClass,
    buffered_body::{BufferedBody, MAX_BODY},
};

/// Decodes as the session does, the whole body at its end.
fn buffered(codings: &str, coded: &[u8]) -> Result<Vec<u8>, ErrorClass> {
    let mut body = BufferedBody::default();
    body.begin(true);
    body.push(coded);
    body.decode(format!("HTTP/1.1 200 OK\r\nContent-Encoding: {codings}\r\n\r\n").as_bytes())?;
    Ok(body.bytes().to_vec())
}

/// Decodes as the chunks arrive.
fn streamed(codings: &str, chunks: &[&[u8]]) -> io::Result<Vec<u8>> {
    let head = format!("HTTP/1.1 200 OK\r\nContent-Encoding: {codings}\r\n\r\n");
    let Some(mut decoder) = Decoder::of_head(head.as_bytes()) else { return Ok(chunks.concat()) };
    let mut body = Vec::new();
    for chunk in chunks {
        let flow = decoder.push(chunk, &mut |piece| {
            body.extend_from_slice(piece);
            ControlFlow::Continue(())
        })?;
        assert!(flow.is_continue());
    }
    decoder.finish().map(|()| body)
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
        assert_eq!(buffered(codings, &body).unwrap(), b"hello", "{codings}");
        for size in [1, 2, 3, 7] {
            let chunks: Vec<&[u8]> = body.chunks(size).collect();
            assert_eq!(streamed(codings, &chunks).unwrap(), b"hello", "{codings} in chunks of {size}");
        }
    }
    assert_eq!(buffered("gzip", b""), Ok(Vec::new()));
}

#[test]
fn bombs_are_cut_and_damage_is_an_error() {
    for (codings, bomb) in [
        ("gzip", gzip(&vec![0; 3 * MAX_BODY])),
        ("zstd", zstd(&vec![0; 3 * MAX_BODY])),
        ("gzip, gzip", gzip(&gzip(&vec![0; 3 * MAX_BODY]))),
    ] {
        assert_eq!(buffered(codings, &bomb).unwrap().len(), MAX_BODY, "{codings}");
    }
    let whole = gzip(b"hello, hello, hello");
    for body in [&whole[..whole.len() - 3], b"not at all"] {
        assert_eq!(buffered("gzip", body), Err(ErrorClass::Decompression));
    }
    // A window of 2 GiB (RFC 8878, section 3.1.1.1.2) is refused before it is made.
    let wide = [0x28, 0xb5, 0x2f, 0xfd, 0x00, 0xa8, 0x01, 0x00, 0x00];
    assert_eq!(buffered("zstd", &wide), Err(ErrorClass::Decompression));
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(body in prop::collection::vec(any::<u8>(), 0..200), which in 0_usize..4) {
        let coding = ["gzip", "deflate", "br", "zstd"][which];
        let _either = buffered(coding, &body);
        let magic = [&[0x28, 0xb5, 0x2f, 0xfd][..], &body].concat();
        let _either = buffered("zstd", &magic);
    }
}

#[test]
fn large_bodies_come_out_while_they_go_in() {
    let text: Vec<u8> = (0_u32..200_000).flat_map(|number| number.to_string().into_bytes()).collect();
    for (coding, body) in [("gzip", gzip(&text)), ("deflate", zlib(&text)), ("zstd", zstd(&text))] {
        let chunks: Vec<&[u8]> = body.chunks(10_000).collect();
        assert_eq!(streamed(coding, &chunks).unwrap(), text, "{coding}");
        let mut decoder = Decoder::of_head(format!("\r\nContent-Encoding: {coding}\r\n").as_bytes()).unwrap();
        let mut length = 0;
        let half = decoder.push(&body[..body.len() / 2], &mut |piece| {
            length += piece.len();
            ControlFlow::Continue(())
        });
        assert!(half.is_ok() && length > text.len() / 4, "{coding}: {length} of {}", text.len());
        assert!(decoder.finish().is_err(), "{coding}");
    }
}
