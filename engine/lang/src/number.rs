//! Arithmetic as Terraform does it: on binary floats of 512 bits, each result rounded to the nearest, ties to even.
//!
//! A [`Number`] stands for the float nearest to it, and a result is written as the shortest decimal that leads back to the same
//! float. So `0.1` stays `0.1`, `1/3` has 155 digits, and two numbers are the same float exactly if they are the same [`Number`],
//! provided that numbers with more digits than a float can tell apart went through [`rounded`] first, as [`parse`] does.

use hotswap_value::Number;
use num_bigint::{BigInt, Sign};

/// The bits of a float's mantissa.
const PRECISION: u64 = 512;
/// Decimals of at most this many bits (that is, 153 digits) are each the shortest form of their own float.
const EXACT_BITS: u64 = 508;

/// `mantissa * 2^exponent`, with a mantissa of at most [`PRECISION`] bits.
#[derive(Debug, Clone)]
struct Float {
    mantissa: BigInt,
    exponent: i64,
}

/// The number a text says; `None` if it says none, or one with more than ten thousand digits.
pub fn parse(text: &str) -> Option<Number> {
    text.parse().ok().and_then(|number: Number| rounded(&number))
}

/// The number in the form that results of arithmetic have. Only one of more than 153 digits can change.
pub fn rounded(number: &Number) -> Option<Number> {
    if number.as_decimal().as_bigint_and_scale().0.bits() <= EXACT_BITS {
        return Some(number.clone());
    }
    Float::of(number).to_number()
}

/// The sum; `None` if it has too many digits to be held.
pub fn add(a: &Number, b: &Number) -> Option<Number> {
    if let Some(sum) = integers(a, b).and_then(|(a, b)| a.checked_add(b)) {
        return Some(sum.into());
    }
    Float::of(a).plus(&Float::of(b)).to_number()
}

/// The difference; `None` if it has too many digits to be held.
pub fn subtract(a: &Number, b: &Number) -> Option<Number> {
    if let Some(difference) = integers(a, b).and_then(|(a, b)| a.checked_sub(b)) {
        return Some(difference.into());
    }
    Float::of(a).plus(&Float::of(b).negated()).to_number()
}

/// The product; `None` if it has too many digits to be held.
pub fn multiply(a: &Number, b: &Number) -> Option<Number> {
    if let Some(product) = integers(a, b).and_then(|(a, b)| a.checked_mul(b)) {
        return Some(product.into());
    }
    Float::of(a).times(&Float::of(b)).to_number()
}

/// The quotient; `None` if `b` is zero or the quotient has too many digits to be held.
pub fn divide(a: &Number, b: &Number) -> Option<Number> {
    if let Some((a, b)) = integers(a, b)
        && a.checked_rem(b) == Some(0)
    {
        return a.checked_div(b).map(Number::from);
    }
    Float::of(a).over(&Float::of(b))?.to_number()
}

/// What is left of `a` after taking away `b` as often as it goes, towards zero; it has the sign of `a`. `None` if `b` is zero.
pub fn remainder(a: &Number, b: &Number) -> Option<Number> {
    if let Some(rest) = integers(a, b).and_then(|(a, b)| a.checked_rem(b)) {
        return Some(rest.into());
    }
    let (a, b) = (Float::of(a), Float::of(b));
    let times = a.over(&b)?.truncated();
    a.plus(&b.times(&times).negated()).to_number()
}

/// The number with the other sign.
pub fn negate(number: &Number) -> Option<Number> {
    subtract(&0_i64.into(), number)
}

/// Both as machine integers, where that is what they are.
fn integers(a: &Number, b: &Number) -> Option<(i64, i64)> {
    Some((a.to_i64()?, b.to_i64()?))
}

impl Float {
    fn of(number: &Number) -> Self {
        let (digits, scale) = number.as_decimal().as_bigint_and_scale();
        let digits = digits.into_owned();
        if scale <= 0 {
            return Self::rounded(digits * power_of(10, scale.unsigned_abs()), 0);
        }
        // The quotient below never is by zero.
        Self::quotient(digits, power_of(10, scale.unsigned_abs()), 0)
    }

