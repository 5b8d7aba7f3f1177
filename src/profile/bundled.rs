//! Profiles that come with the binary.

/// Name, one line about it, text.
pub const BUNDLED: &[(&str, &str, &str)] = &[(
    "quickstart",
    "ten seconds against a practice target inside the process: an open and a closed scenario, thresholds, a stall",
    include_str!("../../profiles/quickstart.yaml"),
)];

/// The text of a bundled profile.
#[must_use]
pub fn find(name: &str) -> Option<&'static str> {
    BUNDLED.iter().find(|(known, ..)| *known == name).map(|(.., text)| *text)
}
