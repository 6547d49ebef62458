//! Names that the emitted text cannot use: keywords of Verilog-2005 and SystemVerilog (IEEE 1800-2017, annex B).

/// Sorted, so that look-up is a binary search.
#[rustfmt::skip] // One word a line would fill five screens.
const KEYWORDS: &[&str] = &[
    "accept_on", "alias", "always", "always_comb", "always_ff", "always_latch", "and", "assert", "assign", "assume",
    "automatic", "before", "begin", "bind", "bins", "binsof", "bit", "break", "buf", "bufif0", "bufif1", "byte",
    "case", "casex", "casez", "cell", "chandle", "checker", "class", "clocking", "cmos", "config", "const",
    "constraint", "context", "continue", "cover", "covergroup", "coverpoint", "cross", "deassign", "default",
    "defparam", "design", "disable", "dist", "do", "edge", "else", "end", "endcase", "endchecker", "endclass",
    "endclocking", "endconfig", "endfunction", "endgenerate", "endgroup", "endinterface", "endmodule", "endpackage",
    "endprimitive", "endprogram", "endproperty", "endsequence", "endspecify", "endtable", "endtask", "enum", "event",
    "eventually", "expect", "export", "extends", "extern", "final", "first_match", "for", "force", "foreach",
    "forever", "fork", "forkjoin", "function", "generate", "genvar", "global", "highz0", "highz1", "if", "iff",
    "ifnone", "ignore_bins", "illegal_bins", "implements", "implies", "import", "incdir", "include", "initial",
    "inout", "input", "inside", "instance", "int", "integer", "interconnect", "interface", "intersect", "join",
    "join_any", "join_none", "large", "let", "liblist", "library", "local", "localparam", "logic", "longint",
    "macromodule", "matches", "medium", "modport", "module", "nand", "negedge", "nettype", "new", "nexttime", "nmos",
    "nor", "noshowcancelled", "not", "notif0", "notif1", "null", "or", "output", "package", "packed", "parameter",
    "pmos", "posedge", "primitive", "priority", "program", "property", "protected", "pull0", "pull1", "pulldown",
    "pullup", "pulsestyle_ondetect", "pulsestyle_onevent", "pure", "rand", "randc", "randcase", "randsequence",
    "rcmos", "real", "realtime", "ref", "reg", "reject_on", "release", "repeat", "restrict", "return", "rnmos",
    "rpmos", "rtran", "rtranif0", "rtranif1", "s_always", "s_eventually", "s_nexttime", "s_until", "s_until_with",
    "scalared", "sequence", "shortint", "shortreal", "showcancelled", "signed", "small", "soft", "solve", "specify",
    "specparam", "static", "string", "strong", "strong0", "strong1", "struct", "super", "supply0", "supply1",
    "sync_accept_on", "sync_reject_on", "table", "tagged", "task", "this", "throughout", "time", "timeprecision",
    "timeunit", "tran", "tranif0", "tranif1", "tri", "tri0", "tri1", "triand", "trior", "trireg", "type", "typedef",
    "union", "unique", "unique0", "unsigned", "until", "until_with", "untyped", "use", "uwire", "var", "vectored",
    "virtual", "void", "wait", "wait_order", "wand", "weak", "weak0", "weak1", "while", "wildcard", "wire", "with",
    "within", "wor", "xnor", "xor",
];

/// Suffixes and prefixes that the emitted text gives a meaning of its own.
const RESERVED_SUFFIXES: &[&str] = &["_i", "_o", "_q", "_d", "_ni", "_no", "_mem"];
const RESERVED_PREFIXES: &[&str] = &["u_", "gen_", "unused"];

/// Whether `name` is a keyword of Verilog or SystemVerilog.
pub fn is_keyword(name: &str) -> bool {
    KEYWORDS.binary_search(&name).is_ok()
}

/// Why `name` cannot be given to anything; `None` when it can.
pub fn refusal(name: &str) -> Option<String> {
    let legal = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_';
    let stage_suffix = name.rsplit_once("_q").is_some_and(|(_, stage)| stage.bytes().all(|byte| byte.is_ascii_digit()));
    if !name.starts_with(|letter: char| letter.is_ascii_lowercase()) {
        Some("it must begin with a lower-case letter".into())
    } else if !name.chars().all(legal) {
        Some("only lower-case letters, digits and single underscores may stand in it".into())
    } else if name.contains("__") || name.ends_with('_') {
        Some("underscores must stand singly between letters or digits".into())
    } else if stage_suffix {
        Some("the ending `_q` marks registers in the emitted text".into())
    } else if let Some(suffix) = RESERVED_SUFFIXES.iter().find(|suffix| name.ends_with(**suffix)) {
        Some(format!("the ending `{suffix}` has a meaning of its own in the emitted text"))
    } else {
        let prefix = RESERVED_PREFIXES.iter().find(|prefix| name.starts_with(**prefix))?;
        Some(format!("the beginning `{prefix}` has a meaning of its own in the emitted text"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_sorted_so_that_every_keyword_is_found() {
        assert!(KEYWORDS.windows(2).all(|pair| pair[0] < pair[1]));
        assert!(KEYWORDS.iter().all(|keyword| is_keyword(keyword)));
        assert!(!is_keyword("sum"));
    }

    #[test]
    fn names_that_would_collide_with_emitted_suffixes_are_refused() {
        for name in ["x_i", "x_q", "x_q2", "x_d", "a__b", "_a", "A", "a-b", "u_x", "gen_x", "", "a_"] {
            assert!(refusal(name).is_some(), "{name}");
        }
        for name in ["x", "x_quarter", "group_size", "y2", "unit"] {
            assert!(refusal(name).is_none(), "{name}");
        }
    }
}
