//! Converts requests from HTTP/1.1 bytes to HTTP/2 messages (RFC 9113, section 8.3), and kept response heads back.

use http::{HeaderName, HeaderValue, Method, Request, Response, Uri};

use crate::protocol::{Outgoing, head_lines, response_head::ResponseHead};

/// Connection-specific headers of HTTP/1.1, which make an HTTP/2 message malformed (section 8.2.2).
const CONNECTION_LINES: [&[u8]; 5] =
    [b"connection", b"keep-alive", b"proxy-connection", b"transfer-encoding", b"upgrade"];

/// The message for a request; None when its lines are not HTTP.
pub(super) fn of(request: &Outgoing<'_>, tls: bool) -> Option<Request<()>> {
    let bytes = request.bytes;
    let target = head_lines::target_of(bytes);
    let method = bytes.get(..target.start)?.trim_ascii_end();
    let host = head_lines::values(request.head(), "host").next()?;
    let uri = Uri::builder()
        .scheme(if tls { "https" } else { "http" })
        .authority(host)
        .path_and_query(bytes.get(target)?)
        .build()
        .ok()?;
    let mut message = Request::new(());
    *message.method_mut() = Method::from_bytes(method).ok()?;
    *message.uri_mut() = uri;
    *message.version_mut() = http::Version::HTTP_2;
    for (name, value) in head_lines::lines(request.head()).chain(head_lines::pairs(request.extra)) {
        let is = |known: &[u8]| name.eq_ignore_ascii_case(known);
        if !is(b"host") && !CONNECTION_LINES.into_iter().any(is) {
            message.headers_mut().append(HeaderName::from_bytes(name).ok()?, HeaderValue::from_bytes(value).ok()?);
        }
    }
    Some(message)
}

/// Keeps the head of a response as HTTP/1.1 would have written it, if it is needed.
pub(super) fn keep_head<T>(response: &Response<T>, kept: &mut ResponseHead) {
    let status = response.status().as_u16();
    response.headers().keys().for_each(|name| kept.inspect(status, name.as_str()));
    if kept.is_needed() {
        let mut head = format!("HTTP/2 {status}\r\n").into_bytes();
        for (name, value) in response.headers() {
            head.extend_from_slice(&[name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"].concat());
        }
        head.extend_from_slice(b"\r\n");
        kept.keep(&head);
    }
}
