//! What connections of the load and of outputs have in common, so that one environment means one thing to both.
//!
//! Owns the choice of the proxy, tunnels through it, which certificates are trusted, basic authentication by a URL, errors of TLS in words, how text of the
//! other side is shown, and the names of secrets. Never knows requests, profiles or receivers.
//! Start with [`proxy`].

pub(crate) mod basic_auth;
pub(crate) mod host;
pub(crate) mod masking;
pub(crate) mod printable;
pub(crate) mod proxy;
pub(crate) mod response_head;
pub(crate) mod secret_names;
pub(crate) mod tls_words;
pub(crate) mod trust;
pub(crate) mod tunnel;
