//! Tunnels through a proxy: `CONNECT` for https origins (RFC 9110, section 9.3.6).

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use super::ErrorClass;
use crate::plan::{Origin, proxy::Proxy};

/// Longest answer of a proxy.
const MAX_ANSWER: usize = 16 * 1024;

/// Opens a tunnel to `origin` on a connection to its proxy.
///
/// # Errors
/// [`ErrorClass::Proxy`] when the proxy refuses, or its answer is not HTTP.
pub(crate) async fn tunnel(stream: &mut TcpStream, origin: &Origin, proxy: &Proxy) -> Result<(), ErrorClass> {
    let place = authority(origin);
    let ask = format!("CONNECT {place} HTTP/1.1\r\nHost: {place}\r\n{}\r\n", proxy.authorization);
    stream.write_all(ask.as_bytes()).await.map_err(|_| ErrorClass::Proxy)?;
    let mut answer = Vec::new();
    // Byte by byte, because what follows the head belongs to the origin; it is once a connection.
    while !answer.ends_with(b"\r\n\r\n") {
        let byte = stream.read_u8().await.map_err(|_| ErrorClass::Proxy)?;
        answer.push(byte);
        if answer.len() > MAX_ANSWER {
            return Err(ErrorClass::Proxy);
        }
    }
    let mut space = [httparse::EMPTY_HEADER; 64];
    let mut head = httparse::Response::new(&mut space);
    match head.parse(&answer) {
        Ok(httparse::Status::Complete(_)) if head.code.is_some_and(|code| (200..=299).contains(&code)) => Ok(()),
        _ => Err(ErrorClass::Proxy),
    }
}

/// Host and port, always both.
#[must_use]
pub(crate) fn authority(origin: &Origin) -> String {
    let Origin { host, port, .. } = origin;
    if host.contains(':') { format!("[{host}]:{port}") } else { format!("{host}:{port}") }
}
