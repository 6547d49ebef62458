//! Templates as files.

use askama::Template;

/// A text file: askama takes the last line break of a template away. The templates print plain values only, which
/// cannot fail.
pub(crate) fn render(template: &impl Template) -> String {
    let text = template.render().expect("a template of plain values renders");
    text.trim_end().to_owned() + "\n"
}
