//! The C++ main program of a bench.

use askama::Template;
use tritloom_datapath::interface::{Direction, Field, Stream};

use super::{DesignUnderTest, prefix, word};
use crate::text::render;

/// The C++ main program for the model that Verilator makes of the [`wrapper`](super::wrapper()) of the same `designs`.
pub fn main_program(designs: &[DesignUnderTest]) -> String {
    let designs = designs.iter().enumerate().map(|(index, design)| Bound::new(index, design)).collect();
    render(&Main { designs, traced: false })
}

/// The same for one design, whose nets it writes once a cycle, when they have settled, to the file that its last argument
/// names.
pub fn traced_main_program(design: &DesignUnderTest) -> String {
    render(&Main { designs: vec![Bound::new(0, design)], traced: true })
}

#[derive(Template)]
#[template(path = "bench/main.cpp", escape = "none")]
struct Main<'a> {
    designs: Vec<Bound<'a>>,
    /// Whether nets are written to a file.
    traced: bool,
}

/// One design in the main program.
struct Bound<'a> {
    prefix: String,
    top: &'a str,
    mutant: bool,
    streams: Vec<BoundStream<'a>>,
}

/// One stream and the model's members that hold its ports.
struct BoundStream<'a> {
    direction: &'static str,
    name: &'a str,
    fields: &'a [Field],
    valid: String,
    ready: String,
    beat: String,
}

impl<'a> Bound<'a> {
    fn new(index: usize, design: &DesignUnderTest<'a>) -> Bound<'a> {
        let prefix = prefix(index);
        let streams = design.interface.streams.iter().map(|stream| BoundStream::new(&prefix, stream)).collect();
        Bound { top: design.top, mutant: design.mutant_width.is_some(), streams, prefix }
    }
}

impl<'a> BoundStream<'a> {
    fn new(prefix: &str, stream: &'a Stream) -> BoundStream<'a> {
        let (forward, backward) = match stream.direction {
            Direction::Input => ("i", "o"),
            Direction::Output => ("o", "i"),
        };
        let member = |port: &str, side| format!("{prefix}_{}_{port}_{side}", stream.name);
        BoundStream {
            direction: word(stream.direction),
            name: &stream.name,
            fields: &stream.fields,
            valid: member("valid", forward),
            ready: member("ready", backward),
            beat: member("beat", forward),
        }
    }
}
