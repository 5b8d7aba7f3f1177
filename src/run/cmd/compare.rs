//! `compare`: is a run worse than another, better, or the same?

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use crate::{
    analysis::{
        comparison::{
            Conclusion,
            run_data::RunData,
            runs::{self, MIN_RUNS, Margins, RunWindows},
        },
        load_shape,
    },
    cli::CompareArgs,
    exit::Exit,
    interval_log::Header,
    report::{
        Summary,
        comparison::{self, Comparison, Side},
        summary::TextLayout,
    },
    run::{
        cmd::history,
        comparable::Obstacles,
        console::{self, print},
        error::CommandError,
        find::find_run,
        folder, imported,
        last_good::{self, LAST_GOOD},
        logged_run::{LoggedRun, find_log},
    },
};

/// The load varies when it is constant for less than this share of a run.
const CONSTANT: f64 = 0.99;

/// A run of a side.
struct Run {
    place: PathBuf,
    /// Its ID, or the name of its file.
    name: String,
    /// None of a summary that another tool wrote.
    summary: Option<Summary>,
    data: RunData,
}

/// Compares runs and prints what differs.
///
/// # Errors
/// When a run can't be read, or the runs can't be compared.
pub(crate) fn compare(args: &CompareArgs) -> Result<Exit, CommandError> {
    if let Some(folder) = &args.history {
        return history::show(folder, args);
    }
    let counts = [args.base.len(), args.new.len()];
    if counts != [1, 1] && counts.iter().any(|count| *count < MIN_RUNS) {
        return Err(CommandError::usage(format!(
            "{} and {} runs: give one run a side, or at least {MIN_RUNS} runs a side, separated by commas",
            counts[0], counts[1]
        )));
    }
    let is_last_good = args.base.len() == 1 && args.base[0] == Path::new(LAST_GOOD);
    let base =
        if is_last_good { last_good::before(&find_run(Some(&args.new[0]))?)?.map(|run| vec![run]) } else { None };
    if is_last_good && base.is_none() {
        print("there is no earlier good run with this profile and load to compare with");
        return Ok(Exit::Passed);
    }
    let (base, new) = (read_side(base.as_ref().unwrap_or(&args.base))?, read_side(&args.new)?);
    if counts != [1, 1] {
        refuse_repeated(base.iter().chain(&new))?;
    }
    let mut obstacles = Obstacles::default();
    let (old, now) = (summaries(&base), summaries(&new));
    old.iter()
        .flat_map(|base| now.iter().map(move |new| Obstacles::between(base, new)))
        .for_each(|more| obstacles.add(more));
    if old.len() + now.len() < base.len() + new.len() {
        let text = "summaries of whole runs are compared: nothing is known of their loads, nor of chance within a run";
        obstacles.warnings.push(text.to_owned());
    }
    if !args.force && !obstacles.refusals.is_empty() {
        let codes: Vec<Exit> = obstacles.refusals.iter().map(|(exit, _)| *exit).collect();
        let texts: Vec<String> = obstacles.refusals.iter().map(|(_, text)| format!("\n  {text}")).collect();
        return Err(CommandError {
            exit: Exit::first_of(&codes),
            message: format!(
                "the runs can't be compared:{}\n  hint: --force compares them all the same",
                texts.concat()
            ),
        });
    }
    let is_valid = !obstacles.refusals.iter().any(|(exit, _)| *exit == Exit::Invalid);
    let warnings = obstacles.refusals.into_iter().map(|(_, text)| text).chain(obstacles.warnings);
    let warnings = warnings.chain(obstacles.other_targets).collect();
    let varies = base.iter().chain(&new).filter_map(|run| run.summary.as_ref()).any(varies);
    let (base_side, new_side) = (side(&base), side(&new));
    let mut base: Vec<RunData> = base.into_iter().map(|run| run.data).collect();
    let mut new: Vec<RunData> = new.into_iter().map(|run| run.data).collect();
    let margins = Margins { ratio: args.margin, share: args.share_margin };
    let mut rows = runs::compare(&mut base, &mut new, margins, varies);
    if !is_valid {
        runs::doubt(&mut rows);
    }
    let comparison = Comparison { base: base_side, new: new_side, warnings, margins, rows };
    if let Some(file) = &args.junit {
        folder::write_whole(file, &comparison::junit(&comparison))?;
    }
    let text = if args.json {
        comparison::json(&comparison).to_string()
    } else if args.markdown {
        comparison::markdown(&comparison)
    } else {
        comparison::text(&comparison, TextLayout { width: console::width(), by_stage: false })
    };
    print(text.trim_end());
    let is_worse = runs::overall(&comparison.rows) == Conclusion::Regressed;
    Ok(if is_worse { Exit::ThresholdFailed } else { Exit::Passed })
}

fn summaries(runs: &[Run]) -> Vec<&Summary> {
    runs.iter().filter_map(|run| run.summary.as_ref()).collect()
}

/// Of several runs, each is one observation: one that is given twice would take the noise away.
fn refuse_repeated<'r>(runs: impl Iterator<Item = &'r Run>) -> Result<(), CommandError> {
    let mut seen = BTreeSet::new();
    for run in runs {
        if !seen.insert(run.place.canonicalize().unwrap_or_else(|_| run.place.clone())) {
            let id = &run.name;
            return Err(CommandError::usage(format!("run {id} is given twice: compare different runs")));
        }
    }
    Ok(())
}

fn read_side(paths: &[PathBuf]) -> Result<Vec<Run>, CommandError> {
    paths.iter().map(|path| read(path)).collect()
}

fn read(given: &Path) -> Result<Run, CommandError> {
    if imported::is_summary(given) {
        let name = given.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let data = RunData::Values(imported::read(given)?);
        return Ok(Run { place: given.to_owned(), name, summary: None, data });
    }
    let log = find_log(Some(given))?;
    let mut windows = None;
    let run = LoggedRun::read_judged(&log, |interval, run| {
        if let Some(header) = run.header() {
            windows.get_or_insert_with(|| empty_windows(header)).fold(interval);
        }
        Ok(())
    })?;
    let summary = run.summary_of(&log)?;
    let mut windows = windows.unwrap_or_else(|| empty_windows(&summary.header));
    // What users finish after the plan's end is less load.
    let planned = summary.header.planned_ms as f64 / 1e3;
    windows.seconds = summary.elapsed.as_secs_f64().min(if planned > 0.0 { planned } else { f64::MAX });
    let name = summary.header.run_id.clone();
    Ok(Run { place: log, name, summary: Some(summary), data: RunData::Windows(Box::new(windows)) })
}

fn empty_windows(header: &Header) -> RunWindows {
    let scenarios = header.scenarios.iter().map(|scenario| scenario.name.clone()).collect();
    RunWindows::new(scenarios, header.started_at_ms)
}

/// Whether the plan's load is known, and not constant.
fn varies(summary: &Summary) -> bool {
    let scenarios = &summary.header.scenarios;
    let is_known = !scenarios.iter().any(|scenario| scenario.stages.is_empty());
    let steady = load_shape::steady(scenarios).map_or(0.0, |[start, end]| end - start);
    is_known && steady < CONSTANT * summary.header.planned_ms as f64 / 1e3
}

fn side(runs: &[Run]) -> Side {
    let names = runs.iter().map(|run| run.name.clone());
    Side { runs: names.collect(), seconds: runs.iter().map(|run| run.data.seconds()).sum() }
}

#[cfg(test)]
mod tests;
