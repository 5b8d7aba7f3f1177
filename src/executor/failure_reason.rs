//! Why an attempt failed, in words: its cause, or what the attempt itself shows.

use crate::{
    protocol::{Attempt, ErrorClass, Failure, Phase},
    units::{show_bytes, show_duration},
};

/// The reason of a failed attempt. Asked for the first example of a class at a step only.
pub(super) fn reason_of(attempt: &Attempt) -> String {
    let cause = attempt.cause.as_ref().map(|cause| cause.words());
    let own = match (attempt.error, attempt.status) {
        (Some(class), _) if class.is_timeout() => Some(timeout_words(class, attempt)),
        (Some(ErrorClass::Status4xx), Some(407)) => {
            Some("the proxy answered 407: write its user and password, http://user:password@host:port".to_owned())
        }
        (Some(ErrorClass::Status4xx | ErrorClass::Status5xx | ErrorClass::Status), Some(status)) => {
            Some(format!("the server answered {status}"))
        }
        (Some(ErrorClass::Closed), _) => {
            let sent = show_bytes(attempt.sent as f64);
            Some(format!("the server closed the connection before it responded ({sent} sent)"))
        }
        _ => None,
    };
    let meaning = || attempt.error.map_or("", ErrorClass::meaning).to_owned();
    cause.or(own).unwrap_or_else(meaning)
}

/// The reason of a failure after the response.
pub(super) fn in_words(failure: &Failure) -> String {
    failure.words()
}

/// Where a time-out found the attempt.
fn timeout_words(class: ErrorClass, attempt: &Attempt) -> String {
    let took = show_duration(attempt.end.saturating_duration_since(attempt.taken));
    let (sent, received) = (show_bytes(attempt.sent as f64), show_bytes(attempt.received as f64));
    let place = match (class, attempt.phase) {
        (ErrorClass::TimeoutIdle, _) => format!("without another byte; {received} received"),
        (_, Phase::Dns) => "during the DNS lookup".to_owned(),
        (_, Phase::Connect) => "before the connection was open".to_owned(),
        (_, Phase::Tls) => "during the TLS handshake".to_owned(),
        (_, Phase::Send) => format!("while sending; {sent} sent"),
        (_, Phase::Wait) => "without a byte of the response".to_owned(),
        (_, Phase::Body) => format!("before the end of the response; {received} received"),
    };
    format!("timed out after {took} {place}")
}

#[cfg(test)]
mod tests;
