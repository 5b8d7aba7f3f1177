//! Cells by the type of their column.

use super::*;

#[test]
fn a_cell_has_the_type_of_its_column_and_not_of_its_looks() {
    use ColumnType::{Boolean, Number, Text};
    for (cell, number, boolean) in [
        ("12345", Some(Value::Int(12345)), None),
        ("01234", Some(Value::Int(1234)), None),
        (" -7 ", Some(Value::Int(-7)), None),
        ("1.50", Some(Value::Float(1.5)), None),
        ("1e3", Some(Value::Float(1000.0)), None),
        ("12345678901234567890", None, None),
        ("1,5", None, None),
        ("nan", None, None),
        ("-", None, None),
        ("0x10", None, None),
        ("true", None, Some(Value::Bool(true))),
        ("FALSE", None, Some(Value::Bool(false))),
        ("null", None, None),
        ("yes", None, None),
        ("", Some(Value::Null), Some(Value::Null)),
    ] {
        assert_eq!(Text.value(cell), Some(Value::from(cell)));
        assert_eq!((Number.value(cell), Boolean.value(cell)), (number, boolean), "{cell}");
    }
}

#[test]
fn types_have_names() {
    assert!(ColumnType::ALL.iter().all(|(name, kind)| kind.name() == *name));
}
