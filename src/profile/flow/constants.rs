//! What is wrong with a value can be told before the run if it is always the same: counts, numbers and lists.

use super::Compiler;
use crate::{
    language::{Template, Value},
    profile::node::Node,
};

impl Compiler<'_, '_> {
    /// A whole number of at least `least`, unless it is known only in the run.
    pub(super) fn count_of(&self, node: &Node, what: &str, template: &Template, least: u64) {
        let Some(text) = template.constant_text() else { return };
        if !text.trim().parse::<u64>().is_ok_and(|number| number >= least) {
            let message = format!("{what}: `{text}` is not a whole number of {least} or more");
            self.reader.error(node.position, message, Some("a variable also works: `${n}`".to_owned()));
        }
    }

    /// A number or a truth, unless it is known only in the run.
    pub(super) fn number_of(&self, node: &Node, what: &str, template: &Template) {
        let Some(text) = template.constant_text() else { return };
        if !matches!(&*text, "true" | "false") && !text.trim().parse::<f64>().is_ok_and(f64::is_finite) {
            let hint = "for example `1`, or a variable: `${json.total}`".to_owned();
            self.reader.error(node.position, format!("{what}: `{text}` is not a number"), Some(hint));
        }
    }

    /// A list, unless it is known only in the run.
    pub(super) fn list_of(&self, node: &Node, what: &str, template: &Template) {
        if matches!(template.constant(), None | Some(Value::List(_) | Value::Null)) {
            return;
        }
        let hint = "for example `[1, 2, 3]` or `${json.items}`; use `repeat` for a number of rounds".to_owned();
        self.reader.error(node.position, format!("{what} must be a list, not {}", node.describe()), Some(hint));
    }
}
