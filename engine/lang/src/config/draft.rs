//! A module while its blocks are decoded, one after another.

use std::{collections::BTreeMap, path::PathBuf, sync::Arc};

use hotswap_value::address::{ModulePath, ResourceMode};

use super::call;
use super::{Backend, Local, Module, arguments::did_you_mean, check, moves, names, output, resource, settings, variable};
use crate::{Diagnostic, Diagnostics, Range, Sources, ast::Block, ast::Body};

/// What a file can hold.
pub(super) const BLOCK_TYPES: [&str; 13] = [
    "resource",
    "data",
    "ephemeral",
    "variable",
    "output",
    "locals",
    "module",
    "provider",
    "terraform",
    "moved",
    "import",
    "removed",
    "check",
];

/// The module so far, and where each name was given.
pub(super) struct Draft<'a> {
    pub(super) module: Module,
    pub(super) faults: Diagnostics,
    pub(super) sources: &'a Sources,
    places: BTreeMap<(&'static str, String), Range>,
}

impl<'a> Draft<'a> {
    pub(super) fn new(path: ModulePath, folder: PathBuf, sources: &'a Sources) -> Self {
        Self { module: Module::empty(path, folder), faults: Vec::new(), sources, places: BTreeMap::new() }
    }

    /// Decodes what a file holds.
    pub(super) fn add(&mut self, body: Body) {
        for attribute in body.attributes {
            let name = &*attribute.name;
            let detail = if BLOCK_TYPES.contains(&name) {
                format!("{name:?} begins a block: write {name} {{ … }} without the equals sign.")
            } else {
                format!("A file holds blocks, and {name:?} is an argument outside any. A value of one's own is set in a locals block.")
            };
            self.faults.push(Diagnostic::error("Argument outside a block", detail).at(attribute.name_range));
        }
        for block in body.blocks {
            self.block(block);
        }
    }

    fn block(&mut self, block: Block) {
        match &*block.ty {
            "resource" => self.resource(block, ResourceMode::Managed),
            "data" => self.resource(block, ResourceMode::Data),
            "ephemeral" => self.resource(block, ResourceMode::Ephemeral),
            "variable" => self.variable(block),
            "output" => self.output(block),
            "locals" => self.locals(block),
            "module" => self.call(block),
            "provider" => settings::provider(self, block),
            "terraform" => settings::terraform(self, block),
            "moved" => moves::moved(self, block),
            "import" => moves::import(self, block),
            "removed" => moves::removed(self, block),
            "check" => check::decode(self, block),
            ty => {
                let detail = format!("A file holds no blocks of type {ty:?}.{}", did_you_mean(ty, BLOCK_TYPES));
                self.fault(block.header, "Unsupported block type", detail);
            }
        }
    }

    pub(super) fn fault(&mut self, range: Range, summary: &str, detail: impl Into<String>) {
        self.faults.push(Diagnostic::error(summary, detail).at(range));
    }

    /// Whether the name is new among those of its kind; otherwise tells of both places.
    pub(super) fn claim(&mut self, kind: &'static str, name: &str, place: Range) -> bool {
        if let Some(first) = self.places.get(&(kind, name.to_owned())) {
            let at = self.sources.position(first.file, first.start);
            let file = self.sources.file(first.file).path.display();
            let article = if kind.starts_with(['e', 'o']) { "an" } else { "a" };
            let detail = format!(
                "There is {article} {kind} {name:?} already, at {file}:{}. Within a module the name of each must be its own.",
                at.line
            );
            self.fault(place, &format!("Duplicate {kind}"), detail);
            return false;
        }
        self.places.insert((kind, name.to_owned()), place);
        true
    }

