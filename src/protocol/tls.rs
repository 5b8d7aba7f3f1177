//! TLS to the target: rustls with ring, roots of the system or the profile, client certificates, and no verification when
//! the profile disables it.

use std::sync::{Arc, OnceLock};

use rustls::{
    ClientConfig, RootCertStore, SupportedProtocolVersion,
    pki_types::CertificateDer,
    version::{TLS12, TLS13},
};
use tokio_rustls::TlsConnector;

use super::{ErrorClass, Failure};
use crate::{
    net::trust::{Verifier, system_roots},
    plan::{
        HttpOptions,
        http::{TlsVersions, Version},
    },
};

/// Makes TLS connections. All workers of a run share it, and with it the cache of sessions to resume.
#[derive(Clone)]
pub(crate) struct Connector {
    http: Arc<HttpOptions>,
    made: Arc<OnceLock<TlsConnector>>,
    /// For origins that require HTTP/1.1: it offers nothing else.
    http1: Arc<OnceLock<TlsConnector>>,
}

impl Connector {
    /// A connector whose configuration is built at once only when it is `needed`: reading the system's roots takes longer
    /// than the rest of the start. Otherwise it is built when a redirect leads to an https origin.
    ///
    /// # Errors
    /// When certificate, key and versions of the profile don't match.
    pub(crate) fn new(needed: bool, http: &HttpOptions) -> Result<Self, rustls::Error> {
        let connector = Self { http: Arc::new(http.clone()), made: Arc::default(), http1: Arc::default() };
        if needed {
            connector.make()?;
        }
        Ok(connector)
    }

    /// The connector, built on first use; it offers HTTP/2 where the profile does and the origin may.
    ///
    /// # Errors
    /// [`ErrorClass::Tls`] when it can't be built.
    pub(crate) fn get(&self, may_multiplex: bool) -> Result<&TlsConnector, Failure> {
        let made = self.make().map_err(|error| Failure::text(ErrorClass::Tls, error.to_string()))?;
        if may_multiplex || self.http.version == Version::One {
            return Ok(made);
        }
        Ok(self.http1.get_or_init(|| {
            let mut config = made.config().as_ref().clone();
            config.alpn_protocols = vec![b"http/1.1".to_vec()];
            TlsConnector::from(Arc::new(config))
        }))
    }

    fn make(&self) -> Result<&TlsConnector, rustls::Error> {
        if self.made.get().is_none() {
            let made = TlsConnector::from(Arc::new(config(&self.http)?));
            // Another worker may have built it meanwhile.
            return Ok(self.made.get_or_init(|| made));
        }
        self.made.get().ok_or_else(|| rustls::Error::General("no connector".to_owned()))
    }
}

impl std::fmt::Debug for Connector {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Connector").finish_non_exhaustive()
    }
}

fn config(http: &HttpOptions) -> Result<ClientConfig, rustls::Error> {
    let HttpOptions { tls, version, .. } = http;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let versions: &[&SupportedProtocolVersion] = match tls.versions {
        TlsVersions::Both => &[&TLS13, &TLS12],
        TlsVersions::Only12 => &[&TLS12],
        TlsVersions::Only13 => &[&TLS13],
    };
    let builder = ClientConfig::builder_with_provider(provider.clone()).with_protocol_versions(versions)?;
    let builder = if tls.skip_verify {
        builder.dangerous().with_custom_certificate_verifier(Arc::new(Verifier::of_any(provider)))
    } else {
        let (roots, given) = roots(&tls.roots);
        let verifier = Verifier::of_trusted(roots, &given, provider)?;
        builder.dangerous().with_custom_certificate_verifier(Arc::new(verifier))
    };
    let mut config = match &tls.identity {
        Some(identity) => builder.with_client_auth_cert(identity.chain.clone(), identity.key.clone_key())?,
        None => builder.with_no_client_auth(),
    };
    let protocols: &[&[u8]] = match version {
        Version::Auto => &[b"h2", b"http/1.1"],
        Version::One => &[b"http/1.1"],
        Version::Two => &[b"h2"],
    };
    config.alpn_protocols = protocols.iter().map(|name| name.to_vec()).collect();
    Ok(config)
}

/// The root certificates of the profile, else those of the system; and those that are trusted as they are.
fn roots(given: &[CertificateDer<'static>]) -> (RootCertStore, Vec<CertificateDer<'static>>) {
    if given.is_empty() {
        return system_roots();
    }
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(given.iter().cloned());
    (roots, given.to_vec())
}
