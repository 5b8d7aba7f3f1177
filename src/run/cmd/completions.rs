//! `completions`: a script for a shell.

use clap_complete::{Shell, generate};

use crate::{cli, exit::Exit, run::console::print};

/// Prints the script.
pub(crate) fn completions(shell: Shell) -> Exit {
    let mut script = Vec::new();
    generate(shell, &mut cli::command(), "loadagent", &mut script);
    print(String::from_utf8_lossy(&script).trim_end());
    Exit::Passed
}
