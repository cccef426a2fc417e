//! Finding faults without values: each block evaluated once, with what isn't constant unknown.

use std::{path::PathBuf, sync::Mutex};

use hotswap_lang::{Diagnostic, Diagnostics, Moment, config::Config};
use hotswap_state::State;
use hotswap_value::address::{ResourceBlock, ResourceMode};

use crate::{Findings, Graph, Node, Outcome, ProviderAddress, Providers, Purpose, Settings, World, schema_value::sensitive_paths};

/// Every fault that can be found in a configuration without its variables, a state and configured providers.
pub async fn validate(config: &Config, providers: &Providers) -> Diagnostics {
    validated(config, &State::new(""), providers, []).await.1
}

/// The graph of a configuration, and its faults.
pub(crate) async fn validated(
    config: &Config,
    state: &State,
    providers: &Providers,
    used: impl IntoIterator<Item = ProviderAddress>,
) -> (Graph, Diagnostics) {
    let mut diagnostics = hotswap_lang::config::validate(config);
    diagnostics.extend(providers.check(config, state));
    let (graph, found) = Graph::new(config, providers, used);
    diagnostics.extend(found);
    // Folders and time don't matter to what is wrong in any case.
    let settings =
        Settings { purpose: Purpose::Validate, folder: PathBuf::from("."), workspace: "default".into(), moment: Moment::default() };
    let validation =
        Validation { world: World::new(config, providers, Default::default(), settings), graph: &graph, findings: Mutex::default() };
    graph.walk().run(|node| validation.visit(node)).await;
    let found = validation.findings.into_inner().unwrap_or_default();
    diagnostics.extend(found);
    let mut told = Vec::with_capacity(diagnostics.len());
    for diagnostic in diagnostics {
        // Instances of a module have the faults of the module.
        if !told.contains(&diagnostic) {
            told.push(diagnostic);
        }
    }
    (graph, told)
}

struct Validation<'a> {
    world: World<'a>,
    graph: &'a Graph,
    findings: Mutex<Diagnostics>,
}

impl Validation<'_> {
    async fn visit(&self, node: &Node) -> Outcome {
        let mut findings = Findings::default();
        match node {
            Node::Resource(block) => self.resource(block, &mut findings.diagnostics).await,
            Node::Provider(address) => self.provider(address, &mut findings.diagnostics).await,
            // Conditions are about values.
            Node::Validation(..) | Node::Check(..) => {}
            node if self.graph.is_faulty(node) && !matches!(node, Node::Call(..)) => {}
            node => self.world.evaluate(node, &mut findings),
        }
        if let Ok(mut found) = self.findings.lock() {
            found.extend(findings.diagnostics);
        }
        // What depends on a fault is looked at all the same: it sees something unknown.
        Outcome::Done
    }

    async fn provider(&self, address: &ProviderAddress, diagnostics: &mut Diagnostics) {
        if self.graph.is_faulty(&Node::Provider(address.clone())) {
            return;
        }
        if let Some(config) = self.world.provider_config(address, diagnostics)
            && let Some(provider) = self.world.providers().idle(&address.source)
        {
            let found = hotswap_sdk::validate::provider(&**provider, &config).await;
            diagnostics.extend(self.world.locate_provider(address, &found));
        }
    }

    async fn resource(&self, block: &ResourceBlock, diagnostics: &mut Diagnostics) {
        let faulty = self.graph.is_faulty(&Node::Resource(block.clone()));
        let Some(objects) = self.world.expand(block, diagnostics) else { return };
        if faulty {
            return;
        }
        let Some(address) = self.world.provider_of(&block.module, &block.resource) else { return };
        let Some(ty) = self.world.providers().object_type(&address.source, &block.resource) else { return };
        let Some(provider) = self.world.providers().idle(&address.source) else { return };
        for object in objects {
            let mut found = Vec::new();
            if let Some(config) = self.world.object_config(&object, &mut found) {
                let told = match block.resource.mode {
                    ResourceMode::Managed => match provider.resources().get(&*block.resource.ty) {
                        Some(resource) => hotswap_sdk::validate::resource(&**resource, &config.value).await,
                        None => continue,
                    },
                    ResourceMode::Data => match provider.data_sources().get(&*block.resource.ty) {
                        Some(source) => hotswap_sdk::validate::data_source(&**source, &config.value).await,
                        None => continue,
                    },
                    ResourceMode::Ephemeral => match provider.ephemeral_resources().get(&*block.resource.ty) {
                        Some(ephemeral) => hotswap_sdk::validate::ephemeral_resource(&**ephemeral, &config.value).await,
                        None => continue,
                    },
                };
                found.extend(self.world.locate(&object, &told));
                let proposed = hotswap_sdk::plan::propose(&ty.schema, None, &config.value);
                let sensitive = sensitive_paths(&ty.schema, &proposed, &config.sensitive);
                self.world.set_object(&object, proposed, sensitive);
            }
            // The block stands for all its objects here.
            found.iter_mut().for_each(|diagnostic: &mut Diagnostic| diagnostic.address = Some(block.to_string()));
            diagnostics.extend(found);
        }
    }
}
