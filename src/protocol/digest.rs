//! Answers to challenges of digest authentication (RFC 7616): MD5 and SHA-256, with and without `-sess`, `qop=auth`.

use ring::digest::{SHA256, digest};

use crate::plan::http::Digest;

/// A challenge that can be answered.
#[derive(Debug, PartialEq, Eq)]
pub struct Challenge {
    realm: String,
    nonce: String,
    opaque: Option<String>,
    /// As the server wrote it; empty if it did not.
    algorithm: String,
    qop: bool,
}

impl Challenge {
    /// The challenge in the value of a `WWW-Authenticate` line, if it can be answered.
    #[must_use]
    pub fn parse(value: &str) -> Option<Self> {
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
        // With only `auth-int` on offer the body would have to be hashed; nobody is known to insist on it.
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
    pub fn answer(&self, who: &Digest, method: &str, target: &str, cnonce: &str) -> String {
        let Self { realm, nonce, algorithm, .. } = self;
        let mut secret = self.hash(&format!("{}:{realm}:{}", who.username, who.password));
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
            quoted(&who.username),
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
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn mufasa(password: &str) -> Digest {
        Digest { username: "Mufasa".into(), password: password.into() }
    }

    /// The examples of RFC 7616, section 3.9.1.
    #[test]
    fn the_rfc_s_examples_come_out() {
        let nonce = "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v";
        let cnonce = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ";
        let expected = [
            ("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
            ("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
        ];
        for (algorithm, response) in expected {
            let challenge = format!(
                "Digest realm=\"http-auth@example.org\", qop=\"auth, auth-int\", algorithm={algorithm}, \
                 nonce=\"{nonce}\", opaque=\"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS\""
            );
            let challenge = Challenge::parse(&challenge).unwrap();
            let line = challenge.answer(&mufasa("Circle of Life"), "GET", "/dir/index.html", cnonce);
            assert!(line.contains(&format!("response=\"{response}\"")), "{line}");
            assert!(line.contains("qop=auth, nc=00000001") && line.contains("opaque=\"FQhe"), "{line}");
        }
    }

    /// The example of RFC 2617, section 3.5, and its form without `qop` as RFC 2069 has it.
    #[test]
    fn older_servers_are_answered_too() {
        let nonce = "dcd98b7102dd2f0e8b11d0f600bfb0c093";
        let answer = |challenge: &str| {
            let challenge = Challenge::parse(challenge).unwrap();
            challenge.answer(&mufasa("Circle Of Life"), "GET", "/dir/index.html", "0a4f113b")
        };
        let with = answer(&format!("digest realm=\"testrealm@host.com\",qop=auth,nonce=\"{nonce}\""));
        assert!(with.contains("response=\"6629fae49393a05397450978507c4ef1\""), "{with}");
        let without = answer(&format!("Digest realm=\"testrealm@host.com\", nonce=\"{nonce}\""));
        assert!(without.contains("response=\"670fd8c2df070c60b045671b8b24ff02\""), "{without}");
    }

    #[test]
    fn what_can_t_be_answered_is_no_challenge() {
        for value in [
            "Basic realm=\"x\"",
            "Digest",
            "Digest realm=\"x\"",
            "Digest nonce=\"x\", algorithm=SHA-999",
            "Digest nonce=\"x\", qop=\"auth-int\"",
        ] {
            assert_eq!(Challenge::parse(value), None, "{value}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "[Digest =,\"\\\\ä]{0,40}") {
            let _either = Challenge::parse(&format!("Digest {text}"));
            let _either = Challenge::parse(&text);
        }
    }
}
