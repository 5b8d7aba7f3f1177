//! Outputs: what `--out` names. They read the logs of a run and send to receivers, so that they cannot slow a request
//! and an outage costs nothing but time.
//!
//! ```text
//!  registry ─▶ prometheus · influxdb · otlp · traces · json · csv · hdr · scrape · dashboard     one folder each, no sibling imports
//!                 │
//!                 ▼
//!  kind (contract)     ─▶ delivery (retry, halving, checkpoint) ─▶ address, receiver, encoder, samples, otlp_protocol
//!                                                             ─▶ naming, wire_labels, exemplars, encoding, batch
//! ```
//!
//! Owns addresses, encoders (pure functions of intervals and fold state), receivers and delivery. Never touches execution.
//! To add an output, copy a folder and add its line to `registry.rs` and its `mod` line here. Start with [`kind`], then [`delivery`].

pub(crate) mod address;
mod batch;
mod clock;
mod csv;
mod dashboard;
pub(crate) mod delivery;
mod encoder;
mod encoding;
mod exemplars;
mod hdr;
mod influxdb;
mod json;
pub(crate) mod kind;
pub(crate) mod live_source;
pub(crate) mod naming;
mod otlp;
mod otlp_protocol;
mod prometheus;
mod receiver;
mod registry;
mod sample_file;
mod samples;
mod scrape;
#[cfg(test)]
mod tests;
mod traces;
mod wire_labels;

pub use self::registry::OutputAddress;
/// The one client of telemetry, for the scraper too: certificates, proxy, errors in words.
pub(crate) use self::{address::http::HttpSettings, delivery::client::Client, receiver::HttpVersion};
pub(crate) use {self::delivery::Delivery, self::delivery::progress::Progress, self::delivery::stats::DeliveryStats};
