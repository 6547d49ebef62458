//! `tritloom doctor`: which external tools are there, and how to install the missing.

use super::Report;
use serde_json::{Value, json};
use tritloom_flow::tools::{Tool, survey};

/// Missing tools are no failure: the report says what each is needed for.
pub fn doctor() -> Report {
    let tools = survey();
    let entries: Vec<Value> = tools.iter().map(entry).collect();
    Report::passed(text(&tools), json!({"command": "doctor", "status": "ok", "tools": entries}))
}

fn text(tools: &[Tool]) -> String {
    let width = tools.iter().map(|tool| tool.name.len()).max().unwrap_or(0);
    let mut text = String::new();
    for tool in tools {
        let (name, needed_for) = (tool.name, tool.needed_for);
        text += &match &tool.found {
            Some(found) => {
                let version = if found.version.is_empty() { "version unknown" } else { &found.version };
                format!("found    {name:width$}  {version} ({})\n", found.path.display())
            }
            None => format!("missing  {name:width$}  needed for {needed_for}; install it with: {}\n", tool.install),
        };
    }
    text
}

fn entry(tool: &Tool) -> Value {
    let found = tool.found.as_ref();
    json!({
        "name": tool.name,
        "found": found.is_some(),
        "path": found.map(|found| found.path.display().to_string()),
        "version": found.map(|found| &found.version),
        "needed_for": tool.needed_for,
        "install": tool.install,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::PathBuf;
    use tritloom_flow::tools::Found;

    fn tool(name: &'static str, version: Option<&str>) -> Tool {
        let found =
            version.map(|version| Found { path: PathBuf::from("/usr/bin").join(name), version: version.into() });
        Tool { name, found, needed_for: "work", install: "apt-get install it" }
    }

    #[test]
    fn a_line_says_what_is_there_or_how_to_get_it() {
        let tools = [tool("verilator", None), tool("g++", Some("g++ 14.2.0")), tool("make", Some(""))];
        insta::assert_snapshot!(text(&tools));
    }
}
