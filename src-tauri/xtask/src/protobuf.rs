//! Writes protocol buffer messages, as far as an ONNX file needs them: integers,
//! floats, strings, bytes and messages inside messages. It knows no schema; field
//! numbers come from the caller. Reading is not wanted here.
//!
//! The encoding: <https://protobuf.dev/programming-guides/encoding/>.

/// One message being written. Fields appear in the order they are written.
#[derive(Default)]
pub(crate) struct Message {
    bytes: Vec<u8>,
}

/// How a field's value is laid out, the low three bits of its tag.
enum WireType {
    Varint = 0,
    LengthDelimited = 2,
    Fixed32 = 5,
}

impl Message {
    /// Adds a whole number. Negative ones take ten bytes, as the encoding asks.
    pub(crate) fn int(&mut self, field: u32, value: i64) -> &mut Self {
        self.tag(field, WireType::Varint);
        self.varint(value.cast_unsigned());
        self
    }

    pub(crate) fn float(&mut self, field: u32, value: f32) -> &mut Self {
        self.tag(field, WireType::Fixed32);
        self.bytes.extend_from_slice(&value.to_le_bytes());
        self
    }

    pub(crate) fn string(&mut self, field: u32, value: &str) -> &mut Self {
        self.bytes(field, value.as_bytes())
    }

    pub(crate) fn bytes(&mut self, field: u32, value: &[u8]) -> &mut Self {
        self.tag(field, WireType::LengthDelimited);
        self.varint(value.len() as u64);
        self.bytes.extend_from_slice(value);
        self
    }

    /// Adds the message that `write` fills.
    pub(crate) fn message(&mut self, field: u32, write: impl FnOnce(&mut Self)) -> &mut Self {
        let mut inner = Self::default();
        write(&mut inner);
        self.bytes(field, &inner.bytes)
    }

    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    fn tag(&mut self, field: u32, wire_type: WireType) {
        self.varint(u64::from(field) << 3 | wire_type as u64);
    }

    fn varint(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.bytes.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.bytes.push(value as u8);
    }
}

#[cfg(test)]
mod tests {
    use super::Message;

    #[track_caller]
    fn check(write: impl FnOnce(&mut Message), expected: &[u8], why: &str) {
        let mut message = Message::default();
        write(&mut message);
        assert_eq!(message.into_bytes(), expected, "{why}");
    }

    /// The first cases are the worked examples of the encoding guide, the others
    /// what Google's Python package writes for the same values.
    #[test]
    fn fields_have_the_bytes_the_encoding_asks_for() {
        check(
            |m| {
                m.int(1, 150);
            },
            &[0x08, 0x96, 0x01],
            "the guide's varint",
        );
        check(
            |m| {
                m.string(2, "testing");
            },
            &[0x12, 0x07, b't', b'e', b's', b't', b'i', b'n', b'g'],
            "the guide's string",
        );
        check(
            |m| {
                m.message(3, |m| {
                    m.int(1, 150);
                });
            },
            &[0x1a, 0x03, 0x08, 0x96, 0x01],
            "the guide's message inside a message",
        );
        check(
            |m| {
                m.int(1, 0);
            },
            &[0x08, 0x00],
            "zero is one byte",
        );
        check(
            |m| {
                m.int(1, -2);
            },
            &[0x08, 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
            "a negative number fills ten bytes",
        );
        check(
            |m| {
                m.float(2, 1.0);
            },
            &[0x15, 0x00, 0x00, 0x80, 0x3f],
            "little-endian float",
        );
        check(
            |m| {
                m.int(20, 1);
            },
            &[0xa0, 0x01, 0x01],
            "field numbers above 15 take two bytes",
        );
        check(
            |m| {
                m.bytes(9, &[]);
            },
            &[0x4a, 0x00],
            "nothing has the length zero",
        );
    }

    #[test]
    fn a_long_value_has_a_length_of_several_bytes() {
        let mut message = Message::default();
        message.bytes(1, &[7; 300]);
        let bytes = message.into_bytes();
        assert_eq!(bytes[..3], [0x0a, 0xac, 0x02], "300 is ac 02");
        assert_eq!(bytes.len(), 303, "the value follows whole");
    }
}
