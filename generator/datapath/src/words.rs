//! Words of what is emitted.

/// A count and what is counted: `1 product`, `4 products`.
pub(crate) fn counted(count: u32, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}
