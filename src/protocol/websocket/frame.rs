//! Frames: their heads, and the masked frames that a client sends.

/// Most bytes of the payload of a control frame.
pub(crate) const MAX_CONTROL: usize = 125;
/// Most bytes of the head of a frame.
pub(crate) const MAX_HEAD: usize = 14;

/// What a frame is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Opcode {
    Continuation = 0,
    Text = 1,
    Binary = 2,
    Close = 8,
    Ping = 9,
    Pong = 10,
}

impl Opcode {
    /// The opcode with a number; None for a reserved one.
    #[must_use]
    pub(crate) fn of(number: u8) -> Option<Self> {
        let all = [Self::Continuation, Self::Text, Self::Binary, Self::Close, Self::Ping, Self::Pong];
        all.into_iter().find(|opcode| *opcode as u8 == number)
    }

    /// Whether it is about the connection, not a message.
    #[must_use]
    pub(crate) fn is_control(self) -> bool {
        self as u8 >= Self::Close as u8
    }
}

/// The bit of a first byte that says that a message is compressed.
pub(crate) const COMPRESSED: u8 = 0x40;
/// The bit of a length that says that the payload is masked.
const MASKED: u8 = 0x80;

/// Appends a masked frame, which is a whole message or a control frame.
pub(crate) fn put(opcode: Opcode, payload: &[u8], key: [u8; 4], out: &mut Vec<u8>) {
    put_with(opcode as u8, payload, key, out);
}

/// The same, with bits besides the opcode.
pub(crate) fn put_with(bits: u8, payload: &[u8], key: [u8; 4], out: &mut Vec<u8>) {
    out.reserve(MAX_HEAD + payload.len());
    out.push(0x80 | bits);
    match payload.len() {
        length @ 0..=125 => out.push(MASKED | u8::try_from(length).unwrap_or_default()),
        length => {
            if let Ok(length) = u16::try_from(length) {
                out.push(MASKED | 0x7e);
                out.extend_from_slice(&length.to_be_bytes());
            } else {
                out.push(MASKED | 0x7f);
                out.extend_from_slice(&(length as u64).to_be_bytes());
            }
        }
    }
    out.extend_from_slice(&key);
    let begin = out.len();
    out.extend_from_slice(payload);
    mask(&mut out[begin..], key);
}

/// Masks or unmasks a payload, a word at a time.
pub(crate) fn mask(payload: &mut [u8], key: [u8; 4]) {
    let [one, two, three, four] = key;
    let word = u64::from_ne_bytes([one, two, three, four, one, two, three, four]);
    let (words, rest) = payload.as_chunks_mut::<8>();
    for bytes in words {
        *bytes = (u64::from_ne_bytes(*bytes) ^ word).to_ne_bytes();
    }
    for (byte, key) in rest.iter_mut().zip(key.into_iter().cycle()) {
        *byte ^= key;
    }
}
