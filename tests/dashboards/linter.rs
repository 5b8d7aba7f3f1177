//! The rules of Grafana's dashboard linter. Exceptions for pushed metrics have a reason.
//!
//! Left out: `job` and `instance` variables and matchers (pushed metrics have none; a test requires `run_id` in every query
//! instead), and the rules for logs, which no dashboard reads.

use loadagent::testing::{
    dashboard::DataSource,
    metric::{Kind, catalogue},
};
use promql_parser::parser::{self, Expr};

use crate::json::{self, list, panels, text, variables};

#[test]
fn the_data_source_is_a_variable_and_everything_refers_to_it() {
    for file in json::all() {
        let first = &variables(&file.json)[0];
        let as_str = file.path.split('/').next().unwrap();
        assert_eq!(
            (&first["name"], &first["type"], &first["query"]),
            (&"datasource".into(), &"datasource".into(), &as_str.into())
        );
        assert_eq!(first["label"], "Data source");
        let expected = serde_json::json!({"type": as_str, "uid": "${datasource}"});
        for panel in panels(&file.json).filter(|panel| panel["type"] != "text") {
            assert_eq!(panel["datasource"], expected, "{}: {}", file.path, panel["title"]);
            list(panel, "targets").iter().for_each(|target| assert_eq!(target["datasource"], expected));
        }
        for variable in variables(&file.json).iter().filter(|variable| variable["type"] == "query") {
            assert_eq!(variable["datasource"], expected);
        }
        for one in list(&file.json["annotations"], "list").iter().filter(|one| one["builtIn"] != 1) {
            assert_eq!(one["datasource"], expected);
        }
    }
}

#[test]
fn query_variables_refresh_when_the_time_range_changes() {
    for file in json::all() {
        for variable in variables(&file.json).iter().filter(|variable| variable["type"] == "query") {
            assert_eq!(variable["refresh"], 2, "{}: {}", file.path, variable["name"]);
        }
    }
}

#[test]
fn variables_in_promql_can_be_read() {
    for file in json::of(DataSource::Prometheus) {
        for variable in variables(&file.json).iter().filter(|variable| variable["type"] == "query") {
            let place = format!("{}: {}", file.path, variable["name"]);
            let words = json::query_text(variable);
            let inner = words.strip_suffix(')').unwrap();
            let expression = match inner.strip_prefix("query_result(") {
                Some(expression) => expression,
                None => inner.strip_prefix("label_values(").unwrap().rsplit_once(", ").unwrap().0,
            };
            drop(json::parsed(&place, expression));
        }
    }
}

#[test]
fn panels_have_a_title_and_a_description() {
    for file in json::all() {
        for panel in panels(&file.json) {
            assert!(!text(panel, "title").is_empty(), "{}", file.path);
            assert!(text(panel, "description").len() > 15, "{}: {}", file.path, panel["title"]);
        }
    }
}

#[test]
fn panels_have_a_unit_that_grafana_knows() {
    let known = ["short", "s", "ms", "bytes", "binBps", "percentunit", "reqps", "cps", "dateTimeAsIso", "h"];
    for file in json::all() {
        for panel in panels(&file.json).filter(|panel| panel["type"] != "text") {
            let unit = text(&panel["fieldConfig"]["defaults"], "unit");
            assert!(known.contains(&unit), "{}: {} has the unit `{unit}`", file.path, panel["title"]);
            for property in list(&panel["fieldConfig"], "overrides").iter().flat_map(|one| list(one, "properties")) {
                assert!(property["id"] != "unit" || known.contains(&text(property, "value")), "{}", panel["title"]);
            }
        }
    }
}

#[test]
fn panels_have_at_least_one_query() {
    for file in json::all() {
        for panel in panels(&file.json).filter(|panel| panel["type"] != "text") {
            let targets = list(panel, "targets");
            assert!(!targets.is_empty(), "{}: {}", file.path, panel["title"]);
            assert!(targets.iter().all(|target| !json::query_of(target).is_empty()), "{}", panel["title"]);
        }
    }
}

#[test]
fn promql_can_be_read() {
    let queries = json::queries(DataSource::Prometheus);
    assert!(queries.len() > 200, "{}", queries.len());
    queries.iter().for_each(|(place, query)| drop(json::parsed(place, query)));
}

/// `$__rate_interval`, except for the window variable of soak and spike.
#[test]
fn rates_reach_over_the_rate_interval() {
    for (place, query) in json::queries(DataSource::Prometheus) {
        for function in ["rate(", "increase("] {
            for (at, _) in query.match_indices(function) {
                let range = query[at..].split('[').nth(1).unwrap().split(']').next().unwrap();
                let windowed =
                    ["soak", "spike"].iter().any(|dashboard| place.contains(dashboard)) && range == "$window";
                assert!(range == "$__rate_interval" || windowed, "{place}: {function}…[{range}]");
            }
        }
        assert!(!query.contains("irate("), "{place}");
    }
}

#[test]
fn counters_are_summed_never_shown_raw() {
    let counters: Vec<String> = catalogue::ALL
        .iter()
        .filter(|metric| matches!(metric.kind, Kind::Counter | Kind::Rate))
        .map(|metric| loadagent::testing::output::naming::exported_name("loadagent_", metric))
        .collect();
    for (place, query) in json::queries(DataSource::Prometheus) {
        let expr = json::parsed(&place, &query);
        for part in json::below(&expr) {
            if let Expr::VectorSelector(one) = part {
                let name = one.name.clone().unwrap_or_default();
                assert!(!counters.contains(&name), "{place}: {name} is read without rate or total");
            }
        }
        let summed = json::below(&expr).into_iter().any(|part| matches!(part, Expr::Aggregate(_)));
        let reads_counter = json::metrics(&expr).iter().any(|name| counters.contains(name));
        assert!(summed || !reads_counter, "{place}: not summed");
    }
}

#[test]
fn dashboards_can_not_be_edited_in_place() {
    for file in json::all() {
        assert_eq!(file.json["editable"], false, "{}", file.path);
    }
}

/// In place of the linter's `job` and `instance`.
#[test]
fn every_query_but_the_list_of_runs_selects_one_run() {
    for (place, query) in json::queries(DataSource::Prometheus) {
        if place.starts_with("prometheus/runs.json") || query.contains("$sut") {
            continue;
        }
        for part in json::below(&json::parsed(&place, &query)) {
            let selector = match part {
                Expr::VectorSelector(one) => one,
                Expr::MatrixSelector(parser::MatrixSelector { vs, .. }) => vs,
                _ => continue,
            };
            let asks = selector.matchers.matchers.iter().any(|matcher| matcher.name == "run_id");
            assert!(asks, "{place}: {selector}");
        }
    }
    for (place, query) in json::queries(DataSource::InfluxDb) {
        if !place.starts_with("influxdb/runs.json") {
            assert_eq!(query.matches(" FROM \"").count(), query.matches("run_id\" = '$").count(), "{place}: {query}");
        }
    }
}
