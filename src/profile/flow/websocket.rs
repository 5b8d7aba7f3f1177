//! `websocket`: a handshake, and steps on the open socket.
//!
//! ```text
//!  request ─▶ (jump) ─▶ retry, extract, check          `steps` and `on_message` are subroutines of the program
//!               ├─ steps ─ end
//!               └─ on_message ─ end
//! ```

use std::{sync::Arc, time::Duration};

use super::{
    Compiler, StepDefinition, StepNode,
    inner_steps::needs_a_flow,
    request::{self, ANSWER, Content, HANDSHAKE, is_token},
};
use crate::{
    language::{EscapeContext, Needs},
    plan::{
        Op, describe,
        outline::{OutlineKind, lines_of},
        rendering::Piece,
        websocket::{Closing, Expectation, MessageKind, Periodic, RoundTrip, SocketOp, WebSocketSpec, is_close_code},
    },
    profile::{
        grammar::{Key, Section, Type},
        node::{Node, Yaml},
        reader::MapReader,
    },
};

/// Sockets, and the steps on an open one.
pub(super) static STEPS: &[StepDefinition] = &[
    StepDefinition {
        words: &["websocket"],
        value: Type::Text,
        options: &[SOCKET, HANDSHAKE, ANSWER],
        about: "opens a WebSocket, runs steps on it, and closes it",
        example: "websocket: /ws, steps: [{send: hello}, {expect: body == 'hello'}]",
        compile,
    },
    StepDefinition {
        words: &["send"],
        value: Type::Any,
        options: &[MESSAGE],
        about: "sends a WebSocket message; a map or list is sent as JSON",
        example: "send: {type: subscribe}",
        compile: send,
    },
    StepDefinition {
        words: &["expect"],
        value: Type::Condition,
        options: &[&[Key::new("timeout", Type::Duration, "maximum time; that of the `websocket` step")]],
        about: "waits for a WebSocket message that meets a condition; `true` is any",
        example: "expect: json.type == 'welcome'",
        compile: expect,
    },
    StepDefinition {
        words: &["hold"],
        value: Type::Pause,
        options: &[],
        about: "keeps the WebSocket open for a time, and reads its messages",
        example: "hold: 5m",
        compile: hold,
    },
    StepDefinition {
        words: &["close"],
        value: Type::Count,
        options: &[&[Key::new("reason", Type::Text, "the reason to send; empty")]],
        about: "closes the WebSocket with a code",
        example: "close: 1000",
        compile: close,
    },
];

static MESSAGE: &[Key] = &[
    Key::new("binary", Type::Boolean, "whether it is a binary message; false"),
    Key::new("answered", Type::Boolean, "whether it has an answer, for `round_trip: order`; true"),
];

static SOCKET: &[Key] = &[
    Key::required("steps", Type::Steps, "steps on the open socket; it is closed after them"),
    Key::new("on_message", Type::Steps, "steps for each message, which don't wait: `check`, `extract`, `send` …"),
    Key::new("subprotocols", Type::Several(&Type::Text), "subprotocols that are offered; none"),
    Key::new("compression", Type::Boolean, "whether to offer compression of messages (permessage-deflate); false"),
    Key::new(
        "may_close",
        Type::Several(&Type::Count),
        "close codes with which the server may end it; 1005 is a close frame without a code, 1006 none at all; none",
    ),
    Key::new(
        "round_trip",
        Type::Condition,
        "how the answer to a message is found, for `ws_round_trip`: a value that both have, such as `json.id`, or `order`; none",
    ),
    Key::new("periodic", Type::Map(&PERIODIC), "steps that are repeated while the socket is open"),
    Key::new("ping", Type::Duration, "time between pings, for `ws_ping`; none are sent"),
    Key::new("reconnect", Type::Count, "how often it is opened again after the server ended it; 0"),
];

/// Steps that are repeated.
pub(in crate::profile) static PERIODIC: Section = Section::new(
    "periodic",
    "Steps that are repeated while a WebSocket is open. Each time is due by the clock: a late one delays no other.",
    &[&[
        Key::required("every", Type::Duration, "time between two repetitions, and before the first"),
        Key::required("steps", Type::Steps, "steps that don't wait: `send`, `check`, `set` …"),
    ]],
);

/// Header lines of every handshake.
const HEADERS: [(&str, &str); 3] =
    [("Connection", "Upgrade"), ("Upgrade", "websocket"), ("Sec-WebSocket-Version", "13")];
/// The compression that is offered, as `protocol/websocket/deflate.rs` has it: neither side takes its context over to the
/// next message (RFC 7692).
const OFFER: &str = "permessage-deflate; client_no_context_takeover; server_no_context_takeover";
/// The status of an accepted handshake.
const SWITCHING_PROTOCOLS: u16 = 101;
/// The round trips of answers in order.
const ORDER: &str = "order";
/// The codes that stand for a close frame without one, and for an end without a close frame.
const NEVER_SENT: [u16; 2] = [1005, 1006];

