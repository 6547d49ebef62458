//! Defects of a design: values with a code, a path and the Rust line that built the node.

use std::fmt;

/// A place in the Rust source that described the hardware.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Location {
    /// As the compiler was given it.
    pub file: &'static str,
    /// From 1.
    pub line: u32,
}

impl Location {
    /// The caller of the function that is `#[track_caller]`.
    #[track_caller]
    pub fn caller() -> Location {
        let caller = std::panic::Location::caller();
        Location { file: caller.file(), line: caller.line() }
    }
}

impl fmt::Display for Location {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}", self.file, self.line)
    }
}

macro_rules! codes {
    ($($variant:ident $code:literal $meaning:literal;)*) => {
        /// What kind of defect; the text form (`H0101`) is stable.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Code {
            $(#[doc = $meaning] $variant,)*
        }

        impl Code {
            /// Every code, for the manual.
            pub const ALL: &'static [Code] = &[$(Code::$variant,)*];

            /// The stable text form.
            pub const fn text(self) -> &'static str {
                match self { $(Code::$variant => $code,)* }
            }

            /// One sentence for the manual.
            pub const fn meaning(self) -> &'static str {
                match self { $(Code::$variant => $meaning,)* }
            }
        }
    };
}

codes! {
    WidthMismatch "H0101" "two widths that must be equal differ";
    SignMismatch "H0102" "a signed and an unsigned value meet in one operator";
    WidthOutOfRange "H0103" "a width is zero or above the maximum";
    BitsOutOfRange "H0104" "a slice or lane lies outside its value";
    ConstantTooWide "H0105" "a constant does not fit its width";
    EmptyList "H0106" "an operator over a list was given none";
    WouldLoseBits "H0107" "an extension to fewer bits, or a wrap to more";
    LoopCount "H0108" "a loop has no iterations, or too many";
    DelayLength "H0109" "a delay line has no cycles, or too many";
    Undriven "H0201" "a wire, register, output or instance input has no driver";
    DrivenTwice "H0202" "a wire, register, output or instance input has two drivers";
    CombinationalLoop "H0203" "a value depends on itself within one cycle";
    Keyword "H0301" "a name is a keyword of Verilog or SystemVerilog";
    IllegalName "H0302" "a name cannot stand in the emitted text";
    DuplicateName "H0303" "a name is used twice in one module";
    ModuleClash "H0304" "two different modules have one name";
    ForeignValue "H0401" "a value of another module is used";
    EscapedLoop "H0402" "what belongs to a loop is used outside it";
    NoSuchPort "H0403" "an instance has no port of that name and direction";
    MemoryShape "H0404" "address, data or contents do not fit the memory";
    PipelineOrder "H0405" "a staged value is asked for before it exists, or absurdly late";
}

/// One defect.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Diagnostic {
    /// What kind.
    pub code: Code,
    /// Given names in the hierarchy, from the top module through loops and instances, as `top.lane.table.sum`.
    pub path: String,
    /// The Rust line that built the node.
    pub location: Location,
    /// What is wrong, with the numbers, and what would be right.
    pub message: String,
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "error[{}]: {}\n  in {}\n  at {}", self.code.text(), self.message, self.path, self.location)
    }
}

/// Every defect of a design, in the order in which the hierarchy is walked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostics(pub Vec<Diagnostic>);

impl fmt::Display for Diagnostics {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for diagnostic in &self.0 {
            writeln!(formatter, "{diagnostic}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Diagnostics {}
