//! Proxies: which server stands between us and an origin, by the rules of Go (and so of k6) and curl.

use super::{
    Origin,
    names::{AddressRange, HostPattern, is_loopback},
};

/// A proxy that speaks HTTP.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Proxy {
    /// Host name or address.
    pub host: String,
    /// Port.
    pub port: u16,
    /// The header line with our credentials, with its line end; empty without credentials.
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
    /// Origins that are reached directly.
    pub exceptions: Vec<Exception>,
    /// Whether this machine's own addresses are reached directly whatever the exceptions say: the rule for proxies from
    /// the environment.
    pub spare_loopback: bool,
}

/// An entry of `NO_PROXY`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Exception {
    /// A name, or names below it.
    Name(HostPattern),
    /// Addresses.
    Addresses(AddressRange),
}

impl Exception {
    /// Reads one entry of `NO_PROXY`, which may mean two: `example.org` is the name and all names below it.
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
    /// The proxy between us and an origin.
    #[must_use]
    pub(crate) fn between(&self, origin: &Origin) -> Option<&Proxy> {
        let proxy = if origin.tls { self.https.as_ref() } else { self.http.as_ref() }?;
        let spared = self.spare_loopback && is_loopback(&origin.host);
        let direct = spared || self.exceptions.iter().any(|exception| exception.matches(origin));
        (!direct).then_some(proxy)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exceptions_and_loopback_are_reached_directly() {
        let proxy = Proxy { host: "p".into(), port: 3128, authorization: String::new() };
        let exceptions = ["example.org", ".inner.net", "10.0.0.0/8", "h:81"];
        let exceptions = exceptions.into_iter().flat_map(Exception::parse).collect();
        let proxies = Proxies { http: Some(proxy), https: None, exceptions, spare_loopback: true };
        let goes_through = |host: &str, port, tls| proxies.between(&Origin { tls, host: host.into(), port }).is_some();
        assert!(goes_through("example.com", 80, false) && !goes_through("example.com", 443, true));
        assert!(!goes_through("example.org", 80, false) && !goes_through("www.example.org", 80, false));
        assert!(!goes_through("a.inner.net", 80, false) && goes_through("inner.net", 80, false));
        assert!(!goes_through("10.1.2.3", 80, false) && goes_through("11.1.2.3", 80, false));
        assert!(!goes_through("h", 81, false) && goes_through("h", 82, false));
        assert!(!goes_through("localhost", 80, false) && !goes_through("127.0.0.1", 80, false));
        let all = Proxies { exceptions: Exception::parse("*"), ..proxies.clone() };
        assert!(all.between(&Origin { tls: false, host: "example.com".into(), port: 80 }).is_none());
    }
}
