//! Choice among matches, and robustness against any response.

use proptest::prelude::*;

use super::*;

fn all_kinds() -> Vec<Extractor> {
    let mut kinds = vec![
        Extractor::Regex(Pattern::new("(?<a>[a-c<]*)[=:]", None).unwrap()),
        Extractor::Header(HeaderSelector::new("a")),
        Extractor::Cookie(Cookie::new("a")),
        Extractor::Html(Html::field("a")),
        Extractor::Html(Html::meta("a")),
        Extractor::Between(Between::new("<", ">").unwrap()),
    ];
    for path in ["$", "a", "a[1].b", "[-1]", "$..a", "$.*[::-1]", "[?@.a == $.a || length(@) > 1]"] {
        kinds.push(Extractor::Json(JsonPath::parse(path).unwrap()));
    }
    kinds
}

const TAKES: [Take; 7] =
    [Take::First, Take::Last, Take::Random, Take::All, Take::Count, Take::Nth(1), Take::Nth(i64::MIN)];

fn try_all(bytes: &[u8]) {
    let response = Response { head: bytes, body: bytes, ..Response::default() };
    let mut random = fastrand::Rng::with_seed(1);
    for kind in all_kinds() {
        let found = TAKES.map(|take| kind.find(&response, take, &mut random));
        let [first, last, any, all, count, ..] = &found;
        let count = match count {
            Some(Value::Int(count)) => count,
            // Not JSON to its end: no number, and the others find nothing.
            None if matches!(kind, Extractor::Json(_)) => &0,
            other => panic!("{other:?}"),
        };
        assert!([last, any, all].iter().all(|found| found.is_some() == (*count > 0)), "{kind:?}: {found:?}");
        // In a truncated JSON body the first value is found, though all values are not.
        assert!(first.is_some() || *count == 0, "{kind:?}: {found:?}");
        if let Some(all) = all {
            assert_eq!(all.at(0), first.as_ref());
            assert_eq!(all.at(-1), last.as_ref());
            assert_eq!(all.at(count - 1), last.as_ref());
        }
    }
}

/// An error page in the place of a list is not a list of none.
#[test]
fn a_body_that_is_not_json_has_no_number_of_values() {
    let json = |path| Extractor::Json(JsonPath::parse(path).unwrap());
    let mut random = fastrand::Rng::with_seed(1);
    for path in ["items", "items[*]", "$..id", "items[?@.id > 1]", "[-1]", "$"] {
        let mut count =
            |body: &[u8]| json(path).find(&Response { body, ..Response::default() }, Take::Count, &mut random);
        for body in [
            &b""[..],
            b" ",
            b"<html>502</html>",
            b"{\"items\": [1, 2",
            b"{} {}",
            b"{\"a\": 1}\n{\"a\": 2}",
            b"NaN",
            b"\xff",
        ] {
            assert_eq!(count(body), None, "{path} {body:?}");
        }
        for body in [&b"{}"[..], b"[]", b"1", b"null", b"\xef\xbb\xbf{\"b\": 1}"] {
            assert_eq!(count(body), Some(Value::Int(i64::from(path == "$"))), "{path} {body:?}");
        }
    }
}

#[test]
fn one_of_several_matches_is_chosen() {
    let extractor = Extractor::Regex(Pattern::new("[0-9]", None).unwrap());
    let response = Response { body: b"1 2 3", ..Response::default() };
    let mut random = fastrand::Rng::with_seed(7);
    let mut take = |take| extractor.find(&response, take, &mut random);
    assert_eq!(take(Take::First), Some(Value::from("1")));
    assert_eq!(take(Take::Last), Some(Value::from("3")));
    assert_eq!(take(Take::Nth(1)), Some(Value::from("2")));
    assert_eq!(take(Take::Nth(-1)), Some(Value::from("3")));
    assert_eq!(take(Take::Nth(3)), None);
    assert_eq!(take(Take::Nth(-4)), None);
    assert_eq!(take(Take::Count), Some(Value::Int(3)));
    assert_eq!(take(Take::All), Some(Value::List(["1", "2", "3"].map(Value::from).into())));
    let drawn: std::collections::BTreeSet<_> = (0..100).map(|_| format!("{:?}", take(Take::Random))).collect();
    assert_eq!(drawn.len(), 3);
}

#[test]
fn kinds_know_which_part_they_read() {
    let heads = all_kinds().iter().filter(|kind| kind.reads_head()).count();
    let bodies = all_kinds().iter().filter(|kind| kind.reads_body()).count();
    assert_eq!((heads, bodies), (2, all_kinds().len() - 2));
}

proptest! {
    #[test]
    fn no_bytes_break_it(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        try_all(&bytes);
    }

    /// Texts that pass more of the parsers than arbitrary bytes.
    #[test]
    fn no_markup_and_no_json_breaks_it(text in r#"([\[\]{}<>/=!"':,a0 \r\n\\;&#x-]|"a":|<input |</|<!--|set-cookie:|name=a|<select |<option){0,60}"#) {
        try_all(text.as_bytes());
    }
}
