//! The word `preset:` (or `--preset`): one of the shapes of [`crate::plan::preset`], with the profile's load as its base.

use super::{
    document::Given,
    fault::did_you_mean,
    reader::{MapReader, Reading},
};
use crate::plan::preset::{PRESETS, Preset};

/// Takes `preset`; a flag stands over it.
pub fn read(reading: &Reading, map: &mut MapReader<'_>, given: &Given) -> Option<&'static Preset> {
    let node = map.take("preset");
    let (place, what, name) = match (&given.preset, node) {
        (Some(name), _) => (map.place, "--preset: ", name.clone()),
        (None, Some(node)) => (node.place, "", reading.text(node, "preset")?),
        (None, None) => return None,
    };
    let found = Preset::find(&name);
    if found.is_none() {
        let names = PRESETS.iter().map(|preset| preset.name);
        let list = names.clone().collect::<Vec<_>>().join(", ");
        let message = format!("{what}unknown preset `{name}`; known: {list}");
        reading.fault(place, message, did_you_mean(&name, names));
    }
    found
}
