//! Which provider serves what: the providers this program has, the configuration a block uses, and the one started for each.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use hotswap_lang::{
    Diagnostic, Diagnostics, Range,
    config::{Config, ProviderName},
    evaluate::BlockSpec,
};
use hotswap_sdk::{ConfigureRequest, DataSource, EphemeralResource, Provider, Resource, Schema};
use hotswap_state::{Json, State};
use hotswap_value::{
    AttributePath, Type, Value,
    address::{ModulePath, ResourceMode, ResourceName},
    json,
};

use crate::{
    provider_address::ProviderAddress,
    schema_value::{block_spec, sensitive_paths},
};

/// A provider this program has.
pub trait ProviderSource: Send + Sync {
    /// Its address: `registry.terraform.io/hotswap/hotswap`.
    fn source(&self) -> &str;

    /// Starts one, not configured yet. Cheap; called once for its schemas and once for each of its configurations.
    fn start(&self) -> Arc<dyn Provider>;
}

/// What is known of a type of objects without configuring its provider.
#[derive(Debug)]
pub struct ObjectType {
    /// What attributes its objects have.
    pub schema: Schema,
    /// The type of its objects, as [`Schema::ty`] makes it.
    pub ty: Arc<Type>,
    /// What a block may say.
    pub(crate) spec: BlockSpec,
}

/// The providers this program has, and those that are started.
pub struct Providers {
    kinds: BTreeMap<String, Kind>,
    running: Mutex<BTreeMap<ProviderAddress, Arc<dyn Provider>>>,
    client_version: String,
}

/// A provider of which nothing is configured.
struct Kind {
    source: Arc<dyn ProviderSource>,
    idle: Arc<dyn Provider>,
    config: Arc<ObjectType>,
    managed: BTreeMap<String, Arc<ObjectType>>,
    data: BTreeMap<String, Arc<ObjectType>>,
    ephemeral: BTreeMap<String, Arc<ObjectType>>,
}

impl ObjectType {
    fn new(schema: &Schema) -> Arc<Self> {
        Arc::new(Self { ty: schema.ty(), spec: block_spec(schema), schema: schema.clone() })
    }

    /// An object as the state holds it. The error says what of it has no such form.
    pub fn encode(&self, value: &Value) -> Result<Json, String> {
        let text = json::encode(value, &self.ty).map_err(|error| error.to_string())?;
        Json::new(&text).map_err(|error| error.to_string())
    }

    /// What of an object is sensitive: what its schema says, and `marked`, as [`crate::ConfigValue::sensitive`] has it. Sorted, and
    /// nothing that lies in another.
    pub fn sensitive_paths(&self, value: &Value, marked: &[AttributePath]) -> Vec<AttributePath> {
        sensitive_paths(&self.schema, value, marked)
    }
}

impl Providers {
    /// These providers, none of them configured. `client_version` is told to them.
    pub fn new(sources: impl IntoIterator<Item = Arc<dyn ProviderSource>>, client_version: impl Into<String>) -> Self {
        let kinds = sources.into_iter().map(|source| (source.source().to_owned(), Kind::new(source)));
        Self { kinds: kinds.collect(), running: Mutex::default(), client_version: client_version.into() }
    }

    /// The same providers, none of them configured: applying starts with new ones, as configurations may say more by then.
    #[must_use]
    pub fn fresh(&self) -> Self {
        Self::new(self.kinds.values().map(|kind| kind.source.clone()), self.client_version.clone())
    }

    /// The addresses of the providers there are.
    pub fn sources(&self) -> impl Iterator<Item = &str> {
        self.kinds.keys().map(String::as_str)
    }

    /// The provider behind an address, not configured: for schemas and functions.
    pub fn idle(&self, source: &str) -> Option<&Arc<dyn Provider>> {
        self.kinds.get(source).map(|kind| &kind.idle)
    }

    /// What a provider's own block consists of.
    pub fn config_type(&self, source: &str) -> Option<&Arc<ObjectType>> {
        self.kinds.get(source).map(|kind| &kind.config)
    }

