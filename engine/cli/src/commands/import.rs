//! `hotswap import`

use clap::{ArgAction, Args};
use hotswap_lang::ast::{Expr, ExprKind};
use hotswap_lang::config::{Config, Import, ImportTarget};
use hotswap_lang::{Diagnostic, Range};
use hotswap_plan::Mode;
use hotswap_plan::render::json::events;
use hotswap_value::address::{InstanceKey, ModulePath, ResourceInstance, ResourceMode, Target};

use crate::exit::Exit;
use crate::failure::Failure;
use crate::operation::{self, Wanted};
use crate::options::{BasisOptions, PlanningOptions, ViewOptions, truth};
use crate::state_file;
use crate::view::View;

/// Take something that exists under management: from here on the configuration says what it is
///
/// The configuration must have a block for it. Nothing real is changed; the next plan shows in what they differ. An `import`
/// block in the configuration does the same with the next apply, and can be reviewed.
#[derive(Debug, Args)]
pub(crate) struct ImportArgs {
    /// What it will be called
    address: ResourceInstance,
    /// What the server calls it, such as `acme` or `acme/hello`: the reference tells for each type
    id: String,
    /// Whether to ask for variables without a value, if there is a terminal
    #[arg(long, value_name = "BOOL", default_value = "true", default_missing_value = "true", num_args = 0..=1, require_equals = true, action = ArgAction::Set, value_parser = truth)]
    input: bool,
    #[command(flatten)]
    pub(super) view: ViewOptions,
    #[command(flatten)]
    basis: BasisOptions,
}

pub(crate) fn run(args: ImportArgs, view: &View) -> Result<Exit, Failure> {
    operation::block_on(import(args, view))
}

async fn import(args: ImportArgs, view: &View) -> Result<Exit, Failure> {
    let ImportArgs { address, id, .. } = &args;
    let (mut config, warnings) = operation::load()?;
    if address.resource.mode != ResourceMode::Managed || config.resource(address).is_none() {
        let detail =
            format!("The configuration has no resource block for {address}. Write one first; what it is to say, the next plan tells.");
        return Err(Failure { diagnostics: vec![Diagnostic::error("No block to import into", detail)], sources: config.sources });
    }
    add_import(&mut config, address, id);
    let wanted = Wanted { operation: "import", basis: &args.basis, ask: args.input };
    let mut prepared = operation::prepare_with(config, warnings, wanted, view).await?;
    if prepared.state.current(address).is_some() {
        let detail =
            format!("The state has {address} already. To import something else under that address, forget it first: `hotswap state rm`.");
        return Err(Diagnostic::error("Managed already", detail).into());
    }
    view.line(&view.bold(&format!("{address}: Importing from ID {id:?}...")));
    let planning = PlanningOptions { target: vec![Target::Resource(address.clone())], ..PlanningOptions::default() };
    let (plan, mut diagnostics) = prepared.plan(Mode::Normal, &planning, view).await;
    // That a target limits the plan is what is wanted here.
    diagnostics.retain(|diagnostic| diagnostic.is_error() || diagnostic.address.is_some() || diagnostic.range.is_some());
    view.diagnostics(&diagnostics, &prepared.config.sources);
    let Some(object) = plan.prior.current(address) else {
        if !diagnostics.iter().any(Diagnostic::is_error) {
            let detail = format!("The server has nothing that {id:?} names.");
            return Err(Diagnostic::error("Nothing to import", detail).into());
        }
        return Ok(Exit::Failure);
    };
    let change = plan.changes.iter().find(|change| change.address == *address);
    let told = change.and_then(|change| events::identity(&change.before)).map(|it| format!(" [{}={}]", it.key, it.value));
    let provider = plan.prior.resources.get(&address.without_key()).map(|resource| resource.provider.clone()).unwrap_or_default();
    let object = object.clone();
    prepared.state.set_current(address, &provider, object);
    state_file::write(&mut prepared.local, &mut prepared.state)?;
    view.line(&view.bold(&format!("{address}: Import complete{}", told.unwrap_or_default())));
    view.line(&format!(
        "\n{}\n\nThe state has it now. `hotswap plan` shows in what it differs from the configuration.",
        view.good("Import successful!")
    ));
    Ok(Exit::Success)
}

/// Adds what an `import` block would say.
fn add_import(config: &mut Config, address: &ResourceInstance, id: &str) {
    let file = config.sources.add("<import id>", id);
    let range = Range { file, start: 0, end: u32::try_from(id.len()).unwrap_or(u32::MAX) };
    let expr = |kind| Expr { kind, range };
    let key = match &address.key {
        InstanceKey::None => None,
        InstanceKey::Index(index) => Some(expr(ExprKind::Number((*index).into()))),
        InstanceKey::Key(key) => Some(expr(ExprKind::String(key.clone()))),
    };
    let to = ImportTarget { module: address.module.clone(), resource: address.resource.clone(), key, range };
    let import = Import { to, id: expr(ExprKind::String(id.into())), for_each: None, range };
    if let Some(root) = config.modules.get_mut(&ModulePath::root()) {
        root.imports.push(import);
    }
}
