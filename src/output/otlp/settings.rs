//! Options of OTLP metrics.

#[cfg(test)]
mod tests;

use std::fmt;

use crate::output::{
    address::{error::AddressError, options::Options},
    naming::read_prefix_option,
    otlp_protocol::{settings::ExporterSettings, variables::Variables},
};

/// 2 % wide buckets, ±1.1 %.
const DEFAULT_SCALE: u32 = 5;
/// Most buckets of an exponential histogram, as in SDKs of OpenTelemetry; some receivers refuse more.
pub(super) const MAX_BUCKETS: i32 = 160;
/// Paths of receivers that take any number of buckets: Prometheus, and `VictoriaMetrics`, which names series by the bounds.
const UNBOUNDED: &[&str] = &["/api/v1/otlp/", "/opentelemetry/"];

/// What `--out otlp=…?…` sets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Settings {
    pub exporter: ExporterSettings,
    /// Prefix of names.
    pub prefix: String,
    pub histograms: Histograms,
    pub temporality: Temporality,
    /// Whether the metric of the semantic conventions goes beside our own names.
    pub semconv: bool,
}

/// How trends are sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Histograms {
    /// Exponential, at one scale for the whole run.
    Fixed { scale: u32 },
    /// Exponential, at the highest scale at which the buckets are few enough.
    Bounded { max_scale: u32 },
    /// At fixed bounds, those of classic histograms.
    Explicit,
}

/// Aggregation temporality, as the protocol numbers it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Temporality {
    /// Since the last push.
    Delta = 1,
    /// Since the start of the run.
    Cumulative = 2,
}

impl Settings {
    /// Takes them out of the options and, for what is not given there, out of the environment.
    ///
    /// # Errors
    /// What is wrong with one.
    pub(crate) fn read(
        exporter: ExporterSettings,
        path: &str,
        options: &mut Options,
        variables: Variables<'_>,
    ) -> Result<Self, AddressError> {
        let temporalities = [("cumulative", Temporality::Cumulative), ("delta", Temporality::Delta)];
        // Low memory means deltas for everything that is sent here.
        let preferences = [temporalities[0], temporalities[1], ("lowmemory", Temporality::Delta)];
        let temporality = match options.take_one_of("temporality", &temporalities)? {
            Some(temporality) => Some(temporality),
            None => variables.exporter_one_of("METRICS_TEMPORALITY_PREFERENCE", &preferences)?,
        };
        Ok(Self {
            exporter,
            prefix: read_prefix_option(options)?,
            histograms: Histograms::read(path, options, variables)?,
            temporality: temporality.unwrap_or(Temporality::Cumulative),
            semconv: options.take_bool("semconv")?.unwrap_or(false),
        })
    }
}

impl Histograms {
    fn read(path: &str, options: &mut Options, variables: Variables<'_>) -> Result<Self, AddressError> {
        let words = [("exponential", false), ("explicit", true)];
        let of_sdks = [("base2_exponential_bucket_histogram", false), ("explicit_bucket_histogram", true)];
        let (scale, given) = (options.take_schema()?, options.take_one_of("histograms", &words)?);
        if scale.is_some() && given == Some(true) {
            let conflict = "`schema` is for exponential histograms, and `histograms=explicit` has none";
            return Err(AddressError::Conflict(conflict));
        }
        let preferred = || variables.exporter_one_of("METRICS_DEFAULT_HISTOGRAM_AGGREGATION", &of_sdks);
        // A scale that is given says what is wanted.
        let given = if scale.is_some() { Some(false) } else { given };
        let is_explicit = given.map_or_else(preferred, |given| Ok(Some(given)))?.unwrap_or(false);
        let is_unbounded = scale.is_some() || UNBOUNDED.iter().any(|known| path.contains(known));
        let scale = scale.unwrap_or(DEFAULT_SCALE);
        Ok(match (is_explicit, is_unbounded) {
            (true, _) => Self::Explicit,
            (false, true) => Self::Fixed { scale },
            (false, false) => Self::Bounded { max_scale: scale },
        })
    }
}

impl fmt::Display for Histograms {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fixed { scale } => write!(formatter, "exponential histograms (scale {scale})"),
            Self::Bounded { .. } => write!(formatter, "exponential histograms (at most {MAX_BUCKETS} buckets)"),
            Self::Explicit => formatter.write_str("explicit histograms"),
        }
    }
}

impl fmt::Display for Settings {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let temporality = match self.temporality {
            Temporality::Delta => "deltas",
            Temporality::Cumulative => "cumulative",
        };
        write!(formatter, "OTLP over {}, {temporality}, {}", self.exporter.transport, self.histograms)
    }
}
