//! From Verilog to a program: what is kept between builds, and the steps that are left for each.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::thread::scope;

use tritloom_emit::bench::{DesignUnderTest, HARNESS, MODEL_CLASS, VERILATOR_FLAGS, WRAPPER, main_program, wrapper};

use crate::Sources;
use crate::build::{Design, Optimisation, Verilator};
use crate::cache::hash;
use crate::error::FlowError;
use crate::files::{read, size, write_all};
use crate::lint::failure;
use crate::process::{finish, join, side_by_side, succeed};

/// The files of Verilator's runtime that a model without tracing, coverage and timing needs. The first takes
/// longer to compile than all else that is kept.
const RUNTIME: [&str; 2] = ["verilated.cpp", "verilated_threads.cpp"];

/// What Verilator's own makefile defines, and no warnings: generated code is full of them.
const COMMON_FLAGS: [&str; 9] = [
    "-std=c++17",
    "-faligned-new",
    "-fcf-protection=none",
    "-w",
    "-DVM_COVERAGE=0",
    "-DVM_SC=0",
    "-DVM_TRACE=0",
    "-DVM_TRACE_FST=0",
    "-DVM_TRACE_VCD=0",
];

/// Where Verilator writes.
const GENERATED: &str = "generated";

/// The file that includes Verilator's, precompiled.
const HEADER: &str = "model.h";

/// Generated C++ of so many bytes is compiled in one go: starting a second compiler would cost more than it saves.
const SMALL: u64 = 300_000;

/// For what follows in a C++ file.
const NOT_OPTIMISED: &str = "#pragma GCC optimize(\"O0\")\n";

/// The C++ file of a kept object.
const UNIT: &str = "unit.cpp";

/// The cache's entries of precompiled headers.
pub(crate) const HEADERS: &str = "header";

/// The cache's entries of objects that every program is linked with.
pub(crate) const OBJECTS: &str = "object";

impl Optimisation {
    /// A bench runs for some thousand cycles, which do not repay an optimising compiler.
    fn flags(self) -> &'static [&'static str] {
        match self {
            Optimisation::Check => &["-O0"],
            Optimisation::Long => &["-O3", "-march=native"],
        }
    }

    /// Expanded operators on wide vectors are fast to run and twice the text to compile.
    fn verilator_flags(self) -> &'static [&'static str] {
        match self {
            Optimisation::Check => &["-fno-expand"],
            Optimisation::Long => &[],
        }
    }
}

/// The tools at one optimisation, with what all programs have in common.
pub(crate) struct Kit<'a> {
    tools: &'a Verilator,
    optimisation: Optimisation,
    /// The hash of the tools and their flags for checks.
    toolchain: String,
    /// What `native` means on this machine, where that matters.
    native: String,
    /// The hash of all that every program depends on.
    identity: String,
    header: OnceLock<Result<PathBuf, FlowError>>,
    objects: OnceLock<Result<Vec<PathBuf>, FlowError>>,
}

