//! What a reader took for something else: units, words, nameless lines and bounds. Numbers are proved by promtool
//! (`scripts/stack/expressions.py`), over series of known answers.

use loadagent::{
    analysis::validity::{MAX_DROPPED, MAX_LAG_P99, MAX_SOCKETLESS},
    dashboard::Store,
};
use serde_json::json;

use crate::board::{self, asked, list, panel, panels, text, variable, variables};

/// Where answers have several units, each has its own: p99 is not a number of requests.
#[test]
fn a_second_axis_has_its_own_unit() {
    for (store, unit) in [("prometheus", "s"), ("influxdb", "ms")] {
        let stress = board::one(&format!("{store}/stress.json"));
        let config = &panel(&stress, "p99 over achieved rate")["fieldConfig"];
        assert_eq!(config["defaults"]["unit"], "reqps");
        let own = json!({"matcher": {"id": "byName", "options": "p99"}, "properties": [{"id": "unit", "value": unit}]});
        assert_eq!(list(config, "overrides"), [own], "{store}");
        let one_unit = &panel(&stress, "Achieved over wanted rate")["fieldConfig"];
        assert!(list(one_unit, "overrides").is_empty(), "{store}");
    }
}

/// Counters of failures stand at zero for requests that did not fail, under no class.
#[test]
fn every_class_of_failures_has_a_name() {
    let mut found = 0;
    for file in board::all() {
        for panel in panels(&file.json).filter(|panel| panel["title"] == "Failures by class") {
            let query = board::query_of(&panel["targets"][0]);
            let (named, expected) = if file.path.starts_with("prometheus") {
                ("error_class!=\"\"", "error_class!=\"limited\"")
            } else {
                ("\"error_class\" != ''", "\"error_class\" != 'limited'")
            };
            assert!(query.contains(named) && query.contains(expected), "{}: {query}", file.path);
            found += 1;
        }
    }
    assert_eq!(found, 8, "of live, soak, spike and stress, in both stores");
}

/// What the panel calls trustworthy is what the run's verdict does.
#[test]
fn trustworthy_takes_the_bounds_of_the_verdict_and_says_it_in_words() {
    let generator = board::one("prometheus/generator.json");
    let shown = panel(&generator, "Trustworthy");
    let query = board::query_of(&shown["targets"][0]);
    for bound in [
        format!(") * {MAX_DROPPED})"),
        format!(") * {MAX_SOCKETLESS})"),
        format!(") or vector(0)) <= bool {}", MAX_LAG_P99.as_secs_f64()),
    ] {
        assert!(query.contains(&bound), "no {bound} in {query}");
    }
    let words = &shown["fieldConfig"]["defaults"]["mappings"][0]["options"];
    assert_eq!((text(&words["0"], "text"), text(&words["1"], "text")), ("no", "yes"));
    let late = &panel(&generator, "Lateness, p99")["fieldConfig"]["defaults"]["thresholds"]["steps"][1];
    assert_eq!(late["value"], MAX_LAG_P99.as_secs_f64());
}

/// Windows are counted from moments that are right to a second, whatever the resolution of a long run.
#[test]
fn begin_and_end_are_looked_for_second_by_second() {
    for file in board::of(Store::Prometheus) {
        for moment in ["began", "ended"] {
            let known = variables(&file.json).iter().any(|one| one["name"] == moment);
            assert_eq!(known, file.text().contains(&format!("${{{moment}}}")), "{}: {moment}", file.path);
            if known {
                let fine = format!("[10m:1s] @ ${{about_{moment}}} offset -5m)");
                let query = asked(variable(&file.json, moment));
                assert!(query.contains(&fine), "{}: {query}", file.path);
            }
        }
    }
}

/// Ramps, and windows that are leaving the run, are not unsteady load.
#[test]
fn steadiness_is_that_of_steady_windows() {
    let soak = board::one("prometheus/soak.json");
    for title in
        ["Unsteadiness", "p99 grows an hour", "Failures grow an hour", "Hours to the objective", "Delivered share"]
    {
        let query = board::query_of(&panel(&soak, title)["targets"][0]);
        let run =
            "on () (loadagent_run_info{run_id=\"$run_id\"} offset $warmup) and on () (vector(time()) <= ${ended})";
        assert!(query.contains(run), "{title}: {query}");
    }
    let delivered = board::query_of(&panel(&soak, "Delivered share")["targets"][0]);
    assert_eq!(delivered.matches("[$window]").count(), 2, "both of the same window: {delivered}");
}
