//! Typed access to nodes: section readers take the keys that they know, and unknown keys are errors.

use std::{cell::RefCell, collections::BTreeSet, path::PathBuf, time::Duration};

use super::{
    diagnostic::{Diagnostic, Invalid, Position},
    grammar::{Key, Section, elsewhere, near_option},
    node::{Node, Yaml},
    source::Source,
    synonyms::{suggestion, synonym, without_counterpart},
    tag_name,
    texts::Texts,
    variables::{BeforeRun, Variables},
};
use crate::{
    language::{Expr, Scope, Template, TemplateError, Value},
    units,
};

/// Reads nodes of a profile, and collects errors.
#[derive(Debug, Default)]
pub(crate) struct Reader {
    errors: RefCell<Vec<Diagnostic>>,
    /// Variables of the profile.
    pub variables: Variables,
    /// Names that steps set, for hints.
    pub set_during_run: BTreeSet<String>,
    /// The profile's files.
    pub texts: Texts,
    source: Source,
}

impl Reader {
    #[must_use]
    pub(crate) fn new(variables: Variables, texts: Texts) -> Self {
        Self { variables, source: Source::new(&texts.whole()), texts, ..Self::default() }
    }

    /// The folder of the file in which a node stands: paths in it are relative to this.
    #[must_use]
    pub(crate) fn folder(&self, node: &Node) -> PathBuf {
        self.texts.folder(node.position)
    }

    pub(crate) fn error(&self, position: Position, message: impl Into<String>, hint: Option<String>) {
        self.errors.borrow_mut().push(Diagnostic { position, message: message.into(), hint });
    }

    /// Adds the error of a parser.
    pub(crate) fn invalid(&self, position: Position, invalid: Invalid) {
        self.error(position, invalid.message, invalid.hint);
    }

    #[must_use]
    pub(crate) fn into_errors(self) -> Vec<Diagnostic> {
        self.errors.into_inner()
    }

    #[must_use]
    pub(crate) fn error_count(&self) -> usize {
        self.errors.borrow().len()
    }

    #[must_use]
    pub(crate) fn has_errors(&self) -> bool {
        !self.errors.borrow().is_empty()
    }

    /// A constant scalar as text, with variables replaced.
    pub(crate) fn text(&self, node: &Node, what: &str) -> Option<String> {
        let template =
            self.template(node, what, &BeforeRun { variables: &self.variables, late: &self.set_during_run })?;
        if node.scalar().is_some_and(|text| self.variables.leaves_open(text)) {
            return None;
        }
        let text = template.constant_text().map(std::borrow::Cow::into_owned);
        if text.is_none() {
            let written = node.scalar().unwrap_or_default();
            let message =
                format!("{what} must be known before the run, but `{written}` has a value only during the run");
            let hint = "it can use variables of `vars` and functions with constant results, not what steps set";
            self.error(node.position, message, Some(hint.to_owned()));
        }
        text
    }

    /// A name of something in the profile, such as a data set: `${…}` around it is a mistake unless it is a variable.
    pub(crate) fn name(&self, node: &Node, what: &str) -> Option<String> {
        let inside = node.scalar().and_then(|text| text.strip_prefix("${")?.strip_suffix('}')).map(str::trim);
        let is_name = |name: &&str| name.chars().all(|c| c.is_alphanumeric() || c == '_') && !self.variables.has(name);
        if let Some(name) = inside.filter(is_name) {
            let message = format!("{what} is written without `${{…}}`, which stands for a value");
            self.error(node.position, message, Some(format!("write `{name}` instead of `${{{name}}}`")));
            return None;
        }
        self.text(node, what)
    }

    /// A scalar as a template, whose expressions can depend on the run.
    pub(crate) fn template(&self, node: &Node, what: &str, scope: &dyn Scope) -> Option<Template> {
        self.template_of(self.scalar(node, what)?, node, scope)
    }

    /// A scalar as the template of a URL.
    pub(crate) fn url(&self, node: &Node, what: &str, scope: &dyn Scope) -> Option<Template> {
        let compiled = Template::compile_url(self.scalar(node, what)?, scope);
        compiled.map_err(|error| self.template_error(node, error)).ok()
    }

    /// A scalar as the template of a query parameter.
    pub(crate) fn parameter(&self, node: &Node, what: &str, scope: &dyn Scope) -> Option<Template> {
        let compiled = Template::compile_parameter(self.scalar(node, what)?, scope);
        compiled.map_err(|error| self.template_error(node, error)).ok()
    }

    /// A text derived from a scalar, as a template.
    pub(crate) fn template_of(&self, text: &str, node: &Node, scope: &dyn Scope) -> Option<Template> {
        Template::compile(text, scope).map_err(|error| self.template_error(node, error)).ok()
    }

