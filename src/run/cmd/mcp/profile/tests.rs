//! Tests of the profile to start from: whatever a server says, it passes `check`.

use proptest::prelude::*;

use super::*;
use crate::{
    cli::RunArgs,
    run::prepare::{Source, load_plan},
};

fn args(headers: &[&str]) -> McpArgs {
    let headers = headers.iter().map(|header| (*header).to_owned()).collect();
    McpArgs { url: "http://127.0.0.1:1/mcp".to_owned(), file: "mcp.yaml".into(), headers }
}

fn item(name: &str, about: &str, arguments: Json, is_read_only: bool) -> Item {
    Item { name: name.to_owned(), about: about.to_owned(), arguments, is_read_only }
}

fn check(text: &str) -> Result<(), String> {
    let source = Source { name: "mcp.yaml".to_owned(), text: text.to_owned() };
    load_plan(&source, &RunArgs::default(), false).map(drop).map_err(|error| format!("{}\n{text}", error.message))
}

#[test]
fn tools_that_may_change_something_are_commented_out() {
    let offer = Offer {
        tools: vec![item("look", "reads", json!({"a": 1}), true), item("drop", "", Json::Null, false)],
        resources: vec![item("a://b", "", Json::Null, true)],
        prompts: vec![item("greet", "", json!({"name": "text"}), true)],
    };
    let text = text(&args(&["Authorization: Bearer secret"]), &offer);
    check(&text).unwrap();
    for line in [
        "  - {mcp: \"${URL}\", call: {\"tool\":\"look\",\"arguments\":{\"a\":1}}}   # reads\n",
        "  # - {mcp: \"${URL}\", call: {\"tool\":\"drop\"}}\n",
        "  - {mcp: \"${URL}\", read: \"a://b\"}\n",
        "    \"Authorization\": \"${HEADER_AUTHORIZATION}\"\n",
    ] {
        assert!(text.contains(line), "{line}{text}");
    }
    assert!(!text.contains("secret"));
    assert!(listing(&args(&["Authorization: Bearer secret"])).unwrap().contains("Bearer secret"));
    assert!(listing(&args(&["no header"])).is_err());
}

proptest! {
    #[test]
    fn any_offer_makes_a_profile_that_passes_check(
        name in "\\PC{1,12}|.{1,8}|\\$\\{[a-z ]*\\}?", about in ".{0,20}", value in ".{0,10}|\\$\\{vu\\}", key in ".{1,6}", reads in any::<bool>(),
    ) {
        let item = item(&name, &about, json!({ key: [value, 1.5, null] }), reads);
        let offer = Offer { tools: vec![item.clone()], resources: vec![item.clone()], prompts: vec![item] };
        prop_assert_eq!(check(&text(&args(&[]), &offer)), Ok(()));
    }
}
