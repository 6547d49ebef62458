//! Synthesis of many designs for the cost model: as small, and as quick as can be.

use crate::arguments::{Cells, Fpga};
use crate::config::Configuration;
use crate::diagnostic::{Diagnostic, code};
use crate::environment::{jobs, tool_failure};
use crate::terminal::Terminal;
use std::collections::BTreeMap;
use std::path::Path;
use tritloom_cost::{
    Block, Features, PartFeatures, Point, Quantity, Sample, Source, Technology, features, gate_count, kept_modules,
    part_features,
};
use tritloom_emit::verilog::{Identity, emit};
use tritloom_flow::synth::{CellLibrary, Setting, Synthesiser, Task};
use tritloom_flow::{FlowError, side_by_side};
use tritloom_hdl::{Design, LutDevice, Primitive};

/// The fact that names the library of a technology.
const LIBRARY: &str = "library";

/// The fact that identifies its text.
const LIBRARY_HASH: &str = "library_hash";

/// What designs are made of.
pub enum Target {
    /// Standard cells.
    Cells(Box<CellLibrary>),
    /// An FPGA, without its multiplier blocks, and the cost model's name of it.
    Fpga(Fpga, LutDevice),
}

impl Target {
    /// The one that the command line names.
    pub fn new(cells: &Cells) -> Result<Target, Vec<Diagnostic>> {
        match cells.fpga {
            Some(fpga) => match fpga.device() {
                Some(device) => Ok(Target::Fpga(fpga, device)),
                None => {
                    let message = format!("the cost model does not know `--fpga {}`", fpga.word());
                    Err(vec![Diagnostic::new(code::TECHNOLOGY, message).legal("xilinx, ice40".to_owned())])
                }
            },
            None => {
                let library = CellLibrary::open(cells.liberty.as_deref().unwrap_or(Path::new("")));
                library.map(|library| Target::Cells(Box::new(library))).map_err(|error| vec![tool_failure(&error)])
            }
        }
    }

    /// Whose cells light syntheses count; `None` for gates.
    pub fn device(&self) -> Option<LutDevice> {
        match self {
            Target::Cells(_) => None,
            Target::Fpga(_, device) => Some(*device),
        }
    }

    /// Refuses to hold a technology to what it does not estimate: other cells, or another library. One that does not say
    /// which library it was fitted to is taken at its word.
    pub fn suits(&self, technology: &Technology, terminal: &Terminal) -> Result<(), Vec<Diagnostic>> {
        let name = &technology.name;
        match (self, technology.device) {
            // What is fitted to nothing is no nearer to one library than to another.
            (Target::Cells(_), None) if technology.points.is_empty() => Ok(()),
            (Target::Cells(library), None) => of_library(technology, library, terminal),
            (Target::Fpga(_, device), Some(fitted)) if *device == fitted => Ok(()),
            (_, Some(fitted)) => {
                let message = format!("the technology {name} counts the cells of an FPGA, and others are given");
                let flag =
                    Fpga::of_device(fitted).map_or("its device".to_owned(), |fpga| format!("`--fpga {}`", fpga.word()));
                Err(vec![Diagnostic::new(code::TECHNOLOGY, message).legal(flag)])
            }
            (Target::Fpga(..), None) => {
                let message = format!("the technology {name} is one of standard cells: it knows no FPGA");
                Err(vec![Diagnostic::new(code::TECHNOLOGY, message).legal("`--liberty FILE`")])
            }
        }
    }

    /// What a technology must say of where its points come from.
    pub fn source(&self, synthesiser: &Synthesiser) -> Source {
        let fact = |key: &str, fact: &str| (key.to_owned(), fact.to_owned());
        let script = |script: String| ("script".to_owned(), script);
        let yosys = fact("yosys", &synthesiser.yosys_version());
        let files = tritloom_flow::Sources::from_iter([("design.v".to_owned(), String::new())]);
        let task = Task { sources: files, top: "TOP".to_owned(), kept: vec![] };
        match self {
            Target::Cells(library) => vec![
                fact(LIBRARY, &library.cells.name),
                fact(LIBRARY_HASH, library.hash()),
                yosys,
                fact("timing", &synthesiser.timing_engine(library)),
                fact(
                    "target",
                    "the smallest area at any delay; designs with products in the best of the settings plain, -booth, -noalumacc",
                ),
                fact("target of delay_ps and quick_area_um2", "the shortest delay, all modules as one"),
                fact("nand2_um2", &library.nand2_area_um2.to_string()),
                fact(
                    "surroundings",
                    &format!("inputs from {}, outputs drive {} fF", library.driver, library.output_load_ff),
                ),
                script(synthesiser.cell_script(&task, None, Setting::Plain)),
                fact("quick_script", &synthesiser.cell_script(&task, Some(QUICKEST_PS), Setting::Depth)),
            ],
            Target::Fpga(device, _) => vec![
                fact("device", device.pass()),
                yosys,
                fact("target", "no multiplier blocks"),
                script(synthesiser.device_script(&task, (*device).into(), false)),
            ],
        }
    }
}

