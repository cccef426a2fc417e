//! Building the graph from a configuration.

use std::collections::{HashMap, HashSet};

use hotswap_lang::{
    Diagnostic, Diagnostics, Range, Subject,
    ast::{Body, Expr},
    config::{CheckRule, Config, DependsOn, IgnoreChanges, Module, Repeat, Resource},
    evaluate::{Reference, references},
};
use hotswap_value::{
    Step,
    address::{ModulePath, ResourceBlock, ResourceMode},
};
use petgraph::graph::{DiGraph, NodeIndex};

use super::{Graph, Node};
use crate::{
    ProviderAddress, Providers,
    providers::{block_of, configuration_of},
    suggest::did_you_mean,
    world::undeclared,
};

impl Graph {
    /// The graph of a configuration. `used` are provider configurations that something outside the configuration needs, as objects in
    /// the state do.
    ///
    /// Errors in the diagnostics: what the providers' schemas don't have, and cycles. What is wrong by the language alone is found by
    /// [`hotswap_lang::config::validate`] and left out here.
    pub fn new(config: &Config, providers: &Providers, used: impl IntoIterator<Item = ProviderAddress>) -> (Self, Diagnostics) {
        let mut builder = Builder {
            config,
            providers,
            graph: Self { graph: DiGraph::new(), index: HashMap::new(), faulty: HashSet::new(), explicit: HashMap::new() },
            diagnostics: Vec::new(),
            told: HashSet::new(),
        };
        config.modules.values().for_each(|module| builder.declare(module));
        for address in used {
            builder.provider(&address);
        }
        config.modules.values().for_each(|module| builder.connect(module));
        builder.imports();
        let Builder { graph, mut diagnostics, .. } = builder;
        if let Some(cycle) = graph.cycle() {
            diagnostics.push(cycle);
        }
        (graph, diagnostics)
    }
}

struct Builder<'a> {
    config: &'a Config,
    providers: &'a Providers,
    graph: Graph,
    diagnostics: Diagnostics,
    /// Where a fault was told already.
    told: HashSet<Range>,
}

