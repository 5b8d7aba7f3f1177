//! OpenTelemetry's environment variables: those of a signal count before those of all signals, empty ones are unset.

use percent_encoding::percent_decode_str;

/// What is told: each has variables, a path and a method of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signal {
    /// Metrics.
    Metrics,
    /// Spans.
    Traces,
}

impl Signal {
    /// The variable of its address, as a reference.
    pub(super) fn endpoint(self) -> &'static str {
        match self {
            Self::Metrics => "${OTEL_EXPORTER_OTLP_METRICS_ENDPOINT}",
            Self::Traces => "${OTEL_EXPORTER_OTLP_TRACES_ENDPOINT}",
        }
    }

    /// Where it is sent over HTTP.
    pub(super) fn path(self) -> &'static str {
        match self {
            Self::Metrics => "/v1/metrics",
            Self::Traces => "/v1/traces",
        }
    }

    /// The method of its service.
    pub(super) fn method(self) -> &'static str {
        match self {
            Self::Metrics => "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export",
            Self::Traces => "/opentelemetry.proto.collector.trace.v1.TraceService/Export",
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Metrics => "METRICS",
            Self::Traces => "TRACES",
        }
    }
}

/// The environment, as it is asked for the variables of a signal.
#[derive(Clone, Copy)]
pub struct Variables<'a> {
    pub(super) signal: Signal,
    environment: &'a dyn Fn(&str) -> Option<String>,
}

impl<'a> Variables<'a> {
    /// Variables of a signal.
    #[must_use]
    pub fn of(signal: Signal, environment: &'a dyn Fn(&str) -> Option<String>) -> Self {
        Self { signal, environment }
    }

    /// The value of a variable.
    pub(super) fn get(self, name: &str) -> Option<String> {
        (self.environment)(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
    }

    /// Name and value of the signal's `OTEL_EXPORTER_OTLP_METRICS_…`, else of `OTEL_EXPORTER_OTLP_…`.
    pub(super) fn exporter(self, what: &str) -> Option<(String, String)> {
        let names = [format!("OTEL_EXPORTER_OTLP_{}_{what}", self.signal.word()), format!("OTEL_EXPORTER_OTLP_{what}")];
        names.into_iter().find_map(|name| self.get(&name).map(|value| (name, value)))
    }

    /// One of a few words.
    pub(super) fn exporter_one_of<T: Clone>(self, what: &str, values: &[(&str, T)]) -> Result<Option<T>, String> {
        let Some((name, given)) = self.exporter(what) else { return Ok(None) };
        let found = values.iter().find(|(word, _)| word.eq_ignore_ascii_case(&given)).map(|(_, value)| value.clone());
        let words = || values.iter().map(|(word, _)| *word).collect::<Vec<_>>().join(", ");
        found.map(Some).ok_or_else(|| format!("`{name}` is one of {}", words()))
    }
}

/// `name=value,name=value`, values percent-encoded. The variable's `name` is for messages, which never show a value.
pub(super) fn pairs(name: &str, text: &str) -> Result<Vec<(String, String)>, String> {
    let pair = |word: &str| {
        let (key, value) = word.split_once('=').ok_or_else(|| format!("`{name}` is NAME=VALUE,NAME=VALUE"))?;
        let value = percent_decode_str(value.trim()).decode_utf8_lossy().into_owned();
        Ok((key.trim().to_owned(), value))
    };
    text.split(',').filter(|word| !word.trim().is_empty()).map(pair).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metrics_count_before_all_signals_and_empty_is_unset() {
        let environment = |name: &str| match name {
            "OTEL_EXPORTER_OTLP_TIMEOUT" => Some("5".to_owned()),
            "OTEL_EXPORTER_OTLP_METRICS_TIMEOUT" => Some(String::new()),
            "OTEL_EXPORTER_OTLP_METRICS_COMPRESSION" => Some("GZIP".to_owned()),
            "OTEL_EXPORTER_OTLP_COMPRESSION" => Some("none".to_owned()),
            _ => None,
        };
        let variables = Variables::of(Signal::Metrics, &environment);
        let timeout = variables.exporter("TIMEOUT").unwrap();
        assert_eq!(timeout, ("OTEL_EXPORTER_OTLP_TIMEOUT".to_owned(), "5".to_owned()));
        let words = [("gzip", true), ("none", false)];
        assert_eq!(variables.exporter_one_of("COMPRESSION", &words), Ok(Some(true)));
        assert!(variables.exporter_one_of("COMPRESSION", &[("zstd", 1)]).unwrap_err().contains("zstd"));
        assert_eq!(variables.exporter("HEADERS"), None);
        assert!(Variables::of(Signal::Traces, &environment).exporter("COMPRESSION").unwrap().1 == "none");
    }

    #[test]
    fn pairs_are_decoded_and_faults_show_no_value() {
        let read = pairs("X", "a=b, c = d%20e%2Cf ,,g=h=i").unwrap();
        let read: Vec<_> = read.iter().map(|(name, value)| (&**name, &**value)).collect();
        assert_eq!(read, [("a", "b"), ("c", "d e,f"), ("g", "h=i")]);
        assert_eq!(pairs("X", "s3cret").unwrap_err(), "`X` is NAME=VALUE,NAME=VALUE");
    }
}
