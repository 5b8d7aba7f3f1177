//! Cards of both versions.

use url::Url;

use super::{interface, url};
use crate::plan::a2a::Version;

#[test]
fn the_card_is_below_the_url_of_the_agent() {
    for (agent, card) in [
        ("http://h/", "http://h/.well-known/agent-card.json"),
        ("http://h/a/b", "http://h/a/b/.well-known/agent-card.json"),
        ("http://h/a/?x=1", "http://h/a/.well-known/agent-card.json?x=1"),
        ("http://h/.well-known/agent.json", "http://h/.well-known/agent.json"),
    ] {
        assert_eq!(url(&Url::parse(agent).unwrap()).as_str(), card);
    }
}

#[test]
fn the_first_interface_that_is_spoken_is_used() {
    let at = Url::parse("http://h/.well-known/agent-card.json").unwrap();
    let found = |card: &str| {
        let failure = |failure: crate::protocol::Failure| failure.cause.map(|cause| cause.words()).unwrap_or_default();
        interface(card.as_bytes(), &at).map(|found| (found.url.to_string(), found.version)).map_err(failure)
    };
    let new = |list: &str| format!(r#"{{"supportedInterfaces":[{list}]}}"#);
    let one = |binding: &str, version: &str| {
        format!(
            r#"{{"url":"http://h/{binding}{version}","protocolBinding":"{binding}","protocolVersion":"{version}"}}"#
        )
    };
    let list = [one("GRPC", "1.0"), one("JSONRPC", "2.0"), one("JSONRPC", "1.0"), one("JSONRPC", "0.3")].join(",");
    assert_eq!(found(&new(&list)), Ok(("http://h/JSONRPC1.0".to_owned(), Version::V1_0)));
    assert_eq!(found(&new(&one("jsonrpc", "0.3.0"))), Ok(("http://h/jsonrpc0.3.0".to_owned(), Version::V0_3)));
    let relative = new(r#"{"url":"/a?b","protocolBinding":"JSONRPC","protocolVersion":"1.0"}"#);
    assert_eq!(found(&relative), Ok(("http://h/a?b".to_owned(), Version::V1_0)));
    assert_eq!(found(r#"{"url":"http://h/x"}"#), Ok(("http://h/x".to_owned(), Version::V0_3)));
    let other = r#"{"url":"http://h/x","preferredTransport":"GRPC","additionalInterfaces":[{"url":"http://h/y","transport":"JSONRPC"}]}"#;
    assert_eq!(found(other), Ok(("http://h/y".to_owned(), Version::V0_3)));
    let rest = "the interfaces are HTTP+JSON 1.0; loadagent speaks JSONRPC 1.0 and 0.3";
    assert_eq!(found(&new(&one("HTTP+JSON", "1.0"))), Err(rest.to_owned()));
    for (card, words) in [
        ("{}", "the card has no interface of JSON-RPC"),
        ("<html>", "what is there is no card of an agent"),
        (r#"{"url":"ftp://h/"}"#, "the URL of the agent is none of HTTP"),
    ] {
        assert_eq!(found(card), Err(words.to_owned()), "{card}");
    }
}
