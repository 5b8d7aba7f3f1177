//! Raw records of attempts and iterations.

use std::time::Duration;

use crate::{
    metric::{Record, RequestTimes},
    protocol::{Attempt, ErrorClass},
};

/// Bytes of the attempts of an iteration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Volume {
    pub sent: u64,
    pub received: u64,
}

/// The raw record of an attempt, with the same times as the histograms.
pub(super) fn record_of(attempt: &Attempt) -> Record {
    let send_begin = attempt.send_begin.unwrap_or(attempt.end);
    let mut times = RequestTimes {
        blocked: nanoseconds(send_begin - attempt.taken),
        connecting: nanoseconds(seconds(attempt.connecting)),
        tls: nanoseconds(seconds(attempt.tls_handshaking)),
        ..RequestTimes::default()
    };
    let failed = attempt.error.is_some_and(ErrorClass::is_failure);
    // As the histogram has it: a failure before the first byte has no time of its own, unless it is a time that ran out.
    if attempt.sent > 0 || attempt.error.is_some_and(ErrorClass::is_timeout) {
        times.response = Some(nanoseconds(attempt.end - attempt.intended));
    }
    if attempt.sent == 0 {
        return Record::Unsent { failed, times };
    }
    let send_end = attempt.send_end.unwrap_or(attempt.end);
    let first_byte = attempt.first_byte.unwrap_or(attempt.end);
    times.sending = nanoseconds(send_end - send_begin);
    times.waiting = nanoseconds(first_byte - send_end);
    times.receiving = nanoseconds(attempt.end - first_byte);
    Record::Request { failed, times }
}

fn seconds(seconds: f64) -> Duration {
    Duration::try_from_secs_f64(seconds).unwrap_or_default()
}

/// Nanoseconds, the unit of raw records.
pub(super) fn nanoseconds(time: Duration) -> u64 {
    time.as_secs().saturating_mul(1_000_000_000).saturating_add(time.subsec_nanos().into())
}
