//! User and password of a URL as basic authentication (RFC 7617).

use base64::{Engine, engine::general_purpose::STANDARD};
use percent_encoding::percent_decode_str;
use url::Url;

/// The value of the header for the user of a URL; None without one.
#[must_use]
pub(crate) fn of_url(url: &Url) -> Option<String> {
    let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    let credentials = format!("{}:{}", decoded(url.username()), decoded(url.password().unwrap_or_default()));
    (credentials != ":").then(|| format!("Basic {}", STANDARD.encode(credentials)))
}
