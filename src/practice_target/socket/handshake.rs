//! The opening handshake, from the side of the server (RFC 6455, section 4.2).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hyper::header::{
    CONNECTION, HeaderName, HeaderValue, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_EXTENSIONS, SEC_WEBSOCKET_KEY,
    SEC_WEBSOCKET_PROTOCOL, SEC_WEBSOCKET_VERSION, UPGRADE,
};
use hyper::http::request::Parts;
use hyper::{Method, StatusCode};
use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};

use super::SocketPlan;
use super::options::SocketOptions;
use super::violation::HandshakeViolation;
use crate::practice_target::builtin::Reply;

/// What a server appends to the key.
const GUID: &[u8] = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
/// Bytes of a key.
const KEY: usize = 16;

/// The answer to a handshake; `greets` says whether the target speaks first.
pub(super) fn answer(head: &Parts, greets: bool) -> Reply {
    let options = match SocketOptions::parse(head.uri.query().unwrap_or_default()) {
        Ok(options) => SocketOptions { greets, ..options },
        Err(error) => return Reply::error(StatusCode::BAD_REQUEST, &error.to_string()),
    };
    if head.method != Method::GET || !names(head, &UPGRADE, "websocket") || !names(head, &CONNECTION, "upgrade") {
        let refusal = Reply::error(StatusCode::UPGRADE_REQUIRED, "this path is a WebSocket");
        return refusal.with(UPGRADE, HeaderValue::from_static("websocket"));
    }
    if head.headers.get(SEC_WEBSOCKET_VERSION).is_none_or(|version| version != "13") {
        let refusal = Reply::error(StatusCode::UPGRADE_REQUIRED, "the version of a WebSocket is 13");
        return refusal.with(SEC_WEBSOCKET_VERSION, HeaderValue::from_static("13"));
    }
    let key = head.headers.get(SEC_WEBSOCKET_KEY).map(HeaderValue::as_bytes).unwrap_or_default();
    if STANDARD.decode(key).map_or(0, |key| key.len()) != KEY {
        return Reply::error(StatusCode::BAD_REQUEST, "Sec-WebSocket-Key is 16 bytes in Base64");
    }
    if !options.is_authorized() {
        return Reply::error(StatusCode::UNAUTHORIZED, "the token is none of /login");
    }
    accept(head, key, options)
}

fn accept(head: &Parts, key: &[u8], options: SocketOptions) -> Reply {
    let violation = options.handshake;
    let key = if violation == Some(HandshakeViolation::Accept) { &[] } else { key };
    let accept = STANDARD.encode(digest(&SHA1_FOR_LEGACY_USE_ONLY, &[key, GUID].concat()));
    let protocol = if violation == Some(HandshakeViolation::Upgrade) { "h2c" } else { "websocket" };
    let chosen = match violation {
        Some(HandshakeViolation::Subprotocol) => Some("not-offered".to_owned()),
        _ => options.subprotocol.clone().or_else(|| tokens(head, &SEC_WEBSOCKET_PROTOCOL).next().map(str::to_owned)),
    };
    let compresses = options.compression;
    let mut reply = Reply::socket(SocketPlan(options))
        .with(CONNECTION, HeaderValue::from_static("Upgrade"))
        .with(UPGRADE, HeaderValue::from_static(protocol));
    if violation == Some(HandshakeViolation::Extension) {
        reply = reply.with(SEC_WEBSOCKET_EXTENSIONS, HeaderValue::from_static("x-not-offered"));
    }
    let offers = tokens(head, &SEC_WEBSOCKET_EXTENSIONS).any(|offer| offer.starts_with("permessage-deflate"));
    if compresses && offers {
        // What comes compressed is sent back as it is: neither side takes its context over.
        const CHOSEN: &str = "permessage-deflate; server_no_context_takeover; client_no_context_takeover";
        reply = reply.with(SEC_WEBSOCKET_EXTENSIONS, HeaderValue::from_static(CHOSEN));
    }
    let texts = [(SEC_WEBSOCKET_ACCEPT, Some(accept)), (SEC_WEBSOCKET_PROTOCOL, chosen)];
    for (name, text) in texts {
        // What the client offered came in a header, and what the query names is checked by the client.
        if let Some(Ok(value)) = text.map(|text| HeaderValue::from_str(&text)) {
            reply = reply.with(name, value);
        }
    }
    reply
}

fn names(head: &Parts, name: &HeaderName, token: &str) -> bool {
    tokens(head, name).any(|known| known.eq_ignore_ascii_case(token))
}

/// The elements of a list in headers.
fn tokens<'h>(head: &'h Parts, name: &HeaderName) -> impl Iterator<Item = &'h str> {
    let values = head.headers.get_all(name).into_iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).map(str::trim).filter(|token| !token.is_empty())
}
