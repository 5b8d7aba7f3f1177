//! Bodies: JSON, form, multipart, text or a file, as constant and computed pieces.

use super::Compiler;
use crate::{
    language::{EscapeContext, Template},
    plan::rendering::Piece,
    profile::{
        grammar::{Key, Section, Type},
        node::{Node, Yaml},
        reader::MapReader,
    },
};

pub(super) static JSON: Key = Key::new("json", Type::Any, "body: the value as JSON");
pub(super) static TEXT: Key = Key::new("body", Type::Text, "body: the text as it is");
pub(super) static FORM: Key = Key::new("form", Type::Names(&Type::Several(&Type::Text)), "body: a URL-encoded form");
pub(super) static MULTIPART: Key = Key::new(
    "multipart",
    Type::Names(&Type::Either(&[Type::Text, Type::Map(&PART)])),
    "body: a multipart form of fields and files",
);
pub(super) static FILE: Key = Key::new("file", Type::Text, "body: a file, relative to the profile's folder");
/// All of these.
pub(super) static BODIES: [&Key; 5] = [&JSON, &TEXT, &FORM, &MULTIPART, &FILE];

/// A file within a multipart body.
pub(in crate::profile) static PART: Section = Section::new(
    "part",
    "A file within a multipart body.",
    &[&[
        Key::required("file", Type::Text, "path, relative to the profile's folder"),
        Key::new("name", Type::Text, "file name to send; the file's own"),
        Key::new("type", Type::Text, "media type; application/octet-stream"),
    ]],
);

const MAX_FILE_BYTES: u64 = 64 * 1024 * 1024;

/// A body and its content type.
pub(super) struct Body {
    pub(super) pieces: Vec<Piece>,
    pub(super) content_type: Option<String>,
}

