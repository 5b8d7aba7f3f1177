//! Rows for users: from files, lists or made up; and which user gets which row.
//!
//! Owns the rows and the order in which they are handed out. Never reads a file while the load runs, never shares
//! anything between workers: each owns a stride of the rows, so that all together use what one would.
//! Start with [`load`] and [`Cursor`].

mod csv;
mod cursor;
mod error;
mod json;
mod permutation;
mod rows;
mod source;

pub(crate) use self::{
    cursor::{AtEnd, Cursor, Order},
    error::DataError,
    rows::DataSet,
    source::{Format, LARGEST, Source, load},
};
