//! `hotswap plugin why-not`

use clap::Args;
use hotswap_api::{Resolution, ResolutionRequest};
use hotswap_client::ClientError;
use hotswap_model::{Constraint, PluginName, Version};

use super::solution::{Address, address, find};
use super::{Output, json};
use crate::connection::{connect, refused};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::operation::block_on;
use crate::view::View;

/// Say what stands against a version of a plugin, and what would fit
///
/// Without `--deployment`: whether the version can be had at all, with what it needs. With it: whether that deployment could have the
/// version, as what it runs or as what it needs, in the place it is in. Answers on standard output whether it can or not; exit code 0.
#[derive(Debug, Args)]
pub(crate) struct WhyNotArgs {
    /// The plugin's name
    plugin: PluginName,
    /// The version
    version: Version,
    /// In this deployment
    #[arg(long, value_name = "TENANT/NAME", value_parser = address)]
    deployment: Option<Address>,
    #[command(flatten)]
    pub(super) output: Output,
}

pub(super) fn run(args: WhyNotArgs, view: &View) -> Result<Exit, Failure> {
    let client = connect()?;
    let exactly = Constraint::from(&args.version);
    let mut asked = None;
    let answer = block_on(async {
        let request = match &args.deployment {
            None => {
                ResolutionRequest { plugin: args.plugin.clone(), version: exactly, tenant: None, dependency_overrides: Default::default() }
            }
            Some(address) => {
                let spec = find(&client, address).await?.spec;
                let mut overrides = spec.dependency_overrides;
                let version = if spec.plugin == args.plugin {
                    exactly
                } else {
                    overrides.insert(args.plugin.clone(), exactly);
                    spec.version
                };
                ResolutionRequest { plugin: spec.plugin, version, tenant: Some(address.tenant.clone()), dependency_overrides: overrides }
            }
        };
        asked = Some(request.plugin.clone());
        Ok::<_, Failure>(client.resolve(&request).await)
    })?;
    match answer {
        Ok(found) => fits(view, &args, asked.as_ref().unwrap_or(&args.plugin), &found),
        Err(ClientError::Problem(problem)) if problem.status == 422 => {
            if args.output.json {
                return json(view, &serde_json::json!({ "fits": false, "problem": problem }));
            }
            view.line(&problem.detail);
            if let Some(hint) = &problem.hint {
                view.line(&format!("hint: {hint}"));
            }
            Ok(Exit::Success)
        }
        Err(error) => Err(refused(&error)),
    }
}

/// That nothing stands against it; or that it is not needed at all.
fn fits(view: &View, args: &WhyNotArgs, asked: &PluginName, found: &Resolution) -> Result<Exit, Failure> {
    let is_there = *asked == args.plugin || found.dependencies.iter().any(|solved| solved.plugin == args.plugin);
    if args.output.json {
        return json(view, &serde_json::json!({ "fits": is_there, "resolution": found }));
    }
    if !is_there {
        view.line(&format!("{asked} {} does not need {}", found.version, args.plugin));
        return Ok(Exit::Success);
    }
    let with: Vec<String> = found.dependencies.iter().map(|solved| format!("{} {}", solved.plugin, solved.version)).collect();
    let with = if with.is_empty() { String::new() } else { format!(" with {}", with.join(", ")) };
    view.line(&format!("nothing stands against it: {asked} {}{with}", found.version));
    found.warnings.iter().for_each(|warning| view.line(&format!("warning: {warning}")));
    Ok(Exit::Success)
}
