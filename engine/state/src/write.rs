//! From a [`State`] to the bytes of its file: those Terraform would write.

use base64::{Engine, engine::general_purpose::STANDARD};
use hotswap_value::{
    AttributePath, Step, Value, ValueError,
    address::{InstanceKey, ResourceInstance, ResourceMode},
    json,
};

use crate::{
    Instance, Json, Object, Output, Resource, State, Status, UnknownFields,
    json::{indent, new_line, quote},
    read::{OBJECT_FIELDS, RESOURCE_FIELDS, STATE_FIELDS},
};

/// An output can't be written: its value does not fit its type, or isn't wholly known.
#[derive(Debug, thiserror::Error)]
#[error("output {name:?} can't be stored")]
pub struct UnwritableOutput {
    /// Which output.
    pub name: String,
    /// What is wrong with its value.
    pub source: ValueError,
}

impl State {
    /// The content of its file, final newline included.
    pub fn to_bytes(&self) -> Result<Vec<u8>, UnwritableOutput> {
        self.to_bytes_with(self.serial)
    }

    /// The content of its file with another serial.
    pub(crate) fn to_bytes_with(&self, serial: u64) -> Result<Vec<u8>, UnwritableOutput> {
        let mut out = String::new();
        let mut fields = FieldWriter::begin(&mut out, STATE_FIELDS, &self.unknown, 0);
        fields.field(0).push('4');
        quote(fields.field(1), &self.terraform_version);
        fields.field(2).push_str(&serial.to_string());
        quote(fields.field(3), &self.lineage);
        write_outputs(fields.field(4), self)?;
        write_resources(fields.field(5), self);
        let checks = fields.field(6);
        match &self.check_results {
            Some(results) => indent(checks, results, 1),
            None => checks.push_str("null"),
        }
        fields.end();
        out.push('\n');
        Ok(out.into_bytes())
    }
}

/// Writes an object's fields in order, and those this program doesn't know in their places.
struct FieldWriter<'a> {
    out: &'a mut String,
    names: &'static [&'static str],
    unknown: &'a UnknownFields,
    /// Known fields passed so far.
    at: usize,
    depth: usize,
    empty: bool,
}

impl<'a> FieldWriter<'a> {
    fn begin(out: &'a mut String, names: &'static [&'static str], unknown: &'a UnknownFields, depth: usize) -> Self {
        out.push('{');
        let mut writer = Self { out, names, unknown, at: 0, depth: depth + 1, empty: true };
        writer.unknown_at(0);
        writer
    }

    /// Begins the known field at `position`; what is appended to the text is its value.
    fn field(&mut self, position: usize) -> &mut String {
        self.pass(position);
        self.name(self.names[position]);
        self.out
    }

    /// Goes on to the known field at `position`: the unknown ones before it are written.
    fn pass(&mut self, position: usize) {
        while self.at < position {
            self.at += 1;
            self.unknown_at(self.at);
        }
    }

    fn unknown_at(&mut self, after: usize) {
        let unknown = self.unknown;
        for field in unknown.0.iter().filter(|field| field.after == after) {
            self.name(&field.name);
            indent(self.out, &field.value, self.depth);
        }
    }

    fn name(&mut self, name: &str) {
        if !self.empty {
            self.out.push(',');
        }
        self.empty = false;
        new_line(self.out, self.depth);
        quote(self.out, name);
        self.out.push_str(": ");
    }

    fn end(mut self) {
        self.pass(self.names.len());
        new_line(self.out, self.depth - 1);
        self.out.push('}');
    }
}

/// Writes an array's or object's elements, each on its line.
fn write_elements<T>(
    out: &mut String,
    ends: (char, char),
    depth: usize,
    elements: impl IntoIterator<Item = T>,
    mut write: impl FnMut(&mut String, T),
) {
    out.push(ends.0);
    let mut empty = true;
    for element in elements {
        if !empty {
            out.push(',');
        }
        empty = false;
        new_line(out, depth + 1);
        write(out, element);
    }
    if !empty {
        new_line(out, depth);
    }
    out.push(ends.1);
}

fn write_outputs(out: &mut String, state: &State) -> Result<(), UnwritableOutput> {
    let mut texts = Vec::with_capacity(state.outputs.len());
    for (name, output) in &state.outputs {
        let text = output.text().map_err(|source| UnwritableOutput { name: name.clone(), source })?;
        texts.push((name, output, text));
    }
    write_elements(out, ('{', '}'), 1, texts, |out, (name, output, text)| {
        quote(out, name);
        out.push_str(": ");
        out.push_str("{\n      \"value\": ");
        indent(out, &text, 3);
        out.push_str(",\n      \"type\": ");
        indent(out, &Json::written(&output.stored_type().to_json().to_string()), 3);
        if output.sensitive {
            out.push_str(",\n      \"sensitive\": true");
        }
        out.push_str("\n    }");
    });
    Ok(())
}

impl Output {
    /// The type in the file: that of a dynamic value is its own.
    fn stored_type(&self) -> &hotswap_value::Type {
        match &self.value {
            Value::Dynamic(typed) => &typed.ty,
            _ => &self.ty,
        }
    }

