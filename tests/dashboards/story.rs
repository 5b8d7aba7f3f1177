//! Each board tells a story: verdict, evidence, detail; and leads to the others with run and time.

use serde_json::json;

use crate::board::{self, list, panel, panels, text};

#[test]
fn boards_begin_with_their_verdict() {
    for file in board::all().iter().filter(|file| !file.path.ends_with("runs.json")) {
        let rows: Vec<&str> = list(&file.json, "panels")
            .iter()
            .filter(|panel| panel["type"] == "row")
            .map(|panel| text(panel, "title"))
            .collect();
        assert_eq!(rows[0], "Verdict", "{}", file.path);
        assert!(rows.len() >= 4, "{}: {rows:?}", file.path);
    }
}

/// `verdict_*` does not exist before an analysis exports it; until then the panel says so, and the evidence stands below.
#[test]
fn the_agents_verdict_is_shown_as_soon_as_it_exists() {
    for name in ["live", "soak", "spike", "stress", "generator"] {
        let prometheus = board::one(&format!("prometheus/{name}.json"));
        let shown = panel(&prometheus, "Verdict of the agent");
        let query = board::query_of(&shown["targets"][0]);
        assert_eq!(query, "last_over_time({__name__=~\"loadagent_verdict_.+\",run_id=\"$run_id\"}[$__range])");
        assert!(shown["fieldConfig"]["defaults"]["noValue"].is_string());
        let influx = board::one(&format!("influxdb/{name}.json"));
        let query = board::query_of(&panel(&influx, "Verdict of the agent")["targets"][0]);
        assert!(query.contains("FROM /^verdict_.+/"), "{query}");
    }
}

#[test]
fn boards_lead_to_each_other_with_run_and_time() {
    for file in board::all() {
        let link = &file.json["links"][0];
        assert_eq!((&link["includeVars"], &link["keepTime"]), (&true.into(), &true.into()), "{}", file.path);
        let tags = list(link, "tags");
        assert!(tags.iter().all(|tag| list(&file.json, "tags").contains(tag)), "{}", file.path);
        assert_eq!(tags, [json!("loadagent"), json!(file.path.split('/').next().unwrap())]);
    }
}

#[test]
fn stages_are_shaded_on_every_board_of_a_run() {
    for file in board::all() {
        let stages = list(&file.json["annotations"], "list").iter().find(|one| one["name"] == "Stages");
        assert_eq!(stages.is_some(), !file.path.ends_with("runs.json"), "{}", file.path);
        let Some(stages) = stages else { continue };
        assert!(board::query_of(stages).contains("stage_active"), "{}", file.path);
    }
}

#[test]
fn single_requests_are_linked_where_latency_is() {
    for name in ["live", "soak", "spike", "stress"] {
        let board = board::one(&format!("prometheus/{name}.json"));
        let marked =
            list(panel(&board, "Response time"), "targets").iter().filter(|one| one["exemplar"] == true).count();
        assert_eq!(marked, 1, "{name}: once is enough, the requests are the same");
    }
}

#[test]
fn the_compared_run_is_dashed_and_moved() {
    let board = board::one("prometheus/compare.json");
    let overlays = ["Response time", "Requests a second", "Failed requests", "Users"];
    for title in overlays {
        let panel = panel(&board, title);
        let dashed = &panel["fieldConfig"]["overrides"][0];
        assert_eq!(dashed["matcher"]["options"], "/^base .*/", "{title}");
        for target in list(panel, "targets") {
            let (legend, query) = (text(target, "legendFormat"), text(target, "expr"));
            assert_eq!(legend.starts_with("base "), query.contains("offset ${shift}s"), "{title}: {legend}");
            assert_eq!(legend.starts_with("base "), query.contains("$base_run_id"), "{title}: {legend}");
        }
    }
    assert_eq!(board::variable(&board, "shift")["hide"], 2);
    assert!(panels(&board).any(|panel| panel["title"] == "Profiles"), "runs of different profiles are told apart");
}

#[test]
fn only_boards_of_what_lasts_are_read_again() {
    for (name, refresh) in
        [("live", "5s"), ("spike", "5s"), ("generator", "5s"), ("soak", "1m"), ("compare", ""), ("runs", "")]
    {
        assert_eq!(board::one(&format!("prometheus/{name}.json"))["refresh"], refresh, "{name}");
    }
}
