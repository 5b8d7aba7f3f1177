//! The examples that `--help` shows work as they are shown.

use super::support::{Bench, Ran, practice, url};

/// The flag of each example and the example: what follows `for example` in a flag's help.
fn examples(help: &str) -> Vec<(String, String)> {
    let mut blocks: Vec<String> = Vec::new();
    for line in help.lines().map(str::trim) {
        match blocks.last_mut() {
            Some(block) if !line.starts_with('-') => *block += &format!(" {line}"),
            _ => blocks.push(line.to_owned()),
        }
    }
    let example = |block: String| {
        let flag = block.split([' ', '=']).find(|word| word.starts_with("--"))?.to_owned();
        let shown = block.split("for example ").nth(1)?;
        let example = match shown.strip_prefix('\'') {
            Some(quoted) => quoted.split('\'').next()?,
            None => shown.split(' ').next()?.trim_end_matches([';', ',', '.']),
        };
        Some((flag, example.to_owned()))
    };
    blocks.into_iter().filter_map(example).collect()
}

#[test]
fn flags_of_a_run() {
    let (bench, target) = (Bench::new(), practice(&[]));
    let url = url(&target);
    let found = examples(&bench.run(&["run", "--help"]).stdout);
    for (flag, example) in &found {
        let given: &[&str] = match flag.as_str() {
            // These are read when a run starts.
            "--out" | "--traces" | "--grafana" => &["run", &url, "-i", "1", "--drain", "100ms"],
            "--start-at" => &["run", &url, "-i", "1"],
            _ => &["check", &url],
        };
        let ran = bench.run(&[given, &[flag, example]].concat());
        match flag.as_str() {
            // There may be a receiver on this machine, or none.
            "--out" | "--traces" => assert!([0, 110].contains(&ran.code), "{flag} {example}: {}", ran.stderr),
            "--start-at" => assert!(ran.stderr.contains("ago"), "{flag} {example}: {}", ran.stderr),
            _ => assert_eq!(ran.code, 0, "{flag} {example}: {}", ran.stderr),
        }
    }
    let flags: Vec<&str> = found.iter().map(|(flag, _)| flag.as_str()).collect();
    for flag in ["--duration", "--stage", "--out", "--traces", "--threshold", "--segment", "--start-at", "--grafana"] {
        assert!(flags.contains(&flag), "no example of {flag} was found among {flags:?}");
    }
}

#[test]
fn flags_of_a_report() {
    let (bench, target) = (Bench::new(), practice(&[]));
    assert_eq!(bench.run(&["run", &url(&target), "-i", "3", "--run-dir", "run"]).code, 0);
    let found = examples(&bench.run(&["report", "--help"]).stdout);
    let [(flag, example)] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!(bench.run(&["report", "run", flag, example]).stdout.trim(), "3");
}

/// Compose files and CI systems leave variables empty.
#[test]
fn an_empty_variable_counts_as_not_set() {
    let bench = Bench::new();
    for (words, least) in [(&["check", "http://h/"][..], 25), (&["check"], 25), (&["status"], 1)] {
        // That of `check` leaves out what has no effect there.
        let help = bench.run(&[words[0].replace("check", "run").as_str(), "--help"]).stdout;
        let names: Vec<&str> = help
            .split("[env: ")
            .skip(1)
            .map(|rest| rest.split(']').next().unwrap())
            .chain(["LOADAGENT_PROFILE"])
            .collect();
        assert!(names.len() > least, "{names:?}");
        let without = bench.run(words);
        for name in names {
            for empty in ["", " "] {
                let ran: Ran = bench.command(words).env(name, empty).output().unwrap().into();
                assert_eq!((ran.code, &ran.stderr), (without.code, &without.stderr), "{name}={empty:?} {words:?}");
            }
        }
    }
}
