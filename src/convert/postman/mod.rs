//! Postman collections, version 2.1 (2.0 is read as well): folders are groups, `{{variables}}` are variables of the profile.
//!
//! Owns what a collection means for requests. Never runs its scripts: a script of a known form becomes an extraction or a check,
//! the others are counted. Start with [`read`].

mod auth;
mod request;
mod script;
mod template;

use self::{request::read_request, template::Names};
use super::{
    fields::{Errors, is_true, items, member, text},
    recording::{Recording, Step},
    secrets::is_secret,
};
use crate::{
    profile::{diagnostic::Diagnostic, node::Node},
    units::show_several,
};

/// Folders within folders.
const MAX_DEPTH: usize = 16;

/// What is read so far.
pub(super) struct Collection<'n> {
    errors: &'n Errors,
    names: Names,
    /// Scripts that are not converted.
    scripts: usize,
    notes: Vec<String>,
}

/// Reads a collection.
///
/// # Errors
/// All errors of the file.
pub(super) fn read(root: &Node) -> Result<Recording, Vec<Diagnostic>> {
    let errors = Errors::default();
    // An export by Postman's API has the collection one level down.
    let root = member(root, "collection").unwrap_or(root);
    check_version(root, &errors);
    let mut collection = Collection { errors: &errors, names: Names::default(), scripts: 0, notes: Vec::new() };
    for variable in items(root, "variable") {
        let Some(name) = text(variable, "key").or_else(|| text(variable, "id")) else { continue };
        let value = text(variable, "value").unwrap_or_default();
        let is_secret = is_secret(name, value) || text(variable, "type") == Some("secret");
        collection.names.declare(name, (!is_secret && !value.is_empty()).then_some(value), is_secret);
    }
    let auth = member(root, "auth");
    // One of version 1 has `requests`, which is reported.
    let nodes = if member(root, "requests").is_some() {
        items(root, "item")
    } else {
        errors.need_list(root, "item", "the collection")
    };
    collection.note_scripts(root);
    let steps = collection.steps(nodes, auth, 0);
    let Collection { names, scripts, mut notes, .. } = collection;
    let title = member(root, "info").and_then(|info| text(info, "name")).unwrap_or("a collection").to_owned();
    if scripts > 0 {
        notes.push(format!(
            "{} not converted: look for what requests need from them",
            show_several(scripts as u64, "script")
        ));
    }
    let recording = errors.result(Recording { steps, notes, ..Recording::default() })?;
    let mut recording = names.finish(recording);
    let (on, off) = recording.counts();
    recording.about = format!("{title}: {}", show_several((on + off) as u64, "request"));
    Ok(recording)
}

fn check_version(root: &Node, errors: &Errors) {
    let hint = "export it as collection v2.1";
    let schema = member(root, "info").and_then(|info| member(info, "schema"));
    if let Some(schema) = schema.filter(|schema| schema.scalar().is_some_and(|text| text.contains("/v1"))) {
        errors.add(schema.position, "this is a collection of version 1", Some(hint));
    } else if let Some(requests) = member(root, "requests").filter(|_| member(root, "item").is_none()) {
        errors.add(requests.position, "this is a collection of version 1", Some(hint));
    }
}

impl<'n> Collection<'n> {
    fn steps(&mut self, nodes: &'n [Node], auth: Option<&'n Node>, depth: usize) -> Vec<Step> {
        let mut steps = Vec::new();
        for node in nodes {
            let own = member(node, "auth").or(auth);
            let name = text(node, "name").unwrap_or_default();
            if member(node, "item").is_some() {
                if depth >= MAX_DEPTH {
                    self.errors.add(node.position, "folders are nested too deeply", None);
                    continue;
                }
                self.note_scripts(node);
                let inner = self.steps(items(node, "item"), own, depth + 1);
                if !inner.is_empty() {
                    steps.push(Step::Group(name.to_owned(), inner));
                }
                continue;
            }
            if is_true(node, "disabled") {
                continue;
            }
            let Some(request) = self.errors.need(node, "request", "an item") else { continue };
            let request_auth = member(request, "auth").or(own);
            if let Some(mut read) = read_request(self, request, request_auth, name) {
                name.clone_into(&mut read.comment);
                self.scripts_of(node, &mut read);
                steps.push(Step::Request(Box::new(read)));
            }
        }
        steps
    }

    /// Converts the scripts of a request, as far as they have a known form.
    fn scripts_of(&mut self, node: &Node, request: &mut super::recording::Request) {
        for event in items(node, "event") {
            let lines = script::lines(event);
            if lines.is_empty() {
                continue;
            }
            let is_test = text(event, "listen") == Some("test");
            let found = if is_test { script::read(&lines) } else { script::Found::default() };
            self.scripts += usize::from(!found.is_whole);
            if let Some(status) = found.status {
                request.is_expected_failure = status >= 400;
                request.status = Some(status.to_string());
            }
            for (name, path) in found.extracts {
                // The variable is set by a step from here on.
                let name = self.names.set_by_step(&name);
                request.extracts.push((name, path));
            }
        }
    }

    fn note_scripts(&mut self, node: &Node) {
        self.scripts += items(node, "event").iter().filter(|event| !script::lines(event).is_empty()).count();
    }
}

#[cfg(test)]
mod tests;