    /// Decodes a `resource`, `data` or `ephemeral` block; one of data may lie in a `check`.
    pub(super) fn resource(&mut self, block: Block, mode: ResourceMode) {
        let (header, labels) = (block.header, block.labels.clone());
        let Some([ty, name]) = names::labels(&block, ["type", "name"], &mut self.faults) else { return };
        names::identifier(&ty, labels[0].1, header, &mut self.faults);
        names::identifier(&name, labels[1].1, header, &mut self.faults);
        let resource = resource::decode(block, mode, &ty, &name, &mut self.faults);
        if self.claim(mode.noun(), &format!("{ty}.{name}"), header) {
            self.module.resources.insert(resource.name.clone(), resource);
        }
    }

    fn variable(&mut self, block: Block) {
        let header = block.header;
        let Some([name]) = names::labels(&block, ["name"], &mut self.faults) else { return };
        names::identifier(&name, block.labels[0].1, header, &mut self.faults);
        let variable = variable::decode(block, &name, &mut self.faults);
        if self.claim("variable", &name, header) {
            self.module.variables.insert(name, variable);
        }
    }

    fn output(&mut self, block: Block) {
        let header = block.header;
        let Some([name]) = names::labels(&block, ["name"], &mut self.faults) else { return };
        names::identifier(&name, block.labels[0].1, header, &mut self.faults);
        let output = output::decode(block, &mut self.faults);
        if self.claim("output", &name, header)
            && let Some(output) = output
        {
            self.module.outputs.insert(name, output);
        }
    }

    fn locals(&mut self, block: Block) {
        names::labels::<0>(&block, [], &mut self.faults);
        let header = block.header;
        for nested in &block.body.blocks {
            let detail = format!("Local values are arguments: write {} = {{ … }} with an equals sign.", &*nested.ty);
            self.faults.push(Diagnostic::error("Unsupported block type", detail).at(nested.header).within(header));
        }
        for attribute in block.body.attributes {
            if self.claim("local value", &attribute.name, attribute.name_range) {
                let local = Local { value: attribute.value, name_range: attribute.name_range, header };
                self.module.locals.insert(attribute.name, local);
            }
        }
    }

    fn call(&mut self, block: Block) {
        let header = block.header;
        let Some([name]) = names::labels(&block, ["name"], &mut self.faults) else { return };
        names::identifier(&name, block.labels[0].1, header, &mut self.faults);
        let call = call::decode(block, &name, &mut self.faults);
        if self.claim("module call", &name, header)
            && let Some(call) = call
        {
            self.module.calls.insert(name, call);
        }
    }

    /// Sets the backend, of which there is one.
    pub(super) fn backend(&mut self, backend: Backend, header: Range) {
        if self.claim("backend", "", header) {
            self.module.backend = Some(backend);
        }
    }
}

impl Module {
    /// A module without any block.
    pub fn empty(path: ModulePath, folder: PathBuf) -> Self {
        Self {
            path,
            folder,
            variables: BTreeMap::new(),
            locals: BTreeMap::new(),
            outputs: BTreeMap::new(),
            resources: BTreeMap::new(),
            calls: BTreeMap::new(),
            providers: BTreeMap::new(),
            required_providers: BTreeMap::new(),
            required_versions: Vec::new(),
            backend: None,
            moved: Vec::new(),
            imports: Vec::new(),
            removed: Vec::new(),
            checks: BTreeMap::new(),
        }
    }

    /// The address of the provider that a local name stands for: what `required_providers` says, or else the provider of that name
    /// that HashiCorp publishes, as in Terraform.
    pub fn provider_source(&self, name: &str) -> String {
        self.required_providers
            .get(name)
            .map_or_else(|| format!("registry.terraform.io/hashicorp/{name}"), |required| required.source.clone())
    }

    /// Every local name of a provider that something in the module uses.
    pub fn provider_names(&self) -> impl Iterator<Item = &Arc<str>> {
        let mut names: Vec<&Arc<str>> = self
            .required_providers
            .keys()
            .chain(self.providers.keys().map(|provider| &provider.name))
            .chain(self.resources.values().map(|resource| &resource.provider.name))
            .collect();
        names.sort();
        names.dedup();
        names.into_iter()
    }
}
