//! The reference of the grammar as tables in Markdown, for `docs/profile.md`.

use std::fmt::Write;

use super::{EXECUTORS, Key, Kind, SECTIONS, STEPS};

/// All sections, executors and steps.
#[must_use]
pub fn tables() -> String {
    let mut out = String::new();
    for section in SECTIONS {
        let _written = write!(out, "\n### {}\n\n{}\n", section.name, section.about);
        for included in section.includes {
            let _written = writeln!(out, "It takes the keys of [{0}](#{0}), too.", included.name);
        }
        table(&mut out, section.keys.iter());
    }
    out += "\n## Executors\n\nOptions of a scenario with `executor`, besides those of every scenario.\n";
    for executor in EXECUTORS {
        let _written = write!(out, "\n### {}\n\n{}\n", executor.name, executor.about);
        table(&mut out, executor.keys.iter());
    }
    out += "\n## Steps\n\nThe first key of a step says what it does; the others are its options.\n";
    for form in STEPS {
        let words: Vec<String> = form.words.iter().map(|word| format!("`{word}`")).collect();
        let _written = write!(out, "\n### {}\n\n{}. Value: {}.\n", words.join(", "), form.about, shown(form.value));
        if form.keys().next().is_some() {
            table(&mut out, form.keys());
        }
    }
    out
}

fn table<'k>(out: &mut String, keys: impl Iterator<Item = &'k Key>) {
    out.push_str("\n| key | value | meaning; default |\n|---|---|---|\n");
    for key in keys {
        let needed = if key.needed { " (needed)" } else { "" };
        let _written = writeln!(out, "| `{}`{needed} | {} | {} |", key.name, shown(key.kind), key.about);
    }
}

fn shown(kind: Kind) -> String {
    match kind {
        Kind::Text => "text".to_owned(),
        Kind::Number => "number".to_owned(),
        Kind::Count => "whole number".to_owned(),
        Kind::Boolean => "true or false".to_owned(),
        Kind::Duration => "duration".to_owned(),
        Kind::Pause => "duration or range".to_owned(),
        Kind::Condition => "condition".to_owned(),
        Kind::Word(words) => words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", "),
        Kind::Status => "status".to_owned(),
        Kind::Any => "anything".to_owned(),
        Kind::Steps => "steps".to_owned(),
        Kind::Scenarios => "names: [scenario](#scenario)".to_owned(),
        Kind::Map(section) => format!("[{0}](#{0})", section.name.to_lowercase()),
        Kind::Names(of) => format!("names: {}", shown(*of)),
        Kind::List(of) => format!("list of {}", shown(*of)),
        Kind::Several(of) => format!("{}, or a list", shown(*of)),
        Kind::Either(kinds) => kinds.iter().map(|kind| shown(*kind)).collect::<Vec<_>>().join("; or "),
    }
}
