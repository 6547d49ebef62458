//! The Verilog top of a bench.

use askama::Template;
use tritloom_datapath::interface::{Direction, Stream};

use super::{DesignUnderTest, field_words, instance, prefix};
use crate::text::render;

/// The Verilog module [`WRAPPER`](super::WRAPPER) with all `designs` in it, each with a clock and a reset of its own.
pub fn wrapper(designs: &[DesignUnderTest]) -> String {
    let designs: Vec<Wrapped> = designs.iter().enumerate().map(|(index, design)| Wrapped::new(index, design)).collect();
    let ports = designs.iter().flat_map(|design| &design.ports).collect();
    render(&Wrapper { ports, designs: &designs })
}

#[derive(Template)]
#[template(path = "bench/bench_top.v", escape = "none")]
struct Wrapper<'a> {
    ports: Vec<&'a Port>,
    designs: &'a [Wrapped],
}

/// A port of the wrapper.
struct Port {
    direction: &'static str,
    range: String,
    name: String,
}

/// An input of the wrapper, without `_i`, that goes through a register before it reaches the design.
struct Taken {
    range: String,
    name: String,
    edge: String,
}

/// A port of the design and what it is wired to.
struct Pin {
    port: String,
    signal: String,
}

/// One design inside the wrapper.
struct Wrapped {
    prefix: String,
    instance: String,
    top: String,
    ports: Vec<Port>,
    taken: Vec<Taken>,
    pins: Vec<Pin>,
    /// Bits of output beats that no field fills.
    gaps: Vec<String>,
}

impl Wrapped {
    fn new(index: usize, design: &DesignUnderTest) -> Wrapped {
        let mut wrapped = Wrapped {
            prefix: prefix(index),
            instance: instance(index),
            top: design.top.to_owned(),
            ports: vec![],
            taken: vec![],
            pins: vec![],
            gaps: vec![],
        };
        for name in ["clk_i", "rst_ni"] {
            let signal = wrapped.port("input ", 1, name);
            wrapped.pin(name, signal);
        }
        if let Some(width) = design.mutant_width {
            // Taken over when a reset begins: a selection that stands still costs no evaluation.
            let signal = wrapped.take("mutant", 32, "rst_ni");
            wrapped.pin("mutant_i", part(&signal, 0, width));
        }
        for stream in &design.interface.streams {
            match stream.direction {
                Direction::Input => wrapped.input(stream),
                Direction::Output => wrapped.output(stream),
            }
        }
        wrapped
    }

    fn input(&mut self, stream: &Stream) {
        let name = &stream.name;
        let valid = self.take(&format!("{name}_valid"), 1, "clk_i");
        self.pin(&format!("{name}_valid_i"), valid);
        let ready = self.port("output", 1, &format!("{name}_ready_o"));
        self.pin(&format!("{name}_ready_o"), ready);
        let beat = self.take(&format!("{name}_beat"), beat_bits(stream), "clk_i");
        for (field, low) in stream.fields.iter().zip(field_positions(stream)) {
            self.pin(&format!("{name}_{}_i", field.name), part(&beat, low, field.width));
        }
    }

    fn output(&mut self, stream: &Stream) {
        let name = &stream.name;
        let valid = self.port("output", 1, &format!("{name}_valid_o"));
        self.pin(&format!("{name}_valid_o"), valid);
        let ready = self.take(&format!("{name}_ready"), 1, "clk_i");
        self.pin(&format!("{name}_ready_i"), ready);
        let beat = self.port("output", beat_bits(stream), &format!("{name}_beat_o"));
        let mut filled = 0;
        for (field, low) in stream.fields.iter().zip(field_positions(stream)) {
            self.gap(&beat, filled, low);
            filled = low + field.width;
            self.pin(&format!("{name}_{}_o", field.name), part(&beat, low, field.width));
        }
        self.gap(&beat, filled, beat_bits(stream));
    }

    /// Adds a port to the wrapper; returns its name.
    fn port(&mut self, direction: &'static str, width: u32, name: &str) -> String {
        let name = format!("{}_{name}", self.prefix);
        self.ports.push(Port { direction, range: range(width), name: name.clone() });
        name
    }

    /// Adds an input that is taken over at the falling `edge`; returns the register's name.
    fn take(&mut self, name: &str, width: u32, edge: &str) -> String {
        self.port("input ", width, &format!("{name}_i"));
        let name = format!("{}_{name}", self.prefix);
        let edge = format!("{}_{edge}", self.prefix);
        self.taken.push(Taken { range: range(width), name: name.clone(), edge });
        format!("{name}_q")
    }

    fn pin(&mut self, port: &str, signal: String) {
        self.pins.push(Pin { port: port.to_owned(), signal });
    }

    fn gap(&mut self, beat: &str, low: u32, end: u32) {
        if low < end {
            self.gaps.push(part(beat, low, end - low));
        }
    }
}

/// A declaration's range, nothing for a single bit.
fn range(width: u32) -> String {
    if width == 1 { String::new() } else { format!("[{}:0] ", width - 1) }
}

/// `width` bits of a vector from bit `low` up.
fn part(vector: &str, low: u32, width: u32) -> String {
    if width == 1 { format!("{vector}[{low}]") } else { format!("{vector}[{}:{low}]", low + width - 1) }
}

/// The lowest bit of each field: a field begins at a word of its own.
fn field_positions(stream: &Stream) -> impl Iterator<Item = u32> + '_ {
    field_words(stream).scan(0, |next, words| {
        let low = *next * 32;
        *next += words;
        Some(low)
    })
}

/// Width of the wrapper's beat: Verilator holds vectors of more than 64 bits as arrays of words, which is what
/// the harness reads and writes.
fn beat_bits(stream: &Stream) -> u32 {
    field_words(stream).sum::<u32>().max(3) * 32
}