    /// What the objects of a type consist of.
    pub fn object_type(&self, source: &str, name: &ResourceName) -> Option<&Arc<ObjectType>> {
        let kind = self.kinds.get(source)?;
        match name.mode {
            ResourceMode::Managed => kind.managed.get(&*name.ty),
            ResourceMode::Data => kind.data.get(&*name.ty),
            ResourceMode::Ephemeral => kind.ephemeral.get(&*name.ty),
        }
    }

    /// The names of the types a provider has, for suggestions.
    pub(crate) fn type_names(&self, source: &str, mode: ResourceMode) -> Vec<&str> {
        let Some(kind) = self.kinds.get(source) else { return Vec::new() };
        let types = match mode {
            ResourceMode::Managed => &kind.managed,
            ResourceMode::Data => &kind.data,
            ResourceMode::Ephemeral => &kind.ephemeral,
        };
        types.keys().map(String::as_str).collect()
    }

    /// Starts and configures the provider of a configuration. Configuring the same one again does nothing.
    pub async fn configure(&self, address: &ProviderAddress, config: Value) -> hotswap_sdk::Diagnostics {
        let Some(kind) = self.kinds.get(&*address.source) else { return hotswap_sdk::Diagnostics::new() };
        if self.running(address).is_some() {
            return hotswap_sdk::Diagnostics::new();
        }
        let provider = kind.source.start();
        let config = kind.config.schema.with_defaults(config);
        let diagnostics = provider.configure(ConfigureRequest { config, client_version: self.client_version.clone() }).await;
        if !diagnostics.has_errors() {
            self.lock().insert(address.clone(), provider);
        }
        diagnostics
    }

    /// The configured provider of a configuration.
    pub fn running(&self, address: &ProviderAddress) -> Option<Arc<dyn Provider>> {
        self.lock().get(address).cloned()
    }

    /// Every configured provider.
    pub fn all_running(&self) -> Vec<(ProviderAddress, Arc<dyn Provider>)> {
        self.lock().iter().map(|(address, provider)| (address.clone(), provider.clone())).collect()
    }

    /// A managed resource type of a configured provider.
    pub fn resource(&self, address: &ProviderAddress, ty: &str) -> Option<Arc<dyn Resource>> {
        self.running(address)?.resources().get(ty).cloned()
    }

    /// A data source of a configured provider.
    pub fn data_source(&self, address: &ProviderAddress, ty: &str) -> Option<Arc<dyn DataSource>> {
        self.running(address)?.data_sources().get(ty).cloned()
    }

    /// An ephemeral resource type of a configured provider.
    pub fn ephemeral_resource(&self, address: &ProviderAddress, ty: &str) -> Option<Arc<dyn EphemeralResource>> {
        self.running(address)?.ephemeral_resources().get(ty).cloned()
    }

    /// Tells every configured provider that the user wants to stop. Returns at once.
    pub fn stop(&self) {
        self.lock().values().for_each(|provider| provider.stop());
    }

    /// Whether the providers that a configuration and a state need are there; an error for each that isn't.
    pub fn check(&self, config: &Config, state: &State) -> Diagnostics {
        let mut needed: BTreeMap<Arc<str>, Needed> = BTreeMap::new();
        for module in config.modules.values() {
            for required in module.required_providers.values() {
                needed.entry(required.source.as_str().into()).or_insert(Needed::Required(required.range));
            }
            for (name, block) in &module.providers {
                needed.entry(source_of(config, &module.path, &name.name)).or_insert(Needed::Block(block.header));
            }
            for resource in module.resources.values() {
                let source = source_of(config, &module.path, &resource.provider.name);
                needed.entry(source).or_insert_with(|| Needed::Resource(resource.header, resource.provider.name.clone()));
            }
        }
        for (address, resource) in &state.resources {
            if let Ok(provider) = resource.provider.parse::<ProviderAddress>() {
                needed.entry(provider.source).or_insert_with(|| Needed::State(address.to_string()));
            }
        }
        needed
            .into_iter()
            .filter(|(source, _)| !self.kinds.contains_key(&**source))
            .map(|(source, by)| self.missing(&source, &by))
            .collect()
    }

