//! `--csv PREFIX`: Locust's four files, made from the interval log, so that a crashed run has them, too.

use std::{
    ffi::OsString,
    fs::{self, File},
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
};

use super::{error::CommandError, folder};
use crate::{
    exit::Exit,
    interval_log::{Cursor, Entry},
    report::locust::{HISTORY_SUFFIX, LocustCsv},
};

/// Writes the four files of a run's folder.
///
/// # Errors
/// When the log can't be read or a file can't be written.
pub fn write(run: &Path, prefix: &Path) -> Result<(), CommandError> {
    let named = |suffix: &str| {
        let mut name = OsString::from(prefix);
        name.push(suffix);
        PathBuf::from(name)
    };
    let fault = |path: &Path, error: io::Error| CommandError {
        exit: Exit::Internal,
        message: format!("{}: {error}", path.display()),
    };
    let log_fault = |error: crate::interval_log::LogError| CommandError::new(Exit::BadProfile, &error);
    let history = named(HISTORY_SUFFIX);
    fs::create_dir_all(history.parent().unwrap_or(Path::new(""))).map_err(|error| fault(&history, error))?;
    let mut cursor = Cursor::open(&folder::log_path(run)).map_err(log_fault)?;
    let mut tables = LocustCsv::default();
    let mut rows = BufWriter::new(File::create(&history).map_err(|error| fault(&history, error))?);
    let mut put = |row: &str| rows.write_all(row.as_bytes()).map_err(|error| fault(&history, error));
    put(&LocustCsv::history_head())?;
    while let Some(entry) = cursor.read().map_err(log_fault)? {
        if let Entry::Interval(interval) = entry {
            put(&tables.fold(&interval))?;
        }
    }
    rows.flush().map_err(|error| fault(&history, error))?;
    for (suffix, text) in tables.files() {
        let path = named(suffix);
        fs::write(&path, text).map_err(|error| fault(&path, error))?;
    }
    Ok(())
}
