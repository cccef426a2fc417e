//! `yamldecode`: the value of a YAML document.
//!
//! Which words are bools, numbers and times is YAML 1.1's business, as in Terraform; the parser knows 1.2, so plain words are looked
//! at once more here. Numbers come through the parser as integers or floats: of a fraction not more than 17 digits are kept.

use std::{collections::BTreeMap, fmt, sync::Arc};

use hotswap_value::Number;
use serde::de::{self, DeserializeSeed, Deserializer, EnumAccess, MapAccess, SeqAccess, VariantAccess, Visitor};

use super::{
    Call, Function, FunctionError, Shape, datetime,
    numeric::from_float,
    signature::{Outcome, function, takes},
};
use crate::Val;

pub(super) const FUNCTIONS: &[Function] =
    &[function("yamldecode", "The value a YAML document says", &[takes("src", Shape::String)], Shape::Any, decode)];

fn decode(call: &Call) -> Outcome {
    let text = call.text(0);
    let wrong = |error: &dyn fmt::Display| FunctionError::at(0, format!("must be one YAML document: {error}"));
    if text.lines().map(str::trim_start).all(|line| line.is_empty() || line.starts_with('#')) {
        return Err(wrong(&"there is nothing in it"));
    }
    let mut documents = serde_yaml_ng::Deserializer::from_str(text);
    let first = documents.next().ok_or_else(|| wrong(&"there is nothing in it"))?;
    let value = Node { text }.deserialize(first).map_err(|error| wrong(&error))?;
    if documents.next().is_some() {
        return Err(wrong(&"another one begins after it"));
    }
    Ok(value)
}

/// Reads a value. The document's text is at hand to see whether a word stands in quotes.
#[derive(Clone, Copy)]
struct Node<'a> {
    text: &'a str,
}

impl Node<'_> {
    /// Whether `word`, a part of the document, stands there without quotes.
    fn is_plain(&self, word: &str) -> bool {
        let at = (word.as_ptr() as usize).wrapping_sub(self.text.as_ptr() as usize);
        let before = at.checked_sub(1).and_then(|before| self.text.as_bytes().get(before));
        at <= self.text.len() && !matches!(before, Some(b'"' | b'\''))
    }
}

impl<'de> DeserializeSeed<'de> for Node<'_> {
    type Value = Val;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Val, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Node<'_> {
    type Value = Val;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E: de::Error>(self) -> Result<Val, E> {
        Ok(Val::null())
    }

    fn visit_none<E: de::Error>(self) -> Result<Val, E> {
        Ok(Val::null())
    }

    fn visit_bool<E: de::Error>(self, truth: bool) -> Result<Val, E> {
        Ok(truth.into())
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<Val, E> {
        Ok(number.into())
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<Val, E> {
        Ok(number.into())
    }

    fn visit_i128<E: de::Error>(self, number: i128) -> Result<Val, E> {
        exact(&number.to_string())
    }

    fn visit_u128<E: de::Error>(self, number: u128) -> Result<Val, E> {
        exact(&number.to_string())
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<Val, E> {
        from_float(number).map(Into::into).ok_or_else(|| E::custom("a number must be finite"))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Val, E> {
        Ok(text.into())
    }

    fn visit_borrowed_str<E: de::Error>(self, text: &'de str) -> Result<Val, E> {
        Ok(if self.is_plain(text) { word(text) } else { text.into() })
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Val, A::Error> {
        let mut tuple = Vec::new();
        while let Some(element) = elements.next_element_seed(self)? {
            tuple.push(element);
        }
        Ok(Val::tuple(tuple))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Val, A::Error> {
        let mut object: BTreeMap<Arc<str>, Val> = BTreeMap::new();
        while let Some(key) = entries.next_key_seed(Key(self))? {
            let value = entries.next_value_seed(self)?;
            match key {
                Name::Text(name) => {
                    object.insert(name, value);
                }
                // As in Terraform, and unlike in YAML, what comes later wins, whichever way it came, and lists of mappings aren't merged.
                Name::Merge => match value.as_map() {
                    Some(attributes) => object.extend(attributes.iter().map(|(name, value)| (name.clone(), value.clone()))),
                    None => return Err(de::Error::custom("<< takes a mapping")),
                },
            }
        }
        Ok(Val::object(object))
    }

    fn visit_enum<A: EnumAccess<'de>>(self, tagged: A) -> Result<Val, A::Error> {
        let (tag, content) = tagged.variant::<String>()?;
        content.newtype_variant_seed(self)?;
        Err(de::Error::custom(format!("the tag !{tag} means nothing here")))
    }
}

fn exact<E: de::Error>(digits: &str) -> Result<Val, E> {
    digits.parse::<Number>().map(Into::into).map_err(E::custom)
}

/// What a word without quotes is that isn't one of YAML 1.2's.
fn word(text: &str) -> Val {
    match text {
        "y" | "Y" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" => return true.into(),
        "n" | "N" | "no" | "No" | "NO" | "off" | "Off" | "OFF" => return false.into(),
        _ => {}
    }
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.starts_with('0')
        && digits.bytes().all(|byte| byte.is_ascii_digit())
        && let Ok(number) = text.parse::<Number>()
    {
        return number.into();
    }
    time(text).unwrap_or_else(|| text.into())
}

/// A date, or a date and time, as RFC 3339 writes it in whole seconds.
fn time(text: &str) -> Option<Val> {
    if !text.starts_with(|character: char| character.is_ascii_digit()) {
        return None;
    }
    let whole = match text.len() {
        10 => format!("{text}T00:00:00Z"),
        _ => text.replacen(['t', ' '], "T", 1),
    };
    datetime::parse(&whole).map(|moment| moment.to_text().into())
}

/// Reads the key of a mapping.
struct Key<'a>(Node<'a>);

enum Name {
    Text(Arc<str>),
    /// `<<`
    Merge,
}

impl<'de> DeserializeSeed<'de> for Key<'_> {
    type Value = Name;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Name, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Key<'_> {
    type Value = Name;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("text as the key of a mapping")
    }

    fn visit_bool<E: de::Error>(self, truth: bool) -> Result<Name, E> {
        Ok(Name::Text(truth.to_string().into()))
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<Name, E> {
        Ok(Name::Text(number.to_string().into()))
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<Name, E> {
        Ok(Name::Text(number.to_string().into()))
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<Name, E> {
        from_float(number).map(|number| Name::Text(number.to_string().into())).ok_or_else(|| E::custom("a number must be finite"))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Name, E> {
        Ok(Name::Text(text.into()))
    }

    fn visit_borrowed_str<E: de::Error>(self, text: &'de str) -> Result<Name, E> {
        if !self.0.is_plain(text) {
            return Ok(Name::Text(text.into()));
        }
        if text == "<<" {
            return Ok(Name::Merge);
        }
        Ok(Name::Text(match word(text).kind {
            crate::Kind::Bool(truth) => truth.to_string().into(),
            crate::Kind::Number(number) => number.to_string().into(),
            crate::Kind::String(text) => text,
            _ => text.into(),
        }))
    }
}
