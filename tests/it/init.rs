//! `init` and `completions`: what they write works.

use super::support::{Bench, practice, url};

#[test]
fn a_first_profile_passes_check_and_runs() {
    for (words, file, folder) in [
        (&["init"][..], "loadagent.yaml", ""),
        (&["init", "load/shop.yaml", "--url", "https://shop.example/a"], "load/shop.yaml", "load/"),
    ] {
        let (bench, target) = (Bench::new(), practice(&[("latency", "1ms")]));
        let ran = bench.run(words);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        assert!(ran.stdout.contains(file), "{}", ran.stdout);
        let check = bench.run(&["check", file]);
        assert_eq!((check.code, check.stderr.as_str()), (0, ""));
        let base = format!("BASE_URL={}", url(&target));
        let ran = bench.run(&["run", file, "-e", &base, "-d", "1s", "--run-dir", "run"]);
        assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
        assert_eq!(target.report().total, 10);
        let text = std::fs::read_to_string(bench.path().join(file)).unwrap();
        let schema = text.lines().next().unwrap().split("$schema=").nth(1).unwrap();
        let schema = std::fs::read_to_string(bench.path().join(format!("{folder}{schema}"))).unwrap();
        assert_eq!(schema, bench.run(&["profiles", "schema"]).stdout);
        let again = bench.run(words);
        assert!(again.code == 104 && again.stderr.contains("exists already"), "{}", again.stderr);
        assert_eq!(std::fs::read_to_string(bench.path().join(file)).unwrap(), text);
    }
    let bench = Bench::new();
    for wrong in ["nonsense", "http://h/?a=b", "ftp://h", ""] {
        let ran = bench.run(&["init", "--url", wrong]);
        assert!(ran.code == 104 && !bench.path().join("loadagent.yaml").exists(), "{wrong}: {}", ran.stderr);
    }
}

#[test]
fn completions_know_commands_and_options() {
    let bench = Bench::new();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let ran = bench.run(&["completions", shell]);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        for word in ["replay", "duration-factor", "as-scheduled"] {
            assert!(ran.stdout.contains(word), "{shell}: no {word}");
        }
    }
    assert_eq!(bench.run(&["completions", "sh"]).code, 2);
}