    fn missing(&self, source: &str, by: &Needed) -> Diagnostic {
        let have = self.kinds.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
        let summary = format!("Provider {source} is not available");
        let only = format!("This program has only {have}; run configurations that need other providers with Terraform.");
        match by {
            Needed::Required(range) => Diagnostic::error(summary, only).at(*range),
            Needed::Block(range) => Diagnostic::error(summary, only).at(*range),
            Needed::Resource(range, name) => {
                let same_name = self.kinds.keys().find(|source| source.rsplit('/').next() == Some(name));
                let hint = same_name.map_or(only.clone(), |source| {
                    let short = source.strip_prefix("registry.terraform.io/").unwrap_or(source);
                    format!(
                        "The module does not say which provider {name:?} is. If it is {short}, add to the terraform block: \
                         required_providers {{ {name} = {{ source = \"{short}\" }} }}."
                    )
                });
                Diagnostic::error(summary, hint).at(*range)
            }
            Needed::State(object) => Diagnostic::error(summary, format!("The state holds {object}, which needs it. {only}")),
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<ProviderAddress, Arc<dyn Provider>>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Who needs a provider.
enum Needed {
    Required(Range),
    Block(Range),
    Resource(Range, Arc<str>),
    State(String),
}

impl Kind {
    fn new(source: Arc<dyn ProviderSource>) -> Self {
        let idle = source.start();
        let managed = idle.resources().iter().map(|(name, resource)| (name.clone(), ObjectType::new(resource.schema()))).collect();
        let data = idle.data_sources().iter().map(|(name, source)| (name.clone(), ObjectType::new(source.schema()))).collect();
        let ephemeral = idle.ephemeral_resources().iter();
        let ephemeral = ephemeral.map(|(name, resource)| (name.clone(), ObjectType::new(resource.schema()))).collect();
        Self { config: ObjectType::new(idle.schema()), source, idle, managed, data, ephemeral }
    }
}

/// The provider a local name stands for in a module; one of HashiCorp's where the module doesn't say.
pub(crate) fn source_of(config: &Config, module: &ModulePath, name: &str) -> Arc<str> {
    let required = config.modules.get(module).and_then(|module| module.required_providers.get(name));
    required.map_or_else(|| format!("registry.terraform.io/hashicorp/{name}").into(), |required| required.source.as_str().into())
}

/// The configuration that a module's name for one stands for: its own block, the one it was passed, or its parent's by the same name.
pub(crate) fn configuration_of(config: &Config, module: &ModulePath, name: &ProviderName) -> ProviderAddress {
    let source = source_of(config, module, &name.name);
    let is_it = |path: &ModulePath, other: &ProviderName, alias: &Option<Arc<str>>| {
        other.alias == *alias && source_of(config, path, &other.name) == source
    };
    let (mut path, mut alias) = (module.clone(), name.alias.clone());
    while let Some((call, parent)) = path.0.split_last() {
        let own = config.modules.get(&path).is_some_and(|module| module.providers.keys().any(|name| is_it(&path, name, &alias)));
        if own {
            break;
        }
        let parent = ModulePath(parent.to_vec());
        let call = config.modules.get(&parent).and_then(|module| module.calls.get(call));
        if let Some((_, passed)) = call.and_then(|call| call.providers.iter().find(|(name, _)| is_it(&path, name, &alias))) {
            alias = passed.alias.clone();
        }
        path = parent;
    }
    ProviderAddress { module: path, source, alias }
}

/// The block of a configuration; `None` if nothing is written, which is an empty one.
pub(crate) fn block_of<'a>(config: &'a Config, address: &ProviderAddress) -> Option<&'a hotswap_lang::config::ProviderConfig> {
    let module = config.modules.get(&address.module)?;
    let block = module
        .providers
        .iter()
        .find(|(name, _)| name.alias == address.alias && source_of(config, &address.module, &name.name) == address.source);
    block.map(|(_, block)| block)
}
