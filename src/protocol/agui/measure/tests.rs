//! What events show.

use std::time::Duration;

use tokio::time::Instant;

use super::{super::event::read, RunMeasure, Shown};

#[test]
fn each_first_is_shown_once_and_tool_calls_end_with_their_result() {
    let begin = Instant::now();
    let mut measure = RunMeasure::default();
    let at = |millis: u64| begin + Duration::from_millis(millis);
    let mut take = |millis: u64, data: &str| measure.take(&read(data).unwrap(), at(millis));
    let started = r#"{"type":"RUN_STARTED","threadId":"t","runId":"r"}"#;
    let finished = r#"{"type":"RUN_FINISHED","threadId":"t","runId":"r","outcome":"interrupt"}"#;
    let text = |delta: &str| format!(r#"{{"type":"TEXT_MESSAGE_CONTENT","messageId":"m","delta":"{delta}"}}"#);
    let result = r#"{"type":"TOOL_CALL_RESULT","messageId":"m","toolCallId":"c","content":"5"}"#;
    assert_eq!(take(1, started), Some(Shown::Started { is_first: true }));
    assert_eq!(take(2, &text("")), None, "an empty piece is no text");
    assert_eq!(take(3, &text("a")), Some(Shown::FirstText));
    assert_eq!(take(4, &text("b")), None);
    let call = r#"{"type":"TOOL_CALL_START","toolCallId":"c","toolCallName":"n"}"#;
    assert_eq!(take(5, call), Some(Shown::FirstToolCall));
    assert_eq!(take(12, result), Some(Shown::ToolResult(Duration::from_millis(7))));
    assert_eq!(take(13, result), None, "of no call");
    assert_eq!(take(14, finished), Some(Shown::Finished("interrupt", None)));
    assert_eq!(take(20, started), Some(Shown::Started { is_first: false }));
    assert_eq!(take(21, r#"{"type":"RUN_ERROR","message":"no"}"#), Some(Shown::Finished("error", Some(at(20)))));
}
