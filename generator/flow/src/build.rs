//! Designs become models: what is in the cache is taken from there, the rest is built, many designs to a program.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread::scope;

use tritloom_datapath::interface::Interface;
use tritloom_emit::bench::{DesignUnderTest, main_program, wrapper};

use crate::Sources;
use crate::cache::{Cache, hash};
use crate::compile::{HEADERS, Kit, OBJECTS};
use crate::error::FlowError;
use crate::files::surroundings;
use crate::group::groups;
use crate::process::{side_by_side, succeed};
use crate::tools::{require, require_version};

/// The cache's entries of programs, each under the key of a design in it; those of one build are one file.
const MODELS: &str = "model";

/// The file of such an entry.
const PROGRAM: &str = "bench";

/// How many of them the cache holds: some hundred kilobytes each.
const MODELS_KEPT: usize = 4000;

/// How many of each thing that belongs to the tools: those of some versions of the tools and the harness.
const TOOLS_KEPT: usize = 8;

/// A design to simulate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Design {
    /// Its top module.
    pub top: String,
    /// The streams of the top module.
    pub interface: Interface,
    /// Its Verilog.
    pub rtl: Sources,
    /// In bits, where the top has an input `mutant_i` whose value selects a defect (0: none).
    pub mutant_width: Option<u32>,
}

/// What a model is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Optimisation {
    /// Quick to build, for benches.
    Check,
    /// Slow to build and fast to run, for this machine's processor only.
    Long,
}

/// A design that is ready to run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Model {
    /// The program; it may hold other designs too.
    pub program: PathBuf,
    /// The design's top module, its name in the program.
    pub top: String,
    /// The design's streams.
    pub interface: Interface,
}

/// Verilator with a C++ compiler, and the cache of what they made.
#[derive(Clone, Debug)]
pub struct Verilator {
    pub(crate) program: PathBuf,
    /// Where Verilator's headers and runtime lie.
    pub(crate) include: PathBuf,
    pub(crate) compiler: PathBuf,
    /// The versions of both.
    pub(crate) versions: String,
    pub(crate) cache: Cache,
    /// How much to do at a time.
    pub(crate) jobs: usize,
}

impl Verilator {
    /// Finds the tools. The directory `cache` is created where it is missing; `jobs` is how much to do at a time.
    pub fn open(cache: &Path, jobs: usize) -> Result<Verilator, FlowError> {
        let program = require("verilator")?;
        let compiler = require("g++")?;
        let facts = succeed("verilator", Command::new(&program).arg("-V"))?;
        require_version("verilator", &facts)?;
        let include = include_folder(&facts)?;
        let versions = facts.lines().next().unwrap_or_default().to_owned();
        let versions = versions + &succeed("g++", Command::new(&compiler).arg("--version"))?;
        Ok(Verilator { program, include, compiler, versions, cache: Cache::open(cache)?, jobs: jobs.max(1) })
    }

    /// A model for each design. One design that cannot be built does not keep the others from it.
    pub fn build(&self, designs: &[Design], optimisation: Optimisation) -> Vec<Result<Model, FlowError>> {
        let kit = match Kit::new(self, optimisation) {
            Ok(kit) => kit,
            Err(error) => return designs.iter().map(|_| Err(error.clone())).collect(),
        };
        let keys: Vec<String> = designs.iter().map(|design| design_key(&kit, design)).collect();
        let failures = self.build_missing(&kit, designs, &keys);
        let model = |(design, key): (&Design, &String)| {
            if let Some((_, error)) = failures.iter().find(|(failed, _)| failed == key) {
                return Err(error.clone());
            }
            let lost = || FlowError::answer("cache", "a model vanished while it was looked for");
            let program = self.find(key).ok_or_else(lost)?;
            Ok(Model { program, top: design.top.clone(), interface: design.interface.clone() })
        };
        designs.iter().zip(&keys).map(model).collect()
    }

