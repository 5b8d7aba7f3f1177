//! Files with rows.

use std::{
    fs::File,
    io::{self, BufReader, Read},
    path::Path,
};

use super::{CsvFormat, DataError, DataSet, csv, json};

/// Default size limit of a file: 1 GiB. Files are kept in memory.
pub(crate) const LARGEST: u64 = 1 << 30;

/// A file with rows, as the profile describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Source {
    /// The path as written.
    pub file: String,
    pub format: Format,
    /// Size limit in bytes.
    pub largest: u64,
}

/// The format of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Format {
    Csv(CsvFormat),
    /// An array.
    Json,
    /// One value per line.
    JsonLines,
}

/// Reads a file; a relative path is resolved against `base`.
///
/// # Errors
/// If it can't be read, is too large, has no rows, or is malformed; the error has the line.
pub(crate) fn load(source: &Source, base: &Path) -> Result<DataSet, DataError> {
    let unread = |error: io::Error| {
        let hint =
            format!("looked for it in {}", if base.as_os_str().is_empty() { Path::new(".") } else { base }.display());
        let is_missing = error.kind() == io::ErrorKind::NotFound && Path::new(&source.file).is_relative();
        DataError::new(None, error.to_string(), is_missing.then_some(hint.as_str())).of(&source.file)
    };
    let file = File::open(base.join(&source.file)).map_err(unread)?;
    // One byte beyond the limit distinguishes a file that is too large from one that just fits, also for devices.
    let mut input = file.take(source.largest.saturating_add(1));
    let loaded = match &source.format {
        Format::Csv(format) => csv::read(BufReader::new(&mut input), format),
        Format::Json | Format::JsonLines => {
            let mut bytes = Vec::new();
            input.read_to_end(&mut bytes).map_err(unread)?;
            let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
            if source.format == Format::Json { json::read_list(text) } else { json::read_lines(text) }
        }
    };
    if input.limit() == 0 {
        let message = format!("the file is larger than {} bytes", source.largest);
        return Err(DataError::new(None, message, Some("raise `max_size` if memory allows")).of(&source.file));
    }
    loaded.map_err(|error| error.of(&source.file))
}

#[cfg(test)]
mod tests;
