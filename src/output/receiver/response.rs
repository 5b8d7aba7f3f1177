//! A response of a receiver and what it means. Each protocol has rules of its own; what all share is here.

#[cfg(test)]
mod tests;

use std::time::{Duration, SystemTime};

use bytes::Bytes;
use reqwest::header::{HeaderMap, RETRY_AFTER};

use super::hint;

/// A response over HTTP.
#[derive(Debug, Clone)]
pub struct Response {
    /// Status.
    pub status: u16,
    /// Headers, and trailers where there were some.
    pub headers: HeaderMap,
    /// The beginning of the body, for rules; what people are shown of it is [`Response::summary`].
    pub body: String,
    /// The same as it came, for protocols that respond in bytes.
    pub bytes: Bytes,
    /// What must not be shown: receivers like to quote what they refuse.
    pub secrets: Vec<String>,
}

/// What a response to a batch means. Reasons are shown to people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ResponseClass {
    /// Everything was accepted.
    Accepted,
    /// Everything was accepted, with a warning.
    AcceptedWithWarning(String),
    /// All but some samples were accepted; those will not be unless the receiver changes.
    PartiallyAccepted {
        /// Number of rejected samples.
        rejected: u64,
        reason: String,
        /// Whether sending the accepted ones again changes nothing, so that the batch can be offered again whole.
        repeatable: bool,
    },
    /// No response: the batch may have been accepted or not. Retryable.
    NoResponse(String),
    /// The reader of a pipe is gone, for good.
    Closed(String),
    /// Not accepted now, perhaps later.
    Retryable {
        /// The pause that the receiver asks for.
        pause: Option<Duration>,
        reason: String,
    },
    /// Flow control: the receiver takes fewer requests at a time. No failure, and no reason to probe it again.
    RateLimited {
        /// The pause that the receiver asks for.
        pause: Option<Duration>,
        reason: String,
    },
    /// What was delivered before is gone: the database does not exist any more.
    Emptied(String),
    /// An error of the receiver, or one that this batch causes. Retryable at first.
    ServerError(String),
    /// A wrong path, missing permissions: not caused by the batch, and not temporary. Retryable, slowly, because
    /// an operator may fix it.
    Misconfigured(String),
    /// Fewer samples at once.
    TooLarge(String),
    /// This batch will never be accepted as it is; a part of it may.
    Rejected(String),
    /// No sample of this batch will ever be accepted: all are too old.
    TooOld(String),
    /// The receiver does not support what was negotiated: probe it again and encode anew.
    ProtocolMismatch(String),
}

/// A text with a secret masked. A secret of few letters is part of many words (`er` of `error`), and is masked only where it
/// stands by itself.
fn without(text: &str, secret: &str) -> String {
    const SHORT: usize = 4;
    if secret.is_empty() {
        return text.to_owned();
    }
    if secret.chars().count() >= SHORT {
        return text.replace(secret, "…");
    }
    let is_letter = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    let (mut masked, mut end) = (String::new(), 0);
    for (begin, _) in text.match_indices(secret) {
        let after = begin + secret.len();
        if !is_letter(text[..begin].chars().next_back()) && !is_letter(text[after..].chars().next()) {
            masked += &text[end..begin];
            masked.push('…');
            end = after;
        }
    }
    masked + &text[end..]
}

impl ResponseClass {
    /// Whether it stays so until a person helps.
    #[must_use]
    pub fn is_lasting(&self) -> bool {
        matches!(self, Self::Misconfigured(_))
    }
}

impl Response {
    /// Status and body in one line and without secrets.
    #[must_use]
    pub fn summary(&self) -> String {
        let body = self.redacted(&self.body);
        format!("{} {body}", self.status).trim_end().to_owned() + &hint::of_response(&body)
    }

    /// Text of a response in one line and without secrets.
    #[must_use]
    pub fn redacted(&self, text: &str) -> String {
        let mut line = text.split_whitespace().collect::<Vec<_>>().join(" ");
        self.secrets.iter().for_each(|secret| line = without(&line, secret));
        line.chars().take(300).collect()
    }

