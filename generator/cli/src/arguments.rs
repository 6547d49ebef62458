//! The command line.

use clap::{ArgGroup, Args, Parser, Subcommand, ValueEnum};
use std::fmt::Display;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::str::FromStr;
use tritloom_hdl::LutDevice;
use tritloom_search::Shard;

/// One YAML file becomes verified Verilog for low-bit neural networks
#[derive(Debug, Parser)]
#[command(version)]
pub struct Arguments {
    #[command(subcommand)]
    pub command: Command,

    /// Text for people, or one JSON document on standard output
    #[arg(long, global = true, value_enum, default_value_t = Format::Text)]
    pub format: Format,

    /// Print results and errors only: no progress, no remarks
    #[arg(long, short, global = true)]
    pub quiet: bool,
}

/// The form of results.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    Text,
    Json,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Write a design: Verilog, file list, line map and manifest
    Generate(Generate),
    /// Build designs with their test benches and run them
    Check(Check),
    /// Run a language model whose ternary products a design computes
    Run(Run),
    /// Fit the cost model to a cell library or an FPGA: synthesise drawn configurations and write a technology
    Calibrate(Calibrate),
    /// Hold a technology to synthesised configurations that took no part in its fit
    Validate(Validate),
    /// Estimate designs part by part, with their baselines at equal throughput
    Cost(Cost),
    /// Show what a sweep or a validation found as one HTML page that needs no network
    Report(Report),
    /// Synthesise designs: area, delay and longest path in a cell library, or cells of an FPGA
    Synth(Synth),
    /// Search a space of configurations for those that nothing is better than
    Sweep(Sweep),
    /// Check and synthesise a list of designs, in this process or as an array of tasks
    Verify(Verify),
    /// Check and synthesise a share of the configurations in the folder of an engine
    Work(Work),
    /// List the families of datapaths
    List,
    /// Explain a family, its contract and every parameter; or a technology, what each primitive takes
    Describe(Describe),
    /// Print the JSON Schema from which editors complete configurations
    Schema,
    /// Say which external tools can be used, and how to install the others
    ///
    /// The exit code is 1 when one that `check` needs, Verilator or g++, is missing, too old or does not run.
    Doctor,
}

impl Command {
    /// As the user types it.
    pub fn name(&self) -> &'static str {
        match self {
            Command::Generate(_) => "generate",
            Command::Check(_) => "check",
            Command::Run(_) => "run",
            Command::Calibrate(_) => "calibrate",
            Command::Validate(_) => "validate",
            Command::Cost(_) => "cost",
            Command::Report(_) => "report",
            Command::Synth(_) => "synth",
            Command::Sweep(_) => "sweep",
            Command::Verify(_) => "verify",
            Command::Work(_) => "work",
            Command::List => "list",
            Command::Describe(_) => "describe",
            Command::Schema => "schema",
            Command::Doctor => "doctor",
        }
    }
}

/// Of `generate`.
#[derive(Debug, Args)]
pub struct Generate {
    /// The YAML file of the design
    pub config: PathBuf,
    /// The folder to write; an older output that nobody has changed or added to is replaced
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// Write the baselines of equal throughput as well, below `baselines`
    #[arg(long)]
    pub baselines: bool,
    /// Write the binding that makes the core a part of rust_hdl designs as well, below `rust_hdl`
    #[arg(long)]
    pub rust_hdl: bool,
}

/// Where what was built is kept.
const CACHE_HELP: &str = "\
Environment:
  TRITLOOM_CACHE  The folder of what was built, kept for the next time; otherwise `tritloom` in XDG_CACHE_HOME, or
                  in .cache of the home folder. It can be deleted at any time";

/// Of `check`.
#[derive(Debug, Args)]
#[command(allow_negative_numbers = true)]
#[command(after_help = CACHE_HELP)]
pub struct Check {
    /// The YAML files of the designs
    #[arg(required = true)]
    pub configs: Vec<PathBuf>,
    /// Break the Verilog in N ways and report how many the bench catches; this needs Verilator
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = whole::<u32>(0..=u32::MAX))]
    pub mutate: u32,
    /// The seed of the random stimulus
    #[arg(long, default_value_t = 1, value_parser = whole::<u64>(0..=u64::MAX))]
    pub seed: u64,
    /// Keep a folder for each design, with its bench: `make` in it builds and runs both. An older one that nobody has
    /// changed or added to is replaced
    #[arg(long, value_name = "DIR")]
    pub keep: Option<PathBuf>,
    /// What runs the design; Verilator where it is installed, else the evaluator, and the result says so
    #[arg(long, value_enum)]
    pub simulator: Option<Simulator>,
}

