//! Results of other tools, as far as they go: the summary of k6 as JSON, and Locust's `PREFIX_stats.csv`.

use std::{fs, path::Path};

use serde_json::Value as Json;

use super::error::CommandError;
use crate::{
    analysis::{
        comparison::{run_data::RunValues, runs::Key},
        judged::Statistic,
    },
    metric::{MetricDef, catalogue as c},
};

/// Statistics of trends by k6's names.
const QUANTILES: [(&str, f64); 5] = [("med", 0.5), ("p(50)", 0.5), ("p(95)", 0.95), ("p(99)", 0.99), ("p(99.0)", 0.99)];
/// Columns of Locust's statistics.
const COLUMNS: [(&str, f64); 3] = [("50%", 0.5), ("95%", 0.95), ("99%", 0.99)];
/// The scenario of Locust's requests.
const LOCUST: &str = "locust";

/// Whether a file is one that is read here, by its name.
#[must_use]
pub(crate) fn is_summary(path: &Path) -> bool {
    let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
    ["json", "csv"].iter().any(|known| ending.eq_ignore_ascii_case(known)) && path.is_file()
}

/// Reads a summary.
///
/// # Errors
/// When it is none.
pub(crate) fn read(path: &Path) -> Result<RunValues, CommandError> {
    let wrong = |reason: &str| CommandError::configuration(format!("{}: {reason}", path.display()));
    let text = fs::read_to_string(path).map_err(|error| wrong(&error.to_string()))?;
    let is_csv = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("csv"));
    let values = if is_csv { of_locust(&text) } else { of_k6(&text) };
    values.ok_or_else(|| {
        wrong(if is_csv {
            "not Locust's statistics\n  hint: the file is PREFIX_stats.csv, not the one of the history, of failures or of exceptions"
        } else {
            "not a summary of k6\n  hint: `k6 run --summary-export FILE`, or the data of handleSummary"
        })
    })
}

fn key(metric: &MetricDef, scenario: &str, step: &str) -> Key {
    Key { metric: metric.clone(), scenario: scenario.to_owned(), step: step.to_owned() }
}

/// Both forms: with `values` (handleSummary) and without (`--summary-export`).
fn of_k6(text: &str) -> Option<RunValues> {
    let json: Json = serde_json::from_str(text).ok()?;
    let metrics = json.get("metrics")?.as_object()?;
    let of = |metric: &MetricDef| metrics.get(&*metric.name).map(|found| found.get("values").unwrap_or(found));
    let number = |values: Option<&Json>, name: &str| values?.get(name)?.as_f64();
    let mut run = RunValues::default();
    let mut push = |metric: &MetricDef, statistic, value| run.values.push((key(metric, "", ""), statistic, value));
    // k6 knows the service time only.
    let times = of(&c::HTTP_REQ_RESPONSE_TIME).or_else(|| of(&c::HTTP_REQ_DURATION));
    let mut seen = Vec::new();
    for (name, q) in QUANTILES {
        if let Some(ms) = number(times, name).filter(|_| !seen.contains(&q.to_bits())) {
            seen.push(q.to_bits());
            push(&c::HTTP_REQ_RESPONSE_TIME, Statistic::Quantile(q), ms / 1e3);
        }
    }
    for metric in [&c::HTTP_REQ_FAILED, &c::CHECKS] {
        let values = of(metric);
        if let Some(share) = number(values, "rate").or_else(|| number(values, "value")) {
            push(metric, Statistic::Share, share);
        }
    }
    if let Some(rate) = number(of(&c::ITERATIONS), "rate") {
        push(&c::ITERATIONS, Statistic::PerSecond, rate);
    }
    run.seconds = json.pointer("/state/testRunDurationMs").and_then(Json::as_f64).unwrap_or(0.0) / 1e3;
    (!run.values.is_empty()).then_some(run)
}

fn of_locust(text: &str) -> Option<RunValues> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let headers = reader.headers().ok()?.clone();
    let column = |name: &str| headers.iter().position(|known| known == name);
    let (kind, name) = (column("Type")?, column("Name")?);
    let (count, failures) = (column("Request Count")?, column("Failure Count")?);
    let mut run = RunValues::default();
    for row in reader.records() {
        let row = row.ok()?;
        let text = |place: usize| row.get(place).unwrap_or_default();
        let number = |place: usize| text(place).parse::<f64>().ok().filter(|number| number.is_finite());
        let is_all = text(name) == "Aggregated" && text(kind).is_empty();
        let (scenario, step) =
            if is_all { ("", String::new()) } else { (LOCUST, format!("{} {}", text(kind), text(name))) };
        for (heading, q) in COLUMNS {
            if let Some(ms) = column(heading).and_then(number) {
                let key = key(&c::HTTP_REQ_RESPONSE_TIME, scenario, step.trim());
                run.values.push((key, Statistic::Quantile(q), ms / 1e3));
            }
        }
        if let (Some(count), Some(failures)) = (number(count), number(failures))
            && count > 0.0
        {
            run.values.push((key(&c::HTTP_REQ_FAILED, scenario, step.trim()), Statistic::Share, failures / count));
        }
    }
    (!run.values.is_empty()).then_some(run)
}

#[cfg(test)]
mod tests;
