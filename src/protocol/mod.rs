//! Protocols: open connections, put requests on the wire, read responses, and mark every phase on a probe.
//!
//! Owns name look-up, TCP, TLS and HTTP/1.1 of the traffic side. Never decides when to send, never aggregates, never
//! retries silently. All failures come from one closed list, by the stage at which they happened.
//! Start with [`probe`], then [`http1`].

pub mod connect;
pub mod deadline;
pub mod error_class;
pub mod http1;
pub mod outgoing;
pub mod probe;
pub mod stream;
pub mod tls;

pub use connect::Network;
pub use error_class::{ErrorClass, Stage};
pub use http1::{HttpSession, Lane};
pub use outgoing::Outgoing;
pub use probe::{Attempt, Probe};
