//! Messages of `log` steps.

use super::support::{Bench, Ran, practice, url};

/// The messages that a run printed, without their scenario.
fn messages(ran: &Ran) -> Vec<String> {
    let own = ran.stderr.lines().filter_map(|line| line.trim().strip_prefix("s: "));
    own.map(str::to_owned).collect()
}

fn run(load: &str, flow: &str, further: &[&str]) -> (Bench, Ran) {
    let (bench, target) = (Bench::new(), practice(&[]));
    let profile = format!("base_url: {}\nscenarios: {{s: {{{load}, flow: {flow}}}}}\n", url(&target));
    bench.write("p.yaml", &profile);
    let ran = bench.run(&[&["run", "p.yaml", "--run-dir", "run"], further].concat());
    (bench, ran)
}

#[test]
fn a_message_has_values_and_is_kept() {
    let flow = "[{get: /a}, {log: 'user ${vu}: ${status}'}, {set: {m: '${json.none}'}}, {log: 'm is ${m}'}, {log: \"a\\nb\\e[2J\"}]";
    let (bench, ran) = run("vus: 1, iterations: 2", flow, &[]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let once = ["user 1: 200", "m is `m` has no value", "a b\\u{1b}[2J"];
    let shown = messages(&ran);
    assert_eq!(shown.len(), 6, "{shown:?}");
    assert_eq!((&*shown[0], &*shown[3]), (once[0], once[0]));
    assert!(shown[1].contains("`m`") && shown[1].contains("no value"), "{shown:?}");
    assert_eq!(shown[2], once[2]);
    let log = std::fs::read_to_string(bench.path().join("run/events.log")).unwrap();
    assert_eq!(log.matches("\"kind\":\"message\"").count(), 6, "{log}");
    assert_eq!(bench.summary()["metrics"]["iteration_failures"], serde_json::Value::Null);
    let (_, quiet) = run("vus: 1, iterations: 2", flow, &["-q"]);
    assert!(quiet.stderr.is_empty(), "{}", quiet.stderr);
}

#[test]
fn equal_messages_of_users_are_all_printed_and_the_first_hundred_of_many() {
    for workers in ["1", "2"] {
        let (_, few) = run("vus: 4, iterations: 40", "[{log: hi}]", &["--workers", workers]);
        assert_eq!(messages(&few), ["hi"; 40], "{workers}");
        let (_, many) = run("vus: 4, iterations: 300", "[{log: hi}]", &["--workers", workers]);
        let shown = messages(&many);
        let is_last = |text: &&String| text.starts_with("further messages");
        assert_eq!((shown.len(), shown.iter().filter(is_last).count()), (101, 1), "{workers}: {shown:?}");
    }
}

#[test]
fn streams_sockets_and_branches_print_messages() {
    for flow in [
        "[{sse: '/events?count=2&gap=1ms', on_event: [{log: 'event ${event.id ?? 0}'}]}]",
        "[{websocket: /ws, on_message: [{log: got}], steps: [{send: x}, {log: sent}, {expect: 'true'}]}]",
        "[{parallel: 2, index: n, steps: [{log: 'branch ${n}'}]}]",
        "[{if: 'vu == 1', then: [{log: yes}, {log: no}]}]",
    ] {
        let (_, ran) = run("vus: 1, iterations: 1", flow, &[]);
        assert_eq!(messages(&ran).len(), 2, "{flow}: {}{}", ran.stderr, ran.stdout);
    }
}
