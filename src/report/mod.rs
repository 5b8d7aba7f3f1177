//! Reports: what a run amounted to, for people (terminal) and programs (`summary.json`).
//!
//! Owns the summary and its renderings, which are pure. Never measures or judges: totals, findings and validity come in
//! ready. Only `progress` draws, on standard error. Start with [`summary`], then [`text`].

pub mod csv;
pub mod errors;
pub mod intervals;
pub mod json;
pub mod locust;
pub mod locust_entry;
pub mod outputs;
pub mod own;
pub mod progress;
pub mod scenarios;
pub mod style;
pub mod summary;
pub mod table;
pub mod text;
pub mod thresholds;
pub mod trends;

pub use summary::Summary;
