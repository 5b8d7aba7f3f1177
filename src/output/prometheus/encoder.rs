//! Intervals → remote-write requests. Counters and histograms are cumulative since the start of the run, so that a late
//! push costs no count. Every push holds every series once, with one timestamp; what counts from zero gets a zero a
//! moment before, so that `rate()` and `increase()` see its first step.

use std::{cell::Cell, collections::BTreeMap, rc::Rc};

use super::{
    dialect::{Brand, Dialect},
    message::{self, Entry, Exemplar, MetricType, Point, STALE, WireSeries},
    series::{Exporter, Pick},
    settings::{Settings, StaleMarkers},
    symbols::Symbols,
};
use crate::{
    metric::{Interval, Totals, Value, classic},
    output::{
        batch::Batch,
        encoder::Encoder,
        exemplars::{self, Exemplars},
        naming::Naming,
        wire_labels::WireLabels,
    },
};

/// Exemplars by series of the run.
type ExemplarsById = BTreeMap<u32, Vec<Exemplar>>;

/// Series in one request, Prometheus' own default.
const MAX_SERIES: usize = 2_000;

/// Encodes for remote write, in the dialect that was agreed on.
#[derive(Debug)]
pub(crate) struct RemoteWriteEncoder {
    dialect: Rc<Cell<Dialect>>,
    stale_markers: StaleMarkers,
    exporter: Exporter,
    totals: Totals,
    /// Since the last push; only where a naming asks for it.
    span: Option<Totals>,
    /// By series of the run, in the dialect that they were made for.
    wire: Vec<Vec<(Pick, WireSeries)>>,
    made_for: Dialect,
    /// When each series of the run appeared, Unix milliseconds.
    start_ms: Vec<i64>,
    /// Series that appeared since the last push, by the time of their zero.
    appeared: BTreeMap<i64, Vec<usize>>,
    end_ms: i64,
    exemplars: Exemplars,
}

impl RemoteWriteEncoder {
    /// An encoder without series; `run_labels` go with every series.
    #[must_use]
    pub(crate) fn new(settings: &Settings, mut run_labels: Vec<(String, String)>, dialect: Rc<Cell<Dialect>>) -> Self {
        let naming = Naming::of_prefix(&settings.prefix);
        if naming == Naming::K6
            && let Some((_, run_id)) = run_labels.iter().find(|(name, _)| name == "run_id")
            && run_labels.iter().all(|(name, _)| name != "testid")
        {
            // The label that k6's dashboards choose a run by.
            run_labels.push(("testid".to_owned(), run_id.clone()));
        }
        let prefix = settings.prefix.clone();
        Self {
            made_for: dialect.get(),
            dialect,
            stale_markers: settings.stale_markers,
            exporter: Exporter { prefix, labels: WireLabels::new(run_labels), symbols: Symbols::default() },
            totals: Totals::default(),
            span: (naming == Naming::K6).then(Totals::default),
            wire: Vec::new(),
            start_ms: Vec::new(),
            appeared: BTreeMap::new(),
            end_ms: 0,
            exemplars: Exemplars::default(),
        }
    }

    /// Makes the wire's series that are missing; all of them when the dialect has changed.
    fn make_series(&mut self) {
        let dialect = self.dialect.get();
        if dialect != self.made_for {
            self.wire.clear();
            self.made_for = dialect;
        }
        for (series, _) in self.totals.iter().skip(self.wire.len()) {
            self.wire.push(self.exporter.export(series, dialect));
        }
    }

    /// Exemplars since the last push, where the receiver stores them. What they intern is to be forgotten after it.
    fn take_exemplars(&mut self) -> ExemplarsById {
        let chosen = self.exemplars.take();
        if !self.made_for.exemplars {
            return ExemplarsById::new();
        }
        let symbols = &mut self.exporter.symbols;
        let mut convert = |exemplar: exemplars::Exemplar| {
            let label = (symbols.intern("trace_id"), symbols.intern(&format!("{:032x}", exemplar.trace)));
            Exemplar { label, value: exemplar.value, at_ms: exemplar.at_ms }
        };
        chosen.into_iter().map(|(id, those)| (id, those.into_iter().map(&mut convert).collect())).collect()
    }

