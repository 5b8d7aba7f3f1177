//! `multipart/form-data` (RFC 7578), with names escaped as browsers do it (WHATWG HTML, section 4.10.21.8).

use memchr::memmem;

/// A field or a file of a form.
#[derive(Debug, Clone, Copy)]
pub struct Part<'a> {
    /// The name of the field.
    pub name: &'a str,
    /// What it holds.
    pub content: &'a [u8],
    /// What a file has besides; without it, the part is a field.
    pub file: Option<File<'a>>,
}

/// What is told about a file.
#[derive(Debug, Clone, Copy)]
pub struct File<'a> {
    /// Its name at the sender.
    pub name: &'a str,
    /// Its media type, without line ends.
    pub content_type: &'a str,
}

/// An encoded form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Multipart {
    /// The value of the header `Content-Type`.
    pub content_type: String,
    /// The body.
    pub body: Vec<u8>,
}

/// Puts a form together; its boundary stands in none of the contents, and the same parts get the same one.
#[must_use]
pub fn multipart(parts: &[Part<'_>]) -> Multipart {
    let boundary = boundary(parts);
    let size = parts.iter().map(|part| part.content.len() + part.name.len() + 2 * boundary.len() + 128).sum();
    let mut body = Vec::with_capacity(size);
    for part in parts {
        let mut head = format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{}\"", escaped(part.name));
        if let Some(file) = part.file {
            let content_type: String = file.content_type.chars().filter(|letter| !letter.is_control()).collect();
            head += &format!("; filename=\"{}\"\r\nContent-Type: {content_type}", escaped(file.name));
        }
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(b"\r\n\r\n");
        body.extend_from_slice(part.content);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    Multipart { content_type: format!("multipart/form-data; boundary={boundary}"), body }
}

/// Tried in order: nobody has to draw one, and whoever sends the same form twice sends the same bytes.
fn boundary(parts: &[Part<'_>]) -> String {
    let is_free = |boundary: &String| {
        let finder = memmem::Finder::new(boundary);
        parts.iter().all(|part| finder.find(part.content).is_none())
    };
    let mut number = 0_u64;
    loop {
        let boundary = format!("----loadagent{number:016x}");
        if is_free(&boundary) {
            return boundary;
        }
        number += 1;
    }
}

fn escaped(name: &str) -> String {
    name.replace('\r', "%0D").replace('\n', "%0A").replace('"', "%22")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn field<'a>(name: &'a str, content: &'a [u8]) -> Part<'a> {
        Part { name, content, file: None }
    }

    #[test]
    fn fields_and_files_stand_between_boundaries() {
        let file = Some(File { name: "a\"\r\n.bin", content_type: "application/octet-stream\r\nX: y" });
        let form = multipart(&[field("n\"", b"1"), Part { name: "f", content: b"\xff\r\n", file }]);
        assert_eq!(form.content_type, "multipart/form-data; boundary=----loadagent0000000000000000");
        let expected = b"------loadagent0000000000000000\r\n\
            Content-Disposition: form-data; name=\"n%22\"\r\n\r\n1\r\n\
            ------loadagent0000000000000000\r\n\
            Content-Disposition: form-data; name=\"f\"; filename=\"a%22%0D%0A.bin\"\r\n\
            Content-Type: application/octet-streamX: y\r\n\r\n\xff\r\n\r\n\
            ------loadagent0000000000000000--\r\n";
        assert_eq!(form.body.escape_ascii().to_string(), expected.escape_ascii().to_string());
    }

    #[test]
    fn a_content_that_holds_the_boundary_gets_another() {
        let inner = multipart(&[field("a", b"1")]);
        let outer = multipart(&[field("b", &inner.body)]);
        assert_eq!(outer.content_type, "multipart/form-data; boundary=----loadagent0000000000000001");
    }

    proptest! {
        #[test]
        fn contents_come_out_between_boundaries(contents in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..50), 1..5)) {
            let form = multipart(&contents.iter().map(|content| field("a", content)).collect::<Vec<_>>());
            let boundary = form.content_type.split_once("boundary=").unwrap().1;
            let delimiter = format!("--{boundary}");
            let mut at = delimiter.len();
            for content in &contents {
                let rest = &form.body[at..];
                let begin = memmem::find(rest, b"\r\n\r\n").unwrap() + 4;
                let end = memmem::find(rest, format!("\r\n{delimiter}").as_bytes()).unwrap();
                prop_assert_eq!(&rest[begin..end], &content[..]);
                at += end + 2 + delimiter.len();
            }
            prop_assert_eq!(&form.body[at..], b"--\r\n");
        }
    }
}
