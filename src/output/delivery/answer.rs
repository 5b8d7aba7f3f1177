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
    /// The beginning of the body, for people and for rules.
    pub body: String,
    /// The same as it came, for protocols that answer in bytes. May quote a secret of ours.
    pub bytes: Bytes,
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
    /// This batch will never be taken.
    Poison(String),
    /// The receiver is not what it was taken for: ask it again, and encode anew.
    Stranger(String),
}

impl Verdict {
    /// The same with other words.
    #[must_use]
    pub fn map_words(self, change: impl FnOnce(String) -> String) -> Self {
        match self {
            Self::Taken => Self::Taken,
            Self::Remarked(why) => Self::Remarked(change(why)),
            Self::Partly { rejected, why } => Self::Partly { rejected, why: change(why) },
            Self::Again { pause, why } => Self::Again { pause, why: change(why) },
            Self::Sick(why) => Self::Sick(change(why)),
            Self::Hold(why) => Self::Hold(change(why)),
            Self::TooLarge(why) => Self::TooLarge(change(why)),
            Self::Poison(why) => Self::Poison(change(why)),
            Self::Stranger(why) => Self::Stranger(change(why)),
        }
    }
}

impl Answer {
    /// Status and what was said with it, in one line.
    #[must_use]
    pub fn line(&self) -> String {
        let said: String = self.body.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(300).collect();
        format!("{} {said}", self.status).trim_end().to_owned()
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

    /// Whether it says that samples are not newer than known ones.
    #[must_use]
    pub fn tells_of_wrong_order(&self) -> bool {
        let said = self.body.to_ascii_lowercase();
        ["out of order", "out-of-order", "duplicate sample"].iter().any(|word| said.contains(word))
    }

    /// The meaning that an answer has for every protocol, should it have no other; `hint` is for a wrong path.
    #[must_use]
    pub fn usual_verdict(&self, hint: &str) -> Verdict {
        let why = self.line();
        let again = |why| Verdict::Again { pause: self.retry_after(SystemTime::now()), why };
        match self.status {
            200..=299 => Verdict::Taken,
            401 => Verdict::Hold(format!("{why} (hint: check user, password or token; a file with it is read again)")),
            403 => Verdict::Hold(format!("{why} (hint: the credentials lack the right to write)")),
            404 | 405 => Verdict::Hold(format!("{why} (hint: {hint})")),
            413 => Verdict::TooLarge(why),
            408 | 425 | 429 | 500..=599 => again(why),
            _ => Verdict::Poison(why),
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
        Answer { status, headers, body: "said\n  so".to_owned(), bytes: Bytes::new() }
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
        assert_eq!(verdict(400), Verdict::Poison("400 said so".to_owned()));
        assert!(matches!(verdict(401), Verdict::Hold(_)));
        assert!(matches!(verdict(413), Verdict::TooLarge(_)));
        assert!(matches!(verdict(503), Verdict::Again { .. }));
    }
}
