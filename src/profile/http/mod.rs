//! The section `http:`: HTTP options, with k6's names where k6 has them.

pub(super) mod names;
mod proxy;
pub(super) mod tls;

use std::sync::Arc;

use super::{
    document::Overrides,
    flow::{self, Defaults, HeaderText, check_header},
    grammar::{Key, Section, Type, words},
    node::Node,
    reader::{MapReader, Reader},
};
use crate::plan::{
    HttpOptions,
    http::{CookieLife, Debug, Digest, Reuse, Version},
};

/// HTTP options.
pub(in crate::profile) static HTTP: Section = Section::new(
    "http",
    "HTTP options of all requests.",
    &[&[
        Key::new("auth", flow::auth::VALUE, "authentication of every request"),
        Key::new("timeout", Type::Duration, "maximum time of a request; 60s"),
        Key::new("idle_timeout", Type::Duration, "maximum time without a byte of a response; none"),
        Key::new("compression", Type::Boolean, "request compressed responses; false"),
        Key::new(
            "headers",
            Type::Names(&Type::Text),
            "headers of every request; `null` removes one, an empty text sends it empty",
        ),
        Key::new("version", Type::Word(&words(&VERSIONS)), "HTTP version; auto"),
        Key::new("max_redirects", Type::Count, "maximum number of redirects to follow; 10"),
        Key::new("cookies", Type::Word(&words(&LIVES)), "lifetime of cookies; iteration"),
        Key::new("noCookiesReset", Type::Boolean, "same as `cookies: user` (k6)"),
        Key::new("connections", Type::Word(&words(&REUSES)), "lifetime of connections; reuse"),
        Key::new("noConnectionReuse", Type::Boolean, "same as `connections: per_request` (k6)"),
        Key::new("noVUConnectionReuse", Type::Boolean, "same as `connections: per_iteration` (k6)"),
        Key::new("insecureSkipTLSVerify", Type::Boolean, "skip TLS certificate verification; false"),
        Key::new("tls", Type::Map(&tls::TLS), "trusted CAs, client certificate, versions"),
        Key::new(
            "tlsVersion",
            Type::Either(&[tls::VERSION, Type::Map(&tls::TLS_VERSION)]),
            "same as the versions of `tls` (k6)",
        ),
        Key::new("tlsAuth", Type::List(&Type::Map(&tls::TLS_AUTH)), "same as the certificate of `tls` (k6)"),
        Key::new("dns", Type::Map(&names::DNS), "name resolution"),
        Key::new("hosts", Type::Names(&Type::Text), "fixed addresses of host names, which skip DNS"),
        Key::new("block_hostnames", Type::Several(&Type::Text), "host names that are never connected to"),
        Key::new("blacklist_ips", Type::Several(&Type::Text), "address ranges that are never connected to"),
        Key::new("local_ips", Type::Several(&Type::Text), "source addresses, used in turn"),
        Key::new("proxy", Type::Text, "URL of a proxy, or `off`; taken from the environment"),
        Key::new(
            "http_debug",
            Type::Either(&[Type::Word(&words(&DEBUGS)), Type::Boolean]),
            "print requests and responses, secrets masked; off",
        ),
    ]],
);

/// `Accept-Encoding` with `compression: true`: the supported codings.
const ACCEPTED_CODINGS: &str = "gzip, deflate, br, zstd";

/// Reads the section; stores defaults of requests in `defaults`.
pub(super) fn read(
    reader: &Reader,
    overrides: &Overrides,
    map: &mut MapReader<'_>,
    defaults: &mut Defaults,
) -> HttpOptions {
    let mut options = HttpOptions::default();
    let position = map.position;
    let Some(node) = map.take("http") else {
        options.proxies = proxy::from_environment(reader, overrides, position);
        return options;
    };
    let mut http = reader.section(node, "http", &HTTP);
    read_defaults(reader, &mut http, defaults);
    if let Some(version) = http.take("version").and_then(|node| reader.word(node, "HTTP version", &VERSIONS)) {
        options.version = version;
    }
    let redirects = http.take("max_redirects").and_then(|node| reader.count(node, "max_redirects"));
    options.max_redirects = redirects.unwrap_or(options.max_redirects);
    read_lives(reader, &mut http, &mut options);
    options.tls = tls::read(reader, &mut http);
    options.names = names::read(reader, &mut http);
    options.proxies = match http.take("proxy") {
        Some(node) => proxy::read(reader, node),
        None => proxy::from_environment(reader, overrides, node.position),
    };
    let debug = http.take("http_debug").and_then(|node| reader.word(node, "http_debug", &DEBUGS));
    options.debug = debug.unwrap_or_default();
    // Read by the compiler of flows, because it can become steps.
    http.take("auth");
    http.finish(reader);
    options
}

