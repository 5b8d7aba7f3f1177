//! The sessions of a user, by protocol.

use super::{HttpSession, Network, mcp::McpSessions};

/// The sessions of one user. A protocol with connections or state of its own adds a field.
#[derive(Debug, Default)]
pub(crate) struct Sessions {
    /// Connections and cookies of HTTP.
    pub http: HttpSession,
    /// Sessions with servers of MCP; they last longer than an iteration.
    pub mcp: McpSessions,
}

impl Sessions {
    /// Closes and forgets what lives as long as an iteration.
    pub(crate) fn end_iteration(&self, network: &Network) {
        self.http.end_iteration(network);
    }
}