/// What runs a design.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Simulator {
    /// The emitted Verilog, compiled by Verilator
    Verilator,
    /// The checked design, in this process
    Evaluator,
}

/// Of `run`.
#[derive(Debug, Args)]
#[command(allow_negative_numbers = true)]
#[command(after_help = CACHE_HELP)]
pub struct Run {
    /// The YAML file of the design
    pub config: PathBuf,
    /// The YAML file of an array that computes the attention, in 8 bits; the design itself, where it is such an array, does
    /// both. Without it attention is computed in f32, beside the design
    #[arg(long, value_name = "CONFIG")]
    pub attention: Option<PathBuf>,
    /// The folder of the model; without it a small one is made in memory
    #[arg(long, value_name = "DIR")]
    pub model: Option<PathBuf>,
    /// How many tokens of the text are a prompt, which is taken at once: those that the model tells in f32
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = whole::<usize>(0..=usize::MAX))]
    pub prefill: usize,
    /// How many tokens to tell behind the prompt; a model ends at its longest sequence
    #[arg(long, value_name = "N", default_value_t = 200, value_parser = whole::<usize>(0..=usize::MAX))]
    pub tokens: usize,
    /// Which bits of a byte of the model file hold the first of its four weights
    #[arg(long, value_enum, default_value_t = Packing::High)]
    pub packing: Packing,
}

/// The order of weights in a byte of a model file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Packing {
    /// The first weight in the top bits
    High,
    /// The first weight in the low bits
    Low,
}

/// Of `calibrate`.
#[derive(Debug, Args)]
#[command(allow_negative_numbers = true)]
#[command(after_help = CACHE_HELP)]
#[command(group = ArgGroup::new("origin").args(["refit", "liberty", "fpga"]).multiple(true).required(true))]
pub struct Calibrate {
    /// A technology whose points are taken as they are; with `--liberty` or `--fpga` large configurations are synthesised
    /// and added to them, otherwise only what is fitted is made anew
    #[arg(long, value_name = "FILE", conflicts_with = "points")]
    pub refit: Option<PathBuf>,
    /// What designs are made of
    #[command(flatten)]
    pub cells: Cells,
    /// The technology file to write
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
    /// How many configurations to synthesise, drawn from all families in turn
    #[arg(long, value_name = "N", default_value_t = 120, value_parser = whole::<u32>(20..=10_000))]
    pub points: u32,
    /// How many large ones, of 8,000 to 40,000 bits of primitives, besides
    #[arg(long, value_name = "N", default_value_t = 26, requires = "target", value_parser = whole::<u32>(0..=10_000))]
    pub large: u32,
    /// The seed of the draws
    #[arg(long, default_value_t = 1, requires = "target", value_parser = whole::<u64>(0..=u64::MAX))]
    pub seed: u64,
}

/// What designs are made of: a library or a device.
#[derive(Debug, Args)]
#[group(id = "target", multiple = false)]
pub struct Cells {
    /// The standard cells of a Liberty file, packed with gzip or not
    #[arg(long, value_name = "FILE")]
    pub liberty: Option<PathBuf>,
    /// The cells of an FPGA
    #[arg(long, value_enum)]
    pub fpga: Option<Fpga>,
}

/// Of `validate`.
#[derive(Debug, Args)]
#[command(allow_negative_numbers = true)]
#[command(after_help = CACHE_HELP)]
#[command(mut_group("target", |target| target.required(true)))]
pub struct Validate {
    /// The technology: a name that `tritloom cost --help` lists, or a file
    #[arg(long, value_name = "NAME")]
    pub technology: String,
    /// What designs are made of
    #[command(flatten)]
    pub cells: Cells,
    /// How many configurations to synthesise, drawn from all families in turn
    #[arg(short, long, value_name = "N", default_value_t = 60, value_parser = whole::<u32>(1..=10_000))]
    pub n: u32,
    /// Draw large ones, of 8,000 to 40,000 bits of primitives, instead of 300 to 4,000; they are not made quick, so that
    /// delays are not compared
    #[arg(long)]
    pub large: bool,
    /// The seed of the draw
    #[arg(long, default_value_t = 77, value_parser = whole::<u64>(0..=u64::MAX))]
    pub seed: u64,
    /// Write a scatter plot, estimate against synthesis, as SVG
    #[arg(long, value_name = "FILE")]
    pub plot: Option<PathBuf>,
}

