//! Texts and values from outside as YAML that can't become anything else.

use serde_json::Value as Json;

/// A text as it stands in a profile: plain where that is safe, else in quotes.
#[must_use]
pub(crate) fn scalar(text: &str) -> String {
    const WORDS: [&str; 12] = ["true", "false", "null", "yes", "no", "on", "off", "y", "n", "inf", "nan", "none"];
    let begins = text.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '/' | '_'));
    let is_plain = text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '/' | '_' | '-' | '.'));
    let is_word = WORDS.iter().any(|word| text.eq_ignore_ascii_case(word));
    if begins && is_plain && !is_word { text.to_owned() } else { quoted(text) }
}

/// A text in quotes.
#[must_use]
pub(crate) fn quoted(text: &str) -> String {
    yaml(&Json::from(text))
}

/// JSON is YAML, too, once what YAML does not allow in a document is escaped; it is within strings only.
#[must_use]
pub(crate) fn yaml(value: &Json) -> String {
    let is_allowed = |char: char| {
        !char.is_control() && !matches!(char, '\u{feff}' | '\u{2028}' | '\u{2029}' | '\u{fffe}' | '\u{ffff}')
    };
    let json = value.to_string();
    json.chars()
        .map(|char| if is_allowed(char) { char.to_string() } else { format!("\\u{:04x}", u32::from(char)) })
        .collect()
}

/// A text from outside is no expression.
#[must_use]
pub(crate) fn literal(text: &str) -> String {
    text.replace("${", "$${")
}

/// The same in all texts of a value.
#[must_use]
pub(crate) fn literals(value: &Json) -> Json {
    match value {
        Json::String(text) => literal(text).into(),
        Json::Array(items) => items.iter().map(literals).collect(),
        Json::Object(members) => {
            Json::Object(members.iter().map(|(name, value)| (literal(name), literals(value))).collect())
        }
        other => other.clone(),
    }
}

/// A text of one line as a comment.
#[must_use]
pub(crate) fn comment(text: &str) -> String {
    const LONGEST: usize = 150;
    let shown = text
        .chars()
        .map(|c| if c.is_control() || c == '\u{2028}' || c == '\u{2029}' || c == '\u{feff}' { ' ' } else { c });
    let shown: String = shown.collect();
    let shown = shown.split_whitespace().collect::<Vec<_>>().join(" ");
    if shown.chars().count() > LONGEST { shown.chars().take(LONGEST - 1).chain(['…']).collect() } else { shown }
}
