//! The folder that the machines of an engine share: a list of configurations, and the journals of those who work on it.

use crate::arguments::{Cells, Fpga};
use crate::commands::examine::Finding;
use crate::commands::measure::Target;
use crate::config::Configuration;
use crate::diagnostic::{Diagnostic, code};
use crate::output::{self, Files, unwritable};
use crate::records::{self, Records};
use crate::terminal::Terminal;
use clap::ValueEnum;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use tritloom_datapath::family::Family;
use tritloom_search::Shard;

/// The form of list and journals; another form gets another number.
const FORM: u32 = 1;

const LIST: &str = "list.json";

/// What there is to do, and with what.
#[derive(Serialize, Deserialize)]
struct List {
    form: u32,
    tritloom: String,
    /// Exactly one of the two.
    liberty: Option<PathBuf>,
    fpga: Option<String>,
    /// What measurements depend on.
    source: Map<String, Value>,
    /// Names and hashes.
    configurations: Vec<(String, String)>,
}

/// A folder with its list.
pub struct Folder {
    path: PathBuf,
    list: List,
    /// Of the list.
    hash: String,
}

impl Folder {
    /// Writes the list of a folder, unless the same is there; another one is left as it is.
    pub fn place(
        path: PathBuf,
        cells: &Cells,
        source: Map<String, Value>,
        configurations: &[Configuration],
    ) -> Result<Folder, Vec<Diagnostic>> {
        let list = List {
            form: FORM,
            tritloom: env!("CARGO_PKG_VERSION").to_owned(),
            liberty: cells.liberty.as_ref().map(|path| path.canonicalize().unwrap_or(path.clone())),
            fpga: cells.fpga.map(Fpga::word),
            source,
            configurations: configurations.iter().map(|one| (one.name.clone(), one.hash())).collect(),
        };
        let text = format!("{:#}\n", json!(list));
        let target = path.join("list");
        match fs::read_to_string(target.join(LIST)) {
            Ok(found) if found == text => {}
            Ok(_) => return Err(vec![foreign(&path)]),
            Err(_) => {
                let yaml = |one: &Configuration| (PathBuf::from(format!("{}.yaml", one.name)), one.lock_text());
                let texts = configurations.iter().map(yaml).chain([(PathBuf::from(LIST), text)]);
                let files: Files = texts.map(|(path, text)| (path, text.into_bytes())).collect();
                output::Target::new(&target, &[])?.write(files)?;
            }
        }
        for part in ["journals", "logs"] {
            fs::create_dir_all(path.join(part)).map_err(|error| unwritable(&path.join(part), &error))?;
        }
        Folder::open(&path)
    }

    /// Reads the list of a folder.
    pub fn open(path: &Path) -> Result<Folder, Vec<Diagnostic>> {
        let file = path.join("list").join(LIST);
        let failed = |what: String| {
            let message = format!("`{}` is no folder of `--engine-dir`", path.display());
            vec![Diagnostic::new(code::DOCUMENT, message).note(what)]
        };
        let text = fs::read_to_string(&file).map_err(|error| {
            let reason = if error.kind() == ErrorKind::NotFound { "is not there" } else { "cannot be read" };
            failed(format!("`{}` {reason}", file.display()))
        })?;
        let list: List =
            serde_json::from_str(&text).map_err(|error| failed(format!("`{}`: {error}", file.display())))?;
        let own = env!("CARGO_PKG_VERSION");
        if list.form != FORM || list.tritloom != own {
            let message = format!("`{}` was written by tritloom {}, and this is {own}", file.display(), list.tritloom);
            return Err(vec![Diagnostic::new(code::DOCUMENT, message).note("a folder belongs to one version")]);
        }
        Ok(Folder { path: path.to_owned(), list, hash: format!("{:x}", Sha256::digest(text)) })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// One word for the folder, on every machine that sees it under this path.
    pub fn identity(&self) -> String {
        let path = self.path.canonicalize().unwrap_or(self.path.clone());
        format!("{:x}", Sha256::digest(format!("{}{}", self.hash, path.display())))[..12].to_owned()
    }

    /// What designs are made of.
    pub fn target(&self) -> Result<Target, Vec<Diagnostic>> {
        let fpga = self.list.fpga.as_deref().and_then(|name| Fpga::from_str(name, false).ok());
        Target::new(&Cells { liberty: self.list.liberty.clone(), fpga })
    }

    /// Refuses tools and libraries with which measurements would come out differently.
    pub fn suits(&self, source: &Map<String, Value>) -> Result<(), Vec<Diagnostic>> {
        let differences = self.list.source.iter().filter(|(key, fact)| source.get(*key) != Some(fact));
        let differences: Vec<String> = differences
            .map(|(key, fact)| format!("{key}: {fact} in the list, {} here", source.get(key).unwrap_or(&Value::Null)))
            .collect();
        if differences.is_empty() {
            return Ok(());
        }
        let message = "the tools of this machine are not those that the list was written with";
        Err(vec![differences.into_iter().fold(Diagnostic::new(code::ENGINE, message), Diagnostic::note)])
    }

    /// The journal of who works on a share.
    pub fn journal(&self, shard: Shard, terminal: &Terminal) -> Result<Records, Vec<Diagnostic>> {
        let path = self.path.join(format!("journals/{}-of-{}.journal", shard.rest + 1, shard.of));
        Records::open(path, &self.header(), terminal).map(|(records, _)| records)
    }

    fn header(&self) -> Value {
        json!({"journal": FORM, "list": self.hash})
    }

    /// What all journals hold, by the names of configurations.
    pub fn findings(&self) -> Result<BTreeMap<String, Finding>, Vec<Diagnostic>> {
        let mut findings = BTreeMap::new();
        for path in records::files(&self.path.join("journals"), "")? {
            let kept = records::read(&path, &self.header())?;
            findings.extend(kept.records.iter().filter_map(Finding::of_record));
        }
        Ok(findings)
    }

    /// The names of configurations, in order.
    pub fn names(&self) -> impl Iterator<Item = &String> {
        self.list.configurations.iter().map(|(name, _)| name)
    }

    /// Those of a share.
    pub fn share(&self, shard: Shard) -> Vec<&String> {
        self.names().skip(shard.rest).step_by(shard.of).collect()
    }

    /// Those without a finding.
    pub fn missing(&self, findings: &BTreeMap<String, Finding>) -> Vec<&String> {
        self.names().filter(|name| !findings.contains_key(*name)).collect()
    }

    /// A configuration of the list, as it was written.
    pub fn configuration(
        &self,
        name: &String,
        families: &[&'static dyn Family],
    ) -> Result<Configuration, Vec<Diagnostic>> {
        let path = self.path.join("list").join(format!("{name}.yaml"));
        let configuration = Configuration::load(&path, families)?;
        let listed = self.list.configurations.iter().find(|(listed, _)| listed == name).map(|(_, hash)| hash);
        if listed != Some(&configuration.hash()) {
            let message = format!("`{}` is not as it was written", path.display());
            return Err(vec![Diagnostic::new(code::DOCUMENT, message).note("name another folder")]);
        }
        Ok(configuration)
    }
}

fn foreign(path: &Path) -> Diagnostic {
    let message = format!("`{}` holds another list", path.display());
    let note = "the list, the library, the tools or the version of tritloom is another: name another folder";
    Diagnostic::new(code::JOURNAL, message).note(note)
}
