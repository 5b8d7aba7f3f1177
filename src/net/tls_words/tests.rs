//! Tests of the words for causes of TLS.

use std::sync::Arc;

use rustls::OtherError;

use super::*;

const KEYS: Keys = Keys { ca: "`ca`", versions: ", within `v`", certificate: "`client`", server_name: "" };

#[test]
fn causes_of_tls_have_words_of_their_own() {
    let time = |seconds| UnixTime::since_unix_epoch(Duration::from_secs(seconds));
    let name = rustls::pki_types::ServerName::try_from("a.example").unwrap();
    let for_name = |presented: &[&str]| CertificateError::NotValidForNameContext {
        expected: name.clone(),
        presented: presented.iter().map(|name| (*name).to_owned()).collect(),
    };
    let of_certificate = |error| of(&Error::InvalidCertificate(error), &KEYS);
    let cases = [
        (
            of_certificate(CertificateError::ExpiredContext {
                time: time(1_700_000_000),
                not_after: time(1_609_459_200),
            }),
            "has expired: it was valid until 2021-01-01T00:00:00Z, now is 2023",
        ),
        (
            of_certificate(CertificateError::NotValidYetContext { time: time(0), not_before: time(1_609_459_200) }),
            "is not valid yet: it begins on 2021-01-01",
        ),
        (of_certificate(for_name(&["b.example"])), "is not for `a.example`: it is for `b.example`"),
        (
            of_certificate(for_name(&["DnsName(\"b.example\")", "IpAddress(10.0.0.7)"])),
            "is not for `a.example`: it is for `b.example`, `10.0.0.7`",
        ),
        (of_certificate(for_name(&[])), "CN is ignored"),
        (of_certificate(CertificateError::UnknownIssuer), "unknown authority"),
        (of_certificate(CertificateError::Other(OtherError(Arc::new(io_error("CaUsedAsEndEntity"))))), "CA:TRUE"),
        (of(&Error::InvalidMessage(InvalidMessage::InvalidContentType), &KEYS), "plain HTTP"),
        (of(&Error::AlertReceived(AlertDescription::ProtocolVersion), &KEYS), "another version of TLS"),
        (
            of(&Error::AlertReceived(AlertDescription::CertificateRequired), &KEYS),
            "requires a client certificate (`client`)",
        ),
        (of(&Error::PeerIncompatible(PeerIncompatible::ServerDoesNotSupportTls12Or13), &KEYS), "no version of TLS"),
        (of(&Error::PeerIncompatible(PeerIncompatible::NoCipherSuitesInCommon), &KEYS), "cipher suite in common"),
    ];
    let mut seen = std::collections::BTreeSet::new();
    for (words, part) in cases {
        assert!(words.contains(part), "{words}");
        assert!(seen.insert(words));
    }
}

fn io_error(text: &str) -> std::io::Error {
    std::io::Error::other(text.to_owned())
}
