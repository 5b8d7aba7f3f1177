//! Tokens that users fetch before requests that need them, and refresh in time. The operations that fetch a token occur
//! once in a program, before the first request that needs it; a hidden value holds the return position.
//!
//! ```text
//!  there is one, and time ──────────────────────▶ request ─▶ 401, the first? ──no──▶ (go on)
//!           │no                                      ▲              │yes
//!           ▼                                        │              ▼
//!        refresh ──(none, refused)──▶ login ─▶ token, its time   forget it
//!           ▲                           └──(refused)──▶ fail        │
//!           └───────────────────────────────────────────────────────┘
//! ```

use super::{
    Compiler,
    auth::{Auth, HiddenScope, bearer_of},
    nothing,
    request::{Content, REQUEST},
};
use crate::{
    language::{
        Binding, Expr, Needs, Slot, Template, Value,
        extract::{Extractor, JsonPath, Take},
    },
    plan::{Op, StepId, StepKind, program::Extract},
    profile::{
        diagnostic::Position,
        grammar::{Key, Section, Type},
        node::Node,
        reader::MapReader,
    },
    units,
};

/// The request that fetches a token, and what is read from its response.
pub(in crate::profile) static TOKEN: Section = Section {
    name: "token",
    about: "A bearer token that each user fetches, and refreshes before it expires.",
    keys: &[
        METHODS,
        &[
            Key::new("access", Type::Any, "where the response holds the token; `$.access_token`"),
            Key::new("refresh_token", Type::Any, "where the response holds the refresh token; `$.refresh_token`"),
            Key::new("expires_in", Type::Any, "where the response holds the lifetime in seconds; `$.expires_in`"),
            Key::new("refresh_at", Type::Text, "share of the lifetime after which the token is refreshed; 90%"),
            Key::new("refresh", Type::Map(&REFRESH), "the request that refreshes the token; the same as the first"),
        ],
    ],
    includes: &[&REQUEST],
};

/// The request that refreshes a token.
pub(in crate::profile) static REFRESH: Section = Section {
    name: "refresh",
    about: "The request that refreshes a token; its templates can use `refresh_token`.",
    keys: &[METHODS],
    includes: &[&REQUEST],
};

static METHODS: &[Key] = &[
    Key::new("post", Type::Text, "path or URL"),
    Key::new("get", Type::Text, "path or URL, by GET"),
    Key::new("put", Type::Text, "path or URL, by PUT"),
];

/// Default share of the lifetime after which a token is refreshed.
const REFRESH_AT: f64 = 0.9;

/// Slots and operations for the token of one provider.
#[derive(Debug, Clone)]
pub(super) struct Token {
    provider: String,
    pub(super) header: Template,
    value: Slot,
    /// When to refresh it, in Unix milliseconds; null without a known lifetime.
    until: Slot,
    refresh: Slot,
    /// Whether the request was already repeated with a new token.
    renewed: Slot,
    /// Return position after fetching.
    back: Slot,
    /// Position of the operations that fetch it.
    fetch: usize,
    /// The requests that fetch it.
    pub(super) requests: Vec<StepId>,
}

impl Token {
    /// Values with the lifetime of the user.
    pub(super) fn lasting(&self) -> [Slot; 3] {
        [self.value, self.until, self.refresh]
    }

    fn expr(&self, text: &str) -> Expr {
        let slots =
            [("token", self.value), ("until", self.until), ("refresh", self.refresh), ("renewed", self.renewed)];
        let names = slots.map(|(name, slot)| (name, Binding::Slot(slot)));
        Expr::compile(text, &HiddenScope(&names)).unwrap_or_else(|_| nothing())
    }

    /// A conditional jump, whose target is not set yet.
    fn when(&self, condition: &str) -> Op {
        Op::When(Box::new(self.expr(condition)), 0)
    }
}

