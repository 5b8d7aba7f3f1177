//! `mcp`: a request to a server of the Model Context Protocol. Its session is opened and ended by itself.

use std::sync::Arc;

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
        mcp::{McpMethod, McpRows, McpSpec, Revision},
        rendering::Piece,
        rpc::RpcSpec,
    },
    profile::{
        grammar::{Key, Section, Type, words},
        node::{Node, Yaml},
        reader::MapReader,
    },
};

/// Requests of MCP.
pub(super) static STEPS: &[StepDefinition] = &[StepDefinition {
    words: &["mcp"],
    value: Type::Text,
    options: &[WHAT, HOW, CODES, KEYS, ANSWER],
    about: "calls a tool of an MCP server, or reads what it offers; the session is opened and ended by itself",
    example: "mcp: /mcp, call: {tool: echo, arguments: {message: hello}}",
    compile,
}];

static WHAT: &[Key] = &[
    Key::new("call", Type::Either(&[Type::Text, Type::Map(&TOOL)]), "the tool to call, with its arguments"),
    Key::new("list", Type::Word(&words(&LISTS)), "what to list, page by page"),
    Key::new("read", Type::Text, "the URI of the resource to read"),
    Key::new("prompt", Type::Either(&[Type::Text, Type::Map(&PROMPT)]), "the prompt to get, with its arguments"),
    Key::new("end", Type::Boolean, "whether to end the session; at the end of the user"),
];

static HOW: &[Key] = &[
    Key::new("revision", Type::Word(&words(&Revision::ALL)), "revision of MCP; the newest that the server speaks"),
    Key::new("progress", Type::Boolean, "whether to ask for progress notifications; false"),
];

const LISTS: [(&str, McpMethod); 4] = [
    ("tools", McpMethod::ListTools),
    ("resources", McpMethod::ListResources),
    ("resource_templates", McpMethod::ListResourceTemplates),
    ("prompts", McpMethod::ListPrompts),
];

/// A tool to call.
pub(in crate::profile) static TOOL: Section = Section::new(
    "tool",
    "A tool to call.",
    &[&[Key::required("tool", Type::Text, "its name"), Key::new("arguments", Type::Any, "its arguments, a map; none")]],
);

/// A prompt to get.
pub(in crate::profile) static PROMPT: Section = Section::new(
    "prompt",
    "A prompt to get.",
    &[&[
        Key::required("name", Type::Text, "its name"),
        Key::new("arguments", Type::Any, "its arguments, a map of texts; none"),
    ]],
);

/// Both forms of an answer.
const MEDIA_TYPES: &str = "application/json, text/event-stream";

/// What a step asks of the server.
struct Asked<'n> {
    method: McpMethod,
    /// The tool, the resource or the prompt.
    name: Option<&'n Node>,
    params: Vec<Piece>,
}

/// `mcp: /mcp` with `call`, `list`, `read`, `prompt` or `end`.
fn compile<'n>(compiler: &mut Compiler<'_, 'n>, mut step: StepNode<'n>) {
    let Some(asked) = compiler.asked(&mut step) else { return };
    let Asked { method, name, params } = asked;
    let is_end = method == McpMethod::End;
    let url = step.value;
    // A computed resource would make a series of each.
    let shown = match name.and_then(Node::scalar).filter(|name| method == McpMethod::CallTool || !name.contains("${")) {
        Some(name) => format!("{} {name}", method.as_str()),
        None => method.as_str().to_owned(),
    };
    let content = move |compiler: &mut Compiler<'_, 'n>, _: &mut MapReader<'n>| {
        let name = compiler.template(&Node::text(&shown), "the name of the step");
        let body = (!is_end).then(|| Body { pieces: params, content_type: Some("application/json".to_owned()) });
        Content { query: None, body, name }
    };
    request::compile_request(
        compiler,
        method.http(),
        step,
        (&[(ACCEPT, MEDIA_TYPES)], content),
        |compiler, map, at| {
            let reader = compiler.reader;
            if is_end {
                compiler.refuse_of_end(map);
            }
            let revision_node = map.take("revision");
            let revision = revision_node.and_then(|node| reader.word(node, "`revision`", &Revision::ALL));
            let progress = map.take("progress").and_then(|node| reader.boolean(node, "progress"));
            let codes = compiler.codes(map);
            let spec = McpSpec { method, revision, wants_progress: progress.unwrap_or_default(), codes, rows: None };
            compiler.set_mcp(at, (url, revision_node), spec);
        },
    );
}

