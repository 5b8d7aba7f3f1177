//! The card of an agent: where it is, and which version it speaks.

use std::path::Path;

use serde::Deserialize;
use url::Url;

use crate::{
    plan::a2a::Version,
    protocol::{ErrorClass, Failure},
};

/// Where the card is below the URL of an agent.
const PLACE: &str = "/.well-known/agent-card.json";
/// The one binding that loadagent speaks.
const BINDING: &str = "JSONRPC";
/// Interfaces that a message lists.
const MAX_LISTED: usize = 5;

/// An interface of an agent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Interface {
    pub url: Url,
    pub version: Version,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Card {
    /// Of 1.0, in the order of preference.
    #[serde(default)]
    supported_interfaces: Vec<Supported>,
    /// Of 0.3.
    #[serde(default)]
    url: Option<String>,
    #[serde(default)]
    preferred_transport: Option<String>,
    #[serde(default)]
    additional_interfaces: Vec<Additional>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Supported {
    url: String,
    protocol_binding: String,
    #[serde(default)]
    protocol_version: String,
}

#[derive(Deserialize)]
struct Additional {
    url: String,
    transport: String,
}

/// The URL of the card of the agent at a URL, which may be that of the card itself.
#[must_use]
pub(crate) fn url(agent: &Url) -> Url {
    let mut url = agent.clone();
    let extension = Path::new(agent.path()).extension();
    if !extension.is_some_and(|extension| extension.eq_ignore_ascii_case("json")) {
        url.set_path(&format!("{}{PLACE}", agent.path().trim_end_matches('/')));
    }
    url
}

/// The interface to use, by the card that was found at a URL.
///
/// # Errors
/// That there is none that loadagent speaks.
pub(crate) fn interface(body: &[u8], at: &Url) -> Result<Interface, Failure> {
    let fail = |words: String| Failure::text(ErrorClass::A2aCard, words);
    let card: Card =
        serde_json::from_slice(body).map_err(|_| fail("what is there is no card of an agent".to_owned()))?;
    let is_spoken = |binding: &str| binding.eq_ignore_ascii_case(BINDING);
    let new = card.supported_interfaces.iter().filter(|one| is_spoken(&one.protocol_binding));
    let mut new = new.filter_map(|one| Some((one.url.as_str(), Version::named(&one.protocol_version)?)));
    let preferred = card.url.as_deref().filter(|_| card.preferred_transport.as_deref().is_none_or(is_spoken));
    let additional = card.additional_interfaces.iter().find(|one| is_spoken(&one.transport));
    let old = preferred.or(additional.map(|one| one.url.as_str())).map(|url| (url, Version::V0_3));
    let Some((url, version)) = new.next().or(old) else { return Err(fail(none_of(&card))) };
    let url = at.join(url).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
    url.map(|url| Interface { url, version }).ok_or_else(|| fail("the URL of the agent is none of HTTP".to_owned()))
}

fn none_of(card: &Card) -> String {
    let known = card.supported_interfaces.iter();
    let listed: Vec<String> = known
        .take(MAX_LISTED)
        .map(|Supported { protocol_binding, protocol_version, .. }| format!("{protocol_binding} {protocol_version}"))
        .collect();
    if listed.is_empty() {
        return "the card has no interface of JSON-RPC".to_owned();
    }
    format!("the interfaces are {}; loadagent speaks {BINDING} 1.0 and 0.3", listed.join(", "))
}

#[cfg(test)]
mod tests;
