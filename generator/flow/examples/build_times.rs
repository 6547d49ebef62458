//! How long a verdict takes: `cargo run --release -p tritloom-flow --example build_times`.

#![allow(clippy::print_stdout)]

use std::error::Error;
use std::time::Instant;

use tritloom_datapath::interface::{Beat, Direction, Interface, Scenario, Stream};
use tritloom_flow::{Design, Feed, FlowError, Optimisation, RunOptions, Simulation, Sources, Verilator, side_by_side};
use tritloom_hdl::Bits;

/// Beats to a result in `dot.v`.
const DEPTH: u32 = 16;

fn main() -> Result<(), Box<dyn Error>> {
    let cache = tempfile::tempdir()?;
    let open = || Verilator::open(cache.path(), std::thread::available_parallelism().map_or(1, usize::from));
    let timed = |what: &str, work: &dyn Fn() -> Result<(), FlowError>| {
        let (start, before) = (Instant::now(), processor_seconds());
        work()?;
        let (wall, busy) = (start.elapsed().as_secs_f64(), processor_seconds() - before);
        println!("{wall:8.2} s, {busy:6.2} s of processor time: {what}");
        Ok::<(), FlowError>(())
    };
    let verdict = |cores: &[Core]| verdicts(&open()?, cores);
    timed("one small core, empty cache", &|| verdict(&[Core::new("first", 8, 4)]))?;
    timed("one small core, runtime kept", &|| verdict(&[Core::new("second", 8, 4)]))?;
    timed("one small core, model kept", &|| verdict(&[Core::new("second", 8, 4)]))?;
    let many: Vec<Core> =
        (0..64).map(|index| Core::new(&format!("many{index}"), 4 + index % 8, 2 + index / 16)).collect();
    timed("64 small cores", &|| verdict(&many))?;
    timed("64 small cores, models kept", &|| verdict(&many))?;
    let broad = Core::new("broad", 32, 32);
    timed("1,024 weights a cycle, for checks", &|| verdict(std::slice::from_ref(&broad)))?;
    for optimisation in [Optimisation::Check, Optimisation::Long] {
        timed(&format!("1,024 weights a cycle, built {optimisation:?}"), &|| {
            open()?.build(&[broad.design()], optimisation).remove(0).map(drop)
        })?;
        let rate = cycles_per_second(&open()?, &broad, optimisation)?;
        println!("{rate:8.0} cycles a second, 1,024 weights a cycle, served {optimisation:?}");
    }
    Ok(())
}

/// Processor time of this process and of those that it waited for: what counts on a machine that others use too.
fn processor_seconds() -> f64 {
    let status = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // Behind the name, in parentheses, times are the fields 11 to 14, in hundredths of a second.
    let fields = status.rsplit(')').next().unwrap_or_default().split_whitespace().skip(11).take(4);
    fields.filter_map(|field| field.parse::<f64>().ok()).sum::<f64>() / 100.0
}

/// A variant of `dot.v`.
struct Core {
    name: String,
    lanes: u32,
    columns: u32,
}

/// A number for every place and beat, from -1 to 1 for weights and of 8 bits for activations.
fn number(place: u32, beat: u32, range: i64) -> i64 {
    i64::from(place.wrapping_mul(2_654_435_761).wrapping_add(beat.wrapping_mul(40_503)) >> 7) % range - range / 2
}

impl Core {
    fn new(name: &str, lanes: u32, columns: u32) -> Core {
        Core { name: name.to_owned(), lanes, columns }
    }

    fn design(&self) -> Design {
        let text = include_str!("../tests/designs/dot.v");
        let text = text.replace("module dot ", &format!("module {} ", self.name));
        let text = text.replace("LANES   = 8", &format!("LANES   = {}", self.lanes));
        let text = text.replace("COLUMNS = 4", &format!("COLUMNS = {}", self.columns));
        let stream = |name: &str, direction, width| Stream::new(name, direction, &[("data", width)]);
        let streams = vec![
            stream("x", Direction::Input, 8 * self.lanes),
            stream("w", Direction::Input, 2 * self.lanes * self.columns),
            stream("y", Direction::Output, 24 * self.columns),
        ];
        let rtl = Sources::from([(format!("{}.v", self.name), text)]);
        Design { top: self.name.clone(), interface: Interface { streams }, rtl, mutant_width: None }
    }

