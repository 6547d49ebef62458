//! The name of a design: it stands in the headers of its files and names folders and reports.

/// Longer names become unreadable in reports, and some tools cut them.
pub const MAXIMUM_LENGTH: usize = 64;

/// The rule as a regular expression: words of small letters and digits, joined by single underscores.
pub const PATTERN: &str = "^[a-z][a-z0-9]*(_[a-z0-9]+)*$";

/// The rule in words.
pub const RULE: &str =
    "a lower-case letter, then lower-case letters, digits and single underscores; no keyword; at most 64 characters";

/// Why `name` cannot name a design.
pub fn defect(name: &str) -> Option<String> {
    if name.len() > MAXIMUM_LENGTH {
        Some(format!("it is longer than {MAXIMUM_LENGTH} characters"))
    } else if tritloom_hdl::is_keyword(name) {
        Some("it is a keyword of Verilog or SystemVerilog".to_string())
    } else {
        tritloom_hdl::refusal(name)
    }
}

/// The nearest legal name.
pub fn nearest(name: &str) -> Option<String> {
    let lower = name.to_lowercase();
    let words = lower.split(|c: char| !c.is_ascii_lowercase() && !c.is_ascii_digit());
    let plain = words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join("_");
    let plain = plain.get(..MAXIMUM_LENGTH).unwrap_or(&plain).trim_end_matches('_');
    if plain.is_empty() {
        return None;
    }
    [plain.to_string(), format!("{plain}_core"), format!("design_{plain}"), format!("design_{plain}_core")]
        .into_iter()
        .find(|candidate| defect(candidate).is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_suggestion_is_legal() {
        let long = "a_".repeat(100);
        for (name, expected) in [
            ("Paper 32x32", Some("paper_32x32")),
            ("32x32", Some("design_32x32")),
            ("a__b_", Some("a_b")),
            ("module", Some("module_core")),
            ("tile-8", Some("tile_8")),
            ("tile_i", Some("tile_i_core")),
            ("u_tile", Some("design_u_tile")),
            ("", None),
            ("ß", None),
            (&long, Some(&long[..63])),
        ] {
            assert!(defect(name).is_some(), "{name}");
            assert_eq!(nearest(name).as_deref(), expected);
        }
    }

    #[test]
    fn plain_words_are_legal() {
        for name in ["a", "paper_32x32", "x1_2_3", &"a".repeat(64)] {
            assert_eq!(defect(name), None);
        }
        assert!(defect(&"a".repeat(65)).is_some());
    }
}
