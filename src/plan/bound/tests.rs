//! Ways through steps: the fastest, the most requests, the mean pause.

use super::*;
use crate::plan::outline::OutlineBranch;

fn step(kind: OutlineKind) -> OutlineStep {
    OutlineStep { text: String::new(), details: Vec::new(), kind }
}

/// A table with one request, and steps that send it.
fn table() -> (StepTable, StepId) {
    let mut table = StepTable::default();
    let kind = crate::plan::StepKind::Request(Box::default());
    let id = table.push(crate::plan::Step { name: "".into(), group: "".into(), tags: Vec::new(), kind });
    (table, id)
}

fn get(step: StepId, may_fail_before: bool) -> OutlineKind {
    OutlineKind::Request(RequestOutline {
        step,
        retries: 0,
        pauses: Default::default(),
        token_requests: Vec::new(),
        may_fail_before,
        may_fail_after: false,
    })
}

fn think(low: u64, high: u64) -> OutlineKind {
    OutlineKind::Think(Pause::Between(Duration::from_secs(low), Duration::from_secs(high)))
}

fn branch(steps: Vec<OutlineStep>) -> OutlineBranch {
    OutlineBranch { heading: None, share: None, steps }
}

#[test]
fn the_fastest_way_is_that_of_the_best_choices() {
    let (table, id) = table();
    let counting = Counting { steps: &table, redirects: None, lacking: true, mean: false };
    let send = || step(get(id, false));
    let steps = |kinds: Vec<OutlineKind>| kinds.into_iter().map(step).collect::<Vec<_>>();
    let rate = |kinds: Vec<OutlineKind>| {
        let way = counting.fastest(&steps(kinds), 0.0)?;
        Some(way.requests / way.pause)
    };
    let rounds = |least, most, body| OutlineKind::Loop { rounds: Rounds { least, most }, body };
    assert_eq!(rate(vec![get(id, false), think(1, 3)]), Some(1.0), "the shortest pause");
    assert_eq!(rate(vec![get(id, false)]), None, "only the target limits it");
    assert_eq!(rate(vec![get(id, false), get(id, true), think(1, 1)]), None, "it can end before the pause");
    assert_eq!(rate(vec![get(id, true), think(1, 1)]), Some(1.0), "it can end before it sent anything");
    let dear = branch(vec![send(), send(), step(think(10, 10))]);
    let cheap = branch(vec![send(), step(think(1, 1))]);
    let choice = OutlineKind::Choice(vec![dear, cheap]);
    assert_eq!(rate(vec![choice.clone()]), Some(1.0), "not the most requests, but the most for the time");
    assert_eq!(counting.most_requests(&steps(vec![choice])), Some(2.0));
    assert_eq!(rate(vec![rounds(5, Some(5), vec![send()]), think(2, 2)]), Some(2.5));
    assert_eq!(rate(vec![rounds(2, Some(4), vec![send()]), think(2, 2)]), Some(2.0));
    assert_eq!(rate(vec![rounds(0, None, vec![send()]), think(2, 2)]), Some(ENDLESS / 2.0));
    let endless = rate(vec![rounds(0, None, vec![send(), step(think(1, 1))]), think(4, 4)]).unwrap();
    assert!((endless - 1.0).abs() < 1e-6, "{endless}: a loop for ever has the rate of its rounds");
    assert_eq!(counting.most_requests(&steps(vec![rounds(0, None, vec![send()])])), None);
    let early = branch(vec![step(OutlineKind::End(EndScope::Loop))]);
    let left = OutlineKind::Choice(vec![early, branch(Vec::new())]);
    let body = vec![send(), step(left), step(think(1, 1))];
    assert_eq!(rate(vec![rounds(3, Some(3), body)]), None, "it can end in its first round");
    let beside = OutlineKind::Parallel {
        copies: Rounds::exactly(3),
        width: None,
        branches: vec![vec![send()], vec![step(think(2, 2)), send()]],
    };
    assert_eq!(rate(vec![beside]), Some(3.0), "six requests, and the longest branch");
    let polled = OutlineKind::Poll {
        body: vec![send()],
        every: Pause::Between(Duration::from_secs(1), Duration::from_secs(1)),
        limit: Pause::Between(Duration::from_secs(3), Duration::from_secs(3)),
        on_timeout: vec![send()],
    };
    assert_eq!(counting.most_requests(&steps(vec![polled])), Some(5.0), "four, with a pause between two, and the last");
}

#[test]
fn the_mean_pause_weighs_branches_and_stops_at_an_end() {
    let weighed = |share, steps| OutlineBranch { heading: None, share: Some(share), steps };
    let choice = OutlineKind::Choice(vec![weighed(0.25, vec![step(think(4, 4))]), weighed(0.75, Vec::new())]);
    let unknown = OutlineKind::Choice(vec![branch(vec![step(think(4, 4))]), branch(vec![step(think(1, 3))])]);
    let ends = OutlineKind::Choice(vec![branch(vec![step(OutlineKind::End(EndScope::Iteration))]), branch(Vec::new())]);
    let steps: Vec<_> = [think(1, 3), choice, unknown, ends, think(9, 9)].into_iter().map(step).collect();
    assert!((mean_pause(&steps) - (2.0 + 1.0 + 2.0)).abs() < 1e-9);
}