    /// Entries of one series of the run: with its exemplars, or only what is cumulative.
    fn entries<'a>(
        &'a self,
        number: usize,
        value: &'a Value,
        at_ms: i64,
        exemplars: Option<&ExemplarsById>,
    ) -> Vec<Entry<'a>> {
        let Some(wire) = self.wire.get(number) else { return Vec::new() };
        let buckets = match (value, self.made_for.native) {
            (Value::Trend(histogram), None) => {
                let series = self.totals.get(id_of(number));
                series.map(|(series, _)| classic::cumulative_buckets(histogram, series.metric.unit)).unwrap_or_default()
            }
            _ => Vec::new(),
        };
        let span = self.span.as_ref().and_then(|span| span.get(id_of(number))).map(|(_, value)| value);
        let start_ms = self.start_ms.get(number).copied();
        let wanted = wire.iter().filter(|(pick, _)| exemplars.is_some() || pick.is_cumulative());
        let exemplars = exemplars.and_then(|by_id| by_id.get(&id_of(number))).map_or(&[][..], Vec::as_slice);
        let entry = |(pick, series): &'a (Pick, WireSeries)| {
            let point = pick.from(value, span, &buckets)?;
            let start_ms = start_ms.filter(|_| pick.is_cumulative());
            let exemplars = exemplars.iter().filter(|one| pick.holds(one.value, &buckets)).copied().collect();
            Some(Entry { series, point, at_ms, start_ms, exemplars })
        };
        wanted.filter_map(entry).collect()
    }

    fn batches(&self, entries: &[Entry<'_>]) -> Vec<Batch> {
        let symbols = &self.exporter.symbols;
        entries.chunks(MAX_SERIES).map(|chunk| message::batch(self.made_for, symbols, chunk)).collect()
    }
}

impl Encoder for RemoteWriteEncoder {
    fn fold(&mut self, interval: &Interval) {
        for series in &interval.new_series {
            self.exporter.labels.add(series);
            self.appeared.entry(interval.start_ms).or_default().push(self.start_ms.len());
            self.start_ms.push(interval.start_ms);
        }
        self.totals.fold(interval);
        if let Some(span) = &mut self.span {
            span.fold(interval);
        }
        self.exemplars.fold(interval);
        self.end_ms = interval.end_ms;
    }

    fn push(&mut self) -> Vec<Batch> {
        self.make_series();
        let mark = self.exporter.symbols.mark();
        let exemplars = self.take_exemplars();
        let mut batches = Vec::new();
        for (at_ms, numbers) in std::mem::take(&mut self.appeared) {
            let known = self.totals.iter().enumerate().filter(|(number, _)| numbers.binary_search(number).is_ok());
            let zeros: Vec<(usize, Value)> =
                known.map(|(number, (series, _))| (number, Value::empty(series.metric.kind))).collect();
            let entries: Vec<_> =
                zeros.iter().flat_map(|(number, zero)| self.entries(*number, zero, at_ms, None)).collect();
            batches.extend(self.batches(&entries));
        }
        let values = self.totals.iter().map(|(_, value)| value).enumerate();
        let entries: Vec<_> =
            values.flat_map(|(number, value)| self.entries(number, value, self.end_ms, Some(&exemplars))).collect();
        batches.extend(self.batches(&entries));
        self.exporter.symbols.forget_from(mark);
        if let Some(span) = &mut self.span {
            span.reset_values();
        }
        batches
    }

    fn end(&mut self) -> Vec<Batch> {
        self.make_series();
        let wanted = |series: &WireSeries| match self.stale_markers {
            StaleMarkers::Off => false,
            StaleMarkers::Gauges => series.metric_type == MetricType::Gauge,
            StaleMarkers::All => true,
        };
        let mut derived = Vec::new();
        if self.made_for.brand == Brand::VictoriaMetrics && self.stale_markers == StaleMarkers::All {
            let natives = self.totals.iter().zip(&self.wire).filter(|(_, wire)| has_native(wire));
            derived.extend(natives.flat_map(|((series, _), _)| self.exporter.derived(series)));
        }
        // Its native histograms have other names there, and a marker under this one would be a series of its own.
        let is_derived = |pick: &Pick| self.made_for.brand == Brand::VictoriaMetrics && matches!(pick, Pick::Native(_));
        let own = self.wire.iter().flatten().filter(|(pick, _)| !is_derived(pick)).map(|(_, series)| series);
        // A marker must be newer than what it ends.
        let at_ms = self.end_ms + 1;
        let marker =
            |series| Entry { series, point: Point::Float(STALE), at_ms, start_ms: None, exemplars: Vec::new() };
        let entries: Vec<_> = own.filter(|series| wanted(series)).chain(&derived).map(marker).collect();
        self.batches(&entries)
    }
}

fn id_of(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

fn has_native(wire: &[(Pick, WireSeries)]) -> bool {
    wire.iter().any(|(pick, _)| matches!(pick, Pick::Native(_)))
}
