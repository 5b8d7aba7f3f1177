//! Tests of `options`.

use super::*;

#[test]
fn every_option_takes_its_own_example() {
    for (name, help) in NAMES {
        let examples = help.split_once("e.g. ").map_or("10ms", |(_, rest)| rest);
        let example = match examples.strip_prefix('\'') {
            Some(quoted) => quoted.split('\'').next().unwrap(),
            None => examples.split(" or ").next().unwrap().split(" (").next().unwrap(),
        };
        let mut options = TargetOptions::default();
        options.set(name, example).unwrap_or_else(|error| panic!("{error}"));
        options.set(&name.replace('_', "-"), example).unwrap();
    }
}

#[test]
fn an_unknown_name_gets_a_suggestion() {
    let mut options = TargetOptions::default();
    let error = options.set("latancy", "10ms").unwrap_err().to_string();
    assert_eq!(error, "unknown option `latancy` of the practice target; did you mean `latency`?");
    assert!(options.set("colour", "red").unwrap_err().to_string().contains("known are latency, latency_at"));
}

#[test]
fn a_bad_value_names_the_option_and_what_it_takes() {
    for (name, value, message) in [
        ("capacity", "0", "capacity: `0` is out of range; write a whole number from 1 to 1000000"),
        ("errors", "lots", "errors: `lots` is not a share; write for example 2% or 0.02"),
        ("error-status", "99", "error_status: `99` is not a status; write a number from 200 to 599"),
        ("stall", "7s", "stall: `7s` is not a window; write start+length, for example 7.5s+1s"),
        ("leak", "1MiB", "leak: `1MiB` is not a leak; write for example 1MiB/s or 1KiB/req"),
        ("seed", "-1", "seed: `-1` is not a seed; write a whole number"),
    ] {
        assert_eq!(TargetOptions::default().set(name, value).unwrap_err().to_string(), message);
    }
}

#[test]
fn repeated_options_add_up() {
    let mut options = TargetOptions::default();
    for value in ["7.5s+1s", "20s+1s"] {
        options.set("stall", value).unwrap();
    }
    assert_eq!(options.timeline.stalls.len(), 2);
}
