//! Files that a command makes for its user: never over another one.

use std::{
    fs,
    io::{self, Write},
    path::Path,
};

use super::error::CommandError;

/// Writes a file that is not there yet, with its folder.
///
/// # Errors
/// When it is there, or can't be written.
pub(crate) fn write_new(path: &Path, text: &str) -> Result<(), CommandError> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        fs::create_dir_all(folder).map_err(|error| not_written(folder, &error))?;
    }
    let file = fs::File::options().write(true).create_new(true).open(path);
    file.and_then(|mut file| file.write_all(text.as_bytes())).map_err(|error| not_written(path, &error))
}

/// The error of a file that can't be written.
#[must_use]
pub(crate) fn not_written(path: &Path, error: &io::Error) -> CommandError {
    match error.kind() {
        io::ErrorKind::AlreadyExists => exists(path),
        _ => CommandError::configuration(format!("{}: {error}", path.display())),
    }
}

/// The error of a file that is there already.
#[must_use]
pub(crate) fn exists(path: &Path) -> CommandError {
    CommandError::configuration(format!("{} exists already\n  hint: name another file", path.display()))
}
