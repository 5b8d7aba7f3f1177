//! TLS in the section `http:`: trusted CAs, client certificate, versions, and verification.

use std::{fs, sync::Arc};

use rustls::{
    crypto::ring::default_provider,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    sign::CertifiedKey,
};

use super::super::{
    diagnostic::Position,
    grammar::{Key, Section, Type, words},
    node::{Node, Yaml},
    reader::{MapReader, Reader},
};
use crate::plan::http::{Identity, TlsOptions, TlsVersions};

/// TLS options.
pub(in crate::profile) static TLS: Section = Section::new(
    "tls",
    "TLS: trusted CAs and client certificate.",
    &[&[
        Key::new("skip_verify", Type::Boolean, "skip TLS certificate verification; false"),
        Key::new("ca", Type::Several(&Type::Text), "PEM files of additional trusted CAs"),
        Key::new("certificate", Type::Text, "client certificate, in PEM"),
        Key::new("key", Type::Text, "private key of the client certificate, in PEM"),
        Key::new("server_name", Type::Text, "server name to request and verify; the URL's host"),
        Key::new("min_version", VERSION, "lowest TLS version; 1.2"),
        Key::new("max_version", VERSION, "highest TLS version; 1.3"),
    ]],
);

/// TLS versions in k6's form.
pub(in crate::profile) static TLS_VERSION: Section = Section::new(
    "tlsVersion",
    "TLS versions, as k6 writes them.",
    &[&[Key::new("min", VERSION, "lowest TLS version"), Key::new("max", VERSION, "highest TLS version")]],
);

/// A client certificate in k6's form.
pub(in crate::profile) static TLS_AUTH: Section = Section::new(
    "tlsAuth",
    "Client certificate, as k6 writes it.",
    &[&[
        Key::new("cert", Type::Text, "client certificate, in PEM"),
        Key::new("key", Type::Text, "its private key, in PEM"),
    ]],
);

pub(super) static VERSION: Type = Type::Word(&words(&VERSIONS));

pub(super) fn read(reader: &Reader, http: &mut MapReader<'_>) -> TlsOptions {
    let mut options = TlsOptions::default();
    let skip = http.take("insecureSkipTLSVerify").and_then(|node| reader.boolean(node, "insecureSkipTLSVerify"));
    options.skip_verify = skip.unwrap_or(false);
    if let Some(node) = http.take("tls") {
        let mut tls = reader.section(node, "tls", &TLS);
        let skip = tls.take("skip_verify").and_then(|node| reader.boolean(node, "skip_verify"));
        options.skip_verify |= skip.unwrap_or(false);
        if let Some(node) = tls.take("ca") {
            options.roots = node.one_or_many().iter().flat_map(|item| certificates(reader, item, "ca")).collect();
        }
        let (certificate, key) = (tls.take("certificate"), tls.take("key"));
        options.identity = identity(reader, node, certificate, key);
        if let Some(name) = tls.take("server_name").and_then(|node| reader.text(node, "server_name").zip(Some(node))) {
            options.server_name = check_name(reader, name);
        }
        let mut bound = |key| tls.take(key).map(|node| (node, reader.word(node, "TLS version", &VERSIONS)));
        let (lowest, highest) = (bound("min_version"), bound("max_version"));
        options.versions = versions(reader, lowest, highest);
        tls.finish(reader);
    }
    if let Some(node) = http.take("tlsVersion") {
        options.versions = k6_versions(reader, node);
    }
    if let Some(node) = http.take("tlsAuth") {
        options.identity = k6_identity(reader, node);
    }
    options
}

/// Minor versions, for comparison; includes k6's names.
const VERSIONS: [(&str, u8); 4] = [("1.2", 2), ("1.3", 3), ("tls1.2", 2), ("tls1.3", 3)];

type Bound<'n> = Option<(&'n Node, Option<u8>)>;

fn versions(reader: &Reader, lowest: Bound<'_>, highest: Bound<'_>) -> TlsVersions {
    let value = |bound: &Bound<'_>| bound.as_ref().and_then(|(_, version)| *version);
    match (value(&lowest).unwrap_or(2), value(&highest).unwrap_or(3)) {
        (2, 2) => TlsVersions::Only12,
        (3, 3) => TlsVersions::Only13,
        (low, high) if low <= high => TlsVersions::Both,
        _ => {
            let position = lowest.map_or(Position { line: 1, column: 1 }, |(node, _)| node.position);
            reader.error(position, "the minimum TLS version is higher than the maximum", None);
            TlsVersions::Both
        }
    }
}

