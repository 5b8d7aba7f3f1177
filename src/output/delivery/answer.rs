//! What a receiver answered a request, or why it did not.

use std::{error::Error, io, time::Duration};

use bytes::Bytes;
use http::HeaderMap;
use http_body_util::BodyExt;
use hyper::body::Body;

use crate::net::tls_words::{self, Keys};

pub(super) const AGENT: &str = concat!("loadagent/", env!("CARGO_PKG_VERSION"));
pub(super) const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// A connection of HTTP/2 outlives requests that got no response; a ping that gets none, too, ends it.
pub(super) const PING: Duration = Duration::from_secs(5);
/// A longer response of a receiver is cut off.
pub(super) const MAX_RESPONSE: usize = 64 * 1024;
/// What mends errors of TLS, as an address writes it.
const KEYS: Keys = Keys { ca: "`ca_file=PEM`", versions: "", certificate: "", server_name: "" };

/// What a receiver responded: the status, headers with trailers, and the beginning of the body.
pub(crate) type Answer = (u16, HeaderMap, Vec<u8>);

/// Reads a response to its end, or the first `most` bytes of it and a little more.
///
/// # Errors
/// When it breaks off.
pub(super) async fn read<B>(
    response: http::Response<B>,
    most: usize,
    failed: impl Fn(B::Error) -> String,
) -> Result<Answer, String>
where
    B: Body<Data = Bytes> + Unpin,
{
    let (head, mut body) = response.into_parts();
    let (mut headers, mut bytes) = (head.headers, Vec::new());
    while let Some(frame) = body.frame().await.transpose().map_err(&failed)? {
        match frame.into_data() {
            Ok(chunk) => bytes.extend_from_slice(&chunk),
            Err(frame) => headers.extend(frame.into_trailers().unwrap_or_default()),
        }
        if bytes.len() > most {
            break;
        }
    }
    Ok((head.status.as_u16(), headers, bytes))
}

/// The innermost cause of an error: `Connection refused`, where reqwest's own line says that sending failed. Errors of TLS
/// have words of their own.
pub(super) fn root_cause(error: &(dyn Error + 'static)) -> String {
    let mut cause = error;
    loop {
        if let Some(error) = tls_error(cause) {
            return tls_words::of(error, &KEYS);
        }
        match cause.source() {
            Some(deeper) => cause = deeper,
            None => return cause.to_string(),
        }
    }
}

/// An error of TLS that is wrapped in errors of I/O, which skip it in their chain of sources.
fn tls_error<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a rustls::Error> {
    let mut error = error;
    while let Some(inner) = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
        error = inner;
    }
    error.downcast_ref()
}
