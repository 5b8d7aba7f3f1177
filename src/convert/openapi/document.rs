//! The description with its references: `$ref` to a place in the same file.

use percent_encoding::percent_decode_str;

use crate::{
    convert::fields::{Errors, member, text},
    profile::node::{Node, Yaml},
};

/// References that follow one another.
const MAX_REFERENCES: usize = 32;

/// A description.
pub(super) struct Document<'n> {
    pub root: &'n Node,
    errors: &'n Errors,
}

impl<'n> Document<'n> {
    pub(super) fn new(root: &'n Node, errors: &'n Errors) -> Self {
        Self { root, errors }
    }

    /// What a node refers to, or itself. A reference that leads nowhere is an error.
    pub(super) fn resolved(&self, node: &'n Node) -> &'n Node {
        let mut here = node;
        for _ in 0..MAX_REFERENCES {
            let Some(reference) = text(here, "$ref") else { return here };
            if let Some(found) = self.find(reference) {
                here = found;
                continue;
            }
            let position = member(here, "$ref").map_or(here.position, |node| node.position);
            let (message, hint) = if reference.starts_with('#') {
                let hint = "a reference is a path in this file: #/components/schemas/NAME";
                (format!("there is no `{reference}`"), hint)
            } else {
                (format!("`{reference}` is in another file"), "bundle the description into one file first")
            };
            self.errors.add(position, message, Some(hint));
            return here;
        }
        self.errors.add(node.position, "the reference leads back to itself", None);
        node
    }

    /// What a JSON pointer behind `#` points to (RFC 6901).
    fn find(&self, reference: &str) -> Option<&'n Node> {
        let pointer = reference.strip_prefix('#')?;
        let pointer = percent_decode_str(pointer).decode_utf8().ok()?;
        let mut here = self.root;
        for step in pointer.split('/').skip(1) {
            let name = step.replace("~1", "/").replace("~0", "~");
            here = match &here.value {
                Yaml::List(items) => items.get(name.parse::<usize>().ok()?)?,
                _ => here.get_exactly(&name)?,
            };
        }
        Some(here)
    }
}
