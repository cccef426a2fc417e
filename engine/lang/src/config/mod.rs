//! What a configuration says, block by block, of all its modules; nothing is evaluated yet.

mod arguments;
mod call;
mod check;
mod constant;
mod constraint;
mod draft;
mod load;
mod moves;
mod names;
mod output;
mod overrides;
mod resource;
mod settings;
mod validate;
mod variable;
mod version;

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
};

use hotswap_value::{
    Type,
    address::{ModuleInstance, ModulePath, ResourceInstance, ResourceName, Target},
};

pub(crate) use constant::evaluate as constant_value;
pub(crate) use load::add_bytes;
pub use load::load;
pub use validate::validate;
pub use version::{LANGUAGE_VERSION, VersionConstraint, VersionConstraintError};

use crate::{Diagnostics, Range, Sources, ast::Body, ast::Expr};

/// A root module and every module it calls.
#[derive(Debug)]
pub struct Config {
    /// The files it was read from.
    pub sources: Sources,
    /// Every module by its path; the root module is always there.
    pub modules: BTreeMap<ModulePath, Module>,
}

/// One folder of files.
#[derive(Debug)]
pub struct Module {
    /// Which calls lead to it.
    pub path: ModulePath,
    /// The folder, relative to where the command runs: what `path.module` gives.
    pub folder: PathBuf,
    /// `variable` blocks.
    pub variables: BTreeMap<Arc<str>, Variable>,
    /// Attributes of `locals` blocks.
    pub locals: BTreeMap<Arc<str>, Local>,
    /// `output` blocks.
    pub outputs: BTreeMap<Arc<str>, Output>,
    /// `resource`, `data` and `ephemeral` blocks.
    pub resources: BTreeMap<ResourceName, Resource>,
    /// `module` blocks.
    pub calls: BTreeMap<Arc<str>, Call>,
    /// `provider` blocks by local name and alias.
    pub providers: BTreeMap<ProviderName, ProviderConfig>,
    /// `required_providers`, by local name.
    pub required_providers: BTreeMap<Arc<str>, RequiredProvider>,
    /// `required_version` constraints, as written.
    pub required_versions: Vec<(String, Range)>,
    /// Where the state is kept, if a `backend` block says so.
    pub backend: Option<Backend>,
    /// `moved` blocks.
    pub moved: Vec<Moved>,
    /// `import` blocks; only the root module has any.
    pub imports: Vec<Import>,
    /// `removed` blocks.
    pub removed: Vec<Removed>,
    /// `check` blocks.
    pub checks: BTreeMap<Arc<str>, Check>,
}

/// The name a module calls a provider's configuration by: `hotswap`, or `hotswap.eu` with an alias.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProviderName {
    /// The local name.
    pub name: Arc<str>,
    /// The alias.
    pub alias: Option<Arc<str>>,
}

/// A `variable` block.
#[derive(Debug)]
pub struct Variable {
    /// Its name.
    pub name: Arc<str>,
    /// What values it takes; [`Constraint::any`] if nothing is said.
    pub ty: Constraint,
    /// Where the type is written, if it is.
    pub ty_range: Option<Range>,
    /// Its value where none is given; a constant expression, not yet converted.
    pub default: Option<Expr>,
    /// What it is for.
    pub description: Option<String>,
    /// Hidden in output.
    pub sensitive: bool,
    /// Never in plan or state.
    pub ephemeral: bool,
    /// Whether null is a value for it; true unless said otherwise.
    pub nullable: bool,
    /// `validation` blocks.
    pub validations: Vec<CheckRule>,
    /// The block's header.
    pub header: Range,
}

/// A type as a variable declares it: some attributes of objects may be left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Constraint {
    /// `any`
    Any,
    /// `string`, `number`, `bool`
    Primitive(Type),
    /// `list(T)`
    List(Box<Constraint>),
    /// `set(T)`
    Set(Box<Constraint>),
    /// `map(T)`
    Map(Box<Constraint>),
    /// `tuple([T, U])`
    Tuple(Vec<Constraint>),
    /// `object({ a = T, b = optional(U, default) })`
    Object(BTreeMap<Arc<str>, ObjectAttribute>),
}

