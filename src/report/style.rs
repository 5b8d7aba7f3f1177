//! Terminal styles. Text always carries them; `run::console` strips them where there is no terminal, with `--no-color` and
//! with `NO_COLOR`. Everything must make sense without them.

use anstyle::{AnsiColor, Style};

fn paint(style: Style, text: &str) -> String {
    format!("{style}{text}{style:#}")
}

/// Green: what holds.
#[must_use]
pub(crate) fn good(text: &str) -> String {
    paint(AnsiColor::Green.on_default(), text)
}

/// Red: what failed.
#[must_use]
pub(crate) fn bad(text: &str) -> String {
    paint(AnsiColor::Red.on_default(), text)
}

/// Yellow: a warning.
#[must_use]
pub(crate) fn warn(text: &str) -> String {
    paint(AnsiColor::Yellow.on_default(), text)
}

/// Bold: a heading.
#[must_use]
pub(crate) fn bold(text: &str) -> String {
    paint(Style::new().bold(), text)
}

/// Dimmed: an aside.
#[must_use]
pub(crate) fn dim(text: &str) -> String {
    paint(Style::new().dimmed(), text)
}
