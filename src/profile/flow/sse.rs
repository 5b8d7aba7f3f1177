//! `sse`: a request whose response is a stream of events.
//!
//! ```text
//!  request ─▶ (jump) ─▶ retry, extract, check          `on_event` is a subroutine of the program, called for each event
//!               └─ on_event ─ end
//! ```

use std::{sync::Arc, time::Duration};

use super::{
    Compiler, StepDefinition, StepNode,
    body::BODIES,
    inner_steps::needs_a_flow,
    request::{self, ACCEPT, ANSWER, BODY, Content, KEYS, QUERY, TAGGED, is_token},
};
use crate::{
    language::{Needs, extract::JsonPath},
    plan::{
        Op,
        event_stream::{CustomLayout, EventStreamSpec, Goodput, Layout},
        outline::lines_of,
    },
    profile::{
        grammar::{Key, Section, Type, words},
        node::{Node, Yaml},
        reader::{MapReader, same_key},
    },
};

/// Event streams.
pub(super) static STEPS: &[StepDefinition] = &[StepDefinition {
    words: &["sse"],
    value: Type::Text,
    options: &[STREAM, ENDS, REOPENED, QUERY, BODY, KEYS, TAGGED, ANSWER],
    about: "sends a request and reads its response as a stream of server-sent events",
    example: "sse: /events, max_events: 10",
    compile,
}];

static STREAM: &[Key] = &[
    Key::new("method", Type::Text, "the method; GET, with a body POST"),
    Key::new(
        "layout",
        Type::Either(&[Type::Word(&words(&LAYOUTS)), Type::Map(&LAYOUT)]),
        "what the events mean, for the answers of language models; nothing",
    ),
    Key::new("events", Type::Several(&Type::Text), "names of the events that are read; all"),
];

/// What ends a stream, and the steps for its events.
pub(super) static ENDS: &[Key] = &[
    Key::new("until", Type::Condition, "condition on an event (`event`, `body`, `json`) that ends the stream"),
    Key::new("max_events", Type::Count, "number of events that ends the stream"),
    Key::new("max_time", Type::Duration, "time that ends the stream"),
    Key::new("on_event", Type::Steps, "steps for each event, which don't wait: `check`, `extract`, `metric`, `set` …"),
];

static REOPENED: &[Key] = &[
    Key::new("reconnect", Type::Count, "how often a stream that ended early is opened again, with `Last-Event-ID`; 0"),
    Key::new("goodput", Type::Map(&GOODPUT), "limits that a good answer keeps, counted by `llm_goodput`"),
];

const LAYOUTS: [(&str, BuiltInLayout); 3] = [
    ("openai_chat", BuiltInLayout::OpenAiChat),
    ("openai_responses", BuiltInLayout::OpenAiResponses),
    ("anthropic", BuiltInLayout::Anthropic),
];

#[derive(Clone, Copy)]
enum BuiltInLayout {
    OpenAiChat,
    OpenAiResponses,
    Anthropic,
}

/// Where the parts of an answer are.
pub(in crate::profile) static LAYOUT: Section = Section::new(
    "layout",
    "Where the parts of a language model's answer are in the data of each event.",
    &[&[
        Key::new("text", Type::Text, "JSONPath of a piece of the text"),
        Key::new("finish_reason", Type::Text, "JSONPath of the reason of the end"),
        Key::new("input_tokens", Type::Text, "JSONPath of the number of input tokens"),
        Key::new("output_tokens", Type::Text, "JSONPath of the number of output tokens"),
        Key::new("error", Type::Text, "JSONPath of an error; anything but null is one"),
        Key::new("end", Type::Text, "data of the last event, such as `[DONE]`; the event with the reason of the end"),
    ]],
);

