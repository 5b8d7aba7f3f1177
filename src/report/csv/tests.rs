//! CSV and numbers as Python writes them.

use super::*;

#[test]
fn cells_are_quoted_only_where_they_must_be() {
    let cells = ["plain", "a,b", "hi \"x\"", "", "two\nlines", "a b"];
    assert_eq!(record(cells.map(str::to_owned)), "plain,\"a,b\",\"hi \"\"x\"\"\",,\"two\nlines\",a b\r\n");
}

#[test]
fn floats_are_printed_as_python_does() {
    for (value, text) in [
        (123_456.0, "123456.0"),
        (0.0, "0.0"),
        (1e-4, "0.0001"),
        (1.0 / 604_800.0, "1.6534391534391535e-06"),
        (1e16, "1e+16"),
        (2.5e16, "2.5e+16"),
    ] {
        assert_eq!(float(value), text);
    }
}
