//! `InfluxDB`, versions 1, 2 and 3: aggregates of each push span, or single samples in k6's layout.
//!
//! Start with `settings.rs` for what can be asked for, `aggregate.rs` for what is written, `receiver.rs` for how.

pub mod aggregate;
pub mod line;
mod receiver;
mod settings;

#[cfg(test)]
mod tests;

pub use aggregate::AggregateEncoder;
pub use receiver::{InfluxReceiver, Precision};
pub use settings::{Mode, Settings, Target};
