//! What in an address is a secret, by the names that it stands under.

use crate::net::secret_names::names_secret;

/// Whether userinfo or options hold a secret itself: such an address is not kept, and not quoted.
pub(super) fn of_literals(
    userinfo: Option<(&str, Option<&str>)>,
    options: &[(String, &str)],
    is_reference: impl Fn(&str) -> bool,
) -> bool {
    let is_literal = |text: &str| !text.is_empty() && !is_reference(text);
    let by_option = options.iter().any(|(name, _)| matches!(&**name, "password" | "password_file"));
    let has_password = by_option || userinfo.is_some_and(|(_, password)| password.is_some_and(|text| !text.is_empty()));
    // A user without a password is a token.
    let user = |text: &str| !has_password && is_literal(text);
    userinfo.is_some_and(|(name, password)| user(name) || password.is_some_and(is_literal))
        || options.iter().any(|(name, value)| match &**name {
            "username" => user(value),
            name => is_secret(name) && is_literal(value),
        })
}

/// Whether an option holds a secret. An unknown option counts as secret when its name suggests it.
fn is_secret(option: &str) -> bool {
    let name = option.to_ascii_lowercase();
    if let Some(header) = name.strip_prefix("header.") {
        return !names_a_tenant(header);
    }
    if let Some(parameter) = name.strip_prefix("query.") {
        return !names_no_secret(parameter);
    }
    // `p` is the password of InfluxDB's version 1.
    (names_secret(&name) || name == "p") && !name.ends_with("_file")
}

/// Headers that say whose data it is, and nothing that must be hidden.
pub(super) fn names_a_tenant(header: &str) -> bool {
    let name = header.to_ascii_lowercase();
    ["tenant", "orgid", "org-id", "accountid", "projectid"].iter().any(|word| name.contains(word))
}

/// Parameters that add or ask for labels, or say where a receiver writes to.
pub(super) fn names_no_secret(parameter: &str) -> bool {
    const PLACES: [&str; 10] =
        ["db", "database", "bucket", "org", "rp", "retention", "precision", "consistency", "timeout", "tenant"];
    let name = parameter.to_ascii_lowercase();
    name.starts_with("extra_label") || name.starts_with("extra_filters") || PLACES.contains(&&*name)
}

/// Names that may be the rest of a secret: a literal `&` in an option begins another, and a literal `?` in a password begins
/// the options, of which one then holds the `@`.
pub(super) fn rests(has_user: bool, options: &[(String, &str)], is_reference: impl Fn(&str) -> bool) -> Vec<String> {
    let secret = options.iter().position(|(name, value)| is_secret(name) && !is_reference(value));
    let behind = secret.map_or(options.len(), |place| place + 1);
    let host = options.iter().rposition(|(name, value)| has_user && (name.contains('@') || value.contains('@')));
    let before = host.map_or(0, |place| place + 1);
    let names = options.iter().enumerate().filter(|(place, _)| *place < before || *place >= behind);
    names.map(|(_, (name, _))| name.clone()).collect()
}
