//! `tritloom`: one YAML file becomes verified Verilog.
//!
//! The only crate that reads files, the environment and the clock. Commands return values; `terminal` prints.

mod arguments;
mod built;
mod commands;
mod config;
mod diagnostic;
mod environment;
mod named;
mod network;
mod output;
mod parquet;
mod records;
mod roofline;
mod technology;
mod terminal;
#[cfg(test)]
mod testing;

use arguments::{Arguments, Command, Format};
use clap::Parser;
use diagnostic::{Diagnostic, code};
use std::process::ExitCode;
use terminal::Terminal;

fn main() -> ExitCode {
    silence_guarded_panics();
    match Arguments::try_parse() {
        Ok(arguments) => run(&arguments),
        Err(error) => usage(&error),
    }
}

/// A panic that is caught and told as the failure of one configuration is not told twice.
fn silence_guarded_panics() {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if !tritloom_search::is_guarded() {
            usual(panic);
        }
    }));
}

fn run(arguments: &Arguments) -> ExitCode {
    let terminal = Terminal { format: arguments.format, quiet: arguments.quiet };
    let families = tritloom_datapath::registry::families();
    let outcome = match &arguments.command {
        Command::Generate(arguments) => commands::generate::generate(arguments, families),
        Command::Check(arguments) => commands::check::check(arguments, families, &terminal),
        Command::Run(arguments) => commands::run::run(arguments, families, &terminal),
        Command::Calibrate(arguments) => commands::calibrate::calibrate(arguments, families, &terminal),
        Command::Validate(arguments) => commands::validate::validate(arguments, families, &terminal),
        Command::Cost(arguments) => commands::cost::cost(arguments, families),
        Command::Report(arguments) => commands::report::report(arguments),
        Command::Synth(arguments) => commands::synth::synth(arguments, families, &terminal),
        Command::Sweep(arguments) => commands::sweep::sweep(arguments, families, &terminal),
        Command::Verify(arguments) => commands::verify::verify(arguments, families, &terminal),
        Command::Work(arguments) => commands::work::work(arguments, families, &terminal),
        Command::List => Ok(commands::list::list(families)),
        Command::Describe(arguments) => commands::describe::describe(&arguments.name, families),
        Command::Schema => Ok(commands::schema::schema(families)),
        Command::Doctor => Ok(commands::doctor::doctor()),
    };
    terminal.finish(Some(arguments.command.name()), outcome)
}

/// Help and version are no errors; a wrong command line is told in the form that it asks for.
fn usage(error: &clap::Error) -> ExitCode {
    if !error.use_stderr() {
        return terminal::print_help(error);
    }
    let words: Vec<String> = std::env::args_os().map(|word| word.to_string_lossy().into_owned()).collect();
    let json =
        words.iter().any(|word| word == "--format=json") || words.windows(2).any(|pair| pair == ["--format", "json"]);
    if !json {
        return terminal::print_help(error);
    }
    let terminal = Terminal { format: Format::Json, quiet: true };
    let text = error.to_string();
    let message = text.trim().strip_prefix("error: ").unwrap_or(text.trim());
    terminal.finish(None, Err(vec![Diagnostic::new(code::USAGE, message)]))
}
