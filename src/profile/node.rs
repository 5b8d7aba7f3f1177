//! YAML as a tree with positions. Depth, number of nodes and the size of expanded aliases are limited.

use saphyr_parser::{Event, Parser, ScalarStyle, Span};

use super::{
    diagnostic::{Diagnostic, Position},
    reader::same_key,
    surrogates, yaml_hint,
};

const MAX_DEPTH: usize = 64;
const MAX_NODES: usize = 100_000;

/// A YAML node and its position.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// Where the node begins.
    pub position: Position,
    /// The content.
    pub value: Yaml,
}

/// The content of a node.
#[derive(Debug, Clone, PartialEq)]
pub enum Yaml {
    /// A scalar; a plain one can be a number, a boolean or null.
    Scalar {
        /// The text, without quotes and escapes.
        text: String,
        /// Whether it is written without quotes.
        plain: bool,
    },
    /// A list.
    List(Vec<Node>),
    /// A map, in the order of the file.
    Map(Vec<(Node, Node)>),
}

impl Node {
    /// The node for messages, with up to 60 characters of a scalar.
    #[must_use]
    pub fn describe(&self) -> String {
        match &self.value {
            Yaml::Scalar { text, plain } if *plain && is_null(text) => "nothing".to_owned(),
            Yaml::Scalar { text, .. } => format!("`{}`", text.chars().take(60).collect::<String>()),
            Yaml::List(_) => "a list".to_owned(),
            Yaml::Map(_) => "a map".to_owned(),
        }
    }

    /// A scalar that is not part of a file.
    #[must_use]
    pub fn text(text: &str) -> Self {
        Self { position: Position::default(), value: Yaml::Scalar { text: text.to_owned(), plain: false } }
    }

    /// The text of a scalar.
    #[must_use]
    pub fn scalar(&self) -> Option<&str> {
        if let Yaml::Scalar { text, .. } = &self.value { Some(text) } else { None }
    }

    /// Whether it is a plain scalar, which can be a number.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        matches!(self.value, Yaml::Scalar { plain: true, .. })
    }

    /// The items of a list, or the node itself as the only item.
    #[must_use]
    pub fn one_or_many(&self) -> &[Node] {
        if let Yaml::List(items) = &self.value { items } else { std::slice::from_ref(self) }
    }

    /// The value of a key of a map.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Self> {
        let Yaml::Map(pairs) = &self.value else { return None };
        let is_it = |key: &Self| key.scalar().is_some_and(|text| same_key(text, name));
        pairs.iter().find(|(key, _)| is_it(key)).map(|(_, value)| value)
    }

    /// The value of a name of a map, with exactly this spelling.
    #[must_use]
    pub fn get_exactly(&self, name: &str) -> Option<&Self> {
        let Yaml::Map(pairs) = &self.value else { return None };
        pairs.iter().find(|(key, _)| key.scalar() == Some(name)).map(|(_, value)| value)
    }

    /// Whether it is null.
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(&self.value, Yaml::Scalar { text, plain: true } if is_null(text))
    }
}

impl From<&serde_json::Value> for Node {
    /// A JSON value that is not part of a file.
    fn from(json: &serde_json::Value) -> Self {
        use serde_json::Value as Json;
        let value = match json {
            Json::String(text) => return Self::text(text),
            Json::Array(items) => Yaml::List(items.iter().map(Self::from).collect()),
            Json::Object(entries) => {
                Yaml::Map(entries.iter().map(|(name, value)| (Self::text(name), Self::from(value))).collect())
            }
            scalar => Yaml::Scalar { text: scalar.to_string(), plain: true },
        };
        Self { position: Position::default(), value }
    }
}

fn is_null(text: &str) -> bool {
    matches!(text, "" | "~" | "null")
}

/// Reads one document.
///
/// # Errors
/// The first error of the YAML.
pub fn parse(text: &str) -> Result<Node, Diagnostic> {
    parse_up_to(text, MAX_NODES)
}

/// Reads one document with at most so many nodes.
///
/// # Errors
/// The first error of the YAML.
pub(crate) fn parse_up_to(text: &str, max_nodes: usize) -> Result<Node, Diagnostic> {
    // YAML has no surrogate pairs, but JSON has.
    parse_as(text, false, max_nodes).or_else(|error| match surrogates::hidden(text) {
        Some(hidden) => parse_as(&hidden, true, max_nodes),
        None => Err(error),
    })
}