    /// Rounds to the nearest float, ties to even.
    fn rounded(mantissa: BigInt, exponent: i64) -> Self {
        let excess = mantissa.bits().saturating_sub(PRECISION);
        if excess == 0 {
            return Self { mantissa, exponent };
        }
        let (sign, magnitude) = mantissa.into_parts();
        let mut kept = &magnitude >> excess;
        let half_bit = magnitude.bit(excess - 1);
        let beyond_half = magnitude.trailing_zeros().is_some_and(|zeros| zeros < excess - 1);
        if half_bit && (beyond_half || kept.bit(0)) {
            kept += 1_u32;
        }
        // Rounding up can give 2^512, which has a bit too many but none that is lost.
        Self { mantissa: BigInt::from_biguint(sign, kept), exponent: exponent + excess as i64 }
    }

    /// `a / b * 2^exponent`, rounded.
    fn quotient(a: BigInt, b: BigInt, exponent: i64) -> Self {
        // Two bits more than are kept, and a third that says whether anything is left over.
        let shift = (PRECISION + 2 + b.bits()).saturating_sub(a.bits());
        let a = a << shift;
        let quotient = &a / &b;
        let left_over = a != &quotient * &b;
        let sticky = match (left_over, a.sign()) {
            (false, _) => BigInt::from(0),
            (true, Sign::Minus) => BigInt::from(-1),
            (true, _) => BigInt::from(1),
        };
        Self::rounded((quotient << 1_u32) + sticky, exponent - shift as i64 - 1)
    }

    fn plus(&self, other: &Self) -> Self {
        let exponent = self.exponent.min(other.exponent);
        let aligned = |float: &Self| &float.mantissa << (float.exponent - exponent).unsigned_abs();
        Self::rounded(aligned(self) + aligned(other), exponent)
    }

    fn negated(&self) -> Self {
        Self { mantissa: -self.mantissa.clone(), exponent: self.exponent }
    }

    fn times(&self, other: &Self) -> Self {
        Self::rounded(&self.mantissa * &other.mantissa, self.exponent + other.exponent)
    }

    fn over(&self, other: &Self) -> Option<Self> {
        if other.mantissa.sign() == Sign::NoSign {
            return None;
        }
        Some(Self::quotient(self.mantissa.clone(), other.mantissa.clone(), self.exponent - other.exponent))
    }

    /// Without its fraction.
    fn truncated(self) -> Self {
        if self.exponent >= 0 {
            return self;
        }
        let unit = BigInt::from(1) << self.exponent.unsigned_abs();
        Self::rounded(self.mantissa / unit, 0)
    }

    /// The shortest decimal that leads back to this float; of those the nearest.
    fn to_number(&self) -> Option<Number> {
        if self.mantissa.sign() == Sign::NoSign {
            return Some(0_i64.into());
        }
        if self.exponent >= 0 && self.mantissa.bits() + self.exponent.unsigned_abs() <= PRECISION {
            let whole = &self.mantissa << self.exponent.unsigned_abs();
            return whole.to_string().parse().ok();
        }
        let (sign, magnitude) = (self.mantissa.sign(), self.mantissa.magnitude());
        // Brought to 513 bits, so that the floats beside this one are 2 away and half the way to them is 1.
        let shift = PRECISION + 1 - magnitude.bits().min(PRECISION);
        let middle = BigInt::from(magnitude << shift);
        let exponent = self.exponent - shift as i64;
        let inclusive = !middle.bit(1);
        let digits_of = |mantissa: BigInt| match exponent {
            0.. => (mantissa << exponent.unsigned_abs()).to_string(),
            _ => (mantissa * power_of(5, exponent.unsigned_abs())).to_string(),
        };
        let decimal_exponent = exponent.min(0);
        let upper = digits_of(&middle + 1);
        let pad = |digits: String| format!("{}{digits}", "0".repeat(upper.len() - digits.len()));
        let (digits, dropped) =
            shortest(pad(digits_of(&middle - 1)).as_bytes(), pad(digits_of(middle)).as_bytes(), upper.as_bytes(), inclusive);
        let minus = if sign == Sign::Minus { "-" } else { "" };
        format!("{minus}{digits}e{}", decimal_exponent + dropped as i64).parse().ok()
    }
}

