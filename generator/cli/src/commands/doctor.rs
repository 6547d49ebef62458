//! `tritloom doctor`: which external tools can be used, and how to install the others.

use super::{Report, Verdict};
use serde_json::{Value, json};
use tritloom_flow::tools::{State, Tool, survey};

/// Every tool is told of; only those that `check` cannot do without decide the verdict.
pub fn doctor() -> Report {
    report(&survey())
}

fn report(tools: &[Tool]) -> Report {
    let entries: Vec<Value> = tools.iter().map(entry).collect();
    let sound = tools.iter().all(|tool| !tool.essential || matches!(tool.state, State::Ready { .. }));
    let (verdict, status) = if sound { (Verdict::Passed, "ok") } else { (Verdict::Failed, "failed") };
    Report { text: text(tools), json: json!({"command": "doctor", "status": status, "tools": entries}), verdict }
}

fn text(tools: &[Tool]) -> String {
    let width = tools.iter().map(|tool| tool.name.len()).max().unwrap_or(0);
    let line = |tool: &Tool| format!("{:8} {:width$}  {}\n", word(&tool.state), tool.name, explanation(tool));
    tools.iter().map(line).collect()
}

fn word(state: &State) -> &'static str {
    match state {
        State::Missing => "missing",
        State::Broken { .. } => "broken",
        State::Outdated { .. } => "too old",
        State::Ready { .. } => "found",
    }
}

/// What is there, or what is wrong with it and what can be done.
fn explanation(tool: &Tool) -> String {
    let remedy = format!("needed for {}; install it with: {}", tool.needed_for, tool.install);
    match &tool.state {
        State::Missing => remedy,
        State::Broken { path, reason } => {
            format!("{}: {}; {remedy}", path.display(), reason.split_whitespace().collect::<Vec<_>>().join(" "))
        }
        State::Outdated { path, version } => {
            let minimum = tool.minimum.unwrap_or_default();
            format!("{version} ({}): {minimum} or newer is {remedy}", path.display())
        }
        State::Ready { path, version } => {
            let version = if version.is_empty() { "version unknown" } else { version };
            format!("{version} ({})", path.display())
        }
    }
}

fn entry(tool: &Tool) -> Value {
    let (path, version, reason) = match &tool.state {
        State::Missing => (None, None, None),
        State::Broken { path, reason } => (Some(path), None, Some(reason)),
        State::Outdated { path, version } | State::Ready { path, version } => (Some(path), Some(version), None),
    };
    json!({
        "name": tool.name,
        "state": word(&tool.state),
        "path": path.map(|path| path.display().to_string()),
        "version": version,
        "reason": reason,
        "minimum": tool.minimum,
        "needed_by_check": tool.essential,
        "needed_for": tool.needed_for,
        "install": tool.install,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::PathBuf;

    fn tool(name: &'static str, essential: bool, state: State) -> Tool {
        Tool { name, state, minimum: Some("5.006"), essential, needed_for: "work", install: "apt-get install it" }
    }

    fn ready(version: &str) -> State {
        State::Ready { path: PathBuf::from("/bin/it"), version: version.into() }
    }

    fn outdated() -> State {
        State::Outdated { path: PathBuf::from("/bin/it"), version: "it 4.038".into() }
    }

    fn broken() -> State {
        State::Broken { path: PathBuf::from("/bin/it"), reason: "it failed (exit status: 1):\nno library".into() }
    }

    #[test]
    fn a_line_says_what_is_there_or_how_to_get_it() {
        let tools = [
            tool("verilator", true, State::Missing),
            tool("g++", true, ready("g++ 14.2.0")),
            tool("make", false, ready("")),
            tool("yosys", false, outdated()),
            tool("iverilog", false, broken()),
        ];
        let report = report(&tools);
        insta::assert_snapshot!(format!("{}\n{:#}", report.text, report.json["tools"][4]));
    }

    #[test]
    fn only_what_check_needs_decides() {
        for (essential, state, verdict) in [
            (true, ready("1"), Verdict::Passed),
            (true, State::Missing, Verdict::Failed),
            (true, outdated(), Verdict::Failed),
            (true, broken(), Verdict::Failed),
            (false, broken(), Verdict::Passed),
        ] {
            assert_eq!(report(&[tool("it", essential, state.clone())]).verdict, verdict, "{state:?}");
        }
    }
}
