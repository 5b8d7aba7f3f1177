//! The probe of a receiver: a gauge with an exemplar, and a histogram, of names of their own, so that data
//! of the run is never touched; and the search for what became of them.

use std::collections::BTreeMap;

use url::Url;

use super::{
    dialect::{Brand, Dialect, Version},
    message::{self, Entry, Exemplar, MetricType, Point, WireSeries},
    settings::Settings,
    symbols::Symbols,
};
use crate::{metric::Histogram, output::receiver::ProbeRequest};

/// The trace of the probe's exemplar.
pub(super) const PROBE_TRACE: &str = "0123456789abcdef0123456789abcdef";

/// What is tried.
#[derive(Debug, Clone, Copy)]
pub(super) struct Probe {
    pub version: Version,
    /// Whether with a histogram.
    pub native: bool,
    /// Time of the samples, Unix milliseconds.
    pub at_ms: i64,
}

/// The request, uncompressed.
pub(super) fn samples(settings: &Settings, run_labels: &[(String, String)], probe: Probe) -> Vec<u8> {
    let Probe { version, native, at_ms } = probe;
    let mut symbols = Symbols::default();
    let mut series = |suffix: &str, metric_type| {
        let name = format!("{}probe{suffix}", settings.prefix);
        let mut labels: BTreeMap<String, String> = run_labels.iter().cloned().collect();
        labels.insert("__name__".to_owned(), name);
        let labels = labels.iter().filter(|(_, value)| !value.is_empty());
        let labels = labels.map(|(name, value)| (symbols.intern(name), symbols.intern(value))).collect();
        let help = symbols.intern("Asks what the receiver understands");
        WireSeries { labels, metric_type, help, unit: 0 }
    };
    let (gauge, histogram) = (series("", MetricType::Gauge), series("_seconds", MetricType::Histogram));
    let mut one = Histogram::default();
    one.record(1.0);
    let scale = settings.scale.unwrap_or(Brand::Usual.usual_scale());
    let label = (symbols.intern("trace_id"), symbols.intern(PROBE_TRACE));
    let exemplars = vec![Exemplar { label, value: 1.0, at_ms }];
    let entry = |series, point, exemplars| Entry { series, point, at_ms, start_ms: None, exemplars };
    let mut entries = vec![entry(&gauge, Point::Float(1.0), exemplars)];
    if native {
        entries.push(entry(&histogram, Point::Native(&one, scale), Vec::new()));
    }
    let dialect = Dialect { version, ..Dialect::default() };
    message::batch(dialect, &symbols, &entries).content().to_vec()
}

/// A query beside the write address: an endpoint of Prometheus' API and what follows the name of the probe. None at
/// addresses that are not its own.
pub(super) fn query(
    write: &Url,
    settings: &Settings,
    run_labels: &[(String, String)],
    (endpoint, suffix): (&str, &str),
    at_ms: i64,
) -> Option<ProbeRequest> {
    let base = write.path().strip_suffix("/write")?;
    let mut url = write.clone();
    url.set_path(&format!("{base}/{endpoint}"));
    let run_id = run_labels.iter().find(|(name, _)| name == "run_id").map_or("", |(_, value)| value);
    let selector = format!("{}probe{suffix}{{run_id=\"{run_id}\"}}", settings.prefix);
    let seconds = |ms: i64| (ms as f64 / 1e3).to_string();
    let body = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("query", &selector)
        .append_pair("match[]", &selector)
        .append_pair("start", &seconds(at_ms - 1_000))
        .append_pair("end", &seconds(at_ms + 1_000))
        .finish();
    let headers = vec![("Content-Type", "application/x-www-form-urlencoded")];
    Some(ProbeRequest { url, headers, body: body.into_bytes(), optional: true })
}
