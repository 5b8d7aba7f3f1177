//! The opening handshake (RFC 6455, section 4): a request of the user's HTTP session, on a connection of its own.

use std::{future::poll_fn, pin::pin, time::Duration};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};

use crate::{
    plan::{http::CookieLife, websocket::WebSocketSpec},
    protocol::{
        ErrorClass, Failure, HttpSession, Lane, Network, Outgoing, Probe,
        buffered_body::BufferedBody,
        deadline::Deadline,
        exchange::ReceiveBuffers,
        follow, head_lines,
        http1::{self, Progress},
        upgrade::Upgraded,
        websocket::deflate,
    },
};

/// What the server appends to the key (RFC 6455, section 1.3).
const GUID: &str = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

impl HttpSession {
    /// Opens a socket, and records the attempt; says whether messages are compressed. The response to the handshake is the
    /// lane's.
    ///
    /// # Errors
    /// The class of the failure, which is recorded.
    pub(crate) async fn open_websocket(
        &self,
        lane: &mut Lane,
        network: &Network,
        request: &Outgoing<'_>,
        spec: &WebSocketSpec,
        probe: &mut Probe<'_>,
    ) -> Result<(Box<Upgraded>, bool), ErrorClass> {
        let key = STANDARD.encode(fastrand::u128(..).to_be_bytes());
        let mut space = Vec::new();
        let request = follow::apply_session_headers(&self.jar, network, *request, &mut space);
        let extra = [request.extra, format!("Sec-WebSocket-Key: {key}\r\n").as_bytes()].concat();
        let request = Outgoing { extra: &extra, ..request };
        let end = probe.attempt().taken + request.spec.timeout;
        let (receive, body) = lane.buffers();
        receive.head.begin(true, true);
        body.begin(request.spec.keep_body);
        let shaken = {
            let work = pin!(shake_hands(receive, body, network, &request, probe));
            Deadline::default().guard(end, work).await
        };
        let shaken = shaken.unwrap_or_else(|_| Err(ErrorClass::timeout_in(probe.attempt().phase).into()));
        let status = probe.attempt().status;
        if status.is_some() && network.http.cookies != CookieLife::Off {
            follow::take_cookies(&self.jar, network, &request, receive.head.bytes());
        }
        let opened = shaken.and_then(|upgraded| match upgraded {
            Some(upgraded) => verify(receive.head.bytes(), &key, spec).map(|deflates| (upgraded, deflates)),
            None if request.spec.is_limit(status.unwrap_or_default()) => Err(ErrorClass::Limited.into()),
            None => Err(not_switched(status.unwrap_or_default())),
        });
        let class = opened.as_ref().err().map(|failure| failure.class);
        let begin = probe.attempt().send_begin;
        let (opened, failure) = match opened {
            Ok(upgraded) => (Ok(upgraded), None),
            Err(failure) => (Err(failure.class), Some(failure)),
        };
        let end = probe.finish(failure);
        let duration = begin.map_or(Duration::ZERO, |begin| end.saturating_duration_since(begin));
        lane.responded(status, duration, class);
        opened
    }
}

/// Sends the handshake; None for a response that opens no socket.
async fn shake_hands(
    receive: &mut ReceiveBuffers,
    body: &mut BufferedBody,
    network: &Network,
    request: &Outgoing<'_>,
    probe: &mut Probe<'_>,
) -> Result<Option<Box<Upgraded>>, Failure> {
    // Over HTTP/2 a socket would need an extended CONNECT (RFC 8441), which few servers have: clients use HTTP/1.1.
    let opened = network.open_http1(request.origin, probe).await?;
    let mut connection = http1::Connection::new(request.origin, opened);
    receive.reader.begin(false);
    connection.send(request, false, probe).await?;
    loop {
        let ReceiveBuffers { reader, head, .. } = &mut *receive;
        let read = poll_fn(|context| {
            connection.poll_read(context, &network.scratch, reader, head, |chunk| body.push(chunk), probe)
        });
        match read.await? {
            Progress::More => {}
            Progress::Done { .. } => return Ok(None),
            Progress::Upgraded => break,
        }
    }
    let read_ahead = receive.reader.take_read_ahead();
    Ok(Some(Box::new(connection.upgrade(read_ahead))))
}

/// A status that is a success elsewhere opens no socket.
fn not_switched(status: u16) -> Failure {
    let why = format!("the server answered {status} where a WebSocket needs 101");
    Failure::text(ErrorClass::of_status(status), why)
}

/// Checks the head of a response with the status 101; returns whether messages are compressed.
fn verify(head: &[u8], key: &str, spec: &WebSocketSpec) -> Result<bool, Failure> {
    let wrong = |why: &str| Failure::text(ErrorClass::WsHandshake, why);
    if !has_token(head, "upgrade", b"websocket") {
        return Err(wrong("the response has no `Upgrade: websocket`"));
    }
    if !has_token(head, "connection", b"upgrade") {
        return Err(wrong("the response has no `Connection: Upgrade`"));
    }
    let accept = head_lines::text(head, "sec-websocket-accept").unwrap_or_default();
    if accept != accept_of(key) {
        return Err(wrong("`Sec-WebSocket-Accept` does not answer the key of the request"));
    }
    if let Some(protocol) = head_lines::text(head, "sec-websocket-protocol")
        && !spec.subprotocols.iter().any(|known| known == protocol)
    {
        return Err(wrong("the server chose a subprotocol that was not offered"));
    }
    deflate::agreed(head, spec.deflates)
}

/// The value of `Sec-WebSocket-Accept` for a key.
#[must_use]
pub(crate) fn accept_of(key: &str) -> String {
    STANDARD.encode(digest(&SHA1_FOR_LEGACY_USE_ONLY, format!("{key}{GUID}").as_bytes()))
}

fn has_token(head: &[u8], name: &str, token: &[u8]) -> bool {
    let mut tokens = head_lines::values(head, name).flat_map(|value| value.split(|byte| *byte == b','));
    tokens.any(|known| known.trim_ascii().eq_ignore_ascii_case(token))
}

#[cfg(test)]
mod tests;
