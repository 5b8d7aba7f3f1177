//! `auth`: authentication of requests by user name and password, a fixed token, or a fetched token.

use std::sync::Arc;

use super::{Compiler, token::Token};
use crate::{
    language::{Binding, Scope, Slot, Template, Value},
    plan::{Op, http::Digest},
    profile::{
        diagnostic::did_you_mean,
        grammar::{Key, Section, Type, names},
        http::read_digest,
        node::{Node, Yaml},
        reader::MapReader,
    },
};

/// Authentication.
pub(in crate::profile) static AUTH: Section = Section::new("auth", "Authentication by one of these.", &[KINDS]);

/// The value of a key `auth`: the name of a provider, or an inline section.
pub(in crate::profile) static VALUE: Type = Type::Either(&[Type::Text, Type::Map(&AUTH)]);

static KINDS: &[Key] = &[
    Key::new("basic", Type::Map(&CREDENTIALS), "HTTP basic authentication (RFC 7617)"),
    Key::new("bearer", Type::Text, "a fixed bearer token"),
    Key::new("digest", Type::Map(&CREDENTIALS), "HTTP digest authentication (RFC 7616)"),
    Key::new("token", Type::Map(&super::token::TOKEN), "a bearer token that each user fetches and refreshes"),
];

/// User name and password.
pub(in crate::profile) static CREDENTIALS: Section = Section::new(
    "credentials",
    "User name and password.",
    &[&[Key::required("username", Type::Text, "user name"), Key::required("password", Type::Text, "password")]],
);

pub(super) const AUTHORIZATION: &str = "Authorization";

/// How a request is authenticated.
#[derive(Debug, Default)]
pub(super) enum Auth {
    #[default]
    None,
    /// By a header that is always sent.
    Header(Template),
    /// By a response to the server's challenge.
    Digest(Arc<Digest>),
    /// By a token that the user fetches first.
    Token(Token),
}

impl Auth {
    /// The value of `Authorization`, if the request always has one.
    pub(super) fn header(&self) -> Option<&Template> {
        match self {
            Self::Header(header) => Some(header),
            Self::Token(token) => Some(&token.header),
            Self::None | Self::Digest(_) => None,
        }
    }

    /// The credentials for challenges.
    pub(super) fn digest(&self) -> Option<Arc<Digest>> {
        if let Self::Digest(digest) = self { Some(digest.clone()) } else { None }
    }
}

