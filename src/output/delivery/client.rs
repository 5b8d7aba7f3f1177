//! The HTTP client of one receiver: trusted certificates and the proxy, by the load's rules.

use std::{path::Path, sync::Arc};

use bytes::Bytes;
use http::Request;
use http_body_util::Full;
use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, pem::PemObject},
};
use url::Url;

use super::{
    answer::{AGENT, Answer, CONNECT_TIMEOUT, MAX_RESPONSE, PING, read, root_cause},
    tunnel::TunnelClient,
};
use crate::{
    net::{
        proxy::{Proxies, Proxy},
        trust::{Verifier, system_roots},
        tunnel::authority,
    },
    output::{address::http::HttpSettings, receiver::HttpVersion},
};

/// Why a client can't be set up.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    #[error("ca_file {}: {reason}", path.display())]
    CaFile { path: std::path::PathBuf, reason: String },
    #[error("{0}")]
    Setup(String),
}

/// A client of one receiver, or of one target.
pub(crate) struct Client {
    way: Way,
    /// What an error says of the proxy; empty without one.
    hint: String,
}

enum Way {
    Usual(reqwest::Client),
    /// HTTP/2 without TLS through a proxy.
    Tunnel(TunnelClient),
}

impl Client {
    /// A client of the receiver at `url`.
    ///
    /// # Errors
    /// When the certificates can't be read, the proxy is none, or the client can't be set up.
    pub(crate) fn new(settings: &HttpSettings, url: &Url, version: HttpVersion) -> Result<Self, ClientError> {
        let given = settings.ca_file.as_deref().map_or_else(|| Ok(Vec::new()), certificates)?;
        let tls = url.scheme() == "https";
        let proxy = proxy_before(url, |name| std::env::var(name).ok())?;
        let hint = proxy.as_ref().map_or_else(String::new, |proxy| hint_of(proxy, tls));
        if let Some(proxy) = proxy.clone().filter(|_| !tls && version == HttpVersion::Two) {
            return Ok(Self { way: Way::Tunnel(TunnelClient::new(proxy, settings.timeout)), hint });
        }
        let mut builder = reqwest::Client::builder()
            .timeout(settings.timeout)
            .connect_timeout(CONNECT_TIMEOUT)
            .redirect(reqwest::redirect::Policy::none())
            .user_agent(AGENT)
            .tls_backend_preconfigured(tls_config(tls, &given, settings.insecure, version)?)
            .no_proxy();
        if let Some(proxy) = &proxy {
            builder = builder.proxy(as_reqwest(proxy).map_err(|error| ClientError::Setup(root_cause(&error)))?);
        }
        builder = match version {
            HttpVersion::One => builder.http1_only(),
            HttpVersion::Two => {
                builder.http2_prior_knowledge().http2_keep_alive_interval(PING).http2_keep_alive_timeout(PING)
            }
        };
        let client = builder.build().map_err(|error| ClientError::Setup(root_cause(&error)))?;
        Ok(Self { way: Way::Usual(client), hint })
    }

    /// What an error says of the proxy.
    pub(crate) fn hint(&self) -> &str {
        &self.hint
    }

    /// Sends a request and reads its response.
    ///
    /// # Errors
    /// Why there is none, without the URL.
    pub(super) async fn send(&self, request: Request<Bytes>) -> Result<Answer, String> {
        self.fetch(request, MAX_RESPONSE).await
    }

    /// The same for a response of which `most` bytes are wanted: a longer one is cut off behind them. Over HTTP/2 through a
    /// proxy, the limit is that of responses of receivers.
    ///
    /// # Errors
    /// Why there is none, without the URL.
    pub(crate) async fn fetch(&self, request: Request<Bytes>, most: usize) -> Result<Answer, String> {
        match &self.way {
            Way::Usual(client) => {
                let failed = |error: reqwest::Error| root_cause(&error.without_url());
                let request = reqwest::Request::try_from(request).map_err(failed)?;
                let response = client.execute(request).await.map_err(failed)?;
                read(http::Response::<reqwest::Body>::from(response), most, failed).await
            }
            Way::Tunnel(tunnel) => tunnel.send(request.map(Full::new)).await,
        }
    }
}

/// The proxy of an environment that a receiver is reached through.
fn proxy_before(url: &Url, environment: impl Fn(&str) -> Option<String>) -> Result<Option<Proxy>, ClientError> {
    let (proxies, invalid) = Proxies::from_environment(environment);
    if let Some(variable) = invalid.first() {
        return Err(ClientError::Setup(format!("{variable}: {}", variable.error.hint())));
    }
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    Ok(proxies.between(host, url.port_or_known_default().unwrap_or(80), url.scheme() == "https").cloned())
}

fn hint_of(proxy: &Proxy, tls: bool) -> String {
    let (name, place) = (Proxies::variable(tls), authority(&proxy.host, proxy.port));
    format!(" ({name} is {place}; NO_PROXY names hosts that are reached directly)")
}

fn as_reqwest(proxy: &Proxy) -> reqwest::Result<reqwest::Proxy> {
    let made = reqwest::Proxy::all(format!("http://{}", authority(&proxy.host, proxy.port)))?;
    let credentials = proxy.authorization.strip_prefix("Proxy-Authorization: ").map(str::trim_end);
    let value = credentials.and_then(|value| reqwest::header::HeaderValue::from_str(value).ok());
    Ok(match value {
        Some(value) => made.custom_http_auth(value),
        None => made,
    })
}

/// The certificates of a file.
fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, ClientError> {
    let error = |reason: String| ClientError::CaFile { path: path.to_owned(), reason };
    let pem = std::fs::read(path).map_err(|io| error(io.to_string()))?;
    let read: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&pem).collect();
    let read = read.map_err(|bad| error(bad.to_string()))?;
    if read.is_empty() {
        return Err(error("it holds no certificate (PEM blocks that begin with `BEGIN CERTIFICATE`)".to_owned()));
    }
    Ok(read)
}

/// The system's roots take a while to read, so that they are read only where they are `needed`.
fn tls_config(
    needed: bool,
    given: &[CertificateDer<'static>],
    insecure: bool,
    version: HttpVersion,
) -> Result<ClientConfig, ClientError> {
    let failed = |error: rustls::Error| ClientError::Setup(error.to_string());
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider.clone()).with_safe_default_protocol_versions();
    let builder = builder.map_err(failed)?;
    let builder = if !needed {
        builder.with_root_certificates(RootCertStore::empty())
    } else if insecure {
        builder.dangerous().with_custom_certificate_verifier(Arc::new(Verifier::of_any(provider)))
    } else {
        let (mut roots, mut trusted) = system_roots();
        roots.add_parsable_certificates(given.iter().cloned());
        trusted.extend_from_slice(given);
        let verifier = Verifier::of_trusted(roots, &trusted, provider).map_err(failed)?;
        builder.dangerous().with_custom_certificate_verifier(Arc::new(verifier))
    };
    let mut config = builder.with_no_client_auth();
    config.alpn_protocols = match version {
        HttpVersion::One => vec![b"http/1.1".to_vec()],
        HttpVersion::Two => vec![b"h2".to_vec()],
    };
    Ok(config)
}

#[cfg(test)]
mod tests;
