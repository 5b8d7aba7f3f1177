//! `jsonrpc`: a request whose body is a call of JSON-RPC 2.0, or a batch of them.

use std::sync::Arc;

use super::{
    Compiler, StepDefinition, StepNode,
    body::Body,
    request::{self, ACCEPT, ANSWER, Content, KEYS, TAGGED},
};
use crate::{
    language::{EscapeContext, Needs},
    plan::{Op, rendering::Piece, rpc::RpcSpec},
    profile::{
        grammar::{Key, Section, Type},
        node::{Node, Yaml},
        reader::MapReader,
    },
};

/// Calls of JSON-RPC.
pub(super) static STEPS: &[StepDefinition] = &[StepDefinition {
    words: &["jsonrpc"],
    value: Type::Text,
    options: &[CALLS, CODES, KEYS, TAGGED, ANSWER],
    about: "sends a call of JSON-RPC 2.0, or a batch of them, and matches the answers by id",
    example: "jsonrpc: /rpc, method: sum, params: [1, 2]",
    compile,
}];

static METHOD: Key = Key::new("method", Type::Text, "the method to call");
static PARAMS: Key = Key::new("params", Type::Any, "its parameters, a list or a map; none");
static ID: Key = Key::new("id", Type::Text, "the id; a random number");
static NOTIFY: Key =
    Key::new("notify", Type::Boolean, "whether it is a notification, which has no id and no answer; false");

static CALLS: &[Key] = &[
    METHOD,
    PARAMS,
    ID,
    NOTIFY,
    Key::new("batch", Type::List(&Type::Map(&CALL)), "several calls, sent as one request; instead of `method`"),
];

/// What the error codes of answers mean; other steps on top of JSON-RPC have them as well.
pub(super) static CODES: &[Key] = &[
    Key::new("limited", Type::Several(&Type::Text), "error codes of a rate limit, which are not failures"),
    Key::new("allowed", Type::Several(&Type::Text), "error codes that count as success"),
];

/// A call of a batch.
pub(in crate::profile) static CALL: Section =
    Section::new("call", "A call of a batch.", &[&[Key { required: true, ..METHOD }, PARAMS, ID, NOTIFY]]);

/// The default id: the largest whole number that all servers keep is 2^53 - 1.
const RANDOM_ID: &str = "${random_int(1, 9007199254740991)}";

/// `jsonrpc: /rpc`, with the keys of requests.
fn compile<'n>(compiler: &mut Compiler<'_, 'n>, step: StepNode<'n>) {
    let position = step.position;
    let content = move |compiler: &mut Compiler<'_, 'n>, map: &mut MapReader<'n>| {
        let mut pieces = Vec::new();
        match map.take("batch") {
            None if map.peek("method").is_none() => {
                let hint = "for example `method: sum`, or `batch` with several calls".to_owned();
                compiler.reader.error(position, "`jsonrpc` has neither `method` nor `batch`", Some(hint));
                return Content { query: None, body: None, name: None };
            }
            None => compiler.put_call(map, &mut pieces),
            Some(node) => compiler.put_batch(node, map, &mut pieces),
        }
        let body = Body { pieces, content_type: Some("application/json".to_owned()) };
        Content { query: None, body: Some(body), name: None }
    };
    request::compile_request(
        compiler,
        "POST",
        step,
        (&[(ACCEPT, "application/json")], content),
        |compiler, map, at| {
            let spec = compiler.codes(map);
            compiler.set_rpc(at, spec);
        },
    );
}

impl<'n> Compiler<'_, 'n> {
    fn put_batch(&mut self, node: &'n Node, map: &mut MapReader<'n>, out: &mut Vec<Piece>) {
        for key in ["method", "params", "id", "notify"] {
            if let Some(node) = map.take(key) {
                self.reader.error(node.position, format!("`{key}` belongs to the calls of the `batch`"), None);
            }
        }
        let calls = self.reader.list(node, "batch");
        if calls.is_empty() {
            let hint = "for example `batch: [{method: sum, params: [1, 2]}]`".to_owned();
            self.reader.error(node.position, "`batch` has no calls", Some(hint));
        }
        for (number, call) in calls.iter().enumerate() {
            out.push(Piece::text(if number == 0 { "[" } else { "," }));
            let mut map = self.reader.section(call, "this call", &CALL);
            if map.is_known() && map.peek("method").is_none() {
                map.need(self.reader, "method", "sum");
            }
            self.put_call(&mut map, out);
            map.finish(self.reader);
        }
        out.push(Piece::text("]"));
    }

    /// One call: `{"jsonrpc":"2.0","method":…,"params":…,"id":…}`.
    fn put_call(&mut self, map: &mut MapReader<'n>, out: &mut Vec<Piece>) {
        out.push(Piece::text("{\"jsonrpc\":\"2.0\",\"method\":"));
        if let Some(method) = map.take("method") {
            self.put_quoted(method, "method", out);
        }
        if let Some(params) = map.take("params") {
            let computed = params.scalar().is_some_and(|text| text.starts_with("${") && text.ends_with('}'));
            if !computed && !matches!(params.value, Yaml::List(_) | Yaml::Map(_)) {
                let message = format!("`params` must be a list or a map, not {}", params.describe());
                self.reader.error(params.position, message, Some("for example `params: [1, 2]`".to_owned()));
            }
            out.push(Piece::text(",\"params\":"));
            self.put_json(params, out);
        }
        let id = map.take("id");
        let notify = map.take("notify").and_then(|node| self.reader.boolean(node, "notify")).unwrap_or_default();
        match id {
            Some(id) if notify => self.reader.error(id.position, "a notification has no `id`", None),
            _ if notify => {}
            Some(id) => {
                out.push(Piece::text(",\"id\":"));
                self.put_json(id, out);
            }
            None => {
                out.push(Piece::text(",\"id\":"));
                let random = self.template(&Node::text(RANDOM_ID), "id");
                out.extend(random.map(|id| Piece::Value(id, EscapeContext::Json)));
            }
        }
        out.push(Piece::text("}"));
    }

    /// `limited` and `allowed`.
    pub(super) fn codes(&mut self, map: &mut MapReader<'n>) -> RpcSpec {
        let mut codes = |key: &'static str| {
            let nodes = map.take(key).map(Node::one_or_many).unwrap_or_default();
            nodes.iter().filter_map(|node| self.code(node, key)).collect()
        };
        RpcSpec { limited: codes("limited"), allowed: codes("allowed") }
    }

    fn code(&self, node: &Node, key: &str) -> Option<i64> {
        let text = self.reader.text(node, key)?;
        let code = text.parse().ok();
        if code.is_none() {
            let hint = "for example `limited: [-32001, -32005]`; statuses of HTTP belong in `expect`".to_owned();
            self.reader.error(node.position, format!("`{text}` is not an error code of JSON-RPC"), Some(hint));
        }
        code
    }

    /// Makes the request at a position of the program one with calls; their answer is read.
    pub(super) fn set_rpc(&mut self, at: usize, spec: RpcSpec) {
        let Some(Op::Send(step, _)) = self.ops.get(at) else { return };
        let Some(request) = self.table.request_mut(*step) else { return };
        request.spec.rpc = Some(Arc::new(spec));
        // The head says whether the answers come in an event stream.
        self.keep_since(at, Needs { head: true, body: true });
    }
}
