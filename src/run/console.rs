//! Standard output and standard error; a closed one is no error.

use std::io::Write;

/// Prints to standard output. A closed pipe (`| head`) is ignored.
pub fn print(text: &str) {
    drop(writeln!(std::io::stdout().lock(), "{text}"));
}

/// Prints to standard error.
pub fn print_error(text: &str) {
    drop(writeln!(std::io::stderr().lock(), "{text}"));
}
