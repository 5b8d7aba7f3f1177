//! `report`: a run's log, read again, also after a crash. Run totals are the fold of the log.

use std::{path::PathBuf, time::Duration};

use serde_json::json;

use crate::{
    analysis::{Generator, Offered, Validity},
    cli::ReportArgs,
    exit::Exit,
    interval_log::{Cursor, Entry, Header},
    metric::{Totals, Value},
    report::{self, Outcome, Summary, style::Style, trends},
    run::{console::print, error::CommandError, locust, prepare::thresholds},
    threshold::judge::Judge,
};

/// Reads a run's log and prints what it amounts to. A torn tail of a run that no longer lives is cut.
///
/// # Errors
/// When there is no log.
pub fn report(args: &ReportArgs) -> Result<Exit, CommandError> {
    let path = if args.run.is_dir() { args.run.join("intervals.log") } else { args.run.clone() };
    let fault = |error: crate::interval_log::LogError| CommandError::new(Exit::BadProfile, &error);
    if let Some(prefix) = &args.csv {
        return locust::write(path.parent().unwrap_or(&path), prefix).map(|()| Exit::Passed);
    }
    let mut cursor = Cursor::open(&path).map_err(fault)?;
    let mut fold = Fold::default();
    while let Some(entry) = cursor.read().map_err(fault)? {
        if let (true, Some(line)) = (args.intervals, fold.take(entry)) {
            print(&line.to_string());
        }
    }
    let torn = cursor.torn_bytes().map_err(fault)?;
    let cut = cursor.cut_torn_tail().map_err(fault)?;
    if args.intervals {
        print(&json!({ "intervals": fold.intervals, "ended": fold.ended, "torn_bytes": torn, "cut_bytes": cut, "clean": torn == 0 }).to_string());
        return Ok(Exit::Passed);
    }
    let ended = fold.ended;
    let summary = fold
        .summary()
        .ok_or_else(|| CommandError::configuration(format!("{}: the log ends before its header", path.display())))?;
    let Some(wanted) = &args.get else {
        let text = report::text::render(&summary, Style { colours: false });
        let note = if ended {
            String::new()
        } else {
            format!("\n  of the log's end {torn} bytes are a torn frame, {cut} of them cut")
        };
        print(&format!("{text}{note}"));
        return Ok(Exit::Passed);
    };
    match look_up(&report::json::render(&summary), wanted) {
        Some(value) => print(&value),
        None => {
            return Err(CommandError {
                exit: Exit::Usage,
                message: format!(
                    "the summary has no `{wanted}`\n  hint: for example metrics.http_reqs.count or metrics.http_req_duration.p(95)"
                ),
            });
        }
    }
    Ok(Exit::Passed)
}

/// `metrics.NAME.STAT` with or without `values`; other paths as they are.
fn look_up(summary: &serde_json::Value, path: &str) -> Option<String> {
    let mut place = summary;
    let mut rest = path;
    while !rest.is_empty() {
        // Keys may hold dots (`p(99.9)`), so the longest known key wins.
        let object = place.as_object()?;
        let inner = object.get("values").and_then(serde_json::Value::as_object);
        let candidates = object.iter().chain(inner.into_iter().flatten());
        let is_here = |key: &str| rest == key || rest.strip_prefix(key).is_some_and(|tail| tail.starts_with('.'));
        let (key, value) = candidates.filter(|(key, _)| is_here(key)).max_by_key(|(key, _)| key.len())?;
        place = value;
        rest = rest[key.len()..].trim_start_matches('.');
    }
    Some(place.as_str().map_or_else(|| place.to_string(), str::to_owned))
}

/// What a log amounts to.
#[derive(Debug, Default)]
struct Fold {
    header: Option<Header>,
    judge: Option<Judge>,
    totals: Totals,
    offered: Offered,
    intervals: u64,
    ended: bool,
    end_ms: i64,
}

impl Fold {
    /// Takes an entry; an interval also gives its line.
    fn take(&mut self, entry: Entry) -> Option<serde_json::Value> {
        match entry {
            Entry::Header(header) => {
                let thresholds: Vec<_> = header.thresholds.iter().filter_map(thresholds::of_header).collect();
                self.judge = Some(Judge::new(&thresholds, Duration::from_millis(header.planned_ms)));
                self.end_ms = header.started_at_ms;
                self.header = Some(header);
            }
            Entry::Interval(interval) => {
                self.totals.fold(&interval);
                self.offered.fold(&interval);
                if let Some(judge) = &mut self.judge {
                    judge.observe(&interval);
                }
                self.intervals += 1;
                self.end_ms = interval.end_ms;
                return Some(report::intervals::line(&interval, &self.totals));
            }
            Entry::End(_) => self.ended = true,
            Entry::Event(_) => {}
        }
        None
    }

    fn summary(self) -> Option<Summary> {
        let header = self.header?;
        let elapsed = Duration::from_millis(u64::try_from(self.end_ms - header.started_at_ms).unwrap_or(0));
        let gauge = |name| match self.totals.sum_where(name, |_| true) {
            Some(Value::Gauge(Some(value))) => value,
            _ => 0.0,
        };
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "bytes")]
        let generator = Generator {
            cpu_seconds: self.totals.counter("generator_cpu"),
            worker_cpu_seconds: self.totals.counter("generator_worker_cpu"),
            rss_bytes: gauge("generator_rss") as u64,
            rss_peak_bytes: gauge("generator_rss") as u64,
            throttled_seconds: self.totals.counter("generator_throttled"),
            ..Generator::default()
        };
        let validity = Validity::judge(&header, &self.totals, &self.offered, generator, elapsed);
        let findings = self.judge.map(|judge| judge.findings(elapsed)).unwrap_or_default();
        let unended = (Exit::Stopped, "the log has no end: the run still lives or was killed".to_owned());
        let endings = if self.ended { Vec::new() } else { vec![unended] };
        let outcome = Outcome::weigh(endings, &findings, &validity, &[]);
        let trend_stats = trends::parse_stats(trends::DEFAULT_STATS).unwrap_or_default();
        let (totals, offered) = (self.totals, self.offered);
        Some(Summary {
            header,
            elapsed,
            totals,
            offered,
            findings,
            validity,
            outputs: Vec::new(),
            run_dir: PathBuf::new(),
            outcome,
            trend_stats,
        })
    }
}
