//! From where rows come.

use std::{
    fs::File,
    io::{self, BufReader, Read},
    path::Path,
};

use super::{DataError, DataSet, csv, json};

/// Bytes a file may have if a profile says nothing else: 1 GiB, all of which is kept in memory.
pub(crate) const LARGEST: u64 = 1 << 30;

/// A file with rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Source {
    /// The file as the profile writes it.
    pub file: String,
    /// How it is written.
    pub format: Format,
    /// Bytes it may have.
    pub largest: u64,
}

/// How rows are written in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Format {
    /// Cells between delimiters.
    Csv {
        /// The names of the columns; without them, the first row has them.
        columns: Option<Vec<String>>,
        /// What stands between cells.
        delimiter: u8,
    },
    /// A list.
    Json,
    /// A value a line.
    JsonLines,
}

/// Reads a file; a relative one is looked for in `base`.
///
/// # Errors
/// If it cannot be read, is too large, has no rows, or is not what its format says; the error tells the line.
pub(crate) fn load(source: &Source, base: &Path) -> Result<DataSet, DataError> {
    let unread = |error: io::Error| {
        let hint = format!("looked for it in {}", base.display());
        let is_missing = error.kind() == io::ErrorKind::NotFound && Path::new(&source.file).is_relative();
        DataError::new(None, error.to_string(), is_missing.then_some(hint.as_str())).of(&source.file)
    };
    let file = File::open(base.join(&source.file)).map_err(unread)?;
    // One more than allowed tells a file that is too large from one that just fits, of whatever kind it is.
    let mut input = file.take(source.largest.saturating_add(1));
    let loaded = match &source.format {
        Format::Csv { columns, delimiter } => csv::read(BufReader::new(&mut input), columns.as_deref(), *delimiter),
        Format::Json | Format::JsonLines => {
            let mut bytes = Vec::new();
            input.read_to_end(&mut bytes).map_err(unread)?;
            let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
            if source.format == Format::Json { json::read_list(text) } else { json::read_lines(text) }
        }
    };
    if input.limit() == 0 {
        let message = format!("it has more than {} bytes", source.largest);
        return Err(DataError::new(None, message, Some("raise `max_size` if memory allows")).of(&source.file));
    }
    loaded.map_err(|error| error.of(&source.file))
}

#[cfg(test)]
mod tests;
