//! Layouts, event by event.

use std::borrow::Cow;

use super::{super::parser::Event, Content, EventPart, NotInLayout, Usage};
use crate::{
    language::extract::JsonPath,
    plan::event_stream::{CustomLayout, Layout},
};

fn read(layout: &Layout, data: &str) -> Result<String, NotInLayout> {
    let event = Event { name: Cow::Borrowed("message"), data: Cow::Borrowed(data) };
    layout.read(&event).map(|part| shown(&part))
}

/// A part as words, such as `text=Hel finish=stop end`.
fn shown(part: &EventPart<'_>) -> String {
    let EventPart { content, finish_reason, usage, is_end, is_error, run: _ } = part;
    let Usage { input, output, cached, reasoning } = usage;
    let mut words = Vec::new();
    match content {
        Some(Content::Text(piece)) => words.push(format!("text={piece}")),
        Some(Content::Other) => words.push("other".to_owned()),
        None => {}
    }
    words.extend(finish_reason.as_ref().map(|reason| format!("finish={reason}")));
    let counts = [("in", input), ("out", output), ("cached", cached), ("reasoning", reasoning)];
    words.extend(counts.iter().filter_map(|(name, count)| Some(format!("{name}={}", count.as_ref()?))));
    words.extend(is_end.then(|| "end".to_owned()));
    words.extend(is_error.then(|| "error".to_owned()));
    words.join(" ")
}

fn table(layout: &Layout, rows: &[(&str, &str)]) {
    for (data, expected) in rows {
        assert_eq!(read(layout, data).as_deref(), Ok(*expected), "{data}");
    }
}

