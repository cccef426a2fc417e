//! Numbers as people read them, for the sentences of this crate.

use std::fmt;

/// A number with its thousands apart: `12,345`.
pub(crate) struct Grouped(pub(crate) u64);

impl fmt::Display for Grouped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.0.to_string();
        for (index, digit) in digits.chars().enumerate() {
            if index > 0 && (digits.len() - index).is_multiple_of(3) {
                f.write_str(",")?;
            }
            write!(f, "{digit}")?;
        }
        Ok(())
    }
}

/// A fraction as a percentage: `5 %`, `24.1 %`, `0.25 %`. Small ones keep two figures that say something.
pub(crate) struct Percent(pub(crate) f64);

impl fmt::Display for Percent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let percent = self.0 * 100.0;
        let decimals = if percent >= 1.0 || percent <= 0.0 { 1 } else { ((-percent.log10()).ceil() + 1.0).clamp(1.0, 9.0) as usize };
        let text = format!("{percent:.decimals$}");
        let text = text.trim_end_matches('0').trim_end_matches('.');
        write!(f, "{text} %")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_as_people_write_them() {
        let grouped: Vec<_> = [0, 7, 999, 1_000, 12_345, 1_234_567].map(|n| Grouped(n).to_string()).into();
        assert_eq!(grouped, ["0", "7", "999", "1,000", "12,345", "1,234,567"]);
        let percents: Vec<_> = [0.0, 0.05, 0.07, 34.0 / 141.0, 0.0025, 0.000_012_3, 0.999, 1.0].map(|p| Percent(p).to_string()).into();
        assert_eq!(percents, ["0 %", "5 %", "7 %", "24.1 %", "0.25 %", "0.0012 %", "99.9 %", "100 %"]);
    }
}
