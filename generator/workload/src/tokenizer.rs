//! The pieces of text that tokens stand for.

use crate::reader::ByteReader;
use crate::{BEGIN_TOKEN, LoadError};
use std::borrow::Cow;

/// A piece of text for each token. Pieces are bytes: a character may be spread over several tokens.
#[derive(Clone, Debug, PartialEq)]
pub struct Tokenizer {
    longest: usize,
    pieces: Vec<(f32, Vec<u8>)>,
}

impl Tokenizer {
    /// Pieces with their scores, token 0 first.
    pub fn new(pieces: Vec<(f32, Vec<u8>)>) -> Tokenizer {
        let longest = pieces.iter().map(|(_, piece)| piece.len()).max().unwrap_or_default();
        Tokenizer { longest, pieces }
    }

    /// Reads `tokenizer.bin` of a vocabulary of `vocab` tokens; `file` is its name for messages.
    ///
    /// An i32 length of the longest piece; then of each token an f32 score, an i32 length and so many bytes.
    ///
    /// # Errors
    /// A refusal of the first part that is missing, negative, infinite, longer than the longest, or too much.
    pub fn read(file: &str, bytes: &[u8], vocab: usize) -> Result<Tokenizer, LoadError> {
        let mut reader = ByteReader::new(file, bytes);
        let longest = reader.size("the length of the longest piece")?;
        let mut pieces = Vec::new();
        for token in 0..vocab {
            let score = reader.f32(format_args!("the score of token {token}"))?;
            let offset = reader.offset();
            let length = reader.size(format_args!("the length of token {token}"))?;
            if length > longest {
                return Err(reader.refusal(offset, format!("a length of at most {longest}"), length));
            }
            pieces.push((score, reader.take(length, format_args!("token {token}"))?.to_vec()));
        }
        reader.finish()?;
        Ok(Tokenizer { longest, pieces })
    }

    /// The file that [`Tokenizer::read`] reads.
    pub fn write(&self) -> Vec<u8> {
        let length = |length: usize| i32::try_from(length).unwrap_or(i32::MAX).to_le_bytes();
        let mut bytes = length(self.longest).to_vec();
        for (score, piece) in &self.pieces {
            bytes.extend(score.to_le_bytes());
            bytes.extend(length(piece.len()));
            bytes.extend(piece);
        }
        bytes
    }

    /// The number of tokens.
    pub fn vocab(&self) -> usize {
        self.pieces.len()
    }

    /// The piece of a token as it is kept; none beyond the vocabulary.
    pub fn piece(&self, token: usize) -> Option<&[u8]> {
        self.pieces.get(token).map(|(_, piece)| piece.as_slice())
    }

    /// What a token adds to a text behind `previous`: a piece `<0xNN>` is that byte, and at the beginning of a
    /// text one leading space is dropped. None beyond the vocabulary.
    pub fn text(&self, previous: usize, token: usize) -> Option<Cow<'_, [u8]>> {
        let piece = self.piece(token)?;
        if let Some(byte) = raw_byte(piece) {
            return Some(Cow::Owned(vec![byte]));
        }
        let shortened = piece.strip_prefix(b" ").filter(|_| previous == BEGIN_TOKEN);
        Some(Cow::Borrowed(shortened.unwrap_or(piece)))
    }
}

/// The byte of a piece `<0xNN>`.
fn raw_byte(piece: &[u8]) -> Option<u8> {
    let digits = piece.strip_prefix(b"<0x")?.strip_suffix(b">")?;
    let &[high, low] = digits else { return None };
    let digit = |byte: u8| char::from(byte).to_digit(16);
    u8::try_from(digit(high)? * 16 + digit(low)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn small() -> Tokenizer {
        let pieces: [&[u8]; 6] = [b"<unk>", b"<s>", b" once", b"<0x0a>", b"<0xg1>", b"  two"];
        Tokenizer::new(pieces.iter().map(|piece| (-1.5, piece.to_vec())).collect())
    }

    #[test]
    fn text_of_pieces() {
        let tokenizer = small();
        let text = |previous, token| tokenizer.text(previous, token).map(Cow::into_owned);
        assert_eq!(text(1, 2), Some(b"once".to_vec()));
        assert_eq!(text(2, 2), Some(b" once".to_vec()));
        assert_eq!(text(1, 5), Some(b" two".to_vec()));
        assert_eq!(text(1, 3), Some(b"\n".to_vec()));
        assert_eq!(text(0, 4), Some(b"<0xg1>".to_vec()));
        assert_eq!(text(0, 6), None);
    }

    #[test]
    fn damage_is_refused_with_its_place() {
        let bytes = small().write();
        assert_eq!(Tokenizer::read("t.bin", &bytes, 6), Ok(small()));
        let read = |bytes: &[u8], vocab| Tokenizer::read("t.bin", bytes, vocab).unwrap_err().to_string();
        // Token 0 takes 4 + 4 + 5 bytes from byte 4 on.
        assert_eq!(
            read(&bytes, 1),
            format!("t.bin: byte 17: expected the end of the file, found {} more bytes", bytes.len() - 17)
        );
        assert_eq!(read(&bytes[..14], 6), "t.bin: byte 12: expected 5 bytes of token 0, found 2 before the end");
        let mut long = bytes.clone();
        long[8] = 7;
        assert_eq!(read(&long, 6), "t.bin: byte 8: expected a length of at most 6, found 7");
        long[11] = 0x80;
        assert_eq!(read(&long, 6), "t.bin: byte 8: expected the length of token 0, not negative, found -2147483641");
        let mut infinite = bytes;
        infinite[4..8].copy_from_slice(&f32::INFINITY.to_le_bytes());
        assert_eq!(read(&infinite, 6), "t.bin: byte 4: expected the score of token 0, finite, found inf");
    }

    proptest! {
        #[test]
        fn damaged_files_never_panic(place in 0usize..80, byte in any::<u8>(), length in 0usize..90) {
            let mut bytes = small().write();
            let place = place % bytes.len();
            bytes[place] = byte;
            bytes.truncate(length);
            if let Ok(tokenizer) = Tokenizer::read("t.bin", &bytes, 6) {
                prop_assert_eq!(tokenizer.write(), bytes);
            }
        }
    }
}
