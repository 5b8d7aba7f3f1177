//! Requests and responses for people (`--http-debug`): heads, or with the beginnings of bodies, secrets masked.

use std::io::{Write, stderr};

use super::{ErrorClass, Outgoing, buffered_response::BufferedResponse};
use crate::plan::http::Debug;

/// Most of a body that is shown.
const MAX_SHOWN: usize = 4 * 1024;
/// Lines whose values are nobody's business.
const SECRET: [&str; 4] = ["authorization", "proxy-authorization", "cookie", "set-cookie"];

/// Writes an attempt to standard error.
pub fn tell(debug: Debug, request: Outgoing<'_>, kept: &BufferedResponse, error: Option<ErrorClass>) {
    let text = render(debug, request, kept, error);
    // Nobody may be reading; that is no fault.
    drop(stderr().lock().write_all(text.as_bytes()));
}

fn render(debug: Debug, request: Outgoing<'_>, kept: &BufferedResponse, error: Option<ErrorClass>) -> String {
    let mut text = String::new();
    let head = [request.head(), request.extra].concat();
    show(&mut text, '>', &head, request.body(), debug);
    show(&mut text, '<', kept.head(), kept.body(), debug);
    if let Some(class) = error {
        text += &format!("! {}: {}\n", class.label(), class.meaning());
    }
    text + "\n"
}

fn show(text: &mut String, mark: char, head: &[u8], body: &[u8], debug: Debug) {
    for line in String::from_utf8_lossy(head).lines().filter(|line| !line.is_empty()) {
        *text += &format!("{mark} {}\n", printable(&masked(line)));
    }
    if debug == Debug::Full && !body.is_empty() {
        let shown = String::from_utf8_lossy(body.get(..MAX_SHOWN).unwrap_or(body));
        *text += &format!("{mark}\n");
        shown.lines().for_each(|line| *text += &format!("{mark} {}\n", printable(line)));
        if body.len() > MAX_SHOWN {
            *text += &format!("{mark} … {} bytes in all\n", body.len());
        }
    }
}

/// A line without what it must not tell: secret values, and users and passwords of URLs.
fn masked(line: &str) -> String {
    if let Some((name, _)) = line.split_once(':')
        && SECRET.iter().any(|secret| name.trim().eq_ignore_ascii_case(secret))
    {
        return format!("{name}: ***");
    }
    let mut masked = String::new();
    let mut rest = line;
    while let Some(at) = rest.find("://") {
        let (before, after) = rest.split_at(at + 3);
        masked += before;
        let end = after.find(['/', '?', '#', ' ', '"']).unwrap_or(after.len());
        match after[..end].rfind('@') {
            Some(user) => {
                masked += "***";
                rest = &after[user..];
            }
            None => rest = after,
        }
    }
    masked + rest
}

/// Control characters could drive the terminal.
fn printable(line: &str) -> String {
    line.chars().map(|c| if c.is_control() && c != '\t' { '\u{fffd}' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{RequestSpec, Wire};

    #[test]
    fn secrets_and_control_characters_are_not_shown() {
        let head = b"GET http://user:pass@h/a HTTP/1.1\r\nHost: h\r\nAUTHORIZATION: Bearer s3cret\r\n";
        let spec = RequestSpec { wire: Wire::new(head, b"{\"a\": 1}"), ..RequestSpec::default() };
        let request = Outgoing { extra: b"Cookie: id=s3cret\r\n", ..Outgoing::constant(&spec) };
        let mut kept = BufferedResponse::default();
        kept.begin(true, true);
        kept.take_head(b"HTTP/1.1 302 Found\r\nSet-Cookie: id=s3cret\r\nLocation: https://a:s3cret@b/?x=c@d\r\n\r\n");
        kept.take_body(&[b"\x1b[2J\xff".to_vec(), vec![b'x'; 5_000]].concat());
        let text = render(Debug::Full, request, &kept, Some(ErrorClass::Redirect));
        assert!(!text.contains("s3cret") && !text.contains("pass"), "{text}");
        assert!(!text.contains('\x1b') && text.len() < 6_000, "{text}");
        for part in [
            "> GET http://***@h/a HTTP/1.1\n> Host: h\n> AUTHORIZATION: ***\n> Cookie: ***\n>\n> {\"a\": 1}\n",
            "< Location: https://***@b/?x=c@d\n",
            "< … 5005 bytes in all\n",
            "! redirect: ",
        ] {
            assert!(text.contains(part), "{part} in {text}");
        }
        assert!(!render(Debug::Heads, request, &kept, None).contains("\"a\""));
    }
}
