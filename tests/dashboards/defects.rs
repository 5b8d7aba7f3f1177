//! Defects found in the JSON of k6's official dashboards; a test each shows that these dashboards don't have them.

use loadagent::testing::dashboard::DataSource;
use promql_parser::parser::Expr;
use serde_json::Value;

use crate::json::{self, list, panel, panels, text, variables};

fn first_query(dashboard: &Value, title: &str) -> String {
    json::query_of(&panel(dashboard, title)["targets"][0])
}

/// Quantiles come from merged histograms; an average of quantiles is not a quantile.
#[test]
fn defect_01_percentiles_are_never_averaged() {
    for (place, query) in json::queries(DataSource::Prometheus) {
        for part in json::below(&json::parsed(&place, &query)) {
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
    for (place, query) in json::queries(DataSource::InfluxDb) {
        for percentile in ["p50", "p90", "p95", "p99", "p999"] {
            for field in [percentile.to_owned(), format!("total_{percentile}")] {
                assert!(!query.contains(&format!("mean(\"{field}\")")), "{place}: {query}");
                assert!(!query.contains(&format!("sum(\"{field}\")")), "{place}: {query}");
            }
        }
    }
    // Graphs of percentiles show no mean.
    for file in json::all() {
        for panel in panels(&file.json) {
            assert!(!panel["options"]["legend"]["calcs"].to_string().contains("mean"), "{}", panel["title"]);
        }
    }
}

#[test]
fn defect_02_shares_are_not_rounded() {
    for (place, query) in json::queries(DataSource::Prometheus) {
        assert!(!query.contains("round(") && !query.contains("* 100 "), "{place}: {query}");
    }
    for file in json::all() {
        for panel in panels(&file.json).filter(|panel| panel["title"].as_str().unwrap().contains("Failed requests")) {
            let unit = &panel["fieldConfig"]["defaults"];
            assert_eq!(unit["unit"], "percentunit");
            assert!(unit.get("decimals").is_none(), "0.04 % would be shown as 0 %");
        }
    }
}

/// A legend matches its query.
#[test]
fn defect_03_legends_name_the_queried_metric() {
    let live = json::one("prometheus/live.json");
    let response = panel(&live, "Response time");
    for target in list(response, "targets") {
        assert!(text(target, "expr").contains("http_req_response_time_seconds"));
    }
    let both = list(panel(&live, "Response and service time, p99"), "targets");
    let query_text: Vec<(&str, bool)> = both
        .iter()
        .map(|one| (text(one, "legendFormat"), text(one, "expr").contains("http_req_duration_seconds")))
        .collect();
    assert_eq!(query_text, [("response time", false), ("service time", true)]);
    let phases = list(panel(&live, "Request phases, p95"), "targets");
    let words = [("blocked", "blocked"), ("waiting (TTFB)", "waiting"), ("sending", "sending")];
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
    for file in json::all() {
        let peaks = ["Peak rate", "Peak p99", "Peak virtual users", "Peak target rate"];
        for panel in panels(&file.json).filter(|panel| peaks.contains(&text(panel, "title"))) {
            assert_eq!(panel["options"]["reduceOptions"]["calcs"], serde_json::json!(["max"]), "{}", file.path);
            let instant = &panel["targets"][0]["instant"];
            assert!(instant == false || instant.is_null(), "{}: one value has no largest", file.path);
        }
    }
}

#[test]
fn defect_05_dropped_iterations_are_a_total_and_a_rate() {
    let dashboard = json::one("prometheus/generator.json");
    let total = first_query(&dashboard, "Dropped iterations");
    let name = "loadagent_dropped_iterations_total";
    assert!(total.starts_with("(sum(last_over_time(") && total.contains(name), "{total}");
    let graph = panels(&dashboard).filter(|panel| panel["title"] == "Dropped iterations").nth(1).unwrap();
    assert!(text(&graph["targets"][0], "expr").starts_with("sum by (scenario) (rate("));
}

#[test]
fn defect_06_transfer_is_summed_and_a_second() {
    for data_source in ["prometheus", "influxdb"] {
        let dashboard = json::one(&format!("{data_source}/live.json"));
        assert_eq!(panel(&dashboard, "Transfer")["fieldConfig"]["defaults"]["unit"], "binBps");
    }
    let query = first_query(&json::one("prometheus/live.json"), "Transfer");
    assert!(query.starts_with("sum(rate(loadagent_data_received_bytes_total{"), "{query}");
}

#[test]
fn defect_07_no_instant_rates() {
    for (place, query) in json::queries(DataSource::Prometheus) {
        assert!(!query.contains("irate") && !query.contains("idelta"), "{place}");
    }
}

#[test]
fn defect_08_one_run_at_a_time() {
    for file in json::all() {
        for variable in variables(&file.json).iter().filter(|one| text(one, "name").ends_with("run_id")) {
            assert_eq!((&variable["multi"], &variable["includeAll"]), (&false.into(), &false.into()), "{}", file.path);
            assert!(variable.get("allValue").is_none());
        }
    }
    for (place, query) in json::queries(DataSource::Prometheus) {
        assert!(!query.contains("run_id=~"), "{place}");
    }
}

#[test]
fn defect_09_label_values_come_from_one_cheap_metric() {
    for file in json::all() {
        for variable in variables(&file.json).iter().filter(|one| text(one, "name").ends_with("run_id")) {
            assert!(json::query_text(variable).contains("run_info"), "{}", file.path);
        }
        for variable in variables(&file.json).iter().filter(|one| json::query_text(one).starts_with("label_values(")) {
            assert!(json::query_text(variable).starts_with("label_values(loadagent_"), "{}", file.path);
        }
    }
}

/// The last sample vanishes five minutes after the run.
#[test]
fn defect_10_totals_are_still_there_when_the_run_is_over() {
    let live = json::one("prometheus/live.json");
    for title in ["Requests", "Failed", "p99, whole run", "Dropped iterations", "Checks passed"] {
        let query = first_query(&live, title);
        assert!(query.contains("last_over_time(") && query.contains("[$__range]"), "{title}: {query}");
    }
    for (place, query) in json::queries(DataSource::Prometheus) {
        let expr = json::parsed(&place, &query);
        let bare = json::below(&expr).into_iter().any(|part| matches!(part, Expr::VectorSelector(_)));
        let stat = place.contains("\"Outputs\"") || place.contains("\"Steps\"");
        assert!(!(bare && stat && !query.contains("timestamp(")), "{place}: {query}");
    }
}

/// Table columns need no optional export setting.
#[test]
fn defect_11_tables_need_no_optional_metric() {
    for path in ["prometheus/live.json", "influxdb/live.json"] {
        let table = json::one(path);
        let targets = list(panel(&table, "Steps"), "targets");
        assert_eq!(targets.len(), 7, "{path}");
    }
    for (place, query) in json::queries(DataSource::Prometheus) {
        for name in json::metrics(&json::parsed(&place, &query)) {
            let gauge =
                ["_p50", "_p90", "_p95", "_p99", "_min", "_max", "_avg", "_med"].iter().any(|end| name.ends_with(end));
            assert!(!gauge || name == "loadagent_vus_max", "{place}: {name}");
        }
    }
}

/// Grafana's default step of 15 s would blur a spike: the step of stage annotations is the push interval.
#[test]
fn defect_12_stages_of_short_tests_are_shaded_by_the_push_interval() {
    for (name, step) in [("spike", "1s"), ("stress", "1s"), ("live", "5s"), ("soak", "1m")] {
        let dashboard = json::one(&format!("prometheus/{name}.json"));
        assert_eq!(dashboard["annotations"]["list"][1]["step"], step, "{name}");
    }
}

#[test]
fn defect_13_units_are_grafanas_and_no_percent_sign() {
    for file in json::all() {
        assert!(!file.text().contains("\"unit\": \"%\""), "{}", file.path);
        for panel in panels(&file.json).filter(|panel| panel["type"] != "text") {
            assert!(panel["fieldConfig"]["defaults"]["unit"].is_string(), "{}: {}", file.path, panel["title"]);
        }
    }
}

/// One expression reads native and classic histograms; no server setting is needed.
#[test]
fn defect_14_one_expression_serves_native_classic_and_vmrange() {
    let mut quantiles = 0;
    for (place, query) in
        json::queries(DataSource::Prometheus).iter().filter(|(_, query)| query.contains("histogram_quantile"))
    {
        quantiles += 1;
        let expr = json::parsed(place, query);
        let names = json::metrics(&expr);
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
    for (place, query) in json::queries(DataSource::Prometheus) {
        for wrong in
            ["histogram_count(", "histogram_sum(", "histogram_fraction(", "mad_over_time", "double_exponential"]
        {
            assert!(!query.contains(wrong), "{place}: not every database has {wrong}…)");
        }
    }
}
