//! One file for each command.

pub(crate) mod campaign;
pub(crate) mod check;
pub(crate) mod compare;
pub(crate) mod completions;
pub(crate) mod control;
pub(crate) mod convert;
pub(crate) mod dashboards;
pub(crate) mod history;
mod init;
pub(crate) mod mcp;
pub(crate) mod merge;
pub(crate) mod profiles;
pub(crate) mod replay;
pub(crate) mod report;
pub(crate) mod run;
pub(crate) mod target;

use std::{io::Write, process::ExitCode};

use serde_json::json;

use super::CommandError;
use crate::{
    cli::{self, Command},
    exit::Exit,
    report::visible::visible_lines,
};

/// Parses the command line, executes the command and returns its exit code.
pub(crate) fn main() -> ExitCode {
    let cli = cli::parse();
    let result = match &cli.command {
        None => run::execute(&cli.run),
        Some(Command::Run(args)) => run::execute(args),
        Some(Command::Campaign(args)) => campaign::campaign(args),
        Some(Command::Check(args)) => check::check(args).map(|()| Exit::Passed),
        Some(Command::Init(args)) => init::init(args),
        Some(Command::Convert(args)) => convert::convert(args),
        Some(Command::Mcp(args)) => mcp::mcp(args),
        Some(Command::Target(args)) => target::serve(args),
        Some(Command::Profiles { action }) => profiles::profiles(action.as_ref()),
        Some(Command::Dashboards { action }) => dashboards::dashboards(action.as_ref()),
        Some(Command::Compare(args)) => compare::compare(args),
        Some(Command::Merge(args)) => merge::merge(args),
        Some(Command::Report(args)) => report::report(args),
        Some(Command::Replay(args)) => replay::replay(args),
        Some(Command::Status(args)) => control::status(args),
        Some(Command::Pause(args)) => control::change(args, &json!({ "paused": true })),
        Some(Command::Resume(args)) => control::change(args, &json!({ "paused": false })),
        Some(Command::Scale(args)) => control::scale(args),
        Some(Command::Completions { shell }) => Ok(completions::completions(*shell)),
        Some(Command::Stop(args)) => control::change(args, &json!({ "stopped": true })),
    };
    let exit = result.unwrap_or_else(|CommandError { exit, message }| {
        // A closed standard error is ignored.
        drop(writeln!(std::io::stderr(), "loadagent: {}", visible_lines(&message)));
        exit
    });
    ExitCode::from(exit.code())
}
