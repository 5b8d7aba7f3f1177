//! The folder of a run: `intervals.log`, `events.log`, `summary.json`, with a practice target `target.json`.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{collect::records::RecordKeeper, error::CommandError, run_end::RunEnd};
use crate::{
    executor::taken::TakenNumbers,
    exit::Exit,
    interval_log::{Event, Header, LogError, LogWriter},
    plan::Plan,
    practice_target,
    record_log::RecordLog,
};

/// The folder with its open files.
#[derive(Debug)]
pub(crate) struct RunFolder {
    path: PathBuf,
    /// The interval log.
    pub log: LogWriter,
    /// Raw records of requests.
    pub records: RecordKeeper,
    /// Numbers that no later process of the run gives out again.
    pub taken: Arc<TakenNumbers>,
    /// Bytes that the interval log may take.
    pub log_limit: u64,
    events: File,
}

/// Where the interval log of a run's folder is.
#[must_use]
pub(crate) fn log_path(run: &Path) -> PathBuf {
    run.join("intervals.log")
}

/// Where the summary of a run's folder is.
#[must_use]
pub(crate) fn summary_path(run: &Path) -> PathBuf {
    run.join("summary.json")
}

/// Numbers that were given out.
const TAKEN: &str = "taken";

/// The profile of a run in its folder, with secrets struck out.
const PROFILE: &str = "profile.yaml";

/// The profile of a run; None of a run whose folder is gone, or of a version that did not write it.
#[must_use]
pub(crate) fn profile_text(run: &Path) -> Option<String> {
    fs::read_to_string(run.join(PROFILE)).ok()
}

/// Removes the files of a run that had no load.
pub(crate) fn remove_begun(run: &Path) {
    for name in ["intervals.log", "events.log", TAKEN, PROFILE] {
        // What can't be removed stays; the next run reports it.
        drop(fs::remove_file(run.join(name)));
    }
    drop(fs::remove_dir_all(run.join("outputs")));
    drop(fs::remove_dir(run.join("records")));
}

fn taken(run: &Path, plan: &Plan) -> Result<Arc<TakenNumbers>, CommandError> {
    let path = run.join(TAKEN);
    let taken = TakenNumbers::open(&path, plan.scenarios.len(), plan.data.len());
    taken.map(Arc::new).map_err(|error| unwritable(&path, &error))
}

fn unwritable(path: &Path, error: &io::Error) -> CommandError {
    CommandError::configuration(format!(
        "can't write to the run's directory {}: {error}\n  hint: choose another one with --run-dir",
        path.display()
    ))
}

/// Records are many and go once they are delivered; intervals are few and stay.
fn log_limit(record_workers: Option<usize>, disk_limit: u64) -> u64 {
    if record_workers.is_some() { disk_limit / 4 } else { disk_limit }
}

/// Writes the text of a profile without secrets into a run's folder.
///
/// # Errors
/// When the disk refuses.
pub(crate) fn write_profile(run: &Path, text: &str) -> Result<(), CommandError> {
    write_whole(&run.join(PROFILE), text)
}

/// An event that was not written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum EventError {
    #[error(transparent)]
    Log(#[from] LogError),
    #[error("events.log: {0}")]
    File(io::Error),
}

impl RunFolder {
    /// Whether a run may have this folder.
    ///
    /// # Errors
    /// When it holds one already.
    pub(crate) fn check_free(path: &Path) -> Result<(), CommandError> {
        if !log_path(path).exists() {
            return Ok(());
        }
        let shown = path.display();
        Err(CommandError::configuration(format!(
            "{shown} already holds a run\n  hint: `--resume {shown}` goes on with it; or choose another directory with --run-dir, or remove it"
        )))
    }

    /// Makes the folder and starts its logs, which together stay below `disk_limit` bytes; `record_workers` is the
    /// number of threads whose requests are recorded one by one, if they are.
    ///
    /// # Errors
    /// When it holds a run already, or can't be written.
    pub(crate) fn create(
        path: &Path,
        header: &Header,
        plan: &Plan,
        record_workers: Option<usize>,
        disk_limit: u64,
    ) -> Result<Self, CommandError> {
        Self::check_free(path)?;
        let to_error = |error| unwritable(path, &error);
        fs::create_dir_all(path).map_err(to_error)?;
        // Before the log: a run that has a log has these.
        drop(fs::remove_file(path.join(TAKEN)));
        let taken = taken(path, plan)?;
        let log =
            LogWriter::create(&log_path(path), header).map_err(|error| CommandError::new(Exit::BadProfile, &error))?;
        let events = File::create(path.join("events.log")).map_err(to_error)?;
        let log_limit = log_limit(record_workers, disk_limit);
        let record = |workers| RecordLog::create(path, header.started_at_ms, workers, disk_limit - log_limit);
        let records = RecordKeeper::new(record_workers.map(record).transpose().map_err(to_error)?);
        Ok(Self { path: path.to_owned(), log, records, taken, log_limit, events })
    }

