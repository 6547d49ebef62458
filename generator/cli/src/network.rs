//! Networks by name or file.

use crate::diagnostic::{Diagnostic, code};
use crate::named;
use tritloom_cost::Network;

/// The files of `designs/networks`, which are in the program.
const SHIPPED: &[(&str, &str)] = &[
    ("bitllama_3m", include_str!("../../../designs/networks/bitllama_3m.yaml")),
    ("bitnet_2b4t", include_str!("../../../designs/networks/bitnet_2b4t.yaml")),
    ("bitnet_3b", include_str!("../../../designs/networks/bitnet_3b.yaml")),
    ("llama_7b", include_str!("../../../designs/networks/llama_7b.yaml")),
];

/// What a file must be.
const FILE: &str = "a file like those in `designs/networks`";

/// A network that the program has, or that of a file.
pub fn load(wanted: &str) -> Result<Network, Vec<Diagnostic>> {
    let names: Vec<&str> = SHIPPED.iter().map(|(name, _)| *name).collect();
    let text = named::read(wanted, SHIPPED, || named::missing(code::NETWORK, "network", wanted, &names, FILE))?;
    Network::read(&text).map_err(|error| {
        let diagnostic = named::refused(code::NETWORK, "network", wanted, &text, &error);
        vec![diagnostic.legal(format!("{}, or {FILE}", names.join(", ")))]
    })
}
