//! `profiles`: lists and prints the bundled profiles and the schema.

use crate::{
    cli::ProfilesAction,
    exit::Exit,
    profile::{bundled, diagnostic::did_you_mean, grammar},
    run::{console::print, error::CommandError},
};

/// Lists or shows bundled profiles.
///
/// # Errors
/// When there is none of that name.
pub(crate) fn profiles(action: Option<&ProfilesAction>) -> Result<Exit, CommandError> {
    match action {
        None | Some(ProfilesAction::List) => {
            let width = bundled::all().map(|(name, ..)| name.len()).max().unwrap_or_default();
            bundled::all().for_each(|(name, about, _)| print(&format!("{name:<width$} {about}")));
        }
        Some(ProfilesAction::Show { name }) => {
            let text = bundled::find(name).or_else(|| bundled::part(name)).ok_or_else(|| {
                let near = did_you_mean(name, bundled::all().map(|(name, ..)| *name).chain(bundled::part_names()));
                let hint = near.unwrap_or_else(|| "`loadagent profiles` lists them".to_owned());
                CommandError {
                    exit: Exit::Usage,
                    message: format!("there is no bundled profile `{name}`\n  hint: {hint}"),
                }
            })?;
            print(text.trim_end());
        }
        Some(ProfilesAction::Schema) => print(&format!("{}", grammar::schema::schema())),
    }
    Ok(Exit::Passed)
}
