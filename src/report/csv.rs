//! CSV as Python's `csv` module writes it, and numbers as Python prints them: what readers of Locust's files expect.

/// A record with its line end: cells are quoted only where they must be.
#[must_use]
pub fn record(cells: impl IntoIterator<Item = String>) -> String {
    let quoted = cells.into_iter().map(|cell| {
        if cell.contains([',', '"', '\r', '\n']) { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell }
    });
    quoted.collect::<Vec<_>>().join(",") + "\r\n"
}

/// Python's `repr` of a float: the shortest text that reads back, with a fraction (`12.0`) or an exponent (`1e-05`).
#[must_use]
pub fn float(value: f64) -> String {
    let text = format!("{value:?}");
    let Some((mantissa, exponent)) = text.split_once('e') else { return text };
    let (sign, digits) = exponent.strip_prefix('-').map_or(('+', exponent), |digits| ('-', digits));
    format!("{mantissa}e{sign}{digits:0>2}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_quoted_only_where_they_must_be() {
        let cells = ["plain", "a,b", "say \"x\"", "", "two\nlines", "a b"];
        assert_eq!(record(cells.map(str::to_owned)), "plain,\"a,b\",\"say \"\"x\"\"\",,\"two\nlines\",a b\r\n");
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
}
