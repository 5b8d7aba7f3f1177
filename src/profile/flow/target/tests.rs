//! Resolving of URLs.

use super::*;

#[test]
fn paths_are_appended_to_the_base() {
    let base = |text: &str| Defaults { base_url: Url::parse(text).ok(), ..Defaults::default() };
    let resolved = |written: &str, text: &str| resolve(written, &base(text)).unwrap().to_string();
    assert_eq!(resolved("/status", "http://h:1/api/"), "http://h:1/api/status");
    assert_eq!(resolved("status?x=1", "http://h:1"), "http://h:1/status?x=1");
    assert_eq!(resolved("https://other/", "http://h:1"), "https://other/");
    assert!(resolve("/x", &Defaults::default()).unwrap_err().hint.unwrap().contains("base_url"));
    assert!(resolve("ftp://h/", &Defaults::default()).unwrap_err().message.contains("ftp"));
}
