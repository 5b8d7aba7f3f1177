//! Splits CSV into records, with the line in which each begins. Stricter than most readers: a quote that is never closed
//! would swallow the rest of the file.

use std::io::{self, BufRead};

/// A file that is not CSV, with the line.
#[derive(Debug, thiserror::Error)]
pub(super) enum RecordError {
    #[error(transparent)]
    Read(#[from] io::Error),
    /// The cell that begins in this line has no closing quote.
    #[error("a quoted cell is never closed")]
    Unclosed(u64),
    /// Neither a delimiter nor a line end follows the closing quote of the cell that begins in this line.
    #[error("text after the closing quote of a cell")]
    TextAfter(u64),
}

/// The cells of a record.
#[derive(Debug, Default)]
pub(super) struct CsvRecord {
    bytes: Vec<u8>,
    ends: Vec<usize>,
    /// The line in which it begins, from 1.
    pub(super) line: u64,
}

impl CsvRecord {
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    pub(super) fn cells(&self) -> impl Iterator<Item = &[u8]> {
        let begins = std::iter::once(0).chain(self.ends.iter().copied());
        begins.zip(&self.ends).map(|(begin, end)| self.bytes.get(begin..*end).unwrap_or_default())
    }

    fn end_cell(&mut self) {
        self.ends.push(self.bytes.len());
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum At {
    /// Before a record; empty lines are none.
    Line,
    /// Before the first character of a cell.
    Cell,
    /// In a cell without quotes, where a quote is a character like others.
    Plain,
    Quoted,
    /// Behind a quote in a quoted cell: the closing one, or the first of two.
    Quote,
}

/// The records of a file.
#[derive(Debug)]
pub(super) struct Records<R> {
    input: R,
    place: Place,
}

#[derive(Debug)]
struct Place {
    delimiter: u8,
    at: At,
    line: u64,
    /// Line in which the current quoted cell begins.
    opened: u64,
    /// Whether the last byte was a carriage return: a newline after it begins no further line.
    returned: bool,
}

const MARK: &[u8] = "\u{feff}".as_bytes();

impl<R: BufRead> Records<R> {
    /// Skips a byte order mark.
    pub(super) fn new(mut input: R, delimiter: u8) -> io::Result<Self> {
        if input.fill_buf()?.starts_with(MARK) {
            input.consume(MARK.len());
        }
        Ok(Self { input, place: Place { delimiter, at: At::Line, line: 1, opened: 1, returned: false } })
    }

    /// Reads the next record; false at the end.
    pub(super) fn next(&mut self, record: &mut CsvRecord) -> Result<bool, RecordError> {
        record.bytes.clear();
        record.ends.clear();
        loop {
            let buffer = self.input.fill_buf()?;
            if buffer.is_empty() {
                return self.place.end(record);
            }
            let (mut used, mut is_whole) = (0, false);
            for byte in buffer {
                used += 1;
                is_whole = self.place.take(*byte, record)?;
                if is_whole {
                    break;
                }
            }
            self.input.consume(used);
            if is_whole {
                return Ok(true);
            }
        }
    }
}

impl Place {
    /// Takes a byte; true if it ends the record.
    fn take(&mut self, byte: u8, record: &mut CsvRecord) -> Result<bool, RecordError> {
        let is_end = matches!(byte, b'\r' | b'\n');
        let is_second = byte == b'\n' && self.returned;
        if self.at == At::Line {
            if is_end {
                self.next_line(byte, is_second);
                return Ok(false);
            }
            record.line = self.line;
            self.at = At::Cell;
        }
        let unquoted = matches!(self.at, At::Cell | At::Plain | At::Quote);
        match (self.at, byte) {
            (At::Cell, b'"') => (self.at, self.opened) = (At::Quoted, self.line),
            (At::Quoted, b'"') => self.at = At::Quote,
            (At::Quote, b'"') => {
                record.bytes.push(byte);
                self.at = At::Quoted;
            }
            (_, _) if unquoted && (is_end || byte == self.delimiter) => {
                record.end_cell();
                self.at = if is_end { At::Line } else { At::Cell };
            }
            (At::Quote, _) => return Err(RecordError::TextAfter(self.opened)),
            (_, _) => {
                record.bytes.push(byte);
                self.at = if self.at == At::Quoted { At::Quoted } else { At::Plain };
            }
        }
        self.next_line(byte, is_second);
        Ok(self.at == At::Line)
    }

    fn next_line(&mut self, byte: u8, is_second: bool) {
        self.line += u64::from(matches!(byte, b'\r' | b'\n') && !is_second);
        self.returned = byte == b'\r';
    }

    /// The end of the file; true if it ends a record.
    fn end(&mut self, record: &mut CsvRecord) -> Result<bool, RecordError> {
        match std::mem::replace(&mut self.at, At::Line) {
            At::Line => Ok(false),
            At::Quoted => Err(RecordError::Unclosed(self.opened)),
            At::Cell | At::Plain | At::Quote => {
                record.end_cell();
                Ok(true)
            }
        }
    }
}

#[cfg(test)]
mod tests;
