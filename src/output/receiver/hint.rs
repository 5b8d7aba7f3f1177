//! What helps against a failure whose own words do not say it: limits of receivers, and wrong protocols.

#[cfg(test)]
mod tests;

use url::Url;

/// Phrases of a response, all of which must be there, and what helps then. The first row that fits counts.
const OF_RESPONSES: &[(&[&str], &str)] = &[
    (&["bucket", "limit"], "`schema=N` sets the resolution of histograms: one less halves their buckets"),
    (&["too many buckets"], "`schema=N` sets the resolution of histograms: one less halves their buckets"),
    (
        &["field type conflict"],
        "another program wrote this field with another type: use another database, or `prefix=`",
    ),
    (&["beyond retention policy"], "lengthen the retention policy, then `loadagent replay`"),
    (&["max-values-per-tag"], "raise this limit of InfluxDB, or use fewer values of tags and fewer request names"),
    (&["max-series-per-database"], "raise this limit of InfluxDB, or use fewer values of tags and fewer request names"),
    (&["label names per series"], "raise the receiver's limit, or use fewer tags"),
    (&["max-label-names-per-series"], "raise the receiver's limit, or use fewer tags"),
    (&["label value", "long"], "raise the receiver's limit, or use shorter names of requests and values of tags"),
    (&["label name", "long"], "raise the receiver's limit, or use shorter names of tags"),
    (&["series", "limit"], "raise the receiver's limit, or use fewer values of tags and fewer request names"),
    (&["http request to an https server"], "this port speaks TLS: use the address with https:// (grpcs:// for gRPC)"),
    (
        &["http request was sent to https port"],
        "this port speaks TLS: use the address with https:// (grpcs:// for gRPC)",
    ),
    (&["client sent an http request", "https"], "this port speaks TLS: use the address with https://"),
];

/// Phrases of a failure to connect or to read, and what helps, by the scheme of the receiver's URL.
const OF_FAILURES: &[(&str, &str, &str)] = &[
    // Other errors of TLS name their option.
    ("https", "is not tls", "use the address with http:// (grpc:// for gRPC)"),
    ("http", "frame with invalid size", "this port does not speak gRPC: http://… is OTLP over HTTP"),
    (
        "http",
        "received unexpected message from connection",
        "this port may speak HTTP/2 only: grpc://… is OTLP over gRPC",
    ),
    ("http", "invalid http version", "this port does not speak HTTP/1.1: https:// if it speaks TLS, grpc:// for gRPC"),
    ("http", "invalid http status-line", "this port does not speak HTTP"),
];

/// What cuts a connection without a word, as a TLS port does when it is sent plain HTTP.
const CUT: &[&str] = &["connection reset", "connection closed", "unexpected eof", "end of file", "broken pipe"];

/// What helps against what a receiver responded, as it is appended: empty where nothing is known.
#[must_use]
pub(crate) fn of_response(body: &str) -> String {
    let body = body.to_ascii_lowercase();
    let row = OF_RESPONSES.iter().find(|(phrases, _)| phrases.iter().all(|phrase| body.contains(phrase)));
    row.map(|(_, help)| format!(" (hint: {help})")).unwrap_or_default()
}

/// Whether a response says that plain HTTP was sent to a port that speaks TLS.
#[must_use]
pub(crate) fn is_about_tls(body: &str) -> bool {
    let body = body.to_ascii_lowercase();
    body.contains("http request") && body.contains("https")
}

/// What helps against a request that got no response. `responded`: this receiver has responded before, so that the
/// protocol is right.
#[must_use]
pub(crate) fn of_failure(url: &Url, cause: &str, responded: bool) -> String {
    let cause = cause.to_ascii_lowercase();
    let row = OF_FAILURES.iter().find(|(scheme, phrase, _)| *scheme == url.scheme() && cause.contains(phrase));
    let silent = || {
        let is_cut = !responded && url.scheme() == "http" && CUT.iter().any(|phrase| cause.contains(phrase));
        is_cut.then_some("if this port speaks TLS, use the address with https:// (grpcs:// for gRPC)")
    };
    row.map(|(.., help)| *help).or_else(silent).map(|help| format!(" (hint: {help})")).unwrap_or_default()
}
