//! `formatdate`: moments written as a format says.

use super::datetime::Moment;

const MONTHS: [&str; 12] =
    ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];
const DAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/// Writes a moment. Letters of a format stand for parts of it, text between quotes for itself. The error is what is wrong with the
/// format, to be read after its name.
pub(super) fn format(format: &str, moment: &Moment) -> Result<String, String> {
    let mut out = String::new();
    let mut rest = format;
    while let Some(character) = rest.chars().next() {
        if let Some(quoted) = rest.strip_prefix('\'') {
            rest = literal(&mut out, quoted).ok_or("must close every quote, and the last one isn't")?;
        } else if character.is_ascii_alphabetic() {
            let length = rest.len() - rest.trim_start_matches(character).len();
            out.push_str(&part(&rest[..length], moment)?);
            rest = &rest[length..];
        } else {
            out.push(character);
            rest = &rest[character.len_utf8()..];
        }
    }
    Ok(out)
}

/// Writes what is up to the closing quote, and gives what comes after it. Two quotes inside stand for one.
fn literal<'a>(out: &mut String, mut text: &'a str) -> Option<&'a str> {
    loop {
        let end = text.find('\'')?;
        out.push_str(&text[..end]);
        text = &text[end + 1..];
        match text.strip_prefix('\'') {
            Some(after) => {
                out.push('\'');
                text = after;
            }
            None => return Some(text),
        }
    }
}

fn part(verb: &str, moment: &Moment) -> Result<String, String> {
    let local = moment.local;
    let month = MONTHS[usize::from(local.month().unsigned_abs()).clamp(1, 12) - 1];
    let day = DAYS[usize::from(local.weekday().to_monday_zero_offset().unsigned_abs()).min(6)];
    let half = if local.hour() < 12 { "am" } else { "pm" };
    let twelfth = match local.hour() % 12 {
        0 => 12,
        hour => hour,
    };
    Ok(match verb {
        "YY" => format!("{:02}", local.year() % 100),
        "YYYY" => format!("{:04}", local.year()),
        "M" => local.month().to_string(),
        "MM" => format!("{:02}", local.month()),
        "MMM" => month[..3].to_owned(),
        "MMMM" => month.to_owned(),
        "D" => local.day().to_string(),
        "DD" => format!("{:02}", local.day()),
        "EEE" => day[..3].to_owned(),
        "EEEE" => day.to_owned(),
        "h" => local.hour().to_string(),
        "hh" => format!("{:02}", local.hour()),
        "H" => twelfth.to_string(),
        "HH" => format!("{twelfth:02}"),
        "AA" => half.to_uppercase(),
        "aa" => half.to_owned(),
        "m" => local.minute().to_string(),
        "mm" => format!("{:02}", local.minute()),
        "s" => local.second().to_string(),
        "ss" => format!("{:02}", local.second()),
        "Z" if moment.offset == 0 => "Z".to_owned(),
        "ZZZ" if moment.offset == 0 => "UTC".to_owned(),
        "ZZZ" | "ZZZZ" => zone(moment.offset, ""),
        "Z" | "ZZZZZ" => zone(moment.offset, ":"),
        _ => return Err(unknown(verb)),
    })
}

fn unknown(verb: &str) -> String {
    let meant = match verb.chars().next() {
        Some('Y') => "years are YY and YYYY",
        Some('M') => "months are M, MM, MMM and MMMM",
        Some('D') => "days are D and DD",
        Some('E') => "days of the week are EEE and EEEE",
        Some('h') => "hours are h and hh",
        Some('H') => "hours of half a day are H and HH",
        Some('A') => "halves of a day are AA",
        Some('a') => "halves of a day are aa",
        Some('m') => "minutes are m and mm",
        Some('s') => "seconds are s and ss",
        Some('Z') => "zones are Z, ZZZ, ZZZZ and ZZZZZ",
        _ => "other letters stand between quotes",
    };
    format!("must use letters that stand for something, {verb:?} doesn't; {meant}")
}

/// How far ahead of UTC, such as `+05:30`.
pub(super) fn zone(offset: i32, separator: &str) -> String {
    let sign = if offset < 0 { '-' } else { '+' };
    let minutes = offset.unsigned_abs();
    format!("{sign}{:02}{separator}{:02}", minutes / 60, minutes % 60)
}
