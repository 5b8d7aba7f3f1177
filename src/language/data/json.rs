//! Rows of JSON: an array, or one value per line.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, SeqAccess, Visitor};

use super::{
    super::extract::json::{Budget, Document},
    DataError, DataSet,
    rows::Values,
};

/// Reads an array; its items are the rows.
pub(super) fn read_list(text: &[u8]) -> Result<DataSet, DataError> {
    let mut values = Values::default();
    let mut parser = serde_json::Deserializer::from_slice(text);
    let read = Rows(&mut values).deserialize(&mut parser).and_then(|()| parser.end());
    read.map_err(|error| refused(&error, error.line() as u64))?;
    DataSet::values(values)
}

/// Reads one value per line; empty lines are skipped.
pub(super) fn read_lines(text: &[u8]) -> Result<DataSet, DataError> {
    let mut values = Values::default();
    for (line, number) in text.split(|byte| *byte == b'\n').zip(1..) {
        if line.trim_ascii().is_empty() {
            continue;
        }
        let mut parser = serde_json::Deserializer::from_slice(line);
        let row = Document(&mut Budget::of_a_body()).deserialize(&mut parser);
        values.push(row.and_then(|row| parser.end().map(|()| row)).map_err(|error| refused(&error, number))?);
    }
    DataSet::values(values)
}

fn refused(error: &serde_json::Error, line: u64) -> DataError {
    let message = error.to_string();
    // The parser counts lines within its input, which may be a single line of the file.
    let message = message.rsplit_once(" at line ").map_or(message.as_str(), |(message, _)| message);
    DataError::new(Some(line), format!("{message} (column {})", error.column()), None)
}

/// Items become rows one by one, so that names of columns are never stored per row.
struct Rows<'a>(&'a mut Values);

impl<'de> DeserializeSeed<'de> for Rows<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Rows<'_> {
    type Value = ();

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a list of rows")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        while let Some(row) = items.next_element_seed(Document(&mut Budget::of_a_body()))? {
            self.0.push(row);
        }
        Ok(())
    }
}
