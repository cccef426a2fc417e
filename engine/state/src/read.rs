//! From the bytes of a state file to a [`State`].

use std::{borrow::Cow, collections::HashMap, fmt, marker::PhantomData};

use base64::{Engine, engine::general_purpose::STANDARD};
use hotswap_value::{
    AttributePath, Step, Type,
    address::{InstanceKey, ModuleInstance, ResourceBlock, ResourceInstance, ResourceMode, ResourceName, Target},
    json,
};
use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};
use serde_json::{error::Category, value::RawValue};

use crate::{
    FormatError, Json, Object, Output, State, Status, UnknownFields,
    state::{Stored, UnknownField},
};

/// The version of the format.
const FORMAT: u64 = 4;

/// The fields of a state, in the order they are written.
pub(crate) const STATE_FIELDS: &[&str] = &["version", "terraform_version", "serial", "lineage", "outputs", "resources", "check_results"];
/// The fields of a resource, in the order they are written.
pub(crate) const RESOURCE_FIELDS: &[&str] = &["module", "mode", "type", "name", "provider", "instances"];
/// The fields of an object, in the order they are written.
pub(crate) const OBJECT_FIELDS: &[&str] = &[
    "index_key",
    "status",
    "deposed",
    "schema_version",
    "attributes",
    "sensitive_attributes",
    "private",
    "dependencies",
    "create_before_destroy",
];

impl State {
    /// Reads the content of a state file. An empty file holds no state, which is the caller's to know: here it is truncated.
    ///
    /// Attributes are not looked into; they are read against a schema when they are needed.
    pub fn from_slice(bytes: &[u8]) -> Result<Self, FormatError> {
        let file: Fields<RawState<'_>> = match serde_json::from_slice(bytes) {
            Ok(file) => file,
            Err(error) => return Err(explain(bytes, error)),
        };
        if file.known.version != Some(FORMAT) {
            return Err(wrong_version(file.known.version, file.known.terraform_version));
        }
        state(file)
    }
}

/// Why the bytes could not be read as a state of this format: perhaps they are of another one, or no state at all.
fn explain(bytes: &[u8], error: serde_json::Error) -> FormatError {
    #[derive(Deserialize)]
    struct Sniff {
        version: Option<u64>,
        terraform_version: Option<String>,
    }
    match error.classify() {
        Category::Eof => return FormatError::Truncated { size: bytes.len() },
        Category::Syntax | Category::Io => {
            return FormatError::Corrupt { line: error.line(), column: error.column(), source: error };
        }
        Category::Data => {}
    }
    match serde_json::from_slice::<Sniff>(bytes) {
        Ok(Sniff { version: Some(FORMAT), .. }) => {
            let place = format!("line {}, column {}", error.line(), error.column());
            let text = error.to_string();
            let problem = text.split(" at line ").next().unwrap_or(&text).to_owned();
            FormatError::Invalid { place, problem }
        }
        Ok(Sniff { version, terraform_version }) => wrong_version(version, terraform_version.map(Cow::Owned)),
        Err(error) if error.is_eof() => FormatError::Truncated { size: bytes.len() },
        Err(error) if error.is_syntax() => FormatError::Corrupt { line: error.line(), column: error.column(), source: error },
        Err(_) => wrong_version(None, None),
    }
}

fn wrong_version(version: Option<u64>, by: Option<Cow<'_, str>>) -> FormatError {
    match version {
        Some(version) if version > FORMAT => FormatError::TooNew { version, by: by.map(Cow::into_owned).filter(|by| !by.is_empty()) },
        Some(version) if version > 0 => FormatError::TooOld { version },
        _ => FormatError::NotAState { problem: "a JSON object with a \"version\" of 4 is due".to_owned() },
    }
}

/// An object's fields: those known, and the others in their places.
struct Fields<T> {
    known: T,
    unknown: UnknownFields,
}

/// A JSON object with known fields.
trait Known<'de>: Default {
    const FIELDS: &'static [&'static str];

    /// Reads the field at this position of [`Known::FIELDS`].
    fn read<A: MapAccess<'de>>(&mut self, position: usize, map: &mut A) -> Result<(), A::Error>;
}

