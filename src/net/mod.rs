//! What connections of the load and of outputs have in common, so that one environment means one thing: which proxy is used,
//! tunnels through it, and which certificates are trusted.
//!
//! Knows nothing of requests, profiles and receivers. Start with [`proxy`].

pub(crate) mod host;
pub(crate) mod proxy;
pub(crate) mod response_head;
pub(crate) mod tls_words;
pub(crate) mod trust;
pub(crate) mod tunnel;
