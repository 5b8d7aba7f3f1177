//! HTTP options of the whole run: versions, cookies, redirects, connections, TLS.

use std::sync::Arc;

use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use super::names::NameOptions;
use crate::net::proxy::Proxies;

/// HTTP options of all requests.
#[derive(Debug, Clone)]
pub(crate) struct HttpOptions {
    pub version: Version,
    /// Default maximum number of redirects to follow.
    pub max_redirects: u32,
    pub cookies: CookieLife,
    pub connections: Reuse,
    pub tls: TlsOptions,
    /// Name resolution.
    pub names: NameOptions,
    pub proxies: Proxies,
    pub debug: Debug,
}

impl Default for HttpOptions {
    fn default() -> Self {
        Self {
            version: Version::default(),
            // As in k6 and Go.
            max_redirects: 10,
            cookies: CookieLife::default(),
            connections: Reuse::default(),
            tls: TlsOptions::default(),
            names: NameOptions::default(),
            proxies: Proxies::default(),
            debug: Debug::default(),
        }
    }
}

/// Versions of HTTP.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Version {
    /// The server's choice in the TLS handshake (ALPN); HTTP/1.1 without TLS. As in k6 and browsers.
    #[default]
    Auto,
    /// HTTP/1.1 only.
    One,
    /// HTTP/2 only: by ALPN with TLS, with prior knowledge without.
    Two,
}

/// Lifetime of a user's cookies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum CookieLife {
    /// Until the iteration ends; k6's default.
    #[default]
    Iteration,
    /// As long as the user; k6's `noCookiesReset`.
    User,
    /// Cookies of responses are ignored.
    Off,
}

/// Lifetime of a user's connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Reuse {
    /// As long as the user, unless the server closes them.
    #[default]
    Unlimited,
    /// Until the iteration ends; k6's `noVUConnectionReuse`.
    PerIteration,
    /// For one request; k6's `noConnectionReuse`.
    PerRequest,
}

/// Requests and responses that are printed to standard error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(crate) enum Debug {
    /// Nothing, without overhead.
    #[default]
    Off,
    /// Heads.
    Heads,
    /// Heads and the first bytes of bodies.
    Full,
}

/// Certificates and versions of TLS.
#[derive(Debug, Clone, Default)]
pub(crate) struct TlsOptions {
    /// Skip certificate verification.
    pub skip_verify: bool,
    /// Trusted root certificates in place of the system's; empty for the system's.
    pub roots: Vec<CertificateDer<'static>>,
    /// Client certificate.
    pub identity: Option<Arc<Identity>>,
    pub versions: TlsVersions,
    /// Server name for SNI and verification, in place of the URL's host.
    pub server_name: Option<String>,
}

/// A certificate chain and its key.
#[derive(Debug)]
pub(crate) struct Identity {
    /// The client certificate first.
    pub chain: Vec<CertificateDer<'static>>,
    pub key: PrivateKeyDer<'static>,
}

/// Allowed versions of TLS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum TlsVersions {
    /// 1.2 and 1.3.
    #[default]
    Both,
    /// 1.2 only.
    Only12,
    /// 1.3 only.
    Only13,
}

/// A user name and a password for digest authentication.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Digest {
    pub username: String,
    pub password: String,
}

impl std::fmt::Debug for Digest {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Digest").field("username", &self.username).finish_non_exhaustive()
    }
}
