//! From where rows come.

use std::{
    fs::File,
    io::{self, BufReader, Read},
    path::Path,
};

use super::{DataError, DataSet, csv, json};

/// Bytes a file may have if a profile says nothing else: 1 GiB, all of which is kept in memory.
pub(crate) const LARGEST: u64 = 1 << 30;

/// A file with rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Source {
    /// The file as the profile writes it.
    pub file: String,
    /// How it is written.
    pub format: Format,
    /// Bytes it may have.
    pub largest: u64,
}

/// How rows are written in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Format {
    /// Cells between delimiters.
    Csv {
        /// The names of the columns; without them, the first row has them.
        columns: Option<Vec<String>>,
        /// What stands between cells.
        delimiter: u8,
    },
    /// A list.
    Json,
    /// A value a line.
    JsonLines,
}

/// Reads a file; a relative one is looked for in `base`.
///
/// # Errors
/// If it cannot be read, is too large, has no rows, or is not what its format says; the error tells the line.
pub(crate) fn load(source: &Source, base: &Path) -> Result<DataSet, DataError> {
    let unread = |error: io::Error| {
        let hint = format!("looked for it in {}", base.display());
        let is_missing = error.kind() == io::ErrorKind::NotFound && Path::new(&source.file).is_relative();
        DataError::new(None, error.to_string(), is_missing.then_some(hint.as_str())).of(&source.file)
    };
    let file = File::open(base.join(&source.file)).map_err(unread)?;
    // One more than allowed tells a file that is too large from one that just fits, of whatever kind it is.
    let mut input = file.take(source.largest.saturating_add(1));
    let loaded = match &source.format {
        Format::Csv { columns, delimiter } => csv::read(BufReader::new(&mut input), columns.as_deref(), *delimiter),
        Format::Json | Format::JsonLines => {
            let mut bytes = Vec::new();
            input.read_to_end(&mut bytes).map_err(unread)?;
            let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
            if source.format == Format::Json { json::read_list(text) } else { json::read_lines(text) }
        }
    };
    if input.limit() == 0 {
        let message = format!("it has more than {} bytes", source.largest);
        return Err(DataError::new(None, message, Some("raise `max_size` if memory allows")).of(&source.file));
    }
    loaded.map_err(|error| error.of(&source.file))
}

#[cfg(test)]
mod tests {
    use super::{super::super::Value, *};
    use proptest::prelude::*;

