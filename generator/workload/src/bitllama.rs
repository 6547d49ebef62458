//! The model file of bitllama2.c, read and written.
//!
//! Little endian, without padding between parts:
//!
//! | bytes | what |
//! |---|---|
//! | 0..8 | magic 0x616b3432, version 1 |
//! | 8..36 | the seven sizes of [`Shape`] |
//! | 36..256 | a flag byte (0 or 1) and zeros |
//! | then | f32 gain\[dim\], f32 embedding\[vocab\]\[dim\] |
//! | then | wq, wk, wv, wo, w1, w2, w3, of each layer 0 first: an f32 scale, then two bits a weight |
//!
//! Weights are row major in [`TwoBitCode::TwosComplement`]. Exports differ in the end of a byte at which its
//! first weight stands, and nothing in a file says which it is: it is an option of the reader.

use crate::reader::ByteReader;
use crate::{LoadError, MatrixId, Model, Shape, TernaryMatrix};
use tritloom_formats::{FirstWeight, FormatError, TwoBitCode, two_bit};

const MAGIC: u32 = 0x616b_3432;
const VERSION: i32 = 1;
const SIZES_OFFSET: usize = 8;
const FLAG_OFFSET: usize = 36;
const HEADER_BYTES: usize = 256;

/// Reads a model from the bytes of a file; `file` is its name for messages.
///
/// # Errors
/// A refusal of the first part that is missing, impossible, illegal, infinite, or too much.
pub fn read(file: &str, bytes: &[u8], first: FirstWeight) -> Result<Model, LoadError> {
    let mut reader = ByteReader::new(file, bytes);
    let shape = read_header(&mut reader)?;
    let gain = reader.floats(shape.dim, "the gain of the last norm")?;
    let embedding = reader.floats(shape.vocab.saturating_mul(shape.dim), "the embedding")?;
    let mut matrices = Vec::new();
    for id in Model::ids(&shape) {
        matrices.push(read_matrix(&mut reader, &shape, id, first)?);
    }
    reader.finish()?;
    Ok(Model { shape, gain, embedding, matrices })
}

/// Everything before byte 256.
fn read_header(reader: &mut ByteReader<'_>) -> Result<Shape, LoadError> {
    let magic = reader.u32("the magic")?;
    if magic != MAGIC {
        return Err(reader.refusal(0, format!("the magic {MAGIC:#010x}"), format!("{magic:#010x}")));
    }
    let version = reader.i32("the version")?;
    if version != VERSION {
        return Err(reader.refusal(4, format!("version {VERSION}"), version));
    }
    let mut sizes = [0; 7];
    for (size, name) in sizes.iter_mut().zip(Shape::NAMES) {
        *size = reader.size(name)?;
    }
    let shape = Shape::from_sizes(sizes);
    shape.check().map_err(|error| {
        let index = Shape::NAMES.iter().position(|&name| name == error.size).unwrap_or_default();
        reader.refusal(SIZES_OFFSET + 4 * index, format!("{}: {}", error.size, error.expected), error.found)
    })?;
    let padding = reader.take(HEADER_BYTES - FLAG_OFFSET, "a flag and padding")?;
    if padding[0] > 1 {
        return Err(reader.refusal(FLAG_OFFSET, "a flag of 0 or 1", padding[0]));
    }
    match padding.iter().skip(1).position(|&byte| byte != 0) {
        Some(place) => Err(reader.refusal(FLAG_OFFSET + 1 + place, "a padding of 0", padding[place + 1])),
        None => Ok(shape),
    }
}

/// One scale and its weights.
fn read_matrix(
    reader: &mut ByteReader<'_>,
    shape: &Shape,
    id: MatrixId,
    first: FirstWeight,
) -> Result<TernaryMatrix, LoadError> {
    let (rows, columns) = shape.matrix_size(id.kind);
    let scale = reader.f32(format_args!("the scale of {id}"))?;
    let offset = reader.offset();
    let count = rows.saturating_mul(columns);
    let bytes = reader.take(count / 4, format_args!("the weights of {id}"))?;
    let trits = two_bit::decode(TwoBitCode::TwosComplement, first, bytes, count);
    let trits = trits.map_err(|error| refuse_weights(reader, offset, id, bytes, error))?;
    Ok(TernaryMatrix { rows, columns, trits, scale })
}

/// A codec's refusal, at its place in the file.
fn refuse_weights(reader: &ByteReader<'_>, offset: usize, id: MatrixId, bytes: &[u8], error: FormatError) -> LoadError {
    let place = error.byte_offset().unwrap_or_default();
    let found = bytes.get(place).map_or_else(|| error.to_string(), |byte| format!("{byte:#010b}"));
    reader.refusal(offset + place, format!("four weights of {id}, each 11 (-1), 00 (0) or 01 (+1)"), found)
}

/// The file of a model, with a flag of 1.
///
/// # Errors
/// None for a model whose weights are ternary, as those of every [`Model`] are.
pub fn write(model: &Model, first: FirstWeight) -> Result<Vec<u8>, FormatError> {
    let mut bytes = Vec::new();
    bytes.extend(MAGIC.to_le_bytes());
    bytes.extend(VERSION.to_le_bytes());
    for size in model.shape().sizes() {
        // A legal size is far below the range of its field.
        bytes.extend((size as u32).to_le_bytes());
    }
    bytes.push(1);
    bytes.resize(HEADER_BYTES, 0);
    for number in model.gain.iter().chain(&model.embedding) {
        bytes.extend(number.to_le_bytes());
    }
    for (_, matrix) in model.matrices() {
        bytes.extend(matrix.scale().to_le_bytes());
        bytes.extend(two_bit::encode(TwoBitCode::TwosComplement, first, matrix.trits())?);
    }
    Ok(bytes)
}
