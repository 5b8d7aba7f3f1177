//! `init`: writes a first profile and, for editors, the schema beside it.

use std::{fs, io::Write, path::Path};

use crate::{
    cli::{InitArgs, RunArgs},
    exit::Exit,
    profile::grammar,
    run::{
        console::print,
        error::CommandError,
        prepare::{Source, load_plan},
    },
};

const TEMPLATE: &str = include_str!("init.yaml");
/// The name of the schema that the first line of the template refers to.
const SCHEMA: &str = "loadagent.schema.json";

/// Writes a profile and the schema; never over another profile.
///
/// # Errors
/// When there is a file already, or none can be written.
pub(crate) fn init(args: &InitArgs) -> Result<Exit, CommandError> {
    let path = &args.file;
    let text = text(path, &args.url);
    // The URL is the user's: what `check` would refuse is not written.
    let source = Source { name: path.display().to_string(), text: text.clone() };
    load_plan(&source, &RunArgs::default(), false)?;
    let failed = |path: &Path, error: &std::io::Error| match error.kind() {
        std::io::ErrorKind::AlreadyExists => {
            CommandError::configuration(format!("{} exists already\n  hint: name another file", path.display()))
        }
        _ => CommandError::configuration(format!("{}: {error}", path.display())),
    };
    let schema = path.with_file_name(SCHEMA);
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        fs::create_dir_all(folder).map_err(|error| failed(folder, &error))?;
    }
    let file = fs::File::options().write(true).create_new(true).open(path);
    file.and_then(|mut file| file.write_all(text.as_bytes())).map_err(|error| failed(path, &error))?;
    fs::write(&schema, format!("{}\n", grammar::schema::schema())).map_err(|error| failed(&schema, &error))?;
    print(&format!("wrote {} and, for editors, {}", path.display(), schema.display()));
    let name = if path == Path::new("loadagent.yaml") { String::new() } else { format!(" {}", path.display()) };
    let practice = ("loadagent target".to_owned(), "starts a server to practise on at that address".to_owned());
    let next = [
        (format!("loadagent check{name}"), "validates it".to_owned()),
        (format!("loadagent run{name}"), format!("runs it against {}", args.url)),
    ];
    let next = next.into_iter().chain((args.url == InitArgs::URL).then_some(practice));
    next.for_each(|(command, does)| print(&format!("  {command:<24}  {does}")));
    Ok(Exit::Passed)
}

/// The profile; it is named as its file.
fn text(path: &Path, url: &str) -> String {
    let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    // A string of JSON is one of YAML, too.
    let quoted = |text: &str| serde_json::Value::from(text).to_string();
    TEMPLATE.replacen("NAME", &quoted(&stem), 1).replacen("URL   #", &format!("{}   #", quoted(url)), 1)
}