/// The fewest digits of a decimal between `lower` and `upper`, nearest to `middle`, and how many places were left off.
/// All three have the same length; whether the bounds themselves count is `inclusive`.
fn shortest(lower: &[u8], middle: &[u8], upper: &[u8], inclusive: bool) -> (String, usize) {
    let (mut above_lower, mut below_upper) = (0_i32, 0_i32);
    let only_zeros = |digits: &[u8]| digits.iter().all(|digit| *digit == b'0');
    for place in 0..middle.len() {
        // By how much the digits so far differ from those of the bounds; more than a few is all the same.
        above_lower = (above_lower * 10 + i32::from(middle[place]) - i32::from(lower[place])).min(100);
        below_upper = (below_upper * 10 + i32::from(upper[place]) - i32::from(middle[place])).min(100);
        let down = above_lower > 0 || (inclusive && only_zeros(&lower[place + 1..]));
        let up = below_upper > 1 || (below_upper == 1 && (inclusive || !only_zeros(&upper[place + 1..])));
        let kept = String::from_utf8_lossy(&middle[..=place]).into_owned();
        let rest = &middle[place + 1..];
        let round_up = match (down, up) {
            (false, false) => continue,
            (true, false) => false,
            (false, true) => true,
            (true, true) => match rest.split_first() {
                None => false,
                Some((b'5', after)) if only_zeros(after) => !matches!(middle[place], b'0' | b'2' | b'4' | b'6' | b'8'),
                Some((digit, _)) => *digit >= b'5',
            },
        };
        let kept = if round_up { incremented(&kept) } else { kept };
        return (kept, rest.len());
    }
    (String::from_utf8_lossy(middle).into_owned(), 0)
}

/// A whole number in digits, and one.
fn incremented(digits: &str) -> String {
    let nines = digits.bytes().rev().take_while(|digit| *digit == b'9').count();
    let (head, tail) = digits.split_at(digits.len() - nines);
    let zeros = "0".repeat(tail.len());
    match head.as_bytes().split_last() {
        Some((last, before)) => format!("{}{}{zeros}", String::from_utf8_lossy(before), char::from(last + 1)),
        None => format!("1{zeros}"),
    }
}

fn power_of(base: u32, exponent: u64) -> BigInt {
    // Exponents come from numbers of at most ten thousand digits.
    BigInt::from(base).pow(u32::try_from(exponent).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Number {
        text.parse().unwrap()
    }

    /// Each as `terraform console` answers it.
    #[test]
    fn results_are_terraforms() {
        let third = format!("0.{}5", "3".repeat(154));
        assert_eq!(divide(&number("1"), &number("3")).unwrap().to_string(), third);
        assert_eq!(add(&number("0.1"), &number("0.2")).unwrap().to_string(), "0.3");
        assert_eq!(add(&number("9007199254740992"), &number("1")).unwrap().to_string(), "9007199254740993");
        assert_eq!(multiply(&number("1e200"), &number("1e200")).unwrap(), number("1e400"));
        assert_eq!(remainder(&number("-7"), &number("3")).unwrap().to_string(), "-1");
        assert_eq!(remainder(&number("5.5"), &number("2")).unwrap().to_string(), "1.5");
    }

    #[test]
    fn nothing_is_divided_by_zero() {
        assert_eq!(divide(&number("1"), &number("0")), None);
        assert_eq!(remainder(&number("1.5"), &number("0")), None);
    }

    #[test]
    fn a_number_no_float_can_tell_apart_is_rounded() {
        let long = format!("1.{}1", "0".repeat(200));
        assert_eq!(parse(&long), Some(number("1")));
        assert_eq!(parse("0.1"), Some(number("0.1")));
    }
}
