//! Sums of many terms, each of which may still owe a carry: `-x` is `!x` plus one, and that one is given to an
//! adder that has a free carry-in instead of to an adder of its own.

use tritloom_hdl::{ModuleBuilder, Value, bits_for};

/// A summand: its value is `word + carry`.
#[derive(Clone)]
pub struct Term {
    /// Signed.
    pub word: Value,
    /// One bit that is still to be added with weight one.
    pub carry: Option<Value>,
}

/// The sum of many terms as one word and the carries that no adder has taken.
pub struct Partial {
    /// Signed.
    pub word: Value,
    /// At most one carry where every term had one, since k terms meet in k - 1 adders.
    pub carries: Vec<Value>,
}

/// Bits of a signed value from `-magnitude` to `magnitude - 1`.
pub fn bits_below(magnitude: u64) -> u32 {
    bits_for(magnitude - 1) + 1
}

/// Bits of a signed value from `-magnitude` to `magnitude`.
pub fn bits_up_to(magnitude: u64) -> u32 {
    bits_for(magnitude) + 1
}

/// Adds terms in a balanced tree, neighbours first; partial sums are named `<name>_<first>_<last>`.
///
/// Each term with its carry lies within `-magnitude ..= magnitude`. Where terms have carries, each word alone lies
/// within `-magnitude ..= magnitude - 1` (the range is closed under complement), and since one carry of every
/// partial sum is still owed, so does the sum of k of them, times k: every intermediate sum gets its exact width.
pub fn balanced(m: &ModuleBuilder, name: &str, terms: &[Term], magnitude: u64) -> Partial {
    let owing = terms.iter().all(|term| term.carry.is_some());
    let exact = |count: usize| {
        let bound = count as u64 * magnitude;
        if owing { bits_below(bound) } else { bits_up_to(bound) }
    };
    let (word, carries) = add_range(m, name, terms, 0, &exact);
    Partial { word, carries }
}

fn add_range(
    m: &ModuleBuilder,
    name: &str,
    terms: &[Term],
    first: usize,
    exact: &dyn Fn(usize) -> u32,
) -> (Value, Vec<Value>) {
    if let [only] = terms {
        return (only.word.clone(), only.carry.iter().cloned().collect());
    }
    let middle = terms.len().div_ceil(2);
    let (left, mut carries) = add_range(m, name, &terms[..middle], first, exact);
    let (right, more) = add_range(m, name, &terms[middle..], first + middle, exact);
    carries.extend(more);
    let sum = if carries.is_empty() { &left + &right } else { left.add_with_carry(&right, &carries.remove(0)) };
    let last = first + terms.len() - 1;
    let sum = m.wire(&format!("{name}_{first}_{last}"), &sum);
    let width = exact(terms.len()).min(sum.width());
    (sum.wrap(width), carries)
}

/// Adds words and carries modulo `2^width` through rows of 3:2 compressors; all words have `width` bits.
///
/// Each row's carry word has a free least significant bit, which takes one of the carries: n words absorb
/// n - 2 carries in n - 2 rows, and the final adder one more.
pub fn carry_save(m: &ModuleBuilder, words: &[Value], carries: &[Value]) -> Value {
    let mut words = words.to_vec();
    let mut carries = carries.to_vec();
    let width = words.first().map_or(1, Value::width);
    let mut level = 0;
    while words.len() > 2 {
        level += 1;
        let mut next = Vec::new();
        for (row, group) in words.chunks(3).enumerate() {
            let [a, b, c] = group else {
                next.extend_from_slice(group);
                continue;
            };
            let name = format!("row{level}_{row}");
            next.push(m.wire(&format!("{name}_sum"), &(a ^ b ^ c)));
            let majority = m.wire(&format!("{name}_majority"), &((a & b) | (c & (a | b))));
            let low = if carries.is_empty() { m.uint(0, 1) } else { carries.remove(0) };
            let shifted = if width == 1 { low } else { m.concat(&[&majority.wrap(width - 1), &low]) };
            next.push(m.wire(&format!("{name}_carry"), &shifted.as_signed()));
        }
        words = next;
    }
    debug_assert!(carries.len() <= 1, "{} carries are left over", carries.len());
    match (words.as_slice(), carries.first()) {
        ([only], None) => only.clone(),
        ([left, right], None) => (left + right).wrap(width),
        ([left, right], Some(carry)) => left.add_with_carry(right, carry).wrap(width),
        _ => m.sint(0, width),
    }
}
