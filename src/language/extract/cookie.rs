//! Cookies that a response sets.

use super::header::lines_named;

/// A cookie by its name, whose case counts (RFC 6265, section 5.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cookie {
    name: Box<str>,
}

impl Cookie {
    /// Looks for cookies of this name.
    #[must_use]
    pub fn new(name: &str) -> Self {
        Self { name: name.into() }
    }

    /// The values that `Set-Cookie` lines give it, in their order; a browser keeps the last.
    pub fn matches<'a>(&self, head: &'a [u8]) -> impl Iterator<Item = &'a str> {
        lines_named(head, "set-cookie").filter_map(|line| {
            let pair = line.split(';').next()?;
            let (name, value) = pair.split_once('=')?;
            (name.trim() == &*self.name).then(|| value.trim())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_come_without_attributes_and_blanks() {
        let head = b"HTTP/1.1 200 OK\r\nSet-Cookie: sid=a=b ; Path=/; HttpOnly\r\nset-cookie: SID=no\r\n\
            SET-COOKIE:sid=\"q\"\r\nSet-Cookie: sid; x=sid=no\r\nCookie: sid=no\r\nSet-Cookie: sid=\r\n\r\n";
        assert_eq!(Cookie::new("sid").matches(head).collect::<Vec<_>>(), ["a=b", "\"q\"", ""]);
    }
}
