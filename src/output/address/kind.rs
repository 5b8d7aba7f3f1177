//! The kinds of sinks, their names and k6's names for them.

/// The kinds there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutputKind {
    /// Prometheus remote write.
    Prometheus,
    /// `InfluxDB` 1, 2 or 3.
    Influx,
    /// k6's JSON lines.
    Json,
    /// k6's CSV.
    Csv,
    /// `HdrHistogram` interval log.
    Hdr,
    /// `/metrics` to be pulled.
    Scrape,
    /// OpenTelemetry's protocol.
    Otlp,
    /// Spans by it.
    Traces,
}

impl OutputKind {
    /// The kind of a name, or what to use instead.
    pub(super) fn of(word: &str) -> Result<Self, String> {
        Ok(match word {
            "prometheus" | "prometheus-rw" | "experimental-prometheus-rw" => Self::Prometheus,
            "influxdb" | "influx" => Self::Influx,
            "json" => Self::Json,
            "csv" => Self::Csv,
            "hdr" => Self::Hdr,
            "scrape" => Self::Scrape,
            "otlp" | "opentelemetry" | "experimental-opentelemetry" => Self::Otlp,
            "traces" => Self::Traces,
            "cloud" => {
                return Err("there is no such sink; send to Grafana Cloud by prometheus=https://…/api/prom/push".into());
            }
            "datadog" | "statsd" => {
                return Err("there is no such sink; send by prometheus=… to an agent that forwards (the Datadog agent and vector both do)".into());
            }
            "kafka" => {
                return Err("there is no such sink; write json=FILE or json=- and pipe it into a producer".into());
            }
            _ => {
                let known = ["prometheus", "influxdb", "json", "csv", "hdr", "scrape", "otlp"];
                let near = known.into_iter().find(|known| strsim::damerau_levenshtein(known, word) <= 2);
                let near = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
                return Err(format!("unknown sink; known: {}{near}", known.join(", ")));
            }
        })
    }

    /// Its name.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Prometheus => "prometheus",
            Self::Influx => "influxdb",
            Self::Json => "json",
            Self::Csv => "csv",
            Self::Hdr => "hdr",
            Self::Scrape => "scrape",
            Self::Otlp => "otlp",
            Self::Traces => "traces",
        }
    }

    pub(super) fn default_address(self) -> &'static str {
        match self {
            Self::Prometheus => "http://localhost:9090/api/v1/write",
            Self::Influx => "http://localhost:8086/k6",
            Self::Json => "metrics.json",
            Self::Csv => "metrics.csv",
            Self::Hdr => "metrics.hlog",
            // On this machine only, at the port that OpenTelemetry's exporters use.
            Self::Scrape => "127.0.0.1:9464",
            Self::Otlp | Self::Traces => "http://localhost:4318",
        }
    }
}
