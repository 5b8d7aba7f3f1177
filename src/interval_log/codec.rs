//! Intervals as bytes: variable-length integers, sparse histograms; exact, so that totals read back equal those held.

use std::borrow::Cow;

use super::{buckets, examples, spans};
use crate::metric::{
    Interval, Kind, Labels, MetricDef, SeriesDef, Unit, Value,
    catalogue::{self, LabelGroup},
    intended::{COARSE_BUCKETS, IntendedCell},
    varint::{VarintReader, put, put_signed, put_text},
};

/// Version of the payload's layout; a reader refuses others.
const LAYOUT: u64 = 2;
/// The largest [`span`]: four numbers of ten bytes.
pub(crate) const MAX_SPAN: usize = 40;

/// What stands at the head of an interval.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span {
    /// Its number.
    pub sequence: u64,
    /// Its begin, Unix milliseconds.
    pub start_ms: i64,
    /// Its end, Unix milliseconds.
    pub end_ms: i64,
}

/// Encodes an interval.
#[must_use]
pub(crate) fn encode(interval: &Interval) -> Vec<u8> {
    let mut out = Vec::with_capacity(4_096);
    put(&mut out, LAYOUT);
    put(&mut out, interval.sequence);
    put_signed(&mut out, interval.start_ms);
    put_signed(&mut out, interval.end_ms);
    put(&mut out, interval.new_series.len() as u64);
    for series in &interval.new_series {
        put(&mut out, series.id.into());
        put_text(&mut out, &series.metric.name);
        out.push(series.metric.kind as u8);
        out.push(series.metric.unit as u8);
        put(&mut out, series.labels.iter().count() as u64);
        for (name, value) in series.labels.iter() {
            put_text(&mut out, name);
            put_text(&mut out, value);
        }
    }
    put(&mut out, interval.values.len() as u64);
    for (id, value) in &interval.values {
        put(&mut out, (*id).into());
        put_value(&mut out, value);
    }
    put(&mut out, interval.intended.len() as u64);
    interval.intended.iter().for_each(|cell| put_cell(&mut out, cell));
    spans::put_spans(&mut out, &interval.spans, !interval.examples.is_empty());
    examples::put_examples(&mut out, &interval.examples);
    out
}

/// Which series of a log are read: the others are passed over.
#[derive(Debug)]
pub(crate) struct Columns {
    wants: fn(&MetricDef) -> bool,
    /// By the number of a series; those that are not known yet are read.
    skipped: Vec<bool>,
}

impl Columns {
    /// The series of metrics that `wants` accepts.
    #[must_use]
    pub(crate) fn of(wants: fn(&MetricDef) -> bool) -> Self {
        Self { wants, skipped: Vec::new() }
    }

    fn add(&mut self, series: &SeriesDef) {
        let place = series.id as usize;
        // Numbers are consecutive; a damaged log must not make this any larger.
        if self.skipped.len() == place {
            self.skipped.push(!(self.wants)(&series.metric));
        }
    }

    fn skips(&self, id: u32) -> bool {
        self.skipped.get(id as usize).copied().unwrap_or(false)
    }
}

/// Decodes an interval; None when the bytes are not one.
#[must_use]
pub(crate) fn decode(bytes: &[u8]) -> Option<Interval> {
    decode_columns(bytes, None)
}

/// The same without the values of series that are not wanted.
#[must_use]
pub(crate) fn decode_columns(bytes: &[u8], mut columns: Option<&mut Columns>) -> Option<Interval> {
    let mut input = VarintReader::new(bytes);
    let Span { sequence, start_ms, end_ms } = read_span(&mut input)?;
    let mut interval = Interval { sequence, start_ms, end_ms, ..Interval::default() };
    for _ in 0..input.number()? {
        let series = read_series(&mut input)?;
        columns.iter_mut().for_each(|columns| columns.add(&series));
        interval.new_series.push(series);
    }
    let values = input.number()?;
    // A value takes two bytes at least; a larger count is a corrupt interval, and nothing is allocated for it.
    interval.values.reserve(usize::try_from(values).ok().filter(|values| *values <= bytes.len() / 2)?);
    for _ in 0..values {
        let id = u32::try_from(input.number()?).ok()?;
        if columns.as_ref().is_some_and(|columns| columns.skips(id)) {
            skip_value(&mut input)?;
        } else {
            interval.values.push((id, read_value(&mut input)?));
        }
    }
    for _ in 0..input.number()? {
        interval.intended.push(read_cell(&mut input)?);
    }
    interval.spans = spans::read_spans(&mut input)?;
    interval.examples = examples::read_examples(&mut input)?;
    input.rest().is_empty().then_some(interval)
}

/// The span of an encoded interval, of which the first [`MAX_SPAN`] bytes are enough.
#[must_use]
pub(crate) fn span(bytes: &[u8]) -> Option<Span> {
    read_span(&mut VarintReader::new(bytes))
}

