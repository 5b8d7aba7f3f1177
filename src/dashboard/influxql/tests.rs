//! What queries become in `InfluxQL`.

use super::*;
use crate::metric::catalogue::{HTTP_REQ_DURATION, HTTP_REQ_FAILED, HTTP_REQS};

fn influxql(query: &Query) -> String {
    InfluxQl { prefix: "p." }.to_influxql(query, "x").unwrap()
}

#[test]
fn ungrouped_queries_read_overall() {
    let of_run = "\"run_id\" = '$run_id' AND $timeFilter";
    let graph = influxql(&Series::of(&HTTP_REQ_DURATION).quantile(0.99));
    let from = format!("FROM \"p.overall\" WHERE \"metric\" = 'http_req_duration' AND {of_run}");
    assert_eq!(graph, format!("SELECT max(\"p99\") AS \"x\" {from} GROUP BY time($__interval) fill(none)"));
    let total = influxql(&Series::of(&HTTP_REQ_DURATION).over(Window::Run).quantile(0.99));
    let last = format!("SELECT last(\"total_p99\") AS \"v\" {from} GROUP BY *");
    assert_eq!(total, format!("SELECT max(\"v\") AS \"x\" FROM ({last})"));
}

#[test]
fn grouped_totals_are_summed_over_their_series() {
    let total = influxql(&Series::of(&HTTP_REQS).by(&["name"]).of_run(Run::Any).total());
    let last = "SELECT last(\"total\") AS \"v\" FROM \"p.http_reqs\" WHERE $timeFilter GROUP BY *";
    assert_eq!(total, format!("SELECT sum(\"v\") AS \"x\" FROM ({last}) GROUP BY \"name\""));
}

#[test]
fn a_label_is_asked_for_by_name() {
    let total = influxql(&Series::of(&HTTP_REQS).having("status", "200").without("name", "").total());
    assert!(total.contains("FROM \"p.http_reqs\" WHERE"), "not of all: {total}");
    assert!(total.contains(" AND \"status\" = '200' AND \"name\" != '' AND "), "{total}");
}

#[test]
fn two_graphs_are_put_together_by_time() {
    let share = || Series::of(&HTTP_REQ_FAILED).of_run(Run::Any).share();
    let both = influxql(&share().per(share()));
    assert!(both.starts_with("SELECT sum(\"a\") / sum(\"b\") AS \"x\" FROM (SELECT"), "{both}");
    assert!(both.ends_with(" WHERE $timeFilter GROUP BY time($__interval) fill(none)"), "{both}");
}

#[test]
fn a_query_without_influxql_is_no_panel() {
    let rate = || Series::of(&HTTP_REQS).rate();
    let to_influxql = |query: &Query| InfluxQl { prefix: "" }.to_influxql(query, "x");
    assert!(to_influxql(&rate().and(Operator::Greater, rate())).is_none());
    assert!(to_influxql(&Series::of(&HTTP_REQ_DURATION).quantile(0.123)).is_none());
    assert!(to_influxql(&Query::SystemUnderTest).is_none());
}
