//! Responses of HTTP/1.1: well-formed, hostile, and cut in any way.

use super::*;
use proptest::prelude::*;

/// Progress, and the body.
fn read(pieces: &[&[u8]]) -> (Result<Progress, ResponseError>, Vec<u8>) {
    let (mut reader, mut head, mut body) = (ResponseReader::default(), ResponseHead::default(), Vec::new());
    for piece in pieces {
        match reader.feed(piece, &mut head, |chunk| body.extend_from_slice(chunk)) {
            Ok(Progress::More) => {}
            done => return (done, body),
        }
    }
    (Ok(Progress::More), body)
}

#[test]
fn bodies_end_where_the_head_says() {
    let cases: [(&[u8], bool, &[u8]); 8] = [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", true, b"hello"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;x=y\r\nhello\r\n0\r\nT: v\r\n\r\n", true, b"hello"),
        (b"HTTP/1.1 204 No Content\r\n\r\n", true, b""),
        (b"HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", true, b""),
        (b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", false, b""),
        (b"HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\nx", false, b"x"),
        (b"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 1\r\n\r\nx", true, b"x"),
        (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx", true, b"x"),
    ];
    for (bytes, keep_alive, body) in cases {
        let (progress, read) = read(&[bytes]);
        assert_eq!(progress, Ok(Progress::Done { keep_alive }), "{}", String::from_utf8_lossy(bytes));
        assert_eq!(read, body);
    }
}

#[test]
fn a_body_without_length_ends_with_the_stream() {
    let (progress, body) = read(&[b"HTTP/1.1 200 OK\r\n\r\nhel", b"lo", b""]);
    assert_eq!(progress, Ok(Progress::Done { keep_alive: false }));
    assert_eq!(body, b"hello");
}

#[test]
fn hostile_responses_are_errors() {
    let endless = [b"HTTP/1.1 200 OK\r\nX: ".to_vec(), vec![b'a'; 70_000]].concat();
    let many = [b"HTTP/1.1 200 OK\r\n".to_vec(), b"A: b\r\n".repeat(200)].concat();
    let cases: [(&[&[u8]], ResponseError); 9] = [
        (&[b"garbage\r\n\r\n"], ResponseError::Malformed("the response does not begin with `HTTP/1.`")),
        (&[&endless], ResponseError::Malformed("the head of the response is too long")),
        (&[&many], ResponseError::Malformed("the response has more than 128 headers")),
        (
            &[b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n"],
            ResponseError::Malformed("there are two different `Content-Length`"),
        ),
        (
            &[b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n"],
            ResponseError::Malformed("`Content-Length` is not a number"),
        ),
        (&[b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel", b""], ResponseError::Truncated),
        (
            &[b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"],
            ResponseError::Malformed("the chunked body is damaged"),
        ),
        (
            &[b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n"],
            ResponseError::Malformed("the chunked body is damaged"),
        ),
        (&[b"HTTP/1.1 200", b""], ResponseError::Truncated),
    ];
    for (pieces, error) in cases {
        assert_eq!(read(pieces).0, Err(error));
    }
}

#[test]
fn interim_responses_are_bounded() {
    let interim = b"HTTP/1.1 103 Early Hints\r\n\r\n".repeat(17);
    assert_eq!(read(&[&interim]).0, Err(ResponseError::Malformed("too many interim responses (1xx)")));
    assert_eq!(
        read(&[&interim[..interim.len() / 2], &interim]).0,
        Err(ResponseError::Malformed("too many interim responses (1xx)"))
    );
}

#[test]
fn heads_are_kept_when_wanted_or_when_something_follows_from_them() {
    let kept = |wanted, response: &[u8]| {
        let (mut reader, mut head) = (ResponseReader::default(), ResponseHead::default());
        head.begin(wanted, false);
        reader.begin(false);
        reader.feed(response, &mut head, |_| {}).unwrap();
        (head.is_actionable(), head.bytes().len())
    };
    let plain = b"HTTP/1.1 200 OK\r\nLocation: /\r\nContent-Encoding: br\r\nContent-Length: 0\r\n\r\n";
    assert_eq!((kept(false, plain), kept(true, plain)), ((false, 0), (false, plain.len())));
    let cookie = b"HTTP/1.1 200 OK\r\nset-cookie: a=b\r\nContent-Length: 0\r\n\r\n";
    assert_eq!(kept(false, cookie), (true, cookie.len()));
    let elsewhere = b"HTTP/1.1 302 Found\r\nLOCATION: /\r\nContent-Length: 0\r\n\r\n";
    assert_eq!(kept(false, elsewhere), (true, elsewhere.len()));
}

#[test]
fn an_upgrade_keeps_the_bytes_behind_the_head() {
    let (mut reader, mut head) = (ResponseReader::default(), ResponseHead::default());
    reader.begin(false);
    let response: &[u8] = b"HTTP/1.1 101 Switching Protocols\r\nContent-Length: 3\r\n\r\nframe";
    for piece in [&response[..20], &response[20..]] {
        let progress = reader.feed(piece, &mut head, |chunk| panic!("{chunk:?} is no body"));
        assert_eq!(progress, Ok(if piece.len() == 20 { Progress::More } else { Progress::Upgraded }));
    }
    assert_eq!((reader.status(), reader.take_read_ahead().as_slice()), (Some(101), &b"frame"[..]));
}

#[test]
fn an_unasked_answer_ends_the_connection() {
    let (progress, _) = read(&[b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nxHTTP/1.1 200 OK\r\n\r\n"]);
    assert_eq!(progress, Ok(Progress::Done { keep_alive: false }));
}

proptest! {
    #[test]
    fn any_split_reads_the_same(cuts in prop::collection::vec(0_usize..90, 0..6)) {
        let bytes: &[u8] = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n";
        let mut cuts: Vec<_> = cuts.into_iter().map(|cut| cut.min(bytes.len())).collect();
        cuts.extend([0, bytes.len()]);
        cuts.sort_unstable();
        cuts.dedup();
        let pieces: Vec<&[u8]> = cuts.windows(2).map(|pair| &bytes[pair[0]..pair[1]]).collect();
        let (progress, body) = read(&pieces);
        prop_assert_eq!(progress, Ok(Progress::Done { keep_alive: true }));
        prop_assert_eq!(body, b"hello world");
    }

    #[test]
    fn no_bytes_make_it_panic(pieces in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..40), 0..8)) {
        let head: &[u8] = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
        let with_head: Vec<&[u8]> = std::iter::once(head).chain(pieces.iter().map(Vec::as_slice)).collect();
        let _progress = read(&with_head);
        let _progress = read(&pieces.iter().map(Vec::as_slice).collect::<Vec<_>>());
    }
}

#[test]
fn folded_lines_and_blanks_before_the_colon_are_taken() {
    let cases: [(&[u8], &str); 8] = [
        (b"X-Policy: a;\r\n  b\r\nContent-Length: 2\r\n", "a; b"),
        (b"X-Policy: a;\n\tb\nContent-Length: 2\n", "a; b"),
        (b"X-Policy:\r\n a\r\nContent-Length: 2\r\n", "a"),
        (b"X-Policy: a\r\n b\r\n c\r\nContent-Length:\r\n 2\r\n", "a b c"),
        (b"Content-Length: 2\r\nX-Policy: a\r\n Set-Cookie: b\r\n", "a Set-Cookie: b"),
        (b"Content-Length: 2\r\nX-Policy: a \r\n\t \r\n b\r\n", "a  b"),
        (b"Content-Length: 2\r\nX-Policy: a\r\n \r\nX-B: 1\r\n", "a"),
        (b"X-Policy : a\r\nContent-Length : 2\r\n", "a"),
    ];
    for (lines, value) in cases {
        let bytes = [b"HTTP/1.1 200 OK\r\n", lines, b"\r\nok"].concat();
        for cut in 1..bytes.len() {
            let (mut reader, mut head, mut body) = (ResponseReader::default(), ResponseHead::default(), Vec::new());
            head.begin(true, false);
            let (first, second) = bytes.split_at(cut);
            let mut progress = reader.feed(first, &mut head, |chunk| body.extend_from_slice(chunk));
            if progress == Ok(Progress::More) {
                progress = reader.feed(second, &mut head, |chunk| body.extend_from_slice(chunk));
            }
            assert_eq!(progress, Ok(Progress::Done { keep_alive: true }), "{}", String::from_utf8_lossy(&bytes));
            assert_eq!(body, b"ok");
            assert_eq!(crate::protocol::head_lines::text(head.bytes(), "x-policy"), Some(value));
        }
    }
}
