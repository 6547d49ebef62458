//! `tritloom run CONFIG --model DIR`: a language model speaks through a design.

use super::{Report, not_available};
use crate::arguments::Run;
use crate::config::Configuration;
use crate::diagnostic::Diagnostic;
use crate::terminal::Terminal;
use tritloom_datapath::family::Family;

/// The design is read first: a wrong configuration is told before a model is loaded.
pub fn run(arguments: &Run, families: &[&'static dyn Family], terminal: &Terminal) -> Result<Report, Vec<Diagnostic>> {
    let configuration = Configuration::load(&arguments.config, families)?;
    tell(&configuration, arguments, terminal)
}

/// SEAM: tokens through `terminal.stream` as they come, the figures in the report.
///
/// To connect: the model of `tritloom_workload` (`arguments.model`, or the embedded one), on a core that
/// `tritloom_flow` has built; a product that differs from integer arithmetic is `Verdict::Failed`.
fn tell(_configuration: &Configuration, _arguments: &Run, _terminal: &Terminal) -> Result<Report, Vec<Diagnostic>> {
    Err(not_available("the model runner"))
}