/// Of `cost`.
#[derive(Debug, Args)]
#[command(allow_negative_numbers = true)]
pub struct Cost {
    /// The YAML files of the designs
    #[arg(required = true)]
    pub configs: Vec<PathBuf>,
    /// The technology: unit, asap7, gt2n, ice40, ihp130, sky130, ultrascale_plus, or a file of
    /// `calibrate`
    #[arg(long, value_name = "NAME", default_value = "asap7")]
    pub technology: String,
    /// The share of weights that are zero, which holds nets still
    #[arg(long, value_name = "SHARE", default_value_t = 0.333, value_parser = share)]
    pub zero_weights: f64,
    /// How often a net behind random operands toggles in a cycle: one that their low bits reach
    #[arg(long, value_name = "SHARE", default_value_t = 0.5, value_parser = share)]
    pub toggles: f64,
    /// The share of the bits of activations that repeat the sign, the sign among them
    #[arg(long, value_name = "SHARE", default_value_t = 0.167, value_parser = share)]
    pub sign_bits: f64,
    /// How often the sign of an activation is not that of the one before: bits that repeat it toggle with it
    #[arg(long, value_name = "SHARE", default_value_t = 0.5, value_parser = share)]
    pub sign_changes: f64,
    /// The same of weights; 0 where weights stay while activations pass
    #[arg(long, value_name = "SHARE", default_value_t = 0.5, value_parser = share)]
    pub weight_sign_changes: f64,
    /// Where it is known from how often nets toggle; a simulation takes an unhurried minute for a large design
    #[arg(long, value_enum, default_value_t = ActivitySource::Statistics)]
    pub activity: ActivitySource,
    /// The mode of the design in which activity is measured; without it that of the widest operands
    #[arg(long, value_name = "NAME")]
    pub mode: Option<String>,
    /// A network whose tokens a second to estimate: bitllama_3m, bitnet_2b4t, bitnet_3b, llama_7b, or a file
    #[arg(long, value_name = "NAME")]
    pub network: Option<String>,
    /// Writes where the network runs under the roofs of core and memory: SVG
    #[arg(long, value_name = "FILE", requires = "network")]
    pub roofline: Option<PathBuf>,
    /// The memory bandwidth in gigabytes a second
    #[arg(long, value_name = "N", default_value_t = 100.0, value_parser = positive)]
    pub bandwidth: f64,
    /// The clock in megahertz; without one the model's own delay decides
    #[arg(long, value_name = "N", value_parser = positive)]
    pub clock_mhz: Option<f64>,
}

/// Reads whole numbers, and says which are legal.
fn whole<T>(legal: RangeInclusive<T>) -> impl Fn(&str) -> Result<T, String> + Clone
where
    T: Clone + Display + FromStr + PartialOrd,
{
    move |text| {
        let number = text.parse().ok().filter(|number| legal.contains(number));
        number.ok_or_else(|| format!("it must be a whole number from {} to {}", legal.start(), legal.end()))
    }
}

fn share(text: &str) -> Result<f64, String> {
    let share = text.parse().ok().filter(|share| (0.0..=1.0).contains(share));
    share.ok_or_else(|| "it must be a number from 0 to 1".to_owned())
}

/// Wide enough for any clock in megahertz and any bandwidth in gigabytes a second; what is beyond becomes infinite in sums.
fn positive(text: &str) -> Result<f64, String> {
    let number = text.parse().ok().filter(|number| (1e-6..=1e9).contains(number));
    number.ok_or_else(|| "it must be a number from 0.000001 to 1000000000".to_owned())
}

