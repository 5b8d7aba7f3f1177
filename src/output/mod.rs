//! Outputs: intervals → bytes → receivers.
//!
//! Owns sink addresses, encoders (pure functions of interval and fold state), delivery (cursor, retry, deadline) and
//! the account of what was sent and acknowledged. Never touches the traffic side: a sink reads the interval log, so it
//! cannot slow a request, and an outage costs it nothing but time.
//! Start with [`address`], then [`encoder`], then [`delivery`].

pub mod account;
pub mod address;
pub mod batch;
pub mod delivery;
pub mod encoder;
mod exemplars;
pub mod exposition;
pub mod hdr;
pub mod influxdb;
pub mod otlp;
pub mod prometheus;
mod protobuf;
pub mod receiver;
pub mod samples;
pub mod scrape;

pub use account::Account;
pub use address::{AddressError, OutputAddress};
pub use batch::Batch;
pub use delivery::{Delivery, Progress};
