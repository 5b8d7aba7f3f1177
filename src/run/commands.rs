//! The smaller commands: `target` and `profiles`.

use tokio::runtime::Builder;

use super::{CommandError, print, signals::Signals};
use crate::{
    cli::{ProfilesAction, TargetArgs},
    exit::Exit,
    practice_target::{self as target, Knobs},
    profile::{bundled, diagnostic::did_you_mean, grammar},
};

/// Runs the practice target until a signal comes.
///
/// # Errors
/// When a knob is wrong or the address is taken.
pub fn serve(args: &TargetArgs) -> Result<Exit, CommandError> {
    let usage = |message: String| CommandError { exit: Exit::Usage, message };
    let mut knobs = Knobs::default();
    let mut listen = args.listen;
    let mut words = args.knobs.iter();
    while let Some(word) = words.next() {
        let name =
            word.strip_prefix("--").ok_or_else(|| usage(format!("`{word}` is not a knob; knobs begin with `--`")))?;
        let (name, inline) = name.split_once('=').map_or((name, None), |(name, value)| (name, Some(value.to_owned())));
        let value = inline.or_else(|| words.next().cloned()).ok_or_else(|| usage(format!("--{name} needs a value")))?;
        // Flags of `target` itself may also come after the first knob.
        if name == "listen" {
            listen = value.parse().map_err(|_| usage(format!("--listen `{value}`: write ADDRESS:PORT")))?;
        } else {
            knobs.set(name, &value).map_err(|error| usage(error.to_string()))?;
        }
    }
    let target = target::start(knobs, listen).map_err(|error| CommandError::internal(&error))?;
    print(&format!(
        "practice target on http://{}  (log: /_target/log, metrics: /metrics; Ctrl-C ends it)",
        target.address()
    ));
    let runtime = Builder::new_current_thread().enable_all().build().map_err(|error| CommandError::internal(&error))?;
    let ended = runtime.block_on(async {
        let mut signals = Signals::listen()?;
        signals.next().await;
        Ok::<_, std::io::Error>(())
    });
    ended.map_err(|error| CommandError::internal(&error))?;
    target.stop();
    Ok(Exit::Passed)
}

/// Lists or shows bundled profiles.
///
/// # Errors
/// When there is none of that name.
pub fn profiles(action: Option<&ProfilesAction>) -> Result<Exit, CommandError> {
    match action {
        None | Some(ProfilesAction::List) => {
            bundled::BUNDLED.iter().for_each(|(name, about, _)| print(&format!("{name:<26} {about}")));
        }
        Some(ProfilesAction::Show { name }) => {
            let text = bundled::find(name).ok_or_else(|| {
                let near = did_you_mean(name, bundled::BUNDLED.iter().map(|(name, ..)| *name));
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
