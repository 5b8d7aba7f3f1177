//! From the catalogue's units to Grafana's identifiers.

use super::{
    Store,
    query::{Operator, Query, Series},
};
use crate::metric::{Kind, Unit, catalogue};

/// The identifier of Grafana's unit in which a store answers a question.
#[must_use]
pub fn of(query: &Query, store: Store) -> &'static str {
    match query {
        Query::Rate(series) => a_second(series),
        Query::Total(series) if series.metric.kind == Kind::Rate => "short",
        Query::Total(series) | Query::Level(_, series) => base(series),
        Query::Quantile(_, series) | Query::Mean(series) => trend(series, store),
        Query::Begin(_) | Query::End(_) => "dateTimeAsIso",
        Query::FirstTime(_) | Query::Recovery { .. } | Query::TimeTrue(_) | Query::TimeActive(_) => "s",
        Query::Share(_) | Query::Both(_, Operator::Over, _) => "percentunit",
        Query::Both(left, ..) | Query::With(left, ..) => of(left, store),
        Query::OverRun(_, inner)
        | Query::Slope(inner)
        | Query::Steady(inner)
        | Query::SinceBegin(inner)
        | Query::OrZero(inner) => of(inner, store),
        Query::Verdicts
        | Query::Distinct(..)
        | Query::Chosen
        | Query::Variable(_)
        | Query::Buckets(_)
        | Query::VictoriaBuckets(_) => "short",
    }
}

/// Trends in seconds are milliseconds in `InfluxDB`, as k6's are.
fn trend(series: &Series, store: Store) -> &'static str {
    match (series.metric.unit, store) {
        (Unit::Seconds, Store::Influx) => "ms",
        _ => base(series),
    }
}

fn base(series: &Series) -> &'static str {
    match series.metric.unit {
        Unit::Seconds => "s",
        Unit::Bytes => "bytes",
        Unit::None => "short",
    }
}

fn a_second(series: &Series) -> &'static str {
    match series.metric.unit {
        Unit::Bytes => "binBps",
        // Seconds of work a second: so many of a processor.
        Unit::Seconds => "percentunit",
        Unit::None if series.metric.name == catalogue::HTTP_REQS.name => "reqps",
        Unit::None => "cps",
    }
}