/// `websocket: /ws`, with the keys of handshakes.
fn compile<'n>(compiler: &mut Compiler<'_, 'n>, mut step: StepNode<'n>) {
    let reader = compiler.reader;
    let mut subprotocols = Vec::new();
    for node in step.map.take("subprotocols").map(Node::one_or_many).unwrap_or_default() {
        let Some(protocol) = reader.text(node, "a subprotocol") else { continue };
        if !is_token(&protocol) {
            reader.error(
                node.position,
                format!("`{protocol}` is not a subprotocol: use letters, digits and any of !#$%&'*+-.^_`|~"),
                None,
            );
        }
        subprotocols.push(protocol);
    }
    let offered = subprotocols.join(", ");
    let mut headers = HEADERS.to_vec();
    if !subprotocols.is_empty() {
        headers.push(("Sec-WebSocket-Protocol", &offered));
    }
    let deflates =
        step.map.take("compression").and_then(|node| reader.boolean(node, "compression")).unwrap_or_default();
    if deflates {
        headers.push(("Sec-WebSocket-Extensions", OFFER));
    }
    if compiler.has_socket {
        reader.error(step.position, "a `websocket` can't be opened within another", None);
    }
    compiler.opens_socket = true;
    request::compile_request(
        compiler,
        "GET",
        step,
        (&headers[..], |_, map| Content { query: map.take("params"), body: None, name: None }),
        |compiler, map, at| {
            compiler.opens_socket = false;
            compiler.read_socket(map, at, (subprotocols, deflates));
        },
    );
    compiler.opens_socket = false;
}

/// `send: text`, or a map or list as JSON.
fn send<'n>(compiler: &mut Compiler<'_, 'n>, mut step: StepNode<'n>) {
    let reader = compiler.reader;
    let mut flag = |key| step.map.take(key).and_then(|node| reader.boolean(node, key));
    let is_binary = flag("binary").unwrap_or_default();
    let kind = MessageKind { is_binary, is_answered: flag("answered").unwrap_or(true) };
    let payload = match step.value.value {
        Yaml::Scalar { .. } => {
            let template = compiler.template(step.value, "the message");
            template.map(|template| vec![Piece::Value(template, EscapeContext::None).settled()])
        }
        _ => Some(compiler.json(step.value)),
    };
    let begin = compiler.here();
    if let Some(payload) = payload {
        compiler.push_socket(&step, SocketOp::Send { kind, payload });
        compiler.note_quiet("send a message", begin);
    }
    step.map.finish(compiler.reader);
}

/// `expect: condition`.
fn expect<'n>(compiler: &mut Compiler<'_, 'n>, mut step: StepNode<'n>) {
    let timeout = step.map.take("timeout").and_then(|node| compiler.positive_duration(node, "timeout"));
    let (condition, _) = compiler.apart(|compiler| compiler.condition(step.value, "expect"));
    let begin = compiler.here();
    if condition.is_some() {
        let shown = step.value.scalar().unwrap_or_default();
        compiler.push_socket(&step, SocketOp::Expect(Arc::new(Expectation { condition, timeout })));
        compiler.note_quiet(format!("expect {shown}"), begin);
    }
    step.map.finish(compiler.reader);
}

/// `hold: 5m`.
fn hold<'n>(compiler: &mut Compiler<'_, 'n>, step: StepNode<'n>) {
    if let Some(pause) = compiler.pause(step.value, "hold") {
        compiler.note(format!("hold {}", describe::pause(&pause)), OutlineKind::Think(pause.clone()));
        compiler.needs_socket(&step);
        compiler.ops.push(Op::Think(pause));
    }
    step.map.finish(compiler.reader);
}

/// `close: 1000`.
fn close<'n>(compiler: &mut Compiler<'_, 'n>, mut step: StepNode<'n>) {
    let reader = compiler.reader;
    let reason = step.map.take("reason").and_then(|node| reader.text(node, "reason")).unwrap_or_default();
    let begin = compiler.here();
    if let Some(code) = compiler.close_code(step.value, false) {
        compiler.push_socket(&step, SocketOp::Close(Arc::new(Closing { code, reason })));
        compiler.note_quiet(format!("close {code}"), begin);
    }
    step.map.finish(reader);
}

