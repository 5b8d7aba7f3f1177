//! Outputs: intervals → bytes → receivers.
//!
//! Owns sink addresses, encoders (pure functions of interval and fold state), delivery (cursor, retry, deadline) and
//! the account of what was sent and acknowledged. Never touches the traffic side: a sink reads the interval log, so it
//! cannot slow a request, and an outage costs it nothing but time.
//! Start with [`address`], then [`encoder`], then [`delivery`].

pub mod account;
pub mod address;
pub mod delivery;
pub mod encoder;
pub mod prometheus;
pub mod samples;

pub use account::Account;
pub use address::{AddressError, SinkAddress};
pub use delivery::{Delivery, Progress};
