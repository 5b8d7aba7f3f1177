//! Reports: what a run amounted to, for people (terminal, HTML, Markdown) and programs (`summary.json`, `JUnit`, CSV).
//!
//! Owns the summary and its renderings, which are pure. Never measures or judges: totals, findings and validity come in
//! ready. Only `progress` draws, on standard error. Start with [`summary`], then [`text`].

pub(crate) mod campaign;
pub(crate) mod comparison;
pub(crate) mod csv;
pub(crate) mod errors;
mod findings;
pub(crate) mod headline;
pub(crate) mod history;
pub(crate) mod html;
pub(crate) mod intervals;
pub(crate) mod json;
pub(crate) mod junit;
pub(crate) mod locust;
pub(crate) mod locust_entry;
pub(crate) mod markdown;
pub(crate) mod outputs;
pub(crate) mod own;
pub(crate) mod progress;
mod rate;
pub(crate) mod scenarios;
pub(crate) mod steps;
mod streams;
pub(crate) mod style;
pub(crate) mod summary;
pub(crate) mod table;
mod targets;
#[cfg(test)]
pub(crate) mod tests;
pub(crate) mod text;
pub(crate) mod thresholds;
pub(crate) mod timeline;
pub(crate) mod trends;
pub(crate) mod visible;
mod wrap;

pub(crate) use summary::Summary;
