//! Each dashboard has a summary first, and links to the others with run and time range.

use serde_json::json;

use crate::json::{self, list, panel, panels, text};

#[test]
fn dashboards_begin_with_their_summary() {
    for file in json::all().iter().filter(|file| !file.path.ends_with("runs.json")) {
        let rows: Vec<&str> = list(&file.json, "panels")
            .iter()
            .filter(|panel| panel["type"] == "row")
            .map(|panel| text(panel, "title"))
            .collect();
        assert_eq!(rows[0], "Summary", "{}", file.path);
        assert!(rows.len() >= 4, "{}: {rows:?}", file.path);
    }
}

#[test]
fn dashboards_link_to_each_other_with_run_and_time() {
    for file in json::all() {
        let link = &file.json["links"][0];
        assert_eq!((&link["includeVars"], &link["keepTime"]), (&true.into(), &true.into()), "{}", file.path);
        let tags = list(link, "tags");
        assert!(tags.iter().all(|tag| list(&file.json, "tags").contains(tag)), "{}", file.path);
        assert_eq!(tags, [json!("loadagent"), json!(file.path.split('/').next().unwrap())]);
    }
}

#[test]
fn stages_are_shaded_on_every_dashboard_of_a_run() {
    for file in json::all() {
        let stages = list(&file.json["annotations"], "list").iter().find(|one| one["name"] == "Stages");
        assert_eq!(stages.is_some(), !file.path.ends_with("runs.json"), "{}", file.path);
        let Some(stages) = stages else { continue };
        assert!(json::query_of(stages).contains("stage_active"), "{}", file.path);
    }
}

#[test]
fn single_requests_are_linked_where_latency_is() {
    for name in ["live", "soak", "spike", "stress"] {
        let dashboard = json::one(&format!("prometheus/{name}.json"));
        let marked =
            list(panel(&dashboard, "Response time"), "targets").iter().filter(|one| one["exemplar"] == true).count();
        assert_eq!(marked, 1, "{name}: once is enough, the requests are the same");
    }
}

#[test]
fn the_compared_run_is_dashed_and_moved() {
    let dashboard = json::one("prometheus/compare.json");
    let overlays = ["Response time", "Request rate", "Failed requests", "Virtual users"];
    for title in overlays {
        let panel = panel(&dashboard, title);
        let dashed = &panel["fieldConfig"]["overrides"][0];
        assert_eq!(dashed["matcher"]["options"], "/^baseline .*/", "{title}");
        for target in list(panel, "targets") {
            let (legend, query) = (text(target, "legendFormat"), text(target, "expr"));
            assert_eq!(legend.starts_with("baseline "), query.contains("offset ${shift}s"), "{title}: {legend}");
            assert_eq!(legend.starts_with("baseline "), query.contains("$base_run_id"), "{title}: {legend}");
        }
    }
    assert_eq!(json::variable(&dashboard, "shift")["hide"], 2);
    assert!(panels(&dashboard).any(|panel| panel["title"] == "Profiles"), "a panel shows whether profiles differ");
}

#[test]
fn only_dashboards_of_runs_in_progress_refresh() {
    for (name, refresh) in
        [("live", "5s"), ("spike", "5s"), ("generator", "5s"), ("soak", "1m"), ("compare", ""), ("runs", "")]
    {
        assert_eq!(json::one(&format!("prometheus/{name}.json"))["refresh"], refresh, "{name}");
    }
}
