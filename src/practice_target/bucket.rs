//! The token bucket behind a `limit`: so many requests a second, so many at once.

use std::time::{Duration, Instant};

use super::value_error::ValueError;

/// A rate and the number of requests that may come at once.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Limit {
    pub(super) per_second: f64,
    pub(super) burst: f64,
}

impl Limit {
    /// Reads `100/s:20`; without a burst, one second's worth and at least 1.
    pub(super) fn parse(text: &str) -> Result<Self, ValueError> {
        let error = || ValueError::form(text, "limit", "RATE/s:BURST, for example 100/s:20");
        let (rate, burst) = text.split_once(':').map_or((text, None), |(rate, burst)| (rate, Some(burst)));
        let (count, unit) = rate.trim().split_once('/').ok_or_else(error)?;
        let per = match unit.trim() {
            "s" => 1.0,
            "m" => 60.0,
            "h" => 3_600.0,
            _ => return Err(error()),
        };
        let per_second = count.trim().parse::<f64>().map_err(|_| error())? / per;
        if !(1e-6..1e9).contains(&per_second) {
            return Err(error());
        }
        let burst = match burst {
            Some(burst) => f64::from(burst.trim().parse::<u32>().map_err(|_| error())?),
            None => per_second.floor().max(1.0),
        };
        if burst < 1.0 { Err(error()) } else { Ok(Self { per_second, burst }) }
    }
}

/// The tokens left, as of the last look.
#[derive(Debug)]
pub(super) struct Bucket {
    limit: Limit,
    tokens: f64,
    seen: Option<Instant>,
}

impl Bucket {
    pub(super) fn new(limit: Limit) -> Self {
        Self { limit, tokens: limit.burst, seen: None }
    }

    /// Takes a token; without one, says how long until there is one.
    pub(super) fn take(&mut self, now: Instant) -> Result<(), Duration> {
        let since = self.seen.map_or(Duration::ZERO, |seen| now.saturating_duration_since(seen));
        // Threads may look with slightly older moments; going back would mint tokens twice.
        self.seen = self.seen.max(Some(now));
        self.tokens = (self.tokens + since.as_secs_f64() * self.limit.per_second).min(self.limit.burst);
        // A nanosecond's rounding must not cost a whole token.
        if self.tokens > 1.0 - 1e-6 {
            self.tokens = (self.tokens - 1.0).max(0.0);
            return Ok(());
        }
        Err(Duration::from_secs_f64((1.0 - self.tokens) / self.limit.per_second))
    }

    pub(super) fn refill(&mut self) {
        *self = Self::new(self.limit);
    }
}

/// `Retry-After` in whole seconds, rounded up and at least 1 (RFC 9110 §10.2.3 knows no fractions).
pub(super) fn retry_after(wait: Duration) -> u64 {
    (wait.as_secs() + u64::from(wait.subsec_nanos() > 0)).max(1)
}

#[cfg(test)]
mod tests;
