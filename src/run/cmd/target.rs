//! `target`: runs the practice target.

use tokio::runtime::Builder;

use crate::{
    cli::TargetArgs,
    exit::Exit,
    practice_target::{self, TargetOptions},
    run::{console::print, error::CommandError, signals::Signals},
};

/// Runs the practice target until a signal comes.
///
/// # Errors
/// When an option is wrong or the address is taken.
pub(crate) fn serve(args: &TargetArgs) -> Result<Exit, CommandError> {
    let usage = |message: String| CommandError { exit: Exit::Usage, message };
    let mut options = TargetOptions::default();
    let mut listen = args.listen;
    let mut words = args.options.iter();
    while let Some(word) = words.next() {
        let name = word
            .strip_prefix("--")
            .ok_or_else(|| usage(format!("`{word}` is not an option; options begin with `--`")))?;
        let (name, inline) = name.split_once('=').map_or((name, None), |(name, value)| (name, Some(value.to_owned())));
        let value = inline.or_else(|| words.next().cloned()).ok_or_else(|| usage(format!("--{name} needs a value")))?;
        // Flags of `target` itself may also come after the first option of the target.
        if name == "listen" {
            listen = value.parse().map_err(|_| usage(format!("--listen `{value}`: write ADDRESS:PORT")))?;
        } else {
            options.set(name, &value).map_err(|error| usage(error.to_string()))?;
        }
    }
    let target = practice_target::start(options, listen).map_err(|error| CommandError::internal(&error))?;
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
