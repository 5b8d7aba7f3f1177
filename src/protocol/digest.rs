//! Responses to challenges of digest authentication (RFC 7616): MD5 and SHA-256, with and without `-sess`, `qop=auth`.
//!
//! `http-auth` would add twelve crates (a second `rand`, `sha2`, `md-5`) for these hundred lines.

use ring::digest::{SHA256, digest};

use crate::plan::http::Digest;

/// A challenge that can be answered.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Challenge {
    realm: String,
    nonce: String,
    opaque: Option<String>,
    /// As the server sent it; empty without one.
    algorithm: String,
    qop: bool,
}

impl Challenge {
    /// The challenge in the value of a `WWW-Authenticate` line, if it can be answered.
    #[must_use]
    pub(crate) fn parse(value: &str) -> Option<Self> {
        let scheme = value.get(..7).filter(|scheme| scheme.eq_ignore_ascii_case("digest "))?;
        let mut challenge =
            Self { realm: String::new(), nonce: String::new(), opaque: None, algorithm: String::new(), qop: false };
        let (mut has_nonce, mut offers) = (false, None);
        for (name, text) in parameters(value.get(scheme.len()..)?) {
            match name.to_ascii_lowercase().as_str() {
                "realm" => challenge.realm = text,
                "nonce" => (challenge.nonce, has_nonce) = (text, true),
                "opaque" => challenge.opaque = Some(text),
                "algorithm" => challenge.algorithm = text,
                "qop" => offers = Some(text.split(',').any(|offer| offer.trim().eq_ignore_ascii_case("auth"))),
                _ => {}
            }
        }
        challenge.qop = offers == Some(true);
        let known = ["", "md5", "md5-sess", "sha-256", "sha-256-sess"];
        // `auth-int` alone would need a hash of the body; servers that insist on it are unknown.
        let answerable = has_nonce
            && offers != Some(false)
            && known.iter().any(|name| challenge.algorithm.eq_ignore_ascii_case(name));
        answerable.then_some(challenge)
    }

    fn is_sha256(&self) -> bool {
        self.algorithm.get(..7).is_some_and(|begin| begin.eq_ignore_ascii_case("sha-256"))
    }

    fn hash(&self, text: &str) -> String {
        if self.is_sha256() { hex(digest(&SHA256, text.as_bytes()).as_ref()) } else { hex(&*md5::compute(text)) }
    }

    /// The `Authorization` line, with its line end, for a request.
    #[must_use]
    pub(crate) fn authorization_header(
        &self,
        credentials: &Digest,
        method: &str,
        target: &str,
        cnonce: &str,
    ) -> String {
        let Self { realm, nonce, algorithm, .. } = self;
        let mut secret = self.hash(&format!("{}:{realm}:{}", credentials.username, credentials.password));
        if algorithm.to_ascii_lowercase().ends_with("-sess") {
            secret = self.hash(&format!("{secret}:{nonce}:{cnonce}"));
        }
        let request = self.hash(&format!("{method}:{target}"));
        let response = if self.qop {
            self.hash(&format!("{secret}:{nonce}:00000001:{cnonce}:auth:{request}"))
        } else {
            self.hash(&format!("{secret}:{nonce}:{request}"))
        };
        let quoted = |text: &str| text.replace('\\', "\\\\").replace('"', "\\\"");
        let mut line = format!(
            "Authorization: Digest username=\"{}\", realm=\"{}\", nonce=\"{}\", uri=\"{target}\", response=\"{response}\"",
            quoted(&credentials.username),
            quoted(realm),
            quoted(nonce)
        );
        if !algorithm.is_empty() {
            line += &format!(", algorithm={algorithm}");
        }
        if let Some(opaque) = &self.opaque {
            line += &format!(", opaque=\"{}\"", quoted(opaque));
        }
        if self.qop {
            line += &format!(", qop=auth, nc=00000001, cnonce=\"{cnonce}\"");
        }
        line + "\r\n"
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |text, byte| text + &format!("{byte:02x}"))
}

/// `name=value, name="quoted value"`: text of a header, so without line breaks.
fn parameters(text: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some((name, after)) = rest.split_once('=') {
        let name = name.trim_matches([' ', '\t', ',']).to_owned();
        let after = after.trim_start();
        let (value, left) = if let Some(quoted) = after.strip_prefix('"') {
            unquoted(quoted)
        } else {
            let end = after.find(',').unwrap_or(after.len());
            (after[..end].trim().to_owned(), &after[end..])
        };
        found.push((name, value));
        rest = left;
    }
    found
}

fn unquoted(text: &str) -> (String, &str) {
    let mut value = String::new();
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match c {
            '\\' if !escaped => {
                escaped = true;
                continue;
            }
            '"' if !escaped => return (value, &text[at + 1..]),
            _ => value.push(c),
        }
        escaped = false;
    }
    (value, "")
}

#[cfg(test)]
mod tests;
