//! Units, value mappings, unnamed series and limits, which readers of the dashboards misread before. promtool tests the
//! numbers over series with known results (`scripts/stack/expressions.py`).

use loadagent::testing::{
    analysis::validity::{MAX_DROPPED, MAX_LAG_P99, MAX_SOCKETLESS},
    dashboard::DataSource,
};
use serde_json::json;

use crate::json::{self, list, panel, panels, query_text, text, variable, variables};

/// Where results have several units, each has its own.
#[test]
fn a_second_axis_has_its_own_unit() {
    for (data_source, unit) in [("prometheus", "s"), ("influxdb", "ms")] {
        let stress = json::one(&format!("{data_source}/stress.json"));
        let config = &panel(&stress, "p99 vs achieved rate")["fieldConfig"];
        assert_eq!(config["defaults"]["unit"], "reqps");
        let own = json!({"matcher": {"id": "byName", "options": "p99"}, "properties": [{"id": "unit", "value": unit}]});
        assert_eq!(list(config, "overrides"), [own], "{data_source}");
        let one_unit = &panel(&stress, "Achieved vs target rate")["fieldConfig"];
        assert!(list(one_unit, "overrides").is_empty(), "{data_source}");
    }
}

/// Error counters are zero with an empty class for successful requests.
#[test]
fn every_class_of_failures_has_a_name() {
    let mut found = 0;
    for file in json::all() {
        for panel in panels(&file.json).filter(|panel| panel["title"] == "Errors by class") {
            let query = json::query_of(&panel["targets"][0]);
            let (named, expected) = if file.path.starts_with("prometheus") {
                ("error_class!=\"\"", "error_class!=\"limited\"")
            } else {
                ("\"error_class\" != ''", "\"error_class\" != 'limited'")
            };
            assert!(query.contains(named) && query.contains(expected), "{}: {query}", file.path);
            found += 1;
        }
    }
    assert_eq!(found, 10, "of live, soak, spike, stress and agents, for both data sources");
}

/// The panel uses the limits of the run's verdict.
#[test]
fn results_valid_uses_the_limits_of_the_verdict() {
    let generator = json::one("prometheus/generator.json");
    let shown = panel(&generator, "Results valid");
    let query = json::query_of(&shown["targets"][0]);
    for bound in [
        format!(") * {MAX_DROPPED})"),
        format!(") * {MAX_SOCKETLESS})"),
        format!(") or vector(0)) <= bool {}", MAX_LAG_P99.as_secs_f64()),
    ] {
        assert!(query.contains(&bound), "no {bound} in {query}");
    }
    let words = &shown["fieldConfig"]["defaults"]["mappings"][0]["options"];
    assert_eq!((text(&words["0"], "text"), text(&words["1"], "text")), ("no", "yes"));
    let late = &panel(&generator, "Schedule lag, p99")["fieldConfig"]["defaults"]["thresholds"]["steps"][1];
    assert_eq!(late["value"], MAX_LAG_P99.as_secs_f64());
}

/// Windows count from times that are exact to a second, whatever the resolution.
#[test]
fn start_and_end_are_exact_to_a_second() {
    for file in json::of(DataSource::Prometheus) {
        for edge in ["began", "ended"] {
            let known = variables(&file.json).iter().any(|one| one["name"] == edge);
            assert_eq!(known, file.text().contains(&format!("${{{edge}}}")), "{}: {edge}", file.path);
            if known {
                let fine = format!("[10m:1s] @ ${{about_{edge}}} offset -5m)");
                let query = query_text(variable(&file.json, edge));
                assert!(query.contains(&fine), "{}: {query}", file.path);
            }
        }
    }
}

/// Ramps and windows beyond the end of the run don't count as rate variation.
#[test]
fn steadiness_is_that_of_steady_windows() {
    let soak = json::one("prometheus/soak.json");
    for title in [
        "Rate variation",
        "p99 growth per hour",
        "Error rate growth per hour",
        "Hours to SLO breach",
        "Delivered load over time",
    ] {
        let query = json::query_of(&panel(&soak, title)["targets"][0]);
        let run =
            "on () (loadagent_run_info{run_id=\"$run_id\"} offset $warmup) and on () (vector(time()) <= ${ended})";
        assert!(query.contains(run), "{title}: {query}");
    }
    let delivered = json::query_of(&panel(&soak, "Delivered load over time")["targets"][0]);
    assert_eq!(delivered.matches("[$window]").count(), 2, "both of the same window: {delivered}");
}