impl<'n> Compiler<'_, 'n> {
    /// A request that needs a token, which is fetched before it, and once more if the status is 401. Returns the position
    /// of the request; `needs` is what the request reads of the previous response.
    pub(super) fn send_with(
        &mut self,
        token: &Token,
        send: Option<super::request::ReadRequest>,
        (position, needs): (Position, Needs),
    ) -> usize {
        if needs != Needs::default() {
            let message = format!(
                "the previous response, which this request reads, is that of auth `{}` whenever a token is fetched just before",
                token.provider
            );
            self.reader.error(position, message, Some("store the value with `extract` first".to_owned()));
        }
        self.ops.push(Op::Reset(token.renewed));
        let there = self.open(token.when("token != null && (until == null || unix_ms() < until)"));
        let fetch = self.here();
        self.ops.push(Op::Set(token.back, jump_target(fetch + 2)));
        self.ops.push(Op::Goto(token.fetch));
        self.close(there);
        let at = self.here();
        self.push_request(send);
        let done = self.open(token.when("status != 401 || error == '' || renewed == 1"));
        self.ops.push(Op::Set(token.renewed, Template::fixed(Value::Int(1))));
        self.ops.push(Op::Set(token.value, Template::fixed(Value::Null)));
        self.ops.push(Op::Goto(fetch));
        self.close(done);
        at
    }

    /// The token of a provider; its first use adds the operations that fetch it.
    pub(super) fn token(&mut self, provider: &str, node: &'n Node) -> Option<Token> {
        if let Some(known) = self.tokens.get(provider) {
            return Some(known.clone());
        }
        let value = self.names.hidden();
        let hidden = || self.names.hidden();
        let mut token = Token {
            provider: provider.to_owned(),
            header: bearer_of(value)?,
            value,
            until: hidden(),
            refresh: hidden(),
            renewed: hidden(),
            back: hidden(),
            fetch: 0,
            requests: Vec::new(),
        };
        let rows = self.table.iter().len();
        let over = self.open(Op::Goto(0));
        token.fetch = self.here();
        self.tokens.insert(provider.to_owned(), token.clone());
        // The request for a token belongs to no group, wherever it is first needed.
        let groups = std::mem::take(&mut self.groups);
        self.fetch(&token, node);
        self.groups = groups;
        self.close(over);
        token.requests = self.table.requests_from(rows).collect();
        self.tokens.insert(provider.to_owned(), token.clone());
        Some(token)
    }

    fn fetch(&mut self, token: &Token, node: &'n Node) {
        let reader = self.reader;
        let provider = &token.provider;
        let mut map = reader.section(node, &format!("the token of auth `{provider}`"), &TOKEN);
        let refresh = map.take("refresh");
        let (access, refresh_token, expires) = (map.take("access"), map.take("refresh_token"), map.take("expires_in"));
        let share = map
            .take("refresh_at")
            .map_or(Some(REFRESH_AT), |node| reader.parsed(node, "refresh_at", units::parse_share));
        let mut renewed = None;
        if let Some(node) = refresh {
            let unknown = self.open(token.when("refresh == null"));
            let mut map = reader.section(node, &format!("the refresh of auth `{provider}`"), &REFRESH);
            let outer = self.names.lend(Some(("refresh_token", token.refresh)));
            self.ask(token, &mut map);
            self.names.lend(outer);
            map.finish(reader);
            let refused = self.open(token.when("error != ''"));
            self.keep(token, token.value, access, "$.access_token");
            renewed = Some(self.open(token.when("token != null")));
            self.close(refused);
            self.ops.push(Op::Set(token.refresh, Template::fixed(Value::Null)));
            self.close(unknown);
        }
        self.ask(token, &mut map);
        map.finish(reader);
        self.ops.push(Op::Set(token.value, Template::fixed(Value::Null)));
        let refused = self.open(token.when("error != ''"));
        self.keep(token, token.value, access, "$.access_token");
        self.close(refused);
        let found = self.open(token.when("token != null"));
        let reason = format!("auth {provider}: no token received");
        self.ops.push(Op::Fail(Template::fixed(Value::from(reason.as_str()))));
        self.close(found);
        renewed.into_iter().for_each(|at| self.close(at));
        self.keep(token, token.until, expires, "$.expires_in");
        let millis = share.unwrap_or(REFRESH_AT) * 1_000.0;
        let until = token.expr(&format!("unix_ms() + until * {millis}"));
        self.ops.push(Op::Set(token.until, Template::of(until)));
        if refresh.is_some() || refresh_token.is_some() {
            // Without a new refresh token, the old one stays valid (RFC 6749, section 6).
            let found = self.names.hidden();
            self.keep(token, found, refresh_token, "$.refresh_token");
            let names = [("found", Binding::Slot(found)), ("known", Binding::Slot(token.refresh))];
            let kept = Expr::compile("found ?? known", &HiddenScope(&names)).unwrap_or_else(|_| nothing());
            self.ops.push(Op::Set(token.refresh, Template::of(kept)));
        }
        self.ops.push(Op::Return(token.back));
    }

    /// A request for a token.
    fn ask(&mut self, token: &Token, map: &mut MapReader<'n>) {
        let reader = self.reader;
        let other = ["get", "put"].iter().find_map(|method| Some((*method, map.take(method)?)));
        let found = other.or_else(|| map.need(reader, "post", "/auth/token").map(|node| ("post", node)));
        let Some((method, url)) = found else { return };
        let own = map.take("auth");
        let auth = own.map(|node| (node, self.auth_of(node)));
        if let Some((node, Auth::Token(_))) = &auth {
            let hint = "use basic, bearer or digest".to_owned();
            reader.error(node.position, "a token request can't use a token itself", Some(hint));
        }
        let auth = auth.map(|(_, auth)| auth).unwrap_or_default();
        let named = map.peek("name").is_some();
        let content = Content::read(self, map);
        let Some(mut send) = self.send(&method.to_uppercase(), (url.position, url), map, &auth, (&[], content)) else {
            return;
        };
        if let StepKind::Request(request) = &mut send.row.kind {
            request.internal = true;
        }
        if !named {
            send.row.name = format!("auth {}", token.provider).into();
        }
        self.push_request(Some(send));
    }

    /// Extracts a value from the response; null without a match.
    fn keep(&mut self, token: &Token, into: Slot, node: Option<&'n Node>, path: &str) {
        let looked_for = match node {
            Some(node) => self.extractor(node),
            None => JsonPath::parse(path).ok().map(|path| (Extractor::Json(path), Take::First, None)),
        };
        let Some((what, take, default)) = looked_for else { return };
        self.keep_since(token.fetch, Needs { head: what.reads_head(), body: what.reads_body() });
        let default = Some(default.unwrap_or_else(|| Template::fixed(Value::Null)));
        self.ops.push(Op::Extract(Box::new(Extract { into, what, take, default, check: None })));
    }
}

/// A position as the value of a return slot.
fn jump_target(at: usize) -> Template {
    Template::fixed(Value::Int(i64::try_from(at).unwrap_or(i64::MAX)))
}
