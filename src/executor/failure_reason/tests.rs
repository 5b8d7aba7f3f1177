//! Reasons of attempts without a cause.

use std::{rc::Rc, time::Duration};

use tokio::time::Instant;

use super::*;
use crate::protocol::{Cause, NotProcessed};

fn attempt(error: ErrorClass, phase: Phase, status: Option<u16>) -> Attempt {
    let now = Instant::now();
    Attempt {
        intended: now,
        taken: now,
        connecting: 0.0,
        tls_handshaking: 0.0,
        send_begin: None,
        send_end: None,
        first_byte: None,
        end: now + Duration::from_millis(1_500),
        sent: 40,
        received: 7,
        phase,
        status,
        error: Some(error),
        cause: None,
        resent: [0; NotProcessed::ALL.len()],
    }
}

#[test]
fn every_class_has_a_reason_and_a_cause_comes_first() {
    for (class, phase, status, reason) in [
        (ErrorClass::TimeoutConnect, Phase::Dns, None, "timed out after 1.5s during the DNS lookup"),
        (ErrorClass::TimeoutConnect, Phase::Connect, None, "timed out after 1.5s before the connection was open"),
        (ErrorClass::TimeoutConnect, Phase::Tls, None, "timed out after 1.5s during the TLS handshake"),
        (ErrorClass::TimeoutSend, Phase::Send, None, "timed out after 1.5s while sending; 40 B sent"),
        (ErrorClass::TimeoutWait, Phase::Wait, None, "timed out after 1.5s without a byte of the response"),
        (
            ErrorClass::TimeoutBody,
            Phase::Body,
            Some(200),
            "timed out after 1.5s before the end of the response; 7 B received",
        ),
        (ErrorClass::TimeoutIdle, Phase::Body, Some(200), "timed out after 1.5s without another byte; 7 B received"),
        (ErrorClass::Status5xx, Phase::Body, Some(503), "the server answered 503"),
        (ErrorClass::Closed, Phase::Wait, None, "the server closed the connection before it responded (40 B sent)"),
    ] {
        assert_eq!(reason_of(&attempt(class, phase, status)), reason);
    }
    for class in ErrorClass::ALL {
        let mut attempt = attempt(class, Phase::Wait, None);
        assert!(!reason_of(&attempt).is_empty(), "{class:?}");
        attempt.cause = Some(Rc::new(Cause::Text("the true cause".to_owned())));
        assert_eq!(reason_of(&attempt), "the true cause");
    }
}
