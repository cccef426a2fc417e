//! Whether a tenant's quotas, as planned, hold what is planned for it and what it has beside.

use std::collections::{BTreeMap, BTreeSet};

use hotswap_api::Deployment;
use hotswap_model::{Digest, Quotas};
use hotswap_sdk::Diagnostic;
use hotswap_value::Value;

use super::facts::Facts;
use super::planned::Planned;
use crate::object::Object;

/// What is said of one tenant.
#[derive(Debug)]
pub(super) struct Verdict {
    /// `tenant acme: instances 8 of 10, memory 128 of 256 MiB`.
    pub(super) line: String,
    /// Whether it is near or over a limit, or could not be judged.
    pub(super) is_remarkable: bool,
    /// Each quota the plan as a whole does not fit.
    pub(super) errors: Vec<Diagnostic>,
}

/// Something that is or will be deployed; `None`: not known yet.
#[derive(Debug, Clone)]
struct Use<'a> {
    address: Option<&'a str>,
    instances: Option<u64>,
    memory_mb: Option<u64>,
    plugin: Option<String>,
    digest: Option<Digest>,
}

/// An amount of a deployment; `None`: not known yet.
type Part = fn(&Use<'_>) -> Option<u64>;

/// One quota: its limit, what is used now and what will be.
struct Row {
    /// As people call it.
    noun: &'static str,
    attribute: &'static str,
    unit: &'static str,
    limit: Option<u64>,
    now: u64,
    then: u64,
    /// Whether all of `then` is known; otherwise it is the least.
    exact: bool,
    /// What the plan's own deployments ask for, each.
    asked: Vec<(String, u64)>,
}

/// Judges a tenant. `None` if nothing is known of it: it is neither there nor planned.
pub(super) fn judge(tenant: &str, planned: &Planned<'_>, facts: &Facts) -> Option<Verdict> {
    let change = planned.changed_tenants.get(tenant);
    let after = change.and_then(|change| change.after);
    let quotas = match after {
        Some(after) => planned_quotas(after.get("quotas")),
        None => Some(*facts.quotas.get(tenant)?),
    };
    let Some(quotas) = quotas else {
        let line = format!("tenant {tenant}: its quotas are not known yet, so they are not judged");
        return Some(Verdict { line, is_remarkable: true, errors: Vec::new() });
    };
    let rows = rows(tenant, &quotas, planned, facts);
    let errors = rows.iter().filter(|row| row.is_exceeded()).map(|row| row.error(tenant)).collect();
    let parts: Vec<String> = rows.iter().filter_map(Row::text).collect();
    let line = format!("tenant {tenant}: {}", if parts.is_empty() { "no quotas".to_owned() } else { parts.join(", ") });
    Some(Verdict { line, is_remarkable: rows.iter().any(Row::is_remarkable), errors })
}

/// The quotas a tenant's block will have; `None` while one of them is not known.
fn planned_quotas(block: &Value) -> Option<Quotas> {
    if !block.is_wholly_known() {
        return None;
    }
    let quota = |name: &str| block.get(name).as_u64();
    Some(Quotas {
        max_plugins: quota("max_plugins"),
        max_instances: quota("max_instances"),
        max_memory_mb: quota("max_memory_mb"),
        max_storage_mb: quota("max_storage_mb"),
    })
}

fn rows(tenant: &str, quotas: &Quotas, planned: &Planned<'_>, facts: &Facts) -> [Row; 4] {
    let there = facts.deployments.get(tenant).map(Vec::as_slice).unwrap_or_default();
    let now: Vec<Use<'_>> = there.iter().map(Use::there).collect();
    let touched: BTreeSet<&str> = planned
        .deployments
        .iter()
        .flat_map(|deployment| [deployment.change.before, deployment.change.after].into_iter().flatten())
        .filter(|value| value.get("tenant").as_str() == Some(tenant))
        .filter_map(|value| value.get("name").as_str())
        .collect();
    let outside = there.iter().filter(|deployment| !touched.contains(deployment.name.as_str())).map(Use::there);
    let asked = planned.deployments.iter().filter_map(|deployment| {
        let after = deployment.change.after.filter(|after| after.get("tenant").as_str() == Some(tenant))?;
        Some(Use::planned(deployment.address, after, planned))
    });
    let asked: Vec<Use<'_>> = asked.collect();
    let then: Vec<Use<'_>> = outside.chain(asked.iter().cloned()).collect();
    let sizes = sizes(planned, facts);
    let storage = |uses: &[Use<'_>]| {
        let digests: BTreeSet<Digest> = uses.iter().filter_map(|used| used.digest).collect();
        let known: Vec<u64> = digests.iter().filter_map(|digest| sizes.get(digest).copied()).collect();
        let exact = known.len() == digests.len() && uses.iter().all(|used| used.digest.is_some());
        (known.iter().sum::<u64>().div_ceil(1 << 20), exact)
    };
    let plugins = |uses: &[Use<'_>]| {
        let names: BTreeSet<&str> = uses.iter().filter_map(|used| used.plugin.as_deref()).collect();
        (names.len() as u64, uses.iter().all(|used| used.plugin.is_some()))
    };
    let sum = |uses: &[Use<'_>], part: Part| {
        (uses.iter().filter_map(part).fold(0, u64::saturating_add), uses.iter().all(|used| part(used).is_some()))
    };
    let each = |part: Part| asked.iter().filter_map(|used| Some((used.address?.to_owned(), part(used)?))).collect::<Vec<_>>();
    let instances: Part = |used| used.instances;
    let memory: Part = |used| used.memory_mb;
    let row = |noun, attribute, unit, limit, (now, _): (u64, bool), (then, exact): (u64, bool), asked| Row {
        noun,
        attribute,
        unit,
        limit,
        now,
        then,
        exact,
        asked,
    };
    [
        row("instances", "max_instances", "", quotas.max_instances, sum(&now, instances), sum(&then, instances), each(instances)),
        row("memory", "max_memory_mb", " MiB", quotas.max_memory_mb, sum(&now, memory), sum(&then, memory), each(memory)),
        row("plugins", "max_plugins", "", quotas.max_plugins, plugins(&now), plugins(&then), Vec::new()),
        row("storage", "max_storage_mb", " MiB", quotas.max_storage_mb, storage(&now), storage(&then), Vec::new()),
    ]
}

/// The bytes of components: of those on the server, and of those this plan publishes.
fn sizes(planned: &Planned<'_>, facts: &Facts) -> BTreeMap<Digest, u64> {
    let published = planned.versions.iter().filter_map(|version| {
        let digest = version.get("sha256").as_str()?.parse().ok()?;
        Some((digest, version.get("size").as_u64()?))
    });
    facts.components.iter().map(|(digest, component)| (*digest, component.size)).chain(published).collect()
}

impl<'a> Use<'a> {
    fn there(deployment: &Deployment) -> Self {
        let spec = &deployment.spec;
        Self {
            address: None,
            instances: Some(u64::from(spec.instances)),
            memory_mb: Some(spec.memory_mb()),
            plugin: Some(spec.plugin.to_string()),
            digest: Some(deployment.sha256),
        }
    }

    fn planned(address: &'a str, after: &Value, planned: &Planned<'_>) -> Self {
        let instances = after.get("instances").as_u64();
        let each = Object::root(after).object("sandbox").and_then(|sandbox| sandbox.get("memory_mb").as_u64());
        Self {
            address: Some(address),
            instances,
            memory_mb: instances.zip(each).map(|(instances, each)| instances.saturating_mul(each)),
            plugin: after.get("plugin").as_str().map(str::to_owned),
            digest: planned.digest_of(after),
        }
    }
}

impl Row {
    /// Whether the platform would refuse: over the limit, and more than now. Under a limit that was lowered, what doesn't grow may stay.
    fn is_exceeded(&self) -> bool {
        self.limit.is_some_and(|limit| self.then > limit && self.then > self.now)
    }

    fn is_remarkable(&self) -> bool {
        self.limit.is_some_and(|limit| !self.exact || self.then.saturating_mul(5) > limit.saturating_mul(4))
    }

    /// `instances 8 of 10`; `None` where there is no limit.
    fn text(&self) -> Option<String> {
        let Self { noun, unit, then, exact, .. } = self;
        let limit = self.limit?;
        let least = if *exact { "" } else { "at least " };
        let over = match (*then > limit, self.is_exceeded()) {
            (true, true) => " (too much)",
            (true, false) => " (over quota: nothing is taken away, nothing more is granted)",
            _ => "",
        };
        Some(format!("{noun} {least}{then} of {limit}{unit}{over}"))
    }

    fn error(&self, tenant: &str) -> Diagnostic {
        let Self { noun, unit, attribute, then, exact, asked, .. } = self;
        let limit = self.limit.unwrap_or_default();
        let least = if *exact { "" } else { "at least " };
        let mut detail = format!("With this plan, tenant {tenant:?} would use {least}{then}{unit} of its {limit}{unit} ({attribute}).");
        let total: u64 = asked.iter().map(|(_, amount)| *amount).fold(0, u64::saturating_add);
        if total > 0 {
            let mut largest = asked.clone();
            largest.sort_by(|(a, one), (b, other)| other.cmp(one).then_with(|| a.cmp(b)));
            let told: Vec<String> = largest.iter().take(5).map(|(address, amount)| format!("{address} {amount}")).collect();
            let more = if largest.len() > told.len() { format!(", and {} more", largest.len() - told.len()) } else { String::new() };
            let outside = then.saturating_sub(total);
            detail += &format!(" The plan asks for {total}{unit}: {}{more}; what is outside of it uses {outside}{unit}.", told.join(", "));
        }
        detail += &format!("\n\nRaise the tenant's `quotas.{attribute}`, or ask for less.");
        Diagnostic::error(format!("Over quota: {noun}"), detail)
    }
}
