//! Mutual TLS with exactly one client: the one whose certificate came with the invitation.

use std::sync::Arc;

use rustls::{
    CertificateError, DigitallySignedStruct, DistinguishedName, ServerConfig, SignatureScheme,
    client::danger::HandshakeSignatureValid,
    crypto::{CryptoProvider, aws_lc_rs, verify_tls12_signature, verify_tls13_signature},
    pki_types::{CertificateDer, PrivateKeyDer, UnixTime, pem::PemObject},
    server::danger::{ClientCertVerified, ClientCertVerifier},
};

/// Why the connection can't be secured.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TlsError {
    #[error("PLUGIN_CLIENT_CERT is not a certificate in PEM form")]
    ClientCertificate(#[source] rustls::pki_types::pem::Error),
    #[error("can't make a server certificate")]
    ServerCertificate(#[source] rcgen::Error),
    #[error("can't set TLS up")]
    Setup(#[source] rustls::Error),
}

/// A server configuration with a fresh certificate, and that certificate in DER form.
pub(crate) fn server_config(client_certificate: &str) -> Result<(ServerConfig, Vec<u8>), TlsError> {
    let client = CertificateDer::from_pem_slice(client_certificate.as_bytes()).map_err(TlsError::ClientCertificate)?;
    let key = rcgen::KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256).map_err(TlsError::ServerCertificate)?;
    let certificate = server_certificate(&key).map_err(TlsError::ServerCertificate)?;
    let crypto = Arc::new(aws_lc_rs::default_provider());
    let verifier = Arc::new(OneClient { certificate: client.into_owned(), crypto: Arc::clone(&crypto) });
    let mut config = ServerConfig::builder_with_provider(crypto)
        .with_safe_default_protocol_versions()
        .map_err(TlsError::Setup)?
        .with_client_cert_verifier(verifier)
        .with_single_cert(vec![certificate.clone()], PrivateKeyDer::Pkcs8(key.serialize_der().into()))
        .map_err(TlsError::Setup)?;
    config.alpn_protocols = vec![b"h2".to_vec()];
    Ok((config, certificate.to_vec()))
}

fn server_certificate(key: &rcgen::KeyPair) -> Result<CertificateDer<'static>, rcgen::Error> {
    let mut certificate = rcgen::CertificateParams::new(vec!["localhost".to_owned()])?;
    certificate.distinguished_name = rcgen::DistinguishedName::new();
    certificate.distinguished_name.push(rcgen::DnType::CommonName, "localhost");
    let now = time::OffsetDateTime::now_utc();
    certificate.not_before = now - time::Duration::minutes(5);
    certificate.not_after = now + time::Duration::days(365 * 10);
    certificate.key_usages = vec![rcgen::KeyUsagePurpose::DigitalSignature];
    certificate.extended_key_usages = vec![rcgen::ExtendedKeyUsagePurpose::ServerAuth, rcgen::ExtendedKeyUsagePurpose::ClientAuth];
    Ok(certificate.self_signed(key)?.der().clone())
}

/// Accepts one certificate, byte for byte, and proof that the client has its key.
///
/// Terraform's certificate is its own authority with a P-521 key, which ordinary path validation refuses; knowing it beforehand is stricter.
#[derive(Debug)]
struct OneClient {
    certificate: CertificateDer<'static>,
    crypto: Arc<CryptoProvider>,
}

impl ClientCertVerifier for OneClient {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        certificate: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: UnixTime,
    ) -> Result<ClientCertVerified, rustls::Error> {
        if certificate.as_ref() == self.certificate.as_ref() {
            Ok(ClientCertVerified::assertion())
        } else {
            Err(rustls::Error::InvalidCertificate(CertificateError::ApplicationVerificationFailure))
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signature, &self.crypto.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signature, &self.crypto.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.crypto.signature_verification_algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn certificate() -> rcgen::CertifiedKey<rcgen::KeyPair> {
        rcgen::generate_simple_self_signed(vec!["client".to_owned()]).unwrap()
    }

    #[test]
    fn only_the_invited_client_is_let_in() {
        let (invited, other) = (certificate(), certificate());
        let crypto = Arc::new(aws_lc_rs::default_provider());
        let verifier = OneClient { certificate: invited.cert.der().clone(), crypto };
        let verify = |certificate: &CertificateDer<'_>| verifier.verify_client_cert(certificate, &[], UnixTime::now());
        assert!(verify(invited.cert.der()).is_ok());
        assert!(verify(other.cert.der()).is_err());
    }

    #[test]
    fn a_client_certificate_that_is_none_is_refused() {
        assert!(matches!(server_config("nonsense"), Err(TlsError::ClientCertificate(_))));
        assert!(server_config(&certificate().cert.pem()).is_ok());
    }
}
