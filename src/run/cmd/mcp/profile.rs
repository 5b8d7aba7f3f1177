//! The profile that asks an MCP server what it offers, and the one to start from.

use serde_json::{Value as Json, json};

use super::offer::{Item, Offer};
use crate::{
    cli::McpArgs,
    convert::{
        variables::Variable,
        write::{headers_text, variables_text},
        yaml::{literal, literals, quoted, yaml},
    },
    report::visible::visible,
    run::error::CommandError,
};

/// Tools, resources and prompts that the profile uses; the others would make it long.
const MAX_STEPS: usize = 50;

/// A profile whose setup lists all of it.
///
/// # Errors
/// When a header is none.
pub(super) fn listing(args: &McpArgs) -> Result<String, CommandError> {
    let mut headers = serde_json::Map::new();
    for header in &args.headers {
        let Some((name, value)) = header.split_once(':') else {
            let message = format!("`{header}` is no header\n  hint: for example -H 'Authorization: Bearer …'");
            return Err(CommandError::configuration(message));
        };
        headers.insert(name.trim().to_owned(), literal(value.trim()).into());
    }
    let url = literal(&args.url);
    let ask = |kind: &str| {
        let extract = json!({ kind: { "json": format!("$.result.{kind}"), "default": "" } });
        // A server need not offer everything.
        json!({ "mcp": url, "list": kind, "allowed": [-32_601], "timeout": "30s", "extract": extract })
    };
    let setup = ["tools", "resources", "prompts"].map(ask);
    let profile = json!({
        "http": { "headers": headers },
        "setup": setup,
        "duration": "1s",
        "flow": [{ "mcp": url, "list": "tools" }],
    });
    Ok(profile.to_string())
}

/// The profile to start from.
pub(super) fn text(args: &McpArgs, offer: &Offer) -> String {
    let name = args.file.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let names: Vec<&str> = args.headers.iter().filter_map(|header| Some(header.split_once(':')?.0.trim())).collect();
    let mut text = format!(
        "# What an MCP server offers, as a load of a few users. Validate it: loadagent check FILE. Run it: loadagent run FILE.\n\
         name: {}\n",
        quoted(&name)
    );
    let url = Variable::with_value("URL", &literal(&args.url), "another one: loadagent run -e URL=https://…");
    let headers = names.iter().map(|name| Variable::without_value(&variable(name), &format!("header {name}")));
    text += &variables_text(&std::iter::once(url).chain(headers).collect::<Vec<_>>());
    if !names.is_empty() {
        let headers: Vec<(String, String)> =
            names.iter().map(|name| ((*name).to_owned(), format!("${{{}}}", variable(name)))).collect();
        text += &format!("\nhttp:\n  headers:\n{}", headers_text(&headers, 4));
    }
    text += "\nvus: 2\nduration: 30s\nwait: 1s..2s\n\nflow:\n  - {mcp: \"${URL}\", list: tools}\n";
    if offer.tools.iter().any(|tool| !tool.is_read_only) {
        text += "\n  # Tools that may change something: remove the # of those that a load test may call.\n";
    }
    for Item { name, about, arguments, is_read_only } in offer.tools.iter().take(MAX_STEPS) {
        let mark = if *is_read_only { "" } else { "# " };
        let call = yaml(&with_arguments(json!({ "tool": literal(name) }), arguments));
        text += &format!("  {mark}- {{mcp: \"${{URL}}\", call: {call}}}{}\n", comment(about));
    }
    for Item { name, .. } in offer.resources.iter().take(MAX_STEPS) {
        text += &format!("  - {{mcp: \"${{URL}}\", read: {}}}\n", quoted(&literal(name)));
    }
    for Item { name, arguments, .. } in offer.prompts.iter().take(MAX_STEPS) {
        let prompt = yaml(&with_arguments(json!({ "name": literal(name) }), arguments));
        text += &format!("  - {{mcp: \"${{URL}}\", prompt: {prompt}}}\n");
    }
    text + "\nthresholds:\n  mcp_req_failed: rate<0.01\n  mcp_req_response_time: p(95)<1000   # ms\n"
}

fn with_arguments(mut call: Json, arguments: &Json) -> Json {
    if let (Json::Object(members), false) = (&mut call, arguments.is_null()) {
        members.insert("arguments".to_owned(), literals(arguments));
    }
    call
}

/// A description behind a step.
fn comment(about: &str) -> String {
    if about.is_empty() { String::new() } else { format!("   # {}", visible(about)) }
}

/// The variable for the value of a header.
fn variable(header: &str) -> String {
    let letters = |letter: char| if letter.is_ascii_alphanumeric() { letter.to_ascii_uppercase() } else { '_' };
    format!("HEADER_{}", header.chars().map(letters).collect::<String>())
}

#[cfg(test)]
mod tests;
