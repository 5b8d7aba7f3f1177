//! The proxy of the environment for exports, by the load's rule: `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY`, also in lower
//! case; this machine's own addresses are reached directly.

use reqwest::{NoProxy, Proxy};
use url::{Host, Url};

/// Hosts that no proxy reaches.
const OWN: &str = "localhost,127.0.0.0/8,::1";

/// The proxies of the environment.
#[derive(Debug, Clone, Default)]
pub(super) struct EnvironmentProxies {
    http: Option<Url>,
    https: Option<Url>,
    exceptions: String,
}

/// A variable that holds no address of a proxy.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("${0} is no proxy: write http://host:port")]
pub(super) struct InvalidProxy(&'static str);

impl EnvironmentProxies {
    /// Reads the environment.
    pub(super) fn read(environment: impl Fn(&str) -> Option<String>) -> Result<Self, InvalidProxy> {
        let value = |name: &str| {
            let given = environment(name).or_else(|| environment(&name.to_lowercase()));
            given.filter(|text| !text.trim().is_empty())
        };
        let proxy = |name: &'static str| {
            let Some(text) = value(name) else { return Ok(None) };
            let whole = if text.contains("://") { text } else { format!("http://{text}") };
            let url = Url::parse(&whole).ok().filter(|url| url.scheme() == "http" && url.has_host());
            url.map(Some).ok_or(InvalidProxy(name))
        };
        let exceptions = format!("{},{OWN}", value("NO_PROXY").unwrap_or_default());
        Ok(Self { http: proxy("HTTP_PROXY")?, https: proxy("HTTPS_PROXY")?, exceptions })
    }

    /// The proxies as the client takes them.
    pub(super) fn of_client(&self) -> reqwest::Result<Vec<Proxy>> {
        let made = [self.http.clone().map(Proxy::http), self.https.clone().map(Proxy::https)];
        let made: Result<Vec<Proxy>, _> = made.into_iter().flatten().collect();
        Ok(made?.into_iter().map(|proxy| proxy.no_proxy(NoProxy::from_string(&self.exceptions))).collect())
    }

    /// What an error of a request to a receiver says of its proxy: nothing for this machine's own addresses.
    pub(super) fn hint(&self, receiver: &Url) -> String {
        let own = match receiver.host() {
            Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            None => true,
        };
        let (name, proxy) = match receiver.scheme() {
            "https" => ("HTTPS_PROXY", &self.https),
            _ => ("HTTP_PROXY", &self.http),
        };
        let Some(proxy) = proxy.as_ref().filter(|_| !own) else { return String::new() };
        let host = proxy.host_str().unwrap_or_default();
        let port = proxy.port().map(|port| format!(":{port}")).unwrap_or_default();
        format!(" ({name} is {host}{port}; NO_PROXY names hosts that are reached directly)")
    }
}

#[cfg(test)]
mod tests;
