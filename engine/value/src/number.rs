//! Numbers: exact decimals of any size, compared by value.

use std::{cmp::Ordering, fmt, str::FromStr};

use bigdecimal::{BigDecimal, ToPrimitive};

/// The widest number accepted, in decimal digits on either side of the point. Keeps a hostile `1e999999999` from filling memory.
const MOST_DIGITS: i64 = 10_000;

/// An exact decimal number. `1`, `1.0` and `10e-1` are the same number.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Number(BigDecimal);

/// The text is not a decimal number this crate holds.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParseNumberError {
    /// Not a decimal number at all, or not a finite one.
    #[error("{text:?} is not a number")]
    NotANumber {
        /// The start of what was given.
        text: String,
    },
    /// A number of more than ten thousand digits before or after the point.
    #[error("the number has more than {MOST_DIGITS} digits")]
    TooLarge,
}

impl Number {
    fn new(decimal: BigDecimal) -> Result<Self, ParseNumberError> {
        if decimal.fractional_digit_count().abs() > MOST_DIGITS || decimal.digits() > MOST_DIGITS.unsigned_abs() {
            return Err(ParseNumberError::TooLarge);
        }
        Ok(Self(decimal.normalized()))
    }

    /// The same number as an `i64`; `None` if it has a fraction or doesn't fit.
    pub fn to_i64(&self) -> Option<i64> {
        if self.is_integer() { self.0.to_i64() } else { None }
    }

    /// The same number as a `u64`; `None` if it has a fraction, is negative or doesn't fit.
    pub fn to_u64(&self) -> Option<u64> {
        if self.is_integer() { self.0.to_u64() } else { None }
    }

    /// The nearest `f64`.
    pub fn to_f64(&self) -> f64 {
        // Parsing decimal text is correctly rounded, which BigDecimal's own conversion doesn't promise.
        self.0.to_scientific_notation().parse().unwrap_or(f64::NAN)
    }

    /// The same number as an `f64`; `None` unless the conversion is exact.
    pub fn to_exact_f64(&self) -> Option<f64> {
        let float = self.to_f64();
        Number::try_from(float).ok().filter(|back| back == self).map(|_| float)
    }

    /// Whether the number has no fraction.
    pub fn is_integer(&self) -> bool {
        self.0.is_integer()
    }

    /// The number as a decimal of arbitrary precision.
    pub fn as_decimal(&self) -> &BigDecimal {
        &self.0
    }
}

impl FromStr for Number {
    type Err = ParseNumberError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let not_a_number = || ParseNumberError::NotANumber { text: text.chars().take(40).collect() };
        let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
        let allowed = |c: char| c.is_ascii_digit() || matches!(c, '.' | 'e' | 'E' | '+' | '-');
        if !digits.starts_with(|c: char| c.is_ascii_digit() || c == '.') || !digits.chars().all(allowed) {
            return Err(not_a_number());
        }
        if text.len() > 3 * MOST_DIGITS.unsigned_abs() as usize {
            return Err(ParseNumberError::TooLarge);
        }
        Self::new(BigDecimal::from_str(text).map_err(|_| not_a_number())?)
    }
}

impl From<i64> for Number {
    fn from(number: i64) -> Self {
        Self(BigDecimal::from(number).normalized())
    }
}

impl From<u64> for Number {
    fn from(number: u64) -> Self {
        Self(BigDecimal::from(number).normalized())
    }
}

/// Exact: the `f64` 0.1 becomes the decimal 0.1000000000000000055….
impl TryFrom<f64> for Number {
    type Error = ParseNumberError;

    fn try_from(number: f64) -> Result<Self, Self::Error> {
        if !number.is_finite() {
            return Err(ParseNumberError::NotANumber { text: number.to_string() });
        }
        let decimal = BigDecimal::try_from(number).map_err(|_| ParseNumberError::NotANumber { text: number.to_string() })?;
        Self::new(decimal)
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.cmp(&other.0)
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Plain decimal notation, every digit, no exponent.
impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0.to_plain_string())
    }
}

impl fmt::Debug for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Number {
        text.parse().unwrap()
    }

    #[test]
    fn numbers_compare_by_value() {
        assert_eq!(number("1"), number("1.000"));
        assert_eq!(number("1e3"), Number::from(1000_i64));
        assert!(number("0.1") < Number::try_from(0.1).unwrap());
        assert!(number("-2") < number("-1.5"));
    }

    #[test]
    fn big_and_fine_numbers_keep_every_digit() {
        for text in ["9007199254740993", "12345678901234567890123", "0.3333333333333333333333333333333333"] {
            assert_eq!(number(text).to_string(), text);
        }
        assert_eq!(number("1e50").to_string(), format!("1{}", "0".repeat(50)));
    }

    #[test]
    fn integers_convert_only_when_whole_and_in_range() {
        assert_eq!(number("42.0").to_i64(), Some(42));
        assert_eq!(number("42.5").to_i64(), None);
        assert_eq!(number("9223372036854775808").to_i64(), None);
        assert_eq!(number("9223372036854775808").to_u64(), Some(9_223_372_036_854_775_808));
        assert_eq!(number("-1").to_u64(), None);
    }

    #[test]
    fn floats_convert_exactly_or_say_so() {
        assert_eq!(number("1.5").to_exact_f64(), Some(1.5));
        assert_eq!(number("0.1").to_exact_f64(), None);
        assert_eq!(number("0.1").to_f64(), 0.1);
    }

    #[test]
    fn what_is_not_a_finite_number_is_refused() {
        for text in ["", "-", "x", "NaN", "inf", "1_000", " 1", "0x10", "1e", "--1"] {
            assert!(text.parse::<Number>().is_err(), "{text:?} was accepted");
        }
        assert_eq!("1e999999999".parse::<Number>(), Err(ParseNumberError::TooLarge));
        assert_eq!("1e-999999999".parse::<Number>(), Err(ParseNumberError::TooLarge));
        assert!(Number::try_from(f64::NAN).is_err());
    }
}
