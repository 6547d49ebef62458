//! From trees to text: two spaces, at most 100 columns where names allow it, one blank line between blocks.

mod expression;
mod header;
mod memory;
mod statement;
mod text;

use super::Identity;
use super::naming::Names;
use super::plan::Plan;
use super::syntax::Statement;
use std::collections::BTreeMap;
use text::Text;
use tritloom_hdl::{Location, Shape};

/// What printing needs to know.
struct Printer<'p, 'a> {
    plan: &'p Plan<'a>,
    names: &'p Names,
    text: Text,
    /// How many `generate` loops are open.
    depth: u32,
}

/// The text of one module, and the Rust lines behind its lines.
pub(super) fn print(
    plan: &Plan,
    names: &Names,
    statements: &[Statement],
    identity: &Identity,
) -> (String, BTreeMap<u32, Location>) {
    let mut printer = Printer { plan, names, text: Text::default(), depth: 0 };
    printer.header(identity);
    printer.text.line("`default_nettype none");
    printer.text.blank();
    printer.ports();
    printer.text.blank();
    printer.text.indent(1);
    printer.body(statements);
    printer.text.outdent(1);
    printer.text.blank();
    printer.text.at(Some(plan.reading.module.location));
    printer.text.line("endmodule");
    printer.text.at(None);
    printer.text.blank();
    printer.text.line("`default_nettype wire");
    printer.text.finish()
}

/// `signed [7:0] `, as it stands between a keyword and a name; nothing for one unsigned bit.
fn type_text(shape: Shape) -> String {
    let signed = if shape.signed { "signed " } else { "" };
    match shape.width {
        1 => signed.to_string(),
        width => format!("{signed}[{}:0] ", width - 1),
    }
}