impl<'de, T: Known<'de>> Deserialize<'de> for Fields<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct FieldsVisitor<T>(PhantomData<T>);
        impl<'de, T: Known<'de>> Visitor<'de> for FieldsVisitor<T> {
            type Value = Fields<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let (mut known, mut unknown, mut after) = (T::default(), Vec::new(), 0);
                while let Some(Text(name)) = map.next_key()? {
                    if let Some(position) = T::FIELDS.iter().position(|field| *field == name) {
                        known.read(position, &mut map)?;
                        after = position + 1;
                    } else {
                        let value = Json::from(map.next_value::<&RawValue>()?);
                        unknown.push(UnknownField { after, name: name.into_owned(), value });
                    }
                }
                Ok(Fields { known, unknown: UnknownFields(unknown) })
            }
        }
        deserializer.deserialize_map(FieldsVisitor(PhantomData))
    }
}

/// Text, borrowed if it holds no escapes.
#[derive(Default)]
struct Text<'a>(Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TextVisitor;
        impl<'de> Visitor<'de> for TextVisitor {
            type Value = Text<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("text")
            }

            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Text(Cow::Borrowed(text)))
            }

            fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Text(Cow::Owned(text.to_owned())))
            }
        }
        deserializer.deserialize_str(TextVisitor)
    }
}

/// A value that may be null, which is the same as absent.
fn value<'de, T: Deserialize<'de>, A: MapAccess<'de>>(map: &mut A) -> Result<Option<T>, A::Error> {
    map.next_value()
}

#[derive(Default)]
struct RawState<'a> {
    version: Option<u64>,
    terraform_version: Option<Cow<'a, str>>,
    serial: u64,
    lineage: Cow<'a, str>,
    outputs: Vec<(String, RawOutput<'a>)>,
    resources: Vec<Fields<RawResource<'a>>>,
    check_results: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct RawOutput<'a> {
    #[serde(borrow)]
    value: &'a RawValue,
    #[serde(borrow, rename = "type")]
    ty: &'a RawValue,
    #[serde(default)]
    sensitive: bool,
}

#[derive(Default)]
struct RawResource<'a> {
    module: Text<'a>,
    mode: Text<'a>,
    ty: Text<'a>,
    name: Text<'a>,
    provider: Text<'a>,
    instances: Vec<Fields<RawObject<'a>>>,
}

#[derive(Default)]
struct RawObject<'a> {
    index_key: Option<Key>,
    status: Text<'a>,
    deposed: Option<Text<'a>>,
    schema_version: i64,
    attributes: Option<&'a RawValue>,
    sensitive_attributes: Vec<Vec<RawStep<'a>>>,
    private: Text<'a>,
    dependencies: Vec<Text<'a>>,
    create_before_destroy: bool,
}

struct Key(InstanceKey);

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct KeyVisitor;
        impl Visitor<'_> for KeyVisitor {
            type Value = Key;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a whole number or text")
            }

            fn visit_u64<E>(self, index: u64) -> Result<Key, E> {
                Ok(Key(InstanceKey::Index(index)))
            }

            fn visit_str<E>(self, key: &str) -> Result<Key, E> {
                Ok(Key(InstanceKey::Key(key.into())))
            }
        }
        deserializer.deserialize_any(KeyVisitor)
    }
}

#[derive(Deserialize)]
struct RawStep<'a> {
    #[serde(borrow, rename = "type")]
    ty: Text<'a>,
    #[serde(borrow)]
    value: &'a RawValue,
}

impl<'de> Known<'de> for RawState<'de> {
    const FIELDS: &'static [&'static str] = STATE_FIELDS;

    fn read<A: MapAccess<'de>>(&mut self, position: usize, map: &mut A) -> Result<(), A::Error> {
        match position {
            0 => self.version = value(map)?,
            1 => self.terraform_version = value(map)?.map(|Text(text)| text),
            2 => self.serial = value(map)?.unwrap_or_default(),
            3 => self.lineage = value::<Text<'_>, _>(map)?.unwrap_or_default().0,
            4 => self.outputs = value(map)?.map(|Pairs(outputs)| outputs).unwrap_or_default(),
            5 => self.resources = value(map)?.unwrap_or_default(),
            _ => self.check_results = value(map)?,
        }
        Ok(())
    }
}

