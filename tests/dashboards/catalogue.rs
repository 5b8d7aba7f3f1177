//! Dashboards and catalogue have the same metrics, in both directions.

use std::collections::BTreeSet;

use loadagent::testing::{
    dashboard::DataSource,
    metric::{Kind, catalogue},
    output::naming::exported_name,
};

use crate::json;

/// Metrics on no dashboard, with the reason.
const NOT_SHOWN: [(&str, &str); 6] = [
    ("run_gap", "only of a run that was interrupted; in the summary, and a hole in every panel"),
    ("job_outcomes", "the share of failed jobs is shown; the outcomes are in the summary"),
    ("generator_held_back", "only in an environment with `max_rate`; a warning of the summary"),
    ("resent_requests", "rare, and no failure; in the summary"),
    ("interrupted_requests", "a total of the end of a run, in the summary"),
    ("interrupted_iterations", "a total of the end of a run, in the summary"),
];

fn prometheus_names() -> BTreeSet<String> {
    let queries = json::queries(DataSource::Prometheus);
    queries.iter().flat_map(|(place, query)| json::metrics(&json::parsed(place, query))).collect()
}

#[test]
fn every_metric_of_a_query_is_in_the_catalogue() {
    let mut known = BTreeSet::from(["up".to_owned()]); // The system under test, which is the user's.
    for metric in catalogue::ALL {
        let name = exported_name("loadagent_", metric);
        if metric.kind == Kind::Trend {
            known.extend(["_bucket", "_sum", "_count"].map(|suffix| format!("{name}{suffix}")));
        }
        known.insert(name);
    }
    for name in prometheus_names() {
        assert!(known.contains(&name), "{name} is in no catalogue");
    }
    let mut known: BTreeSet<&str> = catalogue::ALL.iter().map(|metric| &*metric.name).collect();
    known.insert("overall");
    for (place, query) in json::queries(DataSource::InfluxDb) {
        for from in query.split(" FROM \"").skip(1) {
            let name = from.split('"').next().unwrap();
            assert!(known.contains(name), "{place}: {name} is no measurement");
        }
        for metric in query.split("\"metric\" = '").skip(1) {
            let name = metric.split('\'').next().unwrap();
            assert!(known.contains(name), "{place}: {name} is no metric");
        }
    }
}

#[test]
fn every_metric_of_the_catalogue_is_on_a_dashboard() {
    let shown = prometheus_names();
    let influx: String = json::queries(DataSource::InfluxDb).into_iter().map(|(_, query)| query).collect();
    for metric in catalogue::ALL {
        if NOT_SHOWN.iter().any(|(name, _)| *name == metric.name) {
            continue;
        }
        let name = exported_name("loadagent_", metric);
        assert!(shown.contains(&name), "{name} is on no dashboard for Prometheus");
        let measured = [format!("FROM \"{}\"", metric.name), format!("\"metric\" = '{}'", metric.name)];
        assert!(measured.iter().any(|words| influx.contains(words)), "{} is on no dashboard for InfluxDB", metric.name);
    }
}
