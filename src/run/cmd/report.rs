//! `report`: the summary of a run from its interval log, also after a crash.

use serde_json::json;

use crate::units::show_several;
use crate::{
    cli::ReportArgs,
    exit::Exit,
    report::{self, summary::TextLayout, timeline::Timeline},
    run::{
        console::{self, print, terminals},
        error::CommandError,
        folder, locust,
        logged_run::{LoggedRun, find_log},
        report_files,
    },
};

/// Reads a run's log and prints its summary.
///
/// # Errors
/// When there is no log, or the summary has no such value.
pub(crate) fn report(args: &ReportArgs) -> Result<Exit, CommandError> {
    if args.schema {
        print(report::json::SCHEMA.trim_end());
        return Ok(Exit::Passed);
    }
    args.reports.named().try_for_each(|(flag, file)| folder::check_writable(flag, file))?;
    let log = find_log(args.run.as_deref())?;
    if let Some(prefix) = &args.csv {
        return locust::write(&log, prefix).map(|()| Exit::Passed);
    }
    let mut timeline = None;
    let run = LoggedRun::read(&log, |interval, run| {
        if args.intervals {
            print(&report::intervals::line(interval, run.totals()).to_string());
        }
        if let Some(header) = run.header().filter(|_| args.reports.html.is_some()) {
            timeline.get_or_insert_with(|| Timeline::new(header)).fold(interval);
        }
        Ok(())
    })?;
    let (torn, cut) = (run.torn_bytes, run.cut_bytes);
    if args.intervals {
        print(&json!({ "intervals": run.intervals, "ended": run.has_ended(), "torn_bytes": torn, "cut_bytes": cut, "clean": torn == 0 }).to_string());
        return Ok(Exit::Passed);
    }
    let mut summary = run.summary_of(&log)?;
    if args.reports.is_any() {
        // A run without intervals has an empty timeline.
        let timeline = timeline.unwrap_or_else(|| Timeline::new(&summary.header));
        let errors = report_files::write(&args.reports, &summary, Some(&timeline), |_| true);
        let failed = |error: CommandError| Err(CommandError { exit: Exit::TelemetryIncomplete, ..error });
        return errors.into_iter().next().map_or(Ok(Exit::Passed), failed);
    }
    let Some(wanted) = &args.get else {
        summary.view = TextLayout { width: console::width(), by_stage: args.summary_by_stage };
        let mut text = report::text::render(&summary);
        if torn > 0 {
            text += &format!(
                "\n  {} at the end of the log: an incomplete frame, {cut} of it cut",
                show_several(torn, "byte")
            );
        }
        print(&text);
        return Ok(Exit::Passed);
    };
    let value = look_up(&report::json::render(&summary, terminals()), wanted).ok_or_else(|| {
        CommandError::usage(format!(
            "the summary has no `{wanted}`\n  hint: for example metrics.http_reqs.count or metrics.http_req_duration.p(95)"
        ))
    })?;
    print(&value);
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
