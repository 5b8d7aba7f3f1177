//! Options of tracing: what is sampled and where spans go.

use std::fmt;

use super::{Link, Protocol, variables::Variables};
use crate::{
    output::address::{HttpSettings, Options},
    units,
};

/// One iteration in a hundred, and no more than fifty a second: enough to find a slow one, and no flood.
const USUAL_RATIO: f64 = 0.01;
const USUAL_MAX: u64 = 50;
/// Past it a backend is flooded, and memory for the spans of a second with it.
const MOST_PER_SECOND: u64 = 100_000;

/// What `--traces …?…` sets.
#[derive(Debug, Clone, PartialEq)]
pub struct Tracing {
    /// How requests look.
    pub link: Link,
    /// Share of iterations that is sampled, 0 to 1.
    pub ratio: f64,
    /// Most of them in a second.
    pub max_per_second: u64,
}

impl Tracing {
    /// Takes it out of the options and, for what is not given there, out of the environment; some go into `http`.
    ///
    /// # Errors
    /// What is wrong with one.
    pub fn read(
        transport: Protocol,
        options: &mut Options,
        variables: Variables<'_>,
        http: &mut HttpSettings,
    ) -> Result<Self, String> {
        let ratio = options.take("ratio").map(|text| share("ratio", &text)).transpose()?;
        let ratio = ratio.map_or_else(|| sampler(variables), |ratio| Ok(Some(ratio)))?;
        let max = options.take("max").map(|text| per_second(&text)).transpose()?;
        Ok(Self {
            link: Link::read(transport, options, variables, http)?,
            ratio: ratio.unwrap_or(USUAL_RATIO),
            max_per_second: max.unwrap_or(USUAL_MAX),
        })
    }
}

/// What OpenTelemetry's sampler variables ask for.
fn sampler(variables: Variables<'_>) -> Result<Option<f64>, String> {
    const NAME: &str = "OTEL_TRACES_SAMPLER_ARG";
    let argument = || variables.get(NAME).map(|text| share(NAME, &text)).transpose();
    let Some(sampler) = variables.get("OTEL_TRACES_SAMPLER") else { return argument() };
    match sampler.strip_prefix("parentbased_").unwrap_or(&sampler) {
        "always_on" => Ok(Some(1.0)),
        "always_off" => Ok(Some(0.0)),
        // Without its argument the specification samples everything.
        "traceidratio" => argument().map(|ratio| ratio.or(Some(1.0))),
        _ => Err("`OTEL_TRACES_SAMPLER` is always_on, always_off or traceidratio".to_owned()),
    }
}

fn share(name: &str, text: &str) -> Result<f64, String> {
    units::parse_share(text).map_err(|_| format!("`{name}` is a share: 0.01 or 1%"))
}

fn per_second(text: &str) -> Result<u64, String> {
    let number = text.strip_suffix("/s").unwrap_or(text).parse().ok();
    number
        .filter(|number| (1..=MOST_PER_SECOND).contains(number))
        .ok_or_else(|| format!("`max` is a number of traces a second, 1/s to {MOST_PER_SECOND}/s"))
}

impl fmt::Display for Tracing {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let share = units::significant(100.0 * self.ratio);
        write!(
            formatter,
            "spans by OTLP over {}, {share} % of iterations, at most {}/s",
            self.link.transport, self.max_per_second
        )
    }
}

#[cfg(test)]
mod tests {
    use crate::output::{OutputAddress, address::Settings};

    fn read(given: &str, variables: &[(&str, &str)]) -> Result<(String, f64, u64), String> {
        let find = |name: &str| variables.iter().find(|(known, _)| *known == name);
        let environment = |name: &str| find(name).map(|(_, value)| (*value).to_owned());
        let sink = OutputAddress::parse(given, environment).map_err(|error| error.to_string())?;
        match &sink.settings {
            Settings::Traces(tracing) => Ok((sink.shown(), tracing.ratio, tracing.max_per_second)),
            _ => Err("no traces".to_owned()),
        }
    }

    fn sampled(given: &str, variables: &[(&str, &str)]) -> String {
        read(given, variables).map_or_else(|error| error, |(_, ratio, max)| format!("{ratio}, {max}/s"))
    }

    #[test]
    fn options_count_before_the_environment() {
        let argument = ("OTEL_TRACES_SAMPLER_ARG", "0.9");
        assert_eq!(sampled("traces", &[]), "0.01, 50/s");
        assert_eq!(sampled("traces=http://h?ratio=5%&max=7/s", &[argument]), "0.05, 7/s");
        assert_eq!(sampled("traces=http://h?max=70", &[argument]), "0.9, 70/s");
        for (name, told) in
            [("always_on", "1, 50/s"), ("parentbased_always_off", "0, 50/s"), ("parentbased_traceidratio", "0.9, 50/s")]
        {
            assert_eq!(sampled("traces", &[("OTEL_TRACES_SAMPLER", name), argument]), told);
        }
        assert_eq!(sampled("traces", &[("OTEL_TRACES_SAMPLER", "traceidratio")]), "1, 50/s");
    }

    #[test]
    fn addresses_are_those_of_spans() {
        let shown =
            |given: &str, variables: &[(&str, &str)]| read(given, variables).map_or_else(|error| error, |read| read.0);
        let own = [
            ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://all:4318"),
            ("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", "http://metrics/x"),
            ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://tempo/own"),
        ];
        assert_eq!(shown("traces", &[]), "traces http://localhost:4318/v1/traces");
        assert_eq!(shown("traces", &own[..2]), "traces http://all:4318/v1/traces");
        assert_eq!(shown("traces", &own), "traces http://tempo/own");
        assert_eq!(shown("traces=grpc://h", &own), "traces grpc://h:4317");
    }

    #[test]
    fn faults_say_what_is_expected() {
        for (given, said) in [
            ("traces=http://h?ratio=2", "`ratio` is a share"),
            ("traces=http://h?max=0", "1/s to"),
            ("traces=http://h?max=5/m", "1/s to"),
            ("traces=http://h?temporality=delta", "no option `temporality`"),
        ] {
            let fault = read(given, &[]).unwrap_err();
            assert!(fault.starts_with("--traces: ") && fault.contains(said), "{fault}");
        }
        assert!(read("traces", &[("OTEL_TRACES_SAMPLER", "s3cret")]).unwrap_err().contains("always_on"));
    }
}
