//! `init`: writes a first profile and, for editors, the schema beside it. On a terminal, without flags, it asks.

mod questions;

use std::{
    fs,
    io::{self, IsTerminal},
    path::Path,
};

use self::questions::ask;
use super::convert;
use crate::{
    cli::{FirstLoad, InitArgs, ReadingArgs},
    convert::yaml::{quoted, scalar},
    exit::Exit,
    profile::grammar,
    run::{
        console::print,
        error::CommandError,
        new_file::{exists, not_written, write_new},
    },
};

const TEMPLATE: &str = include_str!("init.yaml");
/// The load of the template.
const TEMPLATE_LOAD: &str = "    executor: constant-arrival-rate
    rate: 10                # iterations per second, however slow the responses are
    duration: 30s
    maxVUs: 100
";
/// The name of the schema that the first line of the template refers to.
const SCHEMA: &str = "loadagent.schema.json";

/// Writes a profile and the schema; never over another profile.
///
/// # Errors
/// When there is a file already, or none can be written.
pub(crate) fn init(args: &InitArgs) -> Result<Exit, CommandError> {
    let has_flags = args.url.is_some() || args.from.is_some() || args.load != FirstLoad::default();
    let is_terminal = io::stdin().is_terminal() && io::stderr().is_terminal();
    if args.file.exists() {
        return Err(exists(&args.file));
    }
    if !has_flags && is_terminal {
        let answers = ask(args, &mut io::stdin().lock(), &mut io::stderr());
        return answers.map_err(|error| CommandError::usage(error.to_string())).and_then(|args| write(&args));
    }
    write(args)
}

fn write(args: &InitArgs) -> Result<Exit, CommandError> {
    let path = &args.file;
    let (text, recording) = match &args.from {
        Some(source) => {
            let reading = ReadingArgs { url: args.url.clone(), ..ReadingArgs::default() };
            let recording = convert::read(source, None, &reading)?;
            (convert::text(path, source, &recording, &args.load, Some(SCHEMA)), Some(recording))
        }
        None => (text(path, args), None),
    };
    // What comes from outside is in the profile: what `check` would refuse is not written.
    convert::check(path, &text)?;
    write_new(path, &text)?;
    let schema = path.with_file_name(SCHEMA);
    fs::write(&schema, format!("{}\n", grammar::schema::schema())).map_err(|error| not_written(&schema, &error))?;
    print(&format!("wrote {} and, for editors, {}", path.display(), schema.display()));
    if let Some(recording) = recording {
        convert::remarks(&recording).iter().for_each(|line| print(line));
        convert::next_steps(path, &recording);
        return Ok(Exit::Passed);
    }
    let url = args.url.as_deref().unwrap_or(InitArgs::URL);
    let name = if path == Path::new("loadagent.yaml") { String::new() } else { format!(" {}", path.display()) };
    let practice = ("loadagent target".to_owned(), "starts a server to practise on at that address".to_owned());
    let next = [
        (format!("loadagent check{name}"), "validates it".to_owned()),
        (format!("loadagent run{name}"), format!("runs it against {url}")),
    ];
    let next = next.into_iter().chain((url == InitArgs::URL).then_some(practice));
    next.for_each(|(command, does)| print(&format!("  {command:<24}  {does}")));
    Ok(Exit::Passed)
}

/// The profile of a URL; it is named as its file.
fn text(path: &Path, args: &InitArgs) -> String {
    let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let url = args.url.as_deref().unwrap_or(InitArgs::URL);
    let text = TEMPLATE.replacen("NAME", &quoted(&stem), 1).replacen("URL   #", &format!("{}   #", quoted(url)), 1);
    let text = text.replacen(TEMPLATE_LOAD, &load_text(&args.load), 1);
    text.replacen("\nscenarios:\n", &format!("{}\nscenarios:\n", top_text(&args.load)), 1)
}

/// The load of the scenario.
fn load_text(load: &FirstLoad) -> String {
    let duration = scalar(load.duration.as_deref().unwrap_or("30s"));
    match (load.vus, load.rate) {
        (Some(users), _) => format!(
            "    vus: {users}                  # users, each with its next request after the response\n    duration: {duration}\n    wait: 1s..3s\n"
        ),
        (None, Some(rate)) => format!(
            "    executor: constant-arrival-rate\n    rate: {rate}                # iterations per second, however slow the responses are\n    duration: {duration}\n    maxVUs: 10000\n"
        ),
        (None, None) => TEMPLATE_LOAD.replace("duration: 30s", &format!("duration: {duration}")),
    }
}

/// What stands at the top besides.
fn top_text(load: &FirstLoad) -> String {
    let mut text = String::new();
    if let Some(preset) = &load.preset {
        text += &format!("\npreset: {}   # the shape of the load\n", scalar(preset));
    }
    if !load.outputs.is_empty() {
        text += "\noutputs:\n";
        load.outputs.iter().for_each(|output| text += &format!("  - {}\n", quoted(output)));
    }
    text
}
