//! Grafana's classic format: no key that Grafana does not know.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::json::{self, list, panels, text};

#[test]
fn dashboards_are_classic_and_nothing_of_the_newer_schema() {
    for file in json::all() {
        let dashboard = &file.json;
        assert_eq!(dashboard["schemaVersion"], 42, "{}", file.path);
        for key in ["apiVersion", "kind", "spec", "elements", "layout", "__inputs", "__requires", "id", "version"] {
            assert!(dashboard.get(key).is_none(), "{} has `{key}`", file.path);
        }
        assert!(!file.text().contains("libraryPanel"), "{}", file.path);
    }
}

#[test]
fn identities_are_fixed_readable_and_unique() {
    let mut seen = BTreeSet::new();
    for file in json::all() {
        let uid = text(&file.json, "uid").to_owned();
        let readable = uid.chars().all(|c| c.is_ascii_lowercase() || c == '-');
        assert!(readable && uid.starts_with("loadagent-") && uid.len() <= 40, "{uid}");
        assert!(seen.insert(uid), "{} has another dashboard's uid", file.path);
        assert!(seen.insert(text(&file.json, "title").to_owned()), "{} has another dashboard's title", file.path);
    }
}

#[test]
fn panels_have_numbers_and_queries_letters_of_their_own() {
    for file in json::all() {
        let mut numbers = BTreeSet::new();
        for panel in list(&file.json, "panels") {
            assert!(numbers.insert(panel["id"].as_u64().unwrap()), "{}: id {}", file.path, panel["id"]);
            let mut letters = BTreeSet::new();
            for target in list(panel, "targets") {
                assert!(letters.insert(text(target, "refId")), "{}: {}", file.path, panel["title"]);
            }
        }
    }
}

#[test]
fn boxes_stay_on_the_grid_and_do_not_overlap() {
    for file in json::all() {
        let mut taken = BTreeSet::new();
        for panel in list(&file.json, "panels") {
            let side = |key: &str| panel["gridPos"][key].as_u64().unwrap();
            assert!(side("x") + side("w") <= 24 && side("w") > 0 && side("h") > 0, "{}", panel["title"]);
            for x in side("x")..side("x") + side("w") {
                for y in side("y")..side("y") + side("h") {
                    assert!(taken.insert((x, y)), "{}: {} overlaps at {x}, {y}", file.path, panel["title"]);
                }
            }
        }
    }
}

/// The keys of Grafana's classic schema that these dashboards use: Grafana ignores a misspelt key silently.
#[test]
fn keys_are_those_that_grafana_knows() {
    let dashboard_keys = "uid title description tags schemaVersion editable graphTooltip timezone fiscalYearStartMonth weekStart \
                      preload refresh time timepicker links templating annotations panels";
    let panel_keys =
        "id type title description gridPos datasource targets fieldConfig options transformations collapsed panels";
    let target_keys = "datasource editorMode expr format instant range legendFormat refId exemplar alias query rawQuery \
                       resultFormat";
    let variable_keys = "name label description hide type query regex current options refresh multi includeAll allValue \
                         datasource sort";
    let defaults_keys = "unit thresholds noValue max min color custom mappings";
    for file in json::all() {
        known(&file.path, &file.json, dashboard_keys);
        for panel in list(&file.json, "panels") {
            known(&file.path, panel, panel_keys);
            known(&file.path, &panel["fieldConfig"]["defaults"], defaults_keys);
            list(panel, "targets").iter().for_each(|target| known(&file.path, target, target_keys));
        }
        json::variables(&file.json).iter().for_each(|variable| known(&file.path, variable, variable_keys));
    }
}

fn known(path: &str, json: &Value, keys: &str) {
    let keys: Vec<&str> = keys.split_whitespace().collect();
    for key in json.as_object().into_iter().flat_map(|object| object.keys()) {
        assert!(keys.contains(&key.as_str()), "{path}: Grafana has no key `{key}` there");
    }
}

#[test]
fn panels_are_of_types_that_grafana_still_has() {
    let types = ["timeseries", "stat", "table", "heatmap", "state-timeline", "xychart", "text"];
    for file in json::all() {
        for panel in panels(&file.json) {
            assert!(types.contains(&text(panel, "type")), "{}: {}", file.path, panel["type"]);
        }
    }
}

#[test]
fn everything_that_is_referred_to_by_name_is_there() {
    for file in json::all() {
        for panel in panels(&file.json) {
            let place = format!("{}: {}", file.path, panel["title"]);
            let legends: Vec<String> = list(panel, "targets").iter().map(legend).collect();
            for series in list(&panel["options"], "series") {
                let y = text(&series["y"]["matcher"], "options");
                assert!(legends.iter().any(|legend| legend == y), "{place}: the y axis `{y}` has no target");
            }
            let text = panel.to_string();
            for step in list(panel, "transformations") {
                for name in step["options"]["renameByName"].as_object().into_iter().flat_map(|names| names.keys()) {
                    let letter = name.strip_prefix("Value #");
                    let asked = list(panel, "targets").iter().any(|target| Some(json::text(target, "refId")) == letter);
                    // A column that this data source can't answer is left out.
                    let elsewhere = file.path.starts_with("influxdb");
                    assert!(asked || name == "Time" || elsewhere, "{place}: `{name}` in {text}");
                }
            }
        }
    }
}

fn legend(target: &Value) -> String {
    let legend = if target["legendFormat"].is_string() { text(target, "legendFormat") } else { text(target, "alias") };
    legend.to_owned()
}