/// Of `report`.
#[derive(Debug, Args)]
#[command(allow_negative_numbers = true)]
#[command(group = ArgGroup::new("written").required(true).multiple(true))]
pub struct Report {
    /// The folder that a `sweep` has written, and documents of `validate --format json`
    #[arg(required = true)]
    pub documents: Vec<PathBuf>,
    /// The page to write; an older one is replaced
    #[arg(long, value_name = "FILE", group = "written")]
    pub out: Option<PathBuf>,
    /// The folder of plots as SVG to write, for print; an older output that nobody has changed or added to is replaced
    #[arg(long, value_name = "DIR", group = "written")]
    pub plots: Option<PathBuf>,
    /// What the plot of the configurations shows from left to right: a quantity, or a parameter that is a number;
    /// otherwise the first objective
    #[arg(long, value_name = "NAME", requires = "plots")]
    pub x: Option<String>,
    /// What it shows upwards; otherwise the second objective
    #[arg(long, value_name = "NAME", requires = "plots")]
    pub y: Option<String>,
    /// The parameter or quantity whose values have colours of their own there; otherwise the family
    #[arg(long, value_name = "NAME", requires = "plots")]
    pub color: Option<String>,
    /// Show so many configurations at most: the front, and a sample of the others
    #[arg(long, value_name = "N", default_value_t = 10_000, value_parser = whole::<usize>(1..=usize::MAX))]
    pub points: usize,
    /// The technology of the parts' areas; otherwise the one that the sweep names
    #[arg(long, value_name = "NAME")]
    pub technology: Option<String>,
    /// A network for the roofline: bitllama_3m, bitnet_2b4t, bitnet_3b, llama_7b, or a file
    #[arg(long, value_name = "NAME")]
    pub network: Option<String>,
    /// The memory bandwidth of the roofline in gigabytes a second
    #[arg(long, value_name = "N", default_value_t = 100.0, value_parser = positive)]
    pub bandwidth: f64,
    /// The clock of the roofline in megahertz
    #[arg(long, value_name = "N", default_value_t = 1000.0, value_parser = positive)]
    pub clock_mhz: f64,
}

/// Of `synth`.
#[derive(Debug, Args)]
#[command(allow_negative_numbers = true)]
#[command(after_help = CACHE_HELP)]
#[command(mut_group("target", |target| target.required(true)))]
pub struct Synth {
    /// The YAML files of the designs
    #[arg(required = true)]
    pub configs: Vec<PathBuf>,
    /// What designs are made of
    #[command(flatten)]
    pub cells: Cells,
    /// The clock period to size gates for; without one the area is the smallest at any delay
    #[arg(long, value_name = "N", conflicts_with = "fpga", value_parser = whole::<u32>(1..=1_000_000))]
    pub clock_ps: Option<u32>,
    /// Synthesise one module of each design, with what stands in it, instead of the whole
    #[arg(long, value_name = "NAME", visible_alias = "top")]
    pub module: Option<String>,
    /// Whether gates may move between modules
    #[arg(long, value_enum, default_value_t = Hierarchy::Kept)]
    pub hierarchy: Hierarchy,
    /// Measure what the gates of the best result take beside the design, which Verilator runs on work as networks give it
    #[arg(long, conflicts_with = "fpga")]
    pub energy: bool,
    /// The mode of the design in which they are measured; without it that of the widest operands
    #[arg(long, value_name = "NAME", requires = "energy")]
    pub mode: Option<String>,
    /// Make products on an FPGA of look-up tables instead of multiplier blocks
    #[arg(long, requires = "fpga")]
    pub no_dsp: bool,
}

/// Of `sweep`.
#[derive(Debug, Args)]
#[command(allow_negative_numbers = true)]
#[command(after_help = CACHE_HELP)]
#[command(mut_arg("liberty", |liberty| liberty.requires("verify_front")))]
#[command(mut_arg("fpga", |fpga| fpga.requires("verify_front")))]
#[command(mut_arg("engine", |engine| engine.requires("verify_front")))]
pub struct Sweep {
    /// The YAML file of the space
    pub space: PathBuf,
    /// The folder to write: sweep.json, front.csv and front.parquet; an older output that nobody has changed or added to is replaced
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Which configurations to write beside the front: a sample, in sweep.json, or all, in points.csv and points.parquet
    #[arg(long, value_enum, default_value_t = Points::Sample, requires = "out", conflicts_with = "shard")]
    pub points: Points,
    /// Both find the same front
    #[arg(long, value_enum, default_value_t = Search::Pruned)]
    pub mode: Search,
    /// How many threads; as many as there are processors without it. The results are the same
    #[arg(long, value_name = "N", value_parser = whole::<usize>(1..=1024))]
    pub threads: Option<usize>,
    /// Keep what has been searched in a folder: a sweep that was killed goes on from there
    #[arg(long, value_name = "DIR")]
    pub journal: Option<PathBuf>,
    /// Search one of N parts, as 2/8; with their journals in one folder, a sweep without it gathers them
    #[arg(long, value_name = "I/N", value_parser = shard, requires = "journal")]
    pub shard: Option<Shard>,
    /// Say why a configuration is on the front or is not: what is better, and with which region bounds rule it out
    #[arg(long, value_name = "CONFIG", conflicts_with = "shard")]
    pub explain: Option<PathBuf>,
    /// Generate, lint, check in Verilator and synthesise the front, or its best N by the first objective
    #[arg(long, value_name = "N", requires = "target", conflicts_with = "shard", value_parser = whole::<usize>(1..=usize::MAX))]
    pub verify_front: Option<Option<usize>>,
    /// What designs are made of
    #[command(flatten)]
    pub cells: Cells,
    /// Who looks at the front
    #[command(flatten)]
    pub engines: Engines,
}

