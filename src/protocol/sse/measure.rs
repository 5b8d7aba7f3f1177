//! What is measured of a stream, and of the answer of a language model in it.
//!
//! ```text
//!  intended        first event      first token            last token     end
//!     │── to first event ──│── gap ──│── gap ──│──── gap ────│──── gap ────│
//!     │────── time to first token ───│                       │
//!     │                              │ (n - 1) × inter-token latency
//!     │────────────────── n × time per output token ─────────│
//! ```
//!
//! Time to first token, inter-token latency and inter-chunk latency are defined as in `AIPerf`; the time per output token
//! is that of `GuideLLM`. vLLM calls the inter-token latency "TPOT", and the inter-chunk latency "ITL".

use std::time::Duration;

use tokio::time::Instant;

use super::layout::{EventPart, Usage};

/// What a stream did so far.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct StreamMeasure {
    pub first_event: Option<Instant>,
    pub last_event: Option<Instant>,
    /// Longest time between two events.
    pub longest_gap: Duration,
    /// The answer, if the layout has one.
    pub answer: Option<Box<Answer>>,
}

/// The answer of a language model so far.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Answer {
    pub first_token: Option<Instant>,
    pub last_token: Option<Instant>,
    /// Events with a piece of it.
    pub chunks: u64,
    pub usage: Usage,
    pub finish_reason: Option<String>,
}

/// What a part of an answer brings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Piece {
    /// No piece of the answer.
    None,
    /// The first one.
    First,
    /// Another one, and the time since the one before.
    Next(Duration),
}

/// The number of output tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tokens {
    /// By the server's `usage`.
    Usage(u64),
    /// The number of chunks, because the server reported none.
    Chunks(u64),
}

impl Tokens {
    #[must_use]
    pub(crate) fn count(self) -> u64 {
        match self {
            Self::Usage(count) | Self::Chunks(count) => count,
        }
    }
}

impl StreamMeasure {
    /// Counts an event that was read at a time; returns the time since the one before.
    pub(crate) fn event(&mut self, at: Instant) -> Option<Duration> {
        let gap = self.last_event.map(|last| at.saturating_duration_since(last));
        self.first_event.get_or_insert(at);
        self.last_event = Some(at);
        self.longest_gap = self.longest_gap.max(gap.unwrap_or_default());
        gap
    }

    /// The longest gap of a stream that ended at a time: what was silent until then was silent for at least as long.
    #[must_use]
    pub(crate) fn longest_gap_until(&self, end: Instant) -> Option<Duration> {
        let last = self.last_event?;
        Some(self.longest_gap.max(end.saturating_duration_since(last)))
    }
}

impl Answer {
    /// Takes a part that was read at a time.
    pub(crate) fn part(&mut self, part: &EventPart<'_>, at: Instant) -> Piece {
        self.usage.update(part.usage);
        if let Some(reason) = &part.finish_reason {
            self.finish_reason = Some(reason.to_string());
        }
        if part.content.is_none() {
            return Piece::None;
        }
        self.chunks += 1;
        let before = self.last_token.replace(at);
        self.first_token.get_or_insert(at);
        before.map_or(Piece::First, |before| Piece::Next(at.saturating_duration_since(before)))
    }

    /// Output tokens.
    #[must_use]
    pub(crate) fn output_tokens(&self) -> Tokens {
        self.usage.output.map_or(Tokens::Chunks(self.chunks), Tokens::Usage)
    }

    /// Mean time between tokens after the first; None with fewer than two.
    #[must_use]
    pub(crate) fn inter_token_latency(&self) -> Option<Duration> {
        let (first, last) = (self.first_token?, self.last_token?);
        shared(last.saturating_duration_since(first), self.output_tokens().count().checked_sub(1)?)
    }

    /// Time from `start` to the last token, divided by the number of tokens.
    #[must_use]
    pub(crate) fn time_per_output_token(&self, start: Instant) -> Option<Duration> {
        shared(self.last_token?.saturating_duration_since(start), self.output_tokens().count())
    }
}

/// A time divided by a count; None for zero.
fn shared(time: Duration, count: u64) -> Option<Duration> {
    (count > 0).then(|| time.div_f64(count as f64))
}

#[cfg(test)]
mod tests;
