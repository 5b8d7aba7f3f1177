//! Proxies: choice of the proxy for an origin, by the rules of Go (and so of k6) and curl.

use super::{
    Origin,
    names::{AddressRange, HostPattern, is_loopback},
};

/// An HTTP proxy.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Proxy {
    /// Host name or address.
    pub host: String,
    /// Port.
    pub port: u16,
    /// The header line with credentials, including its line end; empty without credentials.
    pub authorization: String,
}

impl std::fmt::Debug for Proxy {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Proxy({}:{})", self.host, self.port)
    }
}

/// The proxies of a run.
#[derive(Debug, Clone, Default)]
pub(crate) struct Proxies {
    /// For `http:` URLs.
    pub http: Option<Proxy>,
    /// For `https:` URLs.
    pub https: Option<Proxy>,
    /// Origins that are connected to directly.
    pub exceptions: Vec<NoProxyRule>,
    /// Whether loopback addresses are always connected to directly: the rule for proxies from the environment.
    pub spare_loopback: bool,
}

/// An entry of `NO_PROXY`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum NoProxyRule {
    /// A host pattern.
    Name(HostPattern),
    Addresses(AddressRange),
}

impl NoProxyRule {
    /// Parses an entry of `NO_PROXY`. It can be two exceptions: `example.org` is the name and all names below it.
    #[must_use]
    pub(crate) fn parse(entry: &str) -> Vec<Self> {
        let entry = entry.trim();
        if let Ok(network) = AddressRange::parse(entry) {
            return vec![Self::Addresses(network)];
        }
        let (bare, below) = match entry.trim_start_matches('*').strip_prefix('.') {
            Some(domain) => (None, format!("*.{domain}")),
            None if entry == "*" => (Some("*"), String::new()),
            None => (Some(entry), format!("*.{entry}")),
        };
        [bare, Some(&below)]
            .into_iter()
            .flatten()
            .filter_map(|name| HostPattern::parse(name).ok())
            .map(Self::Name)
            .collect()
    }

    fn matches(&self, origin: &Origin) -> bool {
        match self {
            Self::Name(pattern) => pattern.matches(&origin.host, origin.port),
            Self::Addresses(network) => origin.host.parse().is_ok_and(|address| network.contains(address)),
        }
    }
}

impl Proxies {
    /// The proxy for an origin, if any.
    #[must_use]
    pub(crate) fn between(&self, origin: &Origin) -> Option<&Proxy> {
        let proxy = if origin.tls { self.https.as_ref() } else { self.http.as_ref() }?;
        let spared = self.spare_loopback && is_loopback(&origin.host);
        let direct = spared || self.exceptions.iter().any(|exception| exception.matches(origin));
        (!direct).then_some(proxy)
    }
}

#[cfg(test)]
mod tests;