/// An attribute of an object type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectAttribute {
    /// Its type.
    pub ty: Constraint,
    /// Whether it may be left out.
    pub optional: bool,
    /// What it is then; null if nothing is said. Already of its type.
    pub default: Option<crate::Val>,
}

/// An attribute of a `locals` block.
#[derive(Debug)]
pub struct Local {
    /// Its value.
    pub value: Expr,
    /// Where its name is.
    pub name_range: Range,
    /// The header of the `locals` block it is in.
    pub header: Range,
}

/// An `output` block.
#[derive(Debug)]
pub struct Output {
    /// Its value.
    pub value: Expr,
    /// What it is.
    pub description: Option<String>,
    /// Hidden in output.
    pub sensitive: bool,
    /// Never in plan or state.
    pub ephemeral: bool,
    /// What must be done before it counts.
    pub depends_on: Vec<DependsOn>,
    /// `precondition` blocks.
    pub preconditions: Vec<CheckRule>,
    /// The block's header.
    pub header: Range,
}

/// What a `depends_on` names, in the same module.
#[derive(Debug, Clone)]
pub struct DependsOn {
    /// What it is.
    pub subject: crate::Subject,
    /// Where it is written.
    pub range: Range,
}

/// A `resource`, `data` or `ephemeral` block.
#[derive(Debug)]
pub struct Resource {
    /// Its address in the module.
    pub name: ResourceName,
    /// The provider's configuration it uses.
    pub provider: ProviderName,
    /// `count` or `for_each`.
    pub repeat: Repeat,
    /// `depends_on`.
    pub depends_on: Vec<DependsOn>,
    /// `lifecycle`.
    pub lifecycle: Lifecycle,
    /// What the provider is given: without the meta-arguments above.
    pub body: Body,
    /// The block's header.
    pub header: Range,
}

/// How many objects a block stands for.
#[derive(Debug, Default)]
pub enum Repeat {
    /// One.
    #[default]
    Once,
    /// `count`
    Count(Expr),
    /// `for_each`
    ForEach(Expr),
}

/// A `lifecycle` block.
#[derive(Debug, Default)]
pub struct Lifecycle {
    /// Whether a replacement is made before the old object goes; `None` if nothing is said.
    pub create_before_destroy: Option<bool>,
    /// Whether a plan that would destroy it is an error.
    pub prevent_destroy: bool,
    /// Attributes whose configuration doesn't count after creation.
    pub ignore_changes: IgnoreChanges,
    /// What replaces the object when it changes.
    pub replace_triggered_by: Vec<Expr>,
    /// `precondition` blocks.
    pub preconditions: Vec<CheckRule>,
    /// `postcondition` blocks.
    pub postconditions: Vec<CheckRule>,
    /// Where `prevent_destroy` is written.
    pub prevent_destroy_range: Option<Range>,
}

/// `ignore_changes`.
#[derive(Debug, Default)]
pub enum IgnoreChanges {
    /// None.
    #[default]
    None,
    /// `all`
    All,
    /// These paths.
    Paths(Vec<(hotswap_value::AttributePath, Range)>),
}

/// A `validation`, `precondition`, `postcondition` or `assert` block.
#[derive(Debug)]
pub struct CheckRule {
    /// What must hold.
    pub condition: Expr,
    /// What is said if it doesn't.
    pub error_message: Expr,
    /// The whole block.
    pub range: Range,
}

/// A `check` block.
#[derive(Debug)]
pub struct Check {
    /// Its `assert` blocks.
    pub asserts: Vec<CheckRule>,
    /// The block's header.
    pub header: Range,
}

