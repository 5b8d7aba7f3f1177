//! Positions of nodes, and limits of size and depth.

use super::*;
use proptest::prelude::*;

#[test]
fn nodes_know_their_places() {
    let Yaml::Map(pairs) = parse("a: 1\nb:\n  - x\n  - 'y'\n").unwrap().value else { panic!("a map") };
    assert_eq!(pairs[0].1.position, Position { line: 1, column: 4 });
    let Yaml::List(items) = &pairs[1].1.value else { panic!("a list") };
    assert_eq!(items[1].position, Position { line: 4, column: 5 });
    assert_eq!(items[1].value, Yaml::Scalar { text: "y".into(), plain: false });
}

#[test]
fn bombs_are_refused() {
    let mut bomb = String::from("a: &a [x, x, x, x, x, x, x, x, x, x]\n");
    for (from, to) in ["a", "b", "c", "d", "e", "f"].iter().zip(["b", "c", "d", "e", "f", "g"]) {
        bomb += &format!("{to}: &{to} [{}]\n", vec![format!("*{from}"); 10].join(", "));
    }
    assert!(parse(&bomb).unwrap_err().message.contains("too large"));
    assert!(parse(&"[".repeat(1_000)).is_err());
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in "[ a:\\-\n\t\\[\\]{}&*'\"#|>!%0-9]{0,80}") {
        let _anything = parse(&text);
    }
}

#[test]
fn invalid_yaml_has_a_hint_that_fits() {
    for (text, hint) in [
        ("flow:\n\t- get: /\n", "indent with spaces"),
        ("flow:\n  - get: /\n bad\n", "the keys of a map begin in the same column"),
        ("flow: [get: /\n", "within `{ }` and `[ ]`"),
        ("flow: [{get: /a,b}}]\n", "within `{ }` and `[ ]`"),
    ] {
        let error = parse(text).unwrap_err();
        assert!(error.hint.as_ref().is_some_and(|found| found.starts_with(hint)), "{text}: {error:?}");
    }
}
