//! Aligned columns: the first to the left, the others to the right.

/// Rows of cells; the first row is the heading.
#[derive(Debug, Default)]
pub(crate) struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table with these headings.
    #[must_use]
    pub(crate) fn new(headings: &[&str]) -> Self {
        Self { rows: vec![headings.iter().map(|text| (*text).to_owned()).collect()] }
    }

    /// Adds a row.
    pub(crate) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(cells.into_iter().collect());
    }

    /// Whether there are rows besides the heading.
    #[must_use]
    pub(crate) fn has_rows(&self) -> bool {
        self.rows.len() > 1
    }

    /// The lines, `indent` spaces in. Columns that are empty in every row are left out.
    #[must_use]
    pub(crate) fn lines(&self, indent: usize) -> Vec<String> {
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let width = |column: usize| {
            self.rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0)
        };
        let filled =
            |column: usize| self.rows.iter().skip(1).any(|row| row.get(column).is_some_and(|cell| !cell.is_empty()));
        let shown: Vec<(usize, usize)> =
            (0..columns).filter(|column| filled(*column)).map(|column| (column, width(column))).collect();
        let line = |row: &Vec<String>| {
            let mut text = " ".repeat(indent);
            for (place, (column, width)) in shown.iter().enumerate() {
                let cell = row.get(*column).map_or("", String::as_str);
                text += &if place == 0 { format!("{cell:<width$}") } else { format!("  {cell:>width$}") };
            }
            text.trim_end().to_owned()
        };
        self.rows.iter().map(line).collect()
    }
}

#[cfg(test)]
mod tests;
