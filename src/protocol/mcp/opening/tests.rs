//! Tests of answers that open a session.

use proptest::prelude::*;

use super::*;

#[test]
fn the_newest_known_revision_is_used() {
    for (answer, wanted) in [
        (r#"{"result":{"supportedVersions":["2026-07-28","2025-11-25"]}}"#, Some("2026-07-28")),
        (r#"{"result":{"supportedVersions":["2025-06-18","2099-01-01"]}}"#, Some("2025-06-18")),
        (r#"{"error":{"code":-32022,"message":"","data":{"supported":["2025-11-25"]}}}"#, Some("2025-11-25")),
        (r#"{"result":{"supportedVersions":["2099-01-01"]}}"#, None),
        (r#"{"error":{"code":-32601,"message":""}}"#, Some("2025-11-25")),
        (r#"{"error":{"code":-32000,"message":"","data":"no session"}}"#, Some("2025-11-25")),
        ("Method Not Allowed", Some("2025-11-25")),
        ("", Some("2025-11-25")),
    ] {
        assert_eq!(discovered(answer.as_bytes()).ok().map(Revision::as_str), wanted, "{answer}");
    }
}

#[test]
fn a_session_has_the_revision_of_the_server() {
    for (answer, wanted) in [
        (r#"{"result":{"protocolVersion":"2025-03-26"}}"#, Some("2025-03-26")),
        (r#"{"result":{"protocolVersion":"2024-11-05"}}"#, None),
        // This one has no sessions.
        (r#"{"result":{"protocolVersion":"2026-07-28"}}"#, None),
        (r#"{"result":{}}"#, None),
        ("[]", None),
    ] {
        assert_eq!(agreed(answer.as_bytes()).ok().map(Revision::as_str), wanted, "{answer}");
    }
}

#[test]
fn a_session_id_is_what_a_header_can_repeat() {
    let id =
        |value: &str| session_id(format!("HTTP/1.1 200 OK\r\nMcp-Session-Id: {value}\r\n\r\n").as_bytes()).is_some();
    assert!(id("4f-é".split('é').next().unwrap()) && !id("") && !id("a b") && !id("é"));
    assert!(id(&"x".repeat(MAX_SESSION_ID)) && !id(&"x".repeat(MAX_SESSION_ID + 1)));
}

proptest! {
    #[test]
    fn no_answer_panics(answer in proptest::collection::vec(any::<u8>(), 0..80), at in 0usize..60, byte in any::<u8>()) {
        drop((discovered(&answer), agreed(&answer)));
        let mut damaged = br#"{"error":{"code":-32022,"message":"","data":{"supported":["2025-11-25"]}}}"#.to_vec();
        damaged[at] = byte;
        drop((discovered(&damaged), agreed(&damaged)));
        prop_assert!(session_id(&answer).is_none_or(|id| id.len() <= MAX_SESSION_ID));
    }
}
