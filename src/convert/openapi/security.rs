//! Security requirements: the credentials that an operation needs, each a variable.

use super::document::Document;
use crate::{
    convert::{
        fields::{entries, items, member, text},
        recording::{Auth, Request},
        url_text::encoded,
        variables::{Variables, upper},
    },
    profile::node::Node,
};

/// Adds the credentials of the first requirement of an operation, which is enough.
pub(super) fn apply<'n>(
    document: &Document<'n>,
    operation: &'n Node,
    request: &mut Request,
    variables: &mut Variables,
) {
    let own = member(operation, "security").is_some();
    let requirements = if own { items(operation, "security") } else { items(document.root, "security") };
    let Some(first) = requirements.first() else { return };
    for (name, _) in entries(first) {
        let Some(name) = name.scalar() else { continue };
        let schemes = member(document.root, "components").and_then(|components| member(components, "securitySchemes"));
        if let Some(scheme) = schemes.and_then(|schemes| member(schemes, name)) {
            add(document.resolved(scheme), name, request, variables);
        }
    }
}

fn add(scheme: &Node, name: &str, request: &mut Request, variables: &mut Variables) {
    let mut secret = |variable: &str, about: String| {
        let variable = upper(variable);
        variables.declare(&variable, None, &about, true);
        format!("${{{variable}}}")
    };
    let about = format!("security scheme {name}");
    match text(scheme, "type").unwrap_or_default() {
        "http" if text(scheme, "scheme").is_some_and(|scheme| scheme.eq_ignore_ascii_case("basic")) => {
            let user = secret("USERNAME", about.clone());
            request.auth = Some(Auth::Basic(user, secret("PASSWORD", about)));
        }
        "http" | "oauth2" | "openIdConnect" => request.auth = Some(Auth::Bearer(secret("TOKEN", about))),
        "apiKey" => {
            let Some(key) = text(scheme, "name") else { return };
            let value = secret(name, about);
            match text(scheme, "in") {
                Some("query") => {
                    let sign = if request.url.contains('?') { '&' } else { '?' };
                    request.url += &format!("{sign}{}={value}", encoded(key));
                }
                Some("cookie") => request.headers.push(("Cookie".to_owned(), format!("{key}={value}"))),
                _ => request.headers.push((key.to_owned(), value)),
            }
        }
        _ => {}
    }
}