/// A `module` block.
#[derive(Debug)]
pub struct Call {
    /// Its name.
    pub name: Arc<str>,
    /// The source as written: a local folder, beginning with `./` or `../`.
    pub source: String,
    /// Where the source is written.
    pub source_range: Range,
    /// `count` or `for_each`.
    pub repeat: Repeat,
    /// `depends_on`.
    pub depends_on: Vec<DependsOn>,
    /// Which of our provider configurations its names stand for (`providers`).
    pub providers: BTreeMap<ProviderName, ProviderName>,
    /// The values of its variables.
    pub arguments: BTreeMap<Arc<str>, crate::ast::Attribute>,
    /// The block's header.
    pub header: Range,
}

/// A `provider` block.
#[derive(Debug)]
pub struct ProviderConfig {
    /// What the provider is configured with.
    pub body: Body,
    /// The block's header.
    pub header: Range,
}

/// An entry of `required_providers`.
#[derive(Debug, Clone)]
pub struct RequiredProvider {
    /// The whole address: `registry.terraform.io/hotswap/hotswap`.
    pub source: String,
    /// The version constraint, as written.
    pub version: Option<String>,
    /// `configuration_aliases`: configurations that whoever calls the module must pass.
    pub aliases: Vec<ProviderName>,
    /// Where it is written.
    pub range: Range,
}

/// A `backend "local"` block; no other backend is supported.
#[derive(Debug, Clone)]
pub struct Backend {
    /// The state's file, if it is named.
    pub path: Option<String>,
    /// The folder for the states of workspaces, if it is named.
    pub workspace_dir: Option<String>,
    /// The block's header.
    pub range: Range,
}

/// A `moved` block: from and to are of the same kind, relative to the module it is written in.
#[derive(Debug)]
pub struct Moved {
    /// What it was called.
    pub from: Target,
    /// What it is called now.
    pub to: Target,
    /// The whole block.
    pub range: Range,
}

/// An `import` block.
#[derive(Debug)]
pub struct Import {
    /// Which object it becomes: `a_b.c`, or `a_b.c[each.key]` where the key is an expression.
    pub to: ImportTarget,
    /// What the provider calls it.
    pub id: Expr,
    /// Many at once.
    pub for_each: Option<Expr>,
    /// The whole block.
    pub range: Range,
}

/// Where an import goes.
#[derive(Debug)]
pub struct ImportTarget {
    /// The module instance, written out.
    pub module: ModuleInstance,
    /// The resource.
    pub resource: ResourceName,
    /// The key, an expression.
    pub key: Option<Expr>,
    /// Where it is written.
    pub range: Range,
}

/// A `removed` block.
#[derive(Debug)]
pub struct Removed {
    /// What is no longer managed.
    pub from: Target,
    /// Whether it is destroyed; otherwise it is only forgotten.
    pub destroy: bool,
    /// The whole block.
    pub range: Range,
}

/// Reads files for [`load`]; so that a saved plan's copy of a configuration loads as the folder did.
pub trait Files {
    /// The names of the files in a folder; an error says why it can't be read.
    fn list(&self, folder: &Path) -> std::io::Result<Vec<String>>;
    /// The bytes of a file.
    fn read(&self, path: &Path) -> std::io::Result<Vec<u8>>;
}

/// The disk.
#[derive(Debug, Clone, Copy, Default)]
pub struct Disk;

/// What was loaded: as much as could be understood, and every fault that was found.
#[derive(Debug)]
pub struct Loaded {
    /// The configuration. Not to be used for anything but messages if there are errors.
    pub config: Config,
    /// Errors and warnings.
    pub diagnostics: Diagnostics,
}

impl Config {
    /// The root module.
    pub fn root(&self) -> &Module {
        &self.modules[&ModulePath::root()]
    }

    /// Where an object's block is; `None` if the configuration has none.
    pub fn resource(&self, object: &ResourceInstance) -> Option<&Resource> {
        self.modules.get(&object.module.path())?.resources.get(&object.resource)
    }
}

#[cfg(test)]
pub(crate) mod tests;
