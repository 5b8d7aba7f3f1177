//! Settings of every output over HTTP: credentials, headers, query parameters, certificates.

use std::{fmt, path::PathBuf, time::Duration};

use reqwest::header::{HeaderName, HeaderValue};
use url::Url;

use super::{
    credentials::{Credentials, Secret},
    error::AddressError,
    options::Options,
    secrecy,
    written::spellings,
};

/// Headers that the protocols set themselves.
const OWN: [&str; 7] = [
    "content-type",
    "content-encoding",
    "content-length",
    "transfer-encoding",
    "host",
    "user-agent",
    "x-prometheus-remote-write-version",
];
/// A shorter text is no secret, and striking it out would spoil what receivers respond.
const SHORTEST_SECRET: usize = 4;
/// A receiver that does not response for so long is tried again.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(10);
const EITHER: AddressError = AddressError::Conflict("give either a user or a token");

/// How to reach a receiver over HTTP.
#[derive(Clone)]
pub struct HttpSettings {
    /// For the `Authorization` header.
    pub credentials: Credentials,
    /// Headers of every request: tenants and the like.
    pub headers: Vec<(String, String)>,
    /// Skip TLS certificate verification.
    pub insecure: bool,
    /// More trusted CAs (PEM).
    pub ca_file: Option<PathBuf>,
    /// How long an response may take.
    pub timeout: Duration,
    /// Values of headers and parameters that may be secrets.
    hidden: Vec<String>,
}

impl HttpSettings {
    /// Takes them out of the options; parameters go into the URL.
    pub(super) fn read(
        url: &mut Url,
        userinfo: Option<(String, Option<String>)>,
        options: &mut Options,
    ) -> Result<Self, AddressError> {
        let credentials = Credentials::read(userinfo, options)?;
        let mut headers = options.take_prefixed("header.");
        for (name, value) in &headers {
            check(name, value, "`header.NAME`")?;
        }
        if credentials != Credentials::None && authorizes(&headers) {
            return Err(EITHER);
        }
        let mut hidden: Vec<String> = headers.iter().flat_map(|(name, value)| hidden_in(name, value)).collect();
        if let Some(tenant) = options.take("tenant") {
            if HeaderValue::from_str(&tenant).is_err() {
                return Err(AddressError::InvalidHeader("`tenant`".to_owned()));
            }
            // Mimir, Cortex and Loki's name; Thanos' own.
            headers.push(("X-Scope-OrgID".to_owned(), tenant.clone()));
            headers.push(("THANOS-TENANT".to_owned(), tenant));
        }
        for (name, value) in options.take_prefixed("query.") {
            url.query_pairs_mut().append_pair(&name, &value);
            if !secrecy::names_no_secret(&name) {
                hidden.push(value);
            }
        }
        let insecure = options.take_bool("insecure_skip_tls_verify")?.unwrap_or(false);
        let ca_file = options.take("ca_file").map(PathBuf::from);
        Ok(Self { credentials, headers, insecure, ca_file, timeout: REQUEST_TIMEOUT, hidden })
    }

    /// Without credentials and headers of its own.
    #[must_use]
    pub(crate) fn plain(insecure: bool, timeout: Duration) -> Self {
        Self { insecure, timeout, ..Self::default() }
    }

    /// Adds a header that `origin` asks for, where the address has none of that name and has no credentials.
    ///
    /// # Errors
    /// When HTTP does not allow it, or loadagent sets it itself.
    pub fn add_header(&mut self, name: String, value: String, origin: &str) -> Result<(), AddressError> {
        check(&name, &value, origin)?;
        let is_known = self.headers.iter().any(|(known, _)| known.eq_ignore_ascii_case(&name))
            || name.eq_ignore_ascii_case("authorization") && self.credentials != Credentials::None;
        if !is_known {
            self.hidden.extend(hidden_in(&name, &value));
            self.headers.push((name, value));
        }
        Ok(())
    }

    /// Authorizes by a token behind its scheme: `Bearer`, `Token`.
    ///
    /// # Errors
    /// When there are credentials already.
    pub fn authorize(&mut self, scheme: &'static str, token: Secret) -> Result<(), AddressError> {
        if self.credentials != Credentials::None || authorizes(&self.headers) {
            return Err(EITHER);
        }
        self.credentials = Credentials::Token(scheme, token);
        Ok(())
    }

    /// Every secret that goes to the receiver, in all ways in which it may quote it, longest first, to be struck out of
    /// responses. Secrets in files are read anew.
    #[must_use]
    pub fn secrets(&self) -> Vec<String> {
        let all = self.credentials.secrets().into_iter().chain(self.hidden.iter().cloned());
        let all = all.filter(|text| text.chars().count() >= SHORTEST_SECRET);
        let mut all: Vec<String> = all.flat_map(|secret| spellings(&secret)).collect();
        all.sort_by(|one, other| other.len().cmp(&one.len()).then_with(|| one.cmp(other)));
        all.dedup();
        all
    }
}

impl Default for HttpSettings {
    fn default() -> Self {
        Self {
            credentials: Credentials::None,
            headers: Vec::new(),
            insecure: false,
            ca_file: None,
            timeout: REQUEST_TIMEOUT,
            hidden: Vec::new(),
        }
    }
}

fn check(name: &str, value: &str, origin: &str) -> Result<(), AddressError> {
    if HeaderName::from_bytes(name.as_bytes()).is_err() || HeaderValue::from_str(value).is_err() {
        return Err(AddressError::InvalidHeader(origin.to_owned()));
    }
    if OWN.contains(&&*name.to_ascii_lowercase()) {
        return Err(AddressError::ProtocolHeader { origin: origin.to_owned(), name: name.to_owned() });
    }
    Ok(())
}

/// What of a header must not be shown.
fn hidden_in(name: &str, value: &str) -> Vec<String> {
    if secrecy::names_a_tenant(name) {
        return Vec::new();
    }
    // `Basic dTpw`, `Bearer s3cret`: receivers quote what follows the word.
    let behind = value.split_once(' ').map(|(_, rest)| rest.to_owned());
    [Some(value.to_owned()), behind].into_iter().flatten().collect()
}

fn authorizes(headers: &[(String, String)]) -> bool {
    headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("authorization"))
}

impl fmt::Debug for HttpSettings {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.headers.iter().map(|(name, _)| name.as_str()).collect();
        formatter
            .debug_struct("HttpSettings")
            .field("credentials", &self.credentials)
            .field("headers", &names)
            .field("insecure", &self.insecure)
            .field("ca_file", &self.ca_file)
            .finish_non_exhaustive()
    }
}
