//! Tests of jobs: times and locations as servers write them.

use super::*;

#[test]
fn times_are_read_in_the_forms_that_servers_use() {
    let at = Some(Duration::from_millis(1_795_788_800_250));
    for text in ["2026-11-27T14:13:20.250Z", "2026-11-27T16:13:20.250+02:00", "1795788800250", " 1795788800.25 "] {
        let close = time_of(&Value::from(text)).zip(at).map(|(read, at)| read.abs_diff(at));
        assert!(close.is_some_and(|off| off < Duration::from_micros(1)), "{text}: {close:?}");
    }
    assert_eq!(time_of(&Value::Int(1_795_788_800)), Some(Duration::from_secs(1_795_788_800)));
    assert_eq!(time_of(&Value::Int(1_795_788_800_250)), at);
    assert_eq!(time_of(&Value::from("Sun, 06 Nov 1994 08:49:37 GMT")), Some(Duration::from_secs(784_111_777)));
    for wrong in [Value::Null, Value::Bool(true), Value::from("soon"), Value::Int(-1), Value::Float(f64::NAN)] {
        assert_eq!(time_of(&wrong), None, "{wrong:?}");
    }
}

#[test]
fn a_location_is_relative_to_the_submission() {
    let base = Url::parse("http://a.example:81/v1/jobs?x=1").unwrap();
    for (location, url) in [
        ("/v1/jobs/7", "http://a.example:81/v1/jobs/7"),
        ("jobs/7", "http://a.example:81/v1/jobs/7"),
        ("?id=7", "http://a.example:81/v1/jobs?id=7"),
        ("//b.example/7", "http://b.example/7"),
        ("https://b.example/7", "https://b.example/7"),
    ] {
        assert_eq!(resolved(location, Some(&base)), url);
        assert_eq!(resolved(location, None), location);
    }
}

#[test]
fn outcomes_have_words_of_their_own() {
    let words: std::collections::BTreeSet<_> = JobOutcome::ALL.map(JobOutcome::as_str).into();
    assert_eq!(words.len(), JobOutcome::ALL.len());
}
