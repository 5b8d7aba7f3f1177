//! Proxies: from the section `http:`, or from the environment as in curl, Go and k6.

use super::super::{
    diagnostic::{Invalid, Position},
    document::Overrides,
    node::Node,
    reader::Reader,
};
use crate::net::proxy::{Proxies, Proxy, ProxyError};

/// `proxy: URL`, or `proxy: off` for none, regardless of the environment.
pub(super) fn read(reader: &Reader, node: &Node) -> Proxies {
    let Some(text) = reader.text(node, "proxy") else { return Proxies::default() };
    if matches!(text.as_str(), "off" | "none" | "false") {
        return Proxies::default();
    }
    let proxy = Proxy::parse(&text).map_err(|error| reader.invalid(node.position, invalid(&error))).ok();
    Proxies { http: proxy.clone(), https: proxy, ..Proxies::default() }
}

/// `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY`, also in lower case.
pub(super) fn from_environment(reader: &Reader, overrides: &Overrides, position: Position) -> Proxies {
    let environment = &overrides.environment;
    let value = |name: &str| environment.iter().rfind(|(known, _)| known == name).map(|(_, value)| value.clone());
    let (proxies, wrong) = Proxies::from_environment(value);
    for variable in wrong {
        reader.error(position, variable.to_string(), Some(variable.error.hint().to_owned()));
    }
    proxies
}

fn invalid(error: &ProxyError) -> Invalid {
    Invalid::new(error.to_string()).hint(error.hint())
}
