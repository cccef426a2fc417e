//! What is known to exist: resources with their objects, and outputs.

use std::collections::BTreeMap;

use hotswap_value::{
    AttributePath, Type, Value,
    address::{InstanceKey, ResourceBlock, ResourceInstance},
};

use crate::Json;

/// The Terraform whose states these are: what a new state says wrote it.
pub const TERRAFORM_VERSION: &str = "1.11.4";

/// What is known to exist.
#[derive(Debug, Clone, PartialEq)]
pub struct State {
    /// The Terraform that wrote it last. A newer one than [`TERRAFORM_VERSION`] is no obstacle.
    pub terraform_version: String,
    /// Rises by one with each change; 0 before the first write.
    pub serial: u64,
    /// Made once, and the same as long as the state lives: two states with different lineages have nothing in common.
    pub lineage: String,
    /// The root module's outputs.
    pub outputs: BTreeMap<String, Output>,
    /// Resources by address; the address's key is always [`InstanceKey::None`].
    pub resources: BTreeMap<ResourceInstance, Resource>,
    /// The results of checks, as they are stored; absent: null.
    pub check_results: Option<Json>,
    /// Fields this program doesn't know.
    pub unknown: UnknownFields,
}

/// An output of the root module.
#[derive(Debug, Clone)]
pub struct Output {
    /// Its type.
    pub ty: Type,
    /// Its value, wholly known.
    pub value: Value,
    /// Whether people must not see it.
    pub sensitive: bool,
    /// How the value was stored, so that it's written the same while it is the same.
    pub(crate) stored: Option<Stored>,
}

/// The text of an output's value.
#[derive(Debug, Clone)]
pub(crate) struct Stored {
    pub(crate) ty: Type,
    pub(crate) value: Value,
    pub(crate) text: Json,
}

/// The objects of one resource block in one module instance.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Resource {
    /// The provider's configuration that manages them, as it is stored: `provider["registry.terraform.io/hotswap/hotswap"]`,
    /// `module.m.provider["…"].alias`.
    pub provider: String,
    /// By key. May be empty.
    pub instances: BTreeMap<InstanceKey, Instance>,
    /// Fields this program doesn't know.
    pub unknown: UnknownFields,
}

/// What exists under one address. Never wholly empty in a file.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Instance {
    /// The object in use.
    pub current: Option<Object>,
    /// Objects that were replaced (create before destroy) and still are to be destroyed, by their key of eight hexadecimal digits.
    pub deposed: BTreeMap<String, Object>,
}

/// One object.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Object {
    /// Whether it is fit for use.
    pub status: Status,
    /// The version of the resource's schema that `attributes` follow.
    pub schema_version: i64,
    /// The attributes as they are stored: an object, read against the schema of that version.
    pub attributes: Json,
    /// The attributes whose values came from something sensitive. Those the schema calls sensitive may be absent.
    pub sensitive_attributes: Vec<AttributePath>,
    /// The provider's own bytes.
    pub private: Vec<u8>,
    /// The blocks this one referred to when it was last applied, in the order stored.
    pub dependencies: Vec<ResourceBlock>,
    /// Whether its replacement is to be created first.
    pub create_before_destroy: bool,
    /// Fields this program doesn't know, as those of newer versions of Terraform.
    pub unknown: UnknownFields,
}

/// Whether an object is fit for use.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Status {
    /// It is.
    #[default]
    Ready,
    /// Creating it failed half-way, or it was marked: it is replaced by the next apply.
    Tainted,
}

/// Fields this program doesn't know, kept as they are and in their place.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct UnknownFields(pub(crate) Vec<UnknownField>);

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct UnknownField {
    /// How many of the fields this program knows come before it.
    pub(crate) after: usize,
    pub(crate) name: String,
    pub(crate) value: Json,
}

impl State {
    /// A state of nothing, never written. The lineage of a new state is [`State::new_lineage`].
    pub fn new(lineage: impl Into<String>) -> Self {
        Self {
            terraform_version: TERRAFORM_VERSION.to_owned(),
            serial: 0,
            lineage: lineage.into(),
            outputs: BTreeMap::new(),
            resources: BTreeMap::new(),
            check_results: None,
            unknown: UnknownFields::default(),
        }
    }

    /// A lineage no other state has.
    pub fn new_lineage() -> String {
        uuid::Uuid::new_v4().to_string()
    }

    /// Whether there is nothing in it: no object and no output.
    pub fn is_empty(&self) -> bool {
        self.outputs.is_empty() && self.resources.values().all(|resource| resource.instances.is_empty())
    }

    /// Whether both tell of the same things, whatever their serial, lineage and the Terraform that wrote them.
    pub fn says_the_same_as(&self, other: &Self) -> bool {
        self.outputs == other.outputs
            && self.resources == other.resources
            && self.check_results == other.check_results
            && self.unknown == other.unknown
    }

