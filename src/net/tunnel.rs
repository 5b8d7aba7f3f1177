//! Tunnels through a proxy: `CONNECT` (RFC 9110, section 9.3.6), for TLS, and for HTTP/2 without TLS, which no proxy reads.

use std::io;

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use super::{
    printable::printable,
    proxy::Proxy,
    response_head::{MAX_HEADERS, MAX_INTERIM, tolerant},
};

/// Longest answer of a proxy.
const MAX_ANSWER: usize = 16 * 1024;
/// Characters of a reason phrase that are shown.
const MAX_PHRASE: usize = 80;

/// A proxy that opens no tunnel.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("the proxy {proxy} {reason}")]
pub(crate) struct TunnelError {
    /// Host and port.
    proxy: String,
    reason: String,
}

/// Opens a tunnel to a host and port on a connection to a proxy.
///
/// # Errors
/// When the proxy refuses, or its answer is not HTTP.
pub(crate) async fn open(stream: &mut TcpStream, (host, port): (&str, u16), proxy: &Proxy) -> Result<(), TunnelError> {
    let failure = |reason: String| TunnelError { proxy: authority(&proxy.host, proxy.port), reason };
    let broken = |error: io::Error| match error.kind() {
        io::ErrorKind::UnexpectedEof => failure("closed the connection instead of an answer to CONNECT".to_owned()),
        _ => failure(format!("failed: {error}")),
    };
    let place = authority(host, port);
    let ask = format!("CONNECT {place} HTTP/1.1\r\nHost: {place}\r\n{}\r\n", proxy.authorization);
    stream.write_all(ask.as_bytes()).await.map_err(broken)?;
    for _ in 0..=MAX_INTERIM {
        let mut answer = Vec::new();
        // Byte by byte, because what follows the head belongs to the origin; it is once a connection.
        while !has_ended(&answer) {
            answer.push(stream.read_u8().await.map_err(broken)?);
            if answer.len() > MAX_ANSWER {
                return Err(failure("answered CONNECT with a response head that is too large".to_owned()));
            }
        }
        match read_answer(&answer) {
            Some((200..=299, _)) => return Ok(()),
            Some((100..=199, _)) => {}
            Some((status, phrase)) => return Err(failure(format!("answered CONNECT with {status} {phrase}"))),
            None => return Err(failure("answered CONNECT with something that is not HTTP".to_owned())),
        }
    }
    Err(failure("sent only interim responses (1xx) to CONNECT".to_owned()))
}

/// Whether the blank line behind a head was read, or what can't be one: the first line is no status line.
fn has_ended(answer: &[u8]) -> bool {
    answer.ends_with(b"\n\r\n")
        || answer.ends_with(b"\n\n")
        || answer.ends_with(b"\n") && !answer.trim_ascii_start().starts_with(b"HTTP/") && answer.len() > 2
}

/// Status and reason phrase of an answer, as tolerant as with those of servers.
fn read_answer(answer: &[u8]) -> Option<(u16, String)> {
    let mut space = [httparse::EMPTY_HEADER; MAX_HEADERS];
    let mut head = httparse::Response::new(&mut space);
    match tolerant().parse_response(&mut head, answer) {
        Ok(httparse::Status::Complete(_)) => Some((head.code?, printable(head.reason?, MAX_PHRASE))),
        _ => None,
    }
}

/// Host and port, always both.
#[must_use]
pub(crate) fn authority(host: &str, port: u16) -> String {
    if host.contains(':') { format!("[{host}]:{port}") } else { format!("{host}:{port}") }
}

#[cfg(test)]
mod tests;
