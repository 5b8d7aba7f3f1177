//! Profiles that are bundled with the binary, with the files that they include.

mod agentapi;
mod examples;
mod proxilion;

/// Name, description and text.
pub(crate) type BundledProfile = (&'static str, &'static str, &'static str);
/// Name and text of a file that bundled profiles include.
type Part = (&'static str, &'static str);

const PROFILES: &[&[BundledProfile]] = &[examples::PROFILES, agentapi::PROFILES, proxilion::PROFILES];
const PARTS: &[&[Part]] = &[agentapi::PARTS, proxilion::PARTS];

/// All profiles.
pub(crate) fn all() -> impl Iterator<Item = &'static BundledProfile> + Clone {
    PROFILES.iter().copied().flatten()
}

/// The text of a profile.
#[must_use]
pub(crate) fn find(name: &str) -> Option<&'static str> {
    all().find(|(known, ..)| *known == name).map(|(.., text)| *text)
}

/// The text of a file that profiles include.
#[must_use]
pub(crate) fn part(name: &str) -> Option<&'static str> {
    PARTS.iter().copied().flatten().find(|(known, _)| *known == name).map(|(_, text)| *text)
}

/// The names of those files.
pub(crate) fn part_names() -> impl Iterator<Item = &'static str> + Clone {
    PARTS.iter().copied().flatten().map(|(name, _)| *name)
}
