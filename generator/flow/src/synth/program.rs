//! The Yosys that synthesises: the Python package `pyosys` where it is installed, since it is the newer one and a
//! calibration belongs to one version; otherwise the program of the search path.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::error::FlowError;
use crate::process::{finish, succeed};
use crate::tools::{find, installed, require};

/// How Python runs a script of Yosys; the package comes without a program.
const LAUNCHER: &str = "import sys; from pyosys import libyosys; libyosys.run_pass('script ' + sys.argv[1])";

/// How Python says the version, and where the package lies.
const VERSION: &str =
    "import pyosys; from pyosys import libyosys; print(libyosys.yosys_maybe_version()); print(pyosys.__path__[0])";

/// A program that runs scripts.
#[derive(Clone, Debug)]
pub(crate) struct Yosys {
    program: PathBuf,
    packaged: bool,
    /// Its ABC.
    pub(crate) abc: PathBuf,
    /// As it says it: `Yosys 0.70 (...)`.
    pub(crate) version: String,
}

impl Yosys {
    pub(crate) fn find() -> Result<Yosys, FlowError> {
        if let Some(yosys) = Yosys::of_python() {
            return Ok(yosys);
        }
        let program = require("yosys")?;
        let version = succeed("yosys", Command::new(&program).arg("-V"))?.trim().to_owned();
        Ok(Yosys { program, packaged: false, abc: require("yosys-abc")?, version })
    }

    /// The package of the first Python that has it.
    pub(crate) fn of_python() -> Option<Yosys> {
        pythons().into_iter().find_map(|program| {
            let finished = finish("pyosys", Command::new(&program).args(["-c", VERSION])).ok()?;
            let mut lines = finished.stdout.lines();
            let version = lines.find(|line| line.starts_with("Yosys "))?.trim().to_owned();
            let abc = Path::new(lines.next()?).join("yosys-abc");
            finished.status.success().then_some(Yosys { program, packaged: true, abc, version })
        })
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.program
    }

    /// Whether it knows an option of the pass `synth` that came with 0.28.
    pub(crate) fn knows_booth(&self) -> bool {
        let number = self.version.split_whitespace().nth(1).and_then(|word| word.split('+').next()?.split_once('.'));
        number.and_then(|(major, minor)| Some((major.parse().ok()?, minor.parse().ok()?))) >= Some((0, 28))
    }

    /// Runs the script `name` in `folder`; what it prints is returned.
    pub(crate) fn run(&self, folder: &Path, name: &str) -> Result<String, FlowError> {
        let mut command = Command::new(&self.program);
        if self.packaged {
            command.args(["-c", LAUNCHER, name]);
        } else {
            command.args(["-s", name]);
        }
        let finished = finish("yosys", command.current_dir(folder))?;
        if finished.status.success() {
            return Ok(finished.stdout);
        }
        let is_error = |line: &&str| line.contains("ERROR");
        let told: Vec<&str> = finished.stdout.lines().chain(finished.stderr.lines()).filter(is_error).collect();
        if told.is_empty() {
            return Err(finished.failed("yosys"));
        }
        let (status, output) = (finished.status.to_string(), told.join("\n"));
        Err(FlowError::Failed { tool: "yosys".to_owned(), status, output })
    }
}

/// The Python of the environment that `scripts/setup synthesis` makes, and the one of the search path.
fn pythons() -> Vec<PathBuf> {
    let own = installed().map(|folder| folder.join("python/bin/python3")).filter(|python| python.exists());
    own.into_iter().chain(find("python3")).collect()
}
