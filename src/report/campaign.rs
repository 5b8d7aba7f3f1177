//! The table of a campaign: a row for each run; of repeats the median, and the range in parentheses.

use std::time::Duration;

use serde_json::{Value as Json, json};

use super::table::Table;
use crate::{
    analysis::Verdict,
    exit::Exit,
    units::{show_count, show_duration, show_rate, show_share, significant},
};

/// The numbers of a run; None where there are none.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Figures {
    pub requests: Option<f64>,
    /// Requests per second.
    pub rate: Option<f64>,
    /// Share of failed requests.
    pub failed: Option<f64>,
    /// Response times, in seconds.
    pub med: Option<f64>,
    pub p95: Option<f64>,
    pub p99: Option<f64>,
}

/// How one of them is named, found and shown; the factor is that of the value in JSON.
struct Column {
    heading: &'static str,
    name: &'static str,
    value: fn(&Figures) -> Option<f64>,
    show: fn(f64) -> String,
    factor: f64,
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a number of requests")]
fn count(value: f64) -> String {
    show_count(value.round() as u64)
}

fn time(seconds: f64) -> String {
    show_duration(Duration::from_secs_f64(seconds.max(0.0)))
}

const COLUMNS: [Column; 6] = [
    Column { heading: "reqs", name: "requests", value: |one| one.requests, show: count, factor: 1.0 },
    Column { heading: "rate", name: "requests_per_second", value: |one| one.rate, show: show_rate, factor: 1.0 },
    Column { heading: "failed", name: "failed_rate", value: |one| one.failed, show: show_share, factor: 1.0 },
    Column { heading: "med", name: "response_time_med_ms", value: |one| one.med, show: time, factor: 1e3 },
    Column { heading: "p95", name: "response_time_p95_ms", value: |one| one.p95, show: time, factor: 1e3 },
    Column { heading: "p99", name: "response_time_p99_ms", value: |one| one.p99, show: time, factor: 1e3 },
];

/// A run and its repeats.
#[derive(Debug, Clone, Default)]
pub(crate) struct CampaignRow {
    pub name: String,
    /// How many there are to be.
    pub repeats: u32,
    /// Those that came to their end.
    pub done: Vec<(Verdict, Exit, Figures)>,
    /// What became of the others, in a word.
    pub rest: &'static str,
}

/// The median of several values with their range.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Spread {
    pub median: f64,
    pub min: f64,
    pub max: f64,
}

impl Spread {
    /// None of no values.
    #[must_use]
    pub(crate) fn of(values: impl Iterator<Item = f64>) -> Option<Self> {
        let mut sorted: Vec<f64> = values.collect();
        sorted.sort_by(f64::total_cmp);
        let (min, max) = (*sorted.first()?, *sorted.last()?);
        let middle = sorted.len() / 2;
        let median =
            if sorted.len() % 2 == 1 { sorted[middle] } else { f64::midpoint(sorted[middle - 1], sorted[middle]) };
        Some(Self { median, min, max })
    }
}

impl CampaignRow {
    fn spread(&self, column: &Column) -> Option<Spread> {
        Spread::of(self.done.iter().filter_map(|(.., figures)| (column.value)(figures)))
    }

    fn cell(&self, column: &Column) -> String {
        let Some(Spread { median, min, max }) = self.spread(column) else { return String::new() };
        let shown = (column.show)(median);
        if self.done.len() < 2 {
            return shown;
        }
        format!("{shown} ({}–{})", (column.show)(min), (column.show)(max))
    }

    /// The verdicts, each with how often it was reached if they differ.
    fn verdict(&self) -> String {
        let mut counts: Vec<(&str, usize)> = Vec::new();
        for (verdict, exit, _) in &self.done {
            let word = word(*verdict, *exit);
            match counts.iter_mut().find(|(known, _)| *known == word) {
                Some((_, count)) => *count += 1,
                None => counts.push((word, 1)),
            }
        }
        let missing = (self.repeats as usize).saturating_sub(self.done.len());
        if missing > 0 {
            counts.push((self.rest, missing));
        }
        match counts.as_slice() {
            [(word, _)] => (*word).to_owned(),
            several => several.iter().map(|(word, count)| format!("{count} {word}")).collect::<Vec<_>>().join(", "),
        }
    }

    /// The row in `campaign.json`.
    #[must_use]
    pub(crate) fn json(&self) -> Json {
        let figures = COLUMNS.iter().filter_map(|column| {
            let Spread { median, min, max } = self.spread(column)?;
            let [median, min, max] = [median, min, max].map(|value| value * column.factor);
            Some((column.name.to_owned(), json!({ "median": median, "min": min, "max": max })))
        });
        json!({
            "name": self.name,
            "repeats": self.repeats,
            "done": self.done.len(),
            "verdict": self.verdict(),
            "figures": Json::Object(figures.collect()),
        })
    }
}

impl Figures {
    /// The numbers of one run in `campaign.json`.
    #[must_use]
    pub(crate) fn json(&self) -> Json {
        let values = COLUMNS
            .iter()
            .map(|column| (column.name.to_owned(), json!((column.value)(self).map(|value| value * column.factor))));
        Json::Object(values.collect())
    }

    /// The numbers of one run in a line.
    #[must_use]
    pub(crate) fn line(&self) -> String {
        let mut parts = Vec::new();
        parts.extend(self.requests.map(|count| format!("{} requests", significant_count(count))));
        parts.extend(self.rate.map(show_rate));
        parts.extend(self.failed.map(|share| format!("{} failed", show_share(share))));
        parts.extend(self.p95.map(|seconds| format!("p95 {}", time(seconds))));
        parts.join(", ")
    }
}

fn significant_count(value: f64) -> String {
    if value.fract() == 0.0 { count(value) } else { significant(value) }
}

/// A verdict in the words of the summary.
#[must_use]
pub(crate) fn word(verdict: Verdict, exit: Exit) -> &'static str {
    match verdict {
        Verdict::Pass if exit == Exit::TelemetryIncomplete => "PASS, TELEMETRY INCOMPLETE",
        Verdict::Pass => "PASS",
        Verdict::Fail => "FAIL",
        Verdict::Invalid => "INVALID",
        Verdict::Stopped => "STOPPED",
        Verdict::Undecided if exit == Exit::TelemetryIncomplete => "NO VERDICT, TELEMETRY INCOMPLETE",
        Verdict::Undecided => "NO VERDICT",
    }
}

/// The table.
#[must_use]
pub(crate) fn table(rows: &[CampaignRow]) -> Table {
    let headings = ["run", "runs", "verdict"].into_iter().chain(COLUMNS.iter().map(|column| column.heading));
    let mut table = Table::new(&headings.collect::<Vec<_>>()).dropping(&["reqs", "med", "p99", "rate"]);
    for row in rows {
        let runs = if row.done.len() == row.repeats as usize {
            row.repeats.to_string()
        } else {
            format!("{} of {}", row.done.len(), row.repeats)
        };
        let cells = COLUMNS.iter().map(|column| row.cell(column));
        table.row([row.name.clone(), runs, row.verdict()].into_iter().chain(cells));
    }
    table
}

#[cfg(test)]
mod tests;