    /// A scalar as a condition; `${…}` around it is optional.
    pub(crate) fn condition(&self, node: &Node, what: &str, scope: &dyn Scope) -> Option<Expr> {
        let text = self.scalar(node, what)?;
        Expr::compile(text, scope).map_err(|error| self.template_error(node, error)).ok()
    }

    fn scalar<'n>(&self, node: &'n Node, what: &str) -> Option<&'n str> {
        if let Yaml::Scalar { text, .. } = &node.value {
            return Some(text);
        }
        self.error(node.position, format!("{what} must be a single value, not {}", node.describe()), None);
        None
    }

    /// Adds an error inside a scalar, at its position in the file.
    fn template_error(&self, node: &Node, error: TemplateError) {
        self.error(self.position_in(node, error.at), error.message, error.hint);
    }

    /// The position in the file of a character (from 1) of a scalar.
    #[must_use]
    pub(crate) fn position_in(&self, node: &Node, at: usize) -> Position {
        self.source.position_within(node.position, node.scalar().unwrap_or_default(), at)
    }

    /// A constant: a text, or a list or map of constants.
    pub(crate) fn value(&self, node: &Node, what: &str) -> Option<Value> {
        match &node.value {
            Yaml::List(items) => {
                let values: Option<Vec<_>> = items.iter().map(|item| self.value(item, what)).collect();
                values.map(|values| Value::List(values.into()))
            }
            Yaml::Map(_) => {
                let map = self.map(node, what);
                let entries = map.entries.iter();
                let values: Option<Vec<_>> =
                    entries.map(|entry| Some((entry.name.as_str().into(), self.value(entry.value, what)?))).collect();
                values.map(|values| Value::Map(values.into()))
            }
            Yaml::Scalar { .. } if node.is_null() => Some(Value::Null),
            Yaml::Scalar { plain, .. } => {
                let text = self.text(node, what)?;
                Some(if *plain { Value::of_plain(&text) } else { Value::from(text.as_str()) })
            }
        }
    }

    /// A scalar's text as written. Its variables are replaced later, after parsing, so that they never become syntax.
    pub(crate) fn text_as_written(&self, node: &Node, what: &str) -> Option<String> {
        match &node.value {
            Yaml::Scalar { text, .. } => Some(text.clone()),
            _ => self.text(node, what),
        }
    }

    /// A scalar parsed by a function.
    pub(crate) fn parsed<T, E: std::fmt::Display>(
        &self,
        node: &Node,
        what: &str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<T> {
        let text = self.text(node, what)?;
        parse(&text).map_err(|error| self.error(node.position, format!("{what}: {error}"), None)).ok()
    }

    pub(crate) fn duration(&self, node: &Node, what: &str) -> Option<Duration> {
        self.parsed(node, what, units::parse_duration)
    }

    /// A whole number up to ten million.
    pub(crate) fn count(&self, node: &Node, what: &str) -> Option<u32> {
        let limit = 10_000_000;
        self.parsed(node, what, |text| match text.parse::<u32>() {
            Ok(number) if number <= limit => Ok(number),
            _ => Err(format!("`{text}` must be a whole number from 0 to {limit}")),
        })
    }

    /// A number of zero or more.
    pub(crate) fn number(&self, node: &Node, what: &str) -> Option<f64> {
        self.parsed(node, what, |text| match text.parse::<f64>() {
            Ok(number) if number.is_finite() && number >= 0.0 => Ok(number),
            _ => Err(format!("`{text}` must be a number of at least 0")),
        })
    }

    pub(crate) fn boolean(&self, node: &Node, what: &str) -> Option<bool> {
        self.parsed(node, what, |text| match text {
            "true" | "yes" | "on" => Ok(true),
            "false" | "no" | "off" => Ok(false),
            _ => Err(format!("`{text}` must be true or false")),
        })
    }

    /// One of several words.
    pub(crate) fn word<T: Copy>(&self, node: &Node, what: &str, words: &[(&'static str, T)]) -> Option<T> {
        let text = self.text(node, what)?;
        let found = words.iter().find(|(word, _)| same_key(word, &text)).map(|(_, value)| *value);
        if found.is_none() {
            let known = words.iter().map(|(word, _)| *word);
            let list = known.clone().collect::<Vec<_>>().join(", ");
            let message = if what.starts_with('`') {
                format!("{what} can't be `{text}`; known: {list}")
            } else {
                format!("unknown {what} `{text}`; known: {list}")
            };
            self.error(node.position, message, suggestion(&text, known));
        }
        found
    }

    /// The items of a list.
    pub(crate) fn list<'n>(&self, node: &'n Node, what: &str) -> &'n [Node] {
        if let Yaml::List(items) = &node.value {
            return items;
        }
        if !node.is_null() {
            self.error(node.position, format!("{what} must be a list, not {}", node.describe()), None);
        }
        &[]
    }

    /// Tags, whose names must be valid label names and not reserved.
    pub(crate) fn tags(&self, node: &Node) -> Vec<(String, String)> {
        let map = self.data(node, "tags", None);
        let tags = map.entries.iter().filter_map(|entry| {
            self.check_tag(entry.position, &entry.name);
            Some((entry.name.clone(), self.text(entry.value, &format!("tag `{}`", entry.name))?))
        });
        tags.collect()
    }

    /// Reports a tag whose name is not allowed.
    pub(crate) fn check_tag(&self, position: Position, name: &str) {
        if let Err(invalid) = tag_name::check_tag(name) {
            self.invalid(position, invalid);
        }
    }

    /// A map whose keys are data, not words of the language: `A` and `a`, `user_id` and `userid` are two.
    pub(crate) fn data<'n>(&self, node: &'n Node, what: &str, example: Option<&str>) -> MapReader<'n> {
        self.map_where(node, what, example, |one, other| one == other)
    }

    /// A map with any keys.
    pub(crate) fn map<'n>(&self, node: &'n Node, what: &str) -> MapReader<'n> {
        self.map_like(node, what, None)
    }

    /// A map with the keys of a section.
    pub(crate) fn section<'n>(&self, node: &'n Node, what: &str, section: &'static Section) -> MapReader<'n> {
        let mut map = self.map(node, what);
        map.expect(section.all_keys());
        map
    }

    /// A map with any keys; the example is a hint for nodes that are not a map.
    pub(crate) fn map_like<'n>(&self, node: &'n Node, what: &str, example: Option<&str>) -> MapReader<'n> {
        self.map_where(node, what, example, same_key)
    }

    fn map_where<'n>(
        &self,
        node: &'n Node,
        what: &str,
        example: Option<&str>,
        is_same: fn(&str, &str) -> bool,
    ) -> MapReader<'n> {
        let mut entries: Vec<Entry<'n>> = Vec::new();
        let errors = self.error_count();
        match &node.value {
            Yaml::Map(pairs) => {
                for (key, value) in pairs {
                    let Some(name) = self.text(key, "a key") else { continue };
                    if let Some(first) = entries.iter().find(|entry| is_same(&entry.name, &name)) {
                        let message =
                            format!("duplicate key `{name}`; first defined on {}", self.texts.line(first.position));
                        self.error(key.position, message, None);
                        continue;
                    }
                    entries.push(Entry { name, position: key.position, value, taken: false });
                }
            }
            _ if node.is_null() => {}
            _ => {
                let hint = example.map(|example| format!("for example `{example}`"));
                self.error(node.position, format!("{what} must be a map, not {}", node.describe()), hint);
            }
        }
        let is_map = node.is_null() || matches!(node.value, Yaml::Map(_));
        MapReader { position: node.position, what: what.to_owned(), entries, known: Vec::new(), is_map, errors }
    }
}

