//! Values out of responses: by path, pattern, header, cookie, form field or what stands around them.
//!
//! Owns what is looked for and which of several finds is taken. Never panics on what a response holds, never takes
//! memory or time out of proportion to it, never parses a pattern while the load runs.
//! Start with [`Extractor::find`]; the kinds stand in files of their own, JSON paths in [`json`].

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
    self::between::Between, self::cookie::Cookie, self::header::Header, self::html::Html, self::json::JsonPath,
    self::pattern::Group, self::pattern::Pattern,
};

/// What is looked for in a response.
#[derive(Debug, Clone)]
pub enum Extractor {
    /// A path into a JSON body.
    Json(JsonPath),
    /// A group of a regular expression over the body.
    Regex(Pattern),
    /// A header line.
    Header(Header),
    /// A cookie that the response sets.
    Cookie(Cookie),
    /// A form field or a `meta` of an HTML body.
    Html(Html),
    /// What stands between two texts of the body.
    Between(Between),
}

/// Which of several finds is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Take {
    /// The first.
    #[default]
    First,
    /// The last.
    Last,
    /// Any, all equally likely.
    Random,
    /// All, as a list; finding none is not finding.
    All,
    /// How many there are; never "not found".
    Count,
    /// The one at a position from 0; negative ones count from the end.
    Nth(i64),
}

impl Extractor {
    /// Looks into a response; `None` if it is not there.
    ///
    /// Finds that are not UTF-8 are left out: half a token is worse than none.
    #[must_use]
    pub fn find(&self, response: &Response<'_>, take: Take, random: &mut Rng) -> Option<Value> {
        match self {
            Self::Json(path) if take == Take::First => path.first(response.body),
            Self::Json(path) if take == Take::Count => Some(whole(path.count(response.body))),
            Self::Json(path) => pick(path.all(response.body).into_iter(), take, random),
            Self::Regex(pattern) => pick(pattern.matches(response.body).map(text), take, random),
            Self::Header(header) => pick(header.matches(response.head).map(text), take, random),
            Self::Cookie(cookie) => pick(cookie.matches(response.head).map(text), take, random),
            Self::Html(html) => pick(html.matches(response.body).map(owned), take, random),
            Self::Between(between) => pick(between.matches(response.body).map(text), take, random),
        }
    }

    /// Whether it needs status line and header lines to be kept.
    #[must_use]
    pub fn reads_head(&self) -> bool {
        matches!(self, Self::Header(_) | Self::Cookie(_))
    }

    /// Whether it needs the body to be kept.
    #[must_use]
    pub fn reads_body(&self) -> bool {
        !self.reads_head()
    }
}

/// A find that becomes a value only if it is the one taken.
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
        Take::Count => Some(whole(matches.count())),
    }
}

fn whole(count: usize) -> Value {
    Value::Int(i64::try_from(count).unwrap_or(i64::MAX))
}
