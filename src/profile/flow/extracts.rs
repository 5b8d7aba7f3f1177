//! `extract`: values out of a response, each by one way of looking.

use std::sync::Arc;

use super::Compiler;
use crate::{
    language::{
        Needs, Template,
        extract::{Between, Cookie, ExtractError, Extractor, Group, Header, Html, JsonPath, Pattern, Take},
    },
    plan::{Op, StepKind, program::Extract},
    profile::{
        node::{Node, Yaml},
        reader::{MapReader, same_key},
    },
};

impl<'n> Compiler<'_, 'n> {
    /// `extract: {id: $.id, token: {header: X-Token}, …}`; a plain text is a JSON path.
    pub(super) fn extracts(&mut self, node: &'n Node, send: usize, request: &Arc<str>) {
        for entry in &self.reading.map_like(node, "extract", Some("extract: {id: $.id}")).entries {
            let into = self.names.declare(self.reading, &entry.name, entry.place, false);
            let Some((what, take, default)) = self.extractor(entry.value) else { continue };
            self.keep_since(send, Needs { head: what.reads_head(), body: what.reads_body() });
            let Some(into) = into else { continue };
            let label = StepKind::Check(format!("extract {}", entry.name).into());
            let check = default.is_none().then(|| self.row(request, label));
            self.ops.push(Op::Extract(Box::new(Extract { into, what, take, default, check })));
        }
    }

    /// What is looked for, which of the finds is taken, and what stands for none.
    pub(super) fn extractor(&mut self, node: &'n Node) -> Option<(Extractor, Take, Option<Template>)> {
        let Yaml::Map(_) = node.value else {
            let path = self.looked_for(node, "path", JsonPath::parse)?;
            return Some((Extractor::Json(path), Take::First, None));
        };
        let reading = self.reading;
        let mut map = reading.map(node, "this extraction");
        let ways = ["json", "regex", "header", "cookie", "form", "meta", "between"];
        let mut given = map.entries.iter().filter(|entry| ways.iter().any(|way| same_key(way, &entry.name)));
        if let (Some(first), Some(second)) = (given.next(), given.next()) {
            let message = format!("an extraction looks in one way: `{}` or `{}`, not both", first.name, second.name);
            reading.fault(second.place, message, None);
            return None;
        }
        let take = map.take("take").map_or(Some(Take::First), |node| self.take(node));
        let default = map.take("default").and_then(|node| self.any_value(node));
        let what = self.kind(&mut map);
        map.finish(reading);
        Some((what?, take?, default))
    }

    fn kind(&mut self, map: &mut MapReader<'n>) -> Option<Extractor> {
        if let Some(node) = map.take("json") {
            return self.looked_for(node, "json", JsonPath::parse).map(Extractor::Json);
        }
        if let Some(node) = map.take("regex") {
            let group = map.take("group").and_then(|node| self.reading.text(node, "group"));
            let group = group.map(|text| text.parse().map_or_else(|_| Group::Name(text), Group::Number));
            return self.looked_for(node, "regex", |text| Pattern::new(text, group.as_ref())).map(Extractor::Regex);
        }
        if let Some(node) = map.take("header") {
            return self.reading.text(node, "header").map(|name| Extractor::Header(Header::new(&name)));
        }
        if let Some(node) = map.take("cookie") {
            return self.reading.text(node, "cookie").map(|name| Extractor::Cookie(Cookie::new(&name)));
        }
        if let Some(node) = map.take("form") {
            return self.reading.text(node, "form").map(|name| Extractor::Html(Html::field(&name)));
        }
        if let Some(node) = map.take("meta") {
            return self.reading.text(node, "meta").map(|name| Extractor::Html(Html::meta(&name)));
        }
        if let Some(node) = map.take("between") {
            let [left, right] = self.reading.list(node, "between") else {
                let hint = Some("for example `between: ['id=\"', '\"']`".to_owned());
                self.reading.fault(node.place, "`between` needs two texts: left and right", hint);
                return None;
            };
            let (left, right) = (self.reading.text(left, "left")?, self.reading.text(right, "right")?);
            return self.looked_for(node, "between", |_| Between::new(&left, &right)).map(Extractor::Between);
        }
        if map.is_taken() {
            let hint = "it can be json, regex, header, cookie, form, meta or between".to_owned();
            self.reading.fault(map.place, "this extraction looks for nothing", Some(hint));
        }
        None
    }

    fn looked_for<T>(&self, node: &Node, what: &str, parse: impl FnOnce(&str) -> Result<T, ExtractError>) -> Option<T> {
        let text = match &node.value {
            Yaml::List(_) => String::new(),
            _ => self.reading.text(node, what)?,
        };
        let told = |fault: ExtractError| {
            let place = self.reading.place_in(node, fault.column);
            self.reading.fault(place, format!("{what}: {}", fault.message), fault.hint);
        };
        parse(&text).map_err(told).ok()
    }

    /// `first`, `last`, `random`, `all`, `count`, or a position.
    fn take(&mut self, node: &'n Node) -> Option<Take> {
        let words = [
            ("first", Take::First),
            ("last", Take::Last),
            ("random", Take::Random),
            ("all", Take::All),
            ("count", Take::Count),
        ];
        let text = self.reading.text(node, "take")?;
        match text.parse() {
            Ok(place) => Some(Take::Nth(place)),
            Err(_) => self.reading.word(node, "`take`", &words),
        }
    }
}
