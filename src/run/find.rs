//! Which run an argument of `report` and `replay` means: a directory, a log, an ID in `runs/`, or the newest run.

use std::{
    fs,
    path::{Path, PathBuf},
    time::SystemTime,
};

use super::{error::CommandError, folder::log_path};

/// Where runs are unless `--run-dir` says otherwise.
pub(crate) const RUNS: &str = "runs";
/// How many runs an error names.
const NAMED: usize = 5;

/// The directory of a run, or its log where the argument is a log.
///
/// # Errors
/// When there is no such run.
pub(crate) fn find_run(given: Option<&Path>) -> Result<PathBuf, CommandError> {
    let own = std::env::var_os("LOADAGENT_RUN_DIR").filter(|own| !own.is_empty()).map(PathBuf::from);
    let own = own.filter(|own| log_path(own).is_file());
    let Some(given) = given else {
        let newest = own.or_else(|| newest_first(Path::new(RUNS)).into_iter().next());
        let message = "no run given, and runs/ has none\n  hint: give the directory of a run";
        return newest.ok_or_else(|| CommandError::configuration(message));
    };
    let in_runs = Path::new(RUNS).join(given);
    if given.is_file() || log_path(given).is_file() {
        return Ok(given.to_owned());
    }
    if log_path(&in_runs).is_file() {
        return Ok(in_runs);
    }
    let shown = given.display();
    if given.is_dir() {
        return Err(CommandError::configuration(format!("{shown}: not a run directory: it has no intervals.log")));
    }
    let known = newest_first(Path::new(RUNS));
    let names: Vec<_> = known.iter().filter_map(|run| run.file_name()).map(|name| name.to_string_lossy()).collect();
    let hint = match names.len() {
        0 => "give the directory of a run; runs/ has none".to_owned(),
        _ => format!("newest in runs/: {}", names[..names.len().min(NAMED)].join(", ")),
    };
    Err(CommandError::configuration(format!("there is no run `{shown}`\n  hint: {hint}")))
}

/// The runs of a directory, by the time they began.
fn newest_first(folder: &Path) -> Vec<PathBuf> {
    let runs = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut runs: Vec<(SystemTime, PathBuf)> = runs.filter_map(|run| Some((began(&run)?, run))).collect();
    runs.sort();
    runs.into_iter().rev().map(|(_, run)| run).collect()
}

fn began(run: &Path) -> Option<SystemTime> {
    let log = fs::metadata(log_path(run)).ok()?;
    // Not every file system knows when a file was made.
    log.created().or_else(|_| log.modified()).ok()
}
