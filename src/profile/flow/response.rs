//! Keys of a request that are about its response: how long it is waited for and read, and the labels that it says.

use std::time::Duration;

use super::{Compiler, request::DEFAULT_TIMEOUT};
use crate::{
    language::Template,
    plan::{Op, request::Request},
    profile::node::Node,
};

/// What `response_tags` looks like.
const EXAMPLE: &str = "response_tags: {cache: \"${header('X-Cache')}\"}";

impl<'n> Compiler<'_, 'n> {
    /// The time-out, and its template if it depends on the run; that of a handshake doesn't.
    pub(super) fn timeout(
        &mut self,
        node: Option<&'n Node>,
        is_handshake: bool,
    ) -> Option<(Duration, Option<Template>)> {
        let default = self.context.defaults.timeout;
        let Some(node) = node else { return Some((default, None)) };
        if !is_handshake && node.scalar().is_some_and(|text| text.contains("${")) {
            let template = self.template(node, "timeout")?;
            if template.constant_text().is_none() {
                return Some((default, Some(template)));
            }
        }
        let time = self.reader.duration(node, "timeout")?;
        if time.is_zero() {
            self.reader.error(node.position, "timeout must be greater than zero", None);
        }
        Some((time, None))
    }

    /// Limits how long the body of the request at a position of the program is read.
    pub(super) fn read_for(&mut self, at: usize, time: Duration) {
        if let Some(Op::Send(step, _)) = self.ops.get(at)
            && let Some(request) = self.table.request_mut(*step)
        {
            request.spec.read_for = Some(time);
            // What is to be read for so long is given the time to start as well.
            request.spec.timeout = request.spec.timeout.max(time.saturating_add(DEFAULT_TIMEOUT));
        }
    }

    /// Steps that make requests of their own (`mcp`, `a2a`) judge answers by codes, and send with a time-out that is known.
    pub(super) fn refuse_what_calls_ignore(&self, request: &Request, url: &Node, word: &str) {
        if request.limits.is_some() {
            let hint = "`limited` of the step takes error codes".to_owned();
            let message = format!("`{word}` takes no condition in `limited` of `expect`");
            self.reader.error(url.position, message, Some(hint));
        }
        if request.rendering.as_ref().is_some_and(|rendering| rendering.timeout.is_some()) {
            let message = format!("the `timeout` of an `{word}` step must be known before the run");
            self.reader.error(url.position, message, None);
        }
    }

    /// Tags that the response to the request at a position of the program says.
    pub(super) fn response_tags(&mut self, node: &'n Node, at: usize) {
        let mut tags = Vec::new();
        for entry in &self.reader.data(node, "response_tags", Some(EXAMPLE)).entries {
            self.reader.check_tag(entry.position, &entry.name);
            let (value, needs) =
                self.apart(|compiler| compiler.template(entry.value, &format!("tag `{}`", entry.name)));
            self.keep_since(at, needs);
            tags.extend(value.map(|value| (entry.name.clone(), value.into_expression())));
        }
        if let Some(Op::Send(step, _)) = self.ops.get(at)
            && let Some(request) = self.table.request_mut(*step)
        {
            request.response_tags = tags;
        }
    }
}
