//! Tests of campaigns: what is read, and errors at their place.

use super::*;

fn read(text: &str) -> Campaign {
    load("nightly.yaml", text, &[("TOKEN".to_owned(), "t".to_owned())]).unwrap_or_else(|error| panic!("{error}"))
}

fn words(run: &CampaignRun) -> Vec<String> {
    run.flags.iter().map(Flag::word).collect()
}

#[test]
fn keys_at_the_top_hold_for_runs_that_lack_them() {
    let campaign = read(
        "cool_down: 5s\nwarm_up: 2s\nrepeats: 3\nenv: {A: 1, B: 2}\noutputs: [csv=a, json=b]\nruns:\n  - first.yaml\n  \
         - {profile: second.yaml, name: two, env: {B: \"${env('TOKEN')}\", C: x=y}, outputs: [hdr], repeats: 1, \
         warm_up: 0s, thresholds: {http_req_failed: [rate<0.1, count<5]}, scenarios: [a, b]}\n",
    );
    assert_eq!((campaign.name.as_str(), campaign.stops_on_failure), ("nightly", false));
    let [first, second] = campaign.runs.as_slice() else { panic!("{campaign:?}") };
    assert_eq!((first.name.as_str(), first.profile.as_str(), first.repeats), ("first", "first.yaml", 3));
    assert_eq!(words(first), ["--env=A=1", "--env=B=2", "--out=csv=a", "--out=json=b"]);
    assert_eq!((first.warm_up, first.cool_down), (Duration::from_secs(2), Duration::from_secs(5)));
    assert_eq!((second.name.as_str(), second.repeats, second.warm_up), ("two", 1, Duration::ZERO));
    assert_eq!(second.cool_down, Duration::from_secs(5));
    let wanted = [
        "--env=A=1",
        "--env=B=t",
        "--env=C=x=y",
        "--scenarios=a",
        "--scenarios=b",
        "--threshold=http_req_failed=rate<0.1",
        "--threshold=http_req_failed=count<5",
        "--out=hdr",
    ];
    assert_eq!(words(second), wanted);
}

#[test]
fn errors_have_positions_and_come_together() {
    let error = load(
        "c.yaml",
        "on_failure: perhaps\ncool_down: 5\nruns:\n  - {profile: a.yaml, prset: x}\n  - {name: b}\n  - a.yaml\n  \
         - {profile: d.yaml, repeats: 0, vus: many}\n",
        &[],
    )
    .unwrap_err();
    let found: Vec<_> = error.list.iter().map(|one| (one.position.line, one.position.column)).collect();
    assert_eq!(found, [(1, 13), (2, 12), (4, 23), (5, 5), (6, 5), (7, 32), (7, 40)], "{error}");
    assert!(error.to_string().contains("did you mean `preset`?"), "{error}");
    for (text, wanted) in [
        ("runs: []", "needs a run"),
        ("name: x", "needs `runs`"),
        ("runs: {a: b}", "must be a list"),
        ("[", "invalid YAML"),
    ] {
        let error = load("c.yaml", text, &[]).unwrap_err().to_string();
        assert!(error.contains(wanted), "{text}: {error}");
    }
}

#[test]
fn a_campaign_is_no_profile() {
    assert!(is_campaign("runs: [a.yaml]") && is_campaign("Runs:\n- a.yaml"));
    assert!(!is_campaign("flow: [{get: /runs}]") && !is_campaign("# runs:\nvus: 1") && !is_campaign("runs: ["));
}

#[test]
fn the_documentation_has_all_keys() {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/campaigns.md")).unwrap();
    for key in CAMPAIGN.all_keys().chain(RUN.own_keys()) {
        assert!(text.contains(&format!("`{}`", key.name)), "{}", key.name);
    }
    assert!(FLAGS.iter().all(|(key, ..)| EACH.own_keys().any(|known| known.name == *key)));
}
