//! What a receiver answered, and what it can mean. Each protocol has rules of its own; what all share is here.

use std::time::{Duration, SystemTime};

use bytes::Bytes;
use reqwest::header::{HeaderMap, RETRY_AFTER};

/// An answer over HTTP.
#[derive(Debug, Clone)]
pub struct Answer {
    /// Status.
    pub status: u16,
    /// Headers, and trailers where there were some.
    pub headers: HeaderMap,
    /// The beginning of the body, for rules; what people are shown of it is [`Answer::line`].
    pub body: String,
    /// The same as it came, for protocols that answer in bytes.
    pub bytes: Bytes,
    /// What must not be shown: receivers like to quote what they refuse.
    pub secrets: Vec<String>,
}

/// What an answer to a batch means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Everything was taken.
    Taken,
    /// Everything was taken, and the receiver has something to say about it.
    Remarked(String),
    /// All but so many samples were taken, and those never will be.
    Partly {
        /// How many.
        rejected: u64,
        /// Why.
        why: String,
    },
    /// There was no answer: it may have been taken or not.
    Unanswered(String),
    /// Not now.
    Again {
        /// When the receiver wants to be asked again.
        pause: Option<Duration>,
        /// Why.
        why: String,
    },
    /// A fault that may be the receiver's or this batch's.
    Sick(String),
    /// Neither the batch's fault nor one that goes away by itself: a wrong path, a missing right. Somebody may mend it,
    /// so the data is kept and tried slowly.
    Hold(String),
    /// Fewer samples at once.
    TooLarge(String),
    /// This batch will never be taken as it is; a part of it may.
    Poison(String),
    /// Nothing of this batch will ever be taken: it is too old.
    TooOld(String),
    /// The receiver is not what it was taken for: ask it again, and encode anew.
    Stranger(String),
}

impl Answer {
    /// Status and what was said with it, in one line and without secrets.
    #[must_use]
    pub fn line(&self) -> String {
        format!("{} {}", self.status, self.told(&self.body)).trim_end().to_owned()
    }

    /// Words of an answer in one line and without secrets.
    #[must_use]
    pub fn told(&self, words: &str) -> String {
        let mut said = words.split_whitespace().collect::<Vec<_>>().join(" ");
        self.secrets.iter().for_each(|secret| said = said.replace(secret, "…"));
        said.chars().take(300).collect()
    }

    /// Whether something else than a receiver answered: a page to sign in, a default page of a proxy.
    #[must_use]
    pub fn is_page(&self) -> bool {
        self.header("content-type").is_some_and(|kind| kind.trim_start().to_ascii_lowercase().starts_with("text/html"))
    }

    /// Where a redirect leads, without its query.
    fn location(&self) -> String {
        let place = self.header("location").and_then(|place| place.split('?').next()).unwrap_or("another place");
        self.secrets.iter().fold(place.to_owned(), |place, secret| place.replace(secret, "…"))
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

    /// The meaning that an answer has for every protocol, should it have no other; `hint` is for a wrong path.
    #[must_use]
    pub fn usual_verdict(&self, hint: &str) -> Verdict {
        let why = self.line();
        let again = |why| Verdict::Again { pause: self.retry_after(SystemTime::now()), why };
        match self.status {
            _ if self.is_page() && self.status < 400 => {
                Verdict::Hold(format!("{} with a web page (hint: something else answers at this address)", self.status))
            }
            200..=299 => Verdict::Taken,
            300..=399 => Verdict::Hold(format!("{why} (hint: it leads to {}; give that address)", self.location())),
            401 => Verdict::Hold(format!("{why} (hint: check user, password or token; a file with it is read again)")),
            403 => Verdict::Hold(format!("{why} (hint: the credentials lack the right to write)")),
            404 | 405 => Verdict::Hold(format!("{why} (hint: {hint})")),
            413 => Verdict::TooLarge(why),
            408 | 425 | 429 | 500..=599 => again(why),
            400 | 409 | 411 | 414 | 415 | 422 | 431 => Verdict::Poison(why),
            // Whatever it is, it says nothing about the batch.
            _ => Verdict::Hold(why),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, retry_after: Option<&str>) -> Answer {
        let mut headers = HeaderMap::new();
        if let Some(text) = retry_after {
            headers.insert(RETRY_AFTER, text.parse().unwrap());
        }
        let (body, secrets) = ("said\n  so s3cret".to_owned(), vec!["s3cret".to_owned()]);
        Answer { status, headers, body, bytes: Bytes::new(), secrets }
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let now = httpdate::parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT").unwrap();
        assert_eq!(answer(429, Some("7")).retry_after(now), Some(Duration::from_secs(7)));
        let dated = answer(503, Some("Sun, 06 Nov 1994 08:49:40 GMT"));
        assert_eq!(dated.retry_after(now), Some(Duration::from_secs(3)));
        assert_eq!(answer(503, Some("soon")).retry_after(now), None);
        assert_eq!(answer(503, None).retry_after(now), None);
    }

    #[test]
    fn what_is_final_and_what_is_not() {
        let verdict = |status| answer(status, None).usual_verdict("check the path");
        assert_eq!(verdict(204), Verdict::Taken);
        assert_eq!(verdict(400), Verdict::Poison("400 said so …".to_owned()));
        assert!(matches!(verdict(401), Verdict::Hold(_)));
        assert!(matches!(verdict(413), Verdict::TooLarge(_)));
        assert!(matches!(verdict(402), Verdict::Hold(_)));
        let mut moved = answer(308, None);
        moved.headers.insert("location", "https://h/w?token=x".parse().unwrap());
        let verdict_of_moved = moved.usual_verdict("");
        assert!(
            matches!(&verdict_of_moved, Verdict::Hold(why) if why.contains("https://h/w;")),
            "{verdict_of_moved:?}"
        );
        let mut page = answer(200, None);
        page.headers.insert("content-type", "text/html; charset=utf-8".parse().unwrap());
        assert!(matches!(page.usual_verdict(""), Verdict::Hold(_)));
        assert!(matches!(verdict(503), Verdict::Again { .. }));
    }
}
