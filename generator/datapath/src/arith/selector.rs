//! Choosing one of many words by a binary index.

use tritloom_hdl::{Census, Lanes, Module, ModuleBuilder, Primitive, Value, bits_for, sint, uint};

/// A multiplexer tree: `select` names one of `count` signed words of `width` bits, or zero.
///
/// Index 0 gives zero and index `i` word `i - 1`, so that the tree holds `count` two-to-one multiplexers a bit,
/// one of them an AND gate. The index must not exceed `count`.
pub fn zero_or_word(count: u32, width: u32) -> Module {
    let name = format!("zero_or_word_n{count}_w{width}");
    let m = ModuleBuilder::new(
        name,
        format!("Picks one of {count} words of {width} bits by a binary index; index 0 gives zero."),
    );
    m.parameter("words", count);
    m.parameter("word width", width);
    let index = m.input("index", uint(bits_for(u64::from(count))));
    let words = m.input_lanes("words", sint(width), count, "word i has index i + 1");
    let zero = m.uint(0, width);
    let first = m.wire("level0", &m.concat(&[words.flat(), &zero])).lanes(sint(width), count + 1);
    m.output("word", &pick(&m, &index, first));
    m.finish()
}

/// Level by level: bit `level` of the index chooses between neighbours; a word without neighbour moves up.
fn pick(m: &ModuleBuilder, index: &Value, words: Lanes) -> Value {
    let (mut current, mut level) = (words, 0);
    while current.count() > 1 {
        let (chosen, pairs) = (index.bit(level), current.count() / 2);
        level += 1;
        let next = m.lanes(&format!("level{level}"), current.shape(), current.count().div_ceil(2));
        m.repeat(&format!("pair{level}"), pairs, |pair| {
            let (low, high) = (current.lane(pair * 2), current.lane(pair * 2 + 1));
            next.drive(pair, &chosen.mux(&high, &low));
        });
        if next.count() > pairs {
            next.drive(pairs, &current.lane(pairs * 2));
        }
        current = (*next).clone();
    }
    current.lane(0)
}

/// The primitives of [`zero_or_word`]: n + 1 words make n choices.
pub fn zero_or_word_census(count: u64, width: u64) -> Census {
    let mut census = Census::default();
    census.add(Primitive::Multiplexer, count, width);
    census
}
