//! Answers by the type of a message.

use super::*;

#[test]
fn messages_are_answered_by_their_type_and_others_are_sent_back() {
    let answered = |message: &str| {
        let text = answer(message.as_bytes())?;
        serde_json::from_str::<Json>(&text).ok()
    };
    let pong = answered(r#"{"message_type":"ping","payload":{"timestamp":7}}"#).unwrap();
    assert_eq!(pong, json!({ "message_type": "pong", "payload": { "timestamp": 7 } }));
    for (asked, kind) in ANSWERS {
        let answer = answered(&json!({ "type": asked, "id": 3 }).to_string()).unwrap();
        assert_eq!((&answer["type"], &answer["id"]), (&json!(kind), &json!(3)));
    }
    for other in [r#"{"type":"hello"}"#, r#"{"type":7}"#, "{", "ping", "", "[]", "{}"] {
        assert_eq!(answered(other), None, "{other}");
    }
    assert!(greeting(4).contains("connection-4"));
}
