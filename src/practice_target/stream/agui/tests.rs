//! Runs as planned.

use serde_json::json;

use super::{Options, events};

fn kinds(query: &str) -> String {
    let input = json!({ "threadId": "t", "runId": "r" });
    let events = events(&Options::parse(query), &input, 2);
    events.iter().map(|event| event["type"].as_str().unwrap()).collect::<Vec<_>>().join(" ")
}

#[test]
fn a_run_is_as_the_query_says() {
    assert_eq!(
        kinds("tool=false"),
        "RUN_STARTED STEP_STARTED TEXT_MESSAGE_START TEXT_MESSAGE_CONTENT TEXT_MESSAGE_CONTENT TEXT_MESSAGE_END \
         STEP_FINISHED RUN_FINISHED"
    );
    assert!(kinds("").contains("TOOL_CALL_START TOOL_CALL_ARGS TOOL_CALL_END TOOL_CALL_RESULT STEP_FINISHED"));
    assert!(kinds("outcome=error").ends_with("STEP_FINISHED RUN_ERROR"));
    assert!(kinds("violation=before").starts_with("TEXT_MESSAGE_START STEP_STARTED RUN_STARTED"));
    assert!(kinds("violation=unopened").starts_with("RUN_STARTED STEP_STARTED TEXT_MESSAGE_CONTENT"));
    assert!(kinds("violation=open").ends_with("TOOL_CALL_RESULT RUN_FINISHED"));
    assert!(kinds("violation=after").ends_with("RUN_FINISHED STEP_STARTED"));
    assert!(kinds("violation=unfinished").ends_with("STEP_FINISHED"));
}
