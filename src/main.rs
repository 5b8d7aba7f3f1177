//! The binary: parse, do, exit code; nothing else.

use std::{io::Write, process::ExitCode};

use clap::Parser;
use loadagent::{
    cli::{Cli, Command},
    exit::Exit,
    run::{CommandError, cmd},
};

fn main() -> ExitCode {
    let cli = Cli::parse();
    let result = match &cli.command {
        None => cmd::run::execute(&cli.run),
        Some(Command::Run(args)) => cmd::run::execute(args),
        Some(Command::Check(args)) => cmd::check::check(args).map(|()| Exit::Passed),
        Some(Command::Target(args)) => cmd::target::serve(args),
        Some(Command::Profiles { action }) => cmd::profiles::profiles(action.as_ref()),
        Some(Command::Dashboards { action }) => cmd::dashboards::dashboards(action.as_ref()),
        Some(Command::Report(args)) => cmd::report::report(args),
        Some(Command::Replay(args)) => cmd::replay::replay(args),
    };
    let exit = result.unwrap_or_else(|CommandError { exit, message }| {
        // A closed standard error is ignored.
        drop(writeln!(std::io::stderr(), "loadagent: {message}"));
        exit
    });
    ExitCode::from(exit.code())
}