    /// Builds what the cache has not got; returns the keys of those that cannot be built, with the reason.
    fn build_missing(&self, kit: &Kit, designs: &[Design], keys: &[String]) -> Vec<(String, FlowError)> {
        let mut missing: Vec<Member> = vec![];
        for (design, key) in designs.iter().zip(keys) {
            if missing.iter().all(|member| member.key != key) && self.find(key).is_none() {
                missing.push(Member { design, key });
            }
        }
        if missing.is_empty() {
            return vec![];
        }
        let sources: Vec<&Sources> = missing.iter().map(|member| &member.design.rtl).collect();
        let batch = |indices: &Vec<usize>| indices.iter().map(|&index| missing[index]).collect();
        let batches: Vec<Vec<Member>> = groups(&sources, self.jobs).iter().map(batch).collect();
        let failures = scope(|scope| {
            // What programs share is needed last: a head start hides most of it.
            scope.spawn(|| kit.prepare());
            side_by_side(self.jobs, &batches, |batch| self.build_batch(kit, batch))
        });
        for (kind, keep) in [(MODELS, MODELS_KEPT), (HEADERS, TOOLS_KEPT), (OBJECTS, TOOLS_KEPT)] {
            self.cache.trim(kind, keep);
        }
        failures.into_iter().flatten().collect()
    }

    /// Builds a program of all members, or of each half where that fails, until the culprits are alone.
    fn build_batch(&self, kit: &Kit, batch: &[Member]) -> Vec<(String, FlowError)> {
        match self.build_program(kit, batch) {
            Ok(()) => vec![],
            Err(FlowError::Failed { .. } | FlowError::Refused { .. }) if batch.len() > 1 => {
                let (left, right) = batch.split_at(batch.len() / 2);
                [left, right].iter().flat_map(|half| self.build_batch(kit, half)).collect()
            }
            Err(error) => batch.iter().map(|member| (member.key.to_owned(), error.clone())).collect(),
        }
    }

    fn build_program(&self, kit: &Kit, batch: &[Member]) -> Result<(), FlowError> {
        let _turn = self.cache.turn(&hash(batch.iter().map(|member| member.key)))?;
        if batch.iter().all(|member| self.find(member.key).is_some()) {
            return Ok(());
        }
        let designs: Vec<&Design> = batch.iter().map(|member| member.design).collect();
        let scratch = self.cache.scratch()?;
        let program = kit.program(&designs, scratch.path())?;
        for member in batch {
            self.cache.entry(MODELS, member.key, |folder| {
                let path = folder.join(PROGRAM);
                fs::hard_link(&program, &path).map_err(FlowError::file("write in", surroundings(folder)))
            })?;
        }
        Ok(())
    }

    /// The program that holds the design with this key.
    fn find(&self, key: &str) -> Option<PathBuf> {
        self.cache.find(MODELS, key).map(|entry| entry.join(PROGRAM))
    }
}

impl Design {
    pub(crate) fn under_test(&self) -> DesignUnderTest<'_> {
        DesignUnderTest { top: &self.top, interface: &self.interface, mutant_width: self.mutant_width }
    }
}

/// A design of a batch, with its key in the cache.
#[derive(Clone, Copy)]
struct Member<'a> {
    design: &'a Design,
    key: &'a str,
}

/// The hash of all that a design's behaviour in a program depends on.
fn design_key(kit: &Kit, design: &Design) -> String {
    let (top, program) = (wrapper(&[design.under_test()]), main_program(&[design.under_test()]));
    let files = design.rtl.iter().flat_map(|(name, text)| [name.as_str(), text.as_str()]);
    hash([kit.identity(), &top, &program].into_iter().chain(files))
}

/// Where Verilator's headers lie, from what `verilator -V` says.
fn include_folder(facts: &str) -> Result<PathBuf, FlowError> {
    // Compiled in comes first, the environment last: the last that says something is in force.
    let roots = facts.lines().filter_map(|line| line.trim().strip_prefix("VERILATOR_ROOT")?.split_once('='));
    let root = roots.map(|(_, root)| root.trim()).rfind(|root| !root.is_empty());
    let include = root.map(|root| Path::new(root).join("include")).filter(|include| include.is_dir());
    include.ok_or_else(|| FlowError::answer("verilator", "`verilator -V` names no VERILATOR_ROOT with headers in it"))
}