#[test]
fn chat_completions() {
    table(
        &Layout::OpenAiChat,
        &[
            (
                r#"{"choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}],"usage":null}"#,
                "",
            ),
            (r#"{"choices":[{"index":0,"delta":{"content":"Hel"},"finish_reason":null}]}"#, "text=Hel"),
            (r#"{"choices":[{"index":0,"delta":{"content":"\"\u00e4\""}}]}"#, "text=\"ä\""),
            (r#"{"choices":[{"index":0,"delta":{"reasoning_content":"hm"}}]}"#, "other"),
            (r#"{"choices":[{"index":0,"delta":{"reasoning":"hm","content":null}}]}"#, "other"),
            (
                r#"{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{\"a"}}]}}]}"#,
                "other",
            ),
            (r#"{"choices":[{"index":0,"delta":{"tool_calls":[]}}]}"#, ""),
            (r#"{"choices":[{"index":0,"delta":{"refusal":"no"}}]}"#, "text=no"),
            (r#"{"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}"#, "finish=stop"),
            (r#"{"choices":[{"index":0,"delta":{},"finish_reason":"error"}]}"#, "finish=error error"),
            (
                r#"{"choices":[],"usage":{"prompt_tokens":9,"completion_tokens":2,"total_tokens":11,
                "prompt_tokens_details":{"cached_tokens":4},"completion_tokens_details":{"reasoning_tokens":1}}}"#,
                "in=9 out=2 cached=4 reasoning=1",
            ),
            (r#"{"choices":null,"usage":{"completion_tokens":2}}"#, "out=2"),
            (r#"{"error":{"message":"overloaded","type":"server_error"}}"#, "error"),
            (r#"{"choices":[],"error":"no"}"#, "error"),
            (r#"{"choices":[],"error":null}"#, ""),
            ("[DONE]", "end"),
            ("[DONE] ", "end"),
        ],
    );
    assert_eq!(read(&Layout::OpenAiChat, "done"), Err(NotInLayout));
    assert_eq!(read(&Layout::OpenAiChat, ""), Err(NotInLayout));
}

#[test]
fn responses() {
    table(
        &Layout::OpenAiResponses,
        &[
            (r#"{"type":"response.created","sequence_number":0,"response":{"status":"in_progress","usage":null}}"#, ""),
            (r#"{"type":"response.output_item.added","item":{"type":"message"}}"#, ""),
            (r#"{"type":"response.output_text.delta","delta":"Hel","sequence_number":4}"#, "text=Hel"),
            (r#"{"type":"response.output_text.delta","delta":""}"#, ""),
            (r#"{"type":"response.function_call_arguments.delta","delta":"{"}"#, "other"),
            (r#"{"type":"response.reasoning_summary_text.delta","delta":"hm"}"#, "other"),
            (r#"{"type":"response.something_new.delta","delta":{"a":1}}"#, ""),
            (
                r#"{"type":"response.completed","response":{"usage":{"input_tokens":9,"input_tokens_details":{"cached_tokens":0},
                "output_tokens":2,"output_tokens_details":{"reasoning_tokens":0},"total_tokens":11}}}"#,
                "finish=completed in=9 out=2 cached=0 reasoning=0 end",
            ),
            (
                r#"{"type":"response.incomplete","response":{"incomplete_details":{"reason":"max_output_tokens"}}}"#,
                "finish=max_output_tokens end",
            ),
            (r#"{"type":"response.failed","response":{"error":{"code":"server_error"}}}"#, "finish=failed end error"),
            (r#"{"type":"error","code":"x","message":"m"}"#, "end error"),
        ],
    );
    assert_eq!(read(&Layout::OpenAiResponses, "[DONE]"), Err(NotInLayout));
}

#[test]
fn messages() {
    table(
        &Layout::Anthropic,
        &[
            (
                r#"{"type":"message_start","message":{"usage":{"input_tokens":9,"cache_read_input_tokens":3,"output_tokens":1}}}"#,
                "in=12 out=1 cached=3",
            ),
            (r#"{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}"#, ""),
            (r#"{"type":"ping"}"#, ""),
            (r#"{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Hel"}}"#, "text=Hel"),
            (r#"{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":""}}"#, ""),
            (
                r#"{"type":"content_block_delta","index":0,"delta":{"type":"input_json_delta","partial_json":"{"}}"#,
                "other",
            ),
            (r#"{"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"hm"}}"#, "other"),
            (
                r#"{"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":15}}"#,
                "finish=end_turn out=15",
            ),
            (r#"{"type":"message_stop"}"#, "end"),
            (r#"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"#, "end error"),
            (r#"{"type":"something_new","delta":{"x":[1]}}"#, ""),
        ],
    );
}

#[test]
fn a_layout_of_the_profile() {
    let path = |text: &str| JsonPath::parse(text).ok();
    let layout = CustomLayout {
        text: path("$.delta"),
        finish_reason: path("$.done_reason"),
        input_tokens: path("$.usage.in"),
        output_tokens: path("$.usage.out"),
        error: path("$.error"),
        end: Some("END".into()),
    };
    table(
        &Layout::Custom(Box::new(layout.clone())),
        &[
            (r#"{"delta":"Hel"}"#, "text=Hel"),
            (r#"{"delta":""}"#, ""),
            (r#"{"delta":null,"error":null}"#, ""),
            (r#"{"error":"no"}"#, "error"),
            (r#"{"done_reason":"stop","usage":{"in":9,"out":2}}"#, "finish=stop in=9 out=2"),
            (r#"{"usage":{"in":-1,"out":"2"}}"#, ""),
            ("not JSON", ""),
            ("END", "end"),
        ],
    );
    let without_end = CustomLayout { end: None, ..layout };
    table(&Layout::Custom(Box::new(without_end)), &[(r#"{"done_reason":"stop"}"#, "finish=stop end")]);
}

#[test]
fn usage_is_replaced_not_added() {
    let mut usage = Usage { input: Some(9), output: Some(1), ..Usage::default() };
    usage.update(Usage { output: Some(15), ..Usage::default() });
    usage.update(Usage::default());
    assert_eq!(usage, Usage { input: Some(9), output: Some(15), ..Usage::default() });
}
