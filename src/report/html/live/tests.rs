//! The live page: what it is before the first message, and what messages say.

use super::*;
use crate::report::tests::{hostile_summary, summary};

#[test]
fn the_page_connects_to_its_own_server_only_and_names_stay_text() {
    let hostile = "</script><script>alert(1)</script><!--\u{2028}'\"&lt;";
    let page = page(&hostile_summary(hostile).header);
    assert_eq!((page.matches("<script").count(), page.matches("</script").count()), (2, 2));
    assert!(page.contains("connect-src 'self'") && !page.contains("<!--"));
    for word in ["http://", "https://", "import(", "innerHTML", "eval(", "@import", "url("] {
        let code = page.split("<script type=\"module\">").nth(1).unwrap().replace("http://www.w3.org/2000/svg", "");
        assert!(!code.contains(word), "{word}");
    }
}

#[test]
fn thresholds_stand_so_far() {
    let mut summary = summary();
    let data = so_far(&summary);
    assert_eq!(data["headline"]["tone"], "bad");
    assert!(data["headline"]["sentence"].as_str().unwrap().ends_with("so far."), "{}", data["headline"]);
    assert!(data.get("timeline").is_none() && data.get("profile").is_none());
    summary.findings.iter_mut().for_each(|finding| (finding.passed, finding.no_data) = (false, true));
    summary.validity.invalid.clear();
    assert_eq!(so_far(&summary)["headline"]["tone"], "good", "nothing is known yet");
    summary.findings.clear();
    assert_eq!(so_far(&summary)["headline"]["sentence"], "There are no thresholds.");
}
