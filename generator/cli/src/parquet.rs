//! Tables as Parquet files: row groups as they come, one plain page a column of each, no compression.
//!
//! The format is Apache Parquet's (parquet-format 2.10: `Encodings.md`, `parquet.thrift`); its structures are written in
//! Thrift's compact protocol. What a table of results needs of it is too little to ask for a library.

use std::io::{self, Write};

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
    let whole = || {
        let mut writer = Writer::new(vec![])?;
        writer.group(columns, rows)?;
        writer.finish()
    };
    let whole: io::Result<Vec<u8>> = whole();
    whole.expect("memory is written to")
}

/// A file that is written one group of rows after the other; no group is held.
pub struct Writer<W> {
    out: W,
    written: usize,
    /// Name and physical type of each column, by the first group.
    schema: Vec<(String, i64)>,
    groups: Vec<Group>,
}

/// Where a group of rows stands.
struct Group {
    rows: usize,
    /// Of each column its first byte and how many it has.
    chunks: Vec<(usize, usize)>,
}

impl<W: Write> Writer<W> {
    /// Begins a file.
    pub fn new(mut out: W) -> io::Result<Writer<W>> {
        out.write_all(MAGIC)?;
        Ok(Writer { out, written: MAGIC.len(), schema: vec![], groups: vec![] })
    }

    /// Writes rows: the columns of every group have the names and kinds of the first one's.
    pub fn group(&mut self, columns: &[Column], rows: usize) -> io::Result<()> {
        if self.schema.is_empty() {
            self.schema = columns.iter().map(|column| (column.name.clone(), column.kind())).collect();
        }
        let mut chunks = vec![];
        for column in columns {
            let page = column.page();
            let header = page_header(page.len(), rows);
            self.out.write_all(&header)?;
            self.out.write_all(&page)?;
            chunks.push((self.written, header.len() + page.len()));
            self.written += header.len() + page.len();
        }
        self.groups.push(Group { rows, chunks });
        Ok(())
    }

    /// Ends the file with what says where everything is.
    pub fn finish(mut self) -> io::Result<W> {
        let footer = metadata(&self.schema, &self.groups);
        self.out.write_all(&footer)?;
        self.out.write_all(&(footer.len() as u32).to_le_bytes())?;
        self.out.write_all(MAGIC)?;
        Ok(self.out)
    }
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
            Values::Words(_) => BYTES,
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

/// The physical type of text.
const BYTES: i64 = 6;

fn metadata(schema: &[(String, i64)], groups: &[Group]) -> Vec<u8> {
    let mut root = Struct::default();
    root.text(4, "results").integer(5, schema.len() as i64);
    let elements = schema.iter().map(|(name, kind)| {
        let mut element = Struct::default();
        element.integer(1, *kind).integer(3, 1).text(4, name);
        if *kind == BYTES {
            element.integer(6, 0);
        }
        element
    });
    let elements = std::iter::once(root).chain(elements).collect();
    let rows: usize = groups.iter().map(|group| group.rows).sum();
    let groups = groups.iter().map(|group| row_group(schema, group)).collect();
    let mut file = Struct::default();
    file.integer(1, 1).structures(2, elements).long(3, rows as i64).structures(4, groups).text(6, "tritloom");
    file.end()
}

fn row_group(schema: &[(String, i64)], Group { rows, chunks }: &Group) -> Struct {
    let described = schema.iter().zip(chunks).map(|((name, kind), (start, size))| {
        let mut data = Struct::default();
        data.integer(1, *kind).integers(2, &[PLAIN, RUNS]).texts(3, &[name]).integer(4, 0);
        data.long(5, *rows as i64).long(6, *size as i64).long(7, *size as i64).long(9, *start as i64);
        let mut chunk = Struct::default();
        chunk.long(2, *start as i64).structure(3, data);
        chunk
    });
    let mut group = Struct::default();
    let total: usize = chunks.iter().map(|(_, size)| size).sum();
    group.structures(1, described.collect()).long(2, total as i64).long(3, *rows as i64);
    group
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
        insta::assert_snapshot!(hexadecimal(&file(&columns, 2)));
    }

    /// Read by pyarrow as two row groups, together `{"n": [-3, None, 4], "word": ["x", "y", None]}`.
    #[test]
    fn groups_of_rows_follow_one_another() {
        let columns = |integers, words: Vec<Option<&str>>| {
            let words = words.into_iter().map(|word| word.map(str::to_owned)).collect();
            [
                Column { name: "n".into(), values: Values::Integers(integers) },
                Column { name: "word".into(), values: Values::Words(words) },
            ]
        };
        let mut writer = Writer::new(vec![]).expect("begun");
        writer.group(&columns(vec![Some(-3), None], vec![Some("x"), Some("y")]), 2).expect("written");
        writer.group(&columns(vec![Some(4)], vec![None]), 1).expect("written");
        insta::assert_snapshot!(hexadecimal(&writer.finish().expect("ended")));
    }

    fn hexadecimal(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}
