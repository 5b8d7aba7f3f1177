//! `compare --history`: what changed over many runs of one load.

use std::path::{Path, PathBuf};

use crate::{
    analysis::{
        comparison::{run_data::RunValues, runs::Margins},
        history::{self, OldRun},
    },
    cli::CompareArgs,
    exit::Exit,
    report::{
        Summary,
        history::{History, json, text},
    },
    run::{comparable::Obstacles, console::print, error::CommandError, folder::log_path, logged_run::LoggedRun},
};

/// Reads the runs of a directory and prints what changed. Runs that can't be compared with the newest are left out.
///
/// # Errors
/// When there are none, or one can't be read.
pub(super) fn show(folder: &Path, args: &CompareArgs) -> Result<Exit, CommandError> {
    let mut runs: Vec<(Summary, RunValues)> = Vec::new();
    for log in logs(folder)? {
        let summary = LoggedRun::read_judged(&log, |_, _| Ok(()))?.summary_of(&log)?;
        let scenarios: Vec<String> = summary.header.scenarios.iter().map(|scenario| scenario.name.clone()).collect();
        let values = RunValues::of_totals(&summary.totals, &scenarios, summary.elapsed.as_secs_f64());
        runs.push((summary, values));
    }
    runs.sort_by_key(|(summary, _)| summary.header.started_at_ms);
    let Some((newest, _)) = runs.last() else {
        let message = format!(
            "{}: there is no run in it\n  hint: give the directory that holds the directories of runs",
            folder.display()
        );
        return Err(CommandError::configuration(message));
    };
    let is_alike = |summary: &Summary| args.force || Obstacles::between(summary, newest).refusals.is_empty();
    let kept: Vec<OldRun> = runs
        .iter()
        .filter(|(summary, _)| is_alike(summary))
        .map(|(summary, values)| OldRun { id: summary.header.run_id.clone(), values: values.clone() })
        .collect();
    let margins = Margins { ratio: args.margin, share: args.share_margin };
    let changes = history::changes(&kept, margins);
    let left_out = runs.len() - kept.len();
    let history = History { runs: kept.into_iter().map(|run| run.id).collect(), left_out, changes };
    print(if args.json { json(&history).to_string() } else { text(&history, args.markdown) }.trim_end());
    Ok(if history.is_worse() { Exit::ThresholdFailed } else { Exit::Passed })
}

/// The logs of the runs in a directory.
fn logs(folder: &Path) -> Result<Vec<PathBuf>, CommandError> {
    let entries = std::fs::read_dir(folder)
        .map_err(|error| CommandError::configuration(format!("{}: {error}", folder.display())))?;
    let logs = entries.flatten().map(|entry| log_path(&entry.path()));
    Ok(logs.filter(|log| log.is_file()).collect())
}
