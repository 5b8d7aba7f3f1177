//! Tests of results.

use proptest::prelude::*;

use super::*;

#[test]
fn a_result_can_be_a_failure() {
    let class = |method, answer: &str| {
        read(method, answer.as_bytes()).failure.map(|(class, words)| (class.label(), words)).unwrap_or_default()
    };
    let failed =
        r#"{"result":{"isError":true,"content":[{"type":"image","data":""},{"type":"text","text":"no disk"}]}}"#;
    assert_eq!(class(McpMethod::CallTool, failed), ("mcp_tool_error", "no disk".to_owned()));
    // Only a tool has this member.
    assert_eq!(class(McpMethod::GetPrompt, failed), ("", String::new()));
    for (answer, wanted) in [
        (r#"{"result":{"isError":false}}"#, ""),
        (r#"{"result":{"isError":"true"}}"#, ""),
        (r#"{"result":{"isError":true,"content":"text"}}"#, "mcp_tool_error"),
        (r#"{"result":{"isError":true,"content":[1,null]}}"#, "mcp_tool_error"),
        (r#"{"result":{"resultType":"input_required"}}"#, "mcp_input_required"),
        (r#"{"result":{"resultType":"complete"}}"#, ""),
        (r#"{"result":{"resultType":7,"isError":true}}"#, "mcp_tool_error"),
        (r#"{"result":7}"#, ""),
    ] {
        assert_eq!(class(McpMethod::CallTool, answer).0, wanted, "{answer}");
    }
}

#[test]
fn a_list_goes_on_where_a_cursor_is_even_an_empty_one() {
    let next = |method, answer: &str| read(method, answer.as_bytes()).next_cursor;
    assert_eq!(next(McpMethod::ListTools, r#"{"result":{"tools":[],"nextCursor":""}}"#), Some(String::new()));
    assert_eq!(next(McpMethod::ListTools, r#"{"result":{"tools":[],"nextCursor":null}}"#), None);
    assert_eq!(next(McpMethod::CallTool, r#"{"result":{"nextCursor":"a"}}"#), None);
    assert_eq!(items(br#"{"result":{"tools":[1,2]}}"#, "tools").len(), 2);
    assert!(items(br#"{"result":{"tools":7}}"#, "tools").is_empty());
}

#[test]
fn an_expired_session_is_no_other_refusal() {
    let unknown =
        br#"{"jsonrpc":"2.0","error":{"code":-32000,"message":"Bad Request: No valid session ID provided"},"id":null}"#;
    let other = br#"{"jsonrpc":"2.0","error":{"code":-32602,"message":"no such tool"},"id":1}"#;
    assert!(is_expired(Some(404), b"") && is_expired(Some(400), unknown));
    assert!(!is_expired(Some(400), other) && !is_expired(Some(400), b"") && !is_expired(Some(500), unknown));
    assert!(!is_expired(None, unknown));
}

proptest! {
    #[test]
    fn no_answer_panics(at in 0usize..100, byte in any::<u8>(), status in 300u16..600) {
        let mut damaged =
            br#"{"result":{"isError":true,"content":[{"text":"x"}],"nextCursor":"a","resultType":"complete","tools":[1]}}"#.to_vec();
        damaged[at] = byte;
        let (called, listed) = (read(McpMethod::CallTool, &damaged), read(McpMethod::ListTools, &damaged));
        prop_assert!(called.next_cursor.is_none() && listed.failure.is_none_or(|(class, _)| class.label() == "mcp_input_required"));
        prop_assert!(items(&damaged, "tools").len() <= 1 && (status == 404 || !is_expired(Some(status), &damaged)));
    }
}
