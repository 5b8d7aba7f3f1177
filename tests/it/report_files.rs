//! `--html`, `--junit` and `--markdown` of a run and of its log say the same, and secrets of the profile are in neither.

use super::support::{Bench, practice, refusing_url, url};

const FILES: [&str; 3] = ["report.html", "report.xml", "report.md"];

fn flags(folder: &str) -> Vec<String> {
    let names = ["--html", "--junit", "--markdown"].iter().zip(FILES);
    names.flat_map(|(flag, file)| [(*flag).to_owned(), format!("{folder}/{file}")]).collect()
}

/// Runs with these words and all three flags, and gives the files that the run wrote and those of `report`.
fn both(bench: &Bench, words: &[&str], code: i32) -> (Vec<String>, Vec<String>) {
    let own = flags("own");
    let ran = bench.run(&words.iter().copied().chain(own.iter().map(String::as_str)).collect::<Vec<_>>());
    assert_eq!(ran.code, code, "{}{}", ran.stdout, ran.stderr);
    let later = flags("later");
    let reported =
        bench.run(&["report", "run"].into_iter().chain(later.iter().map(String::as_str)).collect::<Vec<_>>());
    assert_eq!((reported.code, reported.stdout.as_str()), (0, ""), "{}", reported.stderr);
    let read = |folder: &str| FILES.map(|file| std::fs::read_to_string(bench.path().join(folder).join(file)).unwrap());
    (read("own").into(), read("later").into())
}

fn data(page: &str) -> serde_json::Value {
    serde_json::from_str(page.split("id=\"data\">").nth(1).unwrap().split("</script>").next().unwrap()).unwrap()
}

#[test]
fn a_run_and_its_log_write_the_same_files() {
    let (bench, target) = (Bench::new(), practice(&[("latency", "2ms"), ("errors", "30%")]));
    let words = [
        "run",
        &url(&target),
        "--rate",
        "40",
        "-d",
        "3s",
        "--run-dir",
        "run",
        "--threshold",
        "http_req_failed=rate<0.01",
    ];
    let (own, later) = both(&bench, &words, 99);
    assert_eq!(own, later);
    let (page, summary) = (data(&own[0]), bench.summary());
    assert_eq!(page["summary"]["metrics"], summary["metrics"]);
    assert_eq!(page["summary"]["loadagent"], summary["loadagent"]);
    let whole = &page["timeline"]["scopes"][0];
    let sum = |key: &str| whole[key].as_array().unwrap().iter().map(|count| count.as_u64().unwrap()).sum::<u64>();
    let attempts = &summary["metrics"]["http_req_failed"]["values"];
    assert_eq!(sum("failed"), attempts["passes"].as_u64().unwrap());
    assert_eq!(sum("requests"), attempts["passes"].as_u64().unwrap() + attempts["fails"].as_u64().unwrap());
    assert_eq!(sum("due"), summary["loadagent"]["validity"]["offered"].as_u64().unwrap());
    assert!(own[1].contains("failures=\"1\"") && own[2].contains("❌ Failed"), "{}", own[2]);
}

#[test]
fn outputs_that_drain_are_in_the_last_version() {
    let (bench, target) = (Bench::new(), practice(&[]));
    let out = format!("prometheus={}api/v1/write", refusing_url());
    let words = ["run", &url(&target), "-i", "5", "--run-dir", "run", "--out", &out, "--drain", "100ms"];
    let (own, later) = both(&bench, &words, 110);
    assert_eq!(own, later);
    assert_eq!(data(&own[0])["summary"]["loadagent"]["outputs_pending"], false);
    assert!(own[1].contains("the outputs got everything") && own[1].contains("<failure"), "{}", own[1]);
}

#[test]
fn secrets_of_the_profile_are_struck_out() {
    let (bench, target) = (Bench::new(), practice(&[]));
    let profile = format!(
        "base_url: {}\nvars: {{api_key: hush-one}}\nauth: {{basic: {{user: hush-two, password: hush-three}}}}\n\
         # password: hush-four\nvus: 1\niterations: 1\nflow:\n  - get: /?token=hush-five\n    headers: {{X-Auth: hush-six}}\n    name: a\n",
        url(&target)
    );
    bench.write("p.yaml", &profile);
    let (own, later) = both(&bench, &["run", "p.yaml", "--run-dir", "run"], 0);
    assert_eq!(own, later);
    let kept = std::fs::read_to_string(bench.path().join("run/profile.yaml")).unwrap();
    assert_eq!(data(&own[0])["profile"], kept);
    for text in own.iter().chain([&kept]) {
        assert!(!text.contains("hush-"), "{text}");
    }
    assert!(kept.contains("vars: {api_key: ***}") && kept.contains("iterations: 1"), "{kept}");
}

#[test]
fn what_cannot_be_written_is_an_error_before_the_load() {
    let (bench, target) = (Bench::new(), practice(&[]));
    for flag in ["--html", "--junit", "--markdown"] {
        let ran = bench.run(&["run", &url(&target), "-i", "1", flag, "/proc/none/file"]);
        assert_eq!(ran.code, 2, "{}", ran.stderr);
        assert!(ran.stderr.contains(&format!("{flag} /proc/none/file")), "{}", ran.stderr);
        let report = bench.run(&["report", "run", flag, "x", "--get", "state"]);
        assert_eq!(report.code, 2, "{}", report.stderr);
    }
    assert_eq!(target.report().total, 0);
}

#[test]
fn a_run_without_a_load_has_a_report() {
    let bench = Bench::new();
    let profile = format!(
        "base_url: {}\nsetup: [{{fail: no}}]\nscenarios: {{s: {{vus: 1, duration: 1s, flow: [{{get: /}}]}}}}\n",
        refusing_url()
    );
    bench.write("p.yaml", &profile);
    let (own, later) = both(&bench, &["p.yaml", "--run-dir", "run"], 108);
    assert_eq!(own[1..], later[1..]);
    assert!(own[2].contains("❌ Aborted"), "{}", own[2]);
}