fn parse_as(text: &str, pairs: bool, max_nodes: usize) -> Result<Node, Diagnostic> {
    let mut builder = Builder {
        parser: Parser::new_from_str(text),
        text,
        pairs,
        anchors: Vec::new(),
        nodes: 0,
        max_nodes,
        last: Position { line: 1, column: 1 },
    };
    let mut root = None;
    loop {
        let (event, position) = builder.event()?;
        match event {
            Event::StreamEnd => break,
            Event::StreamStart | Event::DocumentEnd | Event::Nothing => {}
            Event::DocumentStart(_) if root.is_none() => {
                let (event, position) = builder.event()?;
                root = Some(builder.node(event, position, 0)?);
            }
            _ => return Err(diagnostic(position, "the file must be a single YAML document")),
        }
    }
    let empty =
        Node { position: Position { line: 1, column: 1 }, value: Yaml::Scalar { text: String::new(), plain: true } };
    Ok(root.unwrap_or(empty))
}

/// Moves a node, and all within it, down by a number of lines.
pub(super) fn shift(node: &mut Node, lines: usize) {
    if lines == 0 {
        return;
    }
    node.position.line += lines;
    match &mut node.value {
        Yaml::Scalar { .. } => {}
        Yaml::List(items) => items.iter_mut().for_each(|item| shift(item, lines)),
        Yaml::Map(pairs) => pairs.iter_mut().for_each(|(key, value)| {
            shift(key, lines);
            shift(value, lines);
        }),
    }
}

struct Builder<'a> {
    parser: Parser<'a, saphyr_parser::StrInput<'a>>,
    text: &'a str,
    /// Whether surrogate pairs are hidden in the text.
    pairs: bool,
    anchors: Vec<(usize, Node, usize)>,
    nodes: usize,
    max_nodes: usize,
    last: Position,
}

impl<'a> Builder<'a> {
    fn event(&mut self) -> Result<(Event<'a>, Position), Diagnostic> {
        match self.parser.next_event() {
            Some(Ok((event, span))) => {
                self.last = position_of(span);
                Ok((event, self.last))
            }
            Some(Err(error)) => {
                let marker = error.marker();
                let position = Position { line: marker.line().max(1), column: marker.col() + 1 };
                let message = format!("invalid YAML: {}", error.info());
                Err(Diagnostic {
                    hint: Some(yaml_hint::hint(error.info(), self.text, position).to_owned()),
                    ..diagnostic(position, &message)
                })
            }
            None => Ok((Event::StreamEnd, self.last)),
        }
    }

    fn node(&mut self, event: Event<'a>, position: Position, depth: usize) -> Result<Node, Diagnostic> {
        self.nodes += 1;
        if depth > MAX_DEPTH || self.nodes > self.max_nodes {
            return Err(diagnostic(position, "the file is nested too deeply or too large"));
        }
        let before = self.nodes;
        let (value, anchor) = match event {
            Event::Scalar(text, style, anchor, _) => {
                let plain = style == ScalarStyle::Plain;
                let text = if self.pairs { surrogates::restore_surrogates(&text) } else { text.into_owned() };
                (Yaml::Scalar { text, plain }, anchor)
            }
            Event::SequenceStart(anchor, _) => (Yaml::List(self.list(depth)?), anchor),
            Event::MappingStart(anchor, _) => (Yaml::Map(self.map(depth)?), anchor),
            Event::Alias(anchor) => {
                let known = self.anchors.iter().rfind(|(id, ..)| *id == anchor);
                let Some((_, node, size)) = known else { return Err(diagnostic(position, "unknown anchor")) };
                self.nodes += size;
                return Ok(node.clone());
            }
            _ => return Err(diagnostic(position, "invalid YAML: a value is missing")),
        };
        let node = Node { position, value };
        if anchor > 0 {
            self.anchors.push((anchor, node.clone(), self.nodes - before + 1));
        }
        Ok(node)
    }

    fn list(&mut self, depth: usize) -> Result<Vec<Node>, Diagnostic> {
        let mut items = Vec::new();
        loop {
            match self.event()? {
                (Event::SequenceEnd, _) => return Ok(items),
                (event, position) => items.push(self.node(event, position, depth + 1)?),
            }
        }
    }

    fn map(&mut self, depth: usize) -> Result<Vec<(Node, Node)>, Diagnostic> {
        let mut pairs = Vec::new();
        loop {
            match self.event()? {
                (Event::MappingEnd, _) => return Ok(pairs),
                (event, position) => {
                    let key = self.node(event, position, depth + 1)?;
                    let (event, position) = self.event()?;
                    pairs.push((key, self.node(event, position, depth + 1)?));
                }
            }
        }
    }
}

fn position_of(span: Span) -> Position {
    Position { line: span.start.line().max(1), column: span.start.col() + 1 }
}

fn diagnostic(position: Position, message: &str) -> Diagnostic {
    Diagnostic { position, message: message.to_owned(), hint: None }
}

#[cfg(test)]
mod tests;
