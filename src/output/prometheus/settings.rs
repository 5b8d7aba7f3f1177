//! Options of remote write.

use super::dialect::Version;
use crate::output::{
    address::{error::AddressError, options::Options},
    naming::read_prefix_option,
};

/// What `--out prometheus=…?…` sets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Settings {
    /// Prefix of names; `k6_` takes k6's names altogether.
    pub prefix: String,
    /// The version to send; None to probe.
    pub version: Option<Version>,
    /// Native histograms or classic buckets; None to probe.
    pub native: Option<bool>,
    /// Resolution of native histograms; None for the receiver's default.
    pub scale: Option<u32>,
    /// Which series end with a stale marker.
    pub stale_markers: StaleMarkers,
}

/// Which series are marked as ended when the run ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StaleMarkers {
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
    pub(crate) fn read(options: &mut Options) -> Result<Self, AddressError> {
        let prefix = read_prefix_option(options)?;
        let versions = [("auto", None), ("1", Some(Version::One)), ("2", Some(Version::Two))];
        let histograms = [("auto", None), ("native", Some(true)), ("classic", Some(false))];
        let markers = [("off", StaleMarkers::Off), ("gauges", StaleMarkers::Gauges), ("all", StaleMarkers::All)];
        let (scale, native) = (options.take_schema()?, options.take_one_of("histograms", &histograms)?.flatten());
        if scale.is_some() && native == Some(false) {
            return Err(AddressError::Conflict("`schema` is for native histograms, and `histograms=classic` has none"));
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
