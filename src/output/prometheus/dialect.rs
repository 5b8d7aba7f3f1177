//! What a receiver understands: version, histograms, and whose it is.

use std::fmt;

/// Version of remote write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Version {
    /// 1.0: labels as text, no response about what was written.
    One,
    /// 2.0 (rc.3 and rc.4): a table of symbols, metadata, start timestamps, written counts.
    Two,
}

/// Whose receiver it is, where that matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Brand {
    /// Prometheus, or one that behaves like it.
    Usual,
    /// `VictoriaMetrics`: each populated bucket becomes a series, so that the resolution is chosen lower, and markers
    /// go to the derived names.
    VictoriaMetrics,
}

/// What is spoken to a receiver.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Dialect {
    /// Version.
    pub version: Version,
    /// Scale of native histograms; None for classic buckets.
    pub native: Option<u32>,
    /// Whose it is.
    pub brand: Brand,
    /// Whether it stored an exemplar.
    pub exemplars: bool,
}

/// 2 % wide buckets, ±1.1 %.
const USUAL_SCALE: u32 = 5;
/// 9 % wide buckets, ±4.4 %.
const VICTORIA_SCALE: u32 = 3;

impl Default for Dialect {
    fn default() -> Self {
        Self { version: Version::Two, native: Some(USUAL_SCALE), brand: Brand::Usual, exemplars: false }
    }
}

impl Brand {
    /// The resolution that suits it.
    #[must_use]
    pub(crate) fn usual_scale(self) -> u32 {
        match self {
            Self::Usual => USUAL_SCALE,
            Self::VictoriaMetrics => VICTORIA_SCALE,
        }
    }
}

impl fmt::Display for Dialect {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let version = match self.version {
            Version::One => "1.0",
            Version::Two => "2.0",
        };
        write!(formatter, "remote write {version}, ")?;
        match self.native {
            Some(scale) => write!(formatter, "native histograms (schema {scale})")?,
            None => write!(formatter, "classic histograms (it takes no native ones)")?,
        }
        if self.brand == Brand::VictoriaMetrics {
            write!(formatter, ", VictoriaMetrics")?;
        }
        formatter.write_str(if self.exemplars { ", exemplars" } else { "" })
    }
}
