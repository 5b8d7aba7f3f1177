//! Answers of both versions.

use super::{Shown, read};
use crate::plan::a2a::TaskState;

fn shown(result: &str) -> Option<Shown<'static>> {
    let answer: &'static str = Box::leak(format!(r#"{{"jsonrpc":"2.0","id":1,"result":{result}}}"#).into_boxed_str());
    read(answer.as_bytes())
}

#[test]
fn both_versions_show_the_same() {
    let task = |state| Shown {
        task: Some("t".into()),
        context: Some("c".into()),
        state: Some(state),
        text: "ab".to_owned(),
        status_text: "why".to_owned(),
        ..Shown::default()
    };
    let new = r#"{"id":"t","contextId":"c","status":{"state":"TASK_STATE_FAILED","message":{"parts":[{"text":"why"}]}},"artifacts":[{"parts":[{"text":"a"},{"data":1}]},{"parts":[{"text":"b"}]}]}"#;
    assert_eq!(shown(&format!(r#"{{"task":{new}}}"#)), Some(task(TaskState::Failed)));
    assert_eq!(shown(new), Some(task(TaskState::Failed)), "as the answer to a question");
    let old = r#"{"kind":"task","id":"t","contextId":"c","status":{"state":"input-required","message":{"kind":"message","parts":[{"kind":"text","text":"why"}]}},"artifacts":[{"parts":[{"kind":"text","text":"ab"}]}]}"#;
    assert_eq!(shown(old), Some(task(TaskState::InputRequired)));

    let state = Some(Shown { task: Some("t".into()), state: Some(TaskState::Working), ..Shown::default() });
    assert_eq!(shown(r#"{"statusUpdate":{"taskId":"t","status":{"state":"TASK_STATE_WORKING"}}}"#), state);
    assert_eq!(shown(r#"{"kind":"status-update","taskId":"t","status":{"state":"working"},"final":false}"#), state);

    let piece = Some(Shown { task: Some("t".into()), text: "x".to_owned(), is_artifact: true, ..Shown::default() });
    assert_eq!(
        shown(r#"{"artifactUpdate":{"taskId":"t","artifact":{"artifactId":"1","parts":[{"text":"x"}]}}}"#),
        piece
    );
    let old =
        r#"{"kind":"artifact-update","taskId":"t","artifact":{"artifactId":"1","parts":[{"kind":"text","text":"x"}]}}"#;
    assert_eq!(shown(old), piece);

    let message = Some(Shown { text: "hi".to_owned(), is_message: true, ..Shown::default() });
    assert_eq!(shown(r#"{"message":{"messageId":"m","role":"ROLE_AGENT","parts":[{"text":"hi"}]}}"#), message);
    assert_eq!(shown(r#"{"kind":"message","messageId":"m","parts":[{"kind":"text","text":"hi"}]}"#), message);
}

#[test]
fn what_no_agent_answers_is_nothing() {
    for result in ["{}", "null", "1", "[]", r#"{"id":"t"}"#, r#"{"status":{"state":"working"}}"#, r#"{"kind":"other"}"#]
    {
        assert_eq!(shown(result), None, "{result}");
    }
}
