//! The rows: cells of a table in one text, or values.

use std::{collections::HashSet, sync::Arc};

use super::{super::Value, ColumnType, DataError};

/// Rows, at least one. A clone shares them.
#[derive(Debug, Clone)]
pub struct DataSet {
    columns: Arc<[Arc<str>]>,
    rows: Rows,
}

#[derive(Debug, Clone)]
enum Rows {
    Table(Arc<Table>),
    Values(Arc<[Value]>),
}

/// Cells of a file: their text and 4 bytes each, without an allocation per cell.
#[derive(Debug, Default)]
pub(super) struct Table {
    text: String,
    ends: Vec<u32>,
    /// The type of each column.
    types: Vec<ColumnType>,
}

impl Table {
    /// Adds a cell.
    ///
    /// # Errors
    /// Past 4 GiB of text.
    pub(super) fn push(&mut self, cell: &str) -> Result<(), DataError> {
        self.text.push_str(cell);
        let end = u32::try_from(self.text.len());
        self.ends.push(end.map_err(|_| DataError::new(None, "more than 4 GiB of text", None))?);
        Ok(())
    }

    fn cell(&self, number: usize) -> Option<&str> {
        let begin = if number == 0 { 0 } else { *self.ends.get(number - 1)? };
        self.text.get(begin as usize..*self.ends.get(number)? as usize)
    }
}

/// Rows as values; equal column names share one allocation.
#[derive(Debug, Default)]
pub(super) struct Values {
    names: HashSet<Arc<str>>,
    columns: Vec<Arc<str>>,
    rows: Vec<Value>,
}

impl Values {
    pub(super) fn push(&mut self, row: Value) {
        let row = match row {
            Value::Map(entries) => {
                Value::Map(entries.iter().map(|(name, value)| (self.shared(name), value.clone())).collect())
            }
            other => other,
        };
        self.rows.push(row);
    }

    fn shared(&mut self, name: &Arc<str>) -> Arc<str> {
        if let Some(known) = self.names.get(name) {
            return Arc::clone(known);
        }
        self.names.insert(Arc::clone(name));
        self.columns.push(Arc::clone(name));
        Arc::clone(name)
    }
}

impl DataSet {
    pub(super) fn table(columns: Vec<Arc<str>>, types: Vec<ColumnType>, mut table: Table) -> Result<Self, DataError> {
        if table.ends.is_empty() {
            return Err(empty());
        }
        table.text.shrink_to_fit();
        table.ends.shrink_to_fit();
        table.types = types;
        Ok(Self { columns: columns.into(), rows: Rows::Table(Arc::new(table)) })
    }

    pub(super) fn values(values: Values) -> Result<Self, DataError> {
        if values.rows.is_empty() {
            return Err(empty());
        }
        Ok(Self { columns: values.columns.into(), rows: Rows::Values(values.rows.into()) })
    }

    /// Rows given as values. All are kept, at about 50 bytes per value.
    ///
    /// # Errors
    /// If there are none.
    pub(crate) fn of(rows: impl IntoIterator<Item = Value>) -> Result<Self, DataError> {
        let mut values = Values::default();
        rows.into_iter().for_each(|row| values.push(row));
        Self::values(values)
    }

    /// The names of the columns; for rows that are maps, in order of first appearance.
    pub(crate) fn columns(&self) -> &[Arc<str>] {
        &self.columns
    }

    /// Whether any row has a value at a path: names and positions, one in another.
    #[must_use]
    pub(crate) fn has(&self, path: &[Value]) -> bool {
        match (&self.rows, path) {
            (_, []) => true,
            (Rows::Table(_), [Value::Text(name)]) => self.columns.contains(name),
            (Rows::Table(_), _) => false,
            (Rows::Values(rows), path) => rows.iter().any(|row| reaches(row, path)),
        }
    }

    #[must_use]
    pub(crate) fn count(&self) -> u64 {
        let count = match &self.rows {
            Rows::Table(table) => table.ends.len() / self.columns.len().max(1),
            Rows::Values(rows) => rows.len(),
        };
        count as u64
    }

    /// A row by its number from 0: a map, or the item itself if rows are not maps. A cell of a table has the type of its
    /// column.
    #[must_use]
    pub(crate) fn row(&self, number: u64) -> Option<Value> {
        match &self.rows {
            Rows::Table(_) => {
                let cell = |column: usize| Some((self.columns.get(column)?.clone(), self.cell(number, column)?));
                (0..self.columns.len()).map(cell).collect::<Option<Vec<_>>>().map(|entries| Value::Map(entries.into()))
            }
            Rows::Values(rows) => rows.get(usize::try_from(number).ok()?).cloned(),
        }
    }

    /// One cell of a row, by the position of its column: cheaper than the whole row.
    #[must_use]
    pub(crate) fn cell(&self, number: u64, column: usize) -> Option<Value> {
        let number = usize::try_from(number).ok()?;
        let name = self.columns.get(column)?;
        match &self.rows {
            Rows::Table(table) => {
                let cell = table.cell(number.checked_mul(self.columns.len())?.checked_add(column)?)?;
                table.types.get(column)?.value(cell)
            }
            Rows::Values(rows) => rows.get(number)?.get(name).cloned(),
        }
    }
}

fn reaches(row: &Value, path: &[Value]) -> bool {
    let found = path.iter().try_fold(row, |whole, key| match key {
        Value::Text(name) => whole.get(name),
        // A name of digits can be written as a number: `row[0]`.
        Value::Int(index) => whole.at(*index).or_else(|| whole.get(&index.to_string())),
        _ => None,
    });
    found.is_some()
}

fn empty() -> DataError {
    DataError::new(None, "there are no rows", Some("a data set needs at least one row"))
}

#[cfg(test)]
mod tests;
