//! What a core is generated from.

use crate::{SocketError, Value};
use tritloom_datapath::family::Family;
use tritloom_datapath::parameter::{ParameterValue, Parameters};
use tritloom_datapath::registry;
use tritloom_emit::verilog::Identity;
use tritloom_hdl::Design;

/// A configuration as a binding holds it: that of a file, in constant form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Configuration {
    /// The name of the design.
    pub name: &'static str,
    /// The hash of the resolved configuration; the Verilog shows it.
    pub hash: &'static str,
    /// The family, as `tritloom list` shows it.
    pub family: &'static str,
    /// Parameters and their values; defaults hold for the others.
    pub parameters: &'static [(&'static str, Value)],
}

impl Configuration {
    /// The parameters, with every default filled in.
    ///
    /// # Errors
    /// When there is no such family, or the parameters are not legal.
    pub fn parameters(&self) -> Result<Parameters, SocketError> {
        let given = self.parameters.iter().map(|&(name, value)| (name, ParameterValue::from(value)));
        registry::resolve(self.family()?, given)
            .map_err(|problems| SocketError::Parameters { core: self.name, problems })
    }

    /// The hardware, checked.
    pub(crate) fn design(&self) -> Result<Design, SocketError> {
        let hardware = self.family()?.hardware(&self.parameters()?);
        hardware.map_err(|defects| SocketError::Defects { core: self.name, defects })
    }

    /// The family.
    pub(crate) fn family(&self) -> Result<&'static dyn Family, SocketError> {
        registry::find(self.family).ok_or(SocketError::UnknownFamily { core: self.name, family: self.family })
    }

    /// What the heads of the Verilog files say.
    pub(crate) fn identity(&self) -> Identity {
        Identity {
            tool_version: env!("CARGO_PKG_VERSION").to_owned(),
            design_name: self.name.to_owned(),
            config_hash: self.hash.to_owned(),
        }
    }
}
