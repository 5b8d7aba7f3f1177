//! Positions within scalars.

use super::*;
use crate::profile::node::{self, Yaml};

/// The computed and the actual position of the `X` in the first scalar that contains one.
fn found_and_expected(text: &str) -> (Position, Position) {
    let Yaml::Map(pairs) = node::parse(text).unwrap().value else { panic!("a map") };
    let (_, scalar) = pairs.iter().find(|(_, value)| value.scalar().is_some_and(|text| text.contains('X'))).unwrap();
    let value = scalar.scalar().unwrap();
    let at = value.chars().position(|c| c == 'X').unwrap() + 1;
    let line = lines(text).position(|line| line.contains('X')).unwrap();
    let column = lines(text).nth(line).unwrap().chars().position(|c| c == 'X').unwrap();
    (Source::new(text).position_within(scalar.position, value, at), Position { line: line + 1, column: column + 1 })
}

#[test]
fn characters_of_scalars_are_found_where_they_were_written() {
    for text in [
        "a: abX",
        "a: 'abX'",
        "a: \"abX\"",
        "a: 'it''s X'",
        "a: \"\\\"\\t\\x41\\u00fc X\"",
        "a: one\n  two X\n",
        "a: \"one\n\n   two X\"\n",
        "a: |\n  one\n   two X\n  three\n",
        "a: >-\n  one\n\n  X\n",
        "b: 1\r\na: ü X",
        "b: 1\ra: X",
    ] {
        let (found, expected) = found_and_expected(text);
        assert_eq!(found, expected, "{text:?}");
    }
}
