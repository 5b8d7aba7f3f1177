//! Parser of the `Set-Cookie` header (RFC 6265, section 5.2), as lenient as browsers.

use std::time::{Duration, SystemTime};

use super::date;

/// Longest header value that is accepted; browsers have the same limit.
const MAX_LINE: usize = 4 * 1024;

/// A parsed `Set-Cookie` header.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct SetCookie<'a> {
    pub(super) name: &'a [u8],
    pub(super) value: &'a [u8],
    /// Lower case, without a leading dot.
    pub(super) domain: Option<String>,
    /// Whether a domain was named at all.
    pub(super) has_domain: bool,
    pub(super) path: Option<String>,
    pub(super) secure: bool,
    pub(super) lifetime: Lifetime,
}

/// When a cookie expires.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Lifetime {
    /// With the session: neither `Max-Age` nor `Expires` is set.
    Session,
    /// After this time from now.
    For(Duration),
    /// At once: this is how servers delete cookies.
    Over,
}

/// Parses a header value; None if it must be ignored.
pub(super) fn parse(line: &[u8]) -> Option<SetCookie<'_>> {
    // Control bytes would end up in requests.
    if line.len() > MAX_LINE || line.iter().any(|byte| byte.is_ascii_control() && *byte != b'\t') {
        return None;
    }
    let mut parts = line.split(|byte| *byte == b';').map(<[u8]>::trim_ascii);
    let (name, value) = divided(parts.next()?);
    let mut set = SetCookie {
        name,
        value: value?,
        domain: None,
        has_domain: false,
        path: None,
        secure: false,
        lifetime: Lifetime::Session,
    };
    if name.is_empty() {
        return None;
    }
    let (mut max_age, mut expires) = (None, None);
    for part in parts {
        let (key, value) = divided(part);
        let value = std::str::from_utf8(value.unwrap_or_default()).unwrap_or_default();
        match key.to_ascii_lowercase().as_slice() {
            b"domain" => {
                let domain = value.strip_prefix('.').unwrap_or(value).to_ascii_lowercase();
                set.has_domain = !domain.is_empty();
                set.domain = Some(domain).filter(|domain| !domain.is_empty());
            }
            b"path" => set.path = Some(value.to_owned()).filter(|path| path.starts_with('/')),
            b"secure" => set.secure = true,
            b"max-age" => max_age = value.parse::<i64>().ok().or(max_age),
            b"expires" => expires = date::parse(value).or(expires),
            _ => {}
        }
    }
    set.lifetime = match (max_age, expires) {
        (Some(seconds), _) => lifetime(u64::try_from(seconds).ok().map(Duration::from_secs)),
        (None, Some(end)) => lifetime(end.duration_since(SystemTime::now()).ok()),
        (None, None) => Lifetime::Session,
    };
    Some(set)
}

fn lifetime(left: Option<Duration>) -> Lifetime {
    left.filter(|left| !left.is_zero()).map_or(Lifetime::Over, Lifetime::For)
}

fn divided(part: &[u8]) -> (&[u8], Option<&[u8]>) {
    match memchr::memchr(b'=', part).and_then(|at| part.split_at_checked(at)) {
        Some((key, value)) => (key.trim_ascii(), value.get(1..).map(<[u8]>::trim_ascii)),
        None => (part, None),
    }
}
