//! A module with the plain Verilog that it must be equal to.

use tritloom_emit::verilog::{Identity, emit};
use tritloom_flow::yosys::{Verdict, compare};
use tritloom_flow::{Sources, side_by_side};
use tritloom_hdl::Module;

const PATIENCE_SECONDS: u32 = 300;

/// A module, and beside it the Verilog that it must be equal to: a module `plain` with the same ports.
pub struct Subject {
    pub module: Module,
    pub plain: String,
}

impl Subject {
    pub fn sources(&self) -> Sources {
        let design = tritloom_hdl::Design::new(self.module.clone()).expect("a legal design");
        let identity =
            Identity { tool_version: "0".to_owned(), design_name: "arith".to_owned(), config_hash: "0".to_owned() };
        emit(&design, &identity).files
    }

    /// Whether `sources` in place of the module's own are equal to the plain Verilog.
    pub fn verdict(&self, mut sources: Sources) -> Verdict {
        sources.insert("plain.v".to_owned(), self.plain.clone());
        compare(&sources, "plain", &self.module.name, PATIENCE_SECONDS).expect("yosys and ABC answer")
    }

    /// The module's text with the last `from` in file `name` turned into `to`.
    pub fn broken(&self, name: &str, from: &str, to: &str) -> Sources {
        let mut sources = self.sources();
        let text = sources.get_mut(&format!("{name}.v")).expect("its file");
        let at = text.rfind(from).unwrap_or_else(|| panic!("no `{from}` in {text}"));
        text.replace_range(at..at + from.len(), to);
        sources
    }
}

/// All of them are equal to their plain Verilog.
pub fn assert_proven(subjects: &[Subject]) {
    if !super::has(&["yosys", "yosys-abc"]) {
        return;
    }
    side_by_side(2, subjects, |subject| {
        let verdict = subject.verdict(subject.sources());
        assert_eq!(verdict, Verdict::Equal, "{}\n{}", subject.module.name, subject.plain);
    });
}
