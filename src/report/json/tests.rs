//! The schema: every summary fits it, and it is closed.

use serde_json::json;

use super::*;
use crate::report::tests::{hostile_summary, summary};

fn errors(summary: &Json) -> Vec<String> {
    let validator = jsonschema::validator_for(&serde_json::from_str(SCHEMA).unwrap()).unwrap();
    validator.iter_errors(summary).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

#[test]
fn summaries_fit_the_schema() {
    for summary in [summary(), hostile_summary("{\"a\":1}\u{0}")] {
        assert_eq!(errors(&render(&summary, Terminals::default())), Vec::<String>::new());
    }
}

#[test]
fn what_no_summary_holds_does_not_fit() {
    let good = render(&summary(), Terminals::default());
    let paths = [
        "",
        "/state",
        "/loadagent",
        "/loadagent/validity",
        "/loadagent/steps/0",
        "/loadagent/outputs/0",
        "/metrics/http_reqs",
    ];
    for path in paths {
        let mut more = good.clone();
        more.pointer_mut(path).unwrap()["surprise"] = json!(1);
        assert!(!errors(&more).is_empty(), "{path} takes anything");
        let mut less = good.clone();
        let object = less.pointer_mut(path).unwrap().as_object_mut().unwrap();
        let first = object.keys().next().unwrap().clone();
        object.remove(&first);
        assert!(!errors(&less).is_empty(), "{path} does not need {first}");
    }
}
