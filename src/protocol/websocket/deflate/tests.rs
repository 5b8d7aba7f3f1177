//! Messages there and back, damaged ones, bombs, and what a server may choose.

use proptest::prelude::*;

use super::{agreed, compressed, inflated};
use crate::protocol::{ErrorClass, websocket::parser::Violation};

#[test]
fn a_message_is_that_of_the_specification() {
    // RFC 7692, section 7.2.3.1, and an empty message (7.2.3.6).
    let hello = [0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00];
    assert_eq!(inflated(&hello, 100), Ok(b"Hello".to_vec()));
    assert_eq!(inflated(&[0], 100), Ok(Vec::new()));
    // Without compression (7.2.3.3), in two blocks (7.2.3.5), and with a last block (7.2.3.4).
    assert_eq!(
        inflated(&[0x00, 0x05, 0x00, 0xfa, 0xff, 0x48, 0x65, 0x6c, 0x6c, 0x6f, 0x00], 100),
        Ok(b"Hello".to_vec())
    );
    let two = [0xf2, 0x48, 0x05, 0x00, 0x00, 0x00, 0xff, 0xff, 0xca, 0xc9, 0xc9, 0x07, 0x00];
    assert_eq!(inflated(&two, 100), Ok(b"Hello".to_vec()));
    assert_eq!(inflated(&[0xf3, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00, 0x00], 100), Ok(b"Hello".to_vec()));
    assert_eq!(inflated(&compressed(b""), 100), Ok(Vec::new()));
}

#[test]
fn what_inflates_beyond_the_limit_is_refused() {
    let bomb = compressed(&vec![0; 10 << 20]);
    assert!(bomb.len() < 256 << 10);
    assert_eq!(inflated(&bomb, 1 << 20), Err(Violation::TooLong));
    assert_eq!(inflated(&bomb, 10 << 20).map(|bytes| bytes.len()), Ok(10 << 20));
    assert_eq!(inflated(&[0x07, 0xff], 100), Err(Violation::Deflate), "a reserved kind of block");
}

#[test]
fn a_server_may_choose_only_what_was_offered() {
    let chosen = |value: &str, is_offered: bool| {
        let lines = if value.is_empty() { String::new() } else { format!("Sec-WebSocket-Extensions: {value}\r\n") };
        agreed(format!("HTTP/1.1 101 X\r\n{lines}\r\n").as_bytes(), is_offered).map_err(|failure| failure.class)
    };
    let wrong = Err(ErrorClass::WsHandshake);
    assert_eq!(chosen("", true), Ok(false));
    assert_eq!(chosen("permessage-deflate; server_no_context_takeover", true), Ok(true));
    let all = "permessage-deflate; client_no_context_takeover; server_no_context_takeover; server_max_window_bits=12";
    assert_eq!(chosen(all, true), Ok(true));
    assert_eq!(chosen(all, false), wrong);
    for value in [
        "permessage-deflate",
        "permessage-deflate; server_no_context_takeover; client_max_window_bits=10",
        "permessage-deflate; server_no_context_takeover; server_max_window_bits=7",
        "permessage-deflate; server_no_context_takeover=1",
        "permessage-deflate; server_no_context_takeover, other",
        "x-other",
    ] {
        assert_eq!(chosen(value, true), wrong, "{value}");
    }
}

proptest! {
    #[test]
    fn a_message_comes_back_as_it_was(payload in proptest::collection::vec(any::<u8>(), 0..70_000), repeated in 1..4_usize) {
        let payload = payload.repeat(repeated);
        prop_assert_eq!(inflated(&compressed(&payload), payload.len()), Ok(payload));
    }

    #[test]
    fn any_bytes_inflate_or_not(bytes in proptest::collection::vec(any::<u8>(), 0..2_000)) {
        if let Ok(message) = inflated(&bytes, 100_000) {
            prop_assert!(message.len() <= 100_000);
        }
    }
}
