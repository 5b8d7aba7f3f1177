//! `application/x-www-form-urlencoded`, as browsers write it (WHATWG URL, section 5.2).

use url::form_urlencoded::byte_serialize;

/// Names and values as one body.
#[must_use]
pub fn urlencoded<'a>(pairs: impl IntoIterator<Item = (&'a [u8], &'a [u8])>) -> String {
    let mut body = String::new();
    for (name, value) in pairs {
        if !body.is_empty() {
            body.push('&');
        }
        body.extend(byte_serialize(name));
        body.push('=');
        body.extend(byte_serialize(value));
    }
    body
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_has_a_meaning_is_escaped() {
        let pairs: [(&[u8], &[u8]); 3] = [(b"a b", b"1&2=3+"), (b"", b""), (b"x", b"\xff\r\n")];
        assert_eq!(urlencoded(pairs), "a+b=1%262%3D3%2B&=&x=%FF%0D%0A");
        assert_eq!(urlencoded([]), "");
    }

    proptest! {
        #[test]
        fn pairs_survive(pairs in prop::collection::vec((".*", ".*"), 0..5)) {
            let body = urlencoded(pairs.iter().map(|(name, value)| (name.as_bytes(), value.as_bytes())));
            let parsed: Vec<_> = url::form_urlencoded::parse(body.as_bytes()).into_owned().collect();
            prop_assert_eq!(parsed, pairs);
        }
    }
}
