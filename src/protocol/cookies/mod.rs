//! Cookies of one user (RFC 6265): stored from responses, sent with the requests that they match.
//!
//! No crate is used, because a generator has other needs: an empty jar must cost no memory and no time, each jar has one
//! user, and a list of public suffixes (hundreds of kilobytes in the crates that have it) protects nothing here.

mod date;
mod set_cookie;

use tokio::time::Instant;

use self::set_cookie::Lifetime;

/// Most cookies of a user; RFC 6265 asks for 50 a domain.
const MAX_COOKIES: usize = 150;

/// The parts of a request's URL that decide which cookies match.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Site<'a> {
    /// Whether the scheme is https.
    pub tls: bool,
    pub host: &'a str,
    /// Path and optional query.
    pub target: &'a str,
}

impl Site<'_> {
    fn path(&self) -> &str {
        self.target.split(['?', '#']).next().unwrap_or_default()
    }
}

/// A user's cookies, those with longer paths first, as they are sent.
#[derive(Debug, Default)]
pub(crate) struct Jar {
    cookies: Vec<Cookie>,
}

#[derive(Debug)]
struct Cookie {
    name: Box<[u8]>,
    value: Box<[u8]>,
    domain: Box<str>,
    /// Sent to the host that set it, and not to hosts below it.
    host_only: bool,
    path: Box<str>,
    secure: bool,
    expires: Option<Instant>,
}

impl Jar {
    /// Whether the jar holds no cookie.
    #[must_use]
    pub(crate) fn is_empty(&self) -> bool {
        self.cookies.is_empty()
    }

    /// Deletes all cookies and frees their memory.
    pub(crate) fn clear(&mut self) {
        self.cookies = Vec::new();
    }

    /// Stores the cookie of a `Set-Cookie` header of a response from `site`. Ignores an invalid one, as the RFC requires.
    pub(crate) fn take(&mut self, site: Site<'_>, line: &[u8], now: Instant) {
        let Some(set) = set_cookie::parse(line) else { return };
        let host = site.host.to_ascii_lowercase();
        let domain = set.domain.filter(|domain| **domain != *host);
        // A domain without a dot would be a top-level domain.
        if domain.as_deref().is_some_and(|domain| !domain.contains('.') || !is_below(&host, domain)) {
            return;
        }
        let (domain, host_only) = match (domain, set.has_domain) {
            (Some(domain), _) => (domain, false),
            (None, has_domain) => (host, !has_domain),
        };
        let path = set.path.unwrap_or_else(|| default_path(site.path()));
        let found = self
            .cookies
            .iter()
            .position(|known| *known.name == *set.name && *known.domain == *domain && *known.path == *path);
        let expires = match set.lifetime {
            Lifetime::Session => None,
            Lifetime::Over => {
                found.map(|place| self.cookies.remove(place));
                return;
            }
            Lifetime::For(time) => now.checked_add(time),
        };
        let cookie = Cookie {
            name: set.name.into(),
            value: set.value.into(),
            domain: domain.into(),
            host_only,
            path: path.into(),
            secure: set.secure,
            expires,
        };
        if let Some(known) = found.and_then(|place| self.cookies.get_mut(place)) {
            *known = cookie;
        } else if self.cookies.len() < MAX_COOKIES {
            let place = self.cookies.partition_point(|known| known.path.len() >= cookie.path.len());
            self.cookies.insert(place, cookie);
        }
    }

    /// Appends the value of the `Cookie` header for `site`, `a=b; c=d`, without the names that the request's own header
    /// `own` sets. Appends nothing if no cookie matches.
    pub(crate) fn write_cookie_header(&self, site: Site<'_>, own: &[u8], now: Instant, out: &mut Vec<u8>) {
        let path = site.path();
        let begin = out.len();
        let meant = |cookie: &&Cookie| {
            let host = if cookie.host_only {
                site.host.eq_ignore_ascii_case(&cookie.domain)
            } else {
                site.host.eq_ignore_ascii_case(&cookie.domain) || is_below(site.host, &cookie.domain)
            };
            host && is_within(path, &cookie.path)
                && (site.tls || !cookie.secure)
                && cookie.expires.is_none_or(|end| end > now)
                && !names_of(own).any(|name| *name == *cookie.name)
        };
        for cookie in self.cookies.iter().filter(meant) {
            if out.len() > begin {
                out.extend_from_slice(b"; ");
            }
            out.extend_from_slice(&cookie.name);
            out.push(b'=');
            out.extend_from_slice(&cookie.value);
        }
    }
}

/// Cookie names in a `Cookie` header.
fn names_of(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    line.split(|byte| *byte == b';').filter_map(|pair| pair.split(|byte| *byte == b'=').next()).map(<[u8]>::trim_ascii)
}

/// Whether a host name lies below a domain; addresses lie below nothing (RFC 6265, section 5.1.3).
fn is_below(host: &str, domain: &str) -> bool {
    let Some(dot) = host.len().checked_sub(domain.len() + 1) else { return false };
    host.as_bytes().get(dot) == Some(&b'.')
        && host.get(dot + 1..).is_some_and(|rest| rest.eq_ignore_ascii_case(domain))
        && host.parse::<std::net::IpAddr>().is_err()
}

/// Whether a path lies within a cookie's (section 5.1.4).
fn is_within(path: &str, cookie: &str) -> bool {
    let path = if path.is_empty() { "/" } else { path };
    path.strip_prefix(cookie).is_some_and(|rest| rest.is_empty() || cookie.ends_with('/') || rest.starts_with('/'))
}

/// The path of a cookie that names none: up to the last slash (section 5.1.4).
fn default_path(path: &str) -> String {
    match path.rfind('/') {
        Some(last) if last > 0 && path.starts_with('/') => path[..last].to_owned(),
        _ => "/".to_owned(),
    }
}

#[cfg(test)]
mod tests;
