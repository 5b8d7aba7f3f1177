//! What `check` prints of a plan.

use super::support::Bench;

const EVERY_STEP: &str = "
name: all
base_url: http://127.0.0.1:1
auth: {login: {token: {post: /token}}}
metrics: {orders: counter, took: {kind: trend, unit: ms}}
data: {people: {rows: [{id: 1}]}}
flows: {buy: [{post: /buy, name: purchase}]}
setup: [{get: /health}]
rate: 1
duration: 1s
scenarios:
  s:
    user: {cart: []}
    on_start: [{get: /login, auth: login, check: [{status: 200}, {name: is fine, contains: ok}], extract: {t: $.t}}]
    on_stop: [{get: /logout}]
    flow:
      - row: people
      - get: '/items/${people.id}?x=1'
        name: '${people.id}'
        retry: 2
      - if: status != 200
        then: [{end: iteration}]
        else: [{metric: {orders: 1}}, {check: {status: 200}}]
      - group: outer
        steps: [{group: inner, steps: [{set: {a: 1, b: 2}}, {think: 1s..2s}]}]
      - repeat: 2..3
        steps: [{chance: 30%, steps: [{end: loop}]}]
      - foreach: [1, 2]
        as: n
        steps: [{use: buy}]
      - while: status == 202
        max: 5
        steps: [{get: /job}]
      - parallel: 10
        width: 3
        steps: [{get: /p}]
      - parallel: [[{get: /a}], [{get: /b}]]
      - choose: [{weight: 3, steps: [{get: /often}]}, {steps: [{get: /rare}]}]
      - poll: {get: /job}
        until: status == 200
        on_timeout: [{fail: 'too late ${vu}'}]
      - after: 1s
        steps: [{get: /later}]
      - every: 30s
        steps: [{get: /heartbeat}]
      - measure: took
        steps: [{get: /m}]
      - sse: /events
        max_events: 2
        on_event: [{if: status == 200, then: [{metric: {orders: 1}}]}]
        check: {status: 200}
      - push: 1
        to: cart
      - pick: cart
        steps: [{get: '/cart/${item}'}]
        else: [{abort: nothing}]
      - remove: 1
        from: cart
";

const TREE: &str = "
    on_start:
      GET /login
        auth login (when needed)
        extract t
        check status is 200
        check is fine
    flow:
      row people
      GET /items/{people.id} ({people.id})
        retry up to 2 times
      if status != 200: end iteration
      else:
        metric orders
        check status is 200
      group outer:
        group inner:
          set a, b
          think 1s to 2s
      repeat 2..3 times:
        chance 30%: end loop
      foreach n of 2 items:
        use buy:
          POST /buy (purchase)
      while status == 202, at most 5 rounds:
        GET /job
      parallel 10, 3 at a time:
        GET /p
      parallel:
        branch 1:
          GET /a
        branch 2:
          GET /b
      choose:
        75%:
          GET /often
        25%:
          GET /rare
      poll until status == 200, every 1s, for at most 30s:
        GET /job
      on_timeout:
        fail: too late {vu}
      after 1s, beside what follows:
        GET /later
      every 30s:
        GET /heartbeat
      measure took:
        GET /m
      GET /events
        on_event:
          if status == 200:
            metric orders
        check status is 200
      push to cart
      pick from cart:
        GET /cart/{item}
      else:
        abort: nothing
      remove from cart
    on_stop:
      GET /logout
";

