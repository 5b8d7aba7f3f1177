//! The section `http:`: how HTTP is spoken, in k6's words where k6 has them.

mod names;
mod proxy;
mod tls;

use std::sync::Arc;

use super::{
    document::Given,
    flow::{Defaults, HeaderText, check_header},
    node::Node,
    reader::{MapReader, Reading},
};
use crate::plan::{
    HttpOptions,
    http::{CookieLife, Debug, Digest, Reuse, Version},
};

/// What `Accept-Encoding` says when a profile asks for compression: what can be unpacked.
const ACCEPTED_CODINGS: &str = "gzip, deflate, br, zstd";

/// Reads the section; defaults of requests go into `defaults`.
pub(super) fn read(reading: &Reading, given: &Given, map: &mut MapReader<'_>, defaults: &mut Defaults) -> HttpOptions {
    let mut options = HttpOptions::default();
    let place = map.place;
    let Some(node) = map.take("http") else {
        options.proxies = proxy::from_environment(reading, given, place);
        return options;
    };
    let mut http = reading.map(node, "http");
    read_defaults(reading, &mut http, defaults);
    if let Some(version) = http.take("version").and_then(|node| reading.word(node, "version of HTTP", VERSIONS)) {
        options.version = version;
    }
    let redirects = http.take("max_redirects").and_then(|node| reading.count(node, "max_redirects"));
    options.max_redirects = redirects.unwrap_or(options.max_redirects);
    read_lives(reading, &mut http, &mut options);
    options.tls = tls::read(reading, &mut http);
    options.names = names::read(reading, &mut http);
    options.proxies = match http.take("proxy") {
        Some(node) => proxy::read(reading, node),
        None => proxy::from_environment(reading, given, node.place),
    };
    let debug = http.take("http_debug").and_then(|node| reading.word(node, "http_debug", DEBUGS));
    options.debug = debug.unwrap_or_default();
    // It becomes steps of flows, so that whoever compiles them reads it.
    http.take("auth");
    http.finish(reading);
    options
}

const VERSIONS: &[(&str, Version)] =
    &[("auto", Version::Auto), ("1.1", Version::One), ("2", Version::Two), ("2-prior-knowledge", Version::Two)];
const LIVES: &[(&str, CookieLife)] =
    &[("iteration", CookieLife::Iteration), ("user", CookieLife::User), ("off", CookieLife::Off)];
const REUSES: &[(&str, Reuse)] =
    &[("reuse", Reuse::Reuse), ("per_iteration", Reuse::PerIteration), ("per_request", Reuse::PerRequest)];
const DEBUGS: &[(&str, Debug)] = &[("off", Debug::Off), ("heads", Debug::Heads), ("full", Debug::Full)];

fn read_defaults(reading: &Reading, http: &mut MapReader<'_>, defaults: &mut Defaults) {
    if let Some(timeout) = http.take("timeout").and_then(|node| reading.duration(node, "timeout")) {
        defaults.timeout = timeout;
    }
    defaults.idle_timeout = http.take("idle_timeout").and_then(|node| reading.duration(node, "idle_timeout"));
    let compressed = http.take("compression").and_then(|node| reading.boolean(node, "compression"));
    if compressed == Some(true) {
        set(defaults, "Accept-Encoding", Some(Node::text(ACCEPTED_CODINGS)));
    }
    if let Some(node) = http.take("headers") {
        for entry in &reading.map(node, "headers").entries {
            check_header(reading, entry.place, &entry.name);
            set(defaults, &entry.name, Some(entry.value.clone()).filter(|value| !value.is_null()));
        }
    }
}

/// Sets a header of all requests, or takes it away.
fn set(defaults: &mut Defaults, name: &str, value: Option<Node>) {
    defaults.headers.retain(|known| !known.name.eq_ignore_ascii_case(name));
    defaults.headers.extend(value.map(|value| HeaderText { name: name.to_owned(), value }));
}

fn read_lives(reading: &Reading, http: &mut MapReader<'_>, options: &mut HttpOptions) {
    // k6's switches, and the word that says the same; both together would be two answers to one question.
    let cookies = [("noCookiesReset", CookieLife::User)];
    if let Some(life) = choose(reading, http, "cookies", LIVES, &cookies) {
        options.cookies = life;
    }
    let connections = [("noConnectionReuse", Reuse::PerRequest), ("noVUConnectionReuse", Reuse::PerIteration)];
    if let Some(reuse) = choose(reading, http, "connections", REUSES, &connections) {
        options.connections = reuse;
    }
}

fn choose<T: Copy>(
    reading: &Reading,
    http: &mut MapReader<'_>,
    key: &'static str,
    words: &[(&'static str, T)],
    switches: &[(&'static str, T)],
) -> Option<T> {
    let mut chosen = http.take(key).map(|node| reading.word(node, key, words));
    for (switch, value) in switches {
        let Some(node) = http.take(switch) else { continue };
        if reading.boolean(node, switch) == Some(true) {
            if chosen.is_some() {
                let message = format!("`{switch}` is a second answer to what `{key}` says");
                reading.fault(node.place, message, Some(format!("keep `{key}`")));
            }
            chosen = Some(Some(*value));
        }
    }
    chosen.flatten()
}

/// Reads `{username: …, password: …}` of digest authentication.
pub(super) fn read_digest(reading: &Reading, node: &Node) -> Option<Arc<Digest>> {
    let mut map = reading.map(node, "digest");
    let mut text = |key, example| map.need(reading, key, example).and_then(|node| reading.text(node, key));
    let (username, password) = (text("username", "jane"), text("password", "${PASSWORD}"));
    map.finish(reading);
    let (username, password) = (username?, password?);
    if username.chars().any(char::is_control) {
        reading.fault(node.place, "a user name holds no line breaks or other control characters", None);
        return None;
    }
    Some(Arc::new(Digest { username, password }))
}

#[cfg(test)]
mod tests;
