//! Sized constants as text.

use super::syntax::Expression;
use tritloom_hdl::Bits;

/// A sized literal, or a concatenation of several where it would be too long for a line.
///
/// Signed values are printed as decimals, negative ones with a minus in front; but the least value as a pattern,
/// because minus of it is itself and would be wrong wherever Verilog extends it.
pub(super) fn literal(bits: &Bits, signed: bool) -> Expression {
    const LONGEST_HEX: u32 = 256;
    if bits.width() > LONGEST_HEX && !small(bits, signed) {
        return long_literal(bits, LONGEST_HEX / 2);
    }
    Expression::Literal { text: literal_text(bits, signed), signed }
}

fn small(bits: &Bits, signed: bool) -> bool {
    decimal(bits, signed).is_some()
}

/// The literal of minus the value, for a negative one that is printed with a minus in front.
pub(super) fn without_minus(expression: &Expression) -> Option<Expression> {
    let Expression::Literal { text, signed } = expression else { return None };
    Some(Expression::Literal { text: text.strip_prefix('-')?.to_string(), signed: *signed })
}

/// The value where it is better read as a decimal.
fn decimal(bits: &Bits, signed: bool) -> Option<i128> {
    const LARGEST_DECIMAL: i128 = 9_999;
    let value = if signed { bits.to_i128()? } else { i128::from(bits.to_u64()?) };
    let least = signed && bits.width() < 16 && value == -(1 << (bits.width() - 1));
    (value.abs() <= LARGEST_DECIMAL && !least).then_some(value)
}

fn literal_text(bits: &Bits, signed: bool) -> String {
    let (width, sign) = (bits.width(), if signed { "s" } else { "" });
    if width == 1 {
        return format!("1'{sign}b{}", u8::from(bits.bit(0)));
    }
    match decimal(bits, signed) {
        Some(value) if value < 0 => format!("-{width}'{sign}d{}", -value),
        Some(value) => format!("{width}'{sign}d{value}"),
        None => format!("{width}'{sign}h{}", bits.to_hex()),
    }
}

fn long_literal(bits: &Bits, chunk: u32) -> Expression {
    let width = bits.width();
    if (0..width).all(|position| bits.bit(position)) {
        return Expression::Replicate(width, Box::new(literal(&Bits::from_u64(1, 1), false)));
    }
    let lows: Vec<u32> = (0..width.div_ceil(chunk)).map(|position| position * chunk).collect();
    let part = |low: &u32| {
        let bits = bits.slice(*low, chunk.min(width - low));
        Expression::Literal { text: literal_text(&bits, false), signed: false }
    };
    Expression::Concat(lows.iter().rev().map(part).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(value: i128, width: u32, signed: bool) -> String {
        match literal(&Bits::from_i128(value, width), signed) {
            Expression::Literal { text, signed: says_signed } if says_signed == signed => text,
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn literals_are_sized_and_the_least_value_is_a_pattern() {
        assert_eq!(text(0, 1, false), "1'b0");
        assert_eq!(text(-1, 1, true), "1'sb1");
        assert_eq!(text(3, 4, false), "4'd3");
        assert_eq!(text(-3, 8, true), "-8'sd3");
        assert_eq!(text(-128, 8, true), "8'sh80");
        assert_eq!(text(-128, 9, true), "-9'sd128");
        assert_eq!(text(-8192, 14, true), "14'sh2000");
        assert_eq!(text(70_000, 17, false), "17'h11170");
        assert_eq!(text(-70_000, 18, true), "18'sh2ee90");
        assert_eq!(text(5, 65_536, false), "65536'd5");
    }
}
