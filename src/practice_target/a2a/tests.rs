//! Tasks as planned.

use std::time::{Duration, Instant};

use super::message::Form;
use super::plan::Plan;
use super::tasks::Tasks;

#[test]
fn a_task_is_in_the_state_that_is_planned() {
    let (tasks, now) = (Tasks::default(), Instant::now());
    let plan = Plan::parse("submitted=10ms&working=40ms&artifacts=3&end=failed").unwrap();
    let task = tasks.begin(&plan, None, now);
    let at = |millis: u64| task.shown(Form::New, now + Duration::from_millis(millis));
    for (millis, state, artifacts) in
        [(0, "SUBMITTED", 0), (10, "WORKING", 0), (20, "WORKING", 1), (49, "WORKING", 3), (50, "FAILED", 3)]
    {
        let shown = at(millis);
        assert_eq!(shown["status"]["state"], format!("TASK_STATE_{state}"), "{millis}");
        assert_eq!(shown["artifacts"].as_array().map_or(0, Vec::len), artifacts, "{millis}");
    }
    let due: Vec<u128> = task.events(Form::Old).iter().map(|(due, _)| due.as_millis()).collect();
    assert_eq!(due, [10, 20, 30, 40, 50]);
    let last = &task.events(Form::Old)[4].1;
    assert_eq!(
        (&last["kind"], &last["final"], &last["status"]["state"]),
        (&"status-update".into(), &true.into(), &"failed".into())
    );
}

#[test]
fn a_task_is_cancelled_once_and_only_before_its_end() {
    let (tasks, now) = (Tasks::default(), Instant::now());
    let plan = Plan::parse("submitted=0&working=40ms&nth=2&end=input_required").unwrap();
    let id = |number: usize| {
        let shown = tasks.begin(&plan, Some("c"), now).shown(Form::Old, now + Duration::from_secs(1));
        assert_eq!(shown["contextId"], "c");
        let state = if number.is_multiple_of(2) { "input-required" } else { "completed" };
        assert_eq!(shown["status"]["state"], state);
        shown["id"].as_str().unwrap().to_owned()
    };
    let (first, second) = (id(1), id(2));
    let soon = now + Duration::from_millis(1);
    assert!(tasks.cancel(&first, soon).unwrap().is_ok());
    assert!(tasks.cancel(&first, soon).unwrap().is_err());
    assert!(tasks.cancel(&second, now + Duration::from_secs(1)).unwrap().is_err());
    assert!(tasks.cancel("none", now).is_none());
}

#[test]
fn wrong_plans_are_refused() {
    for query in ["working=soon", "end=somehow", "artifacts=x", "cut=-1"] {
        assert!(Plan::parse(query).is_err(), "{query}");
    }
}
