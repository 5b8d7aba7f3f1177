//! Bodies: a text with its media type as JSON, a form or text, so that the same bytes or the same values are sent.

use serde_json::Value as Json;
use url::form_urlencoded;

use super::{recording::Body, yaml::literal};
use crate::profile::reader::same_key;

/// Beyond this, a body is written as one text: a profile has a limit of values.
const LONGEST_JSON: usize = 64 * 1024;
/// Longer names of members can't be keys of YAML.
const LONGEST_NAME: usize = 200;

/// What `replace` gives stands for a value: an expression.
pub(super) type Replace<'r> = &'r dyn Fn(&Json) -> Option<String>;

/// The body, and whether it still needs its header `Content-Type`.
pub(super) fn of_text(media_type: &str, text: &str, replace: Replace<'_>) -> (Body, bool) {
    let plain = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if plain.ends_with("/json") || plain.ends_with("+json") {
        let parsed = serde_json::from_str::<Json>(text).ok().filter(|value| is_exact(text, value));
        if let Some(value) = parsed {
            return (Body::Json(templated(&value, replace)), media_type.trim() != "application/json");
        }
    }
    if plain == "application/x-www-form-urlencoded" {
        let fields: Vec<(String, String)> =
            form_urlencoded::parse(text.as_bytes()).map(|(name, value)| (name.into(), value.into())).collect();
        if !fields.is_empty() && are_keys(&fields) && is_form(text, &fields) {
            let value = |value: String| replace(&Json::from(value.as_str())).unwrap_or_else(|| literal(&value));
            let fields = fields.into_iter().map(|(name, text)| (literal(&name), value(text))).collect();
            return (Body::Form(fields), media_type.trim() != "application/x-www-form-urlencoded");
        }
    }
    (Body::Text(literal(text)), true)
}

/// Whether names can be keys of one map.
pub(super) fn are_keys(fields: &[(String, String)]) -> bool {
    let is_repeated = |at: usize| fields[..at].iter().any(|(name, _)| same_key(name, &fields[at].0));
    fields.len() <= 1_000
        && fields.iter().all(|(name, _)| !name.is_empty() && name.len() <= LONGEST_NAME)
        && !(0..fields.len()).any(is_repeated)
}

/// Whether the form, written again, is the same.
fn is_form(text: &str, fields: &[(String, String)]) -> bool {
    let again = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    let plain = |text: &str| text.replace("%20", "+").to_ascii_lowercase();
    plain(&again) == plain(text)
}

/// Whether nothing is lost when the value is written again: digits of numbers, repeated names, long names.
fn is_exact(text: &str, value: &Json) -> bool {
    text.len() <= LONGEST_JSON && numbers(text).all(is_same_number) && {
        let (mut names, mut longest) = (0, 0);
        count_names(value, &mut names, &mut longest);
        longest <= LONGEST_NAME && names == names_of(text)
    }
}

fn is_same_number(text: &str) -> bool {
    serde_json::from_str::<Json>(text).map(|number| number.to_string()).is_ok_and(|written| written == text)
}

/// Parts of a text of JSON outside of its strings.
fn outside_strings(text: &str) -> impl Iterator<Item = &str> {
    let (mut parts, mut begin, mut inside, mut escaped) = (Vec::new(), 0, false, false);
    for (at, c) in text.char_indices() {
        match (inside, c) {
            _ if escaped => escaped = false,
            (true, '\\') => escaped = true,
            (_, '"') => {
                if !inside {
                    parts.push(&text[begin..at]);
                }
                (inside, begin) = (!inside, at + 1);
            }
            _ => {}
        }
    }
    parts.push(&text[begin.min(text.len())..]);
    parts.into_iter()
}

fn numbers(text: &str) -> impl Iterator<Item = &str> {
    let is_other = |c: char| c.is_whitespace() || matches!(c, '[' | ']' | '{' | '}' | ':' | ',');
    let words = outside_strings(text).flat_map(move |part| part.split(is_other));
    words.filter(|word| word.starts_with(|c: char| c.is_ascii_digit() || c == '-'))
}

fn names_of(text: &str) -> usize {
    outside_strings(text).map(|part| part.matches(':').count()).sum()
}

fn count_names(value: &Json, names: &mut usize, longest: &mut usize) {
    match value {
        Json::Array(items) => items.iter().for_each(|item| count_names(item, names, longest)),
        Json::Object(members) => {
            *names += members.len();
            for (name, value) in members {
                *longest = (*longest).max(name.len());
                count_names(value, names, longest);
            }
        }
        _ => {}
    }
}

/// A value with expressions for some of its scalars; all other texts are literal.
pub(super) fn templated(value: &Json, replace: Replace<'_>) -> Json {
    match value {
        Json::Array(items) => items.iter().map(|item| templated(item, replace)).collect(),
        Json::Object(members) => {
            Json::Object(members.iter().map(|(name, value)| (literal(name), templated(value, replace))).collect())
        }
        Json::String(text) => replace(value).unwrap_or_else(|| literal(text)).into(),
        Json::Number(_) => replace(value).map_or_else(|| value.clone(), Json::from),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests;
