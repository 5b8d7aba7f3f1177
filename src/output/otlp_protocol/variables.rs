//! OpenTelemetry's environment variables: those of a signal count before those of all signals, empty ones are unset.

#[cfg(test)]
mod tests;

use percent_encoding::percent_decode_str;

use crate::output::address::error::AddressError;

/// A signal of OpenTelemetry; each has variables, a path and a method of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Signal {
    Metrics,
    Traces,
}

impl Signal {
    /// The variable of its address, as a reference.
    pub(in crate::output) fn endpoint(self) -> &'static str {
        match self {
            Self::Metrics => "${OTEL_EXPORTER_OTLP_METRICS_ENDPOINT}",
            Self::Traces => "${OTEL_EXPORTER_OTLP_TRACES_ENDPOINT}",
        }
    }

    /// Where it is sent over HTTP.
    pub(in crate::output) fn path(self) -> &'static str {
        match self {
            Self::Metrics => "/v1/metrics",
            Self::Traces => "/v1/traces",
        }
    }

    /// The method of its service.
    pub(in crate::output) fn method(self) -> &'static str {
        match self {
            Self::Metrics => "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export",
            Self::Traces => "/opentelemetry.proto.collector.trace.v1.TraceService/Export",
        }
    }

    fn as_str(self) -> &'static str {
        match self {
            Self::Metrics => "METRICS",
            Self::Traces => "TRACES",
        }
    }
}

/// The environment, as it is asked for the variables of a signal.
#[derive(Clone, Copy)]
pub(crate) struct Variables<'a> {
    pub(in crate::output) signal: Signal,
    environment: &'a dyn Fn(&str) -> Option<String>,
}

impl<'a> Variables<'a> {
    /// Variables of a signal.
    #[must_use]
    pub(crate) fn of(signal: Signal, environment: &'a dyn Fn(&str) -> Option<String>) -> Self {
        Self { signal, environment }
    }

    /// The value of a variable.
    pub(in crate::output) fn get(self, name: &str) -> Option<String> {
        (self.environment)(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
    }

    /// Name and value of the signal's `OTEL_EXPORTER_OTLP_METRICS_…`, else of `OTEL_EXPORTER_OTLP_…`.
    pub(in crate::output) fn exporter(self, what: &str) -> Option<(String, String)> {
        let names =
            [format!("OTEL_EXPORTER_OTLP_{}_{what}", self.signal.as_str()), format!("OTEL_EXPORTER_OTLP_{what}")];
        names.into_iter().find_map(|name| self.get(&name).map(|value| (name, value)))
    }

    /// One of a few words.
    pub(in crate::output) fn exporter_one_of<T: Clone>(
        self,
        what: &str,
        values: &[(&str, T)],
    ) -> Result<Option<T>, AddressError> {
        let Some((name, given)) = self.exporter(what) else { return Ok(None) };
        let found = values.iter().find(|(word, _)| word.eq_ignore_ascii_case(&given)).map(|(_, value)| value.clone());
        let words = || values.iter().map(|(word, _)| *word).collect::<Vec<_>>().join(", ");
        found.map(Some).ok_or_else(|| AddressError::invalid(&name, format!("one of {}", words())))
    }
}

/// `name=value,name=value`, values percent-encoded. The variable's `name` is for messages, which never show a value.
pub(in crate::output) fn pairs(name: &str, text: &str) -> Result<Vec<(String, String)>, AddressError> {
    let pair = |word: &str| {
        let (key, value) = word.split_once('=').ok_or_else(|| AddressError::invalid(name, "NAME=VALUE,NAME=VALUE"))?;
        let value = percent_decode_str(value.trim()).decode_utf8_lossy().into_owned();
        Ok((key.trim().to_owned(), value))
    };
    text.split(',').filter(|word| !word.trim().is_empty()).map(pair).collect()
}
