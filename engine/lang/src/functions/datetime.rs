//! Moments: now, later, earlier.

use hotswap_value::Type;
use jiff::{SignedDuration, Timestamp, civil::DateTime};

use super::{
    Call, Function, FunctionError, Parameter, Shape, date_format,
    signature::{Outcome, function, takes},
};
use crate::{Kind, Val};

const TIMESTAMP: Parameter = takes("timestamp", Shape::String);

pub(super) const FUNCTIONS: &[Function] = &[
    function(
        "formatdate",
        "A moment in a format of one's own",
        &[takes("format", Shape::String), takes("time", Shape::String)],
        Shape::String,
        |call| {
            let moment = read(call, 1)?;
            date_format::format(call.text(0), &moment).map(Into::into).map_err(|wrong| FunctionError::at(0, wrong))
        },
    ),
    function("plantimestamp", "When the plan was made", &[], Shape::String, |call| Ok(written(call.scope.moment().planned))),
    function("timeadd", "A moment and a duration (1h30m) added", &[TIMESTAMP, takes("duration", Shape::String)], Shape::String, timeadd),
    function(
        "timecmp",
        "-1, 0 or 1, as the first moment is before, at or after the second",
        &[takes("timestamp_a", Shape::String), takes("timestamp_b", Shape::String)],
        Shape::Number,
        |call| Ok((read(call, 0)?.universal().cmp(&read(call, 1)?.universal()) as i64).into()),
    ),
    function("timestamp", "Now, while changes are made", &[], Shape::String, |call| Ok(written(call.scope.moment().now))),
];

/// A date and time of day somewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Moment {
    /// The date and time there.
    pub(super) local: DateTime,
    /// How far that is ahead of UTC, in minutes.
    pub(super) offset: i32,
}

impl Moment {
    /// The same in UTC, in nanoseconds: comparable, even at the ends of the calendar.
    fn universal(&self) -> i128 {
        let since = self.local.duration_since(DateTime::constant(2000, 1, 1, 0, 0, 0, 0));
        since.as_nanos() - i128::from(self.offset) * 60_000_000_000
    }

    /// As RFC 3339 writes it, in whole seconds.
    pub(super) fn to_text(self) -> String {
        let local = self.local;
        let (year, month, day) = (local.year(), local.month(), local.day());
        let (hour, minute, second) = (local.hour(), local.minute(), local.second());
        let zone = if self.offset == 0 { "Z".to_owned() } else { date_format::zone(self.offset, ":") };
        format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{zone}")
    }
}

fn read(call: &Call, index: usize) -> Result<Moment, FunctionError> {
    let text = call.text(index);
    parse(text)
        .ok_or_else(|| FunctionError::at(index, format!("must be a time as RFC 3339 has it, such as 2006-01-02T15:04:05Z, not {text:?}")))
}

/// Reads a time as RFC 3339 has it, letters in upper case, no leap seconds.
pub(super) fn parse(text: &str) -> Option<Moment> {
    let mut reader = Reader(text);
    let year = reader.digits(4)?;
    let month = reader.after('-')?.digits(2)?;
    let day = reader.after('-')?.digits(2)?;
    let hour = reader.after('T')?.digits(2)?;
    let minute = reader.after(':')?.digits(2)?;
    let second = reader.after(':')?.digits(2)?;
    let mut nanosecond = 0;
    if let Some(rest) = reader.0.strip_prefix('.') {
        let digits = rest.len() - rest.trim_start_matches(|character: char| character.is_ascii_digit()).len();
        if digits == 0 {
            return None;
        }
        nanosecond = format!("{:0<9}", &rest[..digits.min(9)]).parse().ok()?;
        reader.0 = &rest[digits..];
    }
    let offset = match reader.0 {
        "Z" => 0,
        zone => {
            let sign = if zone.starts_with('-') { -1 } else { 1 };
            let mut reader = Reader(zone.strip_prefix(['+', '-'])?);
            let hours = reader.digits(2).filter(|hours| *hours < 24)?;
            let minutes = reader.after(':')?.digits(2).filter(|minutes| *minutes < 60)?;
            if !reader.0.is_empty() {
                return None;
            }
            sign * (hours * 60 + minutes)
        }
    };
    let small = |number: i32| i8::try_from(number).ok();
    let year = i16::try_from(year).ok()?;
    let local = DateTime::new(year, small(month)?, small(day)?, small(hour)?, small(minute)?, small(second)?, nanosecond).ok()?;
    Some(Moment { local, offset })
}

struct Reader<'a>(&'a str);

impl Reader<'_> {
    fn digits(&mut self, count: usize) -> Option<i32> {
        let digits = self.0.get(..count).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))?;
        self.0 = &self.0[count..];
        digits.parse().ok()
    }

    fn after(&mut self, character: char) -> Option<&mut Self> {
        self.0 = self.0.strip_prefix(character)?;
        Some(self)
    }
}

fn written(moment: Option<Timestamp>) -> Val {
    match moment {
        Some(moment) => Moment { local: jiff::tz::Offset::UTC.to_datetime(moment), offset: 0 }.to_text().into(),
        None => Kind::Unknown(Type::String).into(),
    }
}

fn timeadd(call: &Call) -> Outcome {
    let moment = read(call, 0)?;
    let text = call.text(1);
    let nanoseconds = duration(text).ok_or_else(|| {
        FunctionError::at(1, format!("must be a duration of at most 290 years in h, m, s, ms, us and ns, such as 1h30m, not {text:?}"))
    })?;
    let local = moment.local.checked_add(SignedDuration::from_nanos(nanoseconds));
    let local = local.map_err(|_| FunctionError::at(1, "must not lead beyond the year 9999"))?;
    Ok(Moment { local, ..moment }.to_text().into())
}

/// Reads a duration such as `-1h30m` or `1.5s`, in nanoseconds.
fn duration(text: &str) -> Option<i64> {
    let negative = text.starts_with('-');
    let mut rest = text.strip_prefix(['+', '-']).unwrap_or(text);
    if rest == "0" {
        return Some(0);
    }
    if rest.is_empty() {
        return None;
    }
    let mut total = 0_i128;
    while !rest.is_empty() {
        let number = rest.len() - rest.trim_start_matches(|character: char| character.is_ascii_digit() || character == '.').len();
        let (whole, fraction) = rest[..number].split_once('.').unwrap_or((&rest[..number], ""));
        if (whole.is_empty() && fraction.is_empty()) || fraction.contains('.') {
            return None;
        }
        rest = &rest[number..];
        let length = rest.find(|character: char| character.is_ascii_digit() || character == '.').unwrap_or(rest.len());
        let unit: i128 = match &rest[..length] {
            "ns" => 1,
            "us" | "µs" | "μs" => 1_000,
            "ms" => 1_000_000,
            "s" => 1_000_000_000,
            "m" => 60_000_000_000,
            "h" => 3_600_000_000_000,
            _ => return None,
        };
        rest = &rest[length..];
        let whole: i128 = if whole.is_empty() { 0 } else { whole.parse::<i64>().ok()?.into() };
        // What eighteen digits leave is far below a nanosecond of an hour.
        let fraction = &fraction[..fraction.len().min(18)];
        let part: i128 = if fraction.is_empty() { 0 } else { fraction.parse().ok()? };
        total += whole * unit + part * unit / 10_i128.pow(fraction.len() as u32);
    }
    i64::try_from(if negative { -total } else { total }).ok()
}
