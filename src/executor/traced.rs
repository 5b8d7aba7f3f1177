//! The `traceparent` header of a traced request, and the attributes of its span.

use crate::{
    net::tunnel::authority,
    plan::Origin,
    protocol::{Outgoing, head_lines},
};

/// Bytes of the header line: `traceparent: 00-` trace `-` span `-` flags, and the line end.
pub(super) const HEADER: usize = 13 + 55 + 2;
const TEMPLATE: &[u8; HEADER] = b"traceparent: 00-00000000000000000000000000000000-0000000000000000-00\r\n";
/// The value in it.
pub(super) const VALUE: std::ops::Range<usize> = 13..HEADER - 2;
const TRACE_AT: usize = 16;
const SPAN_AT: usize = TRACE_AT + 32 + 1;
const FLAGS_AT: usize = SPAN_AT + 16 + 1;
/// Longer texts are cut: a span is a few hundred bytes at most.
const LONGEST: usize = 512;

/// The header line. Flag 01 says that the spans are recorded here; the flag of random ids (level 2 of the
/// recommendation) is left out, because servers exist that compare the whole byte.
pub(super) fn header(trace: u128, span: u64, is_sampled: bool) -> [u8; HEADER] {
    let mut line = *TEMPLATE;
    put_hex(&mut line[TRACE_AT..], &trace.to_be_bytes());
    put_hex(&mut line[SPAN_AT..], &span.to_be_bytes());
    put_hex(&mut line[FLAGS_AT..], &[is_sampled.into()]);
    line
}

fn put_hex(out: &mut [u8], bytes: &[u8]) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    for (pair, byte) in out.chunks_exact_mut(2).zip(bytes) {
        pair.copy_from_slice(&[DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 0xf)]]);
    }
}

/// The address of a request as it is written. Values of its query are left out, for they may be secrets: the names stay.
pub(super) fn url(origin: Option<&Origin>, request: &[u8]) -> String {
    let Some(origin) = origin else { return String::new() };
    let target = head_lines::target_text(request);
    let (path, query) = target.split_once('?').map_or((target, None), |(path, query)| (path, Some(query)));
    let scheme = if origin.tls { "https" } else { "http" };
    let mut url = format!("{scheme}://{}{path}", authority(&origin.host, origin.port));
    for (number, pair) in query.into_iter().flat_map(|query| query.split('&')).enumerate() {
        url.push(if number == 0 { '?' } else { '&' });
        // A word without `=` may be a token as well as a name.
        url += &pair.split_once('=').map_or_else(|| "REDACTED".to_owned(), |(name, _)| format!("{name}=REDACTED"));
    }
    cut(url)
}

/// The value of the request's `User-Agent` header.
pub(super) fn user_agent(outgoing: &Outgoing<'_>) -> String {
    cut(head_lines::text(outgoing.head(), "user-agent").unwrap_or_default().to_owned())
}

fn cut(mut text: String) -> String {
    text.truncate(text.floor_char_boundary(LONGEST));
    text
}

#[cfg(test)]
mod tests;