    fn text(&self) -> Result<Json, ValueError> {
        match &self.stored {
            Some(stored) if stored.ty == self.ty && stored.value == self.value => Ok(stored.text.clone()),
            _ => json::encode(self.value.bare(), self.stored_type()).map(|text| Json::written(&text)),
        }
    }
}

/// In the order of Terraform: by the texts of module, mode, type and name.
fn write_resources(out: &mut String, state: &State) {
    let mut resources: Vec<_> = state.resources.iter().map(|(address, resource)| (address.module.to_string(), address, resource)).collect();
    resources.sort_by(|(module_a, a, _), (module_b, b, _)| {
        let (a, b) = (&a.resource, &b.resource);
        (module_a, mode(a.mode), &a.ty, &a.name).cmp(&(module_b, mode(b.mode), &b.ty, &b.name))
    });
    write_elements(out, ('[', ']'), 1, resources, |out, (module, address, resource)| write_resource(out, &module, address, resource));
}

fn mode(mode: ResourceMode) -> &'static str {
    match mode {
        ResourceMode::Managed => "managed",
        ResourceMode::Data => "data",
        ResourceMode::Ephemeral => "ephemeral",
    }
}

fn write_resource(out: &mut String, module: &str, address: &ResourceInstance, resource: &Resource) {
    let mut fields = FieldWriter::begin(out, RESOURCE_FIELDS, &resource.unknown, 2);
    if !module.is_empty() {
        quote(fields.field(0), module);
    }
    quote(fields.field(1), mode(address.resource.mode));
    quote(fields.field(2), &address.resource.ty);
    quote(fields.field(3), &address.resource.name);
    quote(fields.field(4), &resource.provider);
    let objects =
        resource.instances.iter().flat_map(|(key, instance)| objects(instance).map(move |(deposed, object)| (key, deposed, object)));
    write_elements(fields.field(5), ('[', ']'), 3, objects, |out, (key, deposed, object)| write_object(out, key, deposed, object));
    fields.end();
}

fn objects(instance: &Instance) -> impl Iterator<Item = (Option<&str>, &Object)> {
    let deposed = instance.deposed.iter().map(|(key, object)| (Some(key.as_str()), object));
    instance.current.iter().map(|object| (None, object)).chain(deposed)
}

fn write_object(out: &mut String, key: &InstanceKey, deposed: Option<&str>, object: &Object) {
    let mut fields = FieldWriter::begin(out, OBJECT_FIELDS, &object.unknown, 4);
    match key {
        InstanceKey::None => {}
        InstanceKey::Index(index) => fields.field(0).push_str(&index.to_string()),
        InstanceKey::Key(key) => quote(fields.field(0), key),
    }
    if object.status == Status::Tainted {
        fields.field(1).push_str("\"tainted\"");
    }
    if let Some(key) = deposed {
        quote(fields.field(2), key);
    }
    fields.field(3).push_str(&object.schema_version.to_string());
    indent(fields.field(4), &object.attributes, 5);
    write_elements(fields.field(5), ('[', ']'), 5, &object.sensitive_attributes, write_path);
    if !object.private.is_empty() {
        quote(fields.field(6), &STANDARD.encode(&object.private));
    }
    if !object.dependencies.is_empty() {
        write_elements(fields.field(7), ('[', ']'), 5, &object.dependencies, |out, block| quote(out, &block.to_string()));
    }
    if object.create_before_destroy {
        fields.field(8).push_str("true");
    }
    fields.end();
}

fn write_path(out: &mut String, path: &AttributePath) {
    write_elements(out, ('[', ']'), 6, path.steps(), |out, step| {
        let quoted = |text: &str| serde_json::Value::from(text).to_string();
        let json = match step {
            Step::Attribute(name) => format!(r#"{{"type":"get_attr","value":{}}}"#, quoted(name)),
            Step::Key(key) => format!(r#"{{"type":"index","value":{{"value":{},"type":"string"}}}}"#, quoted(key)),
            Step::Index(index) => format!(r#"{{"type":"index","value":{{"value":{index},"type":"number"}}}}"#),
        };
        indent(out, &Json::written(&json), 7);
    });
}
