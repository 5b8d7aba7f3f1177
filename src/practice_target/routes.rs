//! Rules for single paths: what a `route` option overrides, and which rules a path falls under.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use hyper::StatusCode;

use super::bucket::{Bucket, Limit};
use super::latency::Latency;
use super::shared::lock;
use super::value_error::ValueError;
use crate::units::{parse_share, parse_size};

/// What is asked of one path; `None` leaves the general option or the built-in answer in force.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Rules {
    path: String,
    prefix: bool,
    pub(super) latency: Option<Latency>,
    pub(super) errors: Option<f64>,
    pub(super) status: Option<StatusCode>,
    pub(super) body: Option<u64>,
    limit: Option<Limit>,
}

impl Rules {
    /// The rules of every path without a route of its own.
    pub(super) fn general(errors: f64, body: Option<u64>, limit: Option<Limit>) -> Self {
        Self { prefix: true, errors: Some(errors), body, limit, ..Self::default() }
    }

    /// Reads `/search latency=20ms errors=5% status=200 body=64KiB limit=100/s:20`.
    pub(super) fn parse(text: &str) -> Result<Self, ValueError> {
        let mut words = split(text).into_iter();
        let path = words.next().filter(|path| path.starts_with('/') && !path.contains('?')).ok_or_else(|| {
            ValueError::form(text, "route", "a path and its rules, for example '/search latency=20ms errors=5%'")
        })?;
        let (path, prefix) = path.strip_suffix('*').map_or((path, false), |stem| (stem, true));
        let mut rules = Self { path: path.to_owned(), prefix, ..Self::default() };
        for word in words {
            let (key, value) = word
                .split_once('=')
                .ok_or_else(|| ValueError::form(word, "rule", "key=value, for example latency=20ms"))?;
            match key {
                "latency" => rules.latency = Some(Latency::parse(value)?),
                "errors" => rules.errors = Some(parse_share(value)?),
                "status" => rules.status = Some(parse_status(value)?),
                "body" => rules.body = Some(parse_size(value)?),
                "limit" => rules.limit = Some(Limit::parse(value)?),
                _ => return Err(ValueError::RouteKey(key.to_owned())),
            }
        }
        Ok(rules)
    }

    fn covers(&self, path: &str) -> bool {
        if self.prefix { path.starts_with(&self.path) } else { path == self.path }
    }
}

/// Reads a status a final answer can have.
pub(super) fn parse_status(text: &str) -> Result<StatusCode, ValueError> {
    // 1xx is no final answer: hyper would take 101 for an upgrade.
    let code = text.parse::<u16>().ok().filter(|code| (200..600).contains(code));
    code.and_then(|code| StatusCode::from_u16(code).ok())
        .ok_or_else(|| ValueError::form(text, "status", "a number from 200 to 599"))
}

/// Splits at blanks outside parentheses, so that `lognormal(10ms, 0.5)` stays one word.
fn split(text: &str) -> Vec<&str> {
    let mut depth = 0_usize;
    let parts = text.split(|letter: char| {
        match letter {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0 && letter.is_whitespace()
    });
    parts.filter(|word| !word.is_empty()).collect()
}

/// Rules and the bucket they fill.
#[derive(Debug)]
pub(super) struct Route {
    pub(super) rules: Rules,
    bucket: Option<Mutex<Bucket>>,
}

impl Route {
    fn new(rules: Rules) -> Self {
        let bucket = rules.limit.map(|limit| Mutex::new(Bucket::new(limit)));
        Self { rules, bucket }
    }

    /// Lets a request pass or says how long to wait for the next token.
    pub(super) fn admit(&self, now: Instant) -> Result<(), Duration> {
        self.bucket.as_ref().map_or(Ok(()), |bucket| lock(bucket).take(now))
    }
}

/// All rules: exact paths first, then the longest prefix, then the general options.
#[derive(Debug)]
pub(super) struct Routes {
    special: Vec<Route>,
    general: Route,
}

impl Routes {
    pub(super) fn new(mut special: Vec<Rules>, general: Rules) -> Self {
        for rules in &mut special {
            rules.errors = rules.errors.or(general.errors);
            rules.body = rules.body.or(general.body);
        }
        special.sort_by_key(|rules| (rules.prefix, std::cmp::Reverse(rules.path.len())));
        Self { special: special.into_iter().map(Route::new).collect(), general: Route::new(general) }
    }

    /// The rules of a path. A route without a limit of its own shares the general one.
    pub(super) fn find(&self, path: &str) -> (&Route, &Route) {
        let found = self.special.iter().find(|route| route.rules.covers(path)).unwrap_or(&self.general);
        (found, if found.bucket.is_some() { found } else { &self.general })
    }

    pub(super) fn refill(&self) {
        for bucket in self.special.iter().chain([&self.general]).filter_map(|route| route.bucket.as_ref()) {
            lock(bucket).refill();
        }
    }
}

#[cfg(test)]
mod tests;
