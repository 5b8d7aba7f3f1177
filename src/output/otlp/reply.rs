//! What receivers say in protocol buffers: partial success, and why something failed.
//!
//! Field numbers: `opentelemetry/proto/collector/metrics/v1/metrics_service.proto`, `google/rpc/status.proto` and
//! `error_details.proto`.

use std::time::Duration;

use crate::output::{
    delivery::answer::{Answer, Verdict},
    protobuf::{field, fields},
};

/// What `ExportMetricsServiceResponse` in an answer means.
pub(super) fn verdict(answer: &Answer, response: &[u8]) -> Verdict {
    let partial = field(response, 1).message();
    // A negative number makes no sense, and is none.
    let rejected = i64::try_from(field(partial, 1).count()).unwrap_or_default();
    let why = answer.told(&field(partial, 2).text());
    match u64::try_from(rejected).unwrap_or_default() {
        0 if why.is_empty() => Verdict::Taken,
        0 => Verdict::Remarked(why),
        rejected => Verdict::Partly { rejected, why },
    }
}

/// What `google.rpc.Status` says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Fault {
    pub message: String,
    /// When to come again, if that was said.
    pub retry: Option<Duration>,
}

impl Fault {
    /// Reads it.
    pub(super) fn read(status: &[u8]) -> Self {
        let details = fields(status).filter(|(number, _)| *number == 3).map(|(_, content)| content.message());
        let retry = |any: &&[u8]| field(any, 1).text().ends_with("/google.rpc.RetryInfo");
        let retry = details.into_iter().find(retry).map(|any| {
            let delay = field(field(any, 2).message(), 1).message();
            let nanoseconds = u32::try_from(field(delay, 2).count()).unwrap_or_default();
            Duration::from_secs(field(delay, 1).count().min(u64::from(u32::MAX)))
                .saturating_add(Duration::from_nanos(nanoseconds.into()))
        });
        Self { message: field(status, 2).text(), retry }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::output::protobuf::{put_bytes, put_message, put_uint};

    /// A response with a partial success.
    pub(crate) fn partial(rejected: u64, why: &str) -> Vec<u8> {
        let mut response = Vec::new();
        put_message(&mut response, 1, |partial| {
            put_uint(partial, 1, rejected);
            put_bytes(partial, 2, why.as_bytes());
        });
        response
    }

    /// A status, with `RetryInfo` where there is a delay.
    pub(crate) fn status(message: &str, retry_seconds: Option<u64>) -> Vec<u8> {
        let mut status = Vec::new();
        put_uint(&mut status, 1, 8);
        put_bytes(&mut status, 2, message.as_bytes());
        if let Some(seconds) = retry_seconds {
            put_message(&mut status, 3, |any| {
                put_bytes(any, 1, b"type.googleapis.com/google.rpc.RetryInfo");
                put_message(any, 2, |info| put_message(info, 1, |delay| put_uint(delay, 1, seconds)));
            });
        }
        status
    }

    fn verdict(response: &[u8]) -> Verdict {
        let headers = reqwest::header::HeaderMap::new();
        let secrets = vec!["s3cret".to_owned()];
        let answer = Answer { status: 200, headers, body: String::new(), bytes: response.to_vec().into(), secrets };
        super::verdict(&answer, response)
    }

    #[test]
    fn partial_success_is_told_apart_from_a_remark() {
        assert_eq!(verdict(&[]), Verdict::Taken);
        assert_eq!(verdict(&partial(0, "")), Verdict::Taken);
        assert_eq!(verdict(&partial(0, "old s3cret")), Verdict::Remarked("old …".to_owned()));
        assert_eq!(verdict(&partial(3, "too old")), Verdict::Partly { rejected: 3, why: "too old".to_owned() });
        assert_eq!(verdict(&partial(u64::MAX, "x")), Verdict::Remarked("x".to_owned()));
        assert_eq!(verdict(&[0xff; 9]), Verdict::Taken);
    }

    #[test]
    fn a_fault_says_when_to_come_again() {
        let fault = Fault::read(&status("slow down", Some(7)));
        assert_eq!(fault, Fault { message: "slow down".to_owned(), retry: Some(Duration::from_secs(7)) });
        assert_eq!(Fault::read(&status("full", None)).retry, None);
        assert_eq!(Fault::read(b"garbage"), Fault::default());
    }
}
