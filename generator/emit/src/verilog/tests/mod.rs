//! Tests of the emitted text: by topic, by the tools that read it, and of the promises about names and lines.

mod designs;
mod promises;
mod tools;

use super::{Emission, Identity, emit};
use tritloom_hdl::Module;

fn emitted(module: Module) -> Emission {
    let identity =
        Identity { tool_version: "0.1.0".into(), design_name: "topic".into(), config_hash: "0123456789abcdef".into() };
    emit(&designs::checked(module), &identity)
}

/// All files, one after another.
fn text(emission: &Emission) -> String {
    emission.files.values().map(String::as_str).collect::<Vec<_>>().join("\n")
}

macro_rules! topics {
    ($($topic:ident)*) => {$(
        #[test]
        fn $topic() {
            insta::assert_snapshot!(stringify!($topic), text(&emitted(designs::$topic())));
        }
    )*};
}

topics! {
    ports arithmetic logic selects registers delay_lines memories loops nested_loops instances not_all_read long_lines constants
    chains collisions
}
