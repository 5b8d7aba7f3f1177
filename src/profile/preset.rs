//! `preset:` (or `--preset`): one of the built-in [`crate::plan::preset`]s, relative to the profile's load.

use super::{
    diagnostic::did_you_mean,
    environment::names_of,
    node::Node,
    reader::{MapReader, Reader},
};
use crate::plan::preset::{PRESETS, Preset};

/// Takes `preset`; a flag overrides it. `own` are the profile's presets, for hints.
pub(crate) fn read(
    reader: &Reader,
    map: &mut MapReader<'_>,
    flag: Option<&str>,
    own: Option<&Node>,
) -> Option<&'static Preset> {
    let node = map.take("preset");
    let (position, what, name) = match (flag, node) {
        (Some(name), _) => (map.position, "--preset: ", name.to_owned()),
        (None, Some(node)) => (node.position, "", reader.text(node, "preset")?),
        (None, None) => return None,
    };
    let found = Preset::find(&name);
    if found.is_none() {
        let own = own.map(names_of).unwrap_or_default();
        let names = own.into_iter().chain(PRESETS.iter().map(|preset| preset.name));
        let list = names.clone().collect::<Vec<_>>().join(", ");
        let message = format!("{what}unknown preset `{name}`; known: {list}");
        reader.error(position, message, did_you_mean(&name, names));
    }
    found
}