impl<'a> Kit<'a> {
    pub(crate) fn new(tools: &'a Verilator, optimisation: Optimisation) -> Result<Kit<'a>, FlowError> {
        let check = Optimisation::Check;
        let flags = COMMON_FLAGS.iter().chain(check.flags()).chain(check.verilator_flags()).chain(&VERILATOR_FLAGS);
        let toolchain = hash([tools.versions.as_str()].into_iter().chain(flags.copied()));
        let native = match optimisation {
            Optimisation::Check => String::new(),
            Optimisation::Long => {
                succeed("g++", Command::new(&tools.compiler).args(["-march=native", "-Q", "--help=target"]))?
            }
        };
        let harness = HARNESS.iter().flat_map(|(name, text)| [*name, *text]);
        let own = [toolchain.as_str(), &native].into_iter().chain(optimisation.flags().iter().copied());
        let identity = hash(own.chain(harness));
        Ok(Kit { tools, optimisation, toolchain, native, identity, header: OnceLock::new(), objects: OnceLock::new() })
    }

    /// The hash of the tools, their flags and the harness.
    pub(crate) fn identity(&self) -> &str {
        &self.identity
    }

    /// The objects that every program is linked with. Whoever asks first makes them, the others wait.
    pub(crate) fn objects(&self) -> Result<Vec<PathBuf>, FlowError> {
        let make = || {
            scope(|scope| {
                let runtime = scope.spawn(|| self.runtime());
                let harness = self.harness();
                [join(runtime), harness].into_iter().collect()
            })
        };
        self.objects.get_or_init(make).clone()
    }

    /// Makes or finds all that programs have in common. Whoever needs a part of it later waits for it or has its error.
    pub(crate) fn prepare(&self) {
        scope(|scope| {
            if self.optimisation == Optimisation::Check {
                scope.spawn(|| self.header());
            }
            let _ = self.objects();
        });
    }

    /// Makes a program of all `designs` in `folder`, which is empty; returns its path.
    pub(crate) fn program(&self, designs: &[&Design], folder: &Path) -> Result<PathBuf, FlowError> {
        self.verilate(designs, folder)?;
        let header = match self.optimisation {
            Optimisation::Check => Some(self.header()?),
            Optimisation::Long => None,
        };
        let units = units(designs, folder)?;
        write_all(folder, &units)?;
        write_all(folder, &harness_files())?;
        let units: Vec<&String> = units.keys().collect();
        let compile = |unit: &&String| self.compile(unit, folder, self.optimisation, header.as_deref());
        let objects: Result<Vec<String>, FlowError> = side_by_side(2, &units, compile).into_iter().collect();
        let mut link = Command::new(&self.tools.compiler);
        link.current_dir(folder).args(["-s", "-o", "program"]).args(objects?).args(self.objects()?);
        succeed("g++", link.args(["-pthread", "-latomic"]))?;
        Ok(folder.join("program"))
    }

    /// Writes the sources and has Verilator translate them.
    fn verilate(&self, designs: &[&Design], folder: &Path) -> Result<(), FlowError> {
        let mut files: Sources = designs.iter().flat_map(|design| design.rtl.clone()).collect();
        files.insert(format!("{WRAPPER}.v"), wrapper(&under_test(designs)));
        write_all(folder, &files)?;
        let mut command = Command::new(&self.tools.program);
        command.current_dir(folder).args(["--cc", "--Mdir", GENERATED, "--top-module", WRAPPER]);
        command.args(VERILATOR_FLAGS).args(self.optimisation.verilator_flags()).args(files.keys());
        let finished = finish("verilator", &mut command)?;
        if finished.status.success() { Ok(()) } else { Err(failure(finished, &files)) }
    }

    /// Compiles a C++ file in `folder`; returns the name of the object beside it.
    fn compile(
        &self,
        source: &str,
        folder: &Path,
        optimisation: Optimisation,
        header: Option<&Path>,
    ) -> Result<String, FlowError> {
        let mut command = self.compiler(optimisation);
        command.current_dir(folder).args(["-I.", "-I", GENERATED]);
        if let Some(header) = header {
            command.arg("-include").arg(header);
        }
        succeed("g++", command.args(["-c", source]))?;
        Ok(source.replace(".cpp", ".o"))
    }

    /// The compiler with all flags but files.
    fn compiler(&self, optimisation: Optimisation) -> Command {
        let mut command = Command::new(&self.tools.compiler);
        command.args(COMMON_FLAGS).args(optimisation.flags());
        command.arg("-I").arg(&self.tools.include).arg("-I").arg(self.tools.include.join("vltstd"));
        command
    }

    /// Verilator's header, precompiled: to read it takes most of the time of a small build.
    fn header(&self) -> Result<PathBuf, FlowError> {
        let make = |folder: &Path| {
            write_all(folder, &[(HEADER.to_owned(), inclusion("verilated.h"))].into())?;
            let mut command = self.compiler(Optimisation::Check);
            succeed("g++", command.current_dir(folder).args(["-x", "c++-header", HEADER])).map(drop)
        };
        let entry = || Ok(self.tools.cache.entry(HEADERS, &self.toolchain, make)?.join(HEADER));
        self.header.get_or_init(entry).clone()
    }

    /// The largest file of Verilator's runtime. What of it runs in every cycle stands in headers: the rest need not
    /// be fast.
    fn runtime(&self) -> Result<PathBuf, FlowError> {
        self.object(&[(UNIT.to_owned(), inclusion(RUNTIME[0]))].into(), Optimisation::Check)
    }

    /// The harness, and the small file of Verilator's runtime.
    fn harness(&self) -> Result<PathBuf, FlowError> {
        let mut files = harness_files();
        let sources = files.keys().map(String::as_str).filter(|name| name.ends_with(".cpp"));
        let text = sources.chain([RUNTIME[1]]).map(inclusion).collect();
        files.insert(UNIT.to_owned(), text);
        self.object(&files, self.optimisation)
    }

    /// The object of [`UNIT`] among `files`, from the cache or made. It is not worth waiting for the header.
    fn object(&self, files: &Sources, optimisation: Optimisation) -> Result<PathBuf, FlowError> {
        let texts = files.iter().flat_map(|(name, text)| [name.as_str(), text]);
        let flags = optimisation.flags().iter().copied();
        let key = hash([self.toolchain.as_str(), self.native.as_str()].into_iter().chain(flags).chain(texts));
        let make = |folder: &Path| {
            write_all(folder, files)?;
            self.compile(UNIT, folder, optimisation, None).map(drop)
        };
        Ok(self.tools.cache.entry(OBJECTS, &key, make)?.join(UNIT.replace(".cpp", ".o")))
    }
}

fn under_test<'a>(designs: &[&'a Design]) -> Vec<DesignUnderTest<'a>> {
    designs.iter().map(|design| design.under_test()).collect()
}

fn harness_files() -> Sources {
    HARNESS.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
}

/// What Verilator wrote for `designs`, and the main program, gathered in one file to compile, or in two.
fn units(designs: &[&Design], folder: &Path) -> Result<Sources, FlowError> {
    let folder = folder.join(GENERATED);
    let listed = read(&folder.join(format!("{MODEL_CLASS}_classes.mk")))?;
    let fast = inclusions(&listed, ["VM_CLASSES_FAST", "VM_SUPPORT_FAST"]) + &main_program(&under_test(designs));
    // What runs once, at the start, is not worth the optimiser's time.
    let slow = inclusions(&listed, ["VM_CLASSES_SLOW", "VM_SUPPORT_SLOW"]);
    let slow = format!("#pragma GCC push_options\n{NOT_OPTIMISED}{slow}#pragma GCC pop_options\n");
    Ok(if size(&folder)? < SMALL {
        [("program.cpp".to_owned(), slow + &fast)].into()
    } else {
        [("fast.cpp".to_owned(), fast), ("slow.cpp".to_owned(), slow)].into()
    })
}

/// A line of C++ for each file that Verilator lists under these variables of its makefile.
fn inclusions(makefile: &str, variables: [&str; 2]) -> String {
    let mut text = String::new();
    for variable in variables {
        let lines = makefile.lines().skip_while(|line| !line.starts_with(variable)).skip(1);
        for name in lines.map_while(|line| line.trim().strip_suffix('\\')) {
            text += &inclusion(&format!("{}.cpp", name.trim()));
        }
    }
    text
}

fn inclusion(name: &str) -> String {
    format!("#include \"{name}\"\n")
}
