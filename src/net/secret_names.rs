//! Names under which secrets travel: of headers, parameters, fields, variables and options. Their values are never shown.

/// Parts of such names.
const PARTS: [&str; 12] = [
    "key",
    "token",
    "secret",
    "cookie",
    "passw",
    "passphrase",
    "passcode",
    "pwd",
    "session",
    "signature",
    "credential",
    "jwt",
];
/// Shown although they hold such a part: a server's question is no secret.
const CHALLENGES: [&str; 2] = ["www-authenticate", "proxy-authenticate"];

/// Whether what stands under a name is a secret.
#[must_use]
pub(crate) fn names_secret(name: &str) -> bool {
    let name = name.trim().to_ascii_lowercase();
    if CHALLENGES.contains(&name.as_str()) {
        return false;
    }
    // `author` and `authority` are no secrets, `authorization` is.
    let authenticates = name.contains("authoriz") || name.replace("author", "").contains("auth");
    // `pass` and `db_pass`, but not `passenger` and `bypass`.
    let mut words = name.split(|c: char| !c.is_ascii_alphanumeric());
    authenticates || words.any(|word| matches!(word, "pass" | "sig")) || PARTS.iter().any(|part| name.contains(part))
}

#[cfg(test)]
mod tests;
