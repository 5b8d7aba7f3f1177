//! The binary: parse, do, exit code; nothing else.

use std::{io::Write, process::ExitCode};

use clap::Parser;
use loadagent::{
    cli::{Cli, Command},
    exit::Exit,
    run::{self, CommandError},
};

fn main() -> ExitCode {
    let cli = Cli::parse();
    let result = match &cli.command {
        None => run::execute(&cli.run),
        Some(Command::Run(args)) => run::execute(args),
        Some(Command::Check(args)) => run::check::check(args).map(|()| Exit::Passed),
        Some(Command::Target(args)) => run::commands::serve(args),
        Some(Command::Profiles { action }) => run::commands::profiles(action.as_ref()),
        Some(Command::Dashboards { action }) => run::dashboards::dashboards(action.as_ref()),
        Some(Command::Report(args)) => run::reread::report(args),
        Some(Command::Replay(args)) => run::replay::replay(args),
    };
    let exit = result.unwrap_or_else(|CommandError { exit, message }| {
        // Nobody is left to be told when standard error is closed.
        drop(writeln!(std::io::stderr(), "loadagent: {message}"));
        exit
    });
    ExitCode::from(exit.code())
}
