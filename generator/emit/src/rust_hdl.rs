//! The binding of a core for the crate `rust_hdl`: its configuration and its ports, as Rust text.

use askama::Template;
use tritloom_datapath::interface::{Direction, Stream};
use tritloom_datapath::parameter::ParameterValue;

use crate::manifest::Subject;
use crate::text::render;

/// A Rust module that makes the core a part of `rust_hdl` designs; it needs the crate `tritloom-rust-hdl`.
pub fn binding(subject: &Subject) -> String {
    let parameters = subject.parameters.iter();
    render(&Binding {
        name: subject.name,
        version: env!("CARGO_PKG_VERSION"),
        hash: subject.hash,
        family: subject.family.name(),
        summary: subject.family.summary(),
        parameters: parameters.map(|(parameter, value)| Row { name: parameter.name, value: constant(value) }).collect(),
        ports: subject.family.interface(subject.parameters).streams.iter().flat_map(ports).collect(),
    })
}

#[derive(Template)]
#[template(path = "rust_hdl/binding.rs", escape = "none")]
struct Binding<'a> {
    name: &'a str,
    version: &'a str,
    hash: &'a str,
    family: &'a str,
    summary: &'a str,
    parameters: Vec<Row>,
    ports: Vec<Port>,
}

struct Row {
    name: &'static str,
    value: String,
}

struct Port {
    name: String,
    direction: &'static str,
    kind: String,
}

fn constant(value: &ParameterValue) -> String {
    match value {
        ParameterValue::Integer(value) => format!("Integer({value})"),
        ParameterValue::Choice(word) => format!("Choice({word:?})"),
        ParameterValue::Flag(value) => format!("Flag({value})"),
    }
}

fn ports(stream: &Stream) -> Vec<Port> {
    let (forward, backward) = match stream.direction {
        Direction::Input => ("In", "Out"),
        Direction::Output => ("Out", "In"),
    };
    let port = |name: &str, direction, width| Port {
        name: format!("{}_{name}", stream.name),
        direction,
        kind: if width == 1 { "Bit".to_owned() } else { format!("Bits<{width}>") },
    };
    let handshake = [port("valid", forward, 1), port("ready", backward, 1)];
    handshake.into_iter().chain(stream.fields.iter().map(|field| port(&field.name, forward, field.width))).collect()
}
