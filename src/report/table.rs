//! Aligned columns: the first to the left, the others to the right. On a terminal, columns that don't fit are left out
//! from a list of those that can be missed, and long tables are cut. A note below a row is wrapped.

use std::collections::BTreeMap;

use super::{summary::TextLayout, visible::visible, wrap::wrap};
use crate::units::show_count;

/// Rows of a table on a terminal.
const MAX_ROWS: usize = 30;
/// The first column is cut to no less.
const MIN_FIRST: usize = 16;

/// Rows of cells; the first row is the heading.
#[derive(Debug, Default)]
pub(crate) struct Table {
    rows: Vec<Vec<String>>,
    /// Notes below rows, by the number of the row.
    notes: BTreeMap<usize, String>,
    /// Headings of columns that are left out when a terminal is narrow, the first one first.
    droppable: Vec<&'static str>,
}

impl Table {
    /// A table with these headings.
    #[must_use]
    pub(crate) fn new(headings: &[&str]) -> Self {
        let rows = vec![headings.iter().map(|text| visible(text).into_owned()).collect()];
        Self { rows, ..Self::default() }
    }

    /// Names the columns that a narrow terminal can miss, the first one first.
    #[must_use]
    pub(crate) fn dropping(self, droppable: &[&'static str]) -> Self {
        Self { droppable: droppable.to_vec(), ..self }
    }

    /// Adds a row. Cells may come from outside: what a terminal would obey is escaped.
    pub(crate) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(cells.into_iter().map(|cell| visible(&cell).into_owned()).collect());
    }

    /// Adds a note below the last row.
    pub(crate) fn note(&mut self, text: &str) {
        self.notes.insert(self.rows.len() - 1, visible(text).into_owned());
    }

    /// Whether there are rows besides the heading.
    #[must_use]
    pub(crate) fn has_rows(&self) -> bool {
        self.rows.len() > 1
    }

    /// The lines, `indent` spaces in; `place` is where the rows are that a terminal does not show. Columns that are empty in
    /// every row are left out.
    #[must_use]
    pub(crate) fn lines(&self, indent: usize, view: TextLayout, place: &str) -> Vec<String> {
        let left_out = view.width.map_or(0, |_| self.rows.len().saturating_sub(MAX_ROWS + 1));
        let rows = &self.rows[..self.rows.len() - left_out];
        let shown = fit(rows, &self.droppable, view.width.map(|width| width.saturating_sub(indent)));
        let line = |row: &Vec<String>| {
            let mut text = " ".repeat(indent);
            for (place, (column, width)) in shown.iter().enumerate() {
                let width = *width;
                let cell = row.get(*column).map_or("", String::as_str);
                text += &if place == 0 { format!("{:<width$}", cut(cell, width)) } else { format!("  {cell:>width$}") };
            }
            text.trim_end().to_owned()
        };
        let more = (left_out > 0).then(|| {
            let (noun, verb) = if left_out == 1 { ("row", "is") } else { ("rows", "are") };
            format!("{}… {} more {noun} {verb} in {place}", " ".repeat(indent), show_count(left_out as u64))
        });
        let row = |(number, row): (usize, &Vec<String>)| {
            let note = self.notes.get(&number).map(|note| format!("{}{note}", " ".repeat(indent + 2)));
            let note = note.into_iter().flat_map(|note| wrap(&note, view.width.unwrap_or(usize::MAX), 0));
            std::iter::once(line(row)).chain(note)
        };
        rows.iter().enumerate().flat_map(row).chain(more).collect()
    }
}

/// The columns that are shown, each with its width.
fn fit(rows: &[Vec<String>], droppable: &[&str], limit: Option<usize>) -> Vec<(usize, usize)> {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| {
        rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let filled = |column: usize| rows.iter().skip(1).any(|row| row.get(column).is_some_and(|cell| !cell.is_empty()));
    let mut shown: Vec<(usize, usize)> =
        (0..columns).filter(|column| filled(*column)).map(|column| (column, width(column))).collect();
    let Some(limit) = limit else { return shown };
    let heading = |column: usize| rows.first().and_then(|row| row.get(column)).map_or("", String::as_str);
    let total = |shown: &[(usize, usize)]| shown.iter().map(|(_, width)| width + 2).sum::<usize>().saturating_sub(2);
    let mut droppable = droppable.iter();
    while total(&shown) > limit {
        let too_much = total(&shown) - limit;
        let first = shown.first_mut();
        if let Some((_, width)) = first.filter(|(_, width)| *width >= MIN_FIRST + too_much) {
            *width -= too_much;
        } else if let Some(name) = droppable.next() {
            shown.retain(|(column, _)| heading(*column) != *name);
        } else {
            if let Some((_, width)) = shown.first_mut() {
                *width = (*width).min(MIN_FIRST);
            }
            break;
        }
    }
    shown
}

fn cut(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return text.to_owned();
    }
    text.chars().take(width.saturating_sub(1)).chain(['…']).collect()
}

#[cfg(test)]
mod tests;
