//! The page as one file.

use crate::content::content;
use crate::data::Report;
use askama::Template;

#[derive(Template)]
#[template(path = "report/page.html", escape = "none")]
struct Page<'a> {
    title: String,
    style: &'a str,
    library: &'a str,
    content: String,
    program: &'a str,
}

const STYLE: &str = include_str!("../../../templates/report/page.css");
const PROGRAM: &str = include_str!("../../../templates/report/page.js");

/// One HTML file with the report, the program that shows it, and `library`: the text of ECharts, minified.
pub fn page(report: &Report, library: &str) -> String {
    let page = Page {
        title: escaped(&report.title),
        style: STYLE,
        library,
        // Inside a script only `<` could end it.
        content: content(report).to_string().replace('<', "\\u003c"),
        program: PROGRAM,
    };
    page.render().expect("a template of plain values renders") + "\n"
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_the_content_ends_a_script_or_becomes_markup() {
        let hostile = "</script><script>alert(1)</script>";
        let report = Report { title: hostile.into(), summary: vec![hostile.into()], ..Report::default() };
        let page = page(&report, "/* library */");
        assert_eq!(page.matches("</script>").count(), 3);
        assert!(!page.contains("<script>alert"));
        assert!(page.contains("/* library */"));
        assert!(!page.contains("http"), "nothing is fetched from anywhere");
    }
}
