//! Rows of CSV: quoted cells with newlines, any delimiter, either line end, with or without a header line. Cells are
//! text, but for columns with a type.

use std::{
    collections::HashSet,
    io::{self, BufRead},
    sync::Arc,
};

use super::{
    super::error::did_you_mean,
    ColumnType, DataError, DataSet,
    records::{CsvRecord, RecordError, Records},
    rows::Table,
};
use crate::units::show_several;

/// How a file of CSV is to be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CsvFormat {
    /// Column names; without them, the first row holds them.
    pub columns: Option<Vec<String>>,
    pub delimiter: u8,
    /// Types of columns that are not text.
    pub types: Vec<(String, ColumnType)>,
}

/// Reads rows.
pub(super) fn read(input: impl BufRead, format: &CsvFormat) -> Result<DataSet, DataError> {
    let mut records = Records::new(input, format.delimiter).map_err(|error| unreadable(&error))?;
    let mut record = CsvRecord::default();
    let names: Vec<Arc<str>> = if let Some(columns) = &format.columns {
        columns.iter().map(|name| name.as_str().into()).collect()
    } else {
        records.next(&mut record).map_err(refused)?;
        record.cells().map(|name| text(name, &record).map(|name| name.trim().into())).collect::<Result<_, _>>()?
    };
    check_names(&names, format.columns.is_none().then_some(1))?;
    let types = types_of(&names, &format.types)?;
    let mut table = Table::default();
    while records.next(&mut record).map_err(refused)? {
        if record.len() != names.len() {
            let (found, known) = (record.len(), names.join(", "));
            let expected = show_several(names.len() as u64, "column");
            let message = format!("expected {expected} ({known}), found {found} {}", cells(found));
            let hint = "quote cells that contain a delimiter or a newline, and check `delimiter`";
            return Err(DataError::new(Some(record.line), message, Some(hint)));
        }
        for ((cell, kind), name) in record.cells().zip(&types).zip(&names) {
            let cell = text(cell, &record)?;
            if *kind != ColumnType::Text && kind.value(cell).is_none() {
                let cell: String = cell.chars().take(60).collect();
                let message = format!("column `{name}`: `{cell}` is not a {}", kind.name());
                return Err(DataError::new(Some(record.line), message, Some("without a type, cells are text")));
            }
            table.push(cell)?;
        }
    }
    DataSet::table(names, types, table)
}

/// The type of each column.
fn types_of(names: &[Arc<str>], types: &[(String, ColumnType)]) -> Result<Vec<ColumnType>, DataError> {
    let is_column = |wanted: &str| names.iter().any(|name| **name == *wanted);
    if let Some((wanted, _)) = types.iter().find(|(wanted, _)| !is_column(wanted)) {
        let message = format!("`types` names `{wanted}`, but the columns are {}", names.join(", "));
        let near = did_you_mean(wanted, names.iter().map(|name| &**name));
        return Err(DataError::new(None, message, near.as_deref()));
    }
    let type_of = |name: &Arc<str>| types.iter().find(|(wanted, _)| **wanted == **name).map(|(_, kind)| *kind);
    Ok(names.iter().map(|name| type_of(name).unwrap_or_default()).collect())
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

fn text<'a>(cell: &'a [u8], record: &CsvRecord) -> Result<&'a str, DataError> {
    std::str::from_utf8(cell)
        .map_err(|_| DataError::new(Some(record.line), "this is not UTF-8", Some("save the file as UTF-8")))
}

fn refused(error: RecordError) -> DataError {
    let message = error.to_string();
    let (line, hint) = match error {
        RecordError::Read(error) => return unreadable(&error),
        RecordError::Unclosed(line) => {
            (line, "close it with `\"`; a quote inside a quoted cell is written twice: `\"\"`")
        }
        RecordError::TextAfter(line) => (line, "quote the whole cell; a quote inside it is written twice: `\"\"`"),
    };
    DataError::new(Some(line), message, Some(hint))
}

fn unreadable(error: &io::Error) -> DataError {
    DataError::new(None, error.to_string(), None)
}
