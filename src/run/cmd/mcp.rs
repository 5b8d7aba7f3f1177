//! `mcp`: lists what an MCP server offers, and writes a profile to start from.

mod offer;
mod profile;

use std::{sync::Arc, time::Duration};

use tokio::time::Instant;

use self::offer::{Item, Offer};
use crate::{
    cli::{McpArgs, RunArgs},
    control::Control,
    executor::hook::{self, HookContext},
    exit::Exit,
    metric::SeriesLimit,
    report::visible::visible,
    run::{
        clock::wall_ms,
        console::print,
        error::CommandError,
        new_file::{exists, write_new},
        prepare::{Source, load_plan},
    },
    units::show_several,
};

/// Lists what the server offers, and writes the profile; never over another file.
///
/// # Errors
/// When the server does not answer as it should, or the file can't be written.
pub(crate) fn mcp(args: &McpArgs) -> Result<Exit, CommandError> {
    let path = &args.file;
    if path.exists() {
        return Err(exists(path));
    }
    let offer = asked(args)?;
    print(&listed(&offer));
    let text = profile::text(args, &offer);
    // What the server says is in the profile: what `check` would refuse is not written.
    load_plan(&Source { name: path.display().to_string(), text: text.clone() }, &RunArgs::default(), false)?;
    write_new(path, &text)?;
    print(&format!("wrote {}", path.display()));
    print(&format!("  {:<28}  validates it", format!("loadagent check {}", path.display())));
    print(&format!("  {:<28}  runs it", format!("loadagent run {}", path.display())));
    Ok(Exit::Passed)
}

/// Asks the server, as one user of a load test would.
fn asked(args: &McpArgs) -> Result<Offer, CommandError> {
    let source = Source { name: "mcp".to_owned(), text: profile::listing(args)? };
    let (plan, _) = load_plan(&source, &RunArgs::default(), false)?;
    let Some(setup) = plan.setup.clone() else { return Ok(Offer::default()) };
    let context = HookContext {
        worker: 0,
        start: Instant::now(),
        clock_at_start: Duration::from_millis(u64::try_from(wall_ms()).unwrap_or_default()),
        tick: 0,
        recorders: None,
        limit: SeriesLimit::default(),
        given: Arc::default(),
    };
    let asked = hook::run(&plan, &setup, &Control::new(0), &context).map_err(|error| CommandError::internal(&error))?;
    if let Some(failure) = asked.failure {
        let examples = asked.recorded.examples.iter();
        let mut lines = vec![format!("{}: {failure}", visible(&args.url))];
        lines.extend(examples.map(|one| format!("  {}: {}", one.place.class, visible(&one.reason))));
        return Err(CommandError::configuration(lines.join("\n")));
    }
    let value = |name: &str| asked.left.iter().find(|(known, _)| known == name).map(|(_, value)| value);
    Ok(Offer::read(value))
}

fn listed(offer: &Offer) -> String {
    let mut text = String::new();
    for (noun, items) in [("tool", &offer.tools), ("resource", &offer.resources), ("prompt", &offer.prompts)] {
        text += &format!("{}\n", show_several(items.len() as u64, noun));
        for Item { name, about, .. } in items {
            text += &format!("  {:<24}  {}\n", visible(name), visible(about));
        }
    }
    text.trim_end().to_owned()
}
