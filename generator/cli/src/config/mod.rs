//! From a YAML file to a configuration: a plain value with every default filled in.

mod keys;
mod name;
mod reader;
mod schema;
mod source;
mod space;
mod tree;
#[cfg(test)]
mod wrong;

pub use schema::{parameter_object, parameter_value, schema};
pub use source::Source;
pub use space::{Sweeps, load_space};

use crate::diagnostic::{Diagnostic, code};
use sha2::{Digest, Sha256};
use std::path::Path;
use tritloom_datapath::family::Family;
use tritloom_datapath::parameter::{Parameters, Problem};
use tritloom_hdl::Design;

/// The file that lies beside every output: the configuration with every default in it.
pub const LOCK_FILE: &str = "config.lock.yaml";

/// A design that can be built: complete and legal.
#[derive(Clone)]
pub struct Configuration {
    /// It stands in the headers of files, in reports, and names folders; an identifier of Verilog.
    pub name: String,
    /// The kind of datapath.
    pub family: &'static dyn Family,
    /// All of the family's parameters.
    pub parameters: Parameters,
}

impl Configuration {
    /// Reads a file; every problem at once.
    pub fn load(path: &Path, families: &[&'static dyn Family]) -> Result<Configuration, Vec<Diagnostic>> {
        let source = Source::read(path)?;
        reader::read(&source, families)
    }

    /// Reads a file again to say where its parameters, legal in themselves, do not suit a command.
    pub fn refuse(path: &Path, families: &[&'static dyn Family], misfits: &[Problem]) -> Vec<Diagnostic> {
        let reread = Source::read(path).and_then(|source| reader::read_against(&source, families, misfits));
        reread.err().unwrap_or_default()
    }

    /// The designs of equal throughput to compare this one with, each under a word for it: its family, and where it is
    /// this design's own family, what is different.
    pub fn baselines(&self) -> Vec<(String, Configuration)> {
        let baselines = (1..).zip(self.family.baselines(&self.parameters));
        let configuration = |(number, (family, parameters)): (u32, (&'static dyn Family, Parameters))| {
            let (word, name) = match family.name() == self.family.name() {
                true => (format!("{}{}", family.name(), self.differences(&parameters)), format!("baseline{number}")),
                false => (family.name().to_string(), family.name().to_string()),
            };
            (word, Configuration { name: format!("{}_{name}", self.name), family, parameters })
        };
        baselines.map(configuration).collect()
    }

    /// The parameters in which others of the same family differ, each with the other value.
    fn differences(&self, others: &Parameters) -> String {
        let pairs = self.parameters.iter().zip(others.iter());
        let different = pairs.filter(|(own, other)| own != other);
        different.map(|(_, (parameter, value))| format!("_{}_{value}", parameter.name)).collect()
    }

    /// The hardware, checked.
    pub fn hardware(&self) -> Result<Design, Vec<Diagnostic>> {
        self.family.hardware(&self.parameters).map_err(|defects| {
            let message =
                format!("`{}` has built faulty hardware: a defect of tritloom, please report it", self.family.name());
            vec![defects.to_string().lines().fold(Diagnostic::new(code::DEFECT, message), Diagnostic::note)]
        })
    }

    /// The identity of the design: SHA-256 of its canonical text, in hexadecimal.
    pub fn hash(&self) -> String {
        format!("{:x}", Sha256::digest(self.canonical_text()))
    }

    /// What [`LOCK_FILE`] holds: itself a configuration, of the same hash.
    pub fn lock_text(&self) -> String {
        let version = env!("CARGO_PKG_VERSION");
        let (hash, body) = (self.hash(), self.canonical_text());
        format!(
            "# Written by tritloom {version}: the configuration with every default filled in.\n# hash: {hash}\n{body}"
        )
    }

    /// Name, family and every parameter, in one fixed form.
    fn canonical_text(&self) -> String {
        let mut text = format!("name: {}\narchitecture:\n  {}:", self.name, self.family.name());
        let parameters = self.parameters.canonical_text();
        if parameters.is_empty() {
            text += " {}";
        }
        for line in parameters.lines() {
            text += &format!("\n    {line}");
        }
        text + "\n"
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::FAMILIES;

    fn read(text: &str) -> Configuration {
        reader::read(&Source::new("a.yaml", text), FAMILIES).unwrap_or_else(|problems| panic!("{problems:?}"))
    }

    #[test]
    fn the_hash_is_that_of_the_meaning_not_of_the_text() {
        let short = read("name: a\narchitecture:\n  toy_lut: {tables: 11}\n");
        let long = read("# x\narchitecture: {toy_lut: {ports: 32, tables: 0xb, group_size: 3}}\nname: \"a\"\n");
        assert_eq!(short.hash(), long.hash());
        let other = read("name: a\narchitecture:\n  toy_lut: {tables: 12}\n");
        assert_ne!(short.hash(), other.hash());
    }

    #[test]
    fn a_lock_file_is_a_configuration_of_the_same_hash() {
        for text in ["name: a\narchitecture:\n  toy_lut: {tables: 11}\n", "name: b\narchitecture: {toy_flip: {}}\n"] {
            let configuration = read(text);
            let lock = configuration.lock_text();
            assert_eq!(read(&lock).hash(), configuration.hash());
            assert_eq!(read(&lock).lock_text(), lock);
        }
    }

    #[test]
    fn the_lock_file_shows_every_default() {
        insta::assert_snapshot!(read("name: a\narchitecture:\n  toy_lut: {tables: 11}\n").lock_text());
    }
}