impl<'n> Compiler<'_, 'n> {
    fn needs_socket(&self, step: &StepNode<'_>) {
        if !self.has_socket {
            let hint = "for example `websocket: /ws, steps: [{send: hello}]`".to_owned();
            self.reader.error(step.position, format!("`{}` is not within a `websocket`", step.word), Some(hint));
        }
    }

    fn push_socket(&mut self, step: &StepNode<'_>, op: SocketOp) {
        self.needs_socket(step);
        self.ops.push(Op::Socket(Box::new(op)));
    }

    pub(super) fn positive_duration(&self, node: &Node, what: &str) -> Option<Duration> {
        let time = self.reader.duration(node, what)?;
        if time.is_zero() {
            self.reader.error(node.position, format!("{what} must be greater than zero"), None);
        }
        Some(time)
    }

    fn close_code(&self, node: &Node, is_received: bool) -> Option<u16> {
        let code = self.reader.count(node, "the close code")?;
        let known = u16::try_from(code).ok();
        let known = known.filter(|code| is_close_code(*code) || is_received && NEVER_SENT.contains(code));
        if known.is_none() {
            let hint = "1000 is a normal end; 3000 to 4999 are for applications".to_owned();
            self.reader.error(node.position, format!("`{code}` is not a close code that may be sent"), Some(hint));
        }
        known
    }

    /// Reads the keys of the socket; its handshake was just added to the program, at a position.
    fn read_socket(&mut self, map: &mut MapReader<'n>, at: usize, (subprotocols, deflates): (Vec<String>, bool)) {
        let codes = map.take("may_close").map(Node::one_or_many).unwrap_or_default();
        let may_close = codes.iter().filter_map(|node| self.close_code(node, true)).collect();
        let round_trip = map.take("round_trip").and_then(|node| self.round_trip(node));
        let ping = map.take("ping").and_then(|node| self.positive_duration(node, "ping"));
        let reconnect = map.take("reconnect").and_then(|node| self.reader.count(node, "reconnect")).unwrap_or_default();
        let skip = self.open(Op::Goto(0));
        // `end` of a block around the socket can't be reached from here.
        let outer = std::mem::take(&mut self.blocks);
        let was_open = std::mem::replace(&mut self.has_socket, true);
        let steps = map.need(self.reader, "steps", "[{send: hello}]").map(|node| self.socket_steps(node, "steps", at));
        let on_message = map.take("on_message").map(|node| self.socket_steps(node, "on_message", at));
        let periodic = map.take("periodic").and_then(|node| self.periodic(node, at));
        (self.blocks, self.has_socket) = (outer, was_open);
        self.close(skip);
        let Some(steps) = steps else { return };
        let Some(Op::Send(step, _)) = self.ops.get(at) else { return };
        let Some(request) = self.table.request_mut(*step) else { return };
        request.spec.expected = [(SWITCHING_PROTOCOLS, SWITCHING_PROTOCOLS)].into();
        request.spec.websocket = Some(Arc::new(WebSocketSpec {
            subprotocols,
            deflates,
            steps,
            on_message,
            may_close,
            round_trip,
            periodic,
            ping,
            reconnect,
        }));
    }

    /// `round_trip: order`, or the value that a message and its answer have in common.
    fn round_trip(&mut self, node: &Node) -> Option<RoundTrip> {
        if node.scalar() == Some(ORDER) {
            return Some(RoundTrip::Order);
        }
        // Both messages are at hand.
        let (id, _) = self.apart(|compiler| compiler.condition(node, "round_trip"));
        id.map(RoundTrip::Id)
    }

    fn periodic(&mut self, node: &'n Node, at: usize) -> Option<Periodic> {
        let mut map = self.reader.section(node, "periodic", &PERIODIC);
        let every = map.need(self.reader, "every", "10s").and_then(|node| self.positive_duration(node, "every"));
        let steps =
            map.need(self.reader, "steps", "[{send: hello}]").map(|node| self.socket_steps(node, "periodic", at));
        map.finish(self.reader);
        Some(Periodic { every: every?, steps: steps? })
    }

    /// The steps of a key; returns the position of their first operation.
    fn socket_steps(&mut self, node: &'n Node, key: &'static str, at: usize) -> usize {
        let begin = self.here();
        let (steps, needs) = self.apart(|compiler| compiler.outlined(|compiler| compiler.steps(node, key)));
        // The steps for a message see it anyway; those of the socket, if it is kept.
        self.keep_since(at, if key == "steps" { needs } else { Needs { body: false, ..needs } });
        self.details.push(format!("{key}:"));
        self.details.extend(lines_of(&steps, 1));
        let may_wait = key == "steps";
        if self.ops[begin..].iter().any(|op| needs_a_flow(op) || !may_wait && waits(op)) {
            let (message, hint) = if may_wait {
                (
                    "a step of a socket must not send a request, read a row, run in parallel or end the iteration",
                    "put it before or after the `websocket` step",
                )
            } else {
                (
                    "a step of `on_message` or `periodic` must not wait, send a request or end the iteration",
                    "use `send`, `check`, `extract`, `metric`, `set`, `if` and the like",
                )
            };
            self.reader.error(node.position, message, Some(hint.to_owned()));
        }
        self.ops.push(Op::End);
        begin
    }
}

fn waits(op: &Op) -> bool {
    match op {
        Op::Think(_) => true,
        Op::Socket(op) => matches!(**op, SocketOp::Expect(_)),
        _ => false,
    }
}
