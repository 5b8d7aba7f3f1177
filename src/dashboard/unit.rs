//! Maps the catalogue's units to Grafana's unit IDs.

use super::{
    DataSource,
    query::{Operator, Query, Series},
};
use crate::metric::{Kind, Unit, catalogue};

/// Grafana's unit ID of a query's result.
#[must_use]
pub(crate) fn of(query: &Query, data_source: DataSource) -> &'static str {
    match query {
        Query::Rate(series) => a_second(series),
        Query::Total(series) if series.metric.kind == Kind::Rate => "short",
        Query::Total(series) | Query::Level(_, series) => base(series),
        Query::Quantile(_, series) | Query::Mean(series) => trend(series, data_source),
        Query::FirstSeen(_) | Query::LastSeen(_) => "dateTimeAsIso",
        Query::FirstTime(_) | Query::Recovery { .. } | Query::TimeTrue(_) | Query::TimeActive(_) => "s",
        Query::Share(_) | Query::Binary(_, Operator::Divide, _) => "percentunit",
        Query::Binary(left, ..) | Query::BinaryScalar(left, ..) => of(left, data_source),
        Query::AggregateOverRun(_, inner)
        | Query::Slope(inner)
        | Query::Steady(inner)
        | Query::SinceStart(inner)
        | Query::OrZero(inner) => of(inner, data_source),
        Query::Distinct(..)
        | Query::SystemUnderTest
        | Query::Variable(_)
        | Query::Buckets(_)
        | Query::VictoriaBuckets(_) => "short",
    }
}

/// Trends in seconds are milliseconds in `InfluxDB`, as k6's are.
fn trend(series: &Series, data_source: DataSource) -> &'static str {
    match (series.metric.unit, data_source) {
        (Unit::Seconds, DataSource::InfluxDb) => "ms",
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
        // CPU seconds per second: a share of a core.
        Unit::Seconds => "percentunit",
        Unit::None if series.metric.name == catalogue::HTTP_REQS.name => "reqps",
        Unit::None => "cps",
    }
}
