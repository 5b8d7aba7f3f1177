//! Alignment.

use super::*;

#[test]
fn columns_align_and_empty_ones_vanish() {
    let mut table = Table::new(&["STEP", "STAGE", "REQS"]);
    table.row(["GET /".into(), String::new(), "1,000".into()]);
    table.row(["POST /cart".into(), String::new(), "7".into()]);
    assert_eq!(
        table.lines(2, TextLayout::default(), ""),
        ["  STEP         REQS", "  GET /       1,000", "  POST /cart      7"]
    );
}

#[test]
fn a_note_stands_below_its_row_and_fits() {
    let mut table = Table::new(&["class", "count"]);
    table.row(["tls".into(), "3".into()]);
    table.note("first after 2ms: the server's certificate\u{1b} has expired");
    table.row(["dns".into(), "1".into()]);
    assert_eq!(
        table.lines(2, TextLayout::default(), "").get(1..),
        Some(
            ["  tls        3", "    first after 2ms: the server's certificate\\u{1b} has expired", "  dns        1"]
                .map(String::from)
                .as_slice()
        )
    );
    for width in 40..90 {
        let lines = table.lines(2, TextLayout { width: Some(width), by_stage: false }, "");
        assert!(lines.iter().all(|line| line.chars().count() <= width), "{width}: {lines:?}");
        let words: Vec<&str> = lines.iter().flat_map(|line| line.split_whitespace()).collect();
        assert!(
            words.join(" ").contains("first after 2ms: the server's certificate\\u{1b} has expired dns"),
            "{lines:?}"
        );
    }
}

fn wide(rows: usize) -> Table {
    let mut table = Table::new(&["", "reqs", "p95", "max"]).dropping(&["max", "p95"]);
    (0..rows)
        .for_each(|row| table.row([format!("GET /a/long/name/{row}"), "1,000".into(), "12ms".into(), "950ms".into()]));
    table
}

#[test]
fn tables_fit_every_terminal() {
    for width in 27..100 {
        let view = TextLayout { width: Some(width), by_stage: false };
        let lines = wide(3).lines(4, view, "summary.json");
        let longest = lines.iter().map(|line| line.chars().count()).max().unwrap();
        assert!(longest <= width, "{width}: {lines:?}");
        assert!(lines.iter().skip(1).all(|line| line.contains("1,000")), "numbers are never cut: {lines:?}");
    }
}

#[test]
fn long_tables_are_cut_on_a_terminal_only() {
    let view = TextLayout { width: Some(100), by_stage: false };
    let lines = wide(2_000).lines(2, view, "summary.json");
    assert_eq!(lines.len(), MAX_ROWS + 2);
    assert_eq!(lines.last().unwrap(), "  … 1,970 more rows are in summary.json");
    assert_eq!(wide(2_000).lines(2, TextLayout::default(), "").len(), 2_001);
}

#[test]
fn a_cell_stays_on_its_line() {
    let mut table = Table::new(&["step", "reqs"]);
    table.row(["a\nb\u{1b}[2J".into(), "1".into()]);
    assert_eq!(table.lines(0, TextLayout::default(), ""), ["step           reqs", "a\\nb\\u{1b}[2J     1"]);
}
