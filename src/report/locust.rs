//! Locust's four CSV files (`--csv PREFIX`), so that what reads them reads a run of loadagent too.
//!
//! Columns, order, quoting and number forms are those of Locust 2.47. What they mean here:
//! - *Request Count* is attempts, failed ones included, also those that never got a connection.
//! - Response times are `http_req_duration`, because Locust measures from the send: waiting that an overloaded target
//!   causes before the send is in `http_req_response_time` only, which Locust has no column for. Attempts that ended
//!   before the send have no time, as Locust's requests without a response time.
//! - Percentiles are those of `summary.json`, in whole milliseconds; Locust's own are cut to two digits.
//! - *Content Size* is bytes received, heads included.
//! - The history has the `Aggregated` row of `--csv-full-history`: rates and percentiles of the last ten seconds, and
//!   totals. It is handed out row by row, so that memory does not grow with the run.

use std::collections::{BTreeMap, VecDeque};

use jiff::Timestamp;

use super::{
    csv::{float, record},
    locust_entry::{Entry, PERCENTILES},
};
use crate::{
    metric::{Interval, MetricDef, SeriesDef, SeriesId, Value, catalogue},
    protocol::ErrorClass,
};

/// What the file of the history is called after the prefix.
pub(crate) const HISTORY_SUFFIX: &str = "_stats_history.csv";
/// Ends of the names of all files.
pub(crate) const SUFFIXES: [&str; 4] = [HISTORY_SUFFIX, "_stats.csv", "_failures.csv", "_exceptions.csv"];
/// Locust's `CURRENT_RESPONSE_TIME_PERCENTILE_WINDOW`.
const WINDOW_MS: i64 = 10_000;
/// Name of the row over everything.
const AGGREGATED: &str = "Aggregated";

/// What a series feeds.
#[derive(Debug, Clone)]
enum Role {
    /// An entry, by name and method.
    Entry((String, String)),
    /// A row of the failures.
    Failure(FailureKey),
    Users,
}

/// Method, name, error.
type FailureKey = (String, String, String);

#[derive(Debug, Default)]
struct Failure {
    occurrences: f64,
    first_ms: i64,
    last_ms: i64,
}

/// Folds intervals into Locust's tables. Memory is bounded by the number of entries.
#[derive(Debug, Default)]
pub(crate) struct LocustCsv {
    roles: BTreeMap<SeriesId, Role>,
    entries: BTreeMap<(String, String), Entry>,
    total: Entry,
    failures: BTreeMap<FailureKey, Failure>,
    users: BTreeMap<SeriesId, f64>,
    /// Spans within the window: begin, end, what they brought.
    window: VecDeque<(i64, i64, Entry)>,
    begin_ms: Option<i64>,
    end_ms: i64,
}

impl LocustCsv {
    /// What the file of the history begins with.
    #[must_use]
    pub(crate) fn history_head() -> String {
        let totals = ["Request Count", "Failure Count", "Median Response Time", "Average Response Time"];
        let rest = ["Min Response Time", "Max Response Time", "Average Content Size"];
        let totals = totals.into_iter().chain(rest).map(|name| format!("Total {name}"));
        let own = ["Timestamp", "User Count", "Type", "Name", "Requests/s", "Failures/s"].map(str::to_owned);
        record(own.into_iter().chain(percentile_names()).chain(totals))
    }

    /// Takes an interval; gives the row that the history grows by.
    #[must_use]
    pub(crate) fn fold(&mut self, interval: &Interval) -> String {
        for series in &interval.new_series {
            if let Some(role) = role(series) {
                self.roles.insert(series.id, role);
            }
        }
        let mut span = Entry::default();
        for (id, value) in &interval.values {
            match self.roles.get(id) {
                Some(Role::Entry(key)) => {
                    self.entries.entry(key.clone()).or_default().add(value);
                    span.add(value);
                }
                Some(Role::Failure(key)) => {
                    let Value::Counter(count) = value else { continue };
                    let failure = self
                        .failures
                        .entry(key.clone())
                        .or_insert_with(|| Failure { first_ms: interval.start_ms, ..Failure::default() });
                    failure.occurrences += count;
                    failure.last_ms = interval.start_ms;
                }
                Some(Role::Users) => {
                    if let Value::Gauge(Some(users)) = value {
                        self.users.insert(*id, *users);
                    }
                }
                None => {}
            }
        }
        self.total.merge(&span);
        self.begin_ms.get_or_insert(interval.start_ms);
        self.end_ms = interval.end_ms;
        self.window.push_back((interval.start_ms, interval.end_ms, span));
        while self.window.front().is_some_and(|(_, end_ms, _)| *end_ms <= interval.end_ms - WINDOW_MS) {
            self.window.pop_front();
        }
        self.history_row()
    }

