//! Rows of CSV: quoted cells with newlines, any delimiter, either line end, with or without a header line.

use std::{collections::HashSet, io::Read, sync::Arc};

use csv::{ByteRecord, ReaderBuilder, Trim};

use super::{DataError, DataSet, rows::Table};

/// Reads rows; without `columns`, the first row holds their names.
pub(super) fn read(input: impl Read, columns: Option<&[String]>, delimiter: u8) -> Result<DataSet, DataError> {
    let mut reader = ReaderBuilder::new()
        .delimiter(delimiter)
        .has_headers(columns.is_none())
        .flexible(true)
        .trim(Trim::Headers)
        .from_reader(input);
    let names: Vec<Arc<str>> = if let Some(columns) = columns {
        columns.iter().map(|name| name.as_str().into()).collect()
    } else {
        let names = reader.byte_headers().map_err(|error| unreadable(&error))?.clone();
        names.iter().map(|name| text(name, &names).map(Arc::from)).collect::<Result<_, _>>()?
    };
    check_names(&names, columns.is_none().then_some(1))?;
    let mut table = Table::default();
    let mut record = ByteRecord::new();
    while reader.read_byte_record(&mut record).map_err(|error| unreadable(&error))? {
        if record.len() != names.len() {
            let (found, known) = (record.len(), names.join(", "));
            let message = format!("expected {} columns ({known}), found {found} {}", names.len(), cells(found));
            let hint = "quote cells that contain a delimiter or a newline, and check `delimiter`";
            return Err(DataError::new(line_of(&record), message, Some(hint)));
        }
        for cell in &record {
            table.push(text(cell, &record)?)?;
        }
    }
    DataSet::table(names, table)
}

fn cells(count: usize) -> &'static str {
    if count == 1 { "cell" } else { "cells" }
}

fn check_names(columns: &[Arc<str>], line: Option<u64>) -> Result<(), DataError> {
    let hint = Some("the first line has the names of the columns, unless `columns` are given");
    let mut known = HashSet::new();
    for (place, name) in columns.iter().enumerate() {
        if name.is_empty() {
            return Err(DataError::new(line, format!("column {} has no name", place + 1), hint));
        }
        if !known.insert(name) {
            return Err(DataError::new(line, format!("two columns are named `{name}`"), hint));
        }
    }
    if columns.is_empty() { Err(DataError::new(None, "there are no columns", hint)) } else { Ok(()) }
}

fn line_of(record: &ByteRecord) -> Option<u64> {
    record.position().map(csv::Position::line)
}

fn text<'a>(cell: &'a [u8], record: &ByteRecord) -> Result<&'a str, DataError> {
    std::str::from_utf8(cell)
        .map_err(|_| DataError::new(line_of(record), "this is not UTF-8", Some("save the file as UTF-8")))
}

fn unreadable(error: &csv::Error) -> DataError {
    DataError::new(error.position().map(csv::Position::line), error.to_string(), None)
}
