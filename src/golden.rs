//! Golden files of unit tests: `UPDATE_GOLDEN=1 cargo test` writes them; read the diff.

use std::path::PathBuf;

/// Compares a text with its golden file.
pub(crate) fn check(name: &str, text: &str) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, text).unwrap();
    }
    let known = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(known, text, "{name} differs; `UPDATE_GOLDEN=1 cargo test` writes it");
}
