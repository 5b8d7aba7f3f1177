//! A response that comes while the request is still being written (RFC 9112, section 9.5).

use std::{
    io::{self, BufRead, Read},
    task::{Context, Poll, ready},
};

use tokio::{io::ReadBuf, net::TcpStream};
use tokio_rustls::client::TlsStream;

use super::ByteStream;

/// Bytes of a response that are looked at; longer interim responses hide the final one.
const LOOKED_AT: usize = 4 * 1024;

/// Ready when the other side has begun a final response. Nothing is taken from the stream: what is there is read later,
/// like any response.
pub(super) fn poll_response(stream: &mut ByteStream, context: &mut Context<'_>) -> Poll<()> {
    let begun = match stream {
        ByteStream::Plain(stream) => {
            let mut space = [0; LOOKED_AT];
            let mut buffer = ReadBuf::new(&mut space);
            match ready!(stream.poll_peek(context, &mut buffer)) {
                Ok(_) => begins_final(buffer.filled()),
                Err(_) => false,
            }
        }
        ByteStream::Tls(stream) => ready!(poll_decrypted(stream, context)),
    };
    if begun { Poll::Ready(()) } else { Poll::Pending }
}

/// Decrypts what has come, and looks at it. TLS sends messages of its own, which are no response.
fn poll_decrypted(stream: &mut TlsStream<TcpStream>, context: &mut Context<'_>) -> Poll<bool> {
    let (tcp, session) = stream.get_mut();
    loop {
        if session.reader().fill_buf().is_ok_and(begins_final) {
            return Poll::Ready(true);
        }
        if !session.wants_read() || ready!(tcp.poll_read_ready(context)).is_err() {
            return Poll::Ready(false);
        }
        match session.read_tls(&mut Ready(tcp)) {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Ok(1..) if session.process_new_packets().is_ok() => {}
            _ => return Poll::Ready(false),
        }
    }
}

/// What a socket has at the moment.
struct Ready<'a>(&'a TcpStream);

impl Read for Ready<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.try_read(buffer)
    }
}

/// Whether bytes hold the begin of a final response, perhaps behind interim ones.
fn begins_final(mut bytes: &[u8]) -> bool {
    const STATUS_AT: usize = b"HTTP/1.1 ".len();
    loop {
        match bytes.get(STATUS_AT) {
            None => return false,
            Some(b'1') => {}
            // Whatever it is, the reader judges it.
            Some(_) => return true,
        }
        let Some(end) = memchr::memmem::find(bytes, b"\r\n\r\n") else { return false };
        bytes = bytes.get(end + 4..).unwrap_or_default();
    }
}

#[cfg(test)]
mod tests;
