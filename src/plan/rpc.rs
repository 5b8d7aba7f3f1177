//! JSON-RPC: which error codes a call may be answered with.

/// How the answers to the calls of a request are judged.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct RpcSpec {
    /// Codes of a rate limit: neither success nor failure.
    pub limited: Vec<i64>,
    /// Codes of a success.
    pub allowed: Vec<i64>,
}
