//! Which certificates of servers are accepted where the default of rustls is not what was configured.
//!
//! A certificate that was given (`tls.ca` of a profile, `ca_file` of an output) is trusted as it is. A self-signed one is
//! often made with `CA:TRUE`, or for the host itself without any authority: it has no chain to verify. Name and dates are
//! checked all the same; and whatever is accepted, the server must hold the key.

use std::sync::Arc;

use rustls::{
    CertificateError, DigitallySignedStruct, Error, RootCertStore, SignatureScheme,
    client::{
        WebPkiServerVerifier,
        danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
        verify_server_name,
    },
    crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature},
    pki_types::{CertificateDer, ServerName, UnixTime},
    server::ParsedCertificate,
};

/// Verifies the certificate of a server.
#[derive(Debug)]
pub(crate) struct Verifier {
    rule: Rule,
    provider: Arc<CryptoProvider>,
}

#[derive(Debug)]
enum Rule {
    /// Every certificate is accepted.
    Any,
    /// Chains to roots, and the certificates that were given themselves.
    Trusted { chains: Arc<WebPkiServerVerifier>, certificates: Vec<CertificateDer<'static>> },
}

impl Verifier {
    /// Accepts any certificate.
    pub(crate) fn of_any(provider: Arc<CryptoProvider>) -> Self {
        Self { rule: Rule::Any, provider }
    }

    /// Accepts chains to `roots`, and `certificates` as they are.
    ///
    /// # Errors
    /// When there is no root.
    pub(crate) fn of_trusted(
        roots: RootCertStore,
        certificates: &[CertificateDer<'static>],
        provider: Arc<CryptoProvider>,
    ) -> Result<Self, Error> {
        let chains = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider.clone()).build();
        let chains = chains.map_err(|error| Error::General(error.to_string()))?;
        Ok(Self { rule: Rule::Trusted { chains, certificates: certificates.to_vec() }, provider })
    }
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let Rule::Trusted { chains, certificates } = &self.rule else { return Ok(ServerCertVerified::assertion()) };
        let verified = chains.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now);
        // Dates are checked before either of these errors arises.
        let has_no_chain = matches!(&verified, Err(Error::InvalidCertificate(error)) if is_without_chain(error));
        if !has_no_chain || !certificates.iter().any(|trusted| trusted == end_entity) {
            return verified;
        }
        verify_server_name(&ParsedCertificate::try_from(end_entity)?, server_name)?;
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signature, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signature, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

/// Whether a certificate is refused only because no authority vouches for it.
fn is_without_chain(error: &CertificateError) -> bool {
    *error == CertificateError::UnknownIssuer || error.to_string().contains("CaUsedAsEndEntity")
}

/// The root certificates of the system, else the bundled ones; and those that are trusted as they are, because the
/// environment names them (`SSL_CERT_FILE`, `SSL_CERT_DIR`).
#[must_use]
pub(crate) fn system_roots() -> (RootCertStore, Vec<CertificateDer<'static>>) {
    let mut roots = RootCertStore::empty();
    let mut given = rustls_native_certs::load_native_certs().certs;
    roots.add_parsable_certificates(given.iter().cloned());
    if roots.is_empty() {
        roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    }
    if ["SSL_CERT_FILE", "SSL_CERT_DIR"].iter().all(|name| std::env::var_os(name).is_none()) {
        given.clear();
    }
    (roots, given)
}
