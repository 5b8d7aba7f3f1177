//! Intervals → OTLP requests. Cumulative numbers count since the start of the run, which never moves (a moved start is a
//! reset to its reader, and where a series appeared is blurred when old intervals are merged). A series begins with
//! an explicit zero where it appears, so that `rate()` sees its first step. Deltas count since the last push.

use std::{
    collections::{BTreeMap, HashMap},
    mem,
};

use super::{
    histogram::{Distribution, put_histogram},
    http_metric,
    message::{self, Packer, Shape, Window, put_number},
    settings::{Settings, Temporality},
};
use crate::{
    interval_log::frame::LoggedRequest,
    metric::{Interval, Kind, MetricDef, SeriesDef, SeriesId, Totals, Unit, Value, catalogue},
    output::{
        batch::Batch,
        encoder::Encoder,
        exemplars::{BySeries, Exemplar, Exemplars},
        naming::{exported_name, unit_suffix},
        otlp_protocol::message::Envelope,
        wire_labels::{Taken, WireLabels},
    },
};

/// Encodes for OTLP.
#[derive(Debug)]
pub(crate) struct OtlpEncoder {
    settings: Settings,
    labels: WireLabels,
    /// Attributes of the conventions' metric.
    conventional: Taken,
    envelope: Envelope,
    totals: Totals,
    /// Since the last push; only for deltas.
    span: Option<Totals>,
    /// In the order of their first series.
    metrics: Vec<Metric>,
    places: HashMap<String, usize>,
    /// How many series there are.
    series: usize,
    /// Where requests go, for the conventions' metric.
    requests: Vec<LoggedRequest>,
    /// Series that appeared since the last push, by the time of their zero.
    appeared: BTreeMap<i64, Vec<usize>>,
    /// Since when what is sent next counts: the start of the run, or the end of the last push. Unix milliseconds.
    start_ms: Option<i64>,
    end_ms: i64,
    exemplars: Exemplars,
}

/// A metric as it is sent.
#[derive(Debug)]
struct Metric {
    head: Vec<u8>,
    kind: Kind,
    unit: Unit,
    /// Its series, ascending, each with the attributes of its points, encoded: one set, two of a rate.
    series: Vec<(usize, Vec<Vec<u8>>)>,
}

impl OtlpEncoder {
    /// An encoder without series; `run_labels` go with every point, `version` is that of the program that ran, and
    /// `requests` say where requests go.
    #[must_use]
    pub(crate) fn new(
        settings: &Settings,
        version: &str,
        run_labels: Vec<(String, String)>,
        requests: &[LoggedRequest],
    ) -> Self {
        let envelope = Envelope::of(&settings.exporter, version, &run_labels);
        Self {
            span: (settings.temporality == Temporality::Delta).then(Totals::default),
            settings: settings.clone(),
            labels: WireLabels::new(run_labels),
            conventional: Taken::default(),
            envelope,
            totals: Totals::default(),
            metrics: Vec::new(),
            places: HashMap::new(),
            series: 0,
            requests: requests.to_vec(),
            appeared: BTreeMap::new(),
            start_ms: None,
            end_ms: 0,
            exemplars: Exemplars::default(),
        }
    }

    fn shape(&self, kind: Kind) -> Shape {
        Shape::of(kind, self.settings.histograms)
    }

    fn add(&mut self, definition: &SeriesDef, at_ms: i64) {
        let (number, metric) = (self.series, &definition.metric);
        self.series += 1;
        self.labels.add(definition);
        let common = self.labels.of(definition);
        let shape = self.shape(metric.kind);
        let attributes = |extra: Option<(&'static str, &'static str)>| {
            let common = common.iter().map(|(name, value)| (name.as_str(), value.as_str()));
            shape.encoded(common.chain(extra).collect::<BTreeMap<&str, &str>>())
        };
        let attributes = match metric.kind {
            Kind::Rate => ["nonzero", "zero"].map(|word| attributes(Some(("condition", word)))).into(),
            Kind::Counter | Kind::Gauge | Kind::Trend => vec![attributes(None)],
        };
        let name = exported_name(&self.settings.prefix, metric);
        self.join(&name, unit(&name, metric), metric, (number, attributes));
        if self.settings.semconv && metric.name == catalogue::HTTP_REQ_DURATION.name {
            let (field, run, requests) = (shape.attributes(), self.labels.run(), &self.requests);
            let make = |number| http_metric::attributes(field, run, &definition.labels, requests, number);
            let (_, attributes) = self.conventional.first_free(make);
            self.join(http_metric::NAME, "s", metric, (number, vec![attributes]));
        }
        if metric.kind != Kind::Gauge && self.settings.temporality == Temporality::Cumulative {
            self.appeared.entry(at_ms).or_default().push(number);
        }
    }

    /// Adds a series to a metric by its name, new or known.
    fn join(&mut self, name: &str, unit: &str, metric: &MetricDef, series: (usize, Vec<Vec<u8>>)) {
        let metrics = &mut self.metrics;
        let place = *self.places.entry(name.to_owned()).or_insert_with(|| {
            let head = message::head(name, &metric.help, unit);
            metrics.push(Metric { head, kind: metric.kind, unit: metric.unit, series: Vec::new() });
            metrics.len() - 1
        });
        if let Some(metric) = self.metrics.get_mut(place) {
            metric.series.push(series);
        }
    }