fn put_float(out: &mut Vec<u8>, value: f64) {
    out.extend_from_slice(&value.to_le_bytes());
}

fn put_value(out: &mut Vec<u8>, value: &Value) {
    match value {
        Value::Counter(sum) => {
            out.push(Kind::Counter as u8);
            put_float(out, *sum);
        }
        Value::Gauge(last) => {
            out.push(Kind::Gauge as u8);
            put_float(out, last.unwrap_or(f64::NAN));
        }
        Value::Rate { nonzero, total } => {
            out.push(Kind::Rate as u8);
            put(out, *nonzero);
            put(out, *total);
        }
        Value::Trend(histogram) => {
            out.push(Kind::Trend as u8);
            put(out, histogram.zeros());
            put_float(out, histogram.sum());
            put_float(out, histogram.min().unwrap_or(f64::INFINITY));
            put_float(out, histogram.max().unwrap_or(f64::NEG_INFINITY));
            buckets::put_buckets(out, histogram);
        }
    }
}

fn put_cell(out: &mut Vec<u8>, cell: &IntendedCell) {
    for number in [u64::from(cell.second), cell.scenario.into(), cell.due, cell.dropped, cell.passed, cell.failed] {
        put(out, number);
    }
    put(out, cell.response_times.iter().filter(|count| **count > 0).count() as u64);
    for (bucket, count) in (0_u64..).zip(&*cell.response_times).filter(|(_, count)| **count > 0) {
        put(out, bucket);
        put(out, u64::from(*count));
    }
}

/// Reads the head of an interval. Every read is checked: a log comes from a disk, and disks lie.
fn read_span(input: &mut VarintReader<'_>) -> Option<Span> {
    if input.number()? != LAYOUT {
        return None;
    }
    Some(Span { sequence: input.number()?, start_ms: input.signed()?, end_ms: input.signed()? })
}

fn read_series(input: &mut VarintReader<'_>) -> Option<SeriesDef> {
    let id = u32::try_from(input.number()?).ok()?;
    let name = input.text()?;
    let kind = kind_of(input.byte()?)?;
    let unit = [Unit::None, Unit::Seconds, Unit::Bytes].into_iter().nth(input.byte()?.into())?;
    let mut pairs = Vec::new();
    for _ in 0..input.number()? {
        pairs.push((input.text()?, input.text()?));
    }
    let known = catalogue::find(name).cloned();
    let metric = known.unwrap_or(MetricDef {
        name: Cow::Owned(name.to_owned()),
        kind,
        unit,
        help: "".into(),
        labels: LabelGroup::Run,
    });
    Some(SeriesDef { id, metric, labels: Labels::new(pairs) })
}

fn read_value(input: &mut VarintReader<'_>) -> Option<Value> {
    Some(match kind_of(input.byte()?)? {
        Kind::Counter => Value::Counter(input.float()?),
        Kind::Gauge => Value::Gauge(Some(input.float()?).filter(|value| !value.is_nan())),
        Kind::Rate => Value::Rate { nonzero: input.number()?, total: input.number()? },
        Kind::Trend => {
            let (zeros, sum, min, max) = (input.number()?, input.float()?, input.float()?, input.float()?);
            let empty = min == f64::INFINITY && max == f64::NEG_INFINITY;
            if !sum.is_finite() || !(empty || (min.is_finite() && max.is_finite() && min <= max)) {
                return None;
            }
            let histogram = buckets::histogram(input, zeros, sum, (min, max))?;
            if (histogram.count() > 0) == empty {
                return None;
            }
            Value::Trend(Box::new(histogram))
        }
    })
}

fn skip_value(input: &mut VarintReader<'_>) -> Option<()> {
    match kind_of(input.byte()?)? {
        Kind::Counter | Kind::Gauge => input.float().map(drop),
        Kind::Rate => input.number().and_then(|_| input.number()).map(drop),
        Kind::Trend => {
            input.number()?;
            input.float()?;
            input.float()?;
            input.float()?;
            buckets::skip(input)
        }
    }
}

fn read_cell(input: &mut VarintReader<'_>) -> Option<IntendedCell> {
    let mut cell = IntendedCell {
        second: u32::try_from(input.number()?).ok()?,
        scenario: u16::try_from(input.number()?).ok()?,
        due: input.number()?,
        dropped: input.number()?,
        passed: input.number()?,
        failed: input.number()?,
        response_times: Box::new([0; COARSE_BUCKETS]),
    };
    for _ in 0..input.number()? {
        let bucket = usize::try_from(input.number()?).ok()?;
        *cell.response_times.get_mut(bucket)? = u32::try_from(input.number()?).ok()?;
    }
    Some(cell)
}

fn kind_of(number: u8) -> Option<Kind> {
    [Kind::Counter, Kind::Gauge, Kind::Rate, Kind::Trend].into_iter().find(|kind| *kind as u8 == number)
}

#[cfg(test)]
mod tests;
