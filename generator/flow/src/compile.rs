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
use crate::files::{read, write_all};
use crate::process::{join, succeed};

/// The files of Verilator's runtime that a model without tracing, coverage and timing needs. The first takes
/// as long to compile as all else that is kept.
const RUNTIME: [&str; 2] = ["verilated", "verilated_threads"];

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

/// Two versions of every kept thing, for either optimisation, and a margin.
const KEPT: usize = 16;

impl Optimisation {
    /// Vectorising at -O1 costs no time to compile, and copies the wide vectors that Verilator treats word by
    /// word five times faster.
    fn flags(self) -> &'static [&'static str] {
        match self {
            Optimisation::Check => &["-O1", "-ftree-vectorize"],
            Optimisation::Long => &["-O3", "-march=native"],
        }
    }
}

/// The tools at one optimisation, with what all programs have in common.
pub(crate) struct Kit<'a> {
    tools: &'a Verilator,
    optimisation: Optimisation,
    /// The hash of the tools and their flags.
    toolchain: String,
    /// The hash of that and the harness.
    identity: String,
    header: OnceLock<Result<PathBuf, FlowError>>,
    objects: OnceLock<Result<Vec<PathBuf>, FlowError>>,
}

impl<'a> Kit<'a> {
    pub(crate) fn new(tools: &'a Verilator, optimisation: Optimisation) -> Result<Kit<'a>, FlowError> {
        let mut versions = tools.versions.clone();
        if optimisation == Optimisation::Long {
            // What `native` means on this machine.
            versions += &succeed("g++", Command::new(&tools.compiler).args(["-march=native", "-Q", "--help=target"]))?;
        }
        let flags = COMMON_FLAGS.iter().chain(optimisation.flags()).chain(&VERILATOR_FLAGS);
        let toolchain = hash([versions.as_str()].into_iter().chain(flags.copied()));
        let harness = HARNESS.iter().flat_map(|(name, text)| [*name, *text]);
        let identity = hash([toolchain.as_str()].into_iter().chain(harness));
        Ok(Kit { tools, optimisation, toolchain, identity, header: OnceLock::new(), objects: OnceLock::new() })
    }

    /// The hash of the tools, their flags and the harness.
    pub(crate) fn identity(&self) -> &str {
        &self.identity
    }

    /// The objects that every program is linked with. Whoever asks first makes them, the others wait.
    pub(crate) fn objects(&self) -> Result<Vec<PathBuf>, FlowError> {
        let make = || {
            scope(|scope| {
                let first = scope.spawn(|| self.runtime(RUNTIME[0], None));
                let header = self.header();
                let harness = scope.spawn(|| self.harness());
                let second = header.and_then(|header| self.runtime(RUNTIME[1], Some(&header)));
                [join(first), second, join(harness)].into_iter().collect()
            })
        };
        self.objects.get_or_init(make).clone()
    }

    /// Makes a program of all `designs` in `folder`, which is empty; returns its path.
    pub(crate) fn program(&self, designs: &[&Design], folder: &Path) -> Result<PathBuf, FlowError> {
        self.verilate(designs, folder)?;
        let header = self.header()?;
        scope(|scope| {
            let slow = scope.spawn(|| self.compile("slow", folder, Some(&header)));
            self.compile("fast", folder, Some(&header)).and(join(slow))
        })?;
        let mut link = Command::new(&self.tools.compiler);
        link.current_dir(folder).args(["-s", "-o", "program", "fast.o", "slow.o"]);
        succeed("g++", link.args(self.objects()?).args(["-pthread", "-latomic"]))?;
        Ok(folder.join("program"))
    }

    /// Writes the sources, has Verilator translate them, and gathers what it wrote in two files: a compiler's
    /// start costs more than a small file.
    fn verilate(&self, designs: &[&Design], folder: &Path) -> Result<(), FlowError> {
        let views: Vec<DesignUnderTest> = designs.iter().map(|design| design.under_test()).collect();
        let mut files: Sources = designs.iter().flat_map(|design| design.rtl.clone()).collect();
        files.insert(format!("{WRAPPER}.v"), wrapper(&views));
        write_all(folder, &files)?;
        let mut command = Command::new(&self.tools.program);
        command.current_dir(folder).args(["--cc", "--Mdir", GENERATED, "--top-module", WRAPPER]);
        succeed("verilator", command.args(VERILATOR_FLAGS).args(files.keys()))?;

        let listed = read(&folder.join(GENERATED).join(format!("{MODEL_CLASS}_classes.mk")))?;
        let fast = inclusions(&listed, ["VM_CLASSES_FAST", "VM_SUPPORT_FAST"]) + &main_program(&views);
        // What runs once, at the start, is not worth the optimiser's time.
        let slow = inclusions(&listed, ["VM_CLASSES_SLOW", "VM_SUPPORT_SLOW"]);
        let slow = format!("#pragma GCC optimize(\"O0\")\n{slow}");
        write_all(folder, &harness_files())?;
        write_all(folder, &[("fast.cpp".to_owned(), fast), ("slow.cpp".to_owned(), slow)].into())
    }

    /// Compiles `name.cpp`, in `folder`, to `name.o` beside it.
    fn compile(&self, name: &str, folder: &Path, header: Option<&Path>) -> Result<(), FlowError> {
        let mut command = self.compiler();
        command.current_dir(folder).args(["-I.", "-I", GENERATED]);
        if let Some(header) = header {
            command.arg("-include").arg(header);
        }
        succeed("g++", command.arg("-c").arg(format!("{name}.cpp"))).map(drop)
    }

    /// The compiler with all flags but files.
    fn compiler(&self) -> Command {
        let mut command = Command::new(&self.tools.compiler);
        command.args(COMMON_FLAGS).args(self.optimisation.flags());
        command.arg("-I").arg(&self.tools.include).arg("-I").arg(self.tools.include.join("vltstd"));
        command
    }

    /// Verilator's header, precompiled: reading it takes a second, most of the time of a small build.
    fn header(&self) -> Result<PathBuf, FlowError> {
        let make = |folder: &Path| {
            write_all(folder, &[(HEADER.to_owned(), "#include \"verilated.h\"\n".to_owned())].into())?;
            succeed("g++", self.compiler().current_dir(folder).args(["-x", "c++-header", HEADER])).map(drop)
        };
        let entry = || Ok(self.tools.cache.entry("header", &self.toolchain, KEPT, make)?.join(HEADER));
        self.header.get_or_init(entry).clone()
    }

    fn runtime(&self, name: &str, header: Option<&Path>) -> Result<PathBuf, FlowError> {
        let files = [("kept.cpp".to_owned(), format!("#include \"{name}.cpp\"\n"))].into();
        self.object(&hash([&self.toolchain, name]), &files, header)
    }

    fn harness(&self) -> Result<PathBuf, FlowError> {
        let mut files = harness_files();
        let sources = files.keys().filter(|name| name.ends_with(".cpp"));
        let all = sources.map(|name| format!("#include \"{name}\"\n")).collect();
        files.insert("kept.cpp".to_owned(), all);
        self.object(&self.identity, &files, Some(&self.header()?))
    }

    /// The object of `kept.cpp` among `files`, from the cache or made.
    fn object(&self, key: &str, files: &Sources, header: Option<&Path>) -> Result<PathBuf, FlowError> {
        let make = |folder: &Path| {
            write_all(folder, files)?;
            self.compile("kept", folder, header)
        };
        Ok(self.tools.cache.entry("object", key, KEPT, make)?.join("kept.o"))
    }
}

fn harness_files() -> Sources {
    HARNESS.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
}

/// A line of C++ for each file that Verilator lists under these variables of its makefile.
fn inclusions(makefile: &str, variables: [&str; 2]) -> String {
    let mut text = String::new();
    for variable in variables {
        let lines = makefile.lines().skip_while(|line| !line.starts_with(variable)).skip(1);
        for name in lines.map_while(|line| line.trim().strip_suffix('\\')) {
            text += &format!("#include \"{}.cpp\"\n", name.trim());
        }
    }
    text
}