    /// Appends the points of one series and gives their number.
    fn put(
        &self,
        out: &mut Vec<u8>,
        (attributes, unit): (&[Vec<u8>], Unit),
        (value, exemplars): (&Value, &[Exemplar]),
        window: Window,
    ) -> u64 {
        let mut written = 0;
        let mut number = |attributes: Option<&Vec<u8>>, window, value| {
            if let Some(attributes) = attributes {
                put_number(out, attributes, window, Some(value));
                written += 1;
            }
        };
        let (first, second) = (attributes.first(), attributes.get(1));
        match value {
            Value::Counter(sum) => number(first, window, *sum),
            Value::Gauge(last) => {
                let window = Window { start_ms: None, ..window };
                last.iter().for_each(|last| number(first, window, *last));
            }
            Value::Rate { nonzero, total } => {
                number(first, window, *nonzero as f64);
                number(second, window, total.saturating_sub(*nonzero) as f64);
            }
            Value::Trend(histogram) => {
                if let Some(attributes) = first {
                    let point = Distribution { histogram, unit, exemplars, has_extremes: self.span.is_some() };
                    put_histogram(out, attributes, window, self.settings.histograms, point);
                    written += 1;
                }
            }
        }
        written
    }

    /// Requests with a point at a time of every series for which `value_of` has one.
    fn batches<'a>(
        &'a self,
        end_ms: i64,
        exemplars: &BySeries,
        value_of: impl Fn(usize) -> Option<&'a Value>,
    ) -> Vec<Batch> {
        let mut packer = Packer::new(&self.envelope, self.settings.temporality);
        let (value_of, window) = (&value_of, Window { start_ms: self.start_ms, end_ms });
        for metric in &self.metrics {
            let unit = metric.unit;
            let points = metric.series.iter().filter_map(|(number, attributes)| {
                let exemplars = exemplars.get(&id_of(*number)).map_or(&[][..], Vec::as_slice);
                Some((attributes, (value_of(*number)?, exemplars)))
            });
            let writers = points
                .map(|(attributes, sample)| move |out: &mut Vec<u8>| self.put(out, (attributes, unit), sample, window));
            packer.metric(&metric.head, self.shape(metric.kind), writers);
        }
        packer.finish()
    }

    fn total(&self, number: usize) -> Option<&Value> {
        self.totals.get(id_of(number)).map(|(_, value)| value)
    }

    /// What happened since the last push; gauges are as they are.
    fn delta(&self, number: usize) -> Option<&Value> {
        match self.total(number)? {
            gauge @ Value::Gauge(_) => Some(gauge),
            _ => self.span.as_ref()?.get(id_of(number)).map(|(_, value)| value).filter(|value| !value.is_empty()),
        }
    }
}

impl Encoder for OtlpEncoder {
    fn fold(&mut self, interval: &Interval) {
        self.start_ms.get_or_insert(interval.start_ms);
        interval.new_series.iter().for_each(|definition| self.add(definition, interval.start_ms));
        self.totals.fold(interval);
        if let Some(span) = &mut self.span {
            span.fold(interval);
        }
        self.exemplars.fold(interval);
        self.end_ms = interval.end_ms;
    }

    fn push(&mut self) -> Vec<Batch> {
        let exemplars = self.exemplars.take();
        let batches = if self.span.is_some() {
            self.batches(self.end_ms, &exemplars, |number| self.delta(number))
        } else {
            let mut batches = Vec::new();
            let empty = [Kind::Counter, Kind::Rate, Kind::Trend].map(|kind| (kind, Value::empty(kind)));
            let zero_of = |number: usize| {
                let kind = self.totals.get(id_of(number))?.0.metric.kind;
                empty.iter().find(|(own, _)| *own == kind).map(|(_, zero)| zero)
            };
            for (at_ms, numbers) in &self.appeared {
                let value_of = |number: usize| zero_of(number).filter(|_| numbers.binary_search(&number).is_ok());
                batches.extend(self.batches(*at_ms, &BySeries::new(), value_of));
            }
            batches.extend(self.batches(self.end_ms, &exemplars, |number| self.total(number)));
            batches
        };
        drop(mem::take(&mut self.appeared));
        if let Some(span) = &mut self.span {
            span.reset_values();
            self.start_ms = Some(self.end_ms);
        }
        batches
    }

    /// Gauges end with the run: users and rates are gone, totals stay to be looked at.
    fn end(&mut self) -> Vec<Batch> {
        let mut packer = Packer::new(&self.envelope, self.settings.temporality);
        // What ends a series must be newer than its last point.
        let window = Window { start_ms: None, end_ms: self.end_ms + 1 };
        for metric in self.metrics.iter().filter(|metric| metric.kind == Kind::Gauge) {
            let known = |number: usize| self.total(number).is_some_and(|value| !value.is_empty());
            let attributes = metric.series.iter().filter(|(number, _)| known(*number));
            let attributes = attributes.filter_map(|(_, attributes)| attributes.first());
            let writers = attributes.map(|attributes| {
                move |out: &mut Vec<u8>| {
                    put_number(out, attributes, window, None);
                    1
                }
            });
            packer.metric(&metric.head, Shape::Gauge, writers);
        }
        packer.finish()
    }
}

/// The unit, where the name contains it: Prometheus adds to names the units that it does not find there.
fn unit(name: &str, metric: &MetricDef) -> &'static str {
    match metric.unit {
        Unit::Seconds if name.contains(unit_suffix(Unit::Seconds)) => "s",
        Unit::Bytes if name.contains(unit_suffix(Unit::Bytes)) => "By",
        Unit::None | Unit::Seconds | Unit::Bytes => "",
    }
}

fn id_of(number: usize) -> SeriesId {
    SeriesId::try_from(number).unwrap_or(SeriesId::MAX)
}
