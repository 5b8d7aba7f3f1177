//! Long lines on narrow terminals.

use proptest::prelude::*;

use super::*;
use crate::report::style;

#[test]
fn lines_break_at_blanks() {
    let line = format!("    {} open model: 2,002 arrivals offered,  2,002 started", style::warn("!"));
    let pieces: Vec<String> = wrap(&line, 32, 2).iter().map(|piece| strip_str(piece).to_string()).collect();
    assert_eq!(pieces, ["    ! open model: 2,002 arrivals", "      offered,  2,002 started"]);
    assert_eq!(wrap(&line, 200, 2), std::slice::from_ref(&line));
    assert_eq!(wrap(&line, 10, 2), [line]);
    let long = format!("  written to {}", "x".repeat(60));
    assert_eq!(wrap(&long, 40, 2), ["  written to".to_owned(), format!("    {}", "x".repeat(60))]);
}

proptest! {
    #[test]
    fn no_word_is_lost_and_every_piece_fits(words in prop::collection::vec("[a-z,]{1,12}", 0..40), indent in 0_usize..8, width in 24_usize..90) {
        let line = format!("{}{}", " ".repeat(indent), words.join(" "));
        let pieces = wrap(&line, width, 2);
        let found: Vec<&str> = pieces.iter().flat_map(|piece| piece.split_whitespace()).collect();
        prop_assert_eq!(found, words.iter().map(String::as_str).collect::<Vec<_>>());
        for piece in &pieces {
            prop_assert!(piece.chars().count() <= width, "{}", piece);
        }
    }
}
