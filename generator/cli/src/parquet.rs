//! Tables as Parquet files: one row group, one plain page a column, no compression.
//!
//! The format is Apache Parquet's (parquet-format 2.10: `Encodings.md`, `parquet.thrift`); its structures are written in
//! Thrift's compact protocol. What a table of results needs of it is too little to ask for a library.

/// The values of a column; a row may have none.
pub enum Values {
    /// 64-bit integers.
    Integers(Vec<Option<i64>>),
    /// Floating-point numbers.
    Numbers(Vec<Option<f64>>),
    /// Text.
    Words(Vec<Option<String>>),
}

/// A column with its name.
pub struct Column {
    /// With the unit in it.
    pub name: String,
    /// One for each row.
    pub values: Values,
}

const MAGIC: &[u8] = b"PAR1";

/// The file that holds these columns, of equally many rows.
pub fn file(columns: &[Column], rows: usize) -> Vec<u8> {
    let mut bytes = MAGIC.to_vec();
    let mut chunks = vec![];
    for column in columns {
        let start = bytes.len();
        let page = column.page();
        bytes.extend(page_header(page.len(), rows));
        bytes.extend(page);
        chunks.push((start, bytes.len() - start));
    }
    let footer = metadata(columns, &chunks, rows);
    bytes.extend(&footer);
    bytes.extend((footer.len() as u32).to_le_bytes());
    bytes.extend(MAGIC);
    bytes
}

impl Column {
    /// Which rows have a value, and the values.
    fn page(&self) -> Vec<u8> {
        fn values<T>(values: &[Option<T>], plain: impl Fn(&T) -> Vec<u8>) -> (Vec<bool>, Vec<u8>) {
            (values.iter().map(Option::is_some).collect(), values.iter().flatten().flat_map(plain).collect())
        }
        let (there, plain) = match &self.values {
            Values::Integers(integers) => values(integers, |integer| integer.to_le_bytes().to_vec()),
            Values::Numbers(numbers) => values(numbers, |number| number.to_le_bytes().to_vec()),
            Values::Words(words) => {
                values(words, |word| [&(word.len() as u32).to_le_bytes()[..], word.as_bytes()].concat())
            }
        };
        let mut levels = vec![];
        for run in there.chunk_by(|one, other| one == other) {
            varint(&mut levels, (run.len() as u64) << 1);
            levels.push(u8::from(run[0]));
        }
        [&(levels.len() as u32).to_le_bytes()[..], &levels, &plain].concat()
    }

    /// Its physical type.
    fn kind(&self) -> i64 {
        match self.values {
            Values::Integers(_) => 2,
            Values::Numbers(_) => 5,
            Values::Words(_) => 6,
        }
    }
}

fn page_header(size: usize, rows: usize) -> Vec<u8> {
    let mut page = Struct::default();
    page.integer(1, rows as i64).integer(2, PLAIN).integer(3, RUNS).integer(4, RUNS);
    let mut header = Struct::default();
    header.integer(1, 0).integer(2, size as i64).integer(3, size as i64).structure(5, page);
    header.end()
}

/// Encodings of values, and of which rows have one.
const PLAIN: i64 = 0;
const RUNS: i64 = 3;

fn metadata(columns: &[Column], chunks: &[(usize, usize)], rows: usize) -> Vec<u8> {
    let mut root = Struct::default();
    root.text(4, "results").integer(5, columns.len() as i64);
    let schema = columns.iter().map(|column| {
        let mut element = Struct::default();
        element.integer(1, column.kind()).integer(3, 1).text(4, &column.name);
        if let Values::Words(_) = column.values {
            element.integer(6, 0);
        }
        element
    });
    let schema = std::iter::once(root).chain(schema).collect();
    let described = columns.iter().zip(chunks).map(|(column, (start, size))| {
        let mut data = Struct::default();
        data.integer(1, column.kind()).integers(2, &[PLAIN, RUNS]).texts(3, &[&column.name]).integer(4, 0);
        data.long(5, rows as i64).long(6, *size as i64).long(7, *size as i64).long(9, *start as i64);
        let mut chunk = Struct::default();
        chunk.long(2, *start as i64).structure(3, data);
        chunk
    });
    let mut group = Struct::default();
    let total: usize = chunks.iter().map(|(_, size)| size).sum();
    group.structures(1, described.collect()).long(2, total as i64).long(3, rows as i64);
    let mut file = Struct::default();
    file.integer(1, 1).structures(2, schema).long(3, rows as i64).structures(4, vec![group]).text(6, "tritloom");
    file.end()
}

