//! The marketplace and the library of the AutoGPT platform.

use hyper::StatusCode;
use serde_json::{Value as Json, json};

use super::{Asked, Suites, ok, reply};
use crate::practice_target::builtin::Reply;

/// `path` begins with `store` or `library`.
pub(super) fn answer(suites: &Suites, asked: &Asked<'_>, path: &[&str]) -> Option<Reply> {
    match (path, asked.method) {
        (["store", "agents"], "GET") => ok(&page("agents", asked, store_agent)),
        (["store", "agents", creator, slug], "GET") => {
            ok(&json!({ "ok": true, "creator": creator, "slug": slug, "agent_name": slug, "runs": 7 }))
        }
        (["store", "creators"], "GET") => ok(&page("creators", asked, creator)),
        (["store", "creator", name], "GET") => ok(&json!({ "ok": true, "username": name, "name": name, "agents": [] })),
        (["library", "agents"], "GET") => {
            ok(&page("agents", asked, |number| library_agent(&format!("library-{number}"))))
        }
        (["library", "agents", "favorites"], "GET") => {
            ok(&page("agents", asked, |number| library_agent(&format!("favourite-{number}"))))
        }
        (["library", "agents"], "POST") => added(suites),
        (["library", "agents", "by-graph", graph], "GET") => {
            let mut agent = library_agent("library-1");
            agent["graph_id"] = json!(graph);
            ok(&agent)
        }
        (["library", "agents", id], "GET" | "PATCH") => ok(&library_agent(id)),
        (["library", "agents", _, "fork"], "POST") => added(suites),
        _ => None,
    }
}

fn added(suites: &Suites) -> Option<Reply> {
    reply(StatusCode::CREATED, &library_agent(&format!("library-{}", suites.number() + 1_000)))
}

/// A page of items; a search may find fewer.
fn page(name: &str, asked: &Asked<'_>, item: impl Fn(u64) -> Json) -> Json {
    let (page, size) = (asked.number("page", 1, 1_000), asked.number("page_size", 10, 100));
    let first = page.saturating_sub(1) * size;
    let items: Vec<Json> = (first..first + size).map(item).collect();
    let pagination = json!({ "total_items": 1_000, "total_pages": 100, "current_page": page, "page_size": size });
    json!({ "ok": true, name: items, "pagination": pagination })
}

fn store_agent(number: u64) -> Json {
    json!({
        "slug": format!("agent-{number}"), "agent_name": format!("Agent {number}"), "creator": format!("creator-{}", number % 7),
        "creator_username": format!("creator-{}", number % 7),
        "store_listing_version_id": format!("version-{number}"), "runs": number,
    })
}

fn creator(number: u64) -> Json {
    json!({ "username": format!("creator-{number}"), "name": format!("Creator {number}"), "num_agents": 3 })
}

fn library_agent(id: &str) -> Json {
    json!({ "ok": true, "id": id, "graph_id": format!("graph-of-{id}"), "graph_version": 1, "name": id, "is_favorite": true })
}
