//! A pretended leak: a gauge that grows, so that memory analysis has a truth to be measured by.

use std::time::Duration;

use super::value_error::ValueError;
use crate::units::parse_size;

/// What the gauge shows before anything leaked, in bytes.
const BASE: f64 = 52_428_800.0;

/// Growth in bytes, per second of the run or per request.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Leak {
    PerSecond(f64),
    PerRequest(f64),
}

impl Leak {
    /// Reads `1MiB/s` or `1KiB/req`.
    pub(super) fn parse(text: &str) -> Result<Self, ValueError> {
        let error = || ValueError::form(text, "leak", "for example 1MiB/s or 1KiB/req");
        let (size, per) = text.split_once('/').ok_or_else(error)?;
        let bytes = parse_size(size).map_err(|_| error())? as f64;
        match per.trim() {
            "s" => Ok(Self::PerSecond(bytes)),
            "req" | "request" => Ok(Self::PerRequest(bytes)),
            _ => Err(error()),
        }
    }
}

/// The pretended memory in bytes after a time and a number of requests.
pub(super) fn resident(leak: Option<Leak>, elapsed: Duration, requests: u64) -> f64 {
    let leaked = match leak {
        None => 0.0,
        Some(Leak::PerSecond(bytes)) => bytes * elapsed.as_secs_f64(),
        Some(Leak::PerRequest(bytes)) => bytes * requests as f64,
    };
    (BASE + leaked).floor()
}

#[cfg(test)]
mod tests;
