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

/// What `--out otlp=…?…` sets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Settings {
    pub exporter: ExporterSettings,
    /// Prefix of names.
    pub prefix: String,
    /// Resolution of histograms, for the whole run.
    pub scale: u32,
    pub temporality: Temporality,
    /// Whether the metric of the semantic conventions goes beside our own names.
    pub semconv: bool,
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
            scale: options.take_schema()?.unwrap_or(DEFAULT_SCALE),
            temporality: temporality.unwrap_or(Temporality::Cumulative),
            semconv: options.take_bool("semconv")?.unwrap_or(false),
        })
    }
}

impl fmt::Display for Settings {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let temporality = match self.temporality {
            Temporality::Delta => "deltas",
            Temporality::Cumulative => "cumulative",
        };
        write!(
            formatter,
            "OTLP over {}, {temporality}, exponential histograms (scale {})",
            self.exporter.transport, self.scale
        )
    }
}
