//! The pages of a list, joined for the conditions and for the steps after it.

use serde_json::Value as Json;

use crate::protocol::mcp::result;

/// Most bytes of the pages.
const MAX_LIST: usize = 8 * 1024 * 1024;

/// The pages of a list so far.
#[derive(Debug, Default)]
pub(super) struct Pages {
    items: Vec<Json>,
    member: &'static str,
    count: usize,
    bytes: usize,
}

impl Pages {
    /// Takes a page out of its answer; a list with one page only is not joined.
    pub(super) fn take(&mut self, answer: &[u8], (member, is_last): (&'static str, bool)) {
        (self.member, self.count) = (member, self.count + 1);
        self.bytes += answer.len();
        if (self.count > 1 || !is_last) && !self.is_too_large() {
            self.items.extend(result::items(answer, member));
        }
    }

    /// Whether there is more than is kept.
    pub(super) fn is_too_large(&self) -> bool {
        self.count > 1 && self.bytes > MAX_LIST
    }

    /// An answer with the items of all pages, if there are several.
    pub(super) fn joined(&self) -> Option<Vec<u8>> {
        let Self { items, member, .. } = self;
        let list = || serde_json::json!({ "jsonrpc": "2.0", "result": { *member: items } });
        (self.count > 1).then(|| list().to_string().into_bytes())
    }
}

#[cfg(test)]
mod tests;
