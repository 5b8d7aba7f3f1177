//! The page: its data is the summary's, and names from outside stay text.

use std::collections::BTreeSet;

use super::{script::LIVE, *};
use crate::{
    interval_log::Header,
    report::tests::{hostile_summary, summary},
};

const HOSTILE: &str = "</script><script>alert(1)</script><!--<script>\u{2028}\u{2029}\u{0}\u{202e}'\"&lt;${x}`]]>";

fn data_of(page: &str) -> serde_json::Value {
    let data = page.split("id=\"data\">").nth(1).unwrap().split("</script>").next().unwrap();
    serde_json::from_str(data).unwrap()
}

#[test]
fn the_data_is_that_of_the_summary() {
    let summary = summary();
    let page = render(&summary, &Timeline::new(&summary.header), &ProfileText(Some("vus: 1\n".into())));
    let data = data_of(&page);
    let known = crate::report::json::render(&summary, crate::report::json::Terminals::default());
    assert_eq!(data["summary"], known);
    assert_eq!(data["profile"], "vus: 1\n");
    assert!(
        page.contains("<title>Invalid: golden, run 20251121-040000-gold</title>")
            || page.contains("<title>Stopped: golden,"),
        "{}",
        &page[..600]
    );
    assert_eq!(data["thresholds"][0]["status"], "failed");
    assert_eq!(data["thresholds"][0]["wanted"], "< 0.01");
    assert_eq!(data["checks"][0]["fails"], 1);
}

#[test]
fn names_from_outside_stay_text() {
    let summary = hostile_summary(HOSTILE);
    let page = render(&summary, &Timeline::new(&summary.header), &ProfileText(Some(HOSTILE.into())));
    let (scripts, ends) = (page.matches("<script").count(), page.matches("</script").count());
    assert_eq!((scripts, ends), (2, 2), "the data and the code");
    for word in ["alert(1)</script>", "<!--", "\u{2028}", "\u{0}"] {
        let at = page.find(word);
        assert_eq!(at.map(|at| page[at.saturating_sub(60)..].chars().take(100).collect::<String>()), None, "{word}");
    }
    let data = data_of(&page);
    assert_eq!(data["summary"]["loadagent"]["profile"], HOSTILE);
    assert_eq!(data["profile"], HOSTILE);
}

#[test]
fn nothing_in_the_page_leads_elsewhere() {
    let page = render(&summary(), &Timeline::new(&Header::default()), &ProfileText::default());
    let code = page.split("<script type=\"module\">").nth(1).unwrap();
    for word in ["http://", "https://", "fetch(", "XMLHttpRequest", "import(", "innerHTML", "eval(", "@import", "url("]
    {
        let known = code.matches(word).count()
            - code.matches("http://www.w3.org/2000/svg").count() * usize::from(word == "http://");
        assert_eq!(known, 0, "{word}");
    }
}

/// The modules become one script: each imports only what stands above it, and no name is declared twice.
#[test]
fn modules_can_be_joined() {
    for last in [&REPORT[..], &LIVE] {
        can_be_joined(&[&MODULES[..], last].concat());
    }
}

fn can_be_joined(modules: &[script::Module]) {
    let mut known: BTreeSet<String> = BTreeSet::new();
    let mut exported: BTreeSet<(String, String)> = BTreeSet::new();
    for (file, text) in modules {
        assert!(!text.contains("</script") && !text.contains("<!--"), "{file}");
        for line in text.lines().filter(|line| line.starts_with("import ")) {
            let (names, from) = line.split_once(" } from \"./").unwrap_or_else(|| panic!("{file}: {line}"));
            for name in names.trim_start_matches("import { ").split(", ") {
                let from = from.trim_end_matches("\";").to_owned();
                assert!(exported.contains(&(from, name.to_owned())), "{file}: {line}: {name}");
                assert!(text.matches(name).count() > 1, "{file} does not use {name}");
            }
        }
        for line in text.lines() {
            let own = line.strip_prefix("export ").unwrap_or(line);
            let name = ["function ", "const ", "let ", "class "].iter().find_map(|word| own.strip_prefix(word));
            let Some(name) = name else { continue };
            let name = name.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap().to_owned();
            assert!(known.insert(name.clone()), "{file}: {name} is declared twice");
            if line.starts_with("export ") {
                exported.insert(((*file).to_owned(), name));
            }
        }
    }
    let script = script::joined(modules);
    assert!(!script.contains("\nimport ") && !script.contains("\nexport "));
}

#[test]
fn files_of_the_page_stay_small() {
    for (file, text) in [&MODULES[..], &REPORT, &LIVE].concat() {
        assert!(text.lines().count() <= 300, "{file}");
        assert!(text.starts_with("// "), "{file} says what it is for");
    }
}
