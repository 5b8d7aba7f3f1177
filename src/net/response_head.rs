//! How heads of responses over HTTP/1.1 are read, those of servers and of proxies.

/// Most header lines of a response.
pub(crate) const MAX_HEADERS: usize = 128;
/// Most interim responses before a final one.
pub(crate) const MAX_INTERIM: u8 = 16;

/// The settings of the parser: a user agent takes what a proxy would have mended (RFC 9112, sections 5.1 and 5.2).
#[must_use]
pub(crate) fn tolerant() -> httparse::ParserConfig {
    let mut config = httparse::ParserConfig::default();
    config.allow_obsolete_multiline_headers_in_responses(true).allow_spaces_after_header_name_in_responses(true);
    config
}
