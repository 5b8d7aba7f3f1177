//! Which requests are answered that a browser may send for another page.
//!
//! A browser lets any page send requests to this machine. It names the page's origin in all that change something, and that
//! of a page whose host name was pointed at this machine (DNS rebinding) is its own. So neither another origin is answered,
//! nor a host name that can be registered: addresses, names without a dot and names that the public DNS does not have
//! can't.

use std::net::IpAddr;

use hyper::{HeaderMap, http::uri::Authority};

/// Ends of host names that can't be registered.
const PRIVATE_ENDS: [&str; 4] = [".localhost", ".local", ".internal", ".svc"];

/// Host names of this server beside those that are always answered.
#[derive(Debug, Clone, Default)]
pub(crate) struct OwnNames(Vec<String>);

impl OwnNames {
    /// These names.
    #[must_use]
    pub(crate) fn new(names: impl IntoIterator<Item = String>) -> Self {
        Self(names.into_iter().map(|name| name.to_ascii_lowercase()).collect())
    }

    /// Whether a request may be answered.
    ///
    /// # Errors
    /// Why not, for people.
    pub(crate) fn check(&self, headers: &HeaderMap) -> Result<(), String> {
        let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or_default());
        let host = text("host").unwrap_or_default();
        let name = host.parse::<Authority>().map(|host| host.host().to_ascii_lowercase()).unwrap_or_default();
        let name = name.trim_end_matches('.');
        if !self.is_own(name) {
            return Err(format!(
                "the host name `{name}` is not known here: use the address of this machine instead of its name"
            ));
        }
        let is_own_origin = |origin: &str| origin.split_once("://").is_some_and(|(_, own)| own == host);
        if text("origin").is_some_and(|origin| !is_own_origin(origin)) {
            return Err("a page of another origin sent this request".to_owned());
        }
        let is_foreign = matches!(text("sec-fetch-site"), Some("cross-site" | "same-site"));
        if is_foreign && text("sec-fetch-mode") != Some("navigate") {
            return Err("a page of another site sent this request".to_owned());
        }
        Ok(())
    }

    fn is_own(&self, name: &str) -> bool {
        let address = name.trim_start_matches('[').trim_end_matches(']');
        let is_private = !name.contains('.') || PRIVATE_ENDS.iter().any(|end| name.ends_with(end));
        !name.is_empty()
            && (address.parse::<IpAddr>().is_ok() || is_private || self.0.iter().any(|known| known == name))
    }
}

#[cfg(test)]
mod tests;
