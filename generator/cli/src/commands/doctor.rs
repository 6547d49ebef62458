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
                let version = found.version.as_deref().unwrap_or("version unknown");
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
        "version": found.and_then(|found| found.version.clone()),
        "needed_for": tool.needed_for,
        "install": tool.install,
    })
}