/// Of `verify`.
#[derive(Debug, Args)]
#[command(allow_negative_numbers = true)]
#[command(after_help = CACHE_HELP)]
#[command(mut_group("target", |target| target.required(true)))]
pub struct Verify {
    /// The YAML files of the designs, no two of one name
    #[arg(required = true)]
    pub configs: Vec<PathBuf>,
    /// What designs are made of
    #[command(flatten)]
    pub cells: Cells,
    /// Who looks at the designs
    #[command(flatten)]
    pub engines: Engines,
}

/// Who checks and synthesises, and how work is shared among several.
#[derive(Debug, Args)]
pub struct Engines {
    /// Who checks and synthesises; this process without it
    #[arg(long, value_enum, requires_ifs = [("slurm", "engine_dir"), ("shards", "engine_dir")])]
    pub engine: Option<Engine>,
    /// The folder that all machines see: the configurations, the job script, logs, and the journals of the tasks. With it
    /// the same command goes on where an earlier one was ended
    #[arg(long, value_name = "DIR", requires = "engine")]
    pub engine_dir: Option<PathBuf>,
    /// Share the configurations among N tasks; otherwise one for each, at most 64
    #[arg(long, value_name = "N", requires = "engine_dir", value_parser = whole::<usize>(1..=usize::MAX))]
    pub tasks: Option<usize>,
    /// How many tasks may run at the same time; otherwise as many as Slurm lets
    #[arg(long, value_name = "N", requires = "engine_dir", value_parser = whole::<usize>(1..=usize::MAX))]
    pub at_a_time: Option<usize>,
    /// The partition of Slurm. Other options of sbatch are read from its environment variables, such as SBATCH_ACCOUNT
    #[arg(long, value_name = "NAME", requires = "engine_dir", value_parser = word)]
    pub partition: Option<String>,
}

/// Where it is known from how often nets toggle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ActivitySource {
    /// From `--toggles`, `--zero-weights` and the signs' statistics
    Statistics,
    /// From a run of the design's bench in Verilator, random operands at full speed
    Measured,
}

/// Who looks at configurations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Engine {
    /// This process
    Local,
    /// An array of tasks of Slurm, which is submitted and waited for
    Slurm,
    /// Whoever runs `tritloom work` for each share: the folder is written, and gathered by the same command later
    Shards,
}

fn word(text: &str) -> Result<String, String> {
    let plain = !text.is_empty() && !text.contains(|letter: char| letter.is_whitespace() || letter.is_control());
    if plain { Ok(text.to_owned()) } else { Err("it must be one word".to_owned()) }
}

/// Of `work`.
#[derive(Debug, Args)]
#[command(after_help = CACHE_HELP)]
pub struct Work {
    /// The folder of `--engine-dir`
    pub folder: PathBuf,
    /// Which of N shares
    #[arg(long, value_name = "I/N", value_parser = shard, default_value = "1/1")]
    pub shard: Shard,
}

/// Which configurations a sweep writes beside the front.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Points {
    /// At most 2,000 that meet the constraints
    Sample,
    /// Every one that meets the constraints; of spaces of at most 1,048,576 configurations
    All,
}

/// How a space is searched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Search {
    /// Every configuration is evaluated
    Exhaustive,
    /// Bounds rule out most of them
    Pruned,
}

fn shard(text: &str) -> Result<Shard, String> {
    let number = |text: &str| text.parse::<usize>().ok();
    let parts = text.split_once('/').and_then(|(part, of)| Some((number(part)?, number(of)?)));
    match parts {
        Some((part, of)) if part >= 1 && part <= of => Ok(Shard { rest: part - 1, of }),
        _ => Err("it must be I/N with I from 1 to N".to_owned()),
    }
}