    /// Goes on in the folder of a run that an earlier process began.
    ///
    /// # Errors
    /// When it can't be read or written.
    pub(crate) fn reopen(
        path: &Path,
        (log, started_at_ms): (LogWriter, i64),
        plan: &Plan,
        record_workers: Option<usize>,
        disk_limit: u64,
    ) -> Result<Self, CommandError> {
        let to_error = |error| unwritable(path, &error);
        let taken = taken(path, plan)?;
        let events = File::options().create(true).append(true).open(path.join("events.log")).map_err(to_error)?;
        let log_limit = log_limit(record_workers, disk_limit);
        let record = |workers| RecordLog::reopen(path, started_at_ms, workers, disk_limit - log_limit);
        let records = RecordKeeper::new(record_workers.map(record).transpose().map_err(to_error)?);
        Ok(Self { path: path.to_owned(), log, records, taken, log_limit, events })
    }

    /// Writes down which profile is run, without its secrets.
    ///
    /// # Errors
    /// When the disk refuses.
    pub(crate) fn write_profile(&self, text: &str) -> Result<(), CommandError> {
        write_profile(&self.path, text)
    }

    /// Removes what was begun.
    pub(crate) fn discard(self) {
        remove_begun(&self.path);
        drop(fs::remove_dir(&self.path));
    }

    /// The folder as it is shown.
    #[must_use]
    pub(crate) fn shown(&self) -> String {
        self.path.display().to_string()
    }

    /// Writes an event down, in both logs.
    ///
    /// # Errors
    /// When the disk refuses.
    pub(crate) fn event(&mut self, event: &Event) -> Result<(), EventError> {
        let line = serde_json::to_string(event).unwrap_or_default();
        // The event in the interval log waits for space on the disk; the line in events.log does not.
        let annotated = self.log.event(event).map(drop).map_err(EventError::from);
        writeln!(self.events, "{line}").map_err(EventError::File).and(annotated)
    }

    /// Writes the summary and ends the interval log. The last call counts.
    ///
    /// # Errors
    /// When the disk refuses.
    pub(crate) fn conclude(&mut self, summary: &serde_json::Value, end: &RunEnd) -> Result<(), CommandError> {
        let end = serde_json::to_value(end).map_err(|error| CommandError::internal(&error))?;
        let ended = self.log.end(&end).map(drop).map_err(|error| CommandError::internal(&error));
        write_json(&summary_path(&self.path), summary).and(ended)
    }

    /// Writes down what the practice target of this process saw.
    ///
    /// # Errors
    /// When the disk refuses.
    pub(crate) fn write_target_log(&self, seen: &practice_target::Report) -> Result<(), CommandError> {
        let seen = serde_json::to_value(seen).map_err(|error| CommandError::internal(&error))?;
        write_json(&self.path.join("target.json"), &seen)
    }
}

/// Whether a file can be written, before the run: makes its directory, and opens it without changing it.
///
/// # Errors
/// When it can't be written.
pub(crate) fn check_writable(flag: &str, path: &Path) -> Result<(), CommandError> {
    let refused = |error: io::Error| {
        CommandError::usage(format!("{flag} {}: {error}\n  hint: choose a path that can be written", path.display()))
    };
    make_parent(path).map_err(refused)?;
    if path.is_dir() {
        return Err(refused(io::ErrorKind::IsADirectory.into()));
    }
    let is_new = !path.exists();
    File::options().append(true).create(true).open(path).map_err(refused)?;
    if is_new {
        fs::remove_file(path).map_err(refused)?;
    }
    Ok(())
}

/// Whether a file can be written twice: a pipe or a device (`--summary-export /dev/stdout`) would hold both texts.
#[must_use]
pub(crate) fn can_be_replaced(path: &Path) -> bool {
    !path.exists() || path.is_file()
}

fn make_parent(path: &Path) -> io::Result<()> {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).map_or(Ok(()), fs::create_dir_all)
}

/// Writes a JSON file whole.
///
/// # Errors
/// When it can't be written.
pub(crate) fn write_json(path: &Path, content: &serde_json::Value) -> Result<(), CommandError> {
    write_whole(path, &(serde_json::to_string_pretty(content).unwrap_or_default() + "\n"))
}

/// Writes a file whole: under another name first, so that no reader sees half of it.
///
/// # Errors
/// When it can't be written.
pub(crate) fn write_whole(path: &Path, text: &str) -> Result<(), CommandError> {
    let to_error =
        |error: std::io::Error| CommandError { exit: Exit::Internal, message: format!("{}: {error}", path.display()) };
    if !can_be_replaced(path) {
        return fs::write(path, text).map_err(to_error);
    }
    make_parent(path).map_err(to_error)?;
    let mut partial = path.as_os_str().to_owned();
    partial.push(".partial");
    let written = fs::write(&partial, text).and_then(|()| fs::rename(&partial, path));
    // A full disk leaves an empty file.
    written.inspect_err(|_| drop(fs::remove_file(&partial))).map_err(to_error)
}
