//! Data sets: rows from files, lists or generated, and which user gets which row.
//!
//! Owns the rows and the order in which they are used. Never reads a file while the load runs, never shares
//! state between workers: each owns a stride of the rows, so that all together use what a single one would.
//! Start with [`load`] and [`RowCursor`].

mod column;
mod csv;
mod cursor;
mod error;
mod json;
mod permutation;
mod records;
mod rows;
mod source;

pub(crate) use self::{
    column::ColumnType,
    csv::CsvFormat,
    cursor::{AtEnd, Order, RowCursor},
    error::DataError,
    rows::DataSet,
    source::{Format, LARGEST, Source, load},
};
