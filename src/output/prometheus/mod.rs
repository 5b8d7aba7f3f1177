//! Prometheus remote write, 2.0 and 1.0, with native histograms or classic buckets: whatever the receiver takes.
//!
//! Start with `encoder.rs` for what is sent, `receiver.rs` for how it is agreed on.

mod dialect;
mod encoder;
mod histogram;
mod message;
pub mod names;
mod probe;
mod receiver;
mod said;
mod series;
mod settings;
mod symbols;
#[cfg(test)]
mod tests;

pub(super) use self::said::{is_out_of_order, is_too_old};
pub use self::{
    dialect::{Dialect, Version},
    encoder::RemoteWrite,
    receiver::RemoteWriteReceiver,
    settings::{Settings, StaleMarkers, take_prefix},
};
