//! The defects of k6's own boards, as read out of their JSON: none of them here. Numbered as they were found.

use loadagent::dashboard::Store;
use promql_parser::parser::Expr;
use serde_json::Value;

use crate::board::{self, list, panel, panels, text, variables};

fn first_query(board: &Value, title: &str) -> String {
    board::query_of(&panel(board, title)["targets"][0])
}

/// Quantiles come from the distribution of all series; an average of quantiles is no quantile.
#[test]
fn defect_01_percentiles_are_never_averaged() {
    for (place, query) in board::queries(Store::Prometheus) {
        for part in board::below(&board::parsed(&place, &query)) {
            if let Expr::Aggregate(one) = part {
                let inside = one.expr.to_string();
                assert!(!inside.contains("histogram_quantile"), "{place}: {part}");
            }
        }
        for wrong in ["_p99", "_p95", "avg(", "quantile("] {
            let plain = query.replace("histogram_quantile(", "").replace("histogram_avg(", "");
            let found = plain.contains(wrong);
            assert!(!found, "{place}: {wrong} in {query}");
        }
    }
    for (place, query) in board::queries(Store::Influx) {
        for percentile in ["p50", "p90", "p95", "p99", "p999"] {
            for field in [percentile.to_owned(), format!("total_{percentile}")] {
                assert!(!query.contains(&format!("mean(\"{field}\")")), "{place}: {query}");
                assert!(!query.contains(&format!("sum(\"{field}\")")), "{place}: {query}");
            }
        }
    }
    // Graphs of percentiles have no mean beside them.
    for file in board::all() {
        for panel in panels(&file.json) {
            assert!(!panel["options"]["legend"]["calcs"].to_string().contains("mean"), "{}", panel["title"]);
        }
    }
}

#[test]
fn defect_02_shares_are_not_rounded() {
    for (place, query) in board::queries(Store::Prometheus) {
        assert!(!query.contains("round(") && !query.contains("* 100 "), "{place}: {query}");
    }
    for file in board::all() {
        for panel in panels(&file.json).filter(|panel| panel["title"].as_str().unwrap().contains("Failed requests")) {
            let unit = &panel["fieldConfig"]["defaults"];
            assert_eq!(unit["unit"], "percentunit");
            assert!(unit.get("decimals").is_none(), "0.04 % would be told as 0 %");
        }
    }
}

/// What a panel is called is what it asks for.
#[test]
fn defect_03_legends_name_the_metric_that_is_asked() {
    let live = board::one("prometheus/live.json");
    let response = panel(&live, "Response time");
    for target in list(response, "targets") {
        assert!(text(target, "expr").contains("http_req_response_time_seconds"));
    }
    let both = list(panel(&live, "Response and service time, p99"), "targets");
    let asked: Vec<(&str, bool)> = both
        .iter()
        .map(|one| (text(one, "legendFormat"), text(one, "expr").contains("http_req_duration_seconds")))
        .collect();
    assert_eq!(asked, [("response time", false), ("service time", true)]);
    let phases = list(panel(&live, "Phases of a request, p95"), "targets");
    let words =
        [("waiting for a connection", "blocked"), ("waiting for the first byte", "waiting"), ("sending", "sending")];
    for (legend, metric) in words {
        let target = phases.iter().find(|target| text(target, "legendFormat") == legend).unwrap();
        assert!(text(target, "expr").contains(&format!("http_req_{metric}_seconds")), "{legend}");
    }
    let quantiles = [("p50", "(0.5,"), ("p90", "(0.9,"), ("p99", "(0.99,"), ("max", "(1,")];
    for (target, (legend, argument)) in list(response, "targets").iter().zip(quantiles) {
        assert_eq!(text(target, "legendFormat"), legend);
        assert!(text(target, "expr").contains(&format!("histogram_quantile{argument}")), "{legend}");
    }
}

#[test]
fn defect_04_a_peak_is_the_largest_point_of_a_graph() {
    for file in board::all() {
        let peaks = ["Peak rate", "Worst p99", "Most users at once", "Most wanted"];
        for panel in panels(&file.json).filter(|panel| peaks.contains(&text(panel, "title"))) {
            assert_eq!(panel["options"]["reduceOptions"]["calcs"], serde_json::json!(["max"]), "{}", file.path);
            let instant = &panel["targets"][0]["instant"];
            assert!(instant == false || instant.is_null(), "{}: one value has no largest", file.path);
        }
    }
}

#[test]
fn defect_05_dropped_iterations_are_a_total_and_a_rate() {
    let board = board::one("prometheus/generator.json");
    let total = first_query(&board, "Dropped iterations");
    let name = "loadagent_dropped_iterations_total";
    assert!(total.starts_with("(sum(last_over_time(") && total.contains(name), "{total}");
    let graph = panels(&board).filter(|panel| panel["title"] == "Dropped iterations").nth(1).unwrap();
    assert!(text(&graph["targets"][0], "expr").starts_with("sum by (scenario) (rate("));
}

#[test]
fn defect_06_transfer_is_summed_and_a_second() {
    for store in ["prometheus", "influxdb"] {
        let board = board::one(&format!("{store}/live.json"));
        assert_eq!(panel(&board, "Transfer")["fieldConfig"]["defaults"]["unit"], "binBps");
    }
    let query = first_query(&board::one("prometheus/live.json"), "Transfer");
    assert!(query.starts_with("sum(rate(loadagent_data_received_bytes_total{"), "{query}");
}

