//! Numbers as format verbs write them.

use bigdecimal::{
    BigDecimal, RoundingMode, Zero,
    num_bigint::{BigInt, Sign},
};
use hotswap_value::Number;

use super::format_verb::Verb;

/// The bits of a number's mantissa in Terraform.
const PRECISION: i64 = 512;

/// A whole number in base 2, 8, 10 or 16, as the verb says.
pub(super) fn integer(verb: &Verb, number: &Number) -> String {
    let integer = number.as_decimal().with_scale(0).as_bigint_and_scale().0.into_owned();
    let radix = match verb.mode {
        'b' => 2,
        'o' => 8,
        'x' | 'X' => 16,
        _ => 10,
    };
    let mut digits = integer.magnitude().to_str_radix(radix);
    if verb.mode == 'X' {
        digits.make_ascii_uppercase();
    }
    if verb.precision == Some(0) && integer.is_zero() {
        return String::new();
    }
    let prefix = match verb.mode {
        'b' if verb.sharp => "0b",
        'o' if verb.sharp => "0",
        'x' if verb.sharp => "0x",
        'X' if verb.sharp => "0X",
        _ => "",
    };
    let sign = sign(verb, integer.sign() == Sign::Minus);
    let zeros = verb.precision.unwrap_or(0).saturating_sub(digits.len());
    let digits = format!("{}{digits}", "0".repeat(zeros));
    let padding = verb.width.unwrap_or(0).saturating_sub(sign.len() + prefix.len() + digits.len());
    if verb.minus {
        format!("{sign}{prefix}{digits}{}", " ".repeat(padding))
    } else if verb.zero && verb.precision.is_none() {
        format!("{sign}{prefix}{}{digits}", "0".repeat(padding))
    } else {
        format!("{}{sign}{prefix}{digits}", " ".repeat(padding))
    }
}

/// A number with a fraction or an exponent, as the verb says.
pub(super) fn float(verb: &Verb, number: &Number) -> String {
    let decimal = number.as_decimal();
    let digits = match verb.mode {
        'f' => fixed(decimal, verb.precision.unwrap_or(6)),
        'e' | 'E' => Digits::rounded(decimal, verb.precision.unwrap_or(6) + 1).exponential(verb.precision.unwrap_or(6)),
        _ => general(decimal, verb.precision),
    };
    let digits = if verb.mode.is_ascii_uppercase() { digits.to_ascii_uppercase() } else { digits };
    let sign = sign(verb, decimal.sign() == Sign::Minus);
    let padding = verb.width.unwrap_or(0).saturating_sub(sign.len() + digits.len());
    if verb.zero {
        format!("{sign}{}{digits}", "0".repeat(padding))
    } else if verb.minus {
        format!("{sign}{digits}{}", " ".repeat(padding))
    } else {
        format!("{}{sign}{digits}", " ".repeat(padding))
    }
}

/// A number in as few digits as give it back, with an exponent where it is large or small: how `%v` writes it.
pub(super) fn shortest(number: &Number) -> String {
    let sign = if number.as_decimal().sign() == Sign::Minus { "-" } else { "" };
    format!("{sign}{}", general(number.as_decimal(), None))
}

fn sign(verb: &Verb, negative: bool) -> &'static str {
    match (negative, verb.plus, verb.space) {
        (true, ..) => "-",
        (_, true, _) => "+",
        (_, _, true) => " ",
        _ => "",
    }
}

fn fixed(decimal: &BigDecimal, precision: usize) -> String {
    let rounded = as_float(decimal, precision as i64).with_scale_round(precision as i64, RoundingMode::HalfEven);
    let digits = rounded.as_bigint_and_scale().0.to_string();
    let digits = format!("{}{digits}", "0".repeat((precision + 1).saturating_sub(digits.len())));
    let (whole, fraction) = digits.split_at(digits.len() - precision);
    if precision == 0 { whole.to_owned() } else { format!("{whole}.{fraction}") }
}

fn general(decimal: &BigDecimal, precision: Option<usize>) -> String {
    /// Where the number of digits is left open, exponents from here on are written.
    const OPEN: i64 = 6;
    let digits = match precision {
        Some(precision) => Digits::rounded(decimal, precision.max(1)),
        None => Digits::all(decimal),
    };
    let count = digits.digits.len() as i64;
    let from = match precision {
        Some(precision) if precision.max(1) as i64 > count && count > digits.exponent => count,
        Some(precision) => precision.max(1) as i64,
        None => OPEN,
    };
    if digits.exponent < -4 || digits.exponent >= from {
        return digits.exponential(digits.digits.len() - 1);
    }
    digits.plain()
}

/// The significant digits of a number without its sign, none of them a trailing zero, and the exponent of the first.
struct Digits {
    digits: String,
    exponent: i64,
}

impl Digits {
    fn all(decimal: &BigDecimal) -> Self {
        let (integer, scale) = decimal.as_bigint_and_exponent();
        let digits = integer.magnitude().to_string();
        let exponent = if integer.is_zero() { 0 } else { digits.len() as i64 - 1 - scale };
        let kept = digits.trim_end_matches('0').len().max(1);
        Self { digits: digits[..kept].to_owned(), exponent }
    }

    /// At most `count` digits, at least one.
    fn rounded(decimal: &BigDecimal, count: usize) -> Self {
        let all = Self::all(decimal);
        if all.digits.len() <= count {
            return all;
        }
        let scale = count as i64 - 1 - all.exponent;
        Self::all(&as_float(decimal, scale).with_scale_round(scale, RoundingMode::HalfEven))
    }

    fn exponential(&self, fraction_digits: usize) -> String {
        let (first, rest) = self.digits.split_at(1);
        let point = if fraction_digits > 0 { "." } else { "" };
        let zeros = "0".repeat(fraction_digits.saturating_sub(rest.len()));
        let sign = if self.exponent < 0 { '-' } else { '+' };
        format!("{first}{point}{rest}{zeros}e{sign}{:02}", self.exponent.abs())
    }

    fn plain(&self) -> String {
        if self.exponent < 0 {
            return format!("0.{}{}", "0".repeat(self.exponent.unsigned_abs() as usize - 1), self.digits);
        }
        let whole = self.exponent as usize + 1;
        match self.digits.get(whole..) {
            Some("") => self.digits.clone(),
            Some(fraction) => format!("{}.{fraction}", &self.digits[..whole]),
            None => format!("{}{}", self.digits, "0".repeat(whole - self.digits.len())),
        }
    }
}

/// The size of a decimal, or of the binary float that stands for it in Terraform where that makes a difference to rounding at
/// `scale`: a decimal half-way between two roundings, whose float lies a little to one side.
fn as_float(decimal: &BigDecimal, scale: i64) -> BigDecimal {
    let (integer, own_scale) = decimal.as_bigint_and_exponent();
    if own_scale != scale + 1 || own_scale <= 0 || integer.magnitude() % 10_u32 != 5_u32.into() {
        return decimal.abs();
    }
    let divisor = BigInt::from(10).pow(own_scale as u32);
    // As many bits after the point as leave the mantissa its precision.
    let shift = PRECISION + divisor.bits() as i64 - integer.bits() as i64;
    let Ok(shift) = u32::try_from(shift) else { return decimal.abs() };
    let magnitude = BigInt::from(integer.magnitude().clone());
    // Half a unit is added before the last bit is dropped, which rounds to the nearest.
    let mantissa: BigInt = ((magnitude << (shift + 1)) / &divisor + 1_u32) / 2_u32;
    // 2^-n is 5^n with n decimals.
    BigDecimal::new(mantissa * BigInt::from(5).pow(shift), i64::from(shift))
}