/// A structure of Thrift's compact protocol; fields are added in the order of their numbers.
#[derive(Default)]
struct Struct {
    bytes: Vec<u8>,
    last: u8,
}

/// Kinds of fields.
const INTEGER: u8 = 5;
const LONG: u8 = 6;
const TEXT: u8 = 8;
const LIST: u8 = 9;
const STRUCTURE: u8 = 12;

impl Struct {
    fn field(&mut self, number: u8, kind: u8) -> &mut Struct {
        self.bytes.push((number - self.last) << 4 | kind);
        self.last = number;
        self
    }

    fn integer(&mut self, number: u8, value: i64) -> &mut Struct {
        self.field(number, INTEGER);
        zigzag(&mut self.bytes, value);
        self
    }

    fn long(&mut self, number: u8, value: i64) -> &mut Struct {
        self.field(number, LONG);
        zigzag(&mut self.bytes, value);
        self
    }

    fn text(&mut self, number: u8, value: &str) -> &mut Struct {
        self.field(number, TEXT);
        text(&mut self.bytes, value);
        self
    }

    fn structure(&mut self, number: u8, value: Struct) -> &mut Struct {
        self.field(number, STRUCTURE).bytes.extend(value.end());
        self
    }

    fn integers(&mut self, number: u8, values: &[i64]) -> &mut Struct {
        self.list(number, INTEGER, values.len());
        values.iter().for_each(|value| zigzag(&mut self.bytes, *value));
        self
    }

    fn texts(&mut self, number: u8, values: &[&str]) -> &mut Struct {
        self.list(number, TEXT, values.len());
        values.iter().for_each(|value| text(&mut self.bytes, value));
        self
    }

    fn structures(&mut self, number: u8, values: Vec<Struct>) -> &mut Struct {
        self.list(number, STRUCTURE, values.len());
        values.into_iter().for_each(|value| self.bytes.extend(value.end()));
        self
    }

    fn list(&mut self, number: u8, kind: u8, length: usize) {
        self.field(number, LIST);
        if length < 15 {
            self.bytes.push((length as u8) << 4 | kind);
        } else {
            self.bytes.push(0xf0 | kind);
            varint(&mut self.bytes, length as u64);
        }
    }

    fn end(mut self) -> Vec<u8> {
        self.bytes.push(0);
        self.bytes
    }
}

fn varint(bytes: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
}

fn zigzag(bytes: &mut Vec<u8>, value: i64) {
    varint(bytes, (value << 1 ^ value >> 63) as u64);
}

fn text(bytes: &mut Vec<u8>, value: &str) {
    varint(bytes, value.len() as u64);
    bytes.extend(value.as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Read by pyarrow as `{"a_um2": [1.5, None], "n": [-3, 4], "word": [None, "x"]}`.
    #[test]
    fn a_small_file_is_what_other_readers_have_read() {
        let columns = [
            Column { name: "a_um2".into(), values: Values::Numbers(vec![Some(1.5), None]) },
            Column { name: "n".into(), values: Values::Integers(vec![Some(-3), Some(4)]) },
            Column { name: "word".into(), values: Values::Words(vec![None, Some("x".into())]) },
        ];
        let bytes = file(&columns, 2);
        let text: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        insta::assert_snapshot!(text);
    }
}
