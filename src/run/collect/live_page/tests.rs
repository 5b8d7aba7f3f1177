//! What is sent to pages that come early, late, again, and from another run.

use std::time::Duration;

use super::*;
use crate::{
    control::{Control, port::ControlledRun},
    run::made_run::{MadeRun, MadeSecond},
};

fn page(run: &MadeRun) -> LivePage {
    let controlled =
        ControlledRun { run_id: run.id.clone(), planned: Duration::ZERO, scenarios: Vec::new(), open_files: None };
    LivePage::new(&run.header(), Rc::new(ControlHandler::new(Control::new(1), controlled, None)), false)
}

fn points(message: &LiveMessage) -> (usize, Vec<i64>) {
    let data: Json = serde_json::from_str(&message.data).unwrap();
    let from = data["timeline"]["from"].as_array().unwrap().iter().map(|at| at.as_i64().unwrap()).collect();
    (usize::try_from(data["at"].as_u64().unwrap()).unwrap(), from)
}

fn has_report(message: &LiveMessage) -> bool {
    serde_json::from_str::<Json>(&message.data).unwrap().get("report").is_some()
}

#[test]
fn a_page_gets_what_it_lacks() {
    let run = MadeRun::constant("r", 20, 10.0);
    let page = page(&run);
    assert!(page.since("").is_none(), "nothing has happened");
    let mut intervals = run.intervals(|_| MadeSecond::calm(10, 0.01)).into_iter();
    let mut take = |report: Option<Json>| {
        let wanted = page.take(&intervals.next().unwrap(), 10);
        page.publish(report);
        wanted
    };
    assert!(!take(None), "no page is open, so nothing is rendered");
    let _looks = page.changes();
    assert!(take(Some(json!("first"))));
    let first = page.since("").unwrap();
    assert_eq!((points(&first), has_report(&first)), ((0, vec![0, 1_000]), true));
    assert!(page.since(&first.id).is_none());
    assert!(take(None));
    take(None);
    let second = page.since(&first.id).unwrap();
    assert_eq!((points(&second), has_report(&second)), ((2, vec![2_000, 3_000]), false));
    // One that comes later has them all, and tables that others have already.
    let late = page.since("").unwrap();
    assert_eq!((points(&late), has_report(&late), &late.id), ((0, vec![0, 1_000, 2_000, 3_000]), true, &second.id));
    for other in ["1-0-2", "nonsense", "--", &first.id.replace("0-2", "0-x")] {
        assert_eq!(points(&page.since(other).unwrap()).0, 0, "{other} is of no message of this run");
    }
}

#[test]
fn tables_of_many_series_are_rendered_less_often() {
    let run = MadeRun::constant("r", 20, 10.0);
    let page = page(&run);
    let _looks = page.changes();
    let wanted: Vec<bool> = run
        .intervals(|_| MadeSecond::calm(1, 0.01))
        .iter()
        .map(|interval| {
            let wanted = page.take(interval, 2 * SERIES_A_SECOND);
            page.publish(wanted.then(|| json!({})));
            wanted
        })
        .collect();
    assert_eq!(wanted.iter().filter(|wanted| **wanted).count(), 7, "{wanted:?}");
}

#[test]
fn the_end_is_the_report_for_everybody() {
    let run = MadeRun::constant("r", 2, 10.0);
    let page = page(&run);
    page.end(&json!({ "it": "is over" }));
    for id in ["", "1-2-3"] {
        let message = page.since(id).unwrap();
        assert_eq!((message.data.as_str(), message.is_last), ("{\"it\":\"is over\"}", true));
    }
}
