//! Close codes (RFC 6455, section 7.4).

/// A normal end.
pub(crate) const NORMAL: u16 = 1000;
/// An end point that goes away.
pub(crate) const GOING_AWAY: u16 = 1001;
/// Stands for a close frame without a code; never sent.
pub(crate) const NO_CODE: u16 = 1005;
/// Stands for an end without a close frame; never sent.
pub(crate) const ABNORMAL: u16 = 1006;
