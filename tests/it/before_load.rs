//! What is reported before a load: warnings about the plan, and errors in variables, outputs and samples.

use super::support::{Bench, Ran, practice, url};

const PROFILE: &str = "vars: {SIZE: 1}\nmetrics: {okr: rate, orders: counter, took: trend}\nvus: 1\niterations: 2\n";

/// Runs with variables of the environment.
fn run_with(bench: &Bench, variables: &[(&str, &str)], words: &[&str]) -> Ran {
    bench.command(words).envs(variables.iter().copied()).output().unwrap().into()
}

#[test]
fn run_prints_the_warnings_of_check_before_the_load() {
    let target = practice(&[]);
    let bench = Bench::new();
    let thresholds = "thresholds: {'http_req_duration{name:none}': 'p(95)<5', okr: 'rate>0', http_reqs: 'count>900'}\n";
    bench.write("p.yaml", &format!("{PROFILE}{thresholds}flow: [{{get: '{}'}}]\n", url(&target)));
    let checked = bench.run(&["check", "p.yaml"]).stdout;
    let warnings: Vec<_> = checked.lines().filter(|line| line.starts_with("  warning: ")).collect();
    assert!(warnings.len() >= 3, "{checked}");
    let ran = bench.run(&["run", "p.yaml", "--run-dir", "run"]);
    let reported: Vec<_> = ran.stderr.lines().filter(|line| line.starts_with("  warning: ")).collect();
    assert_eq!(reported, warnings, "{}", ran.stderr);
    let quiet = bench.run(&["run", "p.yaml", "-q"]);
    assert!(!quiet.stderr.contains("warning: "), "{}", quiet.stderr);
}

#[test]
fn a_switch_in_a_variable_is_a_boolean() {
    let target = practice(&[]);
    let bench = Bench::new();
    bench.write(
        "p.yaml",
        &format!("{PROFILE}thresholds: {{http_reqs: 'count<1'}}\nflow: [{{get: '{}'}}]\n", url(&target)),
    );
    for (value, code) in [
        ("1", 0),
        ("true", 0),
        ("Yes", 0),
        ("on", 0),
        ("0", 99),
        ("false", 99),
        ("NO", 99),
        ("off", 99),
        ("", 99),
        ("maybe", 2),
        ("2", 2),
        ("disabled", 2),
    ] {
        let ran = run_with(&bench, &[("LOADAGENT_NO_THRESHOLDS", value)], &["run", "p.yaml", "-q"]);
        assert_eq!(ran.code, code, "{value}: {}", ran.stderr);
        assert_eq!(ran.stderr.contains("for 'LOADAGENT_NO_THRESHOLDS': not a boolean"), code == 2, "{}", ran.stderr);
    }
}

#[test]
fn errors_name_the_variable_or_the_option_that_was_written() {
    let bench = Bench::new();
    for (name, value, flag) in [
        ("LOADAGENT_VUS", "abc", "-u"),
        ("LOADAGENT_RATE", "abc", "--rate"),
        ("LOADAGENT_DRAIN", "abc", "--drain"),
        ("LOADAGENT_THRESHOLD", "abc", "--threshold"),
        ("LOADAGENT_MIN_ITERATION_DURATION", "abc", "--min-iteration-duration"),
    ] {
        let by_variable = run_with(&bench, &[(name, value)], &["run", "http://h/"]);
        assert_eq!(by_variable.code, 2, "{}", by_variable.stderr);
        assert!(by_variable.stderr.contains(&format!("'{value}' for '{name}'")), "{}", by_variable.stderr);
        let by_flag = run_with(&bench, &[(name, value)], &["run", "http://h/", flag, "xyz"]);
        assert!(by_flag.stderr.contains("'xyz' for '--"), "{}", by_flag.stderr);
    }
}

