//! Values that a response brought and a later request sends back: they become variables where that is certain.
//!
//! A value is certain if no request sent it before the response that has it, and if it can hardly be there by chance: it is long
//! and has digits, or it stands under the name of an identifier and in that response only.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use super::variables::Variables;

/// Most values of all responses that are looked at.
const MAX_VALUES: usize = 200_000;
/// Longer values are no identifiers.
const LONGEST: usize = 4_096;

/// What a request sent, and what its response brought.
#[derive(Debug, Clone, Default)]
pub(super) struct Sent {
    /// Path segments, parameters, parts of headers and values of the body, decoded.
    pub values: Vec<String>,
    /// Last segment of the path that is a word: a name for what an `id` identifies.
    pub noun: String,
    pub answer: Option<Json>,
}

/// The variables of each request.
#[derive(Debug, Clone, Default)]
pub(super) struct Links {
    /// Of each request: what is extracted from its response, name and path.
    pub extracts: Vec<Vec<(String, String)>>,
    /// Variables by value, with the number of the request whose response brings it, and whether it is a number there.
    known: BTreeMap<String, Link>,
}

#[derive(Debug, Clone)]
struct Link {
    name: String,
    from: usize,
    is_number: bool,
}

/// A value of a response.
#[derive(Debug, Clone)]
struct Place {
    from: usize,
    path: String,
    /// The name that it stands under, and the one above.
    key: String,
    parent: String,
    is_number: bool,
}

impl Links {
    /// The expression for a value of a request.
    pub(super) fn expression(&self, request: usize, value: &str) -> Option<String> {
        let link = self.known.get(value).filter(|link| link.from < request)?;
        Some(format!("${{{}}}", link.name))
    }

    /// The same in JSON, where the type must be that of the response.
    pub(super) fn expression_in_json(&self, request: usize, value: &Json) -> Option<String> {
        let (text, is_number) = match value {
            Json::String(text) => (text.clone(), false),
            Json::Number(number) => (number.to_string(), true),
            _ => return None,
        };
        let link = self.known.get(&text).filter(|link| link.is_number == is_number)?;
        let name = link.name.as_str();
        self.expression(request, &text).filter(|_| !name.is_empty())
    }
}

/// Finds the values.
pub(super) fn links(requests: &[Sent], variables: &mut Variables) -> Links {
    let mut links = Links { extracts: vec![Vec::new(); requests.len()], known: BTreeMap::new() };
    let mut places: BTreeMap<String, Vec<Place>> = BTreeMap::new();
    let mut sent_before: BTreeMap<&str, usize> = BTreeMap::new();
    let mut count = 0;
    for (number, request) in requests.iter().enumerate() {
        for value in &request.values {
            if !links.known.contains_key(value)
                && let Some(place) = certain(value, places.get(value), sent_before.get(value.as_str()))
            {
                let noun = &requests[place.from].noun;
                let name = variables.set_by_step(&variable_name(place, noun));
                links.extracts[place.from].push((name.clone(), place.path.clone()));
                let link = Link { name, from: place.from, is_number: place.is_number };
                links.known.insert(value.clone(), link);
            }
            sent_before.entry(value).or_insert(number);
        }
        if let Some(answer) = &request.answer {
            let root = Place {
                from: number,
                path: "$".to_owned(),
                key: String::new(),
                parent: String::new(),
                is_number: false,
            };
            collect(answer, &root, &mut places, &mut count);
        }
    }
    links
}

/// The place from which a value comes for certain; `sent` is the first request that sent it.
fn certain<'p>(value: &str, places: Option<&'p Vec<Place>>, sent: Option<&usize>) -> Option<&'p Place> {
    let places = places?;
    let first = places.first()?;
    if sent.is_some_and(|sent| *sent <= first.from) {
        return None;
    }
    let digits = value.chars().filter(char::is_ascii_digit).count();
    let is_number = digits == value.len();
    let is_long = value.len() >= if is_number { 9 } else { 8 } && digits >= 2 && !value.contains(char::is_whitespace);
    let responses: BTreeSet<usize> = places.iter().map(|place| place.from).collect();
    let is_single = places.len() == 1 && names_identifier(&first.key);
    let is_token = value.len() >= 16 && !value.contains(char::is_whitespace) && names_identifier(&first.key);
    (is_long || is_token || is_single && responses.len() == 1).then_some(first)
}

/// Whether a name is that of an identifier.
fn names_identifier(key: &str) -> bool {
    const NAMES: [&str; 8] = ["id", "uuid", "guid", "slug", "token", "code", "key", "number"];
    let lower = key.to_ascii_lowercase();
    let ends = |end: &str| {
        lower == end
            || lower.ends_with(&format!("_{end}"))
            || lower.ends_with(&format!("-{end}"))
            || key.ends_with(&capitalized(end))
            || key.ends_with(&end.to_ascii_uppercase())
    };
    NAMES.iter().any(|name| ends(name))
}

fn capitalized(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect()
}

/// `order_id` for `$.order.id` and for the `id` of a response of `/orders`.
fn variable_name(Place { key, parent, .. }: &Place, noun: &str) -> String {
    let is_bare = ["id", "uuid", "key", "code", "slug", "number"].iter().any(|bare| key.eq_ignore_ascii_case(bare));
    let of = if parent.is_empty() || matches!(parent.as_str(), "data" | "result" | "items" | "results") {
        noun
    } else {
        parent
    };
    let one =
        of.strip_suffix("ies").map_or_else(|| of.strip_suffix('s').unwrap_or(of).to_owned(), |stem| format!("{stem}y"));
    if key.is_empty() {
        one
    } else if is_bare && !one.is_empty() {
        format!("{one}_{key}")
    } else {
        key.clone()
    }
}

fn collect(value: &Json, place: &Place, places: &mut BTreeMap<String, Vec<Place>>, count: &mut usize) {
    let mut note = |text: String, is_number: bool| {
        *count += 1;
        if *count <= MAX_VALUES && !text.is_empty() && text.len() <= LONGEST {
            places.entry(text).or_default().push(Place { is_number, ..place.clone() });
        }
    };
    match value {
        Json::String(text) => note(text.clone(), false),
        Json::Number(number) => note(number.to_string(), true),
        Json::Array(items) => {
            for (at, item) in items.iter().enumerate() {
                let path = format!("{}[{at}]", place.path);
                collect(item, &Place { path, ..place.clone() }, places, count);
            }
        }
        Json::Object(members) => {
            for (name, value) in members {
                let Some(step) = path_step(name) else { continue };
                let parent = if place.key.is_empty() { String::new() } else { place.key.clone() };
                let inner = Place { path: format!("{}{step}", place.path), key: name.clone(), parent, ..place.clone() };
                collect(value, &inner, places, count);
            }
        }
        Json::Bool(_) | Json::Null => {}
    }
}

/// A step of a path; None for names that would have to be escaped.
fn path_step(name: &str) -> Option<String> {
    let is_word = !name.is_empty()
        && !name.starts_with(|c: char| c.is_ascii_digit() || c == '-')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if is_word {
        return Some(format!(".{name}"));
    }
    let is_safe = !name.is_empty() && !name.contains(|c: char| c.is_control() || matches!(c, '\'' | '"' | '\\' | '$'));
    is_safe.then(|| format!("['{name}']"))
}

#[cfg(test)]
mod tests;
