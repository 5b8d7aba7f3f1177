//! Segments of pods.

use super::*;

fn read(text: &str, set: &[(&str, &str)]) -> Result<String, String> {
    segment(text, |name| set.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned()))
}

#[test]
fn a_pod_takes_the_part_of_its_index() {
    let index = ("JOB_COMPLETION_INDEX", "2");
    assert_eq!(read("auto/4", &[index]), Ok("3/4".to_owned()));
    assert_eq!(read("auto", &[index, ("JOB_COMPLETIONS", "5")]), Ok("3/5".to_owned()));
    assert_eq!(read("2/3", &[index]), Ok("2/3".to_owned()));
}

#[test]
fn what_is_missing_is_named() {
    let missing = read("auto/4", &[]).unwrap_err();
    assert!(missing.contains("JOB_COMPLETION_INDEX is not set") && missing.contains("completionMode: Indexed"));
    let missing = read("auto", &[("JOB_COMPLETION_INDEX", "0"), ("JOB_COMPLETIONS", " ")]).unwrap_err();
    assert!(missing.contains("JOB_COMPLETIONS is not set") && missing.contains("auto/N"), "{missing}");
    let wrong = read("auto", &[("JOB_COMPLETION_INDEX", "first")]).unwrap_err();
    assert!(wrong.contains("`first`, which is no whole number"), "{wrong}");
}
