//! OpenAPI 3: a request for each operation, with the values that the description gives as examples or that its schemas allow.
//!
//! Owns what a description means for requests. Never invents operations or resolves references outside of the file.
//! Start with [`read`].

mod document;
mod operation;
mod schema;
mod security;

use self::{document::Document, operation::Operation};
use super::{
    ReadOptions,
    fields::{Errors, entries, items, member, text},
    recording::{Recording, Step},
    yaml::literal,
};
use crate::{
    profile::{diagnostic::Diagnostic, node::Node},
    units::show_several,
};

/// Methods of a path, in the order of the specification.
const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];
/// Where requests go if the file names no server.
const NO_SERVER: &str = "http://127.0.0.1:8080";
/// Most operations that are read.
const MAX_OPERATIONS: usize = 2_000;

/// Reads a description.
///
/// # Errors
/// All errors of the file.
pub(super) fn read(root: &Node, options: &ReadOptions) -> Result<Recording, Vec<Diagnostic>> {
    let errors = Errors::default();
    check_version(root, &errors);
    let document = Document::new(root, &errors);
    let mut recording = Recording::default();
    let mut left_out = 0;
    let paths = errors.need(root, "paths", "the description");
    for (path, node) in paths.into_iter().flat_map(entries) {
        let Some(path) = path.scalar().filter(|path| !path.starts_with("x-")) else { continue };
        let node = document.resolved(node);
        for method in METHODS {
            let Some(operation) = member(node, method) else { continue };
            if recording.steps.len() >= MAX_OPERATIONS {
                left_out += 1;
                continue;
            }
            let operation = Operation { path, method, node: operation, path_node: node };
            let request = operation.request(&document, &mut recording.variables, &mut recording.notes);
            recording.steps.push(Step::Request(Box::new(request)));
        }
    }
    if left_out > 0 {
        recording.notes.push(format!("{} beyond {MAX_OPERATIONS} left out", show_several(left_out, "operation")));
    }
    let mut recording = errors.result(recording)?;
    recording.base_url = Some(server(root, &mut recording.notes));
    if !options.all {
        switch_off(&mut recording);
    }
    let (on, off) = recording.counts();
    let title = member(root, "info").and_then(|info| text(info, "title")).unwrap_or("an API");
    recording.about = format!("{title}: {}", show_several((on + off) as u64, "operation"));
    Ok(recording)
}

fn check_version(root: &Node, errors: &Errors) {
    if let Some(swagger) = member(root, "swagger") {
        let hint = "tools such as swagger2openapi convert it to OpenAPI 3";
        errors.add(swagger.position, "this is Swagger 2, not OpenAPI 3", Some(hint));
        return;
    }
    let Some(node) = errors.need(root, "openapi", "the description") else { return };
    let version = node.scalar().unwrap_or_default();
    if !version.starts_with("3.") {
        errors.add(node.position, format!("OpenAPI `{version}` is not supported"), Some("versions 3.0 and 3.1 are"));
    }
}

/// The first server, with the defaults of its variables.
fn server(root: &Node, notes: &mut Vec<String>) -> String {
    let first = items(root, "servers").first();
    let mut url = first.and_then(|server| text(server, "url")).unwrap_or("/").to_owned();
    for (name, variable) in first.and_then(|server| member(server, "variables")).into_iter().flat_map(entries) {
        if let (Some(name), Some(default)) = (name.scalar(), text(variable, "default")) {
            url = url.replace(&format!("{{{name}}}"), default);
        }
    }
    let is_whole = url::Url::parse(&url).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
    if is_whole {
        return literal(url.trim_end_matches('/').split(['?', '#']).next().unwrap_or_default());
    }
    notes.push(format!("the file names no server with its host; {NO_SERVER} stands for it"));
    let path = url.trim_end_matches('/');
    let is_path = path.starts_with('/') && path.chars().all(|c| c.is_ascii_alphanumeric() || "/-_.~".contains(c));
    if is_path { format!("{NO_SERVER}{path}") } else { NO_SERVER.to_owned() }
}

/// Writes what may change something as comments, unless nothing else is there.
fn switch_off(recording: &mut Recording) {
    let is_safe = |method: &str| matches!(method, "GET" | "HEAD" | "OPTIONS" | "TRACE");
    let mut safe = 0;
    recording.change(&mut |request, _| safe += usize::from(is_safe(&request.method)));
    if safe == 0 {
        recording.notes.push("all operations may change something: look at each before the first run".to_owned());
        return;
    }
    recording.change(&mut |request, _| request.is_off = !is_safe(&request.method));
    if recording.counts().1 > 0 {
        let note = "operations that may change something are comments: remove the # of those that a load test may call";
        recording.notes.push(note.to_owned());
    }
}

#[cfg(test)]
mod tests;
