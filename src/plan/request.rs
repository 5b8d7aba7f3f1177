//! Requests as compiled from a profile: constant parts rendered once, nothing parsed while running.

use std::{sync::Arc, time::Duration};

/// A server: scheme, host and port.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Origin {
    /// Whether to speak TLS.
    pub tls: bool,
    /// Host name or address, without brackets.
    pub host: String,
    /// Port.
    pub port: u16,
}

/// One request of a scenario.
#[derive(Debug, Clone)]
pub struct RequestSpec {
    /// Label `name`: the step's name, or the method and the path as written in the profile.
    pub name: String,
    /// HTTP method, upper case.
    pub method: String,
    /// Position in the plan's origins.
    pub origin: usize,
    /// The whole request as it goes over the wire, HTTP/1.1.
    pub wire: Arc<[u8]>,
    /// Whether the response to this method never has a body.
    pub bodyless: bool,
    /// Longest time from ready to last byte.
    pub timeout: Duration,
    /// Whether something reads the response's body.
    pub keep_body: bool,
    /// Statuses that are not a failure: inclusive ranges.
    pub expected: Arc<[(u16, u16)]>,
    /// Tags of its series.
    pub tags: Vec<(String, String)>,
}

impl RequestSpec {
    /// Whether a status is what the profile expects (200 to 399 unless it says otherwise, as in k6).
    #[must_use]
    pub fn expects(&self, status: u16) -> bool {
        self.expected.iter().any(|(low, high)| (*low..=*high).contains(&status))
    }
}
