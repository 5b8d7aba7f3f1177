//! Words of other tools that stand for a word of ours: how they are found, and those of expressions.

use super::error::did_you_mean;

/// Words of other tools, each with ours, the most likely one first.
pub(crate) type Synonyms = [(&'static [&'static str], &'static [&'static str])];

/// Names and functions of expressions, as other tools call them.
pub(crate) const EXPRESSIONS: &Synonyms = &[
    (&["__VU"], &["vu"]),
    (&["__ITER", "iter"], &["iteration"]),
    (&["__ENV"], &["env"]),
    (&["random", "randint", "rand", "random_int_between", "__Random"], &["random_int"]),
    (&["uuidv4", "uuid4", "__UUID", "guid"], &["uuid"]),
    (&["random_string", "__RandomString"], &["random_text"]),
    (&["now", "date", "timestamp", "__time"], &["unix_ms"]),
    (&["json_stringify", "stringify", "to_json", "dumps"], &["json"]),
    (&["json_parse", "parse_json", "loads"], &["from_json"]),
    (&["btoa", "base64_encode", "b64encode"], &["base64"]),
    (&["parse_int", "to_int", "integer"], &["int"]),
    (&["len", "size"], &["length"]),
];

/// The word that a word of another tool stands for, among those that are known where it stands: the same word may stand for
/// two of ours.
#[must_use]
pub(crate) fn synonym<'a>(table: &Synonyms, wrong: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let known: Vec<&str> = known.into_iter().collect();
    let rows = table.iter().filter(|(theirs, _)| has(theirs, wrong));
    let mut ours = rows.flat_map(|(_, ours)| ours.iter());
    ours.find_map(|word| known.iter().copied().find(|known| plain(known) == plain(word)))
}

/// A hint for an unknown function: what that of another tool stands for, or the nearest one.
#[must_use]
pub(crate) fn function_meant<'a>(wrong: &str, known: impl IntoIterator<Item = &'a str> + Clone) -> Option<String> {
    let meant = synonym(EXPRESSIONS, wrong, known.clone()).map(|word| format!("did you mean `{word}`?"));
    meant.or_else(|| did_you_mean(wrong, known))
}

/// Whether a word is among others, compared as keys are: without case, `_` and `-`.
#[must_use]
pub(crate) fn has(words: &[&str], word: &str) -> bool {
    let word = plain(word);
    words.iter().any(|known| plain(known) == word)
}

fn plain(word: &str) -> String {
    word.chars().filter(|c| !matches!(c, '_' | '-')).flat_map(char::to_lowercase).collect()
}
