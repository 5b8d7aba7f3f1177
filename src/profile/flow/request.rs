//! Request steps: compiles a request to constant bytes, or to pieces that are rendered each time.

use std::{sync::Arc, time::Duration};

use url::Url;

use super::{
    Compiler, StepDefinition, StepNode,
    auth::{self, AUTHORIZATION, Auth},
    body::{self, Body},
    checks::{CHECKS, EXPECT, STATUSES},
    extracts::EXTRACTIONS,
    nothing,
    retry::RETRY,
    target::Target,
};
use crate::{
    language::{EmptyScope, EscapeContext, Expr, Needs, Template},
    plan::{
        Op, Request, RequestSpec, Step, StepKind, Wire,
        program::{LabelTemplates, Retry},
        rendering::{Piece, Rendering},
    },
    profile::{
        diagnostic::Position,
        grammar::{Key, Section, Type},
        node::Node,
        reader::{MapReader, Reader},
    },
};

/// Requests.
pub(super) static STEPS: &[StepDefinition] = &[
    StepDefinition {
        words: &["get", "post", "put", "patch", "delete", "head", "options"],
        value: Type::Text,
        options: &[QUERY, BODY, KEYS, READING, TAGGED, ANSWER],
        about: "sends a request to a path or a whole URL",
        example: "get: /items, check: {status: 200}",
        compile,
    },
    StepDefinition {
        words: &["request"],
        value: Type::Text,
        options: &[
            &[Key::required("method", Type::Text, "the method, such as PURGE")],
            QUERY,
            BODY,
            KEYS,
            READING,
            TAGGED,
            ANSWER,
        ],
        about: "sends a request with any method",
        example: "request: /cache, method: PURGE",
        compile,
    },
];

/// Keys of all requests, including those for tokens.
pub(super) static REQUEST: Section = Section::new("request", "Keys of all requests.", &[QUERY, BODY, KEYS]);

pub(super) static QUERY: &[Key] = &[PARAMS];

pub(super) static BODY: &[Key] = &[body::JSON, body::TEXT, body::FORM, body::MULTIPART, body::FILE];

static NAME: Key = Key::new("name", Type::Text, "label `name`; method and path");
static PARAMS: Key = Key::new("params", Type::Names(&Type::Text), "query parameters");
static HEADERS: Key = Key::new(
    "headers",
    Type::Names(&Type::Text),
    "headers; `null` removes one of `http`, an empty text sends it empty",
);
static TIMEOUT: Key = Key::new("timeout", Type::Duration, "maximum time; that of `http`");
static RESPONSE_TAGS: Key =
    Key::new("response_tags", Type::Names(&Type::Text), "labels of its `http_…` series that its response says");
static AUTH: Key = Key::new("auth", auth::VALUE, "authentication: one of `auth`, or `none`; that of `http`");
static TAGS: Key = Key::new("tags", Type::Names(&Type::Text), "labels of its series");

/// Keys of a request that opens a connection for another protocol.
pub(super) static HANDSHAKE: &[Key] = &[NAME, PARAMS, HEADERS, TIMEOUT, AUTH, TAGS];

pub(super) static KEYS: &[Key] = &[
    NAME,
    HEADERS,
    TIMEOUT,
    Key::new("idle_timeout", Type::Duration, "maximum time without a byte of the response; that of `http`"),
    Key::new("redirects", Type::Count, "maximum number of redirects to follow; that of `http`"),
    AUTH,
    TAGS,
    Key::new("expect", Type::Either(&[STATUSES, Type::Map(&EXPECT)]), "what counts as success; 200..399"),
];

/// Of a request whose response is read as it is.
static READING: &[Key] =
    &[Key::new("read_for", Type::Duration, "time for which the body is read at most; its rest is no failure")];

/// Of a request whose response is read as a whole or as a stream.
pub(super) static TAGGED: &[Key] = &[RESPONSE_TAGS];

