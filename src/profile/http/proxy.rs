//! Proxies: from the section `http:`, or from the environment as in curl, Go and k6.

use base64::{Engine, engine::general_purpose::STANDARD};
use percent_encoding::percent_decode_str;
use url::Url;

use super::super::{
    diagnostic::{Invalid, Position},
    document::Overrides,
    node::Node,
    reader::Reader,
};
use crate::plan::proxy::{NoProxyRule, Proxies, Proxy};

/// `proxy: URL`, or `proxy: off` for none, regardless of the environment.
pub(super) fn read(reader: &Reader, node: &Node) -> Proxies {
    let Some(text) = reader.text(node, "proxy") else { return Proxies::default() };
    if matches!(text.as_str(), "off" | "none" | "false") {
        return Proxies::default();
    }
    let proxy = parse(&text).map_err(|invalid| reader.invalid(node.position, invalid)).ok();
    Proxies { http: proxy.clone(), https: proxy, ..Proxies::default() }
}

/// `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY`, also in lower case.
pub(super) fn from_environment(reader: &Reader, overrides: &Overrides, position: Position) -> Proxies {
    let environment = &overrides.environment;
    let value = |name: &str| {
        let named = |name: &str| environment.iter().rfind(|(known, _)| known == name).map(|(_, value)| value.as_str());
        named(name).or_else(|| named(&name.to_lowercase())).filter(|value| !value.is_empty())
    };
    let proxy = |name: &str| {
        let report = |invalid: Invalid| reader.error(position, format!("${name}: {invalid}"), invalid.hint);
        parse(value(name)?).map_err(report).ok()
    };
    Proxies {
        http: proxy("HTTP_PROXY"),
        https: proxy("HTTPS_PROXY"),
        exceptions: value("NO_PROXY").unwrap_or_default().split(',').flat_map(NoProxyRule::parse).collect(),
        spare_loopback: true,
    }
}

/// A proxy's URL; the default scheme is `http`.
fn parse(text: &str) -> Result<Proxy, Invalid> {
    let whole = if text.contains("://") { text.to_owned() } else { format!("http://{text}") };
    // The text can contain a password, so the message doesn't repeat it.
    let wrong = || Invalid::new("invalid proxy URL").hint("write http://host:port");
    let url = Url::parse(&whole).map_err(|_| wrong())?;
    if url.scheme() != "http" {
        let message = format!("unsupported proxy scheme `{}`; only http is supported", url.scheme());
        return Err(Invalid::new(message).hint("write http://host:port; https requests are tunnelled through it"));
    }
    let host = url.host_str().filter(|host| !host.is_empty()).ok_or_else(wrong)?.trim_matches(['[', ']']).to_owned();
    let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    let credentials = format!("{}:{}", decoded(url.username()), decoded(url.password().unwrap_or_default()));
    let authorization = if credentials == ":" {
        String::new()
    } else {
        format!("Proxy-Authorization: Basic {}\r\n", STANDARD.encode(credentials))
    };
    Ok(Proxy { host, port: url.port().unwrap_or(80), authorization })
}
