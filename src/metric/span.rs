//! Spans of sampled traces: what one request or one iteration was, by the trace that it belongs to.

use super::SeriesId;

/// A worker keeps no more than this between two hand-overs; what finds no room is counted.
pub(crate) const MAX_SPANS: usize = 8_192;

/// One request, or the iteration that it belongs to. Its labels are those of its series.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Span {
    /// The series of which its duration is an observation.
    pub series: SeriesId,
    /// The series of which [`Span::response_ns`] is one.
    pub response_series: SeriesId,
    /// The trace; never zero.
    pub trace: u128,
    /// Its own number; never zero.
    pub id: u64,
    /// The span that it belongs to; zero for an iteration.
    pub parent: u64,
    /// Begin, Unix nanoseconds.
    pub start_unix_ns: u64,
    /// How long it took: of a request exactly what the metric counts, where it counts one.
    pub duration_ns: u64,
    /// From the intended start to the end.
    pub response_ns: u64,
    /// How many attempts of the same step there were before.
    pub resends: u32,
    /// Whether its metrics count it: a request that was never written has no service time.
    pub is_observed: bool,
    /// Where the request went, without user, password and values of its query; empty where that is not known, and
    /// for an iteration.
    pub url: String,
    /// What it called itself; empty for an iteration.
    pub user_agent: String,
}

impl Span {
    /// Its end, Unix nanoseconds.
    #[must_use]
    pub fn end_unix_ns(&self) -> u64 {
        self.start_unix_ns.saturating_add(self.duration_ns)
    }
}

/// Spans of a worker between two hand-overs; their series have the worker's own numbers.
#[derive(Debug, Default)]
pub(crate) struct Spans {
    /// Those that found room.
    pub kept: Vec<Span>,
    /// How many did not.
    pub lost: u64,
}

impl Spans {
    /// Keeps a span, or counts it.
    pub(crate) fn push(&mut self, span: Span) {
        if self.kept.len() < MAX_SPANS {
            self.kept.push(span);
        } else {
            self.lost += 1;
        }
    }
}

#[cfg(test)]
mod tests;
