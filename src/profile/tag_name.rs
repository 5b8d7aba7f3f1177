//! Names of tags: label names of Prometheus, without those that loadagent sets.

use super::diagnostic::Invalid;

/// Checks the name of a tag.
///
/// # Errors
/// If it is not a label name, or reserved.
pub(crate) fn check_tag(name: &str) -> Result<(), Invalid> {
    const OWN: [&str; 16] = [
        "run_id",
        "profile",
        "instance",
        "scenario",
        "stage",
        "group",
        "name",
        "method",
        "status",
        "expected_response",
        "error_class",
        "check",
        "condition",
        "reason",
        "output",
        // Bucket bound in Prometheus.
        "le",
    ];
    let first = name.chars().next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_');
    if !first || name.starts_with("__") || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
        return Err(Invalid::new(format!(
            "invalid tag name `{name}`: use letters, digits and `_`, not starting with a digit or `__`"
        )));
    }
    let flag = match name {
        "instance" => " (--instance sets it)",
        "run_id" => " (--run-id sets it)",
        _ => "",
    };
    if OWN.contains(&name) { Err(Invalid::new(format!("tag name `{name}` is reserved{flag}"))) } else { Ok(()) }
}

#[cfg(test)]
mod tests;
