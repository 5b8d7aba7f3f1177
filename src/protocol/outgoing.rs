//! A request on its way out: the plan's bytes or bytes rendered for this occasion, and header lines of the moment.

use crate::plan::RequestSpec;

/// What to send. Borrowed whole: a constant request is written from the plan's own memory.
#[derive(Debug, Clone, Copy)]
pub struct Outgoing<'a> {
    /// What does not change from one sending to the next.
    pub spec: &'a RequestSpec,
    /// Request line, header lines, blank line and body, as HTTP/1.1 has them.
    pub bytes: &'a [u8],
    /// Where the blank line begins.
    pub splice: usize,
    /// Header lines that only this sending has, each with its line end.
    pub extra: &'a [u8],
}

impl<'a> Outgoing<'a> {
    /// A request that is always the same.
    #[must_use]
    pub fn constant(spec: &'a RequestSpec) -> Self {
        Self { spec, bytes: &spec.wire.bytes, splice: spec.wire.splice, extra: &[] }
    }

    /// Request line and header lines, without those of the moment.
    #[must_use]
    pub fn head(&self) -> &'a [u8] {
        self.bytes.get(..self.splice).unwrap_or(self.bytes)
    }

    /// The body.
    #[must_use]
    pub fn body(&self) -> &'a [u8] {
        self.bytes.get(self.splice + 2..).unwrap_or_default()
    }

    /// The bytes in the order in which they are written; empty pieces are to be left out.
    #[must_use]
    pub fn pieces(&self) -> [&'a [u8]; 3] {
        if self.extra.is_empty() {
            return [self.bytes, &[], &[]];
        }
        let (head, rest) = self.bytes.split_at_checked(self.splice).unwrap_or((self.bytes, &[]));
        [head, self.extra, rest]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::Wire;

    #[test]
    fn further_header_lines_stand_before_the_blank_line() {
        let wire = Wire::new(b"POST / HTTP/1.1\r\nHost: h\r\n", b"{}");
        let spec = RequestSpec { wire, ..RequestSpec::default() };
        let plain = Outgoing::constant(&spec);
        assert_eq!((plain.head(), plain.body()), (&b"POST / HTTP/1.1\r\nHost: h\r\n"[..], &b"{}"[..]));
        assert_eq!(plain.pieces().concat(), b"POST / HTTP/1.1\r\nHost: h\r\n\r\n{}");
        let traced = Outgoing { extra: b"A: b\r\n", ..plain };
        assert_eq!(traced.pieces().concat(), b"POST / HTTP/1.1\r\nHost: h\r\nA: b\r\n\r\n{}");
    }
}
