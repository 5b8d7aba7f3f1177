//! What is written from the table is committed: `UPDATE_GOLDEN=1 cargo test --test grammar` writes it.

use std::{fs, path::Path};

use loadagent::testing::profile::grammar::{reference, schema::schema};

fn check(name: &str, derived: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(&path, derived).unwrap();
    }
    let known = fs::read_to_string(&path).unwrap_or_default();
    assert!(known == derived, "{name} is behind; `UPDATE_GOLDEN=1 cargo test --test grammar` writes it");
}

#[test]
fn the_schema() {
    check("profiles/schema.json", &format!("{}\n", schema()));
}

#[test]
fn the_reference() {
    let head = "# Profile keys\n\n\
        Generated from the same table as the JSON Schema. `docs/expressions.md` describes `${…}`, `docs/extraction.md`\n\
        describes extraction. Case, `_` and `-` in keys are ignored.\n\n\
        For completion and validation in an editor with a YAML language server, run\n\
        `loadagent profiles schema > profile-schema.json`, and start the profile with\n\
        `# yaml-language-server: $schema=profile-schema.json`.\n\n\
        ## Sections\n";
    check("docs/profile-keys.md", &format!("{head}{}", reference::tables()));
}