/// The text of a library is what decides: one of the same name may be of another corner.
fn of_library(technology: &Technology, library: &CellLibrary, terminal: &Terminal) -> Result<(), Vec<Diagnostic>> {
    let (name, given) = (&technology.name, &library.cells.name);
    let fact = |key: &str| technology.source.iter().find(|(fact, _)| fact == key).map(|(_, fact)| fact.as_str());
    let fitted = fact(LIBRARY).unwrap_or("unknown");
    match fact(LIBRARY_HASH) {
        Some(hash) if hash == library.hash() => Ok(()),
        Some(hash) => {
            let message = format!("the technology {name} is fitted to the library `{fitted}`, and `{given}` is given");
            let hashes = format!("the hash of its text is {hash} there, {} here", library.hash());
            let remedy = "`tritloom calibrate --liberty FILE --out FILE` makes a technology of another library";
            let diagnostic = Diagnostic::new(code::TECHNOLOGY, message).legal(format!("the file of `{fitted}`"));
            Err(vec![diagnostic.note(hashes).note(remedy)])
        }
        None => {
            terminal.note(&format!("the technology {name} does not say whether it is fitted to `{given}`"));
            Ok(())
        }
    }
}

/// A design to measure.
pub struct Subject {
    /// Unique among those that are measured together.
    pub identity: String,
    /// The design.
    pub hardware: Design,
    /// What the header of its Verilog calls it.
    hash: String,
    features: Features,
    /// The parts of a configuration.
    pub parts: Option<PartFeatures>,
    /// Whether it is made as quick as it can be, too.
    quick: bool,
}

impl Subject {
    /// A configuration; its features are those of the closed form, which equal the count.
    pub fn of_sample(sample: &Sample) -> Result<Subject, Vec<Diagnostic>> {
        let Sample { family, parameters } = sample;
        // One name for all: equal designs are synthesised once, whoever asks.
        let name = "sample".to_owned();
        let configuration = Configuration { name, family: *family, parameters: parameters.clone() };
        let features = features(&family.census(parameters));
        let (hardware, hash) = (configuration.hardware()?, configuration.hash());
        let parts = Some(part_features(&family.census_by_part(parameters)));
        let quick = hardware.census().bits() <= MOST_QUICK_BITS;
        Ok(Subject { identity: sample.identity(), hash, hardware, features, parts, quick })
    }

    /// A primitive between registers.
    pub fn of_block(block: Block) -> Subject {
        let (features, hash) = (block.features(), block.identity.clone());
        Subject { identity: block.identity, hash, hardware: block.hardware, features, parts: None, quick: true }
    }

    /// The same, only as small as it can be: of many large ones that is what takes minutes and not hours.
    pub fn only_small(self) -> Subject {
        Subject { quick: false, ..self }
    }

    /// Designs with products are made in every setting that makes them small: which is the best differs from design to design.
    fn settings(&self) -> &'static [Setting] {
        let products = self.hardware.census().get(Primitive::Multiplier).count;
        if products > 0 { &Setting::SMALL } else { &[Setting::Plain] }
    }

    fn task(&self) -> Task {
        let (design_name, config_hash) = ("sample".to_owned(), self.hash.clone());
        let identity = Identity { tool_version: env!("CARGO_PKG_VERSION").to_owned(), design_name, config_hash };
        let top = self.hardware.top().name.clone();
        let kept = kept_modules(&self.hardware, &top);
        Task { sources: emit(&self.hardware, &identity).files, top, kept }
    }
}

/// Measures every subject; a failure of one is no failure of the others.
pub fn measure(
    synthesiser: &Synthesiser,
    target: &Target,
    subjects: &[Subject],
    terminal: &Terminal,
) -> Vec<Result<Point, FlowError>> {
    let progress = terminal.progress("synth", subjects.len());
    side_by_side(jobs(), subjects, |subject| {
        let quantities = match target {
            Target::Cells(library) => in_cells(synthesiser, library, subject),
            Target::Fpga(device, _) => on_fpga(synthesiser, *device, &subject.task()),
        };
        progress.step(&subject.identity);
        let (identity, features) = (subject.identity.clone(), subject.features);
        let gates = gate_count(&subject.hardware, target.device());
        quantities.map(|quantities| Point { identity, features, gates, quantities })
    })
}

/// A clock period that no design meets: ABC makes it as quick as it can.
const QUICKEST_PS: u32 = 1;

/// Larger designs are not made quick: ABC sizes all gates of one module together, and takes many minutes for more bits of
/// primitives.
const MOST_QUICK_BITS: u64 = 20_000;

fn in_cells(
    synthesiser: &Synthesiser,
    library: &CellLibrary,
    subject: &Subject,
) -> Result<BTreeMap<Quantity, f64>, FlowError> {
    let (task, settings) = (subject.task(), synthesiser.settings(None));
    let settings: Vec<Setting> =
        subject.settings().iter().copied().filter(|setting| settings.contains(setting)).collect();
    let small = synthesiser.cells(&task, library, None, &settings)?;
    let small = small.best();
    let mut quantities = BTreeMap::from([
        (Quantity::AreaUm2, small.area_um2),
        (Quantity::ToggleEnergyFj, small.toggle_energy_fj),
        (Quantity::ClockEnergyFj, small.clock_energy_fj),
        (Quantity::LeakageNw, small.leakage_nw),
    ]);
    if subject.quick {
        let flat = Task { kept: vec![], ..task };
        let quick = synthesiser.cells(&flat, library, Some(QUICKEST_PS), &[Setting::Depth])?;
        let quick = quick.best();
        quantities.insert(Quantity::QuickAreaUm2, quick.area_um2);
        quantities.extend(quick.timing.as_ref().map(|timing| (Quantity::DelayPs, timing.delay_ps)));
    }
    Ok(quantities)
}

fn on_fpga(synthesiser: &Synthesiser, device: Fpga, task: &Task) -> Result<BTreeMap<Quantity, f64>, FlowError> {
    let result = synthesiser.device(task, device.into(), false)?;
    Ok(BTreeMap::from([
        (Quantity::Luts, (result.luts + result.memory_luts) as f64),
        (Quantity::Registers, result.registers as f64),
    ]))
}
