//! Verilog of another origin through the passes of `tritloom synth`, for comparisons:
//! `cargo run -p tritloom-flow --example synthesise -- CACHE LIBERTY CLOCK_PS TOP KEPT FILE ...`. `CLOCK_PS` is a period
//! or `-`; `KEPT` the one module that stays a module, or `-`. The clock of the top module is called `clk_i`.

#![expect(clippy::print_stdout, reason = "an example reports")]

use std::error::Error;
use std::path::Path;

use tritloom_flow::Sources;
use tritloom_flow::synth::{CellLibrary, Synthesiser, Task};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [cache, liberty, clock_ps, top, kept, files @ ..] = arguments.as_slice() else {
        return Err("CACHE LIBERTY CLOCK_PS TOP KEPT FILE ...".into());
    };
    let clock_ps = if clock_ps == "-" { None } else { Some(clock_ps.parse()?) };
    let library = CellLibrary::open(Path::new(liberty))?;
    let mut sources = Sources::new();
    for (number, file) in files.iter().enumerate() {
        sources.insert(format!("source{number}.v"), std::fs::read_to_string(file)?);
    }
    let kept = if kept == "-" { Vec::new() } else { vec![kept.clone()] };
    let synthesiser = Synthesiser::open(Path::new(cache), 2)?;
    let task = Task { sources, top: top.clone(), kept };
    println!("{top}, {}, {}", synthesiser.yosys_version(), synthesiser.timing_engine(&library));
    for result in synthesiser.cells(&task, &library, clock_ps, &synthesiser.settings(clock_ps))?.results {
        let timing = result.timing.ok_or("no gate stands between ports and registers")?;
        let delay_ps = timing.register_to_register_ps.unwrap_or(timing.delay_ps);
        println!("{:>10}: {:.1} um2, {delay_ps:.1} ps", result.setting.name(), result.area_um2);
    }
    Ok(())
}
