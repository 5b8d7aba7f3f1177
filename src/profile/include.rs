//! `include`: files whose keys a profile takes over, where it does not have them itself.
//!
//! ```text
//!  parts.yaml ─┐
//!              ├─ merged, key by key ◀── the profile, which wins ◀── environment ◀── preset ◀── flags
//!  more.yaml ──┘
//! ```

use std::{
    fs::File,
    io::{self, Read},
    path::{Path, PathBuf},
};

use super::{
    bundled,
    diagnostic::{Diagnostic, Position, did_you_mean},
    environment::{merge, names_of, remove, remove_replaced_load},
    node::{self, Node, Yaml},
    reader::same_key,
    texts::Texts,
};
use crate::plan::IncludedFile;

/// Most files of a profile.
const MOST_FILES: usize = 50;
/// Largest included file.
const LARGEST: u64 = 4 << 20;
/// Keys of which `check` also names what they have.
const NAMED: [&str; 5] = ["flows", "checks", "data", "metrics", "scenarios"];

/// A profile with what it includes.
#[derive(Debug)]
pub(super) struct Included {
    /// The whole profile.
    pub root: Node,
    /// Its files.
    pub texts: Texts,
    /// What `check` says of the included files.
    pub files: Vec<IncludedFile>,
}

/// Reads the included files and merges all.
///
/// # Errors
/// What can't be read or merged, with the files that could be.
pub(super) fn read(name: &str, text: &str) -> Result<Included, (Texts, Vec<Diagnostic>)> {
    let is_bundled = bundled::find(name) == Some(text);
    let mut loader = Loader { is_bundled, texts: Texts::default(), done: Vec::new(), errors: Vec::new() };
    let root = loader.file(name, text, &mut Vec::new());
    match root {
        Some(root) if loader.errors.is_empty() => {
            // The profile itself was done last.
            loader.done.pop();
            let files = loader.done.into_iter().map(|done| done.file).collect();
            Ok(Included { root, texts: loader.texts, files })
        }
        _ => Err((loader.texts, loader.errors)),
    }
}

/// A file that was read.
struct Done {
    /// What distinguishes it.
    identity: PathBuf,
    /// Its keys, and those of the files that it includes.
    root: Node,
    file: IncludedFile,
}

struct Loader {
    is_bundled: bool,
    texts: Texts,
    done: Vec<Done>,
    errors: Vec<Diagnostic>,
}

impl Loader {
    fn error(&mut self, position: Position, message: String, hint: Option<String>) {
        self.errors.push(Diagnostic { position, message, hint });
    }

    /// A file of the profile; `way` are the files that include it, from the profile on.
    fn file(&mut self, name: &str, text: &str, way: &mut Vec<(PathBuf, String)>) -> Option<Node> {
        let before = self.texts.add(name, text);
        let mut root = match node::parse(text) {
            Ok(root) => root,
            Err(mut error) => {
                error.position.line += before;
                self.errors.push(error);
                return None;
            }
        };
        node::shift(&mut root, before);
        if !way.is_empty() && !matches!(root.value, Yaml::Map(_)) && !root.is_null() {
            self.error(root.position, format!("an included file must be a map of keys, not {}", root.describe()), None);
            return None;
        }
        let keys = keys_of(&root);
        let identity = self.identity(name);
        way.push((identity.clone(), name.to_owned()));
        let including = remove(&mut root, "include");
        let merged = including.filter(|node| !node.is_null()).map(|node| self.all(&node, (name, &root), way));
        way.pop();
        if let Some(mut base) = merged {
            remove_replaced_load(&mut base, &root);
            let position = root.position;
            merge(&mut base, root);
            root = Node { position, ..base };
        }
        let file = IncludedFile { name: name.to_owned(), text: text.to_owned(), keys };
        self.done.push(Done { identity, root: root.clone(), file });
        Some(root)
    }

    /// What the files of an `include` have together; `own` are the keys of the file that includes them.
    fn all(&mut self, node: &Node, (by, own): (&str, &Node), way: &mut Vec<(PathBuf, String)>) -> Node {
        let mut base = Node { position: node.position, value: Yaml::Map(Vec::new()) };
        for item in node.one_or_many() {
            if let Some(root) = self.one(item, by, way) {
                self.add(&mut base, &root, Some(own), "");
            }
        }
        base
    }

