//! `convert`: makes a profile of a HAR, an OpenAPI description, a Postman collection or curl commands.

use std::{fs, io::Read, path::Path};

use crate::{
    cli::{ConvertArgs, FirstLoad, ReadingArgs, RunArgs},
    convert::{
        self, Format, ReadOptions,
        recording::{Recording, each},
        write::{Head, Load},
    },
    exit::Exit,
    report::visible::visible,
    run::{
        console::{print, print_error},
        error::CommandError,
        new_file::{exists, write_new},
        prepare::{Source, load_plan},
    },
    units::show_several,
};

/// Largest file that is read.
const MAX_BYTES: u64 = 256 * 1024 * 1024;

/// Reads the source and writes the profile; never over another file.
///
/// # Errors
/// When the source is wrong, or the profile can't be written.
pub(crate) fn convert(args: &ConvertArgs) -> Result<Exit, CommandError> {
    let ConvertArgs { source, file, from, reading, load } = args;
    let is_printed = file == Path::new("-");
    if !is_printed && file.exists() {
        return Err(exists(file));
    }
    let recording = read(source, *from, reading)?;
    let name = if is_printed { source } else { &file.display().to_string() };
    let text = text(Path::new(name), source, &recording, load, None);
    check(file, &text)?;
    let remarks = remarks(&recording);
    if is_printed {
        print(text.trim_end());
        remarks.iter().for_each(|line| print_error(line));
        return Ok(Exit::Passed);
    }
    write_new(file, &text)?;
    print(&format!("wrote {}: {}", file.display(), visible(&recording.about)));
    remarks.iter().for_each(|line| print(line));
    next_steps(file, &recording);
    Ok(Exit::Passed)
}

/// Reads a source.
///
/// # Errors
/// When it can't be read, or is wrong.
pub(super) fn read(source: &str, format: Option<Format>, args: &ReadingArgs) -> Result<Recording, CommandError> {
    let text = source_text(source)?;
    let options = ReadOptions {
        url: args.url.clone(),
        hosts: args.hosts.clone(),
        skip_static: args.skip_static,
        think: args.think,
        all: args.all,
    };
    convert::read(source, &text, format, &options).map_err(|errors| CommandError::configuration(errors.to_string()))
}

fn source_text(source: &str) -> Result<String, CommandError> {
    let failed = |error: &std::io::Error| match error.kind() {
        std::io::ErrorKind::InvalidData => CommandError::configuration(format!("{source} is not text in UTF-8")),
        std::io::ErrorKind::IsADirectory => {
            CommandError::configuration(format!("{source} is a folder; give a file in it"))
        }
        _ => CommandError::configuration(format!("{source}: {error}")),
    };
    let reader: Box<dyn Read> = if source == "-" {
        Box::new(std::io::stdin().lock())
    } else {
        Box::new(fs::File::open(source).map_err(|error| failed(&error))?)
    };
    let mut text = String::new();
    reader.take(MAX_BYTES + 1).read_to_string(&mut text).map_err(|error| failed(&error))?;
    if text.len() as u64 > MAX_BYTES {
        let limit = MAX_BYTES >> 20;
        return Err(CommandError::configuration(format!("{source} is larger than {limit} MiB")));
    }
    Ok(text)
}

/// The text of the profile, which is named as its file.
#[must_use]
pub(super) fn text(file: &Path, source: &str, recording: &Recording, load: &FirstLoad, schema: Option<&str>) -> String {
    let stem = file.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let source = Path::new(source).file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let head = Head { name: &stem, source: &source, schema, outputs: &load.outputs };
    convert::write::profile(&head, recording, &written_load(load))
}

fn written_load(load: &FirstLoad) -> Load {
    let FirstLoad { vus, rate, duration, preset, .. } = load;
    // A length or a shape needs something that it is one of.
    let users = vus.or((rate.is_none() && (duration.is_some() || preset.is_some())).then_some(1));
    Load { users, rate: *rate, duration: duration.clone(), preset: preset.clone() }
}

/// What `check` would refuse is not written.
///
/// # Errors
/// What it would say.
pub(super) fn check(file: &Path, text: &str) -> Result<(), CommandError> {
    let source = Source { name: file.display().to_string(), text: text.to_owned() };
    let args = RunArgs::default();
    let (plan, _) = load_plan(&source, &args, false).map_err(|error| CommandError {
        message: format!("the profile would not pass check, and is not written:\n{}", error.message),
        ..error
    })?;
    drop(plan);
    Ok(())
}

/// What is to be known of a profile that was made.
#[must_use]
pub(super) fn remarks(recording: &Recording) -> Vec<String> {
    let mut lines = Vec::new();
    let (on, off) = recording.counts();
    let requests = show_several(on as u64, "request");
    let comments = if off > 0 { format!(", {off} more as comments") } else { String::new() };
    lines.push(format!("  {requests}{comments}"));
    let mut extracted = Vec::new();
    each(&recording.steps, &mut |request| extracted.extend(request.extracts.iter().map(|(name, _)| name.clone())));
    if !extracted.is_empty() {
        let values = show_several(extracted.len() as u64, "value");
        lines.push(format!("  {values} from responses: {}", some(&extracted)));
    }
    let secrets: Vec<String> = required(recording).map(|(name, about)| format!("{name} ({about})")).collect();
    if !secrets.is_empty() {
        lines.push(format!("  variables to set, whose values are not written: {}", visible(&some(&secrets))));
    }
    lines.extend(recording.notes.iter().map(|note| format!("  note: {}", visible(note))));
    lines
}

/// The first few of a list.
fn some(list: &[String]) -> String {
    const SHOWN: usize = 12;
    let shown = list.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(", ");
    if list.len() > SHOWN { format!("{shown} and {} more", list.len() - SHOWN) } else { shown }
}

fn required(recording: &Recording) -> impl Iterator<Item = (&str, &str)> {
    let variables = recording.variables.list().iter().filter(|variable| variable.value.is_none());
    variables.map(|variable| (variable.name.as_str(), variable.about.as_str()))
}

/// The commands that follow.
pub(super) fn next_steps(file: &Path, recording: &Recording) {
    let name = if file == Path::new("loadagent.yaml") { String::new() } else { format!(" {}", file.display()) };
    let given = required(recording).fold(String::new(), |given, (name, _)| given + &format!(" -e {name}=…"));
    print(&format!("  {:<28}  validates it", format!("loadagent check{name}")));
    print(&format!("  {:<28}  runs it", format!("loadagent run{name}{given}")));
}
