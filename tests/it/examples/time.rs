//! Times: pauses of polls and retries, bursts, detached steps, stages. Bounds that hold on any machine: the client knows of
//! an answer no earlier than the target gave it, so a pause is never shorter than the time between the two.

use std::collections::BTreeSet;

use super::{Example, Seen, by, query};

/// Milliseconds from an answer to the next request's arrival.
fn pauses<'s>(seen: &'s [&'s Seen]) -> impl Iterator<Item = f64> + 's {
    seen.windows(2).map(|pair| pair[1].at_ms - pair[0].answered_ms())
}

#[test]
fn polls_keep_their_pause_and_end_when_the_job_is_done() {
    let ran = Example::run("poll");
    let quick: BTreeSet<_> =
        ran.at("/results").iter().map(|seen| seen.json()["job"].as_str().unwrap().to_owned()).collect();
    assert_eq!((quick.len(), ran.count("/cancelled")), (6, 2));
    assert!(ran.at("/results").iter().all(|seen| seen.json()["tokens"] == 42), "the answer of the last poll");
    let jobs = by(ran.at("/jobs/"), |seen| seen.path.clone());
    assert_eq!(jobs.len(), 8);
    for (path, polls) in jobs {
        let (most, pause) = if quick.contains(path.trim_start_matches("/jobs/")) { (5, 100.0) } else { (3, 200.0) };
        assert!((1..=most).contains(&polls.len()), "{path}: {} polls", polls.len());
        assert!(pauses(&polls).all(|waited| waited >= pause), "{path}: {:?}", pauses(&polls).collect::<Vec<_>>());
    }
}

#[test]
fn retries_wait_as_long_as_the_server_says() {
    let ran = Example::run("retry");
    let chats = by(ran.at("/chat"), |seen| seen.header("x-request").to_owned());
    assert_eq!(chats.len(), 3);
    let mut refused = 0;
    for tries in chats.values() {
        refused += tries.len() - 1;
        assert_eq!(tries.last().unwrap().status, 200);
        assert!(tries[..tries.len() - 1].iter().all(|seen| seen.status == 429));
        // Retry-After counts in whole seconds; its own pause would have been 50 ms.
        assert!(pauses(tries).all(|waited| waited >= 1_000.0), "{:?}", pauses(tries).collect::<Vec<_>>());
    }
    assert!(refused >= 2, "three at once, and one a second is let through");
    for tries in by(ran.at("/flaky"), |seen| seen.path.clone()).values() {
        assert_eq!(tries.len(), 3, "one and two more");
        let waited: Vec<_> = pauses(tries).collect();
        assert!(waited[0] >= 100.0 && waited[1] >= 200.0, "{waited:?}");
    }
}

#[test]
fn bursts_come_ten_at_a_time_and_no_oftener_than_they_may() {
    let ran = Example::run("bursts");
    let users = by(&ran.seen, |seen| seen.header("x-user").to_owned());
    assert_eq!(users.len(), 2);
    for requests in users.values() {
        let bursts: Vec<_> =
            requests.chunk_by(|a, b| a.path == b.path).filter(|chunk| chunk[0].path == "/burst").collect();
        assert!(bursts.len() >= 2 && bursts.iter().all(|burst| burst.len() == 10), "{bursts:?}");
        // A burst's time counts from before its first request, which may be late: from the last answer before it, surely.
        let begun: Vec<_> = bursts.iter().map(|burst| burst[0].at_ms).collect();
        let last_before = |at: f64| {
            requests.iter().rfind(|seen| seen.at_ms < at).map_or(f64::NEG_INFINITY, |seen| seen.answered_ms())
        };
        assert!(begun.windows(2).all(|pair| pair[1] - last_before(pair[0]) >= 1_000.0), "{begun:?}");
    }
}

#[test]
fn detached_steps_come_later_and_the_iteration_waits_for_them() {
    let ran = Example::run("detached");
    assert_eq!(ran.counts(["/chat", "/feedback", "/chat/more"]), [4, 4, 12]);
    let more = by(ran.at("/chat/more"), |seen| query(seen, "n").to_owned());
    let mut overtaken = 0;
    for chat in ran.seen.iter().filter(|seen| seen.path.starts_with("/chat?")) {
        let number = query(chat, "n");
        let feedback = ran.at("/feedback").into_iter().find(|seen| query(seen, "n") == number).unwrap();
        assert!(feedback.at_ms - chat.answered_ms() >= 500.0);
        overtaken += more[number].iter().filter(|seen| seen.at_ms < feedback.at_ms).count();
    }
    assert!(overtaken > 0, "the flow went on");
}

#[test]
fn stages_are_exact_and_judged_one_by_one() {
    let ran = Example::run("stages");
    let numbers: BTreeSet<_> = ran.seen.iter().map(|seen| seen.header("x-number")).collect();
    assert_eq!((ran.seen.len(), numbers.len()), (80, 80), "20 in the first second, 60 in the second");
    let metrics = &ran.summary["metrics"];
    for stage in ["1", "3"] {
        let name = format!("http_req_response_time{{stage:{stage}}}");
        assert_eq!(metrics[&name]["thresholds"]["p(95)<5000"]["ok"], true, "{name}");
    }
}

#[test]
fn sockets_are_opened_with_the_token_of_their_login_and_held() {
    let ran = Example::run("websocket");
    assert_eq!(ran.counts(["/login", "/ws"]), [4, 7]);
    let (chats, feeds): (Vec<_>, Vec<_>) =
        ran.at("/ws").into_iter().partition(|seen| seen.path.contains("token=token-"));
    assert_eq!((chats.len(), feeds.len()), (4, 3));
    assert!(chats.iter().all(|seen| seen.header("sec-websocket-protocol") == "chat.v1" && seen.status == 101));
    let checks = &ran.summary["metrics"]["checks"]["values"];
    assert_eq!(checks["fails"], 0, "{}", ran.stdout);
    assert!(checks["passes"].as_u64() >= Some(4 * 4 + 3), "{}", ran.stdout);
}

#[test]
fn jobs_are_polled_until_they_end_and_outcomes_are_counted_apart() {
    let ran = Example::run("jobs");
    assert_eq!(ran.counts(["/failed", "/refused"]), [2, 3], "`else` runs");
    assert_eq!(ran.seen.iter().filter(|seen| seen.method == "DELETE" && seen.path.ends_with("/late")).count(), 1);
    let jobs = by(ran.at("/jobs/").into_iter().filter(|seen| seen.method == "GET"), |seen| seen.path.clone());
    assert_eq!(jobs.len(), 9, "6 + 2 + 1");
    let endless = jobs.values().find(|polls| polls.len() == 3 && pauses(polls).next() >= Some(200.0));
    assert!(endless.is_some(), "two pauses and the rest of the time");
    let metrics = &ran.summary["metrics"];
    let polls: usize = jobs.values().map(Vec::len).sum();
    assert_eq!(metrics["job_outcomes"]["values"]["count"], 12, "{metrics}");
    let failed = &metrics["job_failed"]["values"];
    assert_eq!((&failed["passes"], &failed["fails"]), (&6.into(), &6.into()), "{failed}");
    let per_job = metrics["job_polls"]["values"]["avg"].as_f64().unwrap();
    assert!((per_job * 9.0 - polls as f64).abs() < 0.2, "{per_job} of {polls}");
    let value = |name: &str, stat: &str| metrics[name]["values"][stat].as_f64().unwrap();
    assert!(value("job_response_time", "min") >= value("job_duration", "min"));
    // The end lies within the window: what the server reports is no later than the widest one.
    assert!(value("job_overshoot", "max") <= value("job_end_window", "max") + 2.0, "{metrics}");
    assert_eq!(metrics["checks"]["values"]["fails"], 0);
    let outcomes = ran.stdout.lines().find(|line| line.contains("job_outcomes")).unwrap();
    for part in ["done 6", "refused 3", "failed 2", "timed_out 1"] {
        assert!(outcomes.contains(part), "{outcomes}");
    }
}