    /// What exists under an address.
    pub fn get(&self, address: &ResourceInstance) -> Option<&Instance> {
        self.resources.get(&address.without_key())?.instances.get(&address.key)
    }

    /// What exists under an address, to be changed.
    pub fn get_mut(&mut self, address: &ResourceInstance) -> Option<&mut Instance> {
        self.resources.get_mut(&address.without_key())?.instances.get_mut(&address.key)
    }

    /// The object in use under an address.
    pub fn current(&self, address: &ResourceInstance) -> Option<&Object> {
        self.get(address)?.current.as_ref()
    }

    /// Puts an object in use under an address, in the place of any other, and names the provider of all the resource's objects.
    pub fn set_current(&mut self, address: &ResourceInstance, provider: &str, object: Object) {
        self.slot(address, provider).current = Some(object);
    }

    /// Adds a deposed object, in the place of one with the same key.
    pub fn set_deposed(&mut self, address: &ResourceInstance, key: &str, provider: &str, object: Object) {
        self.slot(address, provider).deposed.insert(key.to_owned(), object);
    }

    fn slot(&mut self, address: &ResourceInstance, provider: &str) -> &mut Instance {
        let resource = self.resources.entry(address.without_key()).or_default();
        if resource.provider != provider {
            provider.clone_into(&mut resource.provider);
        }
        resource.instances.entry(address.key.clone()).or_default()
    }

    /// Sets the object in use aside as a deposed one and tells its key, which none of the others has; `None` if there is none.
    pub fn depose(&mut self, address: &ResourceInstance) -> Option<String> {
        let instance = self.get_mut(address)?;
        let object = instance.current.take()?;
        loop {
            let mut key = uuid::Uuid::new_v4().simple().to_string();
            key.truncate(8);
            if !instance.deposed.contains_key(&key) {
                instance.deposed.insert(key.clone(), object);
                return Some(key);
            }
        }
    }

    /// Forgets the object in use, and the address and resource with it if nothing is left of them.
    pub fn remove_current(&mut self, address: &ResourceInstance) -> Option<Object> {
        let object = self.get_mut(address)?.current.take();
        self.prune(address);
        object
    }

    /// Forgets a deposed object, and the address and resource with it if nothing is left of them.
    pub fn remove_deposed(&mut self, address: &ResourceInstance, key: &str) -> Option<Object> {
        let object = self.get_mut(address)?.deposed.remove(key);
        self.prune(address);
        object
    }

    /// Forgets everything under an address, and the resource with it if nothing is left of it.
    pub fn remove(&mut self, address: &ResourceInstance) -> Option<Instance> {
        let resource = self.resources.get_mut(&address.without_key())?;
        let instance = resource.instances.remove(&address.key);
        if resource.instances.is_empty() {
            self.resources.remove(&address.without_key());
        }
        instance
    }

    fn prune(&mut self, address: &ResourceInstance) {
        if self.get(address).is_some_and(Instance::is_empty) {
            self.remove(address);
        }
    }

    /// Sets an output of the root module. One that has this type and value already keeps its text in the file.
    pub fn set_output(&mut self, name: &str, ty: Type, value: Value, sensitive: bool) {
        let output = self.outputs.entry(name.to_owned()).or_insert_with(|| Output::new(Type::Dynamic, Value::Null, false));
        (output.ty, output.value, output.sensitive) = (ty, value, sensitive);
    }

    /// Every address with what exists there, in order.
    pub fn iter(&self) -> impl Iterator<Item = (ResourceInstance, &Instance)> {
        self.resources.iter().flat_map(|(address, resource)| {
            resource.instances.iter().map(|(key, instance)| (ResourceInstance { key: key.clone(), ..address.clone() }, instance))
        })
    }
}

impl Output {
    /// An output. If `ty` is dynamic, the value's own type is stored.
    pub fn new(ty: Type, value: Value, sensitive: bool) -> Self {
        Self { ty, value, sensitive, stored: None }
    }
}

/// How the value was stored makes no difference.
impl PartialEq for Output {
    fn eq(&self, other: &Self) -> bool {
        (&self.ty, &self.value, self.sensitive) == (&other.ty, &other.value, other.sensitive)
    }
}

impl Instance {
    /// Whether there is no object.
    pub fn is_empty(&self) -> bool {
        self.current.is_none() && self.deposed.is_empty()
    }
}

impl Object {
    /// An object fit for use, without sensitive attributes, private bytes or dependencies.
    pub fn new(schema_version: i64, attributes: Json) -> Self {
        Self { schema_version, attributes, ..Self::default() }
    }
}
