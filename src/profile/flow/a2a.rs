//! `a2a`: a request to an agent, by A2A. The agent is found by its card, and its task is followed to the end.

use std::{sync::Arc, time::Duration};

use super::{
    Compiler, StepDefinition, StepNode,
    body::Body,
    jsonrpc::CODES,
    request::{self, ACCEPT, ANSWER, Content, KEYS},
};
use crate::{
    language::Needs,
    plan::{
        Op, Request, RequestSpec, Step, StepKind, Wire,
        a2a::{A2aMethod, A2aRows, A2aSpec, TaskState, Version},
        rendering::Piece,
        rpc::RpcSpec,
    },
    profile::{
        grammar::{Key, Section, Type, words},
        node::{Node, Yaml},
        reader::MapReader,
    },
};

/// Requests of A2A.
pub(super) static STEPS: &[StepDefinition] = &[StepDefinition {
    words: &["a2a"],
    value: Type::Text,
    options: &[WHAT, MESSAGE_KEYS, HOW, CODES, KEYS, ANSWER],
    about: "sends a message to an agent by A2A and follows its task; the agent is found by its card",
    example: "a2a: /a2a, send: hello",
    compile,
}];

static WHAT: &[Key] = &[
    Key::new("send", Type::Either(&[Type::Text, Type::Map(&MESSAGE)]), "the message to send; waits for the answer"),
    Key::new("stream", Type::Either(&[Type::Text, Type::Map(&MESSAGE)]), "the message to send; reads a stream"),
    Key::new("get", Type::Text, "the id of the task to ask for"),
    Key::new("cancel", Type::Text, "the id of the task to cancel"),
    Key::new("subscribe", Type::Text, "the id of the task whose stream is read"),
];

static MESSAGE_KEYS: &[Key] = &[
    Key::new("context", Type::Text, "id of the conversation that the message belongs to; a new one"),
    Key::new("task", Type::Text, "id of the task that the message goes on with; a new one"),
];

static HOW: &[Key] = &[
    Key::new("poll", Type::Duration, "with `send` or `get`: asks for the task so often until it is over; never"),
    Key::new("max_time", Type::Duration, "maximum time from the answer to the last of these questions; 5m"),
    Key::new(
        "states",
        Type::Several(&Type::Word(&words(&TaskState::ALL))),
        "states of a task that is a success; completed, with `cancel` canceled, with `get` any",
    ),
    Key::new(
        "version",
        Type::Word(&words(&Version::ALL)),
        "version of A2A; then the URL is the agent's own, and no card is asked for",
    ),
    Key::new(
        "as",
        Type::Text,
        "variable for `id`, `context`, `state`, `text`, `status_text`, `events` and `polls` of the task",
    ),
];

/// A message for an agent.
pub(in crate::profile) static MESSAGE: Section = Section::new(
    "message",
    "A message for an agent.",
    &[&[
        Key::new("text", Type::Text, "a part that is text"),
        Key::new("data", Type::Any, "a part that is JSON"),
        Key::new("metadata", Type::Any, "metadata, a map; none"),
    ]],
);

/// Both forms of an answer.
const MEDIA_TYPES: &str = "application/json, text/event-stream";
const LIMIT: Duration = Duration::from_secs(300);

const KINDS: [(&str, A2aMethod); 5] = [
    ("send", A2aMethod::Send),
    ("stream", A2aMethod::Stream),
    ("get", A2aMethod::Get),
    ("cancel", A2aMethod::Cancel),
    ("subscribe", A2aMethod::Subscribe),
];

/// `a2a: /a2a` with `send`, `stream`, `get`, `cancel` or `subscribe`.
fn compile<'n>(compiler: &mut Compiler<'_, 'n>, mut step: StepNode<'n>) {
    let reader = compiler.reader;
    let given = KINDS.map(|(key, method)| (key, method, step.map.take(key)));
    let mut given = given.into_iter().filter_map(|(key, method, node)| Some((key, method, node?)));
    let Some((key, method, node)) = given.next() else {
        let hint = "for example `send: hello`".to_owned();
        let message = "`a2a` has none of `send`, `stream`, `get`, `cancel` and `subscribe`";
        return reader.error(step.position, message, Some(hint));
    };
    if let Some((other, _, second)) = given.next() {
        let message = format!("a step has either `{key}` or `{other}`, not both");
        reader.error(second.position, message, Some("write two steps".to_owned()));
    }
    let url = step.value;
    let content = move |compiler: &mut Compiler<'_, 'n>, map: &mut MapReader<'n>| {
        let mut pieces = vec![Piece::text("{")];
        if method.has_message() {
            compiler.put_message(node, key, map, &mut pieces);
        } else {
            pieces.push(Piece::text("\"id\":"));
            compiler.put_quoted(node, key, &mut pieces);
            compiler.refuse_keys(map, &["context", "task"], &format!("`{key}`"));
        }
        pieces.push(Piece::text("}"));
        let name = compiler.template(&Node::text(method.as_str()), "the name of the step");
        let body = Body { pieces, content_type: Some("application/json".to_owned()) };
        Content { query: None, body: Some(body), name }
    };
    request::compile_request(compiler, "POST", step, (&[(ACCEPT, MEDIA_TYPES)], content), |compiler, map, at| {
        let spec = compiler.a2a_spec(method, key, map);
        compiler.set_a2a(at, url, spec);
    });
}

