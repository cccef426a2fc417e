//! Numbers: rounding, powers, extremes.

use bigdecimal::{RoundingMode, num_bigint::BigInt};
use hotswap_value::Number;

use super::{
    Call, Function, FunctionError, Parameter, Shape,
    signature::{Outcome, function, takes},
};

const NUM: Parameter = takes("num", Shape::Number);
const NUMBERS: Parameter = takes("numbers", Shape::Number);

pub(super) const FUNCTIONS: &[Function] = &[
    function("abs", "The number without its sign", &[NUM], Shape::Number, abs),
    function("ceil", "The least whole number that is not less", &[NUM], Shape::Number, |call| round(call, RoundingMode::Ceiling)),
    function("floor", "The greatest whole number that is not greater", &[NUM], Shape::Number, |call| round(call, RoundingMode::Floor)),
    function("log", "The logarithm of a number to a base", &[NUM, takes("base", Shape::Number)], Shape::Number, log),
    function("max", "The greatest of the numbers", &[], Shape::Number, |call| extreme(call, Iterator::max)).and(&NUMBERS),
    function("min", "The least of the numbers", &[], Shape::Number, |call| extreme(call, Iterator::min)).and(&NUMBERS),
    function(
        "parseint",
        "The whole number that text gives in a base from 2 to 62",
        &[takes("number", Shape::Any), takes("base", Shape::Number)],
        Shape::Number,
        parseint,
    ),
    function("pow", "A number raised to a power", &[NUM, takes("power", Shape::Number)], Shape::Number, pow),
    function("signum", "-1, 0 or 1, as the number is below, at or above zero", &[NUM], Shape::Number, signum),
];

/// A float as the number its shortest decimal form gives, which is how Terraform writes it.
pub(super) fn from_float(float: f64) -> Option<Number> {
    format!("{float:e}").parse().ok().filter(|_| float.is_finite())
}

fn abs(call: &Call) -> Outcome {
    let number = call.number(0)?;
    let text = number.to_string();
    Ok(text.trim_start_matches('-').parse::<Number>().unwrap_or_else(|_| number.clone()).into())
}

fn round(call: &Call, mode: RoundingMode) -> Outcome {
    let whole = call.number(0)?.as_decimal().with_scale_round(0, mode);
    from_integer(&whole.as_bigint_and_scale().0)
}

fn from_integer(integer: &BigInt) -> Outcome {
    integer
        .to_string()
        .parse::<Number>()
        .map(Into::into)
        .map_err(|error| FunctionError::new(format!("the result is out of range: {error}")))
}

fn finite(float: f64) -> Outcome {
    from_float(float).map(Into::into).ok_or_else(|| FunctionError::new("the result is not a finite number"))
}

fn log(call: &Call) -> Outcome {
    finite(call.number(0)?.to_f64().ln() / call.number(1)?.to_f64().ln())
}

fn pow(call: &Call) -> Outcome {
    finite(power(call.number(0)?.to_f64(), call.number(1)?.to_f64()))
}

/// Whole powers by squaring on a fraction and an exponent apart, as Terraform's arithmetic does: `powf` may differ in the last digit.
fn power(base: f64, exponent: f64) -> f64 {
    /// Beyond this the squaring would no longer be exact in its exponent; the result is zero, one or infinite anyway.
    const MOST: f64 = 1_048_576.0;
    if base == 0.0 || exponent.abs() > MOST || !base.is_normal() {
        return base.powf(exponent);
    }
    if base < 0.0 && exponent.fract() != 0.0 {
        return f64::NAN;
    }
    if exponent.abs() == 0.5 {
        return if exponent < 0.0 { 1.0 / base.sqrt() } else { base.sqrt() };
    }
    let mut whole = exponent.abs().trunc();
    let mut fraction = exponent.abs().fract();
    let mut result = 1.0;
    if fraction != 0.0 {
        if fraction > 0.5 {
            fraction -= 1.0;
            whole += 1.0;
        }
        result = (fraction * base.ln()).exp();
    }
    let mut result_exponent = 0_i64;
    let (mut square, mut square_exponent) = split(base);
    let mut left = whole as i64;
    while left > 0 {
        if left & 1 == 1 {
            result *= square;
            result_exponent += square_exponent;
        }
        square *= square;
        square_exponent *= 2;
        if square < 0.5 {
            square *= 2.0;
            square_exponent -= 1;
        }
        // A result of this size has left the range of floats for good.
        if square_exponent.abs() > 1 << 40 {
            break;
        }
        left >>= 1;
    }
    if exponent < 0.0 {
        result = 1.0 / result;
        result_exponent = -result_exponent;
    }
    scale(result, result_exponent)
}

/// A float as a fraction of at least a half and less than one, and a power of two. The sign stays with the fraction.
fn split(float: f64) -> (f64, i64) {
    const EXPONENT: u64 = 0x7ff << 52;
    let bits = float.to_bits();
    let exponent = ((bits & EXPONENT) >> 52) as i64 - 1022;
    (f64::from_bits((bits & !EXPONENT) | (1022 << 52)), exponent)
}

/// `float * 2^exponent`, in steps that don't overflow early.
fn scale(mut float: f64, mut exponent: i64) -> f64 {
    exponent = exponent.clamp(-4000, 4000);
    while exponent != 0 {
        let step = exponent.clamp(-1000, 1000);
        float *= 2.0_f64.powi(step as i32);
        exponent -= step;
    }
    float
}

fn extreme<'a>(call: &'a Call, choose: fn(std::vec::IntoIter<&'a Number>) -> Option<&'a Number>) -> Outcome {
    let numbers = (0..call.count()).map(|index| call.number(index)).collect::<Result<Vec<_>, _>>()?;
    choose(numbers.into_iter()).cloned().map(Into::into).ok_or_else(|| FunctionError::new("it takes at least one number"))
}

fn parseint(call: &Call) -> Outcome {
    let Some(text) = call.value(0).as_str() else {
        return Err(FunctionError::at(0, format!("must be a string, not {}", super::arguments::a_kind(call.value(0)))));
    };
    let base = call.integer(1)?;
    let base = u32::try_from(base)
        .ok()
        .filter(|base| (2..=62).contains(base))
        .ok_or_else(|| FunctionError::at(1, format!("must be from 2 to 62, not {base}")))?;
    let wrong = || FunctionError::at(0, format!("must be a whole number in base {base}, not {text:?}"));
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    // Ten thousand digits of base 10 are what a number holds; a digit of base 62 is worth less than two of those.
    if digits.is_empty() || digits.len() > 20_000 {
        return Err(wrong());
    }
    let mut value = BigInt::from(0);
    for character in digits.chars() {
        let digit = digit(character, base).ok_or_else(wrong)?;
        value = value * base + digit;
    }
    if text.starts_with('-') {
        value = -value;
    }
    from_integer(&value)
}

/// Lower-case letters come before upper-case ones where the base tells them apart.
fn digit(character: char, base: u32) -> Option<u32> {
    let digit = match character {
        '0'..='9' => u32::from(character) - u32::from('0'),
        'a'..='z' => u32::from(character) - u32::from('a') + 10,
        'A'..='Z' if base <= 36 => u32::from(character) - u32::from('A') + 10,
        'A'..='Z' => u32::from(character) - u32::from('A') + 36,
        _ => return None,
    };
    (digit < base).then_some(digit)
}

fn signum(call: &Call) -> Outcome {
    Ok(call.integer(0)?.signum().into())
}