/// Limits of a good answer.
pub(in crate::profile) static GOODPUT: Section = Section::new(
    "goodput",
    "Limits of a good answer. An answer that is incomplete, or lacks a value that has a limit, is not good.",
    &[&[
        Key::new("time_to_first_token", Type::Duration, "maximum time to the first token"),
        Key::new("inter_token_latency", Type::Duration, "maximum mean time between tokens"),
        Key::new("request_latency", Type::Duration, "maximum time to the last token"),
    ]],
);

/// The media type that is asked for.
pub(super) const MEDIA_TYPE: &str = "text/event-stream";

/// `sse: /events`, with the keys of requests.
fn compile<'n>(compiler: &mut Compiler<'_, 'n>, mut step: StepNode<'n>) {
    let has_body = step.map.entries.iter().any(|entry| BODIES.iter().any(|key| same_key(key.name, &entry.name)));
    let method = match step.map.take("method") {
        None => if has_body { "POST" } else { "GET" }.to_owned(),
        Some(node) => {
            let Some(method) = compiler.reader.text(node, "method") else { return };
            if !is_token(&method) {
                compiler.reader.error(node.position, format!("`{method}` is not a method"), None);
            }
            method.to_uppercase()
        }
    };
    request::compile_request(compiler, &method, step, (&[(ACCEPT, MEDIA_TYPE)], Content::read), read_stream);
}

/// Reads the keys of the stream; the request was just added to the program, at a position.
fn read_stream<'n>(compiler: &mut Compiler<'_, 'n>, map: &mut MapReader<'n>, at: usize) {
    let reader = compiler.reader;
    let layout = map.take("layout").map_or(Some(Layout::Plain), |node| compiler.layout(node));
    let names = map
        .take("events")
        .map(|node| node.one_or_many().iter().filter_map(|name| reader.text(name, "an event's name")).collect());
    let reconnect = map.take("reconnect").and_then(|node| reader.count(node, "reconnect"));
    let goodput = map.take("goodput").map(|node| (node, compiler.goodput(node)));
    let ends = read_ends(compiler, map, at);
    let Some(layout) = layout else { return };
    if let Some((node, _)) = &goodput
        && !layout.is_llm()
    {
        let hint = "for example `layout: openai_chat`".to_owned();
        reader.error(node.position, "`goodput` needs a `layout`", Some(hint));
    }
    let spec = EventStreamSpec {
        layout,
        names: names.unwrap_or_default(),
        reconnect: reconnect.unwrap_or_default(),
        goodput: goodput.map(|(_, goodput)| goodput).unwrap_or_default(),
        ..ends
    };
    compiler.set_stream(at, spec);
}

/// Reads what ends a stream, and the steps for its events: the keys [`ENDS`].
pub(super) fn read_ends<'n>(compiler: &mut Compiler<'_, 'n>, map: &mut MapReader<'n>, at: usize) -> EventStreamSpec {
    let reader = compiler.reader;
    let until = map.take("until").and_then(|node| {
        let (until, needs) = compiler.apart(|compiler| compiler.condition(node, "until"));
        // The data of an event is read anyway.
        compiler.keep_since(at, Needs { body: false, ..needs });
        until
    });
    let max_events = map.take("max_events").and_then(|node| at_least_one(compiler, node));
    let max_time = map.take("max_time").and_then(|node| {
        let time = reader.duration(node, "max_time")?;
        if time.is_zero() {
            reader.error(node.position, "max_time must be greater than zero", None);
        }
        Some(time)
    });
    let on_event = map.take("on_event").map(|node| compiler.on_event(node));
    let (layout, names, reconnect, goodput) = (Layout::Plain, Vec::new(), 0, Goodput::default());
    EventStreamSpec { layout, names, until, max_events, max_time, on_event, reconnect, goodput }
}

fn at_least_one(compiler: &Compiler<'_, '_>, node: &Node) -> Option<u64> {
    let count = compiler.reader.count(node, "max_events")?;
    if count == 0 {
        compiler.reader.error(node.position, "max_events must be at least 1", None);
    }
    Some(count.into())
}

