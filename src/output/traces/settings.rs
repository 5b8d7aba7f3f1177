//! Options of tracing: what is sampled and where spans go.

#[cfg(test)]
mod tests;

use std::fmt;

use crate::{
    output::{
        address::{error::AddressError, options::Options},
        kind::TraceSampling,
        otlp_protocol::{settings::ExporterSettings, variables::Variables},
    },
    units,
};

/// One iteration in a hundred, and no more than fifty a second: enough to find a slow one, and no flood.
const DEFAULT_RATIO: f64 = 0.01;
const DEFAULT_MAX_PER_SECOND: u64 = 50;
/// More would flood the receiver, and memory for the spans of a second with it.
const MAX_PER_SECOND: u64 = 100_000;

/// What `--traces …?…` sets.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Settings {
    pub exporter: ExporterSettings,
    pub sampling: TraceSampling,
}

impl Settings {
    /// Takes them out of the options and, for what is not given there, out of the environment.
    ///
    /// # Errors
    /// What is wrong with one.
    pub(super) fn read(
        exporter: ExporterSettings,
        options: &mut Options,
        variables: Variables<'_>,
    ) -> Result<Self, AddressError> {
        let ratio = options.take("ratio").map(|text| share("ratio", &text)).transpose()?;
        let ratio = ratio.map_or_else(|| sampler(variables), |ratio| Ok(Some(ratio)))?;
        let max = options.take("max").map(|text| per_second(&text)).transpose()?;
        let sampling = TraceSampling {
            ratio: ratio.unwrap_or(DEFAULT_RATIO),
            max_per_second: max.unwrap_or(DEFAULT_MAX_PER_SECOND),
        };
        Ok(Self { exporter, sampling })
    }
}

/// What OpenTelemetry's sampler variables ask for.
fn sampler(variables: Variables<'_>) -> Result<Option<f64>, AddressError> {
    const NAME: &str = "OTEL_TRACES_SAMPLER_ARG";
    let argument = || variables.get(NAME).map(|text| share(NAME, &text)).transpose();
    let Some(sampler) = variables.get("OTEL_TRACES_SAMPLER") else { return argument() };
    match sampler.strip_prefix("parentbased_").unwrap_or(&sampler) {
        "always_on" => Ok(Some(1.0)),
        "always_off" => Ok(Some(0.0)),
        // Without its argument the specification samples everything.
        "traceidratio" => argument().map(|ratio| ratio.or(Some(1.0))),
        _ => Err(AddressError::invalid("OTEL_TRACES_SAMPLER", "always_on, always_off or traceidratio")),
    }
}

fn share(name: &str, text: &str) -> Result<f64, AddressError> {
    units::parse_share(text).map_err(|_| AddressError::invalid(name, "a share: 0.01 or 1%"))
}

fn per_second(text: &str) -> Result<u64, AddressError> {
    let number = text.strip_suffix("/s").unwrap_or(text).parse().ok();
    number
        .filter(|number| (1..=MAX_PER_SECOND).contains(number))
        .ok_or_else(|| AddressError::invalid("max", format!("a number of traces a second, 1/s to {MAX_PER_SECOND}/s")))
}

impl fmt::Display for Settings {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let share = units::significant(100.0 * self.sampling.ratio);
        write!(
            formatter,
            "spans by OTLP over {}, {share} % of iterations, at most {}/s",
            self.exporter.transport, self.sampling.max_per_second
        )
    }
}
