//! `extract`: values from a response, each by one extractor.

use std::sync::Arc;

use super::{Compiler, StepDefinition, StepNode};
use crate::{
    language::{
        Needs, Template,
        extract::{Between, Cookie, ExtractError, Extractor, Group, HeaderSelector, Html, JsonPath, Pattern, Take},
    },
    plan::{Op, StepKind, program::Extract},
    profile::{
        grammar::{Key, Section, Type, names, words},
        node::{Node, Yaml},
        reader::{MapReader, same_key},
    },
};

/// Extraction.
pub(super) static STEPS: &[StepDefinition] = &[StepDefinition {
    words: &["extract"],
    value: EXTRACTIONS,
    options: &[],
    about: "sets variables from the last response, or from the event in `on_event`",
    example: "extract: {id: $.id}",
    compile,
}];

/// Variables, and where their values are.
pub(super) static EXTRACTIONS: Type = Type::Names(&Type::Either(&[Type::Text, Type::Map(&EXTRACTION)]));

/// `extract: {…}` as a step.
fn compile<'n>(compiler: &mut Compiler<'_, 'n>, step: StepNode<'n>) {
    let begin = compiler.here();
    let last = compiler.ops.iter().rposition(|op| matches!(op, Op::Send(..)));
    compiler.extracts(step.value, last.unwrap_or(begin), &"".into());
    step.map.finish(compiler.reader);
}

/// A value from a response.
pub(in crate::profile) static EXTRACTION: Section = Section::new(
    "extraction",
    "A value from a response, found by one of `json`, `regex`, `header`, `cookie`, `form`, `meta` and `between`.",
    &[SOURCES, OPTIONS],
);

static SOURCES: &[Key] = &[
    Key::new("json", Type::Text, "JSONPath into the body"),
    Key::new("regex", Type::Text, "regular expression over the body"),
    Key::new("header", Type::Text, "name of a header"),
    Key::new("cookie", Type::Text, "name of a cookie"),
    Key::new("form", Type::Text, "name of an HTML form field"),
    Key::new("meta", Type::Text, "name of an HTML `meta` element"),
    Key::new("between", Type::List(&Type::Text), "texts to the left and right of the value"),
];

static OPTIONS: &[Key] = &[
    Key::new("group", Type::Text, "number or name of the capture group of `regex` (default: the first)"),
    Key::new(
        "take",
        Type::Either(&[Type::Word(&words(&TAKES)), Type::Text]),
        "which match, or its position (default: first)",
    ),
    Key::new("default", Type::Any, "value without a match; without it the check `extract …` fails"),
];

/// Which match is taken.
const TAKES: [(&str, Take); 5] = [
    ("first", Take::First),
    ("last", Take::Last),
    ("random", Take::Random),
    ("all", Take::All),
    ("count", Take::Count),
];

impl<'n> Compiler<'_, 'n> {
    /// `extract: {id: $.id, token: {header: X-Token}, …}`; a plain text is a JSON path.
    pub(super) fn extracts(&mut self, node: &'n Node, send: usize, request: &Arc<str>) {
        for entry in &self.reader.map_like(node, "extract", Some("extract: {id: $.id}")).entries {
            let into = self.names.declare(self.reader, &entry.name, entry.position, false);
            let Some((what, take, default)) = self.extractor(entry.value) else { continue };
            self.keep_since(send, Needs { head: what.reads_head(), body: what.reads_body() });
            let Some(into) = into else { continue };
            self.details.push(format!("extract {}", entry.name));
            let label = StepKind::Check(format!("extract {}", entry.name).into());
            let check = default.is_none().then(|| self.row(request, label));
            self.ops.push(Op::Extract(Box::new(Extract { into, what, take, default, check })));
        }
    }

    /// The extractor, which match is used, and the default.
    pub(super) fn extractor(&mut self, node: &'n Node) -> Option<(Extractor, Take, Option<Template>)> {
        let Yaml::Map(_) = node.value else {
            let path = self.looked_for(node, "path", JsonPath::parse)?;
            return Some((Extractor::Json(path), Take::First, None));
        };
        let reader = self.reader;
        let mut map = reader.section(node, "this extraction", &EXTRACTION);
        let mut overrides =
            map.entries.iter().filter(|entry| names(SOURCES).any(|source| same_key(source, &entry.name)));
        if let (Some(first), Some(second)) = (overrides.next(), overrides.next()) {
            let message = format!("an extraction has either `{}` or `{}`, not both", first.name, second.name);
            reader.error(second.position, message, None);
            return None;
        }
        let take = map.take("take").map_or(Some(Take::First), |node| self.take(node));
        let default = map.take_value("default").and_then(|node| self.any_value(node));
        let what = self.kind(&mut map);
        map.finish(reader);
        Some((what?, take?, default))
    }

    fn kind(&mut self, map: &mut MapReader<'n>) -> Option<Extractor> {
        if let Some(node) = map.take("json") {
            return self.looked_for(node, "json", JsonPath::parse).map(Extractor::Json);
        }
        if let Some(node) = map.take("regex") {
            let group = map.take("group").and_then(|node| self.reader.text(node, "group"));
            let group = group.map(|text| text.parse().map_or_else(|_| Group::Name(text), Group::Number));
            return self.looked_for(node, "regex", |text| Pattern::new(text, group.as_ref())).map(Extractor::Regex);
        }
        if let Some(node) = map.take("header") {
            return self.reader.text(node, "header").map(|name| Extractor::Header(HeaderSelector::new(&name)));
        }
        if let Some(node) = map.take("cookie") {
            return self.reader.text(node, "cookie").map(|name| Extractor::Cookie(Cookie::new(&name)));
        }
        if let Some(node) = map.take("form") {
            return self.reader.text(node, "form").map(|name| Extractor::Html(Html::field(&name)));
        }
        if let Some(node) = map.take("meta") {
            return self.reader.text(node, "meta").map(|name| Extractor::Html(Html::meta(&name)));
        }
        if let Some(node) = map.take("between") {
            let [left, right] = self.reader.list(node, "between") else {
                let hint = Some("for example `between: ['id=\"', '\"']`".to_owned());
                self.reader.error(node.position, "`between` needs two texts: left and right", hint);
                return None;
            };
            let (left, right) = (self.reader.text(left, "left")?, self.reader.text(right, "right")?);
            return self.looked_for(node, "between", |_| Between::new(&left, &right)).map(Extractor::Between);
        }
        if map.is_known() {
            let hint = format!("use one of {}", names(SOURCES).collect::<Vec<_>>().join(", "));
            self.reader.error(map.position, "this extraction has no source", Some(hint));
        }
        None
    }

    pub(super) fn looked_for<T>(
        &self,
        node: &Node,
        what: &str,
        parse: impl FnOnce(&str) -> Result<T, ExtractError>,
    ) -> Option<T> {
        let text = match &node.value {
            Yaml::List(_) => String::new(),
            _ => self.reader.text(node, what)?,
        };
        let report = |error: ExtractError| {
            let position = self.reader.position_in(node, error.column);
            self.reader.error(position, format!("{what}: {}", error.message), error.hint);
        };
        parse(&text).map_err(report).ok()
    }

    /// `first`, `last`, `random`, `all`, `count`, or a position.
    fn take(&mut self, node: &'n Node) -> Option<Take> {
        let text = self.reader.text(node, "take")?;
        match text.parse() {
            Ok(position) => Some(Take::Nth(position)),
            Err(_) => self.reader.word(node, "`take`", &TAKES),
        }
    }
}
