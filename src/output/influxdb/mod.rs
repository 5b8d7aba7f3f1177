//! `InfluxDB`, versions 1, 2 and 3: aggregates of each push span, or single samples in k6's layout.
//!
//! Start with [`settings`] for what can be asked for, [`aggregate`] for what is written, [`receiver`] for how.

pub mod aggregate;
pub mod line;
mod receiver;
mod settings;

#[cfg(test)]
mod tests;

pub use aggregate::AggregateEncoder;
pub use receiver::{InfluxReceiver, Precision};
pub use settings::{Mode, Settings, Target};
