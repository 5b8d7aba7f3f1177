//! Extraction of values from responses: by `JSONPath`, regular expression, header, cookie, form field or boundaries.
//!
//! Owns the extractors and the choice among several matches. Never panics on the content of a response, never uses
//! memory or time out of proportion to it, never parses a pattern while the load runs.
//! Start with [`Extractor::find`]; each kind has a file of its own, `JSONPath` is in [`json`].

mod between;
mod cookie;
mod entity;
mod error;
mod header;
mod html;
pub(crate) mod json;
mod markup;
mod pattern;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

use fastrand::Rng;

use super::{Response, Value};

pub(crate) use self::error::ExtractError;
pub use {
    self::between::Between, self::cookie::Cookie, self::header::HeaderSelector, self::html::Html, self::json::JsonPath,
    self::pattern::Group, self::pattern::Pattern,
};

/// A way to find a value in a response.
#[derive(Debug, Clone)]
pub enum Extractor {
    /// A `JSONPath` into the body.
    Json(JsonPath),
    /// A capture group of a regular expression over the body.
    Regex(Pattern),
    /// A header line by name.
    Header(HeaderSelector),
    /// A cookie set by the response.
    Cookie(Cookie),
    /// A form field or a `meta` of an HTML body.
    Html(Html),
    /// The text between two boundaries in the body.
    Between(Between),
}

/// Which of several matches is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Take {
    /// The first in document order.
    #[default]
    First,
    /// The last in document order.
    Last,
    /// A random one, uniformly distributed.
    Random,
    /// All as a list; an empty list counts as no match.
    All,
    /// The number of matches; zero counts as a match, but of a body that is not JSON a `JSONPath` has no number.
    Count,
    /// The one at a position from 0; negative positions count from the end.
    Nth(i64),
}

impl Extractor {
    /// The value in a response; `None` if there is no match.
    ///
    /// Matches that are not UTF-8 are skipped: a damaged token is worse than none.
    #[must_use]
    pub fn find(&self, response: &Response<'_>, take: Take, random: &mut Rng) -> Option<Value> {
        match self {
            Self::Json(path) if take == Take::First => path.first(response.body),
            Self::Json(path) if take == Take::Count => Some(Value::from(path.count(response.body)? as u64)),
            Self::Json(path) => pick(path.all(response.body)?.into_iter(), take, random),
            Self::Regex(pattern) => pick(pattern.matches(response.body).map(text), take, random),
            Self::Header(header) => pick(header.matches(response.head).map(text), take, random),
            Self::Cookie(cookie) => pick(cookie.matches(response.head).map(text), take, random),
            Self::Html(html) => pick(html.matches(response.body).map(owned), take, random),
            Self::Between(between) => pick(between.matches(response.body).map(text), take, random),
        }
    }

    /// Whether it needs the response head.
    #[must_use]
    pub fn reads_head(&self) -> bool {
        matches!(self, Self::Header(_) | Self::Cookie(_))
    }

    /// Whether it needs the body.
    #[must_use]
    pub fn reads_body(&self) -> bool {
        !self.reads_head()
    }
}

/// A match; it becomes a value only if it is chosen.
trait Match {
    fn value(self) -> Value;
}

impl Match for Value {
    fn value(self) -> Value {
        self
    }
}

impl Match for Cow<'_, str> {
    fn value(self) -> Value {
        Value::from(&*self)
    }
}

fn text(found: &str) -> Cow<'_, str> {
    Cow::Borrowed(found)
}

fn owned(found: Cow<'_, str>) -> Cow<'_, str> {
    found
}

fn pick<T: Match>(mut matches: impl Iterator<Item = T>, take: Take, random: &mut Rng) -> Option<Value> {
    match take {
        Take::First => matches.next().map(Match::value),
        Take::Last => matches.last().map(Match::value),
        Take::Nth(index) if index >= 0 => matches.nth(usize::try_from(index).ok()?).map(Match::value),
        Take::Nth(index) => {
            let mut all: Vec<T> = matches.collect();
            let from_end = usize::try_from(index.unsigned_abs()).ok()?;
            Some(all.swap_remove(all.len().checked_sub(from_end)?).value())
        }
        Take::Random => {
            let mut all: Vec<T> = matches.collect();
            (!all.is_empty()).then(|| all.swap_remove(random.usize(..all.len())).value())
        }
        Take::All => {
            let all: Vec<Value> = matches.map(Match::value).collect();
            (!all.is_empty()).then(|| Value::List(all.into()))
        }
        Take::Count => Some(Value::from(matches.count() as u64)),
    }
}
