//! Little-endian parts of a file, each with a name for the message that refuses it.

use crate::LoadError;
use std::fmt::Display;

/// Reads a file's bytes from front to back.
pub(crate) struct ByteReader<'a> {
    file: &'a str,
    bytes: &'a [u8],
    offset: usize,
}

impl<'a> ByteReader<'a> {
    /// Starts at byte 0; `file` is the name for messages.
    pub(crate) fn new(file: &'a str, bytes: &'a [u8]) -> ByteReader<'a> {
        ByteReader { file, bytes, offset: 0 }
    }

    /// Where the next part begins.
    pub(crate) fn offset(&self) -> usize {
        self.offset
    }

    /// A refusal of the part that begins at `byte_offset`.
    pub(crate) fn refusal(&self, byte_offset: usize, expected: impl Display, found: impl Display) -> LoadError {
        LoadError { file: self.file.to_string(), byte_offset, expected: expected.to_string(), found: found.to_string() }
    }

    /// The next `count` bytes, or a refusal that names the part.
    pub(crate) fn take(&mut self, count: usize, part: impl Display) -> Result<&'a [u8], LoadError> {
        let rest = &self.bytes[self.offset..];
        let Some(taken) = rest.get(..count) else {
            let (expected, found) = (format!("{count} bytes of {part}"), format!("{} before the end", rest.len()));
            return Err(self.refusal(self.offset, expected, found));
        };
        self.offset += count;
        Ok(taken)
    }

    /// The next four bytes.
    fn word(&mut self, part: impl Display) -> Result<[u8; 4], LoadError> {
        let bytes = self.take(4, part)?;
        Ok([bytes[0], bytes[1], bytes[2], bytes[3]])
    }

    /// An unsigned 32-bit integer.
    pub(crate) fn u32(&mut self, part: impl Display) -> Result<u32, LoadError> {
        self.word(part).map(u32::from_le_bytes)
    }

    /// A signed 32-bit integer.
    pub(crate) fn i32(&mut self, part: impl Display) -> Result<i32, LoadError> {
        self.word(part).map(i32::from_le_bytes)
    }

    /// A size or a length: a signed 32-bit integer that is not negative.
    pub(crate) fn size(&mut self, part: impl Display) -> Result<usize, LoadError> {
        let offset = self.offset;
        let value = self.i32(&part)?;
        usize::try_from(value).map_err(|_| self.refusal(offset, format!("{part}, not negative"), value))
    }

    /// A finite 32-bit floating-point number.
    pub(crate) fn f32(&mut self, part: impl Display) -> Result<f32, LoadError> {
        let offset = self.offset;
        let value = f32::from_le_bytes(self.word(&part)?);
        if value.is_finite() { Ok(value) } else { Err(self.refusal(offset, format!("{part}, finite"), value)) }
    }

    /// `count` finite 32-bit floating-point numbers.
    pub(crate) fn floats(&mut self, count: usize, part: impl Display) -> Result<Vec<f32>, LoadError> {
        // Looking for the bytes first keeps a damaged count from allocating what the file does not hold.
        let bytes = self.take(count.saturating_mul(4), &part)?;
        let start = self.offset - bytes.len();
        let mut inner = ByteReader { file: self.file, bytes: &self.bytes[..self.offset], offset: start };
        (0..count).map(|_| inner.f32(&part)).collect()
    }

    /// Refuses what stands behind the last part.
    pub(crate) fn finish(self) -> Result<(), LoadError> {
        let rest = self.bytes.len() - self.offset;
        if rest == 0 {
            return Ok(());
        }
        Err(self.refusal(self.offset, "the end of the file", format!("{rest} more bytes")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_come_in_order_and_refusals_name_them() {
        let mut bytes = vec![1, 2, 0, 0, 0xff, 0xff, 0xff, 0xff];
        bytes.extend(1.5f32.to_le_bytes());
        bytes.extend(f32::NAN.to_le_bytes());
        let mut reader = ByteReader::new("x.bin", &bytes);
        assert_eq!(reader.u32("a magic"), Ok(0x201));
        let refused = |error: LoadError| error.to_string();
        assert_eq!(
            reader.size("a size").map_err(refused),
            Err("x.bin: byte 4: expected a size, not negative, found -1".into())
        );
        assert_eq!(reader.f32("a scale"), Ok(1.5));
        assert_eq!(reader.offset(), 12);
        assert_eq!(
            reader.floats(2, "a gain").map_err(refused),
            Err("x.bin: byte 12: expected 8 bytes of a gain, found 4 before the end".into())
        );
        assert_eq!(
            reader.floats(1, "a gain").map_err(refused),
            Err("x.bin: byte 12: expected a gain, finite, found NaN".into())
        );
        assert_eq!(reader.finish(), Ok(()));
        let rest = ByteReader::new("x.bin", &bytes).finish().map_err(refused);
        assert_eq!(rest, Err("x.bin: byte 0: expected the end of the file, found 16 more bytes".into()));
    }
}
