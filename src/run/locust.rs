//! `--csv PREFIX`: Locust's four files, made from the interval log, so that a crashed run has them, too.

use std::{
    ffi::OsString,
    fs::{self, File},
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
};

use super::{error::CommandError, logged_run::LoggedRun};
use crate::{
    exit::Exit,
    report::locust::{HISTORY_SUFFIX, LocustCsv, SUFFIXES},
};

fn named(prefix: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(prefix);
    name.push(suffix);
    PathBuf::from(name)
}

/// The four files.
pub(crate) fn paths(prefix: &Path) -> impl Iterator<Item = PathBuf> {
    SUFFIXES.iter().map(|suffix| named(prefix, suffix))
}

/// Writes the four files of an interval log.
///
/// # Errors
/// When the log can't be read or a file can't be written.
pub(crate) fn write(log: &Path, prefix: &Path) -> Result<(), CommandError> {
    let named = |suffix: &str| named(prefix, suffix);
    let to_error = |path: &Path, error: io::Error| CommandError {
        exit: Exit::Internal,
        message: format!("{}: {error}", path.display()),
    };
    let history = named(HISTORY_SUFFIX);
    fs::create_dir_all(history.parent().unwrap_or(Path::new(""))).map_err(|error| to_error(&history, error))?;
    let mut tables = LocustCsv::default();
    let mut rows = BufWriter::new(File::create(&history).map_err(|error| to_error(&history, error))?);
    let mut put = |row: &str| rows.write_all(row.as_bytes()).map_err(|error| to_error(&history, error));
    put(&LocustCsv::history_head())?;
    LoggedRun::read(log, |interval, _| put(&tables.fold(interval)))?;
    rows.flush().map_err(|error| to_error(&history, error))?;
    for (suffix, text) in tables.files() {
        let path = named(suffix);
        fs::write(&path, text).map_err(|error| to_error(&path, error))?;
    }
    Ok(())
}
