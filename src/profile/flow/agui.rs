//! `agui`: runs an agent by AG-UI, and reads its events.

use super::{
    Compiler, StepDefinition, StepNode,
    body::Body,
    request::{self, ACCEPT, ANSWER, Content, KEYS},
    sse::{ENDS, MEDIA_TYPE, read_ends},
};
use crate::{
    language::EscapeContext,
    plan::{
        event_stream::{EventStreamSpec, Layout},
        rendering::Piece,
    },
    profile::{
        grammar::{Key, Type},
        node::{Node, Yaml},
        reader::MapReader,
    },
};

/// Runs of agents.
pub(super) static STEPS: &[StepDefinition] = &[StepDefinition {
    words: &["agui"],
    value: Type::Text,
    options: &[INPUT, ENDS, KEYS, ANSWER],
    about: "runs an agent by AG-UI, and checks the order of its events",
    example: "agui: /agent, message: hello",
    compile,
}];

static INPUT: &[Key] = &[
    Key::new("message", Type::Text, "what the user says; the only message of the run"),
    Key::new("messages", Type::Any, "the messages of the run, a list; instead of `message`"),
    Key::new("thread_id", Type::Text, "id of the conversation; a random one"),
    Key::new("run_id", Type::Text, "id of the run; a random one"),
    Key::new("tools", Type::Any, "tools of the client, a list; none"),
    Key::new("context", Type::Any, "context of the run, a list; none"),
    Key::new("state", Type::Any, "state of the run; empty"),
    Key::new("forwarded_props", Type::Any, "properties for the agent, a map; none"),
];

const RANDOM_ID: &str = "${uuid()}";

/// Servers of older versions want all of these. The key, its name in the message, and its default.
const PARTS: [(&str, &str, &str); 4] = [
    ("tools", "tools", "[]"),
    ("context", "context", "[]"),
    ("state", "state", "{}"),
    ("forwarded_props", "forwardedProps", "{}"),
];

/// `agui: /agent` with `message` or `messages`.
fn compile<'n>(compiler: &mut Compiler<'_, 'n>, step: StepNode<'n>) {
    let position = step.position;
    let content = move |compiler: &mut Compiler<'_, 'n>, map: &mut MapReader<'n>| {
        let mut pieces = vec![Piece::text("{")];
        for (key, member) in [("thread_id", "threadId"), ("run_id", "runId")] {
            pieces.push(Piece::text(&format!("\"{member}\":")));
            match map.take(key) {
                Some(node) => compiler.put_quoted(node, key, &mut pieces),
                None => compiler.put_random_id(&mut pieces),
            }
            pieces.push(Piece::text(","));
        }
        pieces.push(Piece::text("\"messages\":"));
        match (map.take("message"), map.take("messages")) {
            (Some(_), Some(second)) => {
                compiler.reader.error(second.position, "a run has either `message` or `messages`, not both", None);
            }
            (Some(message), None) => {
                pieces.push(Piece::text("[{\"id\":"));
                compiler.put_random_id(&mut pieces);
                pieces.push(Piece::text(",\"role\":\"user\",\"content\":"));
                compiler.put_quoted(message, "message", &mut pieces);
                pieces.push(Piece::text("}]"));
            }
            (None, Some(messages)) => {
                compiler.demand_list(messages, "messages", "[{id: m1, role: user, content: hello}]");
                compiler.put_json(messages, &mut pieces);
            }
            (None, None) => {
                let hint = "for example `message: hello`".to_owned();
                compiler.reader.error(position, "`agui` has neither `message` nor `messages`", Some(hint));
            }
        }
        for (key, member, default) in PARTS {
            pieces.push(Piece::text(&format!(",\"{member}\":")));
            match map.take(key) {
                Some(node) => {
                    if default == "[]" {
                        compiler.demand_list(node, key, "[]");
                    }
                    compiler.put_json(node, &mut pieces);
                }
                None => pieces.push(Piece::text(default)),
            }
        }
        pieces.push(Piece::text("}"));
        let body = Body { pieces, content_type: Some("application/json".to_owned()) };
        Content { query: None, body: Some(body), name: None }
    };
    request::compile_request(compiler, "POST", step, (&[(ACCEPT, MEDIA_TYPE)], content), |compiler, map, at| {
        let ends = read_ends(compiler, map, at);
        compiler.set_stream(at, EventStreamSpec { layout: Layout::AgUi, ..ends });
    });
}

impl<'n> Compiler<'_, 'n> {
    /// An id that no other message has.
    pub(super) fn put_random_id(&mut self, out: &mut Vec<Piece>) {
        let random = self.template(&Node::text(RANDOM_ID), "id");
        out.extend(random.map(|id| Piece::Value(id, EscapeContext::Json)));
    }

    /// What is neither a list nor computed is an error.
    fn demand_list(&self, node: &'n Node, key: &str, example: &str) {
        let computed = node.scalar().is_some_and(|text| text.starts_with("${") && text.ends_with('}'));
        if !computed && !matches!(node.value, Yaml::List(_)) {
            let message = format!("`{key}` must be a list, not {}", node.describe());
            self.reader.error(node.position, message, Some(format!("for example `{key}: {example}`")));
        }
    }
}
