//! `merge`: one run from the logs of its segments, with one verdict over the whole.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use crate::{
    analysis::{Generator, Reason},
    cli::MergeArgs,
    exit::Exit,
    interval_log::{Event, Gap, Header, LogWriter, frame::LoggedScenario},
    metric::segments::SegmentMerger,
    report::{self, Summary, summary::TextLayout, timeline::Timeline},
    run::{
        console::{self, print, print_error, terminals},
        error::CommandError,
        find::RUNS,
        folder,
        logged_run::LoggedRun,
        report_files,
        run_end::RunEnd,
        segments::{Segment, next_span},
        termination,
    },
    units::{show_duration, show_several},
};

/// Segments whose starts differ by more did not load the target together.
const MAX_APART_MS: i64 = 1_000;
/// The name of the process that a merged run has none of.
const MERGED: &str = "merged";

/// Merges runs and prints the summary of the whole.
///
/// # Errors
/// When they are not the segments of one run, or a file can't be read or written.
pub(crate) fn merge(args: &MergeArgs) -> Result<Exit, CommandError> {
    let merged = merge_runs(args);
    if let (Err(error), Some(file)) = (&merged, &args.termination_message) {
        termination::write(file, Err(error)).unwrap_or_else(|error| print_error(&error.message));
    }
    merged
}

fn merge_runs(args: &MergeArgs) -> Result<Exit, CommandError> {
    let mut segments = open(&args.runs)?;
    let mut reasons = check(&segments)?;
    let first = &segments[0].header;
    let default = || PathBuf::from(RUNS).join(format!("{}-{MERGED}", first.run_id));
    let target = args.run_dir.clone().unwrap_or_else(default);
    if folder::log_path(&target).exists() {
        let shown = target.display();
        let message = format!("{shown} already holds a run\n  hint: choose another directory with --run-dir");
        return Err(CommandError::configuration(message));
    }
    fs::create_dir_all(&target)
        .map_err(|error| CommandError::configuration(format!("{}: {error}", target.display())))?;
    let path = folder::log_path(&target);
    let mut log = LogWriter::create(&path, &whole(&segments))?;
    let length = write_intervals(&mut segments, &mut log)?;
    write_events(&segments, length, &mut log)?;
    if let Some(text) = folder::profile_text(&segments[0].folder) {
        folder::write_profile(&target, &text)?;
    }
    reasons.extend(segments.iter().flat_map(reasons_of));
    let summary = conclude(&segments, &target, reasons, Duration::from_millis(u64::try_from(length).unwrap_or(0)))?;
    let end = serde_json::to_value(RunEnd::of(&summary)).map_err(|error| CommandError::internal(&error))?;
    log.end(&end)?;
    write_files(args, &summary)?;
    let exit = summary.outcome.exit;
    let view = TextLayout { width: console::width(), by_stage: args.summary_by_stage };
    print(&report::text::render(&Summary { view, ..summary }));
    Ok(exit)
}

/// The segments, in their order.
fn open(given: &[PathBuf]) -> Result<Vec<Segment>, CommandError> {
    let mut folders = Vec::new();
    for path in given {
        if folder::log_path(path).is_file() {
            folders.push(path.clone());
            continue;
        }
        let inner =
            fs::read_dir(path).map_err(|error| CommandError::configuration(format!("{}: {error}", path.display())))?;
        let inner: Vec<PathBuf> =
            inner.flatten().map(|entry| entry.path()).filter(|inner| folder::log_path(inner).is_file()).collect();
        if inner.is_empty() {
            let message = "neither this directory nor one in it holds a run: there is no intervals.log";
            return Err(CommandError::configuration(format!("{}: {message}", path.display())));
        }
        folders.extend(inner);
    }
    let mut segments = folders.iter().map(|folder| Segment::open(folder)).collect::<Result<Vec<_>, _>>()?;
    // What an earlier merge left beside them is none of them.
    segments.retain(|segment| segment.header.merged.is_none());
    segments.sort_by_key(Segment::number);
    if segments.is_empty() {
        return Err(CommandError::configuration("there is no segment among the runs, only merged ones"));
    }
    Ok(segments)
}

