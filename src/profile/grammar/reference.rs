//! The reference of the grammar as Markdown: `docs/profile-keys.md`.

use std::fmt::Write;

use super::{EXECUTORS, Key, SECTIONS, STEPS, Type};

/// All sections, executors and steps.
#[must_use]
pub fn tables() -> String {
    let mut out = String::new();
    for section in SECTIONS {
        let _written = write!(out, "\n### {}\n\n{}\n", section.name, section.about);
        for included in section.includes {
            let _written = writeln!(out, "The keys of [{0}](#{0}) are allowed here, too.", included.name);
        }
        table(&mut out, section.own_keys());
    }
    out += "\n## Executors\n\nOptions of a scenario with `executor`, in addition to those of every scenario.\n";
    for executor in &EXECUTORS {
        let _written = write!(out, "\n### {}\n\n{}\n", executor.options.name, executor.options.about);
        table(&mut out, executor.options.own_keys());
    }
    out += "\n## Steps\n\nThe first key of a step names it; the others are its options.\n";
    for kind in STEPS.iter().copied().flatten() {
        let words: Vec<String> = kind.words.iter().map(|word| format!("`{word}`")).collect();
        let (about, value) = (kind.about, type_name(kind.value));
        let _written = write!(
            out,
            "\n### {}\n\n{} {about}. Value: {value}. Example: `{{{}}}`\n",
            words.join(", "),
            words[0],
            kind.example
        );
        if kind.keys().next().is_some() {
            table(&mut out, kind.keys());
        }
    }
    out
}

fn table(out: &mut String, keys: impl Iterator<Item = &'static Key>) {
    out.push_str("\n| key | value | meaning; default |\n|---|---|---|\n");
    for key in keys {
        let required = if key.required { " (required)" } else { "" };
        let _written = writeln!(out, "| `{}`{required} | {} | {} |", key.name, type_name(key.value), key.about);
    }
}

fn type_name(value: Type) -> String {
    match value {
        Type::Text => "text".to_owned(),
        Type::Number => "number".to_owned(),
        Type::Count => "whole number".to_owned(),
        Type::Boolean => "true or false".to_owned(),
        Type::Duration => "duration".to_owned(),
        Type::Pause => "duration or range".to_owned(),
        Type::Condition => "condition".to_owned(),
        Type::Word(words) => words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", "),
        Type::Status => "status".to_owned(),
        Type::Any => "anything".to_owned(),
        Type::Steps => "steps".to_owned(),
        Type::Scenarios => "names: [scenario](#scenario)".to_owned(),
        Type::Map(section) => format!("[{0}](#{0})", section.name.to_lowercase()),
        Type::Names(of) => format!("names: {}", type_name(*of)),
        Type::List(of) => format!("list of {}", type_name(*of)),
        Type::Several(of) => format!("{}, or a list", type_name(*of)),
        Type::Either(types) => types.iter().map(|of| type_name(*of)).collect::<Vec<_>>().join("; or "),
    }
}
