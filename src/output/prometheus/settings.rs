//! Options of a remote-write sink.

use super::dialect::Version;
use crate::output::address::Options;

/// What `--out prometheus=…?…` sets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Prefix of names; `k6_` takes k6's names altogether.
    pub prefix: String,
    /// The version to speak; None to find out.
    pub version: Option<Version>,
    /// Native histograms or classic buckets; None to find out.
    pub native: Option<bool>,
    /// Resolution of native histograms; None for the receiver's usual.
    pub scale: Option<u32>,
    /// Which series end with a stale marker.
    pub stale_markers: StaleMarkers,
}

/// Which series are marked as ended when the run ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StaleMarkers {
    /// None: everything stays for the receiver's five minutes.
    Off,
    /// Gauges: users and rates end with the run, totals stay to be looked at.
    Gauges,
    /// All.
    All,
}

impl Default for Settings {
    fn default() -> Self {
        let prefix = "loadagent_".to_owned();
        Self { prefix, version: None, native: None, scale: None, stale_markers: StaleMarkers::Gauges }
    }
}

impl Settings {
    /// Takes them out of the options.
    ///
    /// # Errors
    /// What is wrong with one.
    pub fn read(options: &mut Options) -> Result<Self, String> {
        let prefix = take_prefix(options)?;
        let versions = [("auto", None), ("1", Some(Version::One)), ("2", Some(Version::Two))];
        let histograms = [("auto", None), ("native", Some(true)), ("classic", Some(false))];
        let markers = [("off", StaleMarkers::Off), ("gauges", StaleMarkers::Gauges), ("all", StaleMarkers::All)];
        let (scale, native) = (options.take_schema()?, options.take_one_of("histograms", &histograms)?.flatten());
        if scale.is_some() && native == Some(false) {
            return Err("`schema` is of native histograms, and `histograms=classic` has none".to_owned());
        }
        Ok(Self {
            prefix,
            version: options.take_one_of("version", &versions)?.flatten(),
            native,
            scale,
            stale_markers: options.take_one_of("stale_markers", &markers)?.unwrap_or(StaleMarkers::Gauges),
        })
    }
}

/// Takes the prefix of names, for every sink that speaks Prometheus' language.
///
/// # Errors
/// When names can't begin with it.
pub fn take_prefix(options: &mut Options) -> Result<String, String> {
    let prefix = options.take("prefix").unwrap_or_else(|| "loadagent_".to_owned());
    if !prefix.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        || prefix.starts_with(|c: char| c.is_ascii_digit())
    {
        return Err("`prefix` may hold only letters, digits and `_`, and begins with no digit".to_owned());
    }
    Ok(prefix)
}
