//! The addresses of outputs, before a run: those of a profile, those of flags, and the list in `LOADAGENT_OUT`.

use crate::{output::OutputAddress, profile::Invalid};

/// What is wrong with the outputs of a profile, and with which of them.
#[must_use]
pub(crate) fn errors(given: &[String], environment: &dyn Fn(&str) -> Option<String>) -> Vec<(usize, Invalid)> {
    let mut errors = Vec::new();
    let mut outputs = Vec::new();
    for (at, text) in given.iter().enumerate() {
        let read = OutputAddress::parse(text, environment).and_then(|output| {
            outputs.push(output);
            OutputAddress::one_place_each(&outputs).inspect_err(|_| drop(outputs.pop()))
        });
        if let Err(error) = read {
            let text = error.without_flag();
            let (message, hint) =
                text.split_once("\n  hint: ").map_or((&*text, None), |(text, hint)| (text, Some(hint)));
            let invalid = Invalid::new(format!("outputs: {message}"));
            errors.push((at, hint.into_iter().fold(invalid, Invalid::hint)));
        }
    }
    errors
}

/// The outputs of `LOADAGENT_OUT`: a new one begins behind a comma or white space where the name of an output follows, alone
/// or before its address or options. An address can hold any other comma.
#[must_use]
pub(crate) fn split(list: &str) -> Vec<String> {
    let is_border = |c: char| c == ',' || c.is_whitespace();
    let mut outputs = Vec::new();
    let mut begin = 0;
    for (at, border) in list.char_indices().filter(|(_, c)| is_border(*c)) {
        let next = at + border.len_utf8();
        let word = list[next..].split(|c: char| is_border(c) || c == '=' || c == '?').next().unwrap_or_default();
        if OutputAddress::is_name(word) {
            outputs.push(&list[begin..at]);
            begin = next;
        }
    }
    outputs.push(&list[begin..]);
    let outputs = outputs.into_iter().map(|output| output.trim_matches(is_border)).filter(|output| !output.is_empty());
    outputs.map(str::to_owned).collect()
}

#[cfg(test)]
mod tests;
