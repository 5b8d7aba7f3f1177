//! Trust in exactly the certificates of the profile: a server may present one of them as its own.
//!
//! A self-signed certificate is often made with `CA:TRUE`, or for the host itself without any authority. Such a
//! certificate has no chain to verify, but a profile that names it in `tls.ca` trusts it. Name, dates and the server's
//! possession of the key are checked all the same.

use std::sync::Arc;

use rustls::{
    CertificateError, DigitallySignedStruct, Error, RootCertStore, SignatureScheme,
    client::{
        WebPkiServerVerifier,
        danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
        verify_server_name,
    },
    crypto::CryptoProvider,
    pki_types::{CertificateDer, ServerName, UnixTime},
    server::ParsedCertificate,
};

/// Verifies chains to the profile's certificates, and takes these themselves.
#[derive(Debug)]
pub(super) struct TrustedCertificates {
    chains: Arc<WebPkiServerVerifier>,
    trusted: Vec<CertificateDer<'static>>,
}

impl TrustedCertificates {
    /// A verifier for the certificates of the profile, as roots and as they are.
    ///
    /// # Errors
    /// When none of them can be a root.
    pub(super) fn new(
        roots: RootCertStore,
        trusted: &[CertificateDer<'static>],
        provider: Arc<CryptoProvider>,
    ) -> Result<Self, Error> {
        let chains = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider).build();
        let chains = chains.map_err(|error| Error::General(error.to_string()))?;
        Ok(Self { chains, trusted: trusted.to_vec() })
    }
}

impl ServerCertVerifier for TrustedCertificates {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let verified = self.chains.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now);
        // Dates are checked before either of these errors arises.
        let has_no_chain = matches!(&verified, Err(Error::InvalidCertificate(error)) if is_without_chain(error));
        if !has_no_chain || !self.trusted.iter().any(|trusted| trusted == end_entity) {
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
        self.chains.verify_tls12_signature(message, certificate, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.chains.verify_tls13_signature(message, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.chains.supported_verify_schemes()
    }
}

/// Whether a certificate is refused only because no authority vouches for it.
fn is_without_chain(error: &CertificateError) -> bool {
    *error == CertificateError::UnknownIssuer || error.to_string().contains("CaUsedAsEndEntity")
}
