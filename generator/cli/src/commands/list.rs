//! `tritloom list`: the families of datapaths.

use super::Report;
use serde_json::{Value, json};
use tritloom_datapath::family::Family;

/// One line a family.
pub fn list(families: &[&'static dyn Family]) -> Report {
    let width = families.iter().map(|family| family.name().len()).max().unwrap_or(0);
    let line = |family: &&dyn Family| format!("{:width$}  {}\n", family.name(), family.summary());
    let entry = |family: &&dyn Family| json!({"name": family.name(), "summary": family.summary()});
    let text: String = families.iter().map(line).collect();
    let entries: Vec<Value> = families.iter().map(entry).collect();
    Report::passed(text, json!({"command": "list", "status": "ok", "families": entries}))
}

#[cfg(test)]
mod tests {
    use crate::testing::FAMILIES;

    #[test]
    fn a_line_holds_a_name_and_what_it_is() {
        let report = super::list(FAMILIES);
        insta::assert_snapshot!(format!("{}\n{:#}", report.text, report.json));
    }
}
