//! Escaping of values for the context in which a template stands.

use std::{borrow::Cow, io::Write};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_encode};

use super::Value;

/// The context of a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum EscapeContext {
    /// No escaping: a raw body, a name.
    #[default]
    None,
    /// Inside a quoted string of hand-written JSON: values are escaped, the text around them is not.
    JsonText,
    /// A whole JSON value: numbers stay numbers, lists and maps become JSON, everything else a quoted string.
    Json,
    /// Path or query of a URL: values are percent-encoded, constant text is not.
    Path,
    /// A name or a value of a form or a query: everything is encoded, constant text too.
    Form,
    /// The value of a header: line breaks and NUL are errors.
    Header,
}

/// All characters except RFC 3986's unreserved ones.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A value that can't be written in a context.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum UnrepresentableValue {
    /// Null, or a number that is not finite.
    NoValue,
    /// A line break or NUL in a header.
    LineEnd,
}

impl EscapeContext {
    /// Writes a value; null is an error, also in JSON.
    pub(super) fn value(self, value: &Value, out: &mut Vec<u8>) -> Result<(), UnrepresentableValue> {
        match (self, value) {
            (_, Value::Null) => Err(UnrepresentableValue::NoValue),
            (_, Value::Float(number)) if !number.is_finite() => Err(UnrepresentableValue::NoValue),
            (Self::Json, value) => {
                json(value, out);
                Ok(())
            }
            (_, Value::Text(text)) => self.text(text, out),
            (_, Value::List(_) | Value::Map(_)) => {
                let mut whole = Vec::new();
                json(value, &mut whole);
                self.text(&String::from_utf8_lossy(&whole), out)
            }
            // Digits, letters, `-` and `.` need no escape in any context.
            (_, Value::Bool(_) | Value::Int(_) | Value::Float(_)) => {
                json(value, out);
                Ok(())
            }
        }
    }

    pub(super) fn text(self, text: &str, out: &mut Vec<u8>) -> Result<(), UnrepresentableValue> {
        match self {
            Self::JsonText => json_text(text, out),
            Self::Json => {
                out.push(b'"');
                json_text(text, out);
                out.push(b'"');
            }
            Self::Path => out.extend(percent_encode(text.as_bytes(), RESERVED).flat_map(str::bytes)),
            Self::Form => out.extend(url::form_urlencoded::byte_serialize(text.as_bytes()).flat_map(str::bytes)),
            Self::Header if text.bytes().any(|byte| matches!(byte, b'\r' | b'\n' | 0)) => {
                return Err(UnrepresentableValue::LineEnd);
            }
            Self::None | Self::Header => out.extend_from_slice(text.as_bytes()),
        }
        Ok(())
    }
}

/// Writes JSON. Numbers have the fewest digits that identify them, and never an exponent.
pub(super) fn json(value: &Value, out: &mut Vec<u8>) {
    match value {
        Value::Bool(true) => out.extend_from_slice(b"true"),
        Value::Bool(false) => out.extend_from_slice(b"false"),
        Value::Int(number) => number_text(out, number),
        Value::Float(number) if number.is_finite() => number_text(out, number),
        Value::Null | Value::Float(_) => out.extend_from_slice(b"null"),
        Value::Text(text) => {
            out.push(b'"');
            json_text(text, out);
            out.push(b'"');
        }
        Value::List(items) => {
            out.push(b'[');
            for (place, item) in items.iter().enumerate() {
                if place > 0 {
                    out.push(b',');
                }
                json(item, out);
            }
            out.push(b']');
        }
        Value::Map(entries) => {
            out.push(b'{');
            for (place, (name, item)) in entries.iter().enumerate() {
                out.extend_from_slice(if place > 0 { b",\"" } else { b"\"" });
                json_text(name, out);
                out.extend_from_slice(b"\":");
                json(item, out);
            }
            out.push(b'}');
        }
    }
}

fn number_text(out: &mut Vec<u8>, number: &dyn std::fmt::Display) {
    // Writing into a vector can't fail.
    write!(out, "{number}").ok();
}

/// Writes the inside of a JSON string (RFC 8259, section 7).
pub(super) fn json_text(text: &str, out: &mut Vec<u8>) {
    let bytes = text.as_bytes();
    let mut from = 0;
    for (place, byte) in bytes.iter().enumerate() {
        let escape: &[u8] = match byte {
            b'"' => b"\\\"",
            b'\\' => b"\\\\",
            b'\n' => b"\\n",
            b'\r' => b"\\r",
            b'\t' => b"\\t",
            0..=0x1f => b"",
            _ => continue,
        };
        out.extend_from_slice(&bytes[from..place]);
        from = place + 1;
        if escape.is_empty() {
            write!(out, "\\u{byte:04x}").ok();
        } else {
            out.extend_from_slice(escape);
        }
    }
    out.extend_from_slice(&bytes[from..]);
}

/// A value as text; lists and maps as JSON; None for null.
pub(crate) fn text_of(value: &Value) -> Option<Cow<'_, str>> {
    if let Value::Text(text) = value {
        return Some(Cow::Borrowed(text));
    }
    let mut out = Vec::new();
    EscapeContext::None.value(value, &mut out).ok()?;
    String::from_utf8(out).ok().map(Cow::Owned)
}
