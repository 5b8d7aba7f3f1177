//! What one point of the timeline holds of a scenario, or of the whole run: counts, distributions and levels.

use std::collections::BTreeMap;

use crate::metric::{
    Histogram, MetricDef,
    catalogue::{self as c},
    intended::{COARSE_BUCKETS, IntendedCell},
};

/// Levels, with their names in the report.
pub(super) const GAUGES: [(&str, &MetricDef); 5] = [
    ("users", &c::VUS),
    ("users_max", &c::VUS_MAX),
    ("streams_open", &c::SSE_STREAMS_OPEN),
    ("sockets_open", &c::WS_SOCKETS_OPEN),
    ("connections", &c::GENERATOR_OPEN_SOCKETS),
];

/// The largest value of each of [`GAUGES`]; None where there was none.
pub(super) type Levels = [Option<f64>; GAUGES.len()];

/// Counts of a part of the run.
#[derive(Debug, Clone, Default)]
pub(super) struct Cell {
    pub attempts: u64,
    pub failed: u64,
    /// From the intended start, by the end of the request.
    pub response_times: Histogram,
    /// Arrivals of the open model, by the second in which they were due.
    pub due: u64,
    pub dropped: u64,
    pub iterations: f64,
    pub schedule_lag: Histogram,
    pub levels: Levels,
    /// By the number of the class.
    pub errors: BTreeMap<usize, f64>,
    /// Response times in coarse buckets, by the second in which requests were due.
    pub distribution: Option<Box<[u64; COARSE_BUCKETS]>>,
    pub bytes_sent: f64,
    pub bytes_received: f64,
    pub cpu_seconds: f64,
}

impl Cell {
    /// Adds what follows in time: levels keep their maximum.
    pub(super) fn merge_later(&mut self, later: &Self) {
        self.merge_counts(later);
        merge_levels(&mut self.levels, &later.levels);
    }

    /// Adds another scenario's part of the same time: levels and rates add up.
    pub(super) fn merge_beside(&mut self, beside: &Self) {
        self.merge_counts(beside);
        for (own, more) in self.levels.iter_mut().zip(beside.levels) {
            add_level(own, more);
        }
    }

    fn merge_counts(&mut self, other: &Self) {
        self.attempts += other.attempts;
        self.failed += other.failed;
        self.response_times.merge(&other.response_times);
        self.due += other.due;
        self.dropped += other.dropped;
        self.iterations += other.iterations;
        self.schedule_lag.merge(&other.schedule_lag);
        for (class, count) in &other.errors {
            *self.errors.entry(*class).or_default() += count;
        }
        if let Some(more) = &other.distribution {
            let own = self.distribution.get_or_insert_with(empty_distribution);
            own.iter_mut().zip(&**more).for_each(|(own, more)| *own += more);
        }
        self.bytes_sent += other.bytes_sent;
        self.bytes_received += other.bytes_received;
        self.cpu_seconds += other.cpu_seconds;
    }

    /// Adds what was due in a second; `is_open`: whether arrivals have a schedule.
    pub(super) fn add_intended(&mut self, cell: &IntendedCell, is_open: bool) {
        if is_open {
            self.due += cell.due;
            self.dropped += cell.dropped;
        }
        if cell.response_times.iter().any(|count| *count > 0) {
            let own = self.distribution.get_or_insert_with(empty_distribution);
            own.iter_mut().zip(&*cell.response_times).for_each(|(own, more)| *own += u64::from(*more));
        }
    }
}

/// Keeps the larger one of each level.
pub(super) fn merge_levels(own: &mut Levels, later: &Levels) {
    for (own, later) in own.iter_mut().zip(later) {
        *own = match (*own, *later) {
            (Some(one), Some(other)) => Some(one.max(other)),
            (one, other) => one.or(other),
        };
    }
}

/// Adds a level to another one of the same time.
pub(super) fn add_level(own: &mut Option<f64>, more: Option<f64>) {
    if let Some(more) = more {
        *own = Some(own.unwrap_or(0.0) + more);
    }
}

fn empty_distribution() -> Box<[u64; COARSE_BUCKETS]> {
    Box::new([0; COARSE_BUCKETS])
}