/// Whether they are segments of one run. Gives what makes the whole invalid.
fn check(segments: &[Segment]) -> Result<Vec<Reason>, CommandError> {
    let first = &segments[0].header;
    let (_, of) = first.segment.unwrap_or((1, 1));
    let mut wrong = Vec::new();
    for (at, segment) in segments.iter().enumerate() {
        let (header, shown) = (&segment.header, segment.folder.display());
        let mut differs = |what: &str, old: &str, new: &str| {
            if old != new {
                wrong.push(format!("{shown}: {what} is {new}, that of {} is {old}", segments[0].folder.display()));
            }
        };
        differs("the run ID", &first.run_id, &header.run_id);
        differs("the version of loadagent", &first.version, &header.version);
        differs("the profile", &first.profile, &header.profile);
        differs("the seed", &first.seed.to_string(), &header.seed.to_string());
        differs("the number of segments", &of.to_string(), &header.segment.unwrap_or((1, 1)).1.to_string());
        differs("the load", &loads(first), &loads(header));
        let thresholds = |header: &Header| serde_json::to_string(&header.thresholds).unwrap_or_default();
        differs("the list of thresholds", &thresholds(first), &thresholds(header));
        if segments[..at].iter().any(|earlier| earlier.number() == segment.number()) {
            wrong.push(format!("{shown}: segment {}/{of} is given twice", segment.number()));
        }
    }
    if !wrong.is_empty() {
        let hint = "give the segments of one run: the same --run-id, --segment 1/N to N/N and one --start-at";
        return Err(CommandError::configuration(format!(
            "the runs are not segments of one run:\n  {}\n  hint: {hint}",
            wrong.join("\n  ")
        )));
    }
    let mut reasons = Vec::new();
    let missing: Vec<String> = (1..=of)
        .filter(|number| !segments.iter().any(|segment| segment.number() == *number))
        .map(|number| format!("{number}/{of}"))
        .collect();
    if !missing.is_empty() {
        let (count, verb) = (missing.len() as u64, if missing.len() == 1 { "is" } else { "are" });
        let text = format!("{} {verb} missing: {}", show_several(count, "segment"), missing.join(", "));
        reasons.push(Reason::new(Exit::Invalid, text));
    }
    let starts = segments.iter().map(|segment| segment.header.started_at_ms);
    let apart = starts.clone().max().unwrap_or(0) - starts.min().unwrap_or(0);
    if apart > MAX_APART_MS {
        let apart = show_duration(Duration::from_millis(apart.unsigned_abs()));
        let text = format!("the segments started {apart} apart: the load was not that of the plan; use one --start-at");
        reasons.push(Reason::new(Exit::Invalid, text));
    }
    Ok(reasons)
}

/// The load of a scenario without the part of a segment.
fn load(scenario: &LoggedScenario) -> String {
    scenario.load.split("; segment ").next().unwrap_or_default().to_owned()
}

fn loads(header: &Header) -> String {
    let all = header.scenarios.iter().map(|scenario| format!("{} ({})", scenario.name, load(scenario)));
    all.collect::<Vec<_>>().join(", ")
}

/// The header of the whole.
fn whole(segments: &[Segment]) -> Header {
    let mut header = segments[0].header.clone();
    header.merged = Some(header.segment.take().map_or(1, |(_, of)| of));
    header.started_at_ms = segments.iter().map(|segment| segment.header.started_at_ms).min().unwrap_or(0);
    MERGED.clone_into(&mut header.instance);
    for (_, value) in header.labels.iter_mut().filter(|(name, _)| name == "instance") {
        MERGED.clone_into(value);
    }
    for scenario in &mut header.scenarios {
        scenario.load = load(scenario);
    }
    header
}

/// Merges all intervals; gives the length of the whole in milliseconds.
fn write_intervals(segments: &mut [Segment], log: &mut LogWriter) -> Result<i64, CommandError> {
    let started = segments.iter().map(|segment| segment.header.started_at_ms).min().unwrap_or(0);
    let (mut merger, mut last) = (SegmentMerger::default(), 0);
    while let Some((end, parts)) = next_span(segments)? {
        let end = end.max(last + 1);
        log.interval(&merger.merge(&parts, started + last, started + end))?;
        last = end;
    }
    Ok(last)
}