#[test]
fn the_steps_are_an_indented_tree() {
    let bench = Bench::new();
    bench.write("p.yaml", EVERY_STEP);
    let ran = bench.run(&["check", "p.yaml"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stdout.contains(TREE), "{}", ran.stdout);
    assert!(ran.stdout.contains("\n  setup\n    once before the load, within 1m\n    GET /health\n"), "{}", ran.stdout);
}

const LABELS: &str = "
base_url: http://127.0.0.1:1
metrics: {orders: counter, lost: counter, took: {kind: trend, unit: ms}}
tags: {team: a}
setup: [{get: /health}]
scenarios:
  one:
    vus: 1
    iterations: 1
    tags: {kind: read}
    flow:
      - get: /x
        tags: {endpoint: status, id: '${vu}'}
        check: [{status: 200}, {name: 'is ${vu}', status: 200}]
      - group: pay
        steps: [{post: /pay, name: pay}, {get: /y}]
      - metric: {orders: 1}
        tags: {plan: free}
  two:
    vus: 1
    iterations: 1
    tags: {kind: write}
    flow:
      - post: /z
        tags: {endpoint: other}
        extract: {id: $.id}
      - metric: {lost: 1}
      - sse: /events
        max_events: 1
        tags: {kind: stream}
      - measure: took
        steps: [{parallel: 2, steps: [{get: /z}]}]
";

#[test]
fn a_threshold_that_no_series_can_match_is_named() {
    let bench = Bench::new();
    bench.write("p.yaml", LABELS);
    let warnings = |key: &str| {
        let condition =
            if key.starts_with("checks") || key.starts_with("http_req_failed") { "rate<2" } else { "count>=0" };
        let ran = bench.run(&["check", "p.yaml", "--json", "--threshold", &format!("{key}={condition}")]);
        assert_eq!(ran.code, 0, "{key}: {}", ran.stderr);
        let plan: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
        let warnings = plan["warnings"].as_array().unwrap().iter().map(|one| one.as_str().unwrap().to_owned());
        warnings
            .filter_map(|one| one.split_once("matches no series: ").map(|(_, why)| why.to_owned()))
            .collect::<Vec<_>>()
    };
    for fine in [
        "http_reqs",
        "http_reqs{name:GET /x}",
        "http_reqs{name:pay,method:POST,group:::pay}",
        "http_reqs{status:503}",
        "http_reqs{expected_response:true}",
        "http_reqs{endpoint:status,kind:read}",
        "http_reqs{id:7}",
        "http_reqs{scenario:setup}",
        "http_errors{error_class:tls}",
        "checks{check:status is 200}",
        "checks{check:is 7}",
        "checks{check:extract id}",
        "orders{plan:free}",
        "iterations{scenario:two,kind:write}",
        "iteration_failures{reason:whatever}",
        "group_duration{group:::pay}",
        "parallel_width",
        "sse_events{name:GET /events,kind:stream}",
        "took",
    ] {
        assert_eq!(warnings(fine), [""; 0], "{fine}");
    }
    for (wrong, why) in [
        ("http_reqs{name:GET /q}", "no series of it has name `GET /q`; did you mean `GET /x`?"),
        ("http_reqs{group:::shop}", "no series of it has group `::shop`; there is `::pay`"),
        ("http_reqs{scenario:three}", "no series of it has scenario `three`; there is `one`, `setup`, `two`"),
        ("http_reqs{status:2xx}", "`2xx` is not a status: write a number such as 200"),
        ("http_reqs{endpoint:unknown}", "no series of it has endpoint `unknown`; there is `other`, `status`"),
        ("http_reqs{endpont:status}", "no series of it has a tag `endpont`; did you mean `endpoint`?"),
        ("http_reqs{endpoint:status,kind:write}", "no series has all of these tags"),
        ("http_reqs{team:a}", "no series of it has a tag `team`; tags of the whole run can't be selected"),
        ("checks{check:status is 201}", "no series of it has check `status is 201`; did you mean `status is 200`?"),
        ("checks{group:::pay}", "no series of it has group `::pay`; there is none"),
        ("iterations{name:GET /x}", "no series of it has a tag `name`"),
        ("orders{plan:paid}", "no series of it has plan `paid`; there is `free`"),
        ("sse_events{name:GET /z}", "no series of it has name `GET /z`; there is `GET /events`"),
        ("llm_output_tokens", "no step records this metric"),
        ("group_duration{group:::cart}", "no series of it has group `::cart`; there is `::pay`"),
    ] {
        let found = warnings(wrong);
        assert!(found.len() == 1 && found[0].starts_with(why), "{wrong}: {found:?}");
    }
}

#[test]
fn thresholds_of_scenarios_that_are_left_out_are_not_run() {
    let bench = Bench::new();
    let keys = [
        ("http_reqs{endpoint:status}", "count>5", true),
        ("http_reqs{endpoint:other}", "count>5", false),
        ("http_reqs{name:POST /z}", "count>5", false),
        ("http_reqs{method:GET}", "count>5", true),
        ("http_reqs{endpoint:typo}", "count>5", true),
        ("iterations{kind:write}", "count>5", false),
        ("checks{check:extract id}", "rate>0.5", false),
        ("lost", "count>5", false),
        ("took", "p(95)<5", false),
        ("parallel_width", "max<5", false),
        ("orders", "count>5", true),
    ];
    let thresholds = keys.map(|(key, condition, _)| format!("  '{key}': {condition}\n")).concat();
    bench.write("p.yaml", &format!("{LABELS}thresholds:\n{thresholds}"));
    let plan = |flags: &[&str]| -> serde_json::Value {
        let ran = bench.run(&[&["check", "p.yaml", "--json"], flags].concat());
        serde_json::from_str(&ran.stdout).unwrap()
    };
    let bearing = |plan: &serde_json::Value, key: &str| {
        let all = plan["thresholds"].as_array().unwrap();
        all.iter().find(|one| one["metric"] == key).unwrap()["bearing"].as_str().unwrap().to_owned()
    };
    let (one, all) = (plan(&["--scenarios", "one"]), plan(&[]));
    for (key, _, is_run) in keys {
        assert_eq!(bearing(&one, key), if is_run { "binding" } else { "not_run" }, "{key}");
        assert_eq!(bearing(&all, key), "binding", "{key}");
    }
}

#[test]
fn the_profile_of_a_url_has_the_plan_of_its_flags() {
    let url = "http://127.0.0.1:1/a";
    for flags in [
        &["-u", "20", "--preset", "stress"][..],
        &["--rate", "5", "-d", "3s", "--threshold", "http_reqs=count>3", "--threshold", "http_reqs=rate>1"],
        &["-i", "9", "-u", "2", "--min-iteration-duration", "250ms", "--max-redirects", "3"],
        &["-s", "1s:5", "-s", "2s:0", "--tag", "team=a: b", "--seed", "7"],
        &["-d", "1500ms", "--insecure-skip-tls-verify", "--out", "json=out.json"],
    ] {
        let bench = Bench::new();
        let checked = |what: &str, flags: &[&str]| {
            let ran = bench.run(&[&["check", what], flags].concat());
            assert_eq!(ran.code, 0, "{flags:?}: {}", ran.stderr);
            ran.stdout
        };
        let text = checked(url, flags);
        let (plan, profile) = text.split_once("\n  equivalent profile:\n\n").unwrap();
        bench.write("p.yaml", profile);
        let same = checked("p.yaml", &[]);
        assert_eq!(same.trim_end(), plan.trim_end(), "{profile}");
        for flag in flags.iter().filter(|flag| flag.contains("json=") || flag.contains("a: b") || **flag == "7") {
            let value = flag.trim_start_matches("team=");
            assert!(profile.contains(value), "{flag}: {profile}");
        }
    }
}

#[test]
fn the_equivalent_profile_shows_no_secret() {
    let url = "http://127.0.0.1:9/";
    for (output, shown) in [
        ("prometheus=http://ann:hunter22secret@127.0.0.1:9/api/v1/write", false),
        ("influxdb=http://127.0.0.1:9/load?token=hunter22secret", false),
        ("json=samples.json", true),
    ] {
        let ran = Bench::new().run(&["check", url, "-u", "1", "-i", "1", "--out", output]);
        let text = ran.stdout.split_once("equivalent profile:").map_or(&*ran.stdout, |(_, profile)| profile);
        assert!(ran.code == 0 && !ran.stdout.contains("hunter22secret"), "{}{}", ran.stdout, ran.stderr);
        assert_eq!((text.contains(output), text.contains("left out")), (shown, !shown), "{text}");
    }
}

#[test]
fn names_with_line_ends_and_control_characters_stay_on_one_line() {
    let bench = Bench::new();
    let steps =
        r#"{get: /a, name: "x\ny\e[2J", check: [{name: "c\nd\r", status: 200}]}, {group: "g\nh", steps: [{get: /b}]}"#;
    bench.write("p.yaml", &format!("base_url: http://127.0.0.1:9\nvus: 1\niterations: 1\nflow: [{steps}]\n"));
    let ran = bench.run(&["check", "p.yaml"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    for shown in ["(x\\ny\\u{1b}[2J)", "check c\\nd\\r", "group g\\nh:"] {
        assert!(ran.stdout.contains(shown), "{shown}: {}", ran.stdout);
    }
    assert!(!ran.stdout.contains(|char: char| char.is_control() && char != '\n'), "{:?}", ran.stdout);
}

/// Metrics of requests with one name are one; a name for many resources of a kind is what names are for.
#[test]
fn different_requests_with_one_name_are_warned_of() {
    let bench = Bench::new();
    for (steps, warned) in [
        ("{get: /a, name: x}, {post: /a, name: x}", "GET /a and POST /a share the name `x`"),
        ("{get: /login, name: auth}, {get: /logout, name: auth}", "GET /login and GET /logout share the name `auth`"),
        (
            "{get: /a, name: x}, {get: /b, name: y}, {get: '/c/${vu}', name: x}",
            "GET /a and GET /c/… share the name `x`",
        ),
        (
            "{get: 'http://127.0.0.1:8/a'}, {get: 'http://127.0.0.1:9/a'}",
            "GET 127.0.0.1:8/a and GET 127.0.0.1:9/a share",
        ),
        ("{get: /users/1, name: user}, {get: '/users/${vu}', name: user}, {get: '/users/3?x=y', name: user}", ""),
        ("{get: /a, name: '${vu}'}, {get: /b, name: '${vu}'}", ""),
        ("{get: /a}, {get: '/a?x=1'}, {repeat: 2, steps: [{get: /a}]}", ""),
        ("{get: '${url}', name: x}, {get: /b, name: x}", ""),
    ] {
        let profile = format!(
            "base_url: http://127.0.0.1:9\nvus: 1\niterations: 1\nflow: [{{set: {{url: 'http://127.0.0.1:9/b'}}}}, {steps}]\n"
        );
        bench.write("p.yaml", &profile);
        let ran = bench.run(&["check", "p.yaml"]);
        assert_eq!(
            (ran.code, ran.stdout.contains("share the name")),
            (0, !warned.is_empty()),
            "{}{}",
            ran.stdout,
            ran.stderr
        );
        assert!(ran.stdout.contains(warned), "{}", ran.stdout);
    }
}