impl<'n> Compiler<'_, 'n> {
    /// A message, without its braces.
    fn put_message(&mut self, node: &'n Node, key: &'static str, map: &mut MapReader<'n>, out: &mut Vec<Piece>) {
        out.push(Piece::text("\"messageId\":"));
        self.put_random_id(out);
        if let Yaml::Map(_) = node.value {
            let mut message = self.reader.section(node, "this message", &MESSAGE);
            let (text, data) = (message.take("text"), message.take("data"));
            if text.is_none() && data.is_none() && message.is_known() {
                let hint = format!("for example `{key}: {{text: hello}}`");
                self.reader.error(node.position, "a message has neither `text` nor `data`", Some(hint));
            }
            if let Some(text) = text {
                out.push(Piece::text(",\"text\":"));
                self.put_quoted(text, "text", out);
            }
            for (name, value) in [("data", data), ("metadata", message.take("metadata"))] {
                if let Some(value) = value {
                    out.push(Piece::text(&format!(",\"{name}\":")));
                    self.put_json(value, out);
                }
            }
            message.finish(self.reader);
        } else {
            out.push(Piece::text(",\"text\":"));
            self.put_quoted(node, key, out);
        }
        for (name, member) in [("context", "contextId"), ("task", "taskId")] {
            if let Some(value) = map.take(name) {
                out.push(Piece::text(&format!(",\"{member}\":")));
                self.put_quoted(value, name, out);
            }
        }
    }

    /// What would have no effect is an error.
    fn refuse_keys(&self, map: &mut MapReader<'n>, keys: &[&'static str], on: &str) {
        for key in keys {
            if let Some(node) = map.take(key) {
                let hint = format!("leave `{key}` out");
                self.reader.error(node.position, format!("`{key}` has no effect on {on}"), Some(hint));
            }
        }
    }

    fn a2a_spec(&mut self, method: A2aMethod, on: &str, map: &mut MapReader<'n>) -> A2aSpec {
        let reader = self.reader;
        if !matches!(method, A2aMethod::Send | A2aMethod::Get) {
            self.refuse_keys(map, &["poll", "max_time"], &format!("`{on}`"));
        }
        let poll = map.take("poll").and_then(|node| {
            let pause = reader.duration(node, "poll")?;
            if pause.is_zero() {
                reader.error(node.position, "poll must be greater than zero", None);
            }
            Some(pause)
        });
        if poll.is_none() && !reader.has_errors() {
            self.refuse_keys(map, &["max_time"], "a step without `poll`");
        }
        let max_time = map.take("max_time").and_then(|node| reader.duration(node, "max_time"));
        let states = map.take("states").map(Node::one_or_many).unwrap_or_default();
        let states = states.iter().filter_map(|node| reader.word(node, "`states`", &TaskState::ALL)).collect();
        let version = map.take("version").and_then(|node| reader.word(node, "`version`", &Version::ALL));
        let codes = self.codes(map);
        let result = map.take("as").and_then(|node| self.variable(Some(node), "task", node.position));
        A2aSpec { method, version, poll, max_time: max_time.unwrap_or(LIMIT), states, codes, result, rows: None }
    }

    /// Makes the request at a position of the program one of A2A, with the rows of those that go with it.
    fn set_a2a(&mut self, at: usize, url: &Node, spec: A2aSpec) {
        let Some(Op::Send(step, _)) = self.ops.get(at) else { return };
        let step = *step;
        let Some(request) = self.table.request(step) else { return };
        self.refuse_what_calls_ignore(request, url, "a2a");
        let own = request.spec.clone();
        let (tags, group) = self.table.get(step).map(|row| (row.tags.clone(), row.group.clone())).unwrap_or_default();
        // Requests to one agent share the rows, whatever steps they belong to.
        let written = url.scalar().unwrap_or_default().to_owned();
        let rows = self.a2a_rows.get(&written).copied().unwrap_or_else(|| {
            let mut row = |method: A2aMethod, name: &str| {
                let kind = row_of(&own, method);
                self.table.push(Step { name: name.into(), group: group.clone(), tags: tags.clone(), kind })
            };
            A2aRows { card: row(A2aMethod::Card, "agent card"), get: row(A2aMethod::Get, "GetTask (poll)") }
        });
        self.a2a_rows.insert(written, rows);
        if let Some(request) = self.table.request_mut(step) {
            request.spec.a2a = Some(Arc::new(A2aSpec { rows: Some(rows), ..spec }));
        }
        // The head says whether the answer comes in an event stream.
        self.keep_since(at, Needs { head: true, body: true });
    }
}

/// A request that goes with another one: it is made during the run, out of that one's head.
fn row_of(own: &RequestSpec, method: A2aMethod) -> StepKind {
    let a2a = A2aSpec {
        method,
        version: None,
        poll: None,
        max_time: LIMIT,
        states: Vec::new(),
        codes: RpcSpec::default(),
        result: None,
        rows: None,
    };
    let spec = RequestSpec {
        method: if method == A2aMethod::Card { "GET" } else { "POST" }.to_owned(),
        wire: Wire::default(),
        keep_head: true,
        keep_body: true,
        limited: Arc::default(),
        a2a: Some(Arc::new(a2a)),
        ..own.clone()
    };
    StepKind::Request(Box::new(Request { spec, internal: true, ..Request::default() }))
}