impl<'n> Compiler<'_, 'n> {
    /// Makes the request at a position of the program a stream.
    pub(super) fn set_stream(&mut self, at: usize, spec: EventStreamSpec) {
        let Some(Op::Send(step, _)) = self.ops.get(at) else { return };
        let Some(request) = self.table.request_mut(*step) else { return };
        if let Some(time) = spec.max_time {
            // A stream that is to last so long is given the time to start as well.
            request.spec.timeout = request.spec.timeout.max(time.saturating_add(START));
        }
        request.spec.events = Some(Arc::new(spec));
    }

    /// `layout: openai_chat`, or paths.
    fn layout(&mut self, node: &'n Node) -> Option<Layout> {
        let reader = self.reader;
        let Yaml::Map(_) = node.value else {
            return Some(match reader.word(node, "`layout`", &LAYOUTS)? {
                BuiltInLayout::OpenAiChat => Layout::OpenAiChat,
                BuiltInLayout::OpenAiResponses => Layout::OpenAiResponses,
                BuiltInLayout::Anthropic => Layout::Anthropic,
            });
        };
        let mut map = reader.section(node, "layout", &LAYOUT);
        let mut path = |key: &'static str| map.take(key).and_then(|node| self.looked_for(node, key, JsonPath::parse));
        let (text, finish_reason, error) = (path("text"), path("finish_reason"), path("error"));
        let (input_tokens, output_tokens) = (path("input_tokens"), path("output_tokens"));
        let end = map.take("end").and_then(|node| reader.text(node, "end"));
        if text.is_none() && map.is_known() && !reader.has_errors() {
            let hint = "for example `layout: {text: $.delta}`".to_owned();
            reader.error(node.position, "`layout` has no `text`", Some(hint));
        }
        map.finish(reader);
        Some(Layout::Custom(Box::new(CustomLayout { text, finish_reason, input_tokens, output_tokens, error, end })))
    }

    fn goodput(&mut self, node: &'n Node) -> Goodput {
        let reader = self.reader;
        let mut map = reader.section(node, "goodput", &GOODPUT);
        let mut limit = |key: &'static str| map.take(key).and_then(|node| reader.duration(node, key));
        let goodput = Goodput {
            time_to_first_token: limit("time_to_first_token"),
            inter_token_latency: limit("inter_token_latency"),
            request_latency: limit("request_latency"),
        };
        if !goodput.is_set() && map.is_known() {
            let hint = "for example `goodput: {time_to_first_token: 500ms}`".to_owned();
            reader.error(node.position, "`goodput` has no limit", Some(hint));
        }
        map.finish(reader);
        goodput
    }

    /// The steps for each event; returns the position of their first operation.
    fn on_event(&mut self, node: &'n Node) -> usize {
        let skip = self.open(Op::Goto(0));
        let begin = self.here();
        // `end` of a block around the stream can't be reached from here.
        let outer = std::mem::take(&mut self.blocks);
        let steps = self.outlined(|compiler| compiler.steps(node, "on_event"));
        self.details.push("on_event:".to_owned());
        self.details.extend(lines_of(&steps, 1));
        self.blocks = outer;
        if self.ops[begin..].iter().any(waits) {
            let hint =
                "write such steps after the stream; `check`, `extract`, `metric`, `set` and `if` are allowed here";
            let message = "`on_event` can't contain a step that waits, sends a request or ends the iteration";
            self.reader.error(node.position, message, Some(hint.to_owned()));
        }
        self.ops.push(Op::End);
        self.close(skip);
        begin
    }
}

/// Time for the start of a stream that is limited by `max_time`.
const START: Duration = Duration::from_secs(60);

/// Whether an operation has another effect than a sample or the end of everything.
fn waits(op: &Op) -> bool {
    needs_a_flow(op) || matches!(op, Op::Socket(_) | Op::Think(_))
}
