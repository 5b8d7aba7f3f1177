//! What users complain about with other tools' boards, each as a test.

use loadagent::dashboard::{Address, Store, Topic};
use serde_json::json;

use crate::board::{self, panel, panels, text, variables};

/// Totals and percentiles of the run are the summary's: from what the agent folded, not from what Grafana reduces.
#[test]
fn numbers_are_those_of_the_summary() {
    for (name, total) in [("prometheus", "last_over_time("), ("influxdb", "last(\"total")] {
        let live = board::one(&format!("{name}/live.json"));
        for title in ["Requests", "Failed", "p99 of the run", "Dropped iterations", "Checks passed"] {
            let panel = panel(&live, title);
            assert!(board::query_of(&panel["targets"][0]).contains(total), "{name}: {title}");
            assert_eq!(panel["options"]["reduceOptions"]["calcs"], json!(["lastNotNull"]), "{name}: {title}");
        }
    }
}

/// Nothing that has to be set by hand before a board shows anything: the run is on every series.
#[test]
fn no_optional_label_is_needed() {
    for (place, query) in board::queries(Store::Prometheus) {
        assert!(!query.contains("testid"), "{place}");
    }
    for file in board::all() {
        for variable in variables(&file.json).iter().filter(|one| one["type"] == "custom" || one["type"] == "textbox") {
            assert!(!text(variable, "query").is_empty(), "{}: {} has no default", file.path, variable["name"]);
            assert!(variable["current"]["value"].is_string(), "{}: {}", file.path, variable["name"]);
        }
    }
}

/// Two runs never share a line.
#[test]
fn counters_do_not_fall_between_runs() {
    for (place, query) in board::queries(Store::Prometheus).iter().filter(|(place, _)| place.contains("runs.json")) {
        assert!(query.contains("by (run_id") || place.contains("Running now"), "{place}: {query}");
    }
}

/// A board needs its own data source and no other, and no placeholder that only an import by hand fills.
#[test]
fn no_data_source_that_nobody_has() {
    for file in board::all() {
        assert!(!file.text().contains("${DS_"), "{}", file.path);
        let other = if file.path.starts_with("influxdb") { "\"prometheus\"," } else { "\"influxdb\"," };
        assert!(!file.text().contains(&format!("\"type\": {other}")), "{}", file.path);
    }
}

/// A copy that was imported long ago says so: identities stay, and what is provisioned replaces it.
#[test]
fn copies_are_replaced_not_doubled() {
    let of = |store| Topic::ALL.map(|topic| topic.uid(store));
    let expected = ["live", "soak", "spike", "stress", "compare", "generator", "runs"];
    assert_eq!(of(Store::Prometheus), expected.map(|word| format!("loadagent-{word}")));
    assert_eq!(of(Store::Influx), expected.map(|word| format!("loadagent-{word}-influx")));
}

/// The board opens at the time of the run: from the address that `run` prints, and from the list of runs.
#[test]
fn boards_zoom_to_the_run_by_themselves() {
    let address = Address {
        grafana: "http://localhost:3000",
        store: Store::Influx,
        topic: Topic::of_kind(Some("spike")),
        run_id: "20260101-000000-abcd",
        from_ms: 1_000_000,
        to_ms: Some(2_000_000),
    };
    let expected =
        "http://localhost:3000/d/loadagent-spike-influx?var-run_id=20260101%2D000000%2Dabcd&from=995000&to=2005000";
    assert_eq!(address.url(), expected);
    for store in ["prometheus", "influxdb"] {
        let runs = board::one(&format!("{store}/runs.json"));
        let table = panels(&runs).find(|panel| panel["type"] == "table").unwrap();
        let link = text(&table["fieldConfig"]["overrides"][0]["properties"][0]["value"][0], "url").to_owned();
        for part in
            ["var-run_id=${__value.raw}", "from=${__data.fields.Begin.numeric}", "to=${__data.fields.End.numeric}"]
        {
            assert!(link.contains(part), "{store}: {link}");
        }
    }
}
