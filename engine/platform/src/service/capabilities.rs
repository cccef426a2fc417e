//! What components offer and need: two versions told apart, and what a sandbox does about what one needs.

use hotswap_api as api;
use hotswap_api::{ErrorCode, Problem};
use hotswap_component::{Difference, Grant, Interfaces, described};
use hotswap_model::{Action, Capability, DependencyKind};
use hotswap_store::PluginVersion;

use super::acting::Acting;
use super::versions;
use crate::error::{self, Result};

impl Acting {
    /// What tells two versions apart, retired or not.
    pub(crate) async fn diff(&self, plugin: &str, from: &str, to: &str) -> Result<api::VersionDifference> {
        self.may(Action::ReadPlugins)?;
        let mut tx = self.store.read().await.map_err(error::store)?;
        let from = versions::find(&mut tx, plugin, from).await?;
        let to = versions::find(&mut tx, plugin, to).await?;
        let difference = Difference::between(interfaces(&from), interfaces(&to));
        let texts = |all: &[Capability]| all.iter().map(ToString::to_string).collect();
        Ok(api::VersionDifference {
            exports_added: texts(&difference.exports_added),
            exports_removed: texts(&difference.exports_removed),
            imports_added: difference.imports_added.iter().map(import).collect(),
            imports_removed: texts(&difference.imports_removed),
            sha256: [from.spec.sha256, to.spec.sha256],
            from: from.spec.version,
            to: to.spec.version,
        })
    }
}

fn interfaces(version: &PluginVersion) -> Interfaces<'_> {
    Interfaces { exports: &version.exports, imports: &version.imports }
}

fn import(capability: &Capability) -> api::Import {
    api::Import {
        interface: capability.to_string(),
        meaning: Grant::meaning(capability).map(str::to_owned),
        grant: match Grant::of(capability) {
            Grant::Granted => api::GrantKind::Granted,
            Grant::Denied => api::GrantKind::Denied,
            Grant::Never => api::GrantKind::Never,
        },
    }
}

/// What people should know of going from one version to another.
pub(super) fn warnings(from: &PluginVersion, to: &PluginVersion) -> Vec<String> {
    let number = &to.spec.version;
    let difference = Difference::between(interfaces(from), interfaces(to));
    let added = difference.imports_added.iter().filter(|import| Grant::of(import) != Grant::Never);
    let added = added.map(|import| format!("{number} newly imports {}", described(import)));
    let removed =
        difference.exports_removed.iter().map(|export| format!("{number} exports {export} no more, as {} did", from.spec.version));
    added.chain(removed).collect()
}

/// Why a version cannot run at all: it imports what no sandbox has. Nothing if it can, or if plugins it requires may bring it.
pub(super) fn cannot_run(version: &PluginVersion) -> Option<String> {
    let brings = version.spec.dependencies.iter().any(|dependency| dependency.kind == DependencyKind::Required);
    let missing = version.imports.iter().map(Capability::new).filter(|import| Grant::of(import) == Grant::Never);
    let missing: Vec<_> = missing.filter(|import| import.namespace() == Some("wasi") || !brings).map(|import| described(&import)).collect();
    (!missing.is_empty()).then(|| format!("{} {} imports {}", version.spec.plugin, version.spec.version, missing.join("; ")))
}

/// Refuses a version that cannot run.
pub(super) fn refuse(version: &PluginVersion) -> Result<()> {
    match cannot_run(version) {
        Some(why) => Err(Problem::new(ErrorCode::ImportNotGranted, why).hint("choose another version, or build it without that import")),
        None => Ok(()),
    }
}
