//! From a series of the run to the series that go over the wire: one for a counter or gauge, two for a rate, one or
//! three dozen for a trend.

use super::{
    dialect::Dialect,
    message::{MetricType, Point, WireSeries},
    symbols::Symbols,
};
use crate::{
    metric::{Histogram, Kind, MetricDef, SeriesDef, Value, classic},
    output::{
        naming::{Naming, exported_name},
        wire_labels::WireLabels,
    },
};

/// What a series over the wire takes from a value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Pick {
    Counter,
    Gauge,
    Nonzero,
    Zero,
    Native(u32),
    Bucket(usize),
    Sum,
    Count,
    /// k6's gauges: of the span since the last push, not of the run, so that drift and recovery can be seen.
    SpanShare,
    SpanStat(Stat),
}

/// Statistics that k6's dashboards read from gauges.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Stat {
    Mean,
    Min,
    Max,
    Quantile(f64),
}

const K6_STATS: [(&str, Stat); 7] = [
    ("avg", Stat::Mean),
    ("min", Stat::Min),
    ("med", Stat::Quantile(0.5)),
    ("max", Stat::Max),
    ("p90", Stat::Quantile(0.9)),
    ("p95", Stat::Quantile(0.95)),
    ("p99", Stat::Quantile(0.99)),
];

impl Pick {
    /// What it takes; None when there is nothing. `buckets` are the value's, cumulative, where they are asked for.
    pub(super) fn from<'a>(self, total: &'a Value, span: Option<&Value>, buckets: &[(f64, u64)]) -> Option<Point<'a>> {
        let number = match (self, total) {
            (Self::Counter, Value::Counter(sum)) => *sum,
            (Self::Gauge, Value::Gauge(last)) => (*last)?,
            (Self::Nonzero, Value::Rate { nonzero, .. }) => *nonzero as f64,
            (Self::Zero, Value::Rate { nonzero, total }) => (*total - *nonzero) as f64,
            (Self::Native(scale), Value::Trend(histogram)) => return Some(Point::Native(histogram, scale)),
            (Self::Bucket(number), Value::Trend(_)) => buckets.get(number)?.1 as f64,
            (Self::Sum, Value::Trend(histogram)) => histogram.sum(),
            (Self::Count, Value::Trend(histogram)) => histogram.count() as f64,
            (Self::SpanShare, _) => match span? {
                Value::Rate { nonzero, total } if *total > 0 => *nonzero as f64 / *total as f64,
                _ => return None,
            },
            (Self::SpanStat(stat), _) => match span? {
                Value::Trend(histogram) => stat.of(histogram)?,
                _ => return None,
            },
            _ => return None,
        };
        Some(Point::Float(number))
    }

    /// Whether an observation is among what it counts alone: exemplars stand there.
    pub(super) fn holds(self, observed: f64, buckets: &[(f64, u64)]) -> bool {
        match self {
            Self::Native(_) => true,
            Self::Bucket(number) => buckets.iter().position(|(bound, _)| observed <= *bound) == Some(number),
            _ => false,
        }
    }

    /// Whether it grows from zero, so that its first step needs a zero before it.
    pub(super) fn is_cumulative(self) -> bool {
        !matches!(self, Self::Gauge | Self::SpanShare | Self::SpanStat(_))
    }
}

impl Stat {
    fn of(self, histogram: &Histogram) -> Option<f64> {
        match self {
            Self::Mean => histogram.mean(),
            Self::Min => histogram.min(),
            Self::Max => histogram.max(),
            Self::Quantile(q) => histogram.quantile(q),
        }
    }
}

/// Makes the series over the wire for series of the run.
#[derive(Debug)]
pub(super) struct Exporter {
    pub prefix: String,
    pub labels: WireLabels,
    pub symbols: Symbols,
}

impl Exporter {
    /// All series over the wire of one series of the run.
    pub(super) fn export(&mut self, series: &SeriesDef, dialect: Dialect) -> Vec<(Pick, WireSeries)> {
        let metric = &series.metric;
        let name = exported_name(&self.prefix, metric);
        let naming = Naming::of_prefix(&self.prefix);
        let condition = |value| Some(("condition", String::from(value)));
        let mut made = Vec::new();
        let mut add =
            |name: &str, extra, metric_type, pick| made.push((pick, self.wire(series, name, extra, metric_type)));
        match metric.kind {
            Kind::Counter => add(&name, None, MetricType::Counter, Pick::Counter),
            Kind::Gauge => add(&name, None, MetricType::Gauge, Pick::Gauge),
            Kind::Rate => {
                add(&name, condition("nonzero"), MetricType::Counter, Pick::Nonzero);
                add(&name, condition("zero"), MetricType::Counter, Pick::Zero);
            }
            Kind::Trend => {
                if let Some(scale) = dialect.native {
                    add(&name, None, MetricType::Histogram, Pick::Native(scale));
                } else {
                    let bucket = format!("{name}_bucket");
                    for (number, (bound, _)) in
                        classic::cumulative_buckets(&Histogram::default(), metric.unit).iter().enumerate()
                    {
                        let le = if bound.is_finite() { bound.to_string() } else { "+Inf".to_owned() };
                        add(&bucket, Some(("le", le)), MetricType::Histogram, Pick::Bucket(number));
                    }
                    add(&format!("{name}_sum"), None, MetricType::Histogram, Pick::Sum);
                    add(&format!("{name}_count"), None, MetricType::Histogram, Pick::Count);
                }
            }
        }
        if naming == Naming::K6 {
            let base = format!("{}{}", self.prefix, metric.name);
            match metric.kind {
                Kind::Rate => {
                    made.push((Pick::SpanShare, self.wire(series, &format!("{base}_rate"), None, MetricType::Gauge)));
                }
                Kind::Trend => made.extend(K6_STATS.map(|(suffix, stat)| {
                    (Pick::SpanStat(stat), self.wire(series, &format!("{base}_{suffix}"), None, MetricType::Gauge))
                })),
                Kind::Counter | Kind::Gauge => {}
            }
        }
        made
    }

    /// The names of a native histogram's series after `VictoriaMetrics` has taken it apart, buckets excepted.
    pub(super) fn derived(&mut self, series: &SeriesDef) -> [WireSeries; 2] {
        let name = exported_name(&self.prefix, &series.metric);
        ["_sum", "_count"].map(|suffix| self.wire(series, &format!("{name}{suffix}"), None, MetricType::Histogram))
    }

    fn wire(
        &mut self,
        series: &SeriesDef,
        name: &str,
        extra: Option<(&'static str, String)>,
        metric_type: MetricType,
    ) -> WireSeries {
        let mut all = self.labels.of(series);
        all.extend(extra.map(|(name, value)| (name.to_owned(), value)));
        all.insert("__name__".to_owned(), name.to_owned());
        let labels =
            all.into_iter().map(|(name, value)| (self.symbols.intern(&name), self.symbols.intern(&value))).collect();
        let MetricDef { help, unit, .. } = &series.metric;
        let (help, unit) = (self.symbols.intern(help), self.symbols.intern(unit.as_str()));
        WireSeries { labels, metric_type, help, unit }
    }
}
