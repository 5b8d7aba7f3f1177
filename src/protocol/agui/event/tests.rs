//! What the data of an event says.

use super::{Role, TYPES, Thing, read};

#[test]
fn an_event_must_have_the_fields_of_its_type() {
    for (data, is_event) in [
        (r#"{"type":"RUN_STARTED","threadId":"t","runId":"r"}"#, true),
        (r#"{"type":"RUN_STARTED","threadId":"t"}"#, false),
        (r#"{"type":"RUN_ERROR","message":"no"}"#, true),
        (r#"{"type":"RUN_ERROR"}"#, false),
        (r#"{"type":"TEXT_MESSAGE_CONTENT","messageId":"m","delta":"a"}"#, true),
        (r#"{"type":"TEXT_MESSAGE_CONTENT","delta":"a"}"#, false),
        (r#"{"type":"TOOL_CALL_RESULT","messageId":"m","toolCallId":"c","content":""}"#, true),
        (r#"{"type":"TOOL_CALL_RESULT","messageId":"m","toolCallId":"c"}"#, false),
        (r#"{"type":"STATE_DELTA","delta":[{"op":"add"}]}"#, true),
        (r#"{"type":"STATE_SNAPSHOT","snapshot":null}"#, true),
        (r#"{"type":"CUSTOM","name":"a","value":1}"#, true),
        (r#"{"type":"SOMETHING_NEWER"}"#, true),
        (r#"{"type":7}"#, false),
        ("{}", false),
        ("[]", false),
        ("no", false),
    ] {
        assert_eq!(read(data).is_some(), is_event, "{data}");
    }
}

#[test]
fn an_event_says_whose_it_is_and_what_it_brings() {
    let event = read(r#"{"type":"TEXT_MESSAGE_CONTENT","messageId":"m","delta":"a\nb"}"#).unwrap();
    assert_eq!((&*event.id, &*event.text, event.kind.role), ("m", "a\nb", Role::Continues(Thing::Text)));
    let event = read(r#"{"type":"TOOL_CALL_ARGS","toolCallId":"c","delta":"{"}"#).unwrap();
    assert_eq!((&*event.id, &*event.text), ("c", ""));
    assert_eq!(read(r#"{"type":"STEP_STARTED","stepName":"s"}"#).unwrap().id, "s");
}

#[test]
fn outcomes_are_words_of_the_protocol() {
    for (outcome, word) in [
        ("", "success"),
        (r#","outcome":"interrupt""#, "interrupt"),
        (r#","outcome":{"type":"cancelled","why":1}"#, "cancelled"),
        (r#","outcome":"of its own""#, "other"),
        (r#","outcome":[1]"#, "other"),
    ] {
        let data = format!(r#"{{"type":"RUN_FINISHED","threadId":"t","runId":"r"{outcome}}}"#);
        assert_eq!(read(&data).unwrap().outcome, Some(word), "{outcome}");
    }
}

#[test]
fn there_are_as_many_types_as_the_protocol_has() {
    assert_eq!(TYPES.len(), 31);
}
