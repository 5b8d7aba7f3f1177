//! Protocols: open connections, put requests on the wire, read responses, and mark every phase on a probe.
//!
//! Owns name look-up, TCP, TLS, HTTP/1.1 and HTTP/2 of the traffic side, and what follows from responses by themselves:
//! cookies, redirects, challenges, decompression. Never decides when to send, never aggregates, never
//! retries silently. All failures come from one closed list, by the phase in which they happened.
//! Start with [`probe`], then [`session`].

pub mod buffered_body;
pub mod connect;
pub mod cookies;
pub mod deadline;
pub mod debug;
pub mod decode;
pub mod digest;
pub mod error_class;
pub mod exchange;
pub mod follow;
pub mod head;
pub mod http1;
pub mod http2;
pub mod names;
pub mod outgoing;
pub mod probe;
pub mod proxy;
pub mod response_head;
pub mod session;
pub mod sessions;
pub mod stream;
pub mod tls;
pub mod upgrade;

pub use connect::Network;
pub use error_class::{ErrorClass, Phase};
pub use outgoing::Outgoing;
pub use probe::{Attempt, Probe};
pub use session::{HttpSession, Lane};
pub use sessions::Sessions;
