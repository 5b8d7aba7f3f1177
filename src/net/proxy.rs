//! Proxies: choice of the proxy for a host, by the rules of Go (and so of k6) and curl. The load and the outputs share it.

use url::Url;

use super::{
    basic_auth,
    host::{AddressRange, HostPattern, is_loopback},
};

const HTTP: &str = "HTTP_PROXY";
const HTTPS: &str = "HTTPS_PROXY";

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

/// A text that is no address of a proxy. It can contain a password, so the message doesn't repeat it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ProxyError {
    #[error("invalid proxy URL")]
    Address,
    #[error("unsupported proxy scheme `{0}`; only http is supported")]
    Scheme(String),
}

/// A variable of the environment that holds no proxy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("${name}: {error}")]
pub(crate) struct InvalidVariable {
    name: &'static str,
    /// What is wrong.
    pub error: ProxyError,
}

impl ProxyError {
    /// How it is written.
    #[must_use]
    pub(crate) fn hint(&self) -> &'static str {
        match self {
            Self::Address => "write http://host:port",
            Self::Scheme(_) => "write http://host:port; https requests are tunnelled through it",
        }
    }
}

impl Proxy {
    /// Parses a proxy's URL; the default scheme is `http`.
    ///
    /// # Errors
    /// If it is none, or of another scheme.
    pub(crate) fn parse(text: &str) -> Result<Self, ProxyError> {
        let whole = if text.contains("://") { text.to_owned() } else { format!("http://{text}") };
        let url = Url::parse(&whole).map_err(|_| ProxyError::Address)?;
        if url.scheme() != "http" {
            return Err(ProxyError::Scheme(url.scheme().to_owned()));
        }
        let host = url.host_str().filter(|host| !host.is_empty()).ok_or(ProxyError::Address)?;
        let authorization = basic_auth::of_url(&url);
        let authorization = authorization.map_or_else(String::new, |value| format!("Proxy-Authorization: {value}\r\n"));
        let host = host.trim_matches(['[', ']']).to_owned();
        Ok(Self { host, port: url.port().unwrap_or(80), authorization })
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
        if entry.is_empty() {
            return Vec::new();
        }
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

    fn matches(&self, host: &str, port: u16) -> bool {
        match self {
            Self::Name(pattern) => pattern.matches(host, port),
            Self::Addresses(network) => host.parse().is_ok_and(|address| network.contains(address)),
        }
    }
}

impl Proxies {
    /// `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY` of an environment, also in lower case, and the variables that hold no
    /// proxy. An empty variable counts as unset.
    #[must_use]
    pub(crate) fn from_environment(environment: impl Fn(&str) -> Option<String>) -> (Self, Vec<InvalidVariable>) {
        let value = |name: &str| {
            let given = environment(name).or_else(|| environment(&name.to_lowercase()));
            given.filter(|text| !text.trim().is_empty())
        };
        let mut invalid = Vec::new();
        let mut proxy = |name: &'static str| {
            let parsed = Proxy::parse(value(name)?.trim());
            parsed.map_err(|error| invalid.push(InvalidVariable { name, error })).ok()
        };
        let proxies = Self {
            http: proxy(HTTP),
            https: proxy(HTTPS),
            exceptions: value("NO_PROXY").unwrap_or_default().split(',').flat_map(NoProxyRule::parse).collect(),
            spare_loopback: true,
        };
        (proxies, invalid)
    }

    /// The variable that names the proxy of a scheme.
    #[must_use]
    pub(crate) fn variable(tls: bool) -> &'static str {
        if tls { HTTPS } else { HTTP }
    }

    /// The proxy for a host and port, if any.
    #[must_use]
    pub(crate) fn between(&self, host: &str, port: u16, tls: bool) -> Option<&Proxy> {
        let proxy = if tls { self.https.as_ref() } else { self.http.as_ref() }?;
        let spared = self.spare_loopback && is_loopback(host);
        let direct = spared || self.exceptions.iter().any(|exception| exception.matches(host, port));
        (!direct).then_some(proxy)
    }
}

#[cfg(test)]
mod tests;
