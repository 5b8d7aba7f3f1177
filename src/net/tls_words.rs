//! Errors of a TLS handshake in words.

use std::time::Duration;

use jiff::Timestamp;
use rustls::{AlertDescription, CertificateError, Error, InvalidMessage, PeerIncompatible, pki_types::UnixTime};

/// How what mends an error is written where the connection is configured, in backquotes; empty where nothing is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Keys {
    /// Certificates to trust.
    pub ca: &'static str,
    /// Versions of TLS.
    pub versions: &'static str,
    /// The client's certificate.
    pub certificate: &'static str,
    /// The name that is asked for.
    pub server_name: &'static str,
}

/// What went wrong, and what mends it where one thing does.
#[must_use]
pub(crate) fn of(error: &Error, keys: &Keys) -> String {
    let Keys { versions, .. } = keys;
    match error {
        Error::InvalidCertificate(why) => certificate(why, keys),
        Error::InvalidMessage(InvalidMessage::InvalidContentType) => {
            "the server's answer is not TLS; it may speak plain HTTP on this port".to_owned()
        }
        Error::InvalidMessage(_) => format!("the server's answer is not valid TLS ({error})"),
        Error::AlertReceived(alert) => format!("the server refused: {}", alert_words(*alert, keys)),
        Error::PeerIncompatible(
            PeerIncompatible::ServerDoesNotSupportTls12Or13
            | PeerIncompatible::ServerTlsVersionIsDisabledByOurConfig
            | PeerIncompatible::Tls12NotOffered
            | PeerIncompatible::Tls12NotOfferedOrEnabled
            | PeerIncompatible::Tls13RequiredForQuic
            | PeerIncompatible::SupportedVersionsExtensionRequired,
        ) => format!("the server speaks no version of TLS that is enabled here (1.2 and 1.3{versions})"),
        Error::PeerIncompatible(_) => {
            format!("server and loadagent have no TLS version or cipher suite in common ({error})")
        }
        Error::NoCertificatesPresented => "the server presented no certificate".to_owned(),
        Error::NoApplicationProtocol => "the server accepts none of the offered ALPN protocols".to_owned(),
        _ => error.to_string(),
    }
}

fn certificate(error: &CertificateError, Keys { ca, .. }: &Keys) -> String {
    let text = match error {
        CertificateError::Expired => "has expired".to_owned(),
        CertificateError::ExpiredContext { time, not_after } => {
            format!("has expired: it was valid until {}, now is {}", date(*not_after), date(*time))
        }
        CertificateError::NotValidYet => "is not valid yet".to_owned(),
        CertificateError::NotValidYetContext { time, not_before } => {
            format!("is not valid yet: it begins on {}, now is {}", date(*not_before), date(*time))
        }
        CertificateError::NotValidForName => "is for another name".to_owned(),
        CertificateError::NotValidForNameContext { expected, presented } if presented.is_empty() => {
            format!("has no subjectAltName, so it is not for `{}` (CN is ignored)", expected.to_str())
        }
        CertificateError::NotValidForNameContext { expected, presented } => {
            let names = presented.iter().map(|name| format!("`{}`", bare_name(name)));
            format!("is not for `{}`: it is for {}", expected.to_str(), names.collect::<Vec<_>>().join(", "))
        }
        CertificateError::UnknownIssuer => {
            format!("is signed by an unknown authority ({ca} names the authorities to trust)")
        }
        CertificateError::Revoked => "was revoked".to_owned(),
        CertificateError::BadEncoding => "can't be read".to_owned(),
        CertificateError::BadSignature => "has a wrong signature".to_owned(),
        CertificateError::InvalidPurpose | CertificateError::InvalidPurposeContext { .. } => {
            "is not for servers (extended key usage)".to_owned()
        }
        other if other.to_string().contains("CaUsedAsEndEntity") => {
            format!("is a CA certificate (CA:TRUE) and is not itself in {ca}")
        }
        other => return format!("the server's certificate is refused: {other}"),
    };
    format!("the server's certificate {text}")
}

/// A day, and the time of the day.
fn date(time: UnixTime) -> String {
    let seconds = Duration::from_secs(time.as_secs());
    Timestamp::UNIX_EPOCH.checked_add(seconds).map_or_else(|_| format!("{seconds:?}"), |time| format!("{time:.0}"))
}

fn alert_words(alert: AlertDescription, keys: &Keys) -> String {
    let option = |name: &str| if name.is_empty() { String::new() } else { format!(" ({name})") };
    let text = match alert {
        AlertDescription::ProtocolVersion => "it speaks another version of TLS (1.2 and 1.3 are offered)",
        AlertDescription::HandshakeFailure => {
            "it found no common parameters of TLS, or speaks an older version (handshake_failure)"
        }
        AlertDescription::CertificateRequired => {
            return format!("it requires a client certificate{}", option(keys.certificate));
        }
        AlertDescription::BadCertificate
        | AlertDescription::UnsupportedCertificate
        | AlertDescription::CertificateRevoked
        | AlertDescription::CertificateExpired
        | AlertDescription::CertificateUnknown
        | AlertDescription::UnknownCA
        | AlertDescription::AccessDenied => return format!("it does not accept the client's certificate ({alert:?})"),
        AlertDescription::UnrecognisedName => {
            return format!("it does not recognise the server name (SNI){}", option(keys.server_name));
        }
        AlertDescription::NoApplicationProtocol => "it accepts none of the offered ALPN protocols",
        other => return format!("{other:?}"),
    };
    text.to_owned()
}

/// The name in what rustls prints of one: `DnsName("api.example")`, `IpAddress(10.0.0.7)`.
fn bare_name(printed: &str) -> &str {
    let inner = printed.split_once('(').and_then(|(_, rest)| rest.strip_suffix(')'));
    inner.unwrap_or(printed).trim_matches('"')
}

#[cfg(test)]
mod tests;
