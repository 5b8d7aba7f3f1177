//! What is written from the table is committed: `UPDATE_GOLDEN=1 cargo test --test grammar` writes it.

use std::{fs, path::Path};

use loadagent::profile::grammar::{reference, schema::schema};

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
    check("profiles/schema.json", &format!("{:#}\n", schema()));
}

#[test]
fn the_reference() {
    let head = "# Keys of a profile\n\n\
        Written from the table that `loadagent profiles schema` is written from; `docs/expressions.md` has what stands\n\
        in `${…}`, `docs/extraction.md` what is found in responses. Case, `_` and `-` in keys don't matter.\n\n\
        An editor with a YAML language server completes and checks a profile that begins with\n\
        `# yaml-language-server: $schema=profile-schema.json`, after `loadagent profiles schema > profile-schema.json`.\n\n\
        ## Sections\n";
    check("docs/profile-keys.md", &format!("{head}{}", reference::tables()));
}