const VERSIONS: [(&str, Version); 4] =
    [("auto", Version::Auto), ("1.1", Version::One), ("2", Version::Two), ("2-prior-knowledge", Version::Two)];
const LIVES: [(&str, CookieLife); 3] =
    [("iteration", CookieLife::Iteration), ("user", CookieLife::User), ("off", CookieLife::Off)];
const REUSES: [(&str, Reuse); 3] =
    [("reuse", Reuse::Unlimited), ("per_iteration", Reuse::PerIteration), ("per_request", Reuse::PerRequest)];
const DEBUGS: [(&str, Debug); 3] = [("off", Debug::Off), ("heads", Debug::Heads), ("full", Debug::Full)];

fn read_defaults(reader: &Reader, http: &mut MapReader<'_>, defaults: &mut Defaults) {
    if let Some(timeout) = http.take("timeout").and_then(|node| reader.duration(node, "timeout")) {
        defaults.timeout = timeout;
    }
    defaults.idle_timeout = http.take("idle_timeout").and_then(|node| reader.duration(node, "idle_timeout"));
    let compressed = http.take("compression").and_then(|node| reader.boolean(node, "compression"));
    if compressed == Some(true) {
        set(defaults, "Accept-Encoding", Some(Node::text(ACCEPTED_CODINGS)));
    }
    if let Some(node) = http.take("headers") {
        for entry in &reader.map(node, "headers").entries {
            check_header(reader, entry.position, &entry.name);
            set(defaults, &entry.name, Some(entry.value.clone()).filter(|value| !value.is_null()));
        }
    }
}

/// Sets or removes a header of all requests.
fn set(defaults: &mut Defaults, name: &str, value: Option<Node>) {
    defaults.headers.retain(|known| !known.name.eq_ignore_ascii_case(name));
    defaults.headers.extend(value.map(|value| HeaderText { name: name.to_owned(), value }));
}

fn read_lives(reader: &Reader, http: &mut MapReader<'_>, options: &mut HttpOptions) {
    // k6's switches, and the equivalent key; both together contradict each other.
    let cookies = [("noCookiesReset", CookieLife::User)];
    if let Some(life) = choose(reader, http, "cookies", &LIVES, &cookies) {
        options.cookies = life;
    }
    let connections = [("noConnectionReuse", Reuse::PerRequest), ("noVUConnectionReuse", Reuse::PerIteration)];
    if let Some(reuse) = choose(reader, http, "connections", &REUSES, &connections) {
        options.connections = reuse;
    }
}

fn choose<T: Copy>(
    reader: &Reader,
    http: &mut MapReader<'_>,
    key: &'static str,
    words: &[(&'static str, T)],
    switches: &[(&'static str, T)],
) -> Option<T> {
    let mut chosen = http.take(key).map(|node| reader.word(node, key, words));
    for (switch, value) in switches {
        let Some(node) = http.take(switch) else { continue };
        if reader.boolean(node, switch) == Some(true) {
            if chosen.is_some() {
                let message = format!("`{switch}` contradicts `{key}`");
                reader.error(node.position, message, Some(format!("keep `{key}`")));
            }
            chosen = Some(Some(*value));
        }
    }
    chosen.flatten()
}

/// Reads `{username: …, password: …}` of digest authentication.
pub(super) fn read_digest(reader: &Reader, node: &Node) -> Option<Arc<Digest>> {
    let mut map = reader.section(node, "digest", &flow::auth::CREDENTIALS);
    let mut text = |key, example| map.need(reader, key, example).and_then(|node| reader.text(node, key));
    let (username, password) = (text("username", "jane"), text("password", "${PASSWORD}"));
    map.finish(reader);
    let (username, password) = (username?, password?);
    if username.chars().any(char::is_control) {
        reader.error(node.position, "a user name must not contain control characters", None);
        return None;
    }
    Some(Arc::new(Digest { username, password }))
}

#[cfg(test)]
mod tests;
