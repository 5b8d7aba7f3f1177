//! Loading of CSV and JSON, and its errors.

use super::{
    super::{super::Value, ColumnType},
    *,
};
use proptest::prelude::*;

fn try_load(text: &[u8], format: Format, largest: u64) -> Result<DataSet, DataError> {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("rows"), text).unwrap();
    load(&Source { file: "rows".to_owned(), format, largest }, folder.path())
}

fn plain() -> CsvFormat {
    CsvFormat { columns: None, delimiter: b',', types: Vec::new() }
}

fn csv() -> Format {
    Format::Csv(plain())
}

fn typed(types: &[(&str, ColumnType)]) -> Format {
    let types = types.iter().map(|(name, kind)| ((*name).to_owned(), *kind)).collect();
    Format::Csv(CsvFormat { types, ..plain() })
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
    let named = ["id=1 name=a", "id=2 name="];
    assert_eq!(rows("id,name\n1,a\n2,\n", csv()), named);
    assert_eq!(rows("\u{feff}id , name\r\n1,a\r\n\r\n2,", csv()), named);
    assert_eq!(rows("id;name\n1;a\n2;\n", Format::Csv(CsvFormat { delimiter: b';', ..plain() })), named);
    let columns = Some(vec!["id".to_owned(), "name".to_owned()]);
    assert_eq!(rows("\u{feff}1,a\n2,\n", Format::Csv(CsvFormat { columns, ..plain() })), named);
    assert_eq!(rows("a,b\n\"x,\n\"\"y\"\"\", z \n", csv()), ["a=x,\n\"y\" b= z "]);
}

#[test]
fn cells_are_text_unless_their_column_has_a_type() {
    let text = "zip,count,open\n01234,007,true\n12345,2.50,\n98765,,FALSE\n";
    let read = |format| rows(text, format);
    assert_eq!(
        read(csv()),
        ["zip=01234 count=007 open=true", "zip=12345 count=2.50 open=", "zip=98765 count= open=FALSE"]
    );
    assert_eq!(
        read(typed(&[("open", ColumnType::Boolean), ("count", ColumnType::Number)])),
        [
            "zip=01234 count=Int(7) open=Bool(true)",
            "zip=12345 count=Float(2.5) open=Null",
            "zip=98765 count=Null open=Bool(false)"
        ]
    );
}

#[test]
fn json_comes_as_list_or_lines() {
    assert_eq!(rows("\u{feff}[{\"id\": 1, \"n\": \"a\"}, {\"n\": \"b\"}]", Format::Json), ["id=Int(1) n=a", "n=b"]);
    assert_eq!(rows("[\"a\", 2]", Format::Json), ["a", "Int(2)"]);
    assert_eq!(rows("{\"id\": 1}\r\n\n\"a\"", Format::JsonLines), ["id=Int(1)", "a"]);
}

#[test]
fn errors_have_file_line_and_hint() {
    let number = typed(&[("id", ColumnType::Number)]);
    for (text, format, expected) in [
        ("a,b\n1,2\n\"x\ny\",2\n1\n", csv(), "rows: line 5: expected 2 columns (a, b), found 1 cell"),
        ("a,b\n1,2,3\n", csv(), "rows: line 2: expected 2 columns (a, b), found 3 cells"),
        ("a,,b\n1,2,3\n", csv(), "rows: line 1: column 2 has no name"),
        ("a,a\n1,2\n", csv(), "rows: line 1: two columns are named `a`"),
        ("", csv(), "rows: there are no columns"),
        ("id,name\n1,\"Ann\n2,Bob\n", csv(), "rows: line 2: a quoted cell is never closed"),
        ("id,name\n1,\"Ann\" B\n2,Bob\n", csv(), "rows: line 2: text after the closing quote of a cell"),
        ("id\r\n1\r\n\r\nx\r\n", number.clone(), "rows: line 4: column `id`: `x` is not a number"),
        ("ids\n1\n", number, "rows: `types` names `id`, but the columns are ids"),
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
        assert_eq!(try_load(b"1\n2\n", format, 3).unwrap_err().message, "the file is larger than 3 bytes");
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
            for set in [csv::read(bytes, &plain()), json::read_list(bytes), json::read_lines(bytes)].iter().flatten() {
                prop_assert!((0..set.count()).all(|number| set.row(number).is_some()));
                prop_assert!(set.count() > 0 && set.row(set.count()).is_none());
            }
        }
    }

    #[test]
    fn cells_survive_being_written(cells in prop::collection::vec((".*", "(?s).*"), 1..20)) {
        let quoted = |cell: &str| format!("\"{}\"", cell.replace('"', "\"\""));
        let lines = cells.iter().map(|(left, right)| format!("{},{}\r\n", quoted(left), quoted(right)));
        let set = csv::read(format!("a,b\r\n{}", lines.collect::<String>()).as_bytes(), &plain()).unwrap();
        prop_assert_eq!(set.count(), cells.len() as u64);
        for ((left, right), number) in cells.iter().zip(0..) {
            prop_assert_eq!(set.cell(number, 0), Some(Value::from(&**left)));
            prop_assert_eq!(set.cell(number, 1), Some(Value::from(&**right)));
        }
    }
}
