//! The self-contained folder.

use askama::Template;
use indexmap::IndexMap;
use tritloom_datapath::interface::{Scenario, Stream};

use crate::HANDSHAKE;

use super::{DesignUnderTest, HARNESS, VERILATOR_FLAGS, WRAPPER, main_program, vectors, word, wrapper};
use crate::text::render;

/// Where the scenarios lie in the folder.
const VECTORS: &str = "vectors/scenarios.txt";

/// A folder that runs with Verilator, a C++ compiler and make: path and text of every file but the design's
/// own, which are the paths `rtl` inside the folder.
pub fn folder(design: &DesignUnderTest, rtl: &[&str], scenarios: &[Scenario]) -> IndexMap<String, String> {
    let mut files = IndexMap::new();
    files.insert("README.md".to_owned(), readme(design, scenarios));
    let flags = VERILATOR_FLAGS.join(" ");
    files.insert("Makefile".to_owned(), render(&Makefile { top: design.top, rtl, vectors: VECTORS, flags }));
    files.insert(format!("tb/{WRAPPER}.v"), wrapper(&[*design]));
    files.insert("tb/main.cpp".to_owned(), main_program(&[*design]));
    files.extend(HARNESS.map(|(name, text)| (format!("tb/{name}"), text.to_owned())));
    files.insert(VECTORS.to_owned(), vectors(design, scenarios));
    files
}

#[derive(Template)]
#[template(path = "bench/Makefile", escape = "none")]
struct Makefile<'a> {
    top: &'a str,
    rtl: &'a [&'a str],
    vectors: &'a str,
    flags: String,
}

#[derive(Template)]
#[template(path = "bench/README.md", escape = "none")]
struct Readme<'a> {
    top: &'a str,
    vectors: &'a str,
    handshake: &'a str,
    streams: Vec<StreamRow<'a>>,
    scenarios: Vec<ScenarioRow<'a>>,
}

struct StreamRow<'a> {
    direction: &'static str,
    stream: &'a Stream,
}

struct ScenarioRow<'a> {
    name: &'a str,
    beats_in: usize,
    beats_out: usize,
    remark: String,
}

fn readme(design: &DesignUnderTest, scenarios: &[Scenario]) -> String {
    let streams = &design.interface.streams;
    let streams = streams.iter().map(|stream| StreamRow { direction: word(stream.direction), stream }).collect();
    let scenarios = scenarios.iter().map(ScenarioRow::new).collect();
    render(&Readme { top: design.top, vectors: VECTORS, handshake: HANDSHAKE, streams, scenarios })
}

impl<'a> ScenarioRow<'a> {
    fn new(scenario: &'a Scenario) -> ScenarioRow<'a> {
        let gaps = scenario.inputs.iter().flatten().any(|(gap, _)| *gap > 0);
        let remarks = [
            gaps.then(|| "gaps".to_owned()),
            scenario.ready.iter().any(|&ready| ready != u64::MAX).then(|| "back-pressure".to_owned()),
            scenario.abort_after.map(|cycle| format!("reset after {cycle} cycles")),
            scenario.cycles.map(|cycles| format!("takes {cycles} cycles")),
        ];
        ScenarioRow {
            name: &scenario.name,
            beats_in: scenario.inputs.iter().map(Vec::len).sum(),
            beats_out: scenario.outputs.iter().map(Vec::len).sum(),
            remark: remarks.into_iter().flatten().collect::<Vec<_>>().join(", "),
        }
    }
}