/// Whether two keys are the same, ignoring case, `_` and `-`.
#[must_use]
pub fn same_key(one: &str, other: &str) -> bool {
    let plain =
        |text: &str| text.chars().filter(|c| !matches!(c, '_' | '-')).flat_map(char::to_lowercase).collect::<String>();
    plain(one) == plain(other)
}

/// A key and its value.
#[derive(Debug)]
pub(crate) struct Entry<'n> {
    /// The key as written.
    pub name: String,
    /// Position of the key.
    pub position: Position,
    pub value: &'n Node,
    taken: bool,
}

/// A map whose keys are taken one by one; [`MapReader::finish`] reports the rest.
#[derive(Debug)]
pub(crate) struct MapReader<'n> {
    /// Position of the map.
    pub position: Position,
    /// Description for messages.
    pub what: String,
    pub entries: Vec<Entry<'n>>,
    /// Keys of the grammar; empty if any key is allowed.
    known: Vec<&'static Key>,
    /// Whether the node is a map; otherwise missing keys are not reported.
    is_map: bool,
    /// Number of errors before this map.
    errors: usize,
}

impl<'n> MapReader<'n> {
    /// Allows further keys.
    pub(crate) fn expect(&mut self, keys: impl IntoIterator<Item = &'static Key>) {
        self.known.extend(keys);
    }

    /// Whether the grammar has a key here.
    pub(crate) fn knows(&self, name: &str) -> bool {
        self.known.iter().any(|key| same_key(key.name, name))
    }