impl Builder<'_> {
    fn node(&mut self, node: Node) -> NodeIndex {
        if let Some(index) = self.graph.index.get(&node) {
            return *index;
        }
        let index = self.graph.graph.add_node(node.clone());
        self.graph.index.insert(node, index);
        index
    }

    fn declare(&mut self, module: &Module) {
        let path = || module.path.clone();
        for variable in module.variables.values() {
            self.node(Node::Variable(path(), variable.name.clone()));
            if !variable.validations.is_empty() {
                self.node(Node::Validation(path(), variable.name.clone()));
            }
        }
        for name in module.locals.keys() {
            self.node(Node::Local(path(), name.clone()));
        }
        for name in module.outputs.keys() {
            self.node(Node::Output(path(), name.clone()));
        }
        for name in module.calls.keys() {
            self.node(Node::Call(path(), name.clone()));
        }
        for name in module.checks.keys() {
            self.node(Node::Check(path(), name.clone()));
        }
        for name in module.resources.keys() {
            self.node(Node::Resource(ResourceBlock { module: path(), resource: name.clone() }));
        }
        if !module.path.is_root() {
            self.node(Node::Module(path()));
        }
    }

    fn provider(&mut self, address: &ProviderAddress) -> NodeIndex {
        let index = self.graph.index.get(&Node::Provider(address.clone())).copied();
        if let Some(index) = index {
            return index;
        }
        let index = self.node(Node::Provider(address.clone()));
        if let (Some(block), Some(module)) = (block_of(self.config, address), self.config.modules.get(&address.module)) {
            self.body(index, module, &block.body);
        }
        self.belongs(index, &address.module);
        index
    }

    /// Everything in a called module waits for its call, and is waited for by the module's end.
    fn belongs(&mut self, index: NodeIndex, module: &ModulePath) {
        if let Some((call, parent)) = module.0.split_last() {
            let call = self.node(Node::Call(ModulePath(parent.to_vec()), call.clone()));
            let end = self.node(Node::Module(module.clone()));
            self.graph.graph.update_edge(index, call, None);
            self.graph.graph.update_edge(end, index, None);
        }
    }

    fn connect(&mut self, module: &Module) {
        let path = || module.path.clone();
        for variable in module.variables.values() {
            let index = self.node(Node::Variable(path(), variable.name.clone()));
            self.belongs(index, &module.path);
            if let Some((call, parent)) = module.path.0.split_last()
                && let Some(parent) = self.config.modules.get(&ModulePath(parent.to_vec()))
                && let Some(attribute) = parent.calls.get(call).and_then(|call| call.arguments.get(&variable.name))
            {
                self.expr(index, parent, &attribute.value);
            }
            if !variable.validations.is_empty() {
                let validation = self.node(Node::Validation(path(), variable.name.clone()));
                self.belongs(validation, &module.path);
                self.graph.graph.update_edge(validation, index, None);
                self.rules(validation, module, &variable.validations);
            }
        }
        for (name, local) in &module.locals {
            let index = self.node(Node::Local(path(), name.clone()));
            self.belongs(index, &module.path);
            self.expr(index, module, &local.value);
        }
        for (name, output) in &module.outputs {
            let index = self.node(Node::Output(path(), name.clone()));
            self.belongs(index, &module.path);
            self.expr(index, module, &output.value);
            self.rules(index, module, &output.preconditions);
            self.depends_on(index, module, &output.depends_on);
        }
        for (name, check) in &module.checks {
            let index = self.node(Node::Check(path(), name.clone()));
            self.belongs(index, &module.path);
            self.rules(index, module, &check.asserts);
        }
        for call in module.calls.values() {
            let index = self.node(Node::Call(path(), call.name.clone()));
            self.belongs(index, &module.path);
            self.repeat(index, module, &call.repeat);
            self.depends_on(index, module, &call.depends_on);
            let end = self.node(Node::Module(module.path.child(&call.name)));
            self.belongs(end, &module.path);
        }
        module.resources.values().for_each(|resource| self.resource(module, resource));
    }

    fn resource(&mut self, module: &Module, resource: &Resource) {
        let block = ResourceBlock { module: module.path.clone(), resource: resource.name.clone() };
        let index = self.node(Node::Resource(block));
        self.belongs(index, &module.path);
        let address = configuration_of(self.config, &module.path, &resource.provider);
        if self.providers.idle(&address.source).is_some() && self.providers.object_type(&address.source, &resource.name).is_none() {
            let names = self.providers.type_names(&address.source, resource.name.mode);
            let hint = did_you_mean(&resource.name.ty, names);
            let what = match resource.name.mode {
                ResourceMode::Managed => "resource type",
                mode => mode.noun(),
            };
            let detail = format!("The provider {} has no {what} {:?}.{hint}", address.source, resource.name.ty);
            self.fault(index, Diagnostic::error(format!("Unknown {what}"), detail).at(resource.header));
        }
        let provider = self.provider(&address);
        self.graph.graph.update_edge(index, provider, None);
        self.body(index, module, &resource.body);
        self.repeat(index, module, &resource.repeat);
        self.depends_on(index, module, &resource.depends_on);
        self.rules(index, module, &resource.lifecycle.preconditions);
        self.rules(index, module, &resource.lifecycle.postconditions);
        resource.lifecycle.replace_triggered_by.iter().for_each(|expr| self.expr(index, module, expr));
        self.ignored(index, resource, &address);
        let mut explicit = self.named(module, &resource.depends_on);
        let mut path = module.path.clone();
        while let Some(call) = path.0.pop() {
            if let Some(outer) = self.config.modules.get(&path)
                && let Some(call) = outer.calls.get(&call)
            {
                explicit.extend(self.named(outer, &call.depends_on));
            }
        }
        if !explicit.is_empty() {
            self.graph.explicit.insert(index, explicit);
        }
    }

    fn ignored(&mut self, index: NodeIndex, resource: &Resource, address: &ProviderAddress) {
        let (IgnoreChanges::Paths(paths), Some(ty)) =
            (&resource.lifecycle.ignore_changes, self.providers.object_type(&address.source, &resource.name))
        else {
            return;
        };
        let ty = ty.clone();
        for (path, range) in paths {
            if let Some(Step::Attribute(name)) = path.steps().first()
                && !ty.schema.attributes.contains_key(name)
            {
                let hint = did_you_mean(name, ty.schema.attributes.keys().map(String::as_str));
                let detail = format!("{} has no attribute {name:?} to ignore changes of.{hint}", resource.name);
                self.fault(index, Diagnostic::error("Unsupported attribute", detail).at(*range).within(resource.header));
            }
        }
    }

    /// The expressions of `import` blocks are evaluated in the root module, for the block they import into.
    fn imports(&mut self) {
        let root = self.config.root();
        for import in &root.imports {
            let block = ResourceBlock { module: import.to.module.path(), resource: import.to.resource.clone() };
            let Some(index) = self.graph.index.get(&Node::Resource(block)).copied() else { continue };
            self.expr(index, root, &import.id);
            import.for_each.iter().chain(&import.to.key).for_each(|expr| self.expr(index, root, expr));
        }
    }

    fn body(&mut self, from: NodeIndex, module: &Module, body: &Body) {
        body.attributes.iter().for_each(|attribute| self.expr(from, module, &attribute.value));
        body.blocks.iter().for_each(|block| self.body(from, module, &block.body));
    }

    fn repeat(&mut self, from: NodeIndex, module: &Module, repeat: &Repeat) {
        match repeat {
            Repeat::Once => {}
            Repeat::Count(expr) | Repeat::ForEach(expr) => self.expr(from, module, expr),
        }
    }

    fn rules(&mut self, from: NodeIndex, module: &Module, rules: &[CheckRule]) {
        for rule in rules {
            self.expr(from, module, &rule.condition);
            self.expr(from, module, &rule.error_message);
        }
    }

    fn expr(&mut self, from: NodeIndex, module: &Module, expr: &Expr) {
        let mut faults = Vec::new();
        for reference in references(expr, &mut faults) {
            self.reference(from, module, &reference);
        }
        if faults.iter().any(Diagnostic::is_error) {
            self.graph.faulty.insert(from);
        }
    }

    fn reference(&mut self, from: NodeIndex, module: &Module, reference: &Reference) {
        if undeclared(module, &reference.subject, reference.range).is_some() {
            self.graph.faulty.insert(from);
            return;
        }
        let on = match &reference.subject {
            Subject::Module(name) => {
                let call = Node::Call(module.path.clone(), name.clone());
                let mut on = self.outputs(from, module, name, reference);
                on.push(call);
                on
            }
            Subject::Resource(name) => {
                self.attribute(from, module, reference);
                vec![Node::Resource(ResourceBlock { module: module.path.clone(), resource: name.clone() })]
            }
            subject => self.value_node(from, module, subject).into_iter().collect(),
        };
        for on in on {
            let on = self.node(on);
            self.graph.graph.update_edge(from, on, Some(reference.range));
        }
    }

    fn value_node(&self, from: NodeIndex, module: &Module, subject: &Subject) -> Option<Node> {
        match subject {
            Subject::Local(name) => Some(Node::Local(module.path.clone(), name.clone())),
            Subject::Variable(name) => {
                let validation = Node::Validation(module.path.clone(), name.clone());
                let waits = self.graph.index.get(&validation).is_some_and(|index| *index != from);
                Some(if waits { validation } else { Node::Variable(module.path.clone(), name.clone()) })
            }
            _ => None,
        }
    }

    /// The output of a module that a reference names, or every one where it takes the module as a whole.
    fn outputs(&mut self, from: NodeIndex, module: &Module, call: &str, reference: &Reference) -> Vec<Node> {
        let path = module.path.child(call);
        let Some(called) = self.config.modules.get(&path) else { return Vec::new() };
        let mut steps = reference.steps.iter().peekable();
        let repeated = !matches!(module.calls.get(call).map(|call| &call.repeat), Some(Repeat::Once) | None);
        if repeated {
            steps.next();
        }
        match steps.next() {
            Some(Step::Attribute(name)) if called.outputs.contains_key(name.as_str()) => vec![Node::Output(path, name.as_str().into())],
            Some(Step::Attribute(_)) if !repeated => {
                self.graph.faulty.insert(from);
                Vec::new()
            }
            _ => called.outputs.keys().map(|name| Node::Output(path.clone(), name.clone())).collect(),
        }
    }

    /// Whether the attribute that a reference to a resource names is there.
    fn attribute(&mut self, from: NodeIndex, module: &Module, reference: &Reference) {
        let Subject::Resource(name) = &reference.subject else { return };
        let Some(resource) = module.resources.get(name) else { return };
        let address = configuration_of(self.config, &module.path, &resource.provider);
        let Some(ty) = self.providers.object_type(&address.source, name).cloned() else { return };
        let repeated = !matches!(resource.repeat, Repeat::Once);
        let step = reference.steps.get(usize::from(repeated));
        let Some(Step::Attribute(attribute)) = step else { return };
        if !ty.schema.attributes.contains_key(attribute) {
            let hint = did_you_mean(attribute, ty.schema.attributes.keys().map(String::as_str));
            let detail = format!("{name} has no attribute {attribute:?}.{hint}");
            self.fault(from, Diagnostic::error("Unsupported attribute", detail).at(reference.range));
        }
    }

    fn depends_on(&mut self, from: NodeIndex, module: &Module, depends_on: &[DependsOn]) {
        for on in self.named(module, depends_on) {
            self.graph.graph.update_edge(from, on, None);
        }
    }

    fn named(&mut self, module: &Module, depends_on: &[DependsOn]) -> Vec<NodeIndex> {
        let node = |subject: &Subject| match subject {
            Subject::Resource(name) => Some(Node::Resource(ResourceBlock { module: module.path.clone(), resource: name.clone() })),
            Subject::Module(name) => Some(Node::Module(module.path.child(name))),
            Subject::Local(name) => Some(Node::Local(module.path.clone(), name.clone())),
            Subject::Variable(name) => Some(Node::Variable(module.path.clone(), name.clone())),
            _ => None,
        };
        depends_on.iter().filter_map(|named| self.graph.index.get(&node(&named.subject)?).copied()).collect()
    }

    /// Tells a fault, once for each place, and that of a block.
    fn fault(&mut self, of: NodeIndex, fault: Diagnostic) {
        if fault.is_error() {
            self.graph.faulty.insert(of);
        }
        if fault.range.is_none_or(|range| self.told.insert(range)) {
            self.diagnostics.push(fault);
        }
    }
}
