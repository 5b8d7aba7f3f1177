//! `--termination-message`: why the process ended, in a few lines. Kubernetes shows the file with the state of the container.

use std::{fs, path::Path};

use super::error::CommandError;
use crate::report::{Summary, headline};

/// What Kubernetes keeps of it.
const MAX_BYTES: usize = 4_096;

/// Writes the verdict of a run with its reasons, or why there is none. A file that can't be written is reported: the run is
/// what it was.
pub(crate) fn write(file: &Path, ended: Result<&Summary, &CommandError>) -> Result<(), CommandError> {
    let text = match ended {
        Ok(summary) => of_run(summary),
        Err(error) => format!("exit code {}: {}\n", error.exit.code(), error.message),
    };
    // In place: in a container it is a file that is mounted.
    fs::write(file, cut(&text))
        .map_err(|error| CommandError::configuration(format!("--termination-message {}: {error}", file.display())))
}

fn of_run(summary: &Summary) -> String {
    let verdict: String = headline::words(summary).into_iter().map(|(_, word)| word).collect();
    let code = summary.outcome.exit.code();
    let mut text =
        format!("{verdict}, exit code {code}, run {}, {}\n", summary.header.run_id, headline::length(summary));
    let reasons = summary.outcome.reasons.iter().map(|reason| &reason.text);
    reasons.chain(&summary.validity.warnings).for_each(|line| text += &format!("{line}\n"));
    text
}

/// As much as is kept, in whole characters.
fn cut(text: &str) -> &str {
    &text[..text.floor_char_boundary(MAX_BYTES)]
}

#[cfg(test)]
mod tests;
