//! Scenarios as text.

use std::fmt::{Arguments, Write};

use tritloom_datapath::interface::{Beat, Direction, Interface, Scenario};

use super::{DesignUnderTest, word};

/// The vectors file: one statement a line, explained in the harness's `vectors.h`.
pub fn vectors(design: &DesignUnderTest, scenarios: &[Scenario]) -> String {
    let mut text = format!("# The statements are explained in tb/vectors.h.\n\ndesign {}\n", design.top);
    for stream in &design.interface.streams {
        let fields: String = stream.fields.iter().map(|field| format!(" {}:{}", field.name, field.width)).collect();
        line(&mut text, format_args!("{} {}{fields}", word(stream.direction), stream.name));
    }
    for scenario in scenarios {
        append_conditions(&mut text, design.interface, scenario);
        append_beats(&mut text, design.interface, scenario);
    }
    text
}

fn append_conditions(text: &mut String, interface: &Interface, scenario: &Scenario) {
    line(text, format_args!("\nscenario {}", scenario.name));
    for (name, ready) in names(interface, Direction::Output).zip(&scenario.ready) {
        if *ready != u64::MAX {
            line(text, format_args!("ready {name} {ready:016x}"));
        }
    }
    if let Some(cycle) = scenario.abort_after {
        line(text, format_args!("abort {cycle}"));
    }
    if let Some(cycles) = scenario.cycles {
        line(text, format_args!("cycles {cycles}"));
    }
}

fn append_beats(text: &mut String, interface: &Interface, scenario: &Scenario) {
    for (name, beats) in names(interface, Direction::Input).zip(&scenario.inputs) {
        for (gap, beat) in beats {
            let gap = if *gap > 0 { format!(" +{gap}") } else { String::new() };
            line(text, format_args!("send {name}{gap}{}", hex(beat)));
        }
    }
    for (name, beats) in names(interface, Direction::Output).zip(&scenario.outputs) {
        for beat in beats {
            line(text, format_args!("expect {name}{}", hex(beat)));
        }
    }
}

fn names(interface: &Interface, direction: Direction) -> impl Iterator<Item = &str> {
    let streams = interface.streams.iter().filter(move |stream| stream.direction == direction);
    streams.map(|stream| stream.name.as_str())
}

fn hex(beat: &Beat) -> String {
    beat.iter().map(|field| format!(" {}", field.to_hex())).collect()
}

fn line(text: &mut String, content: Arguments<'_>) {
    // Writing into a string cannot fail.
    let _ = writeln!(text, "{content}");
}