#[test]
fn defect_07_no_instant_rates() {
    for (place, query) in board::queries(Store::Prometheus) {
        assert!(!query.contains("irate") && !query.contains("idelta"), "{place}");
    }
}

#[test]
fn defect_08_one_run_at_a_time() {
    for file in board::all() {
        for variable in variables(&file.json).iter().filter(|one| text(one, "name").ends_with("run_id")) {
            assert_eq!((&variable["multi"], &variable["includeAll"]), (&false.into(), &false.into()), "{}", file.path);
            assert!(variable.get("allValue").is_none());
        }
    }
    for (place, query) in board::queries(Store::Prometheus) {
        assert!(!query.contains("run_id=~"), "{place}");
    }
}

#[test]
fn defect_09_values_of_labels_are_asked_of_one_cheap_metric() {
    for file in board::all() {
        for variable in variables(&file.json).iter().filter(|one| text(one, "name").ends_with("run_id")) {
            assert!(board::asked(variable).contains("run_info"), "{}", file.path);
        }
        for variable in variables(&file.json).iter().filter(|one| board::asked(one).starts_with("label_values(")) {
            assert!(board::asked(variable).starts_with("label_values(loadagent_"), "{}", file.path);
        }
    }
}

/// The last sample vanishes five minutes after the run.
#[test]
fn defect_10_totals_are_still_there_when_the_run_is_over() {
    let live = board::one("prometheus/live.json");
    for title in ["Requests", "Failed", "p99 of the run", "Dropped iterations", "Checks passed"] {
        let query = first_query(&live, title);
        assert!(query.contains("last_over_time(") && query.contains("[$__range]"), "{title}: {query}");
    }
    for (place, query) in board::queries(Store::Prometheus) {
        let expr = board::parsed(&place, &query);
        let bare = board::below(&expr).into_iter().any(|part| matches!(part, Expr::VectorSelector(_)));
        let stat = place.contains("\"Sinks\"") || place.contains("\"Steps\"");
        assert!(!(bare && stat && !query.contains("timestamp(")), "{place}: {query}");
    }
}

/// Columns of tables need nothing that has to be switched on in the exporter.
#[test]
fn defect_11_tables_ask_only_for_what_is_always_there() {
    for path in ["prometheus/live.json", "influxdb/live.json"] {
        let table = board::one(path);
        let targets = list(panel(&table, "Steps"), "targets");
        assert_eq!(targets.len(), 7, "{path}");
    }
    for (place, query) in board::queries(Store::Prometheus) {
        for name in board::metrics(&board::parsed(&place, &query)) {
            let gauge =
                ["_p50", "_p90", "_p95", "_p99", "_min", "_max", "_avg", "_med"].iter().any(|end| name.ends_with(end));
            assert!(!gauge || name == "loadagent_vus_max", "{place}: {name}");
        }
    }
}

/// Grafana takes 15 s where nobody says better, and smears a spike over a minute: stages are shaded by the push interval.
#[test]
fn defect_12_stages_of_short_tests_are_shaded_by_the_push_interval() {
    for (name, step) in [("spike", "1s"), ("stress", "1s"), ("live", "5s"), ("soak", "1m")] {
        let board = board::one(&format!("prometheus/{name}.json"));
        assert_eq!(board["annotations"]["list"][1]["step"], step, "{name}");
    }
}

#[test]
fn defect_13_units_are_grafanas_and_no_percent_sign() {
    for file in board::all() {
        assert!(!file.text().contains("\"unit\": \"%\""), "{}", file.path);
        for panel in panels(&file.json).filter(|panel| panel["type"] != "text") {
            assert!(panel["fieldConfig"]["defaults"]["unit"].is_string(), "{}: {}", file.path, panel["title"]);
        }
    }
}

/// Nothing hangs on a switch of the server: the one expression reads both kinds of histograms.
#[test]
fn defect_14_one_expression_serves_native_classic_and_vmrange() {
    let mut quantiles = 0;
    for (place, query) in
        board::queries(Store::Prometheus).iter().filter(|(_, query)| query.contains("histogram_quantile"))
    {
        quantiles += 1;
        let expr = board::parsed(place, query);
        let names = board::metrics(&expr);
        let (buckets, native): (Vec<_>, Vec<_>) = names
            .iter()
            .filter(|name| name.contains("_seconds") && !name.ends_with("_sum") && !name.ends_with("_count"))
            .filter(|name| !name.ends_with("_total"))
            .partition(|name| name.ends_with("_bucket"));
        let half: Vec<String> = buckets.iter().map(|name| name.trim_end_matches("_bucket").to_owned()).collect();
        let native: Vec<String> = native.into_iter().cloned().collect();
        let has_mean = query.contains("histogram_avg");
        assert!(half == native || has_mean, "{place}: {half:?} but {native:?}");
        assert!(query.contains("by (le, vmrange"), "{place}: {query}");
        assert!(query.contains(" or histogram_quantile("), "{place}: {query}");
    }
    assert!(quantiles > 50, "{quantiles}");
    for (place, query) in board::queries(Store::Prometheus) {
        for wrong in
            ["histogram_count(", "histogram_sum(", "histogram_fraction(", "mad_over_time", "double_exponential"]
        {
            assert!(!query.contains(wrong), "{place}: not every store has {wrong}…)");
        }
    }
}
