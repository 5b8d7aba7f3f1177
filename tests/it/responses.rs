//! What responses decide: labels, rate limits, how long a body is read; and times that depend on the run.

use super::support::{Bench, Ran, practice, url};

/// Runs a flow once against a target with these options; thresholds tell what happened.
fn ran(options: &[(&str, &str)], profile: &str) -> Ran {
    let (bench, target) = (Bench::new(), practice(options));
    bench.write("p.yaml", &format!("base_url: '{}'\n{profile}", url(&target)));
    bench.run(&["run", "p.yaml", "--run-dir", "run"])
}

fn holds(options: &[(&str, &str)], profile: &str) {
    let ran = ran(options, profile);
    assert_eq!(ran.code, 0, "{profile}\n{}{}", ran.stdout, ran.stderr);
}

#[test]
fn labels_come_from_the_response_beside_those_from_before() {
    holds(
        &[],
        "vus: 1
iterations: 1
flow:
  - foreach: ${range(1, 11)}
    as: n
    steps:
      - get: /api/v1/resource/${n}
        name: resource
        tags: {odd: '${n % 2}'}
        response_tags: {cache: \"${header('X-Cache')}\", none: '${json.none}', id: 'r${json.id}'}
thresholds:
  http_reqs{name:resource}: count==10
  http_reqs{cache:HIT}: count==8
  http_reqs{cache:MISS}: count==2
  http_reqs{cache:MISS,odd:1}: count==1
  http_req_failed{cache:HIT}: rate==0
  http_reqs{id:r7}: count==1
",
    );
}

#[test]
fn a_response_says_that_it_is_one_of_a_rate_limit() {
    let profile = "vus: 1
iterations: 1
flow:
  - repeat: 5
    steps:
      - post: /api/v1/jsonrpc
        json: {jsonrpc: '2.0', method: tools.execute, params: {tool_id: echo}, id: 1}
        expect: {limited: {status: 429, that: 'json.error.code in [-32001, -32005]'}, that: json.error == null}
thresholds:
  http_req_failed: rate==0
  http_reqs{error_class:limited}: count==3
";
    holds(&[("rpc_limit", "1/h:2")], profile);
    holds(&[("limit", "1/h:2")], profile);
}

#[test]
fn a_body_is_read_for_a_time_and_its_rest_is_no_failure() {
    holds(
        &[],
        "vus: 1
iterations: 2
flow:
  - get: /events?gap=20ms
    read_for: 300ms
    check: {that: \"body matches 'n.:1'\"}
  - get: /bytes/100000
    read_for: 1m
    check: {that: length(body) == 100000}
thresholds:
  http_reqs: count==4
  http_req_failed: rate==0
  checks: rate==1
",
    );
}

#[test]
fn a_timeout_has_the_value_of_the_run() {
    holds(
        &[],
        "vus: 1
iterations: 1
flow:
  - foreach: [100ms, 30000]
    as: limit
    steps: [{get: /delay/1s, timeout: '${limit}'}]
thresholds:
  http_reqs: count==2
  http_reqs{error_class:timeout_wait}: count==1
  http_req_failed: rate==0.5
",
    );
    let ran = ran(&[], "vus: 1\niterations: 1\nflow: [{set: {limit: soon}}, {get: /, timeout: '${limit}'}]\n");
    assert!(ran.stdout.contains("`{limit}` is not a duration with a unit"), "{}{}", ran.stdout, ran.stderr);
}

#[test]
fn the_first_time_of_every_can_be_later() {
    holds(
        &[],
        "vus: 1
iterations: 10
flow:
  - every: 1h
    first: 300ms
    steps: [{get: /due}]
    else: [{get: /other}]
  - think: 100ms
thresholds:
  http_reqs{name:GET /due}: count==1
  http_reqs{name:GET /other}: count==9
",
    );
}

#[test]
fn thresholds_see_the_most_and_the_least_of_a_gauge() {
    holds(
        &[],
        "metrics: {open: updown}
vus: 3
iterations: 3
flow: [{metric: {open: 1}}, {think: 2500ms}, {metric: {open: -1}}, {get: /}]
thresholds:
  open: [max==3, min==0, value==0]
",
    );
    let ran = ran(
        &[],
        "metrics: {open: updown}\nvus: 1\nduration: 1s\nflow: [{get: /}]\nthresholds: {open: max<3 over 5s}\n",
    );
    assert!(ran.stderr.contains("`min` and `max` of a gauge are those of the whole run"), "{}", ran.stderr);
}
