//! Issues that users report about other tools' dashboards; a test each.

use loadagent::testing::dashboard::{BundledDashboard, DashboardLink, DataSource};
use serde_json::json;

use crate::json::{self, panel, panels, text, variables};

/// Totals and percentiles equal the summary: they come from merged values, not from Grafana's reducers.
#[test]
fn numbers_are_those_of_the_summary() {
    for (name, total) in [("prometheus", "last_over_time("), ("influxdb", "last(\"total")] {
        let live = json::one(&format!("{name}/live.json"));
        for title in ["Requests", "Failed", "p99, whole run", "Dropped iterations", "Checks passed"] {
            let panel = panel(&live, title);
            assert!(json::query_of(&panel["targets"][0]).contains(total), "{name}: {title}");
            assert_eq!(panel["options"]["reduceOptions"]["calcs"], json!(["lastNotNull"]), "{name}: {title}");
        }
    }
}

/// A dashboard needs no manual setting: every series has the run ID.
#[test]
fn no_optional_label_is_needed() {
    for (place, query) in json::queries(DataSource::Prometheus) {
        assert!(!query.contains("testid"), "{place}");
    }
    for file in json::all() {
        for variable in variables(&file.json).iter().filter(|one| one["type"] == "custom" || one["type"] == "textbox") {
            assert!(!text(variable, "query").is_empty(), "{}: {} has no default", file.path, variable["name"]);
            assert!(variable["current"]["value"].is_string(), "{}: {}", file.path, variable["name"]);
        }
    }
}

/// Two runs never share a line.
#[test]
fn counters_do_not_fall_between_runs() {
    for (place, query) in json::queries(DataSource::Prometheus).iter().filter(|(place, _)| place.contains("runs.json"))
    {
        assert!(query.contains("by (run_id") || place.contains("Running now"), "{place}: {query}");
    }
}

/// A dashboard needs one data source, and no placeholder that only a manual import fills.
#[test]
fn no_foreign_data_source() {
    for file in json::all() {
        assert!(!file.text().contains("${DS_"), "{}", file.path);
        let other = if file.path.starts_with("influxdb") { "\"prometheus\"," } else { "\"influxdb\"," };
        assert!(!file.text().contains(&format!("\"type\": {other}")), "{}", file.path);
    }
}

/// UIDs are stable, so that provisioning replaces older copies.
#[test]
fn copies_are_replaced_not_doubled() {
    let of = |data_source| BundledDashboard::ALL.map(|topic| topic.uid(data_source));
    let expected = ["live", "soak", "spike", "stress", "compare", "agents", "generator", "runs"];
    assert_eq!(of(DataSource::Prometheus), expected.map(|name| format!("loadagent-{name}")));
    assert_eq!(of(DataSource::InfluxDb), expected.map(|name| format!("loadagent-{name}-influx")));
}

/// The URL that `run` prints and the list of runs open a dashboard at the run's time range.
#[test]
fn dashboards_zoom_to_the_run_by_themselves() {
    let link = DashboardLink {
        grafana: "http://localhost:3000",
        data_source: DataSource::InfluxDb,
        topic: BundledDashboard::of_kind(Some("spike")),
        run_id: "20260101-000000-abcd",
        from_ms: 1_000_000,
        to_ms: Some(2_000_000),
    };
    let expected =
        "http://localhost:3000/d/loadagent-spike-influx?var-run_id=20260101%2D000000%2Dabcd&from=995000&to=2005000";
    assert_eq!(link.url(), expected);
    for data_source in ["prometheus", "influxdb"] {
        let runs = json::one(&format!("{data_source}/runs.json"));
        let table = panels(&runs).find(|panel| panel["type"] == "table").unwrap();
        let link = text(&table["fieldConfig"]["overrides"][0]["properties"][0]["value"][0], "url").to_owned();
        for part in
            ["var-run_id=${__value.raw}", "from=${__data.fields.Start.numeric}", "to=${__data.fields.End.numeric}"]
        {
            assert!(link.contains(part), "{data_source}: {link}");
        }
    }
}
