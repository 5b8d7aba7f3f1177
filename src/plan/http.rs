//! How HTTP is spoken during the whole run: versions, cookies, redirects, connections, TLS.

use std::sync::Arc;

use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use super::{names::NameOptions, proxy::Proxies};

/// Everything that is decided for all requests of a run.
#[derive(Debug, Clone)]
pub(crate) struct HttpOptions {
    /// Which version of HTTP.
    pub version: Version,
    /// How many redirects are followed, unless a request says otherwise; 0 follows none.
    pub max_redirects: u32,
    /// How long cookies live.
    pub cookies: CookieLife,
    /// How long connections live.
    pub connections: Reuse,
    /// Certificates and versions of TLS.
    pub tls: TlsOptions,
    /// Where names lead to.
    pub names: NameOptions,
    /// Who stands between us and servers.
    pub proxies: Proxies,
    /// What is shown of requests and responses.
    pub debug: Debug,
}

impl Default for HttpOptions {
    fn default() -> Self {
        Self {
            version: Version::default(),
            // As k6 and Go.
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
    /// What the server prefers in the TLS handshake (ALPN); HTTP/1.1 without TLS. As k6 and browsers do.
    #[default]
    Auto,
    /// HTTP/1.1 only.
    One,
    /// HTTP/2 only: by ALPN with TLS, with prior knowledge without.
    Two,
}

/// How long a user's cookies live.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum CookieLife {
    /// Until the iteration ends; k6's default.
    #[default]
    Iteration,
    /// As long as the user; k6's `noCookiesReset`.
    User,
    /// Cookies of responses are not taken.
    Off,
}

/// How long a user's connections live.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Reuse {
    /// As long as the user and the server let them.
    #[default]
    Unlimited,
    /// Until the iteration ends; k6's `noVUConnectionReuse`.
    PerIteration,
    /// For one request; k6's `noConnectionReuse`.
    PerRequest,
}

/// What is shown of requests and responses on standard error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(crate) enum Debug {
    /// Nothing; costs nothing.
    #[default]
    Off,
    /// Heads.
    Heads,
    /// Heads and the beginnings of bodies.
    Full,
}

/// Certificates and versions of TLS.
#[derive(Debug, Clone, Default)]
pub(crate) struct TlsOptions {
    /// Whether certificates are taken unchecked.
    pub skip_verify: bool,
    /// Roots to trust instead of the system's; empty for the system's.
    pub roots: Vec<CertificateDer<'static>>,
    /// Who we are, to servers that ask.
    pub identity: Option<Arc<Identity>>,
    /// Versions that may be spoken.
    pub versions: TlsVersions,
    /// The name that is asked for (SNI) and that certificates must hold, instead of the URL's.
    pub server_name: Option<String>,
}

/// A certificate chain and its key.
#[derive(Debug)]
pub(crate) struct Identity {
    /// The client's certificate first.
    pub chain: Vec<CertificateDer<'static>>,
    /// Its private key.
    pub key: PrivateKeyDer<'static>,
}

/// Versions of TLS that may be spoken.
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
    /// `IterationId`.
    pub username: String,
    /// The secret.
    pub password: String,
}

impl std::fmt::Debug for Digest {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Digest").field("username", &self.username).finish_non_exhaustive()
    }
}