    fn try_load(text: &[u8], format: Format, largest: u64) -> Result<DataSet, DataError> {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("rows"), text).unwrap();
        load(&Source { file: "rows".to_owned(), format, largest }, folder.path())
    }

    fn csv() -> Format {
        Format::Csv { columns: None, delimiter: b',' }
    }

    fn rows(text: &str, format: Format) -> Vec<String> {
        let set = try_load(text.as_bytes(), format, LARGEST).unwrap();
        (0..set.count()).map(|number| shown(&set.row(number).unwrap())).collect()
    }

    fn shown(value: &Value) -> String {
        match value {
            Value::Map(entries) => {
                entries.iter().map(|(name, value)| format!("{name}={}", shown(value))).collect::<Vec<_>>().join(" ")
            }
            Value::Text(text) => text.to_string(),
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn csv_comes_in_many_ways() {
        let named = ["id=Int(1) name=a", "id=Int(2) name="];
        assert_eq!(rows("id,name\n1,a\n2,\n", csv()), named);
        assert_eq!(rows("\u{feff}id , name\r\n1,a\r\n\r\n2,", csv()), named);
        assert_eq!(rows("id;name\n1;a\n2;\n", Format::Csv { columns: None, delimiter: b';' }), named);
        let columns = Some(vec!["id".to_owned(), "name".to_owned()]);
        assert_eq!(rows("\u{feff}1,a\n2,\n", Format::Csv { columns, delimiter: b',' }), named);
        assert_eq!(rows("a,b\n\"x,\n\"\"y\"\"\", z \n", csv()), ["a=x,\n\"y\" b= z "]);
    }

    #[test]
    fn json_comes_as_list_or_lines() {
        assert_eq!(rows("\u{feff}[{\"id\": 1, \"n\": \"a\"}, {\"n\": \"b\"}]", Format::Json), ["id=Int(1) n=a", "n=b"]);
        assert_eq!(rows("[\"a\", 2]", Format::Json), ["a", "Int(2)"]);
        assert_eq!(rows("{\"id\": 1}\r\n\n\"a\"", Format::JsonLines), ["id=Int(1)", "a"]);
    }

    #[test]
    fn faults_tell_file_line_and_remedy() {
        for (text, format, expected) in [
            ("a,b\n1,2\n\"x\ny\",2\n1\n", csv(), "rows: line 5: 1 cell where there are 2 columns: a, b"),
            ("a,b\n1,2,3\n", csv(), "rows: line 2: 3 cells where there are 2 columns: a, b"),
            ("a,,b\n1,2,3\n", csv(), "rows: line 1: column 2 has no name"),
            ("a,a\n1,2\n", csv(), "rows: line 1: two columns are named `a`"),
            ("", csv(), "rows: there are no columns"),
            ("a,b\n", csv(), "rows: there are no rows"),
            ("[]", Format::Json, "rows: there are no rows"),
            ("\n\n", Format::JsonLines, "rows: there are no rows"),
            ("{\"users\": []}", Format::Json, "rows: line 1: invalid type: map, expected a list of rows (column 0)"),
            ("[1,\n2", Format::Json, "rows: line 2: EOF while parsing a list (column 1)"),
            ("[1] 2", Format::Json, "rows: line 1: trailing characters (column 5)"),
            ("1\n{]\n", Format::JsonLines, "rows: line 2: key must be a string (column 2)"),
            ("1\n1 2\n", Format::JsonLines, "rows: line 2: trailing characters (column 3)"),
        ] {
            assert_eq!(try_load(text.as_bytes(), format, LARGEST).unwrap_err().to_string(), expected);
        }
        let error = try_load(b"a\n1\n\xff\n", csv(), LARGEST).unwrap_err();
        assert_eq!((error.line, error.hint.as_deref()), (Some(3), Some("save the file as UTF-8")));
    }

    #[test]
    fn files_have_a_size_and_a_place() {
        for format in [csv(), Format::JsonLines] {
            assert_eq!(try_load(b"1\n2\n", format.clone(), 4).unwrap().columns().len(), usize::from(format == csv()));
            assert_eq!(try_load(b"1\n2\n", format, 3).unwrap_err().message, "it has more than 3 bytes");
        }
        let source = Source { file: "no/rows.csv".to_owned(), format: csv(), largest: LARGEST };
        let error = load(&source, Path::new("/nowhere")).unwrap_err();
        assert_eq!(error.hint.as_deref(), Some("looked for it in /nowhere"));
        assert!(error.to_string().starts_with("no/rows.csv: No such file"), "{error}");
    }

    proptest! {
        #[test]
        fn no_file_breaks_it(bytes in prop::collection::vec(any::<u8>(), 0..100), text in "[a,\"\\[\\]{}:1\\r\\n]{0,60}") {
            for bytes in [&bytes[..], text.as_bytes()] {
                for set in [csv::read(bytes, None, b','), json::read_list(bytes), json::read_lines(bytes)].iter().flatten() {
                    prop_assert!((0..set.count()).all(|number| set.row(number).is_some()));
                    prop_assert!(set.count() > 0 && set.row(set.count()).is_none());
                }
            }
        }

        #[test]
        fn cells_survive_being_written(cells in prop::collection::vec((".*", "(?s).*"), 1..20)) {
            let quoted = |cell: &str| format!("\"{}\"", cell.replace('"', "\"\""));
            let lines = cells.iter().map(|(left, right)| format!("{},{}\r\n", quoted(left), quoted(right)));
            let set = csv::read(format!("a,b\r\n{}", lines.collect::<String>()).as_bytes(), None, b',').unwrap();
            prop_assert_eq!(set.count(), cells.len() as u64);
            for ((left, right), number) in cells.iter().zip(0..) {
                prop_assert_eq!(set.cell(number, 0), Some(Value::read(left)));
                prop_assert_eq!(set.cell(number, 1), Some(Value::read(right)));
            }
        }
    }
}
