//! Analysis: what the intervals mean. Answers instead of charts.
//!
//! Owns validity (was the promised load delivered?). Thresholds have a room of their own; soak, spike and stress
//! findings will stand here. Reads totals and the accounting by intended second; never touches traffic.
//! Start with [`validity`].

pub mod offered;
pub mod validity;

pub use offered::Offered;
pub use validity::{Generator, Validity};
