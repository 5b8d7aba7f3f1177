//! Spans of sampled traces: one request or one iteration each.

use super::SeriesId;

/// Limit of a worker between two flushes; spans beyond it are counted.
pub(crate) const MAX_SPANS: usize = 8_192;

/// A request, or an iteration. Its labels are those of its series.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Span {
    /// The series that contains its duration.
    pub series: SeriesId,
    /// The series that contains [`Span::response_ns`].
    pub response_series: SeriesId,
    /// Trace id; never zero.
    pub trace: u128,
    /// Span id; never zero.
    pub id: u64,
    /// Id of the parent span; zero for an iteration.
    pub parent: u64,
    /// Start, Unix nanoseconds.
    pub start_unix_ns: u64,
    /// Duration in nanoseconds; for a request equal to the observation of the metric, if it has one.
    pub duration_ns: u64,
    /// From the intended start to the end, in nanoseconds.
    pub response_ns: u64,
    /// Number of earlier attempts of the same step.
    pub resends: u32,
    /// Whether its metrics contain it: a request that was never written has no service time.
    pub is_observed: bool,
    /// URL of the request, without user, password and query values; empty if unknown, and for an iteration.
    pub url: String,
    /// `User-Agent` of the request; empty for an iteration.
    pub user_agent: String,
}

impl Span {
    /// End, Unix nanoseconds.
    #[must_use]
    pub fn end_unix_ns(&self) -> u64 {
        self.start_unix_ns.saturating_add(self.duration_ns)
    }
}

/// Spans of a worker between two flushes; series numbers are those of the worker.
#[derive(Debug, Default)]
pub(crate) struct Spans {
    /// Spans within the limit.
    pub kept: Vec<Span>,
    /// Number of spans beyond the limit.
    pub lost: u64,
}

impl Spans {
    /// Adds a span, or counts it beyond the limit.
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
