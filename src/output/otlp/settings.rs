//! Options of an OTLP sink of metrics.

use std::fmt;

use super::{Link, Protocol, Variables};
use crate::output::{
    address::{HttpSettings, Options},
    prometheus::take_prefix,
};

/// 2 % wide buckets, ±1.1 %.
const USUAL_SCALE: u32 = 5;

/// What `--out otlp=…?…` sets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// How requests look.
    pub link: Link,
    /// Prefix of names.
    pub prefix: String,
    /// Resolution of histograms, for the whole run.
    pub scale: u32,
    /// Since when numbers count.
    pub temporality: Temporality,
    /// Whether the metric of the semantic conventions goes beside our own names.
    pub semconv: bool,
}

/// Since when numbers count, as the protocol numbers it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Temporality {
    /// Since the last push.
    Delta = 1,
    /// Since the start of the run.
    Cumulative = 2,
}

impl Settings {
    /// Takes them out of the options and, for what is not given there, out of the environment; some go into `http`.
    ///
    /// # Errors
    /// What is wrong with one.
    pub fn read(
        transport: Protocol,
        options: &mut Options,
        variables: Variables<'_>,
        http: &mut HttpSettings,
    ) -> Result<Self, String> {
        let temporalities = [("cumulative", Temporality::Cumulative), ("delta", Temporality::Delta)];
        // Low memory means deltas for everything that is sent here.
        let preferences = [temporalities[0], temporalities[1], ("lowmemory", Temporality::Delta)];
        let temporality = match options.take_one_of("temporality", &temporalities)? {
            Some(temporality) => Some(temporality),
            None => variables.exporter_one_of("METRICS_TEMPORALITY_PREFERENCE", &preferences)?,
        };
        Ok(Self {
            link: Link::read(transport, options, variables, http)?,
            prefix: take_prefix(options)?,
            scale: options.take_schema()?.unwrap_or(USUAL_SCALE),
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
            self.link.transport, self.scale
        )
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::output::{OutputAddress, address};

    fn read(given: &str, variables: &[(&str, &str)]) -> Result<(Settings, HttpSettings), String> {
        let find = |name: &str| variables.iter().find(|(known, _)| *known == name);
        let environment = |name: &str| find(name).map(|(_, value)| (*value).to_owned());
        let sink = OutputAddress::parse(given, environment).map_err(|error| error.to_string())?;
        match sink.settings {
            address::Settings::Otlp(settings) => Ok((settings, sink.http)),
            _ => Err("no otlp".to_owned()),
        }
    }

    #[test]
    fn options_count_before_the_environment() {
        let variables = [
            ("OTEL_EXPORTER_OTLP_TIMEOUT", "1500"),
            ("OTEL_EXPORTER_OTLP_COMPRESSION", "none"),
            ("OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE", "LowMemory"),
            ("OTEL_EXPORTER_OTLP_HEADERS", "api-key=s3cret%20,X-Tenant=a"),
            ("OTEL_EXPORTER_OTLP_CERTIFICATE", "/ca.pem"),
            ("OTEL_RESOURCE_ATTRIBUTES", "service.name=other,deployment.environment.name=test"),
            ("OTEL_SERVICE_NAME", "mine"),
        ];
        let (settings, http) = read("otlp", &variables).unwrap();
        assert_eq!((settings.link.gzip, settings.temporality), (false, Temporality::Delta));
        assert_eq!(http.timeout, Duration::from_millis(1_500));
        assert!(http.secrets().contains(&"s3cret ".to_owned()), "{:?}", http.secrets());
        assert_eq!(http.ca_file, Some("/ca.pem".into()));
        assert_eq!(settings.link.resource.last().unwrap(), &("service.name".to_owned(), "mine".to_owned()));
        let given =
            "otlp=http://h?timeout=3s&gzip=true&temporality=cumulative&header.x-tenant=b&ca_file=own.pem&schema=3";
        let (settings, http) = read(given, &variables).unwrap();
        assert_eq!((settings.link.gzip, settings.temporality), (true, Temporality::Cumulative));
        assert_eq!((http.timeout, http.ca_file), (Duration::from_secs(3), Some("own.pem".into())));
        let tenants: Vec<_> = http.headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("x-tenant")).collect();
        assert_eq!(tenants.len(), 1);
        assert_eq!(tenants[0].1, "b");
        assert_eq!(settings.to_string(), "OTLP over http/protobuf, cumulative, exponential histograms (scale 3)");
    }

    #[test]
    fn faults_show_no_value() {
        for (name, value) in [
            ("OTEL_EXPORTER_OTLP_HEADERS", "s3cret"),
            ("OTEL_EXPORTER_OTLP_HEADERS", "a=s3cret%0A"),
            ("OTEL_EXPORTER_OTLP_TIMEOUT", "s3cret"),
            ("OTEL_EXPORTER_OTLP_TIMEOUT", "0"),
            ("OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE", "s3cret"),
        ] {
            let fault = read("otlp", &[(name, value)]).unwrap_err();
            assert!(!fault.contains("s3cret"), "{fault}");
        }
    }

    #[test]
    fn grpc_tells_its_deadline() {
        let (_, http) = read("otlp=grpc://h?timeout=2s", &[]).unwrap();
        assert_eq!(http.headers, [("grpc-timeout".to_owned(), "2000m".to_owned())]);
    }
}