impl<'n> Compiler<'_, 'n> {
    fn asked(&mut self, step: &mut StepNode<'n>) -> Option<Asked<'n>> {
        let reader = self.reader;
        let kinds = ["call", "list", "read", "prompt", "end"].map(|kind| (kind, step.map.take(kind)));
        let mut given = kinds.iter().filter_map(|(kind, node)| Some((*kind, (*node)?)));
        let Some((kind, node)) = given.next() else {
            let hint = "for example `call: {tool: echo, arguments: {message: hello}}`".to_owned();
            reader.error(step.position, "`mcp` has none of `call`, `list`, `read`, `prompt` and `end`", Some(hint));
            return None;
        };
        if let Some((other, second)) = given.next() {
            let message = format!("a step has either `{kind}` or `{other}`, not both");
            reader.error(second.position, message, Some("write two steps".to_owned()));
        }
        let mut params = vec![Piece::text("{")];
        let (method, name) = match kind {
            "call" => (McpMethod::CallTool, self.named(node, ("tool", "name", &TOOL), &mut params)),
            "prompt" => (McpMethod::GetPrompt, self.named(node, ("name", "name", &PROMPT), &mut params)),
            "read" => {
                params.push(Piece::text("\"uri\":"));
                self.put_quoted(node, "read", &mut params);
                (McpMethod::ReadResource, Some(node))
            }
            "list" => (reader.word(node, "`list`", &LISTS)?, None),
            _ => {
                if reader.boolean(node, "end") == Some(false) {
                    let hint = "leave the step out: the session ends with its user".to_owned();
                    reader.error(node.position, "`end: false` does nothing", Some(hint));
                }
                (McpMethod::End, None)
            }
        };
        params.push(Piece::text("}"));
        Some(Asked { method, name, params })
    }

    /// What would have no effect on the end of a session is an error.
    fn refuse_of_end(&self, map: &mut MapReader<'n>) {
        for key in ["revision", "progress", "allowed", "limited"] {
            if let Some(node) = map.take(key) {
                let hint = format!("leave `{key}` out: the end of a session is no call");
                self.reader.error(node.position, format!("`{key}` has no effect on `end`"), Some(hint));
            }
        }
    }

    /// A session has one revision, whatever step opens it.
    fn agree_on_revision(&self, node: Option<&Node>, wanted: Option<Revision>, known: Option<Revision>) {
        if let Some(node) = node.filter(|_| wanted.is_some() && wanted != known) {
            let known = known.map_or("none", Revision::as_str);
            let message = format!("the first step with this URL has another `revision`: {known}");
            self.reader.error(node.position, message, Some("give all steps with one URL one `revision`".to_owned()));
        }
    }

    /// A tool or a prompt, with its arguments: `{"name":…,"arguments":…` without the last brace.
    fn named(
        &mut self,
        node: &'n Node,
        (key, member, section): (&'static str, &str, &'static Section),
        out: &mut Vec<Piece>,
    ) -> Option<&'n Node> {
        out.push(Piece::text(&format!("\"{member}\":")));
        let Yaml::Map(_) = node.value else {
            self.put_quoted(node, key, out);
            return Some(node);
        };
        let mut map = self.reader.section(node, &format!("this {}", section.name), section);
        let name = map.need(self.reader, key, "echo");
        if let Some(name) = name {
            self.put_quoted(name, key, out);
        }
        if let Some(arguments) = map.take("arguments") {
            let computed = arguments.scalar().is_some_and(|text| text.starts_with("${") && text.ends_with('}'));
            if !computed && !matches!(arguments.value, Yaml::Map(_)) {
                let message = format!("`arguments` must be a map, not {}", arguments.describe());
                self.reader.error(
                    arguments.position,
                    message,
                    Some("for example `arguments: {message: hello}`".to_owned()),
                );
            }
            out.push(Piece::text(",\"arguments\":"));
            self.put_json(arguments, out);
        }
        map.finish(self.reader);
        name
    }

    /// Makes the request at a position of the program one of MCP, with the rows of those that go with it.
    fn set_mcp(&mut self, at: usize, (url, revision): (&Node, Option<&Node>), spec: McpSpec) {
        let Some(Op::Send(step, _)) = self.ops.get(at) else { return };
        let step = *step;
        let Some(request) = self.table.request(step) else { return };
        self.refuse_what_calls_ignore(request, url, "mcp");
        let own = request.spec.clone();
        let (tags, group) = self.table.get(step).map(|row| (row.tags.clone(), row.group.clone())).unwrap_or_default();
        // Requests to one server share the rows, whatever steps they belong to.
        let written = url.scalar().unwrap_or_default().to_owned();
        let (rows, known) = match self.mcp_rows.get(&written) {
            Some((rows, known)) => {
                self.agree_on_revision(revision, spec.revision, *known);
                (*rows, *known)
            }
            None => (
                McpRows::make(|method| {
                    let row = row_of(&own, method);
                    self.table.push(Step {
                        name: method.as_str().into(),
                        group: group.clone(),
                        tags: tags.clone(),
                        kind: row,
                    })
                }),
                spec.revision,
            ),
        };
        self.mcp_rows.insert(written, (rows, known));
        if let Some(request) = self.table.request_mut(step) {
            request.spec.mcp = Some(Arc::new(McpSpec { rows: Some(rows), ..spec }));
        }
        // The head says whether the answer comes in an event stream.
        self.keep_since(at, Needs { head: true, body: true });
    }
}

/// A request that goes with another one: it is made during the run, out of that one's head.
fn row_of(own: &RequestSpec, method: McpMethod) -> StepKind {
    let mcp = McpSpec { method, revision: None, wants_progress: false, codes: RpcSpec::default(), rows: None };
    let spec = RequestSpec {
        method: method.http().to_owned(),
        wire: Wire::default(),
        keep_head: true,
        keep_body: true,
        limited: Arc::default(),
        mcp: Some(Arc::new(mcp)),
        ..own.clone()
    };
    StepKind::Request(Box::new(Request { spec, internal: true, ..Request::default() }))
}