    /// Takes the value of a key of the grammar, if it is set and not null.
    pub(crate) fn take(&mut self, key: &str) -> Option<&'n Node> {
        debug_assert!(self.knows(key), "the grammar has no key `{key}` in {}", self.what);
        let entry = self.entries.iter_mut().find(|entry| same_key(&entry.name, key))?;
        entry.taken = true;
        (!entry.value.is_null()).then_some(entry.value)
    }

    /// Takes the value of a key, of which null is one.
    pub(crate) fn take_value(&mut self, key: &str) -> Option<&'n Node> {
        let null = self.peek(key).filter(|node| node.is_null());
        self.take(key).or(null)
    }

    /// The value of a key, without taking it.
    #[must_use]
    pub(crate) fn peek(&self, key: &str) -> Option<&'n Node> {
        self.entries.iter().find(|entry| same_key(&entry.name, key)).map(|entry| entry.value)
    }

    /// Takes the value of a required key.
    pub(crate) fn need(&mut self, reader: &Reader, key: &str, example: &str) -> Option<&'n Node> {
        let value = self.take(key);
        if value.is_none() && self.is_map && !self.meant(reader, key) {
            reader.error(
                self.position,
                format!("{} needs `{key}`", self.what),
                Some(format!("for example `{key}: {example}`")),
            );
        }
        value
    }

    /// Reports an unknown key that stands for a required one, so that its absence is not reported as well.
    fn meant(&mut self, reader: &Reader, key: &str) -> bool {
        let Self { known, what, entries, .. } = self;
        let is_known = |name: &str| known.iter().any(|known| same_key(known.name, name));
        let stands_for = |name: &str| synonym(name, [key]).is_some();
        let Some(entry) = entries.iter_mut().find(|one| !is_known(&one.name) && stands_for(&one.name)) else {
            return false;
        };
        entry.taken = true;
        reader.error(
            entry.position,
            format!("unknown key `{}` in {what}", entry.name),
            Some(format!("did you mean `{key}`?")),
        );
        true
    }

    /// Whether a key was written, whatever its value.
    #[must_use]
    pub(crate) fn has(&self, key: &str) -> bool {
        self.entries.iter().any(|entry| same_key(&entry.name, key))
    }

    /// The first key and its value, which names a step.
    #[must_use]
    pub(crate) fn first(&self) -> Option<(&str, Position, &'n Node)> {
        self.entries.first().map(|entry| (entry.name.as_str(), entry.position, entry.value))
    }

    #[must_use]
    pub(crate) fn is_map(&self) -> bool {
        self.is_map
    }

    /// Whether all keys are known; an unknown key can be a misspelt required one.
    #[must_use]
    pub(crate) fn is_known(&self) -> bool {
        self.is_map && self.entries.iter().all(|entry| entry.taken || self.knows(&entry.name))
    }

    /// Marks a key as taken.
    pub(crate) fn took(&mut self, name: &str) {
        if let Some(entry) = self.entries.iter_mut().find(|entry| entry.name == name) {
            entry.taken = true;
        }
    }

    /// A hint for an unknown key: what a word of another tool stands for, or what to do instead; the place of a key that stands elsewhere, in the
    /// maps in which such keys are written by mistake; the nearest key.
    fn hint(&self, name: &str) -> Option<String> {
        let known = || self.known.iter().map(|key| key.name);
        let is_step = self.what.starts_with("step `");
        let holds_load = ["flow", "scenarios", "max_redirects"].iter().any(|key| self.knows(key));
        let meant = synonym(name, known()).map(|word| format!("did you mean `{word}`?"));
        let misplaced = || (is_step || holds_load).then(|| elsewhere(name, is_step)).flatten();
        let near_option = || (holds_load && !is_step).then(|| near_option(name)).flatten();
        let meant = meant.or_else(|| without_counterpart(name));
        meant.or_else(misplaced).or_else(|| suggestion(name, known())).or_else(near_option)
    }

    /// Reports keys that are not in the grammar, and keys that the reader didn't take.
    pub(crate) fn finish(self, reader: &Reader) {
        let known = || self.known.iter().map(|key| key.name);
        // After an error, a reader may have skipped keys that have a meaning otherwise.
        let is_complete = reader.error_count() == self.errors;
        for entry in self.entries.iter().filter(|entry| !entry.taken) {
            if let Some(key) = self.known.iter().find(|key| same_key(key.name, &entry.name)) {
                if is_complete {
                    let message = format!("`{}` has no effect in {}", entry.name, self.what);
                    reader.error(entry.position, message, Some(format!("`{}`: {}", key.name, key.about)));
                }
                continue;
            }
            let hint = self.hint(&entry.name).unwrap_or_else(|| {
                if self.known.is_empty() {
                    return format!("{} has no other keys", self.what);
                }
                format!("known keys: {}", known().collect::<Vec<_>>().join(", "))
            });
            reader.error(entry.position, format!("unknown key `{}` in {}", entry.name, self.what), Some(hint));
        }
    }
}