pub(super) static ANSWER: &[Key] = &[
    Key::new("retry", Type::Either(&[Type::Count, Type::Map(&RETRY)]), "how often and when to retry; never"),
    Key::new("extract", EXTRACTIONS, "variables from the response; a text is a JSONPath"),
    Key::new("check", CHECKS, "conditions on the response, counted by the `checks` metric"),
];

/// The header that asks for a media type.
pub(super) const ACCEPT: &str = "Accept";
/// k6's default.
pub(super) const DEFAULT_TIMEOUT: Duration = Duration::from_secs(60);
/// Default `User-Agent`.
pub(crate) const USER_AGENT: &str = concat!("loadagent/", env!("CARGO_PKG_VERSION"));

/// Defaults of requests, from the section `http:`.
#[derive(Debug, Clone)]
pub(crate) struct Defaults {
    /// Prefix of relative URLs.
    pub base_url: Option<Url>,
    /// Headers of every request, which can contain expressions.
    pub headers: Vec<HeaderText>,
    /// Maximum time of a request.
    pub timeout: Duration,
    /// Maximum time without a byte of the response.
    pub idle_timeout: Option<Duration>,
}

/// A header of all requests, as written.
#[derive(Debug, Clone)]
pub(crate) struct HeaderText {
    pub name: String,
    pub value: Node,
}

impl Default for Defaults {
    fn default() -> Self {
        let agent = HeaderText { name: "User-Agent".into(), value: Node::text(USER_AGENT) };
        Self { base_url: None, headers: vec![agent], timeout: DEFAULT_TIMEOUT, idle_timeout: None }
    }
}

/// `get: /path`, the other methods, and `request: /path` with `method`.
pub(super) fn compile<'n>(compiler: &mut Compiler<'_, 'n>, mut step: StepNode<'n>) {
    let reader = compiler.reader;
    let method = if step.word == "request" {
        let Some(node) = step.map.need(reader, "method", "PURGE") else { return };
        let Some(method) = reader.text(node, "method") else { return };
        if !is_token(&method) {
            reader.error(node.position, format!("`{method}` is not a method"), None);
        }
        method.to_uppercase()
    } else {
        step.word.to_uppercase()
    };
    compile_request(compiler, &method, step, (&[], Content::read), |compiler, map, at| {
        if let Some(time) = map.take("read_for").and_then(|node| compiler.positive_duration(node, "read_for")) {
            compiler.read_for(at, time);
        }
    });
}

/// What a request sends besides its headers.
pub(super) struct Content<'n> {
    /// Query parameters, after those of the URL.
    pub query: Option<&'n Node>,
    pub body: Option<Body>,
    /// Its name, unless the profile has one; method and path.
    pub name: Option<Template>,
}

impl<'n> Content<'n> {
    /// That of a step with the keys [`QUERY`] and [`BODY`].
    pub(super) fn read(compiler: &mut Compiler<'_, 'n>, map: &mut MapReader<'n>) -> Self {
        Self { query: map.take("params"), body: compiler.body(map), name: None }
    }
}

