//! A configuration with its hardware: what `generate`, `check` and `run` begin with.

use crate::config::{Configuration, LOCK_FILE};
use crate::diagnostic::Diagnostic;
use crate::output::Files;
use std::path::{Path, PathBuf};
use tritloom_datapath::interface::{Interface, Scenario};
use tritloom_emit::bench::{DesignUnderTest, folder};
use tritloom_emit::manifest::{Subject, manifest};
use tritloom_emit::rust_hdl::binding;
use tritloom_emit::verilog::{Emission, Identity, emit};
use tritloom_flow::Sources;
use tritloom_hdl::Design;

/// A configuration and its checked hardware.
pub struct Built {
    /// Where it comes from.
    pub configuration: Configuration,
    /// The design.
    pub hardware: Design,
    /// The streams of the top module.
    pub interface: Interface,
}

impl Built {
    /// Elaborates and checks the hardware.
    pub fn new(configuration: &Configuration) -> Result<Built, Vec<Diagnostic>> {
        let hardware = configuration.hardware()?;
        let interface = configuration.family.interface(&configuration.parameters);
        Ok(Built { configuration: configuration.clone(), hardware, interface })
    }

    /// The top module.
    pub fn top(&self) -> &str {
        &self.hardware.top().name
    }

    /// Stimulus and golden results.
    pub fn scenarios(&self, seed: u64) -> Vec<Scenario> {
        self.configuration.family.scenarios(&self.configuration.parameters, seed)
    }

    /// The folder of `generate`: Verilog, file list, line map, manifest, lock file.
    pub fn folder(&self) -> Files {
        let emission = self.emission();
        let mut files = self.verilog(&emission);
        let list: String = emission.files.keys().map(|name| format!("rtl/{name}\n")).collect();
        files.insert(PathBuf::from("filelist.f"), list.into_bytes());
        files.insert(PathBuf::from("linemap.json"), emission.line_map.to_json().into_bytes());
        let manifest = manifest(&self.subject(&self.configuration.hash()));
        files.insert(PathBuf::from("manifest.json"), manifest.into_bytes());
        files
    }

    /// The binding for rust_hdl: its path in the folder, and its text.
    pub fn binding(&self) -> (PathBuf, Vec<u8>) {
        let text = binding(&self.subject(&self.configuration.hash()));
        (Path::new("rust_hdl").join(format!("{}.rs", self.configuration.name)), text.into_bytes())
    }

    fn subject<'a>(&'a self, hash: &'a str) -> Subject<'a> {
        let Configuration { name, family, parameters } = &self.configuration;
        Subject { name, hash, top: self.top(), family: *family, parameters }
    }

    /// The folder of `check`: Verilog, bench, vectors and a Makefile, complete in itself.
    pub fn bench_folder(&self, seed: u64) -> Files {
        let emission = self.emission();
        let mut files = self.verilog(&emission);
        let design = DesignUnderTest { top: self.top(), interface: &self.interface, mutant_width: None };
        let paths: Vec<String> = emission.files.keys().map(|name| format!("rtl/{name}")).collect();
        let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
        let bench = folder(&design, &paths, &self.scenarios(seed));
        files.extend(bench.into_iter().map(|(path, text)| (PathBuf::from(path), text.into_bytes())));
        files
    }

    /// The Verilog by file name.
    pub fn sources(&self) -> Sources {
        self.emission().files
    }

    fn emission(&self) -> Emission {
        let identity = Identity {
            tool_version: env!("CARGO_PKG_VERSION").to_string(),
            design_name: self.configuration.name.clone(),
            config_hash: self.configuration.hash(),
        };
        emit(&self.hardware, &identity)
    }

    fn verilog(&self, emission: &Emission) -> Files {
        let mut files = Files::new();
        for (name, text) in &emission.files {
            files.insert(PathBuf::from("rtl").join(name), text.clone().into_bytes());
        }
        files.insert(PathBuf::from(LOCK_FILE), self.configuration.lock_text().into_bytes());
        files
    }
}
