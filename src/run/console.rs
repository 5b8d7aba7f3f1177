//! Standard output and standard error; a closed one is no error. Styles reach terminals only, and not with `NO_COLOR`.

use std::io::{IsTerminal, Write};

use crate::report::{json::Terminals, visible::visible_lines};

/// Prints to standard output. A closed pipe (`| head`) is ignored.
pub(crate) fn print(text: &str) {
    drop(writeln!(anstream::stdout().lock(), "{}", visible_lines(text)));
}

/// Prints to standard error.
pub(crate) fn print_error(text: &str) {
    drop(writeln!(anstream::stderr().lock(), "{}", visible_lines(text)));
}

/// Prints no styles from now on, whatever the terminal can do.
pub(crate) fn without_colour() {
    anstream::ColorChoice::Never.write_global();
}

/// Columns of the terminal that standard output is; None where it is none.
#[must_use]
pub(crate) fn width() -> Option<usize> {
    let stdout = std::io::stdout();
    let size = stdout.is_terminal().then(|| rustix::termios::tcgetwinsize(stdout).ok()).flatten()?;
    (size.ws_col > 0).then_some(size.ws_col.into())
}

/// Which standard streams are terminals.
#[must_use]
pub(crate) fn terminals() -> Terminals {
    Terminals { stdout: std::io::stdout().is_terminal(), stderr: std::io::stderr().is_terminal() }
}