    fn activations(&self, beats: u32) -> Vec<Beat> {
        let field = |lane, beat| Bits::from_i128(number(lane, beat, 256).into(), 8);
        (0..beats)
            .map(|beat| vec![Bits::join(&(0..self.lanes).map(|lane| field(lane, beat)).collect::<Vec<_>>())])
            .collect()
    }

    fn weights(&self, beats: u32) -> Vec<Beat> {
        let code = |weight: i64| Bits::from_u64([3, 0, 1][(weight + 1) as usize], 2);
        let beat = |beat| (0..self.lanes * self.columns).map(|place| code(number(place, beat, 3))).collect::<Vec<_>>();
        (0..beats).map(|index| vec![Bits::join(&beat(index))]).collect()
    }

    fn results(&self, beats: u32) -> Vec<Beat> {
        let term = |column, lane, beat| number(lane, beat, 256) * number(self.lanes * column + lane, beat, 3);
        let column = |column, first| {
            let terms =
                (first..first + DEPTH).flat_map(|beat| (0..self.lanes).map(move |lane| term(column, lane, beat)));
            Bits::from_i128(terms.sum::<i64>().into(), 24)
        };
        let beat = |first| vec![Bits::join(&(0..self.columns).map(|index| column(index, first)).collect::<Vec<_>>())];
        (0..beats / DEPTH).map(|index| beat(index * DEPTH)).collect()
    }

    fn scenarios(&self) -> Vec<Scenario> {
        let beats = 20 * DEPTH;
        let gapped = |gap: u32, beats: Vec<Beat>| {
            let gap = move |index: usize| if gap > 0 { index as u32 % gap } else { 0 };
            beats.into_iter().enumerate().map(|(index, beat)| (gap(index), beat)).collect::<Vec<_>>()
        };
        let scenario = |name: &str, gap, ready| Scenario {
            name: name.to_owned(),
            inputs: vec![gapped(gap, self.activations(beats)), gapped(gap * 2, self.weights(beats))],
            outputs: vec![self.results(beats)],
            ready: vec![ready],
            abort_after: None,
            cycles: None,
        };
        vec![scenario("full_speed", 0, u64::MAX), scenario("back_pressure", 3, 0x0123_4567_89ab_cdef)]
    }
}

/// Builds and checks all cores.
fn verdicts(verilator: &Verilator, cores: &[Core]) -> Result<(), FlowError> {
    let designs: Vec<Design> = cores.iter().map(Core::design).collect();
    let models = verilator.build(&designs, Optimisation::Check);
    let pairs: Vec<_> = cores.iter().zip(models).collect();
    let reports =
        side_by_side(2, &pairs, |(core, model)| model.clone()?.check(&core.scenarios(), &RunOptions::default()));
    for report in reports {
        let report = report?;
        if let Some(failure) = report.failures.first() {
            println!("{} FAILED: {failure}", report.design);
        }
    }
    Ok(())
}

fn cycles_per_second(verilator: &Verilator, core: &Core, optimisation: Optimisation) -> Result<f64, FlowError> {
    let beats = 100 * DEPTH;
    let model = verilator.build(&[core.design()], optimisation).remove(0)?;
    let mut simulation = Simulation::start(&model, 1)?;
    simulation.store(0, 0, &core.activations(beats))?;
    simulation.store(1, 1, &core.weights(beats))?;
    let start = Instant::now();
    let mut cycles = 0;
    while start.elapsed().as_secs_f64() < 2.0 {
        cycles += simulation
            .run(&[Feed::Bank { bank: 0, times: 1 }, Feed::Bank { bank: 1, times: 1 }], &[beats / DEPTH])?
            .cycles;
    }
    Ok(cycles as f64 / start.elapsed().as_secs_f64())
}