impl<'de> Known<'de> for RawResource<'de> {
    const FIELDS: &'static [&'static str] = RESOURCE_FIELDS;

    fn read<A: MapAccess<'de>>(&mut self, position: usize, map: &mut A) -> Result<(), A::Error> {
        match position {
            0 => self.module = value(map)?.unwrap_or_default(),
            1 => self.mode = value(map)?.unwrap_or_default(),
            2 => self.ty = value(map)?.unwrap_or_default(),
            3 => self.name = value(map)?.unwrap_or_default(),
            4 => self.provider = value(map)?.unwrap_or_default(),
            _ => self.instances = value(map)?.unwrap_or_default(),
        }
        Ok(())
    }
}

impl<'de> Known<'de> for RawObject<'de> {
    const FIELDS: &'static [&'static str] = OBJECT_FIELDS;

    fn read<A: MapAccess<'de>>(&mut self, position: usize, map: &mut A) -> Result<(), A::Error> {
        match position {
            0 => self.index_key = value(map)?,
            1 => self.status = value(map)?.unwrap_or_default(),
            2 => self.deposed = value(map)?,
            3 => self.schema_version = value(map)?.unwrap_or_default(),
            4 => self.attributes = Some(map.next_value()?),
            5 => self.sensitive_attributes = value(map)?.unwrap_or_default(),
            6 => self.private = value(map)?.unwrap_or_default(),
            7 => self.dependencies = value(map)?.unwrap_or_default(),
            _ => self.create_before_destroy = value(map)?.unwrap_or_default(),
        }
        Ok(())
    }
}

/// The entries of a JSON object, in order.
struct Pairs<T>(Vec<(String, T)>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Pairs<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct PairsVisitor<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for PairsVisitor<T> {
            type Value = Pairs<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(Pairs(pairs))
            }
        }
        deserializer.deserialize_map(PairsVisitor(PhantomData))
    }
}

fn invalid(place: impl fmt::Display, problem: impl fmt::Display) -> FormatError {
    FormatError::Invalid { place: place.to_string(), problem: problem.to_string() }
}

fn state(file: Fields<RawState<'_>>) -> Result<State, FormatError> {
    let mut state = State::new(file.known.lineage);
    state.terraform_version = file.known.terraform_version.unwrap_or_default().into_owned();
    state.serial = file.known.serial;
    state.check_results = file.known.check_results.map(Json::from);
    state.unknown = file.unknown;
    for (name, raw) in file.known.outputs {
        let output = output(&raw).map_err(|problem| invalid(format_args!("output {name:?}"), problem))?;
        state.outputs.insert(name, output);
    }
    let mut blocks = Blocks::new();
    for raw in file.known.resources {
        resource(&mut state, raw, &mut blocks)?;
    }
    Ok(state)
}

fn output(raw: &RawOutput<'_>) -> Result<Output, String> {
    let ty = Type::from_json_slice(raw.ty.get().as_bytes()).map_err(|error| error.to_string())?;
    let value = json::decode(raw.value.get().as_bytes(), &ty).map_err(|error| error.to_string())?;
    let stored = Stored { ty: ty.clone(), value: value.clone(), text: raw.value.into() };
    Ok(Output { stored: Some(stored), ..Output::new(ty, value, raw.sensitive) })
}

