//! One thread's request log: counts by path and second, arrivals by 10 ms, times. Its memory has a bound.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use super::histogram::Histogram;
use super::report::{self, MOST_ROUTES, OTHER, Report};
use super::traces::TraceLog;

/// An hour of 10 ms bins.
const MOST_BINS: usize = 360_000;
/// Rows of (path, second) a thread keeps: some 35 MB at worst.
const MOST_ROWS: usize = 400_000;
/// Longer paths are folded: 1,000 of hyper's longest would take 64 MB.
const LONGEST_PATH: usize = 512;

/// Counts by status; a path sees few, so a list beats a map.
type Counts = Vec<(u16, u64)>;

/// What a thread saw since the last reset.
#[derive(Debug, Default)]
pub(super) struct Log {
    epoch: u64,
    total: u64,
    places: HashMap<Box<str>, usize>,
    routes: Vec<RouteLog>,
    bins: Vec<u32>,
    rows: usize,
    times: Histogram,
    /// Trace contexts.
    pub(super) traces: TraceLog,
}

#[derive(Debug, Default)]
struct RouteLog {
    path: Box<str>,
    total: u64,
    by_status: Counts,
    seconds: Vec<Row>,
}

#[derive(Debug)]
struct Row {
    second: u32,
    requests: u64,
    by_status: Counts,
}

/// Where an arrival was counted, so that its answer is counted beside it.
#[derive(Debug)]
pub(super) struct Ticket {
    epoch: u64,
    route: usize,
    second: u32,
}

impl Log {
    /// Counts an arrival, `since` the start of the run.
    pub(super) fn arrive(&mut self, path: &str, since: Duration) -> Ticket {
        self.total += 1;
        let bin = usize::try_from(since.as_millis() / 10).unwrap_or(usize::MAX);
        if bin < MOST_BINS {
            if self.bins.len() <= bin {
                self.bins.resize(bin + 1, 0);
            }
            self.bins[bin] += 1;
        }
        let second = u32::try_from(since.as_secs()).unwrap_or(u32::MAX);
        let route = self.place(path);
        self.routes[route].total += 1;
        self.count_in(route, second);
        Ticket { epoch: self.epoch, route, second }
    }

    /// Counts the response to an arrival; one from before a reset is forgotten.
    pub(super) fn record_response(&mut self, ticket: &Ticket, status: u16, took: Duration) {
        if ticket.epoch != self.epoch {
            return;
        }
        self.times.record(u64::try_from(took.as_nanos()).unwrap_or(u64::MAX));
        let route = &mut self.routes[ticket.route];
        count(&mut route.by_status, status);
        let place = route.seconds.partition_point(|row| row.second < ticket.second);
        if let Some(row) = route.seconds.get_mut(place).filter(|row| row.second == ticket.second) {
            count(&mut row.by_status, status);
        }
    }

    fn place(&mut self, path: &str) -> usize {
        if let Some(place) = self.places.get(path) {
            return *place;
        }
        let named = path.len() <= LONGEST_PATH && self.routes.len() + 1 < MOST_ROUTES;
        let path = if named { path } else { OTHER };
        if let Some(place) = self.places.get(path) {
            return *place;
        }
        self.routes.push(RouteLog { path: path.into(), ..RouteLog::default() });
        self.places.insert(path.into(), self.routes.len() - 1);
        self.routes.len() - 1
    }

    fn count_in(&mut self, route: usize, second: u32) {
        let seconds = &mut self.routes[route].seconds;
        let place = seconds.partition_point(|row| row.second < second);
        if let Some(row) = seconds.get_mut(place).filter(|row| row.second == second) {
            row.requests += 1;
        } else if self.rows < MOST_ROWS {
            self.rows += 1;
            seconds.insert(place, Row { second, requests: 1, by_status: Counts::new() });
        }
    }

    pub(super) fn reset(&mut self) {
        *self = Self { epoch: self.epoch + 1, ..Self::default() };
    }

    pub(super) fn total(&self) -> u64 {
        self.total
    }

    /// Adds this thread's answers to counts by (path, status).
    pub(super) fn count_answers(&self, into: &mut BTreeMap<(String, u16), u64>) {
        for route in &self.routes {
            for (status, count) in &route.by_status {
                *into.entry((route.path.to_string(), *status)).or_default() += count;
            }
        }
    }

    /// Adds everything to a report, the times to a histogram.
    pub(super) fn merge_into(&self, report: &mut Report, times: &mut Histogram) {
        report.total += self.total;
        times.merge(&self.times);
        self.traces.merge_into(&mut report.traces);
        let bins = &mut report.arrivals_per_10ms;
        bins.resize(bins.len().max(self.bins.len()), 0);
        for (bin, count) in bins.iter_mut().zip(&self.bins) {
            *bin += u64::from(*count);
        }
        for route in &self.routes {
            let merged = report.route(&route.path);
            merged.total += route.total;
            report::add(&mut merged.by_status, &route.by_status);
            for row in &route.seconds {
                let second = merged.second(row.second);
                second.requests += row.requests;
                report::add(&mut second.by_status, &row.by_status);
            }
        }
    }
}

fn count(counts: &mut Counts, status: u16) {
    match counts.iter_mut().find(|(known, _)| *known == status) {
        Some((_, count)) => *count += 1,
        None => counts.push((status, 1)),
    }
}

#[cfg(test)]
mod tests;