/// k6's `tlsVersion: tls1.3` or `tlsVersion: {min: tls1.2, max: tls1.3}`.
fn k6_versions(reader: &Reader, node: &Node) -> TlsVersions {
    if matches!(node.value, Yaml::Map(_)) {
        let mut map = reader.section(node, "tlsVersion", &TLS_VERSION);
        let mut bound = |key| map.take(key).map(|node| (node, reader.word(node, "TLS version", &VERSIONS)));
        let (lowest, highest) = (bound("min"), bound("max"));
        map.finish(reader);
        return versions(reader, lowest, highest);
    }
    let only = reader.word(node, "TLS version", &VERSIONS);
    versions(reader, Some((node, only)), Some((node, only)))
}

/// k6's `tlsAuth: [{cert: …, key: …}]`.
fn k6_identity(reader: &Reader, node: &Node) -> Option<Arc<Identity>> {
    let [item] = reader.list(node, "tlsAuth") else {
        let hint = Some("split the profile by host if they need different certificates".to_owned());
        reader.error(node.position, "`tlsAuth` supports one certificate, used for every host", hint);
        return None;
    };
    let mut map = reader.section(item, "tlsAuth", &TLS_AUTH);
    let (certificate, key) = (map.take("cert"), map.take("key"));
    map.finish(reader);
    identity(reader, item, certificate, key)
}

fn identity(reader: &Reader, node: &Node, certificate: Option<&Node>, key: Option<&Node>) -> Option<Arc<Identity>> {
    let (certificate, key) = match (certificate, key) {
        (None, None) => return None,
        (Some(certificate), Some(key)) => (certificate, key),
        (Some(_), None) | (None, Some(_)) => {
            reader.error(node.position, "a client certificate needs both `certificate` and `key`", None);
            return None;
        }
    };
    let chain = certificates(reader, certificate, "certificate");
    let (pem, what) = pem(reader, key, "key")?;
    let Ok(parsed) = PrivateKeyDer::from_pem_slice(&pem) else {
        let hint = Some("an encrypted key must be decrypted first: `openssl pkey -in …`".to_owned());
        reader.error(key.position, format!("key: {what} holds no private key in PEM"), hint);
        return None;
    };
    if chain.is_empty() {
        return None;
    }
    if let Err(error) = CertifiedKey::from_der(chain.clone(), parsed.clone_key(), &default_provider()) {
        reader.error(key.position, format!("certificate and key do not match: {error}"), None);
        return None;
    }
    Some(Arc::new(Identity { chain, key: parsed }))
}

fn certificates(reader: &Reader, node: &Node, key: &str) -> Vec<CertificateDer<'static>> {
    let Some((pem, what)) = pem(reader, node, key) else { return Vec::new() };
    let read: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&pem).collect();
    let read = read.unwrap_or_default();
    if read.is_empty() {
        reader.error(node.position, format!("{key}: {what} holds no certificate in PEM"), None);
    }
    read
}

/// PEM from the profile (or a variable), or from the file that it names; and a description for messages.
fn pem(reader: &Reader, node: &Node, key: &str) -> Option<(Vec<u8>, String)> {
    let text = reader.text(node, key)?;
    if text.contains("-----BEGIN") {
        return Some((text.into_bytes(), "the text".to_owned()));
    }
    let what = format!("`{text}`");
    match fs::read(reader.folder(node).join(&text)) {
        Ok(bytes) => Some((bytes, what)),
        Err(error) => {
            let hint = Some("paths are relative to the profile's folder; PEM text also works".to_owned());
            reader.error(node.position, format!("{key}: {what} can't be read: {error}"), hint);
            None
        }
    }
}

fn check_name(reader: &Reader, (name, node): (String, &Node)) -> Option<String> {
    if rustls::pki_types::ServerName::try_from(name.as_str()).is_err() {
        reader.error(node.position, format!("server_name: `{name}` must be a host name or an IP address"), None);
        return None;
    }
    Some(name)
}
