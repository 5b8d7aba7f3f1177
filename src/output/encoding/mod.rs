//! Encodings that several protocols share: protocol buffers and gzip. Pure: bytes in, bytes out.

pub(super) mod gzip;
pub(super) mod protobuf;
