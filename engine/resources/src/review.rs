//! What there is to say of a plan as a whole: each rollout it starts, and whether tenants' quotas hold all of it.
//!
//! Terraform's protocol has no such question; only our own front end asks. Reading is here and in `facts`; what is made of it is pure, in
//! `planned`, `rollout` and `quota`.

mod facts;
mod planned;
mod quota;
mod rollout;

use hotswap_client::Client;
use hotswap_sdk::{Diagnostic, Review, ReviewedChange};

use self::{facts::Facts, planned::Planned};

/// Above so many tenants only those are listed one by one of which there is something to say.
const MOST_TENANTS: usize = 20;

/// Looks at a plan. Without a server, or if it doesn't answer, only what the plan itself says is told.
pub(crate) async fn review(changes: &[ReviewedChange], client: Option<&Client>) -> Review {
    let planned = Planned::of(changes);
    let mut review = Review::default();
    if planned.is_empty() {
        return review;
    }
    let facts = match client {
        Some(client) => Facts::read(&planned, client).await,
        None => Ok(Facts::default()),
    };
    let judged = client.is_some() && facts.is_ok();
    let facts = facts.unwrap_or_else(|error| {
        let detail =
            format!("{} The rollouts are told as far as the plan knows them; quotas are not judged.", crate::diagnose::sentence(error));
        review.diagnostics.push(Diagnostic::warning("The plan was not judged as a whole", detail));
        Facts::default()
    });
    for deployment in &planned.deployments {
        let notes = rollout::notes(deployment, &planned, &facts);
        if !notes.is_empty() {
            review.notes.insert(deployment.address.to_owned(), notes);
        }
    }
    if judged {
        let verdicts: Vec<quota::Verdict> = planned.tenants().into_iter().filter_map(|name| quota::judge(name, &planned, &facts)).collect();
        review.summary = lines(&verdicts);
        review.diagnostics.extend(verdicts.iter().flat_map(|verdict| verdict.errors.clone()));
    } else if client.is_none() {
        review.summary.push("Quotas are not judged: the provider's configuration is not known yet.".to_owned());
    }
    let placeless = planned.without_tenant().count();
    if placeless > 0 {
        let (deployments, are) = if placeless == 1 { ("deployment", "is") } else { ("deployments", "are") };
        review.summary.push(format!("{placeless} {deployments} {are} judged by no quota: which tenant they are of is not known yet."));
    }
    review
}

fn lines(verdicts: &[quota::Verdict]) -> Vec<String> {
    if verdicts.len() <= MOST_TENANTS {
        return verdicts.iter().map(|verdict| verdict.line.clone()).collect();
    }
    let (told, rest): (Vec<_>, Vec<_>) = verdicts.iter().partition(|verdict| verdict.is_remarkable);
    let mut lines: Vec<String> = told.iter().map(|verdict| verdict.line.clone()).collect();
    if !rest.is_empty() {
        let more = if told.is_empty() { "" } else { "more " };
        lines.push(format!("{} {more}tenants, each well within its quotas.", rest.len()));
    }
    lines
}

#[cfg(test)]
mod tests;