    fn history_row(&self) -> String {
        let mut current = Entry::default();
        self.window.iter().for_each(|(_, _, span)| current.merge(span));
        let begin_ms = self.window.front().map_or(self.end_ms, |(begin_ms, ..)| *begin_ms);
        let [requests, failures] = current.rates(seconds(begin_ms, self.end_ms));
        let users: f64 = self.users.values().fold(0.0, |sum, users| sum + users);
        let own = [
            self.end_ms.div_euclid(1_000).to_string(),
            format!("{users:.0}"),
            String::new(),
            AGGREGATED.to_owned(),
            format!("{requests:.6}"),
            format!("{failures:.6}"),
        ];
        let percentiles = current.percentiles(self.total.requests() > 0);
        record(own.into_iter().chain(percentiles).chain(self.total.summary_columns()))
    }

    /// The other files at the end: what comes after the prefix, and the content.
    #[must_use]
    pub(crate) fn files(&self) -> [(&'static str, String); 3] {
        [
            ("_stats.csv", self.stats()),
            ("_failures.csv", self.failures()),
            // What Locust lists here are errors of the test's own Python code.
            ("_exceptions.csv", record(["Count", "Message", "Traceback", "Nodes"].map(str::to_owned))),
        ]
    }

    fn stats(&self) -> String {
        let own = ["Type", "Name", "Request Count", "Failure Count", "Median Response Time", "Average Response Time"];
        let rest = ["Min Response Time", "Max Response Time", "Average Content Size", "Requests/s", "Failures/s"];
        let mut text = record(own.into_iter().chain(rest).map(str::to_owned).chain(percentile_names()));
        let seconds = seconds(self.begin_ms.unwrap_or(self.end_ms), self.end_ms);
        let rows = self.entries.iter().map(|((name, method), entry)| (method.as_str(), name.as_str(), entry));
        for (method, name, entry) in rows.chain([("", AGGREGATED, &self.total)]) {
            let rates = entry.rates(seconds).map(float);
            let named = [method.to_owned(), name.to_owned()].into_iter().chain(entry.summary_columns());
            text += &record(named.chain(rates).chain(entry.percentiles(entry.requests() > 0)));
        }
        text
    }

    fn failures(&self) -> String {
        let columns = ["Method", "Name", "Error", "Occurrences", "First Seen", "Last Seen"];
        let mut text = record(columns.map(str::to_owned));
        for ((method, name, error), failure) in &self.failures {
            let occurrences = format!("{:.0}", failure.occurrences);
            let seen = [failure.first_ms, failure.last_ms].map(time_stamp);
            let named = [method, name, error].map(String::clone);
            text += &record(named.into_iter().chain([occurrences]).chain(seen));
        }
        text
    }
}

fn role(series: &SeriesDef) -> Option<Role> {
    let label = |name| series.labels.get(name).unwrap_or_default().to_owned();
    let is = |metric: &MetricDef| series.metric.name == metric.name;
    let of_entries = [&catalogue::HTTP_REQ_FAILED, &catalogue::HTTP_REQ_DURATION, &catalogue::DATA_RECEIVED];
    if of_entries.into_iter().any(is) {
        Some(Role::Entry((label("name"), label("method"))))
    } else if is(&catalogue::HTTP_ERRORS) {
        let error = error_words(&label("error_class"), &label("status"));
        Some(Role::Failure((label("method"), label("name"), error)))
    } else {
        is(&catalogue::VUS).then_some(Role::Users)
    }
}

fn error_words(class: &str, status: &str) -> String {
    let meaning = ErrorClass::ALL.iter().find(|known| known.label() == class).map_or(class, |known| known.meaning());
    if status.is_empty() { meaning.to_owned() } else { format!("{meaning}: {status}") }
}

fn percentile_names() -> impl Iterator<Item = String> {
    PERCENTILES.iter().map(|(name, _)| (*name).to_owned())
}

fn seconds(begin_ms: i64, end_ms: i64) -> f64 {
    (end_ms - begin_ms) as f64 / 1e3
}

fn time_stamp(at_ms: i64) -> String {
    format!("{:.0}", Timestamp::from_millisecond(at_ms).unwrap_or_default())
}

#[cfg(test)]
mod tests;
