//! The text of a configuration file, and excerpts of it.

use crate::diagnostic::{Diagnostic, Excerpt, code};
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// No configuration comes near it; what does is another kind of file.
const MAXIMUM_BYTES: u64 = 1 << 20;

/// A file that was read.
#[derive(Clone, Debug)]
pub struct Source {
    /// As the user named it.
    pub file: String,
    /// Without a byte order mark.
    pub text: String,
}

impl Source {
    /// Reads a file, unless it is clearly no configuration.
    pub fn read(path: &Path) -> Result<Source, Vec<Diagnostic>> {
        let file = path.display().to_string();
        let unreadable = |error: std::io::Error| vec![Diagnostic::unreadable(&file, &error)];
        let mut bytes = Vec::new();
        File::open(path).map_err(unreadable)?.take(MAXIMUM_BYTES + 1).read_to_end(&mut bytes).map_err(unreadable)?;
        if bytes.len() as u64 > MAXIMUM_BYTES {
            let message = format!("`{file}` is no configuration: it has more than {MAXIMUM_BYTES} bytes");
            let legal = format!("at most {MAXIMUM_BYTES} bytes of YAML");
            return Err(vec![Diagnostic::new(code::NOT_TEXT, message).legal(legal)]);
        }
        let text = String::from_utf8(bytes).map_err(|error| {
            let bytes = error.as_bytes();
            let position = error.utf8_error().valid_up_to();
            let before = String::from_utf8_lossy(&bytes[..position]);
            let (line, column) =
                (before.matches('\n').count() + 1, before.chars().rev().take_while(|c| *c != '\n').count() + 1);
            let message = format!("`{file}` is no configuration: byte {position} is not UTF-8 text");
            let excerpt = Source::new(&*file, &String::from_utf8_lossy(bytes)).excerpt(line, column, 1);
            let diagnostic = Diagnostic::new(code::NOT_TEXT, message).at(excerpt).legal("UTF-8 text");
            vec![Diagnostic { value: Some(format!("0x{:02x}", bytes[position])), ..diagnostic }]
        })?;
        Ok(Source::new(file, &text))
    }

    /// A text that did not come from the disk.
    pub fn new(file: impl Into<String>, text: &str) -> Source {
        Source { file: file.into(), text: text.strip_prefix('\u{feff}').unwrap_or(text).to_string() }
    }

    /// `length` characters at a line and a column, both from 1.
    pub fn excerpt(&self, line: usize, column: usize, length: usize) -> Excerpt {
        let text = self.text.lines().nth(line.saturating_sub(1)).unwrap_or("").to_string();
        Excerpt { file: self.file.clone(), line, column, text, length }
    }
}
