//! Networks by name or file.

use crate::diagnostic::{Diagnostic, code};
use crate::technology::refused;
use std::fs;
use std::path::Path;
use tritloom_cost::Network;
use tritloom_datapath::parameter::closest;

/// The files of `designs/networks`, which are in the program.
const SHIPPED: &[(&str, &str)] = &[
    ("bitllama_3m", include_str!("../../../designs/networks/bitllama_3m.yaml")),
    ("bitnet_2b4t", include_str!("../../../designs/networks/bitnet_2b4t.yaml")),
    ("bitnet_3b", include_str!("../../../designs/networks/bitnet_3b.yaml")),
    ("llama_7b", include_str!("../../../designs/networks/llama_7b.yaml")),
];

/// A network that the program has, or that of a file.
pub fn load(wanted: &str) -> Result<Network, Vec<Diagnostic>> {
    let names = || SHIPPED.iter().map(|(name, _)| *name);
    let text = match SHIPPED.iter().find(|(name, _)| *name == wanted) {
        Some((_, text)) => (*text).to_owned(),
        None if Path::new(wanted).exists() => {
            fs::read_to_string(wanted).map_err(|error| vec![Diagnostic::unreadable(wanted, &error)])?
        }
        None => {
            let diagnostic = Diagnostic::new(code::NETWORK, format!("there is no network and no file `{wanted}`"));
            return Err(vec![
                diagnostic.legal(names().collect::<Vec<_>>().join(", ")).suggestion(closest(wanted, names())),
            ]);
        }
    };
    Network::read(&text).map_err(|error| {
        let diagnostic = refused(code::NETWORK, &format!("`{wanted}` is no network"), wanted, &text, &error);
        vec![diagnostic.legal(format!("{}, or a file like them", names().collect::<Vec<_>>().join(", ")))]
    })
}
