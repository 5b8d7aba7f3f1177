//! Tests of responses, and responses for tests.

use super::*;
use crate::output::encoding::protobuf::{put_bytes, put_message, put_uint};

/// A response with a partial success.
pub(crate) fn partial(rejected: u64, reason: &str) -> Vec<u8> {
    let mut response = Vec::new();
    put_message(&mut response, 1, |partial| {
        put_uint(partial, 1, rejected);
        put_bytes(partial, 2, reason.as_bytes());
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

fn class(message: &[u8]) -> ResponseClass {
    let headers = reqwest::header::HeaderMap::new();
    let secrets = vec!["s3cret".to_owned()];
    let response = Response { status: 200, headers, body: String::new(), bytes: message.to_vec().into(), secrets };
    super::class_of_export(&response, message)
}

#[test]
fn partial_success_differs_from_a_warning() {
    assert_eq!(class(&[]), ResponseClass::Accepted);
    assert_eq!(class(&partial(0, "")), ResponseClass::Accepted);
    assert_eq!(class(&partial(0, "old s3cret")), ResponseClass::AcceptedWithWarning("old …".to_owned()));
    assert_eq!(
        class(&partial(3, "too old")),
        ResponseClass::PartiallyAccepted { rejected: 3, reason: "too old".to_owned(), repeatable: false }
    );
    assert_eq!(class(&partial(u64::MAX, "x")), ResponseClass::AcceptedWithWarning("x".to_owned()));
    assert_eq!(class(&[0xff; 9]), ResponseClass::Accepted);
}

#[test]
fn an_error_may_set_the_pause() {
    let read = Status::read(&status("slow down", Some(7)));
    assert_eq!(read, Status { message: "slow down".to_owned(), retry: Some(Duration::from_secs(7)) });
    assert_eq!(Status::read(&status("full", None)).retry, None);
    assert_eq!(Status::read(b"garbage"), Status::default());
}