    fn one(&mut self, item: &Node, by: &str, way: &mut Vec<(PathBuf, String)>) -> Option<Node> {
        let Some(path) = item.scalar().filter(|path| !path.trim().is_empty() && !path.contains("${")) else {
            let hint = "for example `include: parts.yaml`; variables are not known yet".to_owned();
            self.error(item.position, format!("`include` must name a file, not {}", item.describe()), Some(hint));
            return None;
        };
        let name = Path::new(by).parent().unwrap_or(Path::new("")).join(path).to_string_lossy().into_owned();
        let identity = self.identity(&name);
        if let Some(at) = way.iter().position(|(known, _)| *known == identity) {
            let names = way[at..].iter().map(|(_, name)| name.as_str()).chain([&*name]);
            let message = format!("`{path}` includes itself: {}", names.collect::<Vec<_>>().join(" → "));
            let hint = "move what both need into a file of its own".to_owned();
            self.error(item.position, message, Some(hint));
            return None;
        }
        if let Some(done) = self.done.iter().find(|done| done.identity == identity) {
            return Some(done.root.clone());
        }
        if self.texts.files().len() >= MOST_FILES {
            self.error(item.position, format!("a profile has at most {MOST_FILES} files"), None);
            return None;
        }
        match self.text(&name) {
            Ok(text) => self.file(&name, &text, way),
            Err(error) => {
                let hint = not_found(&error, &name);
                self.error(item.position, format!("`{path}` can't be included: {}", in_words(&error)), hint);
                None
            }
        }
    }

    /// What distinguishes a file, however its path is written.
    fn identity(&self, name: &str) -> PathBuf {
        if self.is_bundled { name.into() } else { std::fs::canonicalize(name).unwrap_or_else(|_| name.into()) }
    }

    fn text(&self, name: &str) -> io::Result<String> {
        if self.is_bundled {
            return bundled::part(name).map(str::to_owned).ok_or_else(|| io::ErrorKind::NotFound.into());
        }
        let file = File::open(name)?;
        // Not a folder or a device, which may be endless.
        if !file.metadata()?.is_file() {
            return Err(io::Error::other("it is not a file"));
        }
        let mut text = String::new();
        file.take(LARGEST + 1).read_to_string(&mut text)?;
        if text.len() as u64 > LARGEST {
            return Err(io::Error::other(format!("it is larger than {} MiB", LARGEST >> 20)));
        }
        Ok(text)
    }

    /// Adds the keys of a file to those of others beside it, which must not differ unless `own` replaces both.
    fn add(&mut self, base: &mut Node, over: &Node, own: Option<&Node>, path: &str) {
        let (Yaml::Map(pairs), Yaml::Map(more)) = (&mut base.value, &over.value) else {
            if own.is_none() && !is_same(base, over) {
                let (first, second) = (self.texts.line(base.position), self.texts.line(over.position));
                let message = format!("`{path}` is in two included files: {first} and {second}");
                let hint = format!("leave one of them out, or set `{path}` in the file that includes both");
                self.error(over.position, message, Some(hint));
            }
            return;
        };
        for (key, value) in more {
            let name = key.scalar().unwrap_or_default();
            let below = if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
            match pairs.iter_mut().find(|(known, _)| known.scalar().is_some_and(|known| same_key(known, name))) {
                Some((_, known)) => self.add(known, value, own.and_then(|own| own.get(name)), &below),
                None => pairs.push((key.clone(), value.clone())),
            }
        }
    }
}

/// Whether two nodes say the same, wherever they stand.
fn is_same(one: &Node, other: &Node) -> bool {
    match (&one.value, &other.value) {
        (Yaml::List(one), Yaml::List(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| is_same(one, other))
        }
        (Yaml::Map(one), Yaml::Map(other)) => {
            let is_pair = |((key, value), (other, its)): (&(Node, Node), &(Node, Node))| {
                is_same(key, other) && is_same(value, its)
            };
            one.len() == other.len() && one.iter().zip(other).all(is_pair)
        }
        (one, other) => one == other,
    }
}

/// The keys of a file in short: `vars, flows (login, search)`.
fn keys_of(root: &Node) -> Vec<String> {
    let Yaml::Map(pairs) = &root.value else { return Vec::new() };
    let shown = pairs.iter().filter_map(|(key, value)| {
        let name = key.scalar().filter(|name| !same_key(name, "include"))?;
        let inner = if NAMED.iter().any(|word| same_key(word, name)) { names_of(value) } else { Vec::new() };
        Some(if inner.is_empty() { name.to_owned() } else { format!("{name} ({})", inner.join(", ")) })
    });
    shown.collect()
}

fn in_words(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "there is no such file".to_owned(),
        io::ErrorKind::InvalidData => "it is not text in UTF-8".to_owned(),
        _ => error.to_string(),
    }
}

/// A part of a bundled profile that was copied without it; a file of nearly this name.
fn not_found(error: &io::Error, name: &str) -> Option<String> {
    if error.kind() != io::ErrorKind::NotFound {
        return None;
    }
    let path = Path::new(name);
    let file = path.file_name()?.to_str()?;
    let has_this_end = |known: &&str| known.rsplit('/').next() == Some(file);
    if let Some(part) = bundled::part_names().find(has_this_end) {
        return Some(format!("a bundled profile includes it: `loadagent profiles show {part} > {name}`"));
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let beside = std::fs::read_dir(folder).ok()?.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let beside: Vec<String> = beside.take(1_000).collect();
    let near = did_you_mean(file, beside.iter().map(String::as_str));
    Some(near.unwrap_or_else(|| "paths are relative to the file that includes".to_owned()))
}

#[cfg(test)]
mod tests;
