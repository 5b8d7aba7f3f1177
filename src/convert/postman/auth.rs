//! The authentication of a request, a folder or a collection.

use super::Collection;
use crate::{
    convert::{
        fields::{entries, items, member, text},
        recording::{Auth, Request},
        url_text::encoded,
    },
    profile::node::Node,
};

/// Adds the authentication to a request.
pub(super) fn apply(collection: &mut Collection<'_>, auth: &Node, request: &mut Request) {
    let kind = text(auth, "type").unwrap_or_default();
    let value = |name: &str| setting(auth, kind, name).unwrap_or_default();
    match kind {
        "basic" | "digest" => {
            let user = collection.names.template(&value("username"));
            let password = collection.names.template(&value("password"));
            request.auth =
                Some(if kind == "basic" { Auth::Basic(user, password) } else { Auth::Digest(user, password) });
        }
        "bearer" => request.auth = Some(Auth::Bearer(collection.names.template(&value("token")))),
        "oauth2" => request.auth = Some(Auth::Bearer(collection.names.template(&value("accessToken")))),
        "apikey" => {
            let (key, text) = (value("key"), value("value"));
            if key.is_empty() {
                return;
            }
            if value("in") == "query" {
                let sign = if request.url.contains('?') { '&' } else { '?' };
                let text = collection.names.template_with(&text, encoded);
                request.url += &format!("{sign}{}={text}", encoded(&key));
            } else {
                let text = collection.names.template(&text);
                request.headers.push((key, text));
            }
        }
        "noauth" | "" => {}
        other => collection.notes.push(format!("authentication of type {other} is not converted")),
    }
}

/// A setting: version 2.1 has a list of keys and values, version 2.0 a map.
fn setting(auth: &Node, kind: &str, name: &str) -> Option<String> {
    let listed = items(auth, kind).iter().find(|pair| text(pair, "key") == Some(name));
    let listed = listed.and_then(|pair| text(pair, "value")).map(str::to_owned);
    let mapped = || {
        let settings = member(auth, kind)?;
        let (_, value) = entries(settings).find(|(key, _)| key.scalar() == Some(name))?;
        value.scalar().map(str::to_owned)
    };
    listed.or_else(mapped)
}