fn resource(state: &mut State, raw: Fields<RawResource<'_>>, blocks: &mut Blocks) -> Result<(), FormatError> {
    let Fields { known: raw, unknown } = raw;
    let place = || format!("resource {}.{}", raw.ty.0, raw.name.0);
    if raw.ty.0.is_empty() || raw.name.0.is_empty() {
        return Err(invalid(place(), "a type and a name are due"));
    }
    let mode = match raw.mode.0.as_ref() {
        "managed" => ResourceMode::Managed,
        "data" => ResourceMode::Data,
        mode => return Err(invalid(place(), format_args!("the mode {mode:?} is neither managed nor data"))),
    };
    let module: ModuleInstance = raw.module.0.parse().map_err(|problem| invalid(place(), problem))?;
    let name = ResourceName { mode, ty: raw.ty.0.as_ref().into(), name: raw.name.0.as_ref().into() };
    let address = ResourceInstance { module, resource: name, key: InstanceKey::None };
    let resource = state.resources.entry(address.clone()).or_default();
    // As in Terraform, a resource may be listed in parts; the last says which provider.
    resource.provider = raw.provider.0.into_owned();
    resource.unknown.0.extend(unknown.0);
    for Fields { known: mut raw, unknown } in raw.instances {
        let key = raw.index_key.take().map(|Key(key)| key).unwrap_or_default();
        let deposed = raw.deposed.take().map(|Text(key)| key.into_owned()).filter(|key| !key.is_empty());
        let object = object(raw, unknown, blocks).map_err(|problem| invalid(format_args!("{address}{key}"), problem))?;
        let instance = resource.instances.entry(key.clone()).or_default();
        let twice = match &deposed {
            Some(key) => instance.deposed.insert(key.clone(), object).is_some(),
            None => instance.current.replace(object).is_some(),
        };
        if twice {
            return Err(FormatError::Duplicate { address: format!("{address}{key}"), deposed });
        }
    }
    Ok(())
}

fn object(raw: RawObject<'_>, unknown: UnknownFields, blocks: &mut Blocks) -> Result<Object, String> {
    if unknown.0.iter().any(|field| field.name == "attributes_flat") {
        return Err("its attributes are in the flat form of Terraform 0.11; `terraform apply -refresh-only` rewrites them".to_owned());
    }
    let dependencies = raw.dependencies.iter().map(|Text(text)| block(text, blocks));
    Ok(Object {
        status: match raw.status.0.as_ref() {
            "" => Status::Ready,
            "tainted" => Status::Tainted,
            status => return Err(format!("the status {status:?} is not known; tainted is, or none")),
        },
        schema_version: raw.schema_version,
        attributes: raw.attributes.map(Json::from).unwrap_or_default(),
        sensitive_attributes: raw.sensitive_attributes.iter().map(|steps| path(steps)).collect::<Result<_, _>>()?,
        private: STANDARD.decode(raw.private.0.as_bytes()).map_err(|error| format!("its private bytes: {error}"))?,
        dependencies: dependencies.collect::<Result<_, _>>()?,
        create_before_destroy: raw.create_before_destroy,
        unknown,
    })
}

/// Blocks others depend on, by their text: most are there many times.
type Blocks = HashMap<String, ResourceBlock>;

fn block(text: &str, blocks: &mut Blocks) -> Result<ResourceBlock, String> {
    if let Some(block) = blocks.get(text) {
        return Ok(block.clone());
    }
    let block = match text.parse() {
        Ok(Target::Resource(address)) => address.block(),
        Ok(Target::Module(_)) => return Err(format!("it depends on {text}, which is no resource")),
        Err(error) => return Err(error.to_string()),
    };
    blocks.insert(text.to_owned(), block.clone());
    Ok(block)
}

/// A path. It ends at a set, whose elements have no names: then all of the set is meant.
fn path(steps: &[RawStep<'_>]) -> Result<AttributePath, String> {
    #[derive(Deserialize)]
    struct Index<'a> {
        #[serde(borrow)]
        value: &'a RawValue,
    }
    let bad = |raw: &RawStep<'_>| format!("the sensitive path step {} is not understood", raw.value);
    let mut path = Vec::new();
    for raw in steps {
        path.push(match raw.ty.0.as_ref() {
            "get_attr" => Step::Attribute(serde_json::from_str(raw.value.get()).map_err(|_| bad(raw))?),
            "index" => {
                let key = serde_json::from_str::<Index<'_>>(raw.value.get()).map_err(|_| bad(raw))?.value.get();
                match (serde_json::from_str::<String>(key), key.parse()) {
                    (Ok(key), _) => Step::Key(key),
                    (_, Ok(index)) => Step::Index(index),
                    _ => break,
                }
            }
            _ => return Err(bad(raw)),
        });
    }
    Ok(path.into_iter().collect())
}
