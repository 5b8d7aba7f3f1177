//! Branches, loops, groups and parallel blocks: what ran how often, and how much of it at once.

use std::collections::BTreeSet;

use serde_json::json;

use super::{Example, query};

#[test]
fn branches_go_where_the_condition_says() {
    let ran = Example::run("if-else");
    let [ordered, watched] = ran.counts(["/orders", "/watchlist"]);
    assert_eq!((ran.count("/catalog"), ordered + watched), (100, 100));
    assert!(ordered > 0 && watched > 0);
    assert!(ran.at("/orders").iter().all(|seen| [1, 3, 4].contains(&seen.json()["id"].as_i64().unwrap())));
    assert!(ran.at("/watchlist").iter().all(|seen| seen.json() == json!({"id": 2})), "the one that is out of stock");
}

#[test]
fn loops_repeat_as_often_as_written() {
    let ran = Example::run("loops");
    for turn in 0..3 {
        let at_turn = ran.at("/chat").into_iter().filter(|seen| query(seen, "turn") == turn.to_string());
        assert_eq!(at_turn.filter(|seen| seen.json() == json!({"turn": turn})).count(), 20);
    }
    assert_eq!(ran.counts(["/answers/short", "/answers/medium", "/answers/long"]), [20; 3]);
    assert_eq!(ran.counts(["/pages/5", "/pages/4", "/pages/3", "/pages/2"]), [20, 20, 20, 0], "left at 2");
    let pings = ran.count("/ping");
    assert!((41..100).contains(&pings), "{pings}: between 2 and 5 in each of 20 iterations");
}

#[test]
fn a_parallel_block_is_as_wide_as_it_may_be_and_no_wider() {
    let ran = Example::run("parallel");
    let calls = ran.at("/echo");
    assert_eq!(calls.len(), 60);
    assert_eq!(calls.iter().map(|seen| seen.in_flight).max(), Some(4), "as the target counted");
    for iteration in calls.chunks(12) {
        let numbers: BTreeSet<_> = iteration.iter().map(|seen| query(seen, "n").parse::<u32>().unwrap()).collect();
        assert_eq!(numbers, (0..12).collect());
    }
    let in_order = json!({"answers": (0..12).collect::<Vec<_>>()});
    assert!(ran.at("/summary").iter().all(|seen| seen.json() == in_order));
    assert_eq!(ran.counts(["/profile", "/news", "/news/1", "/summary"]), [5; 4]);
    let besides = ran.seen.iter().filter(|seen| ["/profile", "/news"].contains(&&*seen.path));
    assert!(besides.map(|seen| seen.in_flight).max() == Some(2), "two branches side by side");
    for (first, second) in ran.seen.iter().filter(|seen| seen.path == "/news").zip(ran.at("/news/1")) {
        assert!(second.at_ms > first.answered_ms(), "within a branch one after another");
    }
}

#[test]
fn a_group_is_left_in_the_middle() {
    let ran = Example::run("group");
    assert_eq!(ran.counts(["/cart", "/pay", "/invoice", "/thanks"]), [20, 20, 10, 20]);
    let metrics = &ran.summary["metrics"];
    let judged = &metrics["http_req_response_time{group:::checkout::payment}"]["thresholds"]["p(95)<5000"]["ok"];
    assert_eq!(judged, true, "{metrics}");
}