impl<'n> Compiler<'_, 'n> {
    /// The body of a request, if it has one.
    pub(super) fn body(&mut self, map: &mut MapReader<'n>) -> Option<Body> {
        let kinds = [JSON, TEXT, FORM, MULTIPART, FILE].map(|kind| (kind.name, map.take(kind.name)));
        let mut overrides = kinds.iter().filter_map(|(kind, node)| Some((*kind, (*node)?)));
        let (kind, node) = overrides.next()?;
        if let Some((other, second)) = overrides.next() {
            let message = format!("a request has either `{kind}` or `{other}`, not both");
            self.reader.error(second.position, message, None);
        }
        let (pieces, content_type) = match kind {
            "json" => (self.json(node), Some("application/json".to_owned())),
            "form" => (self.form(node), Some("application/x-www-form-urlencoded".to_owned())),
            "multipart" => self.multipart(node),
            "file" => (vec![Piece::Bytes(self.file(node)?.into())], Some("application/octet-stream".to_owned())),
            _ if node.scalar().is_none() => {
                let message = format!("`body` must be text, not {}", node.describe());
                self.reader.error(node.position, message, Some("`json` sends maps and lists".to_owned()));
                return None;
            }
            _ => (vec![Piece::Value(self.template(node, "body")?, EscapeContext::None)], None),
        };
        Some(Body { pieces, content_type })
    }

    /// A YAML tree as JSON: plain scalars become numbers, booleans and null as in YAML's core schema. A scalar that is
    /// a single `${…}` keeps the type of its value, quoted or not: YAML requires quotes around many expressions.
    pub(super) fn json(&mut self, node: &'n Node) -> Vec<Piece> {
        let mut pieces = Vec::new();
        self.put_json(node, &mut pieces);
        pieces
    }

    pub(super) fn put_json(&mut self, node: &'n Node, out: &mut Vec<Piece>) {
        match &node.value {
            Yaml::List(items) => {
                for (number, item) in items.iter().enumerate() {
                    out.push(Piece::text(if number == 0 { "[" } else { "," }));
                    self.put_json(item, out);
                }
                out.push(Piece::text(if items.is_empty() { "[]" } else { "]" }));
            }
            Yaml::Map(pairs) => {
                for (number, (key, value)) in pairs.iter().enumerate() {
                    out.push(Piece::text(if number == 0 { "{" } else { "," }));
                    self.put_quoted(key, "a key", out);
                    out.push(Piece::text(":"));
                    self.put_json(value, out);
                }
                out.push(Piece::text(if pairs.is_empty() { "{}" } else { "}" }));
            }
            Yaml::Scalar { text, plain } => {
                if *plain && node.is_null() {
                    out.push(Piece::text("null"));
                    return;
                }
                let single = text.starts_with("${") && text.ends_with('}');
                let Some(template) = self.template(node, "a value") else { return };
                let literal =
                    template.constant_text().filter(|text| *plain && is_json(text)).map(|text| Piece::text(&text));
                match literal {
                    Some(piece) => out.push(piece),
                    None if single => out.push(Piece::Value(template, EscapeContext::Json)),
                    None => put_in_quotes(template, out),
                }
            }
        }
    }

    pub(super) fn put_quoted(&mut self, node: &'n Node, what: &str, out: &mut Vec<Piece>) {
        if let Some(template) = self.template(node, what) {
            put_in_quotes(template, out);
        }
    }

    /// URL-encoded fields, as in HTML forms.
    fn form(&mut self, node: &'n Node) -> Vec<Piece> {
        let mut pieces = Vec::new();
        for entry in &self.reader.map(node, "form").entries {
            for value in entry.value.one_or_many() {
                let Some(value) = self.template(value, &format!("field `{}`", entry.name)) else { continue };
                pieces.push(Piece::text(if pieces.is_empty() { "" } else { "&" }));
                pieces.push(Piece::Value(Template::literal(&entry.name), EscapeContext::Form));
                pieces.push(Piece::text("="));
                pieces.push(Piece::Value(value, EscapeContext::Form));
            }
        }
        pieces
    }

    /// Fields, and files as `{file: path, name: …, type: …}` (RFC 7578).
    fn multipart(&mut self, node: &'n Node) -> (Vec<Piece>, Option<String>) {
        let reader = self.reader;
        let mut parts: Vec<(String, Vec<Piece>)> = Vec::new();
        for entry in &reader.map(node, "multipart").entries {
            let quoted = entry.name.replace('\\', "\\\\").replace('"', "%22").replace(['\r', '\n'], " ");
            let mut head = format!("Content-Disposition: form-data; name=\"{quoted}\"");
            let content = if let Yaml::Map(_) = entry.value.value {
                let mut map = reader.section(entry.value, "this part", &PART);
                let file = map.need(reader, "file", "photo.png");
                let path = file.and_then(|node| reader.text(node, "file")).unwrap_or_default();
                let own_name = path.rsplit('/').next().unwrap_or_default().to_owned();
                let name = map.take("name").and_then(|node| reader.text(node, "name")).unwrap_or(own_name);
                let kind = map.take("type").and_then(|node| reader.text(node, "type"));
                let name = name.replace('"', "%22").replace(['\r', '\n'], " ");
                head += &format!(
                    "; filename=\"{name}\"\r\nContent-Type: {}",
                    kind.as_deref().unwrap_or("application/octet-stream")
                );
                map.finish(reader);
                file.and_then(|node| self.file(node)).map(|bytes| Piece::Bytes(bytes.into()))
            } else {
                self.template(entry.value, &format!("part `{}`", entry.name))
                    .map(|value| Piece::Value(value, EscapeContext::None))
            };
            parts.push((head, content.into_iter().collect()));
        }
        let boundary = boundary(&parts);
        let mut pieces = Vec::new();
        for (head, content) in parts {
            pieces.push(Piece::text(&format!("--{boundary}\r\n{head}\r\n\r\n")));
            pieces.extend(content);
            pieces.push(Piece::text("\r\n"));
        }
        pieces.push(Piece::text(&format!("--{boundary}--\r\n")));
        (pieces, Some(format!("multipart/form-data; boundary={boundary}")))
    }

    /// The bytes of a file; its path is relative to the profile's folder.
    fn file(&mut self, node: &'n Node) -> Option<Vec<u8>> {
        let path = self.reader.text(node, "file")?;
        let read = self.reader.folder(node).join(&path);
        let size = std::fs::metadata(&read).map(|data| (data.len(), data.is_file()));
        let bytes = match size {
            // Not a folder or a device, which may be endless.
            Ok((_, false)) => Err("is not a file".to_owned()),
            Ok((size, _)) if size > MAX_FILE_BYTES => Err(format!("is larger than {} MiB", MAX_FILE_BYTES >> 20)),
            _ => std::fs::read(&read).map_err(|error| format!("can't be read: {error}")),
        };
        bytes.map_err(|message| self.reader.error(node.position, format!("`{path}` {message}"), None)).ok()
    }
}

fn is_json(text: &str) -> bool {
    serde_json::from_str::<serde_json::Value>(text).is_ok()
}

fn put_in_quotes(template: Template, out: &mut Vec<Piece>) {
    if let Some(text) = template.constant_text() {
        out.push(Piece::Value(Template::literal(&text), EscapeContext::Json));
    } else if template.expression().is_some() {
        out.extend([Piece::text("\""), Piece::Value(template, EscapeContext::JsonText), Piece::text("\"")]);
    } else {
        // Several parts make up one string.
        out.push(Piece::Value(template, EscapeContext::Json));
    }
}

/// A boundary that doesn't occur in the constant parts.
fn boundary(parts: &[(String, Vec<Piece>)]) -> String {
    let holds = |boundary: &str| {
        let pieces = parts.iter().flat_map(|(_, content)| content);
        pieces.into_iter().any(
            |piece| matches!(piece, Piece::Bytes(bytes) if memchr::memmem::find(bytes, boundary.as_bytes()).is_some()),
        )
    };
    let mut boundaries =
        (0_u64..).map(|number| format!("loadagent-{:016x}", number.wrapping_mul(0x9E37_79B9_7F4A_7C15)));
    boundaries.find(|boundary| !holds(boundary)).unwrap_or_default()
}