    /// Whether something else than a receiver responded: a sign-in page, a default page of a proxy.
    #[must_use]
    pub fn is_web_page(&self) -> bool {
        let body = self.body.trim_start().get(..15).unwrap_or(self.body.trim_start()).to_ascii_lowercase();
        let is_declared = |kind: &str| kind.trim_start().to_ascii_lowercase().starts_with("text/html");
        self.header("content-type").is_some_and(is_declared)
            || body.starts_with("<!doctype html")
            || body.starts_with("<html")
    }

    /// Whether the body is a document with content (JSON, XML), as servers answer that are no receivers.
    #[must_use]
    pub fn is_document(&self) -> bool {
        let mut rest = self.body.chars().filter(|c| !c.is_whitespace());
        match rest.next() {
            Some('{') => rest.next() == Some('"'),
            Some('[') => rest.next().is_some_and(|next| next != ']'),
            first => first == Some('<'),
        }
    }

    /// Where a redirect leads, without its query.
    fn location(&self) -> String {
        let place = self.header("location").and_then(|place| place.split('?').next()).unwrap_or("another place");
        self.secrets.iter().fold(place.to_owned(), |place, secret| without(&place, secret))
    }

    /// Whether the body says that a newer sample was written before.
    #[must_use]
    pub fn is_out_of_order(&self) -> bool {
        let body = self.body.to_ascii_lowercase();
        body.contains("out of order") || body.contains("out-of-order")
    }

    /// Whether the body says that samples are too old.
    #[must_use]
    pub fn is_too_old(&self) -> bool {
        let body = self.body.to_ascii_lowercase();
        ["out of bounds", "too old"].iter().any(|text| body.contains(text))
    }

    /// A header as text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// How long to wait, by `Retry-After`: seconds or an HTTP date.
    #[must_use]
    pub fn retry_after(&self, now: SystemTime) -> Option<Duration> {
        let text = self.header(RETRY_AFTER.as_str())?.trim();
        if let Ok(seconds) = text.parse() {
            return Some(Duration::from_secs(seconds));
        }
        let at = httpdate::parse_http_date(text).ok()?;
        Some(at.duration_since(now).unwrap_or_default())
    }

    /// The meaning that a response has for every protocol, should it have no other; `hint` is for a wrong path.
    #[must_use]
    pub fn default_class(&self, hint: &str) -> ResponseClass {
        let reason = self.summary();
        let again = |reason| ResponseClass::Retryable { pause: self.retry_after(SystemTime::now()), reason };
        match self.status {
            _ if self.is_web_page() && self.status < 400 => ResponseClass::Misconfigured(format!(
                "{} with a web page (hint: something else answers at this address)",
                self.status
            )),
            200..=299 => ResponseClass::Accepted,
            300..=399 => ResponseClass::Misconfigured(format!(
                "{reason} (hint: it redirects to {}; use that address)",
                self.location()
            )),
            // Whatever is sent there: nothing of it is read.
            400 if hint::is_about_tls(&self.body) => ResponseClass::Misconfigured(reason),
            401 => ResponseClass::Misconfigured(format!(
                "{reason} (hint: check user, password or token; a file with it is read again)"
            )),
            407 => ResponseClass::Misconfigured(format!(
                "{reason} (hint: the proxy wants a user and password: HTTP_PROXY=http://user:password@host:port)"
            )),
            403 => ResponseClass::Misconfigured(format!("{reason} (hint: the credentials lack write permission)")),
            404 | 405 => ResponseClass::Misconfigured(format!("{reason} (hint: {hint})")),
            413 => ResponseClass::TooLarge(reason),
            429 => ResponseClass::RateLimited { pause: self.retry_after(SystemTime::now()), reason },
            408 | 425 | 500..=599 => again(reason),
            400 | 409 | 411 | 414 | 415 | 422 | 431 => ResponseClass::Rejected(reason),
            // Whatever it is, it says nothing about the batch.
            _ => ResponseClass::Misconfigured(reason),
        }
    }
}
