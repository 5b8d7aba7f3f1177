//! The response to a handshake.

use super::*;

/// The key and its answer in RFC 6455, section 1.3.
const KEY: &str = "dGhlIHNhbXBsZSBub25jZQ==";
const ACCEPT: &str = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

#[test]
fn the_key_is_answered_as_in_the_specification() {
    assert_eq!(accept_of(KEY), ACCEPT);
}

#[test]
fn a_response_that_does_not_fit_is_refused() {
    let good = [
        ("Upgrade", "WebSocket"),
        ("Connection", "keep-alive, Upgrade"),
        ("Sec-WebSocket-Accept", ACCEPT),
        ("Sec-WebSocket-Protocol", "chat"),
    ];
    let spec = WebSocketSpec { subprotocols: vec!["chat".into()], ..WebSocketSpec::default() };
    let verified = |headers: &[(&str, &str)]| {
        let lines: Vec<_> = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        let lines = lines.concat();
        verify(format!("HTTP/1.1 101 Switching Protocols\r\n{lines}\r\n").as_bytes(), KEY, &spec)
            .map_err(|failure| failure.class)
    };
    assert_eq!(verified(&good), Ok(false));
    assert_eq!(verified(&good[..3]), Ok(false), "no subprotocol is legal");
    for (place, value) in [(0, "h2c"), (1, "close"), (2, "c3RhbGU="), (3, "other")] {
        let mut headers = good;
        headers[place].1 = value;
        assert_eq!(verified(&headers), Err(ErrorClass::WsHandshake), "{headers:?}");
    }
    let extended = [&good[..], &[("Sec-WebSocket-Extensions", "permessage-deflate")]].concat();
    assert_eq!(verified(&extended), Err(ErrorClass::WsHandshake));
}
