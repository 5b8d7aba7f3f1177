//! `/agui`: runs of an agent by AG-UI, in the right order or with one violation.

use hyper::StatusCode;
use serde_json::{Value as Json, json};

use super::{Event, StreamPlan, options::StreamOptions, plan};
use crate::practice_target::builtin::Reply;

/// Pieces of the text, unless the query says otherwise.
const PIECES: u64 = 3;
/// Most pieces of a text.
const MOST_PIECES: u64 = 100_000;

pub(super) fn is_at(path: &str) -> bool {
    path == "/agui"
}

/// What a client asks besides the times.
#[derive(Debug, Default)]
struct Options {
    /// Whether the agent calls no tool.
    without_tool: bool,
    /// How the run ends; empty for a success.
    outcome: String,
    /// What is wrong with the order; empty for nothing.
    violation: String,
}

impl Options {
    fn parse(query: &str) -> Self {
        let mut options = Self::default();
        for (key, value) in url::form_urlencoded::parse(query.as_bytes()) {
            match &*key {
                "tool" => options.without_tool = value == "false",
                "outcome" => options.outcome = value.into_owned(),
                "violation" => options.violation = value.into_owned(),
                // The URL of an application has parameters of its own.
                _ => {}
            }
        }
        options
    }
}

/// A run, if the body is the input of one.
pub(super) fn answer(options: &StreamOptions, query: &str, sent: &[u8]) -> Reply {
    let input: Json = serde_json::from_slice(sent).unwrap_or_default();
    let is_input = ["threadId", "runId"].iter().all(|field| input[field].is_string())
        && ["messages", "tools", "context"].iter().all(|field| input[field].is_array())
        && input.get("state").is_some()
        && input.get("forwardedProps").is_some();
    if !is_input {
        return Reply::error(StatusCode::UNPROCESSABLE_ENTITY, "the body is no RunAgentInput");
    }
    let pieces = options.count.unwrap_or(PIECES).min(MOST_PIECES);
    let events = events(&Options::parse(query), &input, pieces);
    Reply::stream(stream(options, events))
}

fn stream(options: &StreamOptions, events: Vec<Json>) -> StreamPlan {
    let count = events.len() as u64;
    plan(options, count, events.into_iter().map(|event| Event::data(event.to_string())))
}

/// The events of a run in their order, unless one violation is asked for.
fn events(options: &Options, input: &Json, pieces: u64) -> Vec<Json> {
    let (thread, run) = (&input["threadId"], &input["runId"]);
    let of_run = |kind: &str| json!({ "type": kind, "threadId": thread, "runId": run });
    let step = |kind: &str| json!({ "type": kind, "stepName": "answer" });
    let text = |kind: &str| json!({ "type": kind, "messageId": "m1" });
    let call = |kind: &str| json!({ "type": kind, "toolCallId": "c1", "toolCallName": "weather" });
    let mut events = vec![of_run("RUN_STARTED"), step("STEP_STARTED"), text("TEXT_MESSAGE_START")];
    events[2]["role"] = "assistant".into();
    for number in 0..pieces {
        let mut piece = text("TEXT_MESSAGE_CONTENT");
        piece["delta"] = format!("word{number} ").into();
        events.push(piece);
    }
    events.push(text("TEXT_MESSAGE_END"));
    if !options.without_tool {
        let mut arguments = call("TOOL_CALL_ARGS");
        arguments["delta"] = "{\"city\":\"Oslo\"}".into();
        let mut result = call("TOOL_CALL_RESULT");
        (result["messageId"], result["content"]) = ("m2".into(), "-3 °C".into());
        events.extend([call("TOOL_CALL_START"), arguments, call("TOOL_CALL_END"), result]);
    }
    events.push(step("STEP_FINISHED"));
    events.push(match &*options.outcome {
        "error" => json!({ "type": "RUN_ERROR", "message": "as asked for", "code": "practice" }),
        "" => of_run("RUN_FINISHED"),
        outcome => {
            let mut end = of_run("RUN_FINISHED");
            end["outcome"] = json!({ "type": outcome });
            end
        }
    });
    with_violation(&options.violation, events)
}

fn with_violation(violation: &str, mut events: Vec<Json>) -> Vec<Json> {
    let last = events.len() - 1;
    match violation {
        // A text before the run.
        "before" => events.swap(0, 2),
        // A piece of a text that was not begun.
        "unopened" => drop(events.remove(2)),
        "twice" => events.insert(3, events[2].clone()),
        // The run ends within its step.
        "open" => drop(events.remove(last - 1)),
        "after" => events.push(events[1].clone()),
        "second" => events.insert(1, events[0].clone()),
        // The stream ends before the run.
        "unfinished" => drop(events.remove(last)),
        // An event without a field that it must have.
        "field" => drop(events[1].as_object_mut().and_then(|event| event.shift_remove("stepName"))),
        _ => {}
    }
    events
}

#[cfg(test)]
mod tests;