#[test]
fn a_variable_holds_several_outputs() {
    let target = practice(&[]);
    let bench = Bench::new();
    let list = "json=one, two.json,csv=a.csv hdr=h.hlog";
    let ran = run_with(&bench, &[("LOADAGENT_OUT", list)], &["run", &url(&target), "-i", "3", "-q"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    for file in ["one, two.json", "a.csv", "h.hlog"] {
        assert!(bench.path().join(file).is_file(), "{file}");
    }
    let wrong = run_with(&bench, &[("LOADAGENT_OUT", "csv=b.csv,json?colour=1")], &["check", &url(&target)]);
    assert_eq!(wrong.code, 104, "{}", wrong.stderr);
    // A flag is one output, whatever it holds.
    assert_eq!(bench.run(&["run", &url(&target), "-i", "3", "-q", "--out", "csv=c,json=d"]).code, 0);
    assert!(bench.path().join("c,json=d").is_file());
}

#[test]
fn mistakes_in_names_are_errors_of_the_profile() {
    let bench = Bench::new();
    let text = format!("{PROFILE}outputs: [csv=a.csv, promtheus=http://x]\nflow: [{{get: 'http://h/', tmeout: 1s}}]\n");
    bench.write("p.yaml", &text);
    let ran = bench.run(&["run", "p.yaml", "-e", "SIZZE=3"]);
    assert_eq!(ran.code, 104, "{}", ran.stderr);
    for reported in ["-e SIZZE: unknown variable", "p.yaml:5:22: outputs: promtheus: unknown output", "p.yaml:6:27: "] {
        assert!(ran.stderr.contains(reported), "{reported}: {}", ran.stderr);
    }
    assert!(ran.stderr.contains("3 errors in p.yaml") && !ran.stderr.contains("--out"), "{}", ran.stderr);
    // An output on the command line replaces them.
    let ran = bench.run(&["check", "p.yaml", "--out", "csv=x"]);
    assert!(ran.stderr.contains("1 error in p.yaml"), "{}", ran.stderr);
}

#[test]
fn a_rate_takes_truth_values_however_they_are_written() {
    let target = practice(&[]);
    let bench = Bench::new();
    let profile = |steps: &str| format!("{PROFILE}flow: [{{get: '{}'}}, {steps}]\n", url(&target));
    for (written, nonzero) in [
        ("true", 2),
        ("false", 0),
        ("'true'", 2),
        ("'${status == 200}'", 2),
        ("'${status != 200}'", 0),
        ("'${\"true\"}'", 2),
        ("'${lower(\"FALSE\" + error)}'", 0),
        ("'${1 < 2}'", 2),
        ("1", 2),
        ("0", 0),
    ] {
        bench.write("p.yaml", &profile(&format!("{{metric: {{okr: {written}}}}}")));
        std::fs::remove_dir_all(bench.path().join("run")).ok();
        let ran = bench.run(&["run", "p.yaml", "-q", "--run-dir", "run"]);
        assert_eq!(ran.code, 0, "{written}: {}", ran.stderr);
        let rate = bench.summary()["metrics"]["okr"]["values"].clone();
        assert_eq!(rate["passes"], nonzero, "{written}: {rate}");
        assert_eq!(rate["fails"], 2 - nonzero, "{written}: {rate}");
    }
    for name in ["orders", "took"] {
        for written in ["true", "false", "'${1 < 2}'"] {
            bench.write("p.yaml", &profile(&format!("{{metric: {{{name}: {written}}}}}")));
            let ran = bench.run(&["check", "p.yaml"]);
            assert_eq!(ran.code, 104, "{}", ran.stderr);
            assert!(ran.stderr.contains("only a `rate` takes `true` and `false`"), "{}", ran.stderr);
        }
    }
}

#[test]
fn arguments_that_are_nearly_right_have_an_example_of_their_own() {
    let bench = Bench::new();
    bench.write("binary.yaml", "");
    std::fs::write(bench.path().join("binary.yaml"), [0xff, 0xfe, 0]).unwrap();
    for (words, code, reported) in [
        (&["run", "."][..], 104, "`.` is a folder; give the profile in it"),
        (&["run", "binary.yaml"], 104, "`binary.yaml` is not text in UTF-8"),
        (&["run", "http://h/", "--threshold", "p95<5"], 2, "for example http_req_duration=p(95)<5"),
        (&["run", "http://h/", "--threshold", "p(99.9) <= 500"], 2, "for example http_req_duration=p(99.9)<= 500"),
        (&["run", "http://h/", "--threshold", "max<5"], 2, "for example http_req_duration=max<5"),
        (&["run", "http://h/", "--threshold", "rate<0.01"], 2, "for example http_req_failed=rate<0.01"),
        (&["run", "http://h/", "--threshold", "count>=100"], 2, "for example http_reqs=count>=100"),
        (&["run", "http://h/", "--threshold", "nonsense"], 2, "for example http_req_duration=p(95)<500"),
    ] {
        let ran = bench.run(words);
        assert_eq!(ran.code, code, "{words:?}: {}", ran.stderr);
        assert!(ran.stderr.contains(reported), "{words:?}: {}", ran.stderr);
    }
}

#[test]
fn a_metric_of_arrivals_needs_arrivals() {
    let bench = Bench::new();
    for (load, matches) in [("vus: 1\nduration: 1s", false), ("rate: 1\nduration: 1s", true)] {
        for metric in ["schedule_lag", "iteration_response_time"] {
            bench.write(
                "p.yaml",
                &format!("{load}\nthresholds: {{{metric}: 'p(95)<50'}}\nflow: [{{get: 'http://h/'}}]\n"),
            );
            let checked = bench.run(&["check", "p.yaml"]).stdout;
            let warning = format!("on {metric} matches no series: only scenarios with arrivals record it");
            assert_eq!(checked.contains(&warning), !matches, "{checked}");
        }
    }
}

/// Whatever two options write one file, one would overwrite the other.
#[test]
fn each_file_is_written_by_one_option() {
    let bench = Bench::new();
    for (words, named) in [
        (&["--summary-export", "x.json", "--out", "json=x.json"][..], "--out json writes this file, too"),
        (&["--out", "csv=x", "--summary-export", "./x"], "--out csv writes this file, too"),
        (&["--html", "x", "--summary-export", "x"], "--summary-export writes this file, too"),
        (&["--junit", "x", "--markdown", "./x"], "--junit writes this file, too"),
        (&["--out", "json=x_stats.csv", "--csv", "x"], "--out json writes this file, too"),
    ] {
        let ran = bench.run(&[&["run", "examples/ends", "--run-dir", "run"], words].concat());
        assert!(ran.stderr.contains(named), "{words:?}: {}", ran.stderr);
        assert_eq!((ran.code, bench.path().join("run").exists()), (2, false), "{words:?}");
    }
    let ran =
        bench.run(&["run", "examples/poll", "--run-dir", "run", "--summary-export", "/dev/null", "--csv", "/dev/null"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
}