/// Devices whose cells `synth` counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Fpga {
    /// AMD UltraScale+
    Xilinx,
    /// Lattice iCE40
    Ice40,
    /// Lattice ECP5
    Ecp5,
}

impl Fpga {
    /// What Yosys is told.
    pub fn pass(self) -> &'static str {
        match self {
            Fpga::Xilinx => "synth_xilinx -family xcup",
            Fpga::Ice40 => "synth_ice40",
            Fpga::Ecp5 => "synth_ecp5",
        }
    }

    /// The device of the cost model; it knows no ECP5.
    pub fn device(self) -> Option<LutDevice> {
        match self {
            Fpga::Xilinx => Some(LutDevice::UltrascalePlus),
            Fpga::Ice40 => Some(LutDevice::Ice40),
            Fpga::Ecp5 => None,
        }
    }

    /// The value of `--fpga`.
    pub fn word(self) -> String {
        self.to_possible_value().map_or(String::new(), |value| value.get_name().to_owned())
    }

    /// The one of a device of the cost model.
    pub fn of_device(device: LutDevice) -> Option<Fpga> {
        Fpga::value_variants().iter().copied().find(|fpga| fpga.device() == Some(device))
    }
}

/// What becomes of modules.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Hierarchy {
    /// Modules of at least 256 bits of primitives stay modules: quick where they repeat, and areas are told apart
    Kept,
    /// The same of those right below the top alone; what stands in them becomes part of them: a column of an array
    Outer,
    /// The design becomes one module
    Flat,
}

/// Of `describe`.
#[derive(Debug, Args)]
pub struct Describe {
    /// A family, as `list` shows it, or a technology: a name that `cost --help` lists, or a file of `calibrate`
    pub name: String,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Arguments::command().debug_assert();
    }

    /// Only where a number is taken out is it seen whether it has the type of its field.
    #[test]
    fn numbers_of_every_command_are_read_as_what_holds_them() {
        let engine = "--liberty c.lib --engine local --engine-dir d --tasks 1 --at-a-time 1";
        for command in [
            "check a.yaml --mutate 1 --seed 1",
            "run a.yaml --prefill 1 --tokens 1",
            "calibrate --fpga ice40 --out a.yaml --points 20 --large 1 --seed 1",
            "validate --technology unit --fpga ice40 -n 1 --seed 1",
            "cost a.yaml --network b --bandwidth 1 --clock-mhz 1",
            "report a --out b.html --points 1",
            "synth a.yaml --liberty c.lib --clock-ps 1",
            &format!("sweep a.yaml --threads 1 --verify-front 1 {engine}"),
            &format!("verify a.yaml {engine}"),
            "work d --shard 1/1",
        ] {
            let words = std::iter::once("tritloom").chain(command.split_whitespace());
            assert!(Arguments::try_parse_from(words).is_ok(), "{command}");
        }
    }

    /// The pages of the manual with the most commands.
    const PAGES: [&str; 3] = [
        include_str!("../../../manual/cost_model.md"),
        include_str!("../../../manual/report.md"),
        include_str!("../../../manual/sweep.md"),
    ];

    /// Lines between fences that begin with the program; what stands in brackets, and where output goes to, left out.
    fn commands(page: &str) -> Vec<String> {
        let blocks = page.split("```").skip(1).step_by(2).map(|block| block.replace("\\\n", " "));
        let lines: Vec<String> =
            blocks.flat_map(|block| block.lines().map(str::to_owned).collect::<Vec<_>>()).collect();
        let commands = lines.iter().filter(|line| line.starts_with("tritloom "));
        let bare = |line: &String| {
            let outside = line.split('[').map(|piece| piece.split_once(']').map_or(piece, |(_, behind)| behind));
            outside.collect::<String>().split('>').next().unwrap_or_default().to_owned()
        };
        commands.map(bare).collect()
    }

    #[test]
    fn commands_of_the_manual_are_accepted_as_they_stand_there() {
        for page in PAGES {
            let commands = commands(page);
            assert!(!commands.is_empty());
            for command in commands {
                let parsed = Arguments::try_parse_from(command.split_whitespace());
                assert!(parsed.is_ok(), "{command}: {}", parsed.expect_err("refused"));
            }
        }
    }
}
