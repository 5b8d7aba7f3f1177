//! Parameters of both versions.

use serde_json::{Value as Json, json};

use super::params;
use crate::plan::a2a::{A2aMethod, Version};

#[test]
fn a_message_has_the_form_of_its_version() {
    let rendered = br#"{"messageId":"m","text":"hi","data":{"a":1},"contextId":"c"}"#;
    let made = |version, method, is_polled| -> Json {
        serde_json::from_slice(&params((method, version), rendered, is_polled)).unwrap()
    };
    let new = json!({ "messageId": "m", "role": "ROLE_USER", "parts": [{ "text": "hi" }, { "data": { "a": 1 } }], "contextId": "c" });
    let old = json!({
        "kind": "message", "messageId": "m", "role": "user", "contextId": "c",
        "parts": [{ "kind": "text", "text": "hi" }, { "kind": "data", "data": { "a": 1 } }],
    });
    let (v1, v0) = (Version::V1_0, Version::V0_3);
    assert_eq!(made(v1, A2aMethod::Send, false), json!({ "message": new }));
    let polled = json!({ "message": new, "configuration": { "returnImmediately": true } });
    assert_eq!(made(v1, A2aMethod::Send, true), polled);
    assert_eq!(made(v0, A2aMethod::Send, false), json!({ "message": old, "configuration": { "blocking": true } }));
    assert_eq!(made(v0, A2aMethod::Send, true), json!({ "message": old, "configuration": { "blocking": false } }));
    assert_eq!(made(v0, A2aMethod::Stream, false), json!({ "message": old }));
}

#[test]
fn a_query_for_a_task_is_the_same_in_both() {
    assert_eq!(params((A2aMethod::Get, Version::V0_3), br#"{"id":"t"}"#, false), br#"{"id":"t"}"#);
}