/// Writes what happened to the segments, and what is missing of them, in the order of time.
fn write_events(segments: &[Segment], length: i64, log: &mut LogWriter) -> Result<(), CommandError> {
    let mut events = Vec::new();
    let of = segments[0].header.segment.map_or(1, |(_, of)| of);
    for segment in segments {
        let name = format!("segment {}/{of}", segment.number());
        let named = |event: &Event| Event { text: format!("{name}: {}", event.text), ..event.clone() };
        events.extend(segment.events.iter().map(named));
        if let Some(gap) = segment.rest(length) {
            let length = show_duration(Duration::from_millis(gap.length_ms()));
            let text = format!("{name} ended {length} before the others");
            events.push(Event { at_ms: gap.from_ms, kind: "gap".to_owned(), text, gap: Some(gap) });
        }
    }
    let present = |number: &u64| segments.iter().any(|segment| segment.number() == *number);
    let started = segments.iter().map(|segment| segment.header.started_at_ms).min().unwrap_or(0);
    for number in (1..=of).filter(|number| !present(number)) {
        let gap = Gap { from_ms: started, to_ms: started + length };
        let text = format!("segment {number}/{of} is missing");
        events.push(Event { at_ms: started, kind: "gap".to_owned(), text, gap: Some(gap) });
    }
    events.sort_by_key(|event| event.at_ms);
    events.iter().try_for_each(|event| log.event(event).map(drop)).map_err(CommandError::from)
}

/// What a segment says against the whole that its intervals don't show. Its thresholds and its validity are judged anew.
fn reasons_of(segment: &Segment) -> Vec<Reason> {
    let name = format!("segment {}", segment.number());
    let Some(end) = &segment.end else {
        // What it lacks counts in the coverage.
        return vec![Reason::new(
            Exit::TelemetryIncomplete,
            format!("{name} has no end: it is in progress or was killed"),
        )];
    };
    let is_of_whole = |reason: &&Reason| !matches!(reason.exit, Exit::Invalid | Exit::ThresholdFailed);
    let reasons = end.outcome.reasons.iter().filter(is_of_whole);
    reasons.map(|reason| Reason::new(reason.exit, format!("{name}: {}", reason.text))).collect()
}

/// Judges the whole by its log.
fn conclude(
    segments: &[Segment],
    target: &Path,
    reasons: Vec<Reason>,
    elapsed: Duration,
) -> Result<Summary, CommandError> {
    let run = LoggedRun::read(&folder::log_path(target), |_, _| Ok(()))?;
    let ends: Vec<&RunEnd> = segments.iter().filter_map(|segment| segment.end.as_ref()).collect();
    let generator = Generator {
        workers: ends.iter().map(|end| end.generator.workers).sum(),
        rss_bytes: ends.iter().map(|end| end.generator.rss_bytes).sum(),
        rss_peak_bytes: ends.iter().map(|end| end.generator.rss_peak_bytes).sum(),
        ..Generator::of_totals(run.totals())
    };
    let mut summary = run.judged(target.to_owned(), generator, elapsed, reasons)?;
    let latest = |scenario: usize| ends.iter().filter_map(|end| *end.scenario_ends.get(scenario)?).max();
    summary.scenario_ends = (0..summary.header.scenarios.len()).map(latest).collect();
    for (segment, end) in segments.iter().filter_map(|segment| Some((segment, segment.end.as_ref()?))) {
        let named = |warning: &String| format!("segment {}: {warning}", segment.number());
        summary.validity.warnings.extend(end.warnings.iter().map(named));
        summary.outputs.extend(end.outputs.iter().cloned());
    }
    Ok(summary)
}

fn write_files(args: &MergeArgs, summary: &Summary) -> Result<(), CommandError> {
    let json = report::json::render(summary, terminals());
    folder::write_json(&folder::summary_path(&summary.run_dir), &json)?;
    if let Some(file) = &args.summary_export {
        folder::write_json(file, &json)?;
    }
    if args.reports.is_any() {
        let timeline: Timeline = report_files::timeline(&summary.run_dir, &summary.header)?;
        let errors = report_files::write(&args.reports, summary, Some(&timeline), |_| true);
        errors.into_iter().next().map_or(Ok(()), Err)?;
    }
    if let Some(file) = &args.termination_message {
        termination::write(file, Ok(summary))?;
    }
    Ok(())
}
