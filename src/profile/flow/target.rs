//! Targets of requests: constant URLs, and computed ones.

use url::{Position, Url};

use super::{Compiler, Defaults};
use crate::{
    language::{EscapeContext, Template},
    plan::{
        Origin,
        rendering::{Piece, UrlTemplate, http_scheme},
    },
    profile::{diagnostic::Invalid, node::Node},
};

/// The target of a request.
pub(super) enum Target {
    /// A server of the plan; the path can be computed.
    Known {
        /// Position among the plan's origins.
        origin: usize,
        /// Host and port for the header.
        host: String,
        /// Path and query.
        path: Vec<Piece>,
    },
    /// A computed URL.
    Computed(UrlTemplate),
}

impl Target {
    pub(super) fn origin(&self) -> usize {
        if let Self::Known { origin, .. } = self { *origin } else { 0 }
    }
}

impl<'n> Compiler<'_, 'n> {
    /// Reads a URL; returns the target, and the path for the label `name`.
    pub(super) fn target(&mut self, node: &'n Node) -> Option<(Target, String)> {
        let written = self.template(node, "the URL")?.shape();
        let template = self.reader.url(node, "the URL", self.names)?;
        let (prefix, rest) = template.split_constant_prefix();
        let prefix = if self.opens_socket { http_scheme(&prefix) } else { prefix };
        // A path can be computed in parts, a host only as a whole.
        let whole_host = match prefix.split_once("://") {
            Some((_, after)) => after.contains(['/', '?']) || rest.is_none(),
            None => !prefix.is_empty() || rest.is_none(),
        } && !rest.as_ref().is_some_and(Template::begins_url);
        if !whole_host {
            let base = self.context.defaults.base_url.clone();
            return Some((Target::Computed(UrlTemplate { url: template, base }), written));
        }
        if self.reader.variables.leaves_open(node.scalar().unwrap_or_default()) {
            // What a variable without a value stands for, which is reported, is not known here.
            return None;
        }
        let resolved = resolve(&prefix, &self.context.defaults);
        let url = resolved.map_err(|invalid| self.reader.invalid(node.position, invalid)).ok()?;
        let label = if prefix.contains("://") {
            // A label has no host, query or password.
            written.split_once("://").and_then(|(_, after)| after.find('/').map(|at| after[at..].to_owned()))
        } else {
            Some(written)
        };
        let label = label.unwrap_or_else(|| "/".to_owned());
        let label = label.split(['?', '#']).next().unwrap_or_default().to_owned();
        let mut path = vec![Piece::Bytes(url[Position::BeforePath..Position::AfterQuery].as_bytes().into())];
        path.extend(rest.map(|rest| Piece::Value(rest, EscapeContext::Path)));
        let origin = self.origin(Origin::of(&url));
        Some((Target::Known { origin, host: url[Position::BeforeHost..Position::AfterPort].to_owned(), path }, label))
    }

    fn origin(&mut self, origin: Origin) -> usize {
        self.origins.iter().position(|known| *known == origin).unwrap_or_else(|| {
            self.origins.push(origin);
            self.origins.len() - 1
        })
    }

    /// Query parameters, after those of the URL.
    pub(super) fn query(&mut self, node: &'n Node, has_query: bool) -> Vec<Piece> {
        let mut pieces = Vec::new();
        let mut sign = if has_query { b'&' } else { b'?' };
        for entry in &self.reader.data(node, "params", Some("params: {page: 2}")).entries {
            let what = format!("parameter `{}`", entry.name);
            let Some(value) = self.reader.parameter(entry.value, &what, self.names) else { continue };
            self.needs = self.needs.and(value.needs());
            let mut name = Vec::new();
            name.push(sign);
            name.extend(Template::literal(&entry.name).constant_bytes(EscapeContext::Form).unwrap_or_default());
            name.push(b'=');
            pieces.push(Piece::Bytes(name.into()));
            pieces.push(Piece::Value(value, EscapeContext::Form));
            sign = b'&';
        }
        pieces
    }
}

/// Refuses what `Url` reads leniently: `http:///path` as the host `path`, and the socket of `http://unix:/…` as a host.
fn check_host(text: &str) -> Result<(), Invalid> {
    let Some((_, rest)) = text.split_once("://") else { return Ok(()) };
    let host = rest.split(['/', '?', '#', '\\']).next().unwrap_or_default();
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
    if host.is_empty() || host.starts_with(':') {
        return Err(Invalid::new(format!("`{text}` has no host")).hint("for example http://127.0.0.1:8080/path"));
    }
    if host.eq_ignore_ascii_case("unix:") || host.to_ascii_lowercase().starts_with("%2f") {
        let invalid = Invalid::new(format!("`{text}` is a Unix socket, which is not supported"));
        return Err(invalid.hint("use the address of a port, for example http://127.0.0.1:8080"));
    }
    Ok(())
}

/// Resolves a URL: absolute, or appended to the base URL.
///
/// # Errors
/// If it is not a URL for HTTP requests.
pub(crate) fn resolve(written: &str, defaults: &Defaults) -> Result<Url, Invalid> {
    if written == "*" {
        let invalid = Invalid::new("`*` is no path of a request: `OPTIONS *` is not supported");
        return Err(invalid.hint("write a path, for example `/`"));
    }
    let absolute = written.contains("://");
    let text = match (&defaults.base_url, absolute) {
        (_, true) => written.to_owned(),
        (Some(base), false) => {
            let base = base.as_str().trim_end_matches('/');
            if written.starts_with(['/', '?']) { format!("{base}{written}") } else { format!("{base}/{written}") }
        }
        (None, false) => {
            let invalid = Invalid::new(format!("`{written}` is a relative URL, and `base_url` is not set"));
            return Err(invalid.hint("set `base_url`, or write an absolute URL"));
        }
    };
    check_host(&text)?;
    let url = Url::parse(&text).map_err(|error| Invalid::new(format!("`{text}` is not a URL: {error}")))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(Invalid::new(format!("unsupported URL scheme `{}`; use http or https", url.scheme())));
    }
    if !url.username().is_empty() || url.password().is_some() {
        let message = "a URL must not contain a user and password: it would appear in labels and reports";
        return Err(Invalid::new(message).hint("use `auth: {basic: {username: …, password: …}}`"));
    }
    if url.host_str().is_none_or(str::is_empty) {
        return Err(Invalid::new(format!("`{text}` has no host")));
    }
    Ok(url)
}

#[cfg(test)]
mod tests;