/// A request with headers that it has unless the profile has them, and what `content` reads; `rest` reads the keys of
/// what it is besides a request, after it was added to the program.
pub(super) fn compile_request<'n>(
    compiler: &mut Compiler<'_, 'n>,
    method: &str,
    step: StepNode<'n>,
    (headers, content): (&[(&str, &str)], impl FnOnce(&mut Compiler<'_, 'n>, &mut MapReader<'n>) -> Content<'n>),
    rest: impl FnOnce(&mut Compiler<'_, 'n>, &mut MapReader<'n>, usize),
) {
    let reader = compiler.reader;
    let StepNode { mut map, position, value, .. } = step;
    let begin = compiler.here();
    let retry = map.take("retry").and_then(|node| compiler.retry(node));
    if let Some(retry) = &retry {
        compiler.ops.push(Op::Reset(retry.retry.counter));
    }
    let auth = compiler.auth(&mut map);
    let (send, needs) = compiler.apart(|compiler| {
        let content = content(compiler, &mut map);
        compiler.send(method, (position, value), &mut map, &auth, (headers, content))
    });
    compiler.needs = compiler.needs.and(needs);
    let name: Arc<str> = send.as_ref().map_or_else(Arc::default, |send| send.row.name.clone());
    let shown = send.as_ref().map(|send| method_and_label(method, send)).unwrap_or_default();
    let mut token_requests = None;
    let row = compiler.table.iter().len();
    let at = if let Auth::Token(token) = auth {
        let fetching = token.requests.iter().filter_map(|step| compiler.table.get(*step));
        let fetching: Vec<_> = fetching.map(|step| format!("{} (when needed)", step.name)).collect();
        compiler.details.extend(fetching);
        token_requests = Some(token.requests.clone());
        compiler.send_with(&token, send, (position, needs))
    } else {
        let at = compiler.here();
        compiler.push_request(send);
        at
    };
    rest(compiler, &mut map, at);
    if let Some(retry) = retry {
        compiler.keep_since(at, retry.needs);
        compiler.ops.push(Op::Retry(Box::new(Retry { send: at, ..retry.retry })));
    }
    if map.knows("response_tags")
        && let Some(node) = map.take("response_tags")
    {
        compiler.response_tags(node, at);
    }
    if let Some(node) = map.take("extract") {
        compiler.extracts(node, at, &name);
    }
    if let Some(node) = map.take("check") {
        compiler.checks(node, at, &name);
    }
    if compiler.strict {
        compiler.demand_success(&name);
    }
    let request = compiler.table.requests_from(row).next();
    match request {
        Some(step) => compiler.note_request(shown, step, (begin, at), token_requests),
        // An error, which is already reported.
        None => compiler.details.clear(),
    }
    map.finish(reader);
}

/// A request in short: method and path, and its name if it has another one.
fn method_and_label(method: &str, ReadRequest { row, label, .. }: &ReadRequest) -> String {
    let target = format!("{method} {label}");
    if *row.name == *target { target } else { format!("{target} ({})", row.name) }
}

/// A compiled request: its row in the step table, and computed labels.
pub(super) struct ReadRequest {
    pub(super) row: Step,
    labels: Option<Box<LabelTemplates>>,
    /// Its path, as written.
    label: String,
}

impl<'n> Compiler<'_, 'n> {
    /// Adds a request to the table and to the program.
    pub(super) fn push_request(&mut self, request: Option<ReadRequest>) {
        if let Some(ReadRequest { row, labels, .. }) = request {
            let step = self.table.push(row);
            self.ops.push(Op::Send(step, labels));
        }
    }

    /// The request itself, authenticated by `auth`.
    pub(super) fn send(
        &mut self,
        method: &str,
        (position, url): (Position, &'n Node),
        map: &mut MapReader<'n>,
        auth: &Auth,
        (defaults, Content { query, body, name }): (&[(&str, &str)], Content<'n>),
    ) -> Option<ReadRequest> {
        let reader = self.reader;
        let target = self.target(url);
        let mut headers = self.headers(map.take("headers"), auth.header());
        for (name, value) in defaults {
            if !headers.iter().any(|(known, _)| known.eq_ignore_ascii_case(name)) {
                headers.push(((*name).to_owned(), Template::fixed((*value).into())));
            }
        }
        // A handshake has one response.
        let is_handshake = self.opens_socket;
        let timed = map.take("timeout");
        let timeout = self.timeout(timed, is_handshake);
        let unless_handshake = |map: &mut MapReader<'n>, key| if is_handshake { None } else { map.take(key) };
        let idle = unless_handshake(map, "idle_timeout");
        let idle_timeout =
            idle.map_or(self.context.defaults.idle_timeout, |node| reader.duration(node, "idle_timeout"));
        let redirects = unless_handshake(map, "redirects").and_then(|node| reader.count(node, "redirects"));
        let name = map.take("name").map(|node| self.template(node, "name")).or(name.map(Some));
        let tags = map.take("tags");
        let (tags, computed_tags) = self.tags(tags);
        let expect = unless_handshake(map, "expect").map(|node| self.expectation(node)).unwrap_or_default();
        if idle_timeout == Some(Duration::ZERO) {
            let position = idle.map_or(position, |node| node.position);
            reader.error(position, "idle_timeout must be greater than zero", None);
        }
        let (target, label) = target?;
        let (timeout, computed_timeout) = timeout?;
        let (name, computed_name) = match name {
            None => (format!("{method} {label}"), None),
            Some(template) => {
                let template = template?;
                let known = template.constant().is_some();
                (template.shape(), (!known).then_some(template))
            }
        };
        let has_query = matches!(&target, Target::Known { path, .. } if has_query(path));
        let query = query.map(|node| self.query(node, has_query)).unwrap_or_default();
        let origin = target.origin();
        let (wire, rendering) = render(method, target, query, headers, body, computed_timeout);
        let spec = RequestSpec {
            method: method.to_owned(),
            origin,
            wire,
            bodyless: method == "HEAD",
            timeout,
            idle_timeout,
            read_for: None,
            keep_head: expect.needs.head,
            keep_body: expect.needs.body,
            expected: expect.expected.into(),
            limited: expect.limited.into(),
            redirects,
            digest: auth.digest(),
            events: None,
            rpc: None,
            mcp: None,
            a2a: None,
            websocket: None,
        };
        let kind = Request {
            spec,
            rendering,
            demands: expect.demand,
            limits: expect.limit,
            response_tags: Vec::new(),
            internal: false,
        };
        let row = Step { name: name.into(), group: self.group_label(), tags, kind: StepKind::Request(Box::new(kind)) };
        let computed = computed_name.is_some() || !computed_tags.is_empty();
        let labels = computed.then(|| Box::new(LabelTemplates { name: computed_name, tags: computed_tags }));
        Some(ReadRequest { row, labels, label })
    }

    /// Headers of all requests, overridden or removed by those of this one.
    fn headers(&mut self, own: Option<&'n Node>, authorization: Option<&Template>) -> Vec<(String, Template)> {
        let reader = self.reader;
        let mut headers: Vec<_> =
            authorization.map(|value| (AUTHORIZATION.to_owned(), value.clone())).into_iter().collect();
        let own = own
            .map(|node| reader.map_like(node, "headers", Some("headers: {Accept: text/html}")))
            .map(|map| map.entries)
            .unwrap_or_default();
        let overridden = |name: &str| {
            let replaced = authorization.is_some() && name.eq_ignore_ascii_case(AUTHORIZATION);
            replaced || own.iter().any(|entry| entry.name.eq_ignore_ascii_case(name))
        };
        for HeaderText { name, value } in self.context.defaults.headers.iter().filter(|known| !overridden(&known.name))
        {
            headers.extend(self.header(name, value, value.position).map(|value| (name.clone(), value)));
        }
        for entry in own.iter().filter(|entry| !entry.value.is_null()) {
            check_header(reader, entry.position, &entry.name);
            let value = self.header(&entry.name, entry.value, entry.position);
            headers.extend(value.map(|value| (entry.name.clone(), value)));
        }
        headers
    }

    /// The value of a header; constant line breaks are errors.
    fn header(&mut self, name: &str, node: &Node, position: Position) -> Option<Template> {
        let value = self.template(node, &format!("header `{name}`"))?;
        let text = value.constant_text().unwrap_or_default();
        if text.chars().any(|c| matches!(c, '\r' | '\n' | '\0')) {
            self.reader.error(position, format!("header `{name}` contains a line break"), None);
        }
        Some(value)
    }

    /// In setup, a failed request ends the test: no load on a broken target.
    fn demand_success(&mut self, name: &str) {
        let failed = self.open(Op::Unless(Box::new(failed()), 0));
        self.ops.push(Op::Fail(Template::fixed(format!("{name} failed").as_str().into())));
        self.close(failed);
    }

    /// Makes requests since an operation keep parts of their responses.
    pub(super) fn keep_since(&mut self, at: usize, needs: Needs) {
        for op in &self.ops[at..] {
            if let Op::Send(step, _) = op
                && let Some(request) = self.table.request_mut(*step)
            {
                request.spec.keep_head |= needs.head;
                request.spec.keep_body |= needs.body;
            }
        }
    }
}

/// Whether the last request failed.
fn failed() -> Expr {
    Expr::compile("error != '' && error != 'limited'", &EmptyScope).unwrap_or_else(|_| nothing())
}

fn has_query(path: &[Piece]) -> bool {
    path.iter().any(|piece| match piece {
        Piece::Bytes(bytes) => bytes.contains(&b'?'),
        Piece::Value(template, _) => template.shape().contains('?'),
        Piece::Target | Piece::Host => false,
    })
}

/// The whole request: as bytes if it is constant, else as pieces.
fn render(
    method: &str,
    target: Target,
    query: Vec<Piece>,
    headers: Vec<(String, Template)>,
    body: Option<Body>,
    timeout: Option<Template>,
) -> (Wire, Option<Rendering>) {
    let mut head = vec![Piece::text(&format!("{method} "))];
    let (host, url) = match target {
        Target::Known { host, path, .. } => {
            head.extend(path);
            (Piece::text(&host), None)
        }
        Target::Computed(url) => {
            head.push(Piece::Target);
            (Piece::Host, Some(url))
        }
    };
    head.extend(query);
    head.push(Piece::text(" HTTP/1.1\r\n"));
    if !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("host")) {
        head.extend([Piece::text("Host: "), host, Piece::text("\r\n")]);
    }
    let has_type = headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type"));
    for (name, value) in headers {
        head.extend([
            Piece::text(&format!("{name}: ")),
            Piece::Value(value, EscapeContext::Header),
            Piece::text("\r\n"),
        ]);
    }
    if let Some(kind) = body.as_ref().and_then(|body| body.content_type.as_ref()).filter(|_| !has_type) {
        head.push(Piece::text(&format!("Content-Type: {kind}\r\n")));
    }
    let needs_length = matches!(method, "POST" | "PUT" | "PATCH");
    let body = body.map(|body| body.pieces).or(needs_length.then(Vec::new));
    let rendering = Rendering { head: joined(head), body: body.map(joined), url, timeout };
    match rendering.constant() {
        Some(wire) => (wire, None),
        None => (Wire::default(), Some(rendering)),
    }
}

/// Merges adjacent constant pieces.
fn joined(pieces: Vec<Piece>) -> Vec<Piece> {
    let mut joined: Vec<Piece> = Vec::new();
    for piece in pieces {
        let piece = piece.settled();
        match (joined.last_mut(), &piece) {
            (Some(Piece::Bytes(known)), Piece::Bytes(more)) => *known = [&known[..], more].concat().into(),
            _ => joined.push(piece),
        }
    }
    joined
}

/// A token of RFC 9110: header names and methods.
#[must_use]
pub(crate) fn is_token(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c))
}

/// Checks the name of a header.
pub(crate) fn check_header(reader: &Reader, position: Position, name: &str) {
    if !is_token(name) {
        reader.error(position, format!("`{name}` is not a header name"), None);
    }
    let own = OWN_HEADERS.iter().find(|(own, _)| name.eq_ignore_ascii_case(own));
    if let Some((_, hint)) = own {
        reader.error(position, format!("header `{name}` is set automatically"), Some((*hint).to_owned()));
    }
}

/// Headers that the framing of messages determines, and what is to be written instead.
const OWN_HEADERS: [(&str, &str); 3] = [
    ("connection", "for new connections: `http: {connections: per_request}` or `per_iteration`"),
    ("content-length", "leave it out: it is the length of the body"),
    ("transfer-encoding", "leave it out: bodies are sent with `Content-Length`, not in chunks"),
];

#[cfg(test)]
mod tests;
