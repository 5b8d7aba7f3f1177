//! CSV as Python's `csv` module writes it, and numbers as Python prints them: what readers of Locust's files expect.

use csv::{Terminator, WriterBuilder};

/// A record with its line end.
#[must_use]
pub(crate) fn record(cells: impl IntoIterator<Item = String>) -> String {
    let mut writer = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(Vec::new());
    // Writing to memory does not fail.
    drop(writer.write_record(cells.into_iter().map(String::into_bytes)));
    String::from_utf8(writer.into_inner().unwrap_or_default()).unwrap_or_default()
}

/// Python's `repr` of a float: the shortest text that reads back, with a fraction (`12.0`) or an exponent (`1e-05`).
#[must_use]
pub(crate) fn float(value: f64) -> String {
    let text = format!("{value:?}");
    let Some((mantissa, exponent)) = text.split_once('e') else { return text };
    let (sign, digits) = exponent.strip_prefix('-').map_or(('+', exponent), |digits| ('-', digits));
    format!("{mantissa}e{sign}{digits:0>2}")
}

#[cfg(test)]
mod tests;