/// A scope of hidden values only: variables of the profile can't shadow them.
pub(super) struct HiddenScope<'h>(pub(super) &'h [(&'static str, Binding)]);

impl Scope for HiddenScope<'_> {
    fn resolve(&self, name: &str) -> Option<Binding> {
        self.0.iter().find(|(known, _)| *known == name).map(|(_, named)| named.clone())
    }

    fn names(&self) -> Vec<String> {
        Vec::new()
    }
}

impl<'n> Compiler<'_, 'n> {
    /// Takes `auth` of a request; its default is that of `http`.
    pub(super) fn auth(&mut self, map: &mut MapReader<'n>) -> Auth {
        let by_hand = map.peek("headers").and_then(authorization_of);
        if map.peek("auth").is_some_and(Node::is_null) {
            map.take("auth");
            return Auth::None;
        }
        let Some(node) = map.take("auth") else {
            let for_all = self.context.auth.filter(|_| by_hand.is_none());
            return for_all.map(|node| self.auth_of(node)).unwrap_or_default();
        };
        let auth = self.auth_of(node);
        if let (Some(header), true) = (by_hand, auth.header().is_some()) {
            let message = "authentication is set twice: by `auth` and by the header `Authorization`";
            self.reader.error(header.position, message, Some("remove one of them".to_owned()));
        }
        auth
    }

    /// `none`, the name of a provider, or one of [`KINDS`].
    pub(super) fn auth_of(&mut self, node: &'n Node) -> Auth {
        let Yaml::Scalar { text, .. } = &node.value else { return self.kind_of_auth(node, None) };
        if text == "none" {
            return Auth::None;
        }
        let providers = &self.context.providers;
        if let Some(provider) = providers.get(text) {
            return self.kind_of_auth(provider, Some(text));
        }
        let known = providers.keys().map(String::as_str).chain(["none"]);
        let hint = did_you_mean(text, known).unwrap_or_else(|| {
            "define it at the top of the profile: `auth: {NAME: {token: {post: /auth/token}}}`".to_owned()
        });
        self.reader.error(node.position, "unknown `auth` provider", Some(hint));
        Auth::None
    }

    fn kind_of_auth(&mut self, node: &'n Node, name: Option<&str>) -> Auth {
        let reader = self.reader;
        let what = name.map_or_else(|| "auth".to_owned(), |name| format!("auth `{name}`"));
        let mut map = reader.section(node, &what, &AUTH);
        let overrides: Vec<_> = names(KINDS).filter_map(|kind| Some((kind, map.take(kind)?))).collect();
        let empty = map.entries.is_empty();
        map.finish(reader);
        let auth = match overrides[..] {
            [(kind, value)] => match (kind, name) {
                ("basic", _) => self.basic(value).map(Auth::Header),
                ("bearer", _) => self.bearer(value).map(Auth::Header),
                ("digest", _) => read_digest(reader, value).map(Auth::Digest),
                (_, Some(name)) => self.token(name, value).map(Auth::Token),
                (_, None) => {
                    let hint =
                        "for example `auth: {api: {token: {post: /auth/token}}}` at the top, and `auth: api` here";
                    let message = "`token` needs a name: define it under the top-level `auth`";
                    reader.error(node.position, message, Some(hint.to_owned()));
                    None
                }
            },
            [(one, _), (other, second), ..] => {
                reader.error(second.position, format!("{what} is either `{one}` or `{other}`, not both"), None);
                None
            }
            [] => {
                if empty && matches!(node.value, Yaml::Map(_)) || node.is_null() {
                    reader.error(
                        node.position,
                        format!("{what} needs one of {}", names(KINDS).collect::<Vec<_>>().join(", ")),
                        None,
                    );
                }
                None
            }
        };
        auth.unwrap_or_default()
    }

    /// RFC 7617. Constant credentials are encoded once.
    fn basic(&mut self, node: &'n Node) -> Option<Template> {
        let reader = self.reader;
        let mut map = reader.section(node, "basic", &CREDENTIALS);
        let username = map.need(reader, "username", "jane");
        let password = map.need(reader, "password", "${PASSWORD}");
        map.finish(reader);
        let (username, password) = (username?, password?);
        let name = self.template(username, "username")?;
        self.template(password, "password")?;
        if name.constant_text().is_some_and(|text| text.contains(':')) {
            reader.error(username.position, "a user name must not contain `:`", None);
            return None;
        }
        // Both were read without errors, so that their concatenation has none.
        let together = format!("{}:{}", username.scalar()?, password.scalar()?);
        let together = reader.template_of(&together, node, self.names)?;
        let credentials = if let Some(text) = together.constant_text() {
            Binding::Constant(Value::from(&*text))
        } else {
            let slot = self.names.hidden();
            self.ops.push(Op::Set(slot, together));
            Binding::Slot(slot)
        };
        Template::compile("Basic ${base64(credentials)}", &HiddenScope(&[("credentials", credentials)])).ok()
    }

    /// RFC 6750.
    fn bearer(&mut self, node: &'n Node) -> Option<Template> {
        let token = self.template(node, "bearer")?;
        if let Some(text) = token.constant_text() {
            if text.trim().is_empty() || text.chars().any(char::is_control) {
                let message = "a token must not be empty or contain control characters";
                self.reader.error(node.position, message, None);
                return None;
            }
            return Some(Template::literal(&format!("Bearer {text}")));
        }
        let text = format!("Bearer {}", node.scalar()?);
        self.reader.template_of(&text, node, self.names)
    }
}

/// The value of `Authorization` for a token.
pub(super) fn bearer_of(token: Slot) -> Option<Template> {
    Template::compile("Bearer ${token}", &HiddenScope(&[("token", Binding::Slot(token))])).ok()
}

/// The header `Authorization`, if it is set.
fn authorization_of(headers: &Node) -> Option<&Node> {
    let Yaml::Map(pairs) = &headers.value else { return None };
    let is_it = |key: &Node| key.scalar().is_some_and(|text| text.eq_ignore_ascii_case(AUTHORIZATION));
    pairs.iter().map(|(key, _)| key).find(|key| is_it(key))
}

#[cfg(test)]
mod tests;
