//! `--segment auto`: the part of the load of a pod of an Indexed Job, which Kubernetes numbers.

/// The number of a pod, from 0, in every pod of an Indexed Job.
const INDEX: &str = "JOB_COMPLETION_INDEX";
/// The number of pods; a manifest sets it beside `completions`, because Kubernetes does not tell it.
const COUNT: &str = "JOB_COMPLETIONS";

/// `auto` and `auto/N` as `I/N`, by variables of the environment; other segments as they are.
///
/// # Errors
/// Which variable is missing or wrong.
pub(super) fn segment(text: &str, variable: impl Fn(&str) -> Option<String>) -> Result<String, String> {
    let Some(rest) = text.trim().strip_prefix("auto") else { return Ok(text.to_owned()) };
    let number = |name: &str, hint: &str| {
        let value = variable(name).filter(|value| !value.trim().is_empty());
        let value = value.ok_or_else(|| format!("--segment {text}: {name} is not set\n  hint: {hint}"))?;
        let number = value.trim().parse::<u64>();
        number.map_err(|_| format!("--segment {text}: {name} is `{value}`, which is no whole number"))
    };
    let index = number(INDEX, "Kubernetes sets it in the pods of a Job with `completionMode: Indexed`")?;
    let of = match rest.strip_prefix('/') {
        Some(of) => of.trim().to_owned(),
        None if rest.is_empty() => {
            number(COUNT, "set it to the `completions` of the Job, or write auto/N")?.to_string()
        }
        None => return Ok(text.to_owned()),
    };
    Ok(format!("{}/{of}", index.saturating_add(1)))
}

#[cfg(test)]
mod tests;
