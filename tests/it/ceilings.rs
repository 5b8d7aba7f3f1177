//! What `check` says that a run reaches at most is never below what the run reaches.

use fastrand::Rng;
use serde_json::Value as Json;

use super::support::{Bench, practice, reply, serve};

/// Scenarios of the generated profile; all run at once against a target that responds at once.
const SCENARIOS: usize = 120;

/// Steps as YAML in flow style; `within` says whether `end` can leave a loop and a group.
fn steps(random: &mut Rng, depth: u32, within: (bool, bool)) -> String {
    let list: Vec<_> = (0..random.usize(1..=3)).map(|_| step(random, depth, within)).collect();
    format!("[{}]", list.join(", "))
}

fn step(random: &mut Rng, depth: u32, within: (bool, bool)) -> String {
    if depth == 0 || random.f64() < 0.35 {
        return leaf(random, within);
    }
    let (in_loop, in_group) = within;
    let inner = |random: &mut Rng| steps(random, depth - 1, within);
    let looped = |random: &mut Rng| steps(random, depth - 1, (true, in_group));
    let branch = |random: &mut Rng| steps(random, depth - 1, (false, false));
    match random.u32(0..13) {
        0 => format!("{{repeat: {}, steps: {}}}", random.u32(0..5), looped(random)),
        1 => format!("{{repeat: 1..{}, steps: {}}}", random.u32(1..5), looped(random)),
        2 => format!("{{foreach: [1, 2, 3], steps: {}}}", looped(random)),
        3 => format!("{{while: status != 1, max: {}, steps: {}}}", random.u32(0..4), looped(random)),
        4 => format!("{{parallel: {}, steps: {}}}", random.u32(1..5), branch(random)),
        5 => format!("{{parallel: [{}, {}], width: 1}}", branch(random), branch(random)),
        6 => format!("{{chance: 40%, steps: {}, else: {}}}", inner(random), inner(random)),
        7 => format!("{{choose: [{{weight: 3, steps: {}}}, {{steps: {}}}]}}", inner(random), inner(random)),
        8 => format!("{{if: status == 200, then: {}, else: {}}}", inner(random), inner(random)),
        9 => format!("{{group: g, steps: {}}}", steps(random, depth - 1, (in_loop, true))),
        10 => {
            let (limit, late) = (random.u32(0..25), inner(random));
            format!("{{poll: {{get: /p}}, until: status == 1, every: 5ms, timeout: {limit}ms, on_timeout: {late}}}")
        }
        11 => format!("{{after: {}ms, steps: {}}}", random.u32(0..30), branch(random)),
        _ => format!("{{every: 50ms, steps: {}, else: {}}}", inner(random), inner(random)),
    }
}

fn leaf(random: &mut Rng, (in_loop, in_group): (bool, bool)) -> String {
    let pause = random.u32(5..30);
    match random.u32(0..10) {
        0..=3 => "{get: /a}".to_owned(),
        4 => format!("{{think: {pause}ms}}"),
        5 => format!("{{think: {pause}ms..60ms}}"),
        6 => format!("{{get: /status/503, retry: {{max: {}, pause: 1ms..3ms}}}}", random.u32(1..4)),
        7 => "{get: 'http://REDIRECTING/1', redirects: 2}".to_owned(),
        8 => "{post: /b, extract: {x: {json: $.nothing, default: 1}}, check: {status: 200}}".to_owned(),
        _ if in_loop && random.bool() => "{chance: 30%, steps: [{end: loop}]}".to_owned(),
        _ if in_group => "{chance: 30%, steps: [{end: group}]}".to_owned(),
        _ => "{chance: 20%, steps: [{end: iteration}], else: [{get: /c}]}".to_owned(),
    }
}

fn load(random: &mut Rng) -> String {
    let (users, rate) = (random.u32(1..4), random.u32(3..12));
    let vus = "preAllocatedVUs: 5, maxVUs: 50";
    match random.u32(0..8) {
        0 => format!("executor: constant-arrival-rate, rate: {rate}, duration: 600ms, {vus}"),
        1 => {
            let stages = format!("stages: [{{duration: 600ms, target: {rate}}}]");
            format!("executor: ramping-arrival-rate, startRate: 2, {vus}, {stages}")
        }
        2 => format!("executor: shared-iterations, vus: {users}, iterations: {rate}"),
        3 => format!("executor: per-vu-iterations, vus: {users}, iterations: 3"),
        4 => {
            let stage = |target| format!("{{duration: 200ms, target: {target}}}");
            let stages = format!("stages: [{}, {}, {}]", stage(4), stage(0), stage(users));
            format!("executor: ramping-vus, startVUs: 1, gracefulRampDown: 0s, {stages}")
        }
        5 => format!("executor: constant-vus, vus: {users}, duration: 600ms, gracefulStop: 0s"),
        6 => format!("executor: constant-vus, vus: {users}, duration: 600ms, wait: 30ms"),
        _ => format!("executor: constant-vus, vus: {users}, duration: 600ms"),
    }
}

fn profile(random: &mut Rng, redirecting: &str) -> String {
    let mut text = String::from("scenarios:\n");
    for number in 0..SCENARIOS {
        let load = load(random);
        let once = ", on_start: [{repeat: 2, steps: [{get: /start}]}], on_stop: [{get: /stop}]";
        let once = if number % 5 == 0 { once } else { "" };
        // Without a pause, closed scenarios have no ceiling.
        let pause = random.u32(10..60);
        let flow = steps(random, 3, (false, false)).replace("REDIRECTING", redirecting);
        text += &format!("  s{number}: {{{load}{once}, flow: [{{think: {pause}ms}}, {}}}\n", &flow[1..]);
    }
    text += "thresholds:\n";
    let threshold = |number| format!("  'http_reqs{{scenario:s{number}}}': {{threshold: count>=0, noData: pass}}\n");
    (0..SCENARIOS).fold(text, |text, number| text + &threshold(number))
}

#[test]
fn no_run_reaches_more_than_check_says() {
    let (address, _asked) = serve(|request| {
        let hop: u32 = request.split(['/', ' ']).nth(2).and_then(|hop| hop.parse().ok()).unwrap_or(9);
        if hop < 6 { reply(302, &format!("Location: /{}\r\n", hop + 1), b"") } else { reply(200, "", b"") }
    });
    let target = practice(&[]);
    let bench = Bench::new();
    let base = format!("base_url: http://{}\n", target.address());
    bench.write("p.yaml", &(base + &profile(&mut Rng::with_seed(6), &address.to_string())));
    let checked = bench.run(&["check", "p.yaml", "--json", "--max-redirects", "0"]);
    assert_eq!(checked.code, 0, "{}", checked.stderr);
    let plan: Json = serde_json::from_str(&checked.stdout).unwrap();
    let ran = bench.run(&["run", "p.yaml", "--run-dir", "run", "--max-redirects", "0"]);
    let summary = bench.summary();
    let (mut counted, mut near) = (0, 0);
    for scenario in plan["scenarios"].as_array().unwrap() {
        let (name, limit) = (scenario["name"].as_str().unwrap(), &scenario["at_most"]);
        let reached = &summary["metrics"][format!("http_reqs{{scenario:{name}}}")]["values"]["count"];
        let reached = reached.as_f64().unwrap_or(0.0);
        if let Some(most) = limit["requests"].as_f64() {
            assert!(reached <= most, "{name}: {reached} of at most {most}: {scenario:#}\n{}", ran.stdout);
            counted += 1;
            near += i32::from(reached * 4.0 >= most);
        }
    }
    assert!(counted >= 100 && near >= 30, "{counted} counted, {near} near");
}
