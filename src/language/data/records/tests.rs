//! Records, their lines, and quotes that don't match.

use super::*;
use proptest::prelude::*;

/// All records with their lines, read in pieces of `size` bytes, or the error.
fn read(text: &[u8], size: usize) -> Result<Vec<(u64, Vec<Vec<u8>>)>, String> {
    let mut records = Records::new(io::BufReader::with_capacity(size, text), b',').unwrap();
    let (mut record, mut found) = (CsvRecord::default(), Vec::new());
    loop {
        match records.next(&mut record) {
            Ok(true) => found.push((record.line, record.cells().map(<[u8]>::to_vec).collect())),
            Ok(false) => return Ok(found),
            Err(RecordError::Unclosed(line)) => return Err(format!("unclosed {line}")),
            Err(RecordError::TextAfter(line)) => return Err(format!("text after {line}")),
            Err(RecordError::Read(error)) => return Err(error.to_string()),
        }
    }
}

#[test]
fn records_know_their_line_whatever_ends_lines() {
    for end in ["\n", "\r\n", "\r"] {
        let text = "id,name\n\n1,\"a\n\nb\"\n2,\"\"\n\n\n3,5\" pipe".replace('\n', end);
        let read = read(text.as_bytes(), 64).unwrap();
        let lines: Vec<_> = read.iter().map(|(line, _)| *line).collect();
        assert_eq!(lines, [1, 3, 6, 9], "{end:?}");
        let cells: Vec<_> = read.iter().map(|(_, cells)| String::from_utf8_lossy(&cells[1]).into_owned()).collect();
        assert_eq!(cells, ["name", &format!("a{end}{end}b"), "", "5\" pipe"]);
    }
}

#[test]
fn a_quote_that_does_not_match_has_its_line() {
    for (text, expected) in [
        ("id,name\n1,\"Ann\n2,Bob\n", Some("unclosed 2")),
        ("id,name\n1,\"Ann\n2,\"Bob\"\n", Some("text after 2")),
        ("id,name\r\n1,\"Ann\r\n2,\"Bob\"\r\n", Some("text after 2")),
        ("a\n\"", Some("unclosed 2")),
        ("\"", Some("unclosed 1")),
        ("a\n\"x\n\n\ny\"\n\"z", Some("unclosed 6")),
        ("a\n\"x\"\"", Some("unclosed 2")),
        ("a,b\n1,\"Ann\" Smith\n", Some("text after 2")),
        ("\u{feff}\"a\n", Some("unclosed 1")),
        ("\u{feff}\"a\",b\n\"1\",\"x, \"\"y\"\"\n\"\r\n5' 3\"\" tall\",\"\"", None),
        ("size\n5\" pipe\n", None),
        ("", None),
    ] {
        assert_eq!(read(text.as_bytes(), 64).err().as_deref(), expected, "{text:?}");
    }
}

proptest! {
    /// Also against a reader of others, which takes more; however the bytes arrive.
    #[test]
    fn strict_reading_agrees_with_lenient_reading(text in "(\u{feff})?[ab\",\r\n]{0,60}", size in 4_usize..9) {
        let whole = read(text.as_bytes(), 99);
        prop_assert_eq!(&read(text.as_bytes(), size), &whole);
        if let Ok(whole) = whole {
            let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
            let records = reader.byte_records().map(|record| record.unwrap().iter().map(<[u8]>::to_vec).collect());
            let records: Vec<Vec<Vec<u8>>> = records.collect();
            prop_assert_eq!(whole.into_iter().map(|(_, cells)| cells).collect::<Vec<_>>(), records);
        }
    }

    /// Cells as RFC 4180 writes them are never refused; cut anywhere inside quotes they always are.
    #[test]
    fn written_cells_pass_and_cut_ones_do_not(
        cells in prop::collection::vec("(?s).*", 1..9),
        cut in any::<prop::sample::Index>(),
    ) {
        let quoted = |text: String, cell: &String| text + "\"" + &cell.replace('"', "\"\"") + "\"\r\n";
        let text = cells.iter().fold(String::new(), quoted);
        let read_back = read(text.as_bytes(), 64).unwrap();
        let read_back: Vec<_> = read_back.into_iter().map(|(_, mut row)| row.remove(0)).collect();
        prop_assert_eq!(read_back, cells.iter().map(|cell| cell.as_bytes().to_vec()).collect::<Vec<_>>());
        let cut = &text.as_bytes()[..cut.index(text.len())];
        let is_open = cut.iter().fold(false, |open, byte| open ^ (*byte == b'"'));
        prop_assert_eq!(read(cut, 64).is_err_and(|error| error.starts_with("unclosed")), is_open);
    }
}
