//! Waiting for a rollout: what is told while it goes, and what is told of its end.

use std::time::{Duration, Instant};

use hotswap_api::Deployment as Told;
use hotswap_client::{Client, ClientError};
use hotswap_model::{RolloutId, RolloutStatus};
use hotswap_sdk::{ApplyResponse, Diagnostic, Operation, Progress};
use hotswap_value::Value;

use super::{Deployment, state};
use crate::diagnose::{client_error, sentence};
use crate::timeouts::{self, Limited};

/// What is waited for beyond the time a rollout can take.
const GRACE: Duration = Duration::from_secs(60);
/// How long the last look may take after the user asked to stop: within two seconds everything is over.
const LAST_LOOK: Duration = Duration::from_millis(1_500);

/// What the platform was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A new deployment.
    Create,
    /// Another spec.
    Update,
    /// What is wanted already, as it turned out: there is no rollout.
    Same,
}

/// How long making or changing a deployment may take, its rollout included.
#[derive(Debug, Clone, Copy)]
pub(super) struct Patience {
    began: Instant,
    limit: Option<Duration>,
}

impl Patience {
    /// What the block allows, from now on.
    pub(super) fn new(block: &Value, limited: Limited) -> Self {
        Self { began: Instant::now(), limit: timeouts::limit(block, limited) }
    }

    /// What is left for the rollout of an accepted spec, and of how much.
    fn left(&self, accepted: &Told) -> (Duration, Duration) {
        match self.limit {
            Some(limit) => (limit.saturating_sub(self.began.elapsed()), limit),
            None => {
                let limit = accepted.rollout_plan.longest.to_std().saturating_add(GRACE);
                (limit, limit)
            }
        }
    }
}

/// How the wait ended.
#[derive(Debug)]
enum End {
    /// The rollout is over, or halted.
    Rollout { status: RolloutStatus, reason: String },
    /// The user wants to stop.
    Stopped,
    /// The time was up.
    TimedOut { after: Duration },
    /// The rollout cannot be seen any more.
    Lost(ClientError),
}

impl Deployment {
    /// Waits for the rollout of an accepted spec, if that is wanted, and tells what became of it.
    pub(super) async fn follow(
        &self,
        client: &Client,
        planned: &Value,
        accepted: Told,
        kind: Kind,
        limit: Patience,
        operation: &Operation,
    ) -> ApplyResponse {
        let waits = planned.get("wait").as_bool() != Some(false);
        let Some(rollout) = accepted.rollout.clone().filter(|_| waits && kind != Kind::Same) else {
            let mut response = ApplyResponse::from(state::applied(planned, &accepted, &accepted));
            if let Some(held) = &accepted.held {
                let detail =
                    format!("Revision {} was rolled back: {} Raise `retry` to try it again.", held.revision, sentence(&held.reason));
                response.diagnostics.push(Diagnostic::warning("The deployment is held", detail));
            }
            return response;
        };
        let (left, after) = limit.left(&accepted);
        operation.tell(Progress::Waiting);
        let end = tokio::select! {
            end = watch(client, &rollout, operation) => end,
            () = self.connection.stop.requested() => End::Stopped,
            () = tokio::time::sleep(left) => End::TimedOut { after },
        };
        let look = client.get_deployment(accepted.tenant.as_str(), accepted.name.as_str());
        let now = match end {
            // If there is no time to look, it is as it was when it was accepted: progressing.
            End::Stopped | End::TimedOut { .. } => tokio::time::timeout(LAST_LOOK, look).await.unwrap_or_else(|_| Ok(accepted.clone())),
            _ => look.await,
        };
        conclude(planned, &accepted, now, kind, end)
    }
}

/// Follows a rollout to its end, or to where it halts.
async fn watch(client: &Client, rollout: &RolloutId, operation: &Operation) -> End {
    let mut events = client.follow_rollout(rollout);
    loop {
        match events.next().await {
            Ok(Some(event)) => {
                tracing::info!(%rollout, weight = event.weight, "{}", event.message);
                operation.tell(Progress::Step { message: event.message.clone(), percent: Some(event.weight) });
                if event.status.is_over() || event.status == RolloutStatus::Halted {
                    // The rollout knows its reason as such; the event tells of it in passing.
                    let reason = client.get_rollout(rollout).await.ok().and_then(|rollout| rollout.reason);
                    return End::Rollout { status: event.status, reason: reason.unwrap_or(event.message) };
                }
            }
            // The stream ends only after an event that ends the rollout.
            Ok(None) => return End::Rollout { status: RolloutStatus::Completed, reason: String::new() },
            Err(error) => return End::Lost(error),
        }
    }
}

/// What is told of the end. A function of its arguments.
///
/// An error with a state after a create would taint the deployment, and the next apply would end what serves or is about to. So
/// while a new deployment is there, whatever else happened is a warning.
fn conclude(planned: &Value, accepted: &Told, now: Result<Told, ClientError>, kind: Kind, end: End) -> ApplyResponse {
    let now = match now {
        Ok(now) if now.id == accepted.id => now,
        Ok(_) => return gone(planned, accepted, kind, &end),
        Err(error) if error.is_not_found() => return gone(planned, accepted, kind, &end),
        Err(error) => {
            let mut response = ApplyResponse::from(state::applied(planned, accepted, accepted));
            response.diagnostics.extend(client_error(&error).into_iter().map(|told| bearable(kind, told)));
            return response;
        }
    };
    let mut response = ApplyResponse::from(state::applied(planned, accepted, &now));
    let serves = match (now.active_revision, &now.active_version) {
        (Some(revision), Some(version)) => format!("Revision {revision} (version {version}) serves."),
        _ => "Nothing serves yet.".to_owned(),
    };
    let told = match end {
        End::Rollout { status: RolloutStatus::RolledBack | RolloutStatus::RollingBack | RolloutStatus::Failed, reason } => {
            let reason = now.held.filter(|held| held.revision == accepted.revision).map_or(reason, |held| held.reason);
            Some(Diagnostic::error(
                "The rollout was rolled back",
                format!(
                    "Revision {}: {} {serves} The spec is held: it is not rolled out again until it changes or `retry` is raised.",
                    accepted.revision,
                    sentence(reason)
                ),
            ))
        }
        End::Rollout { status: RolloutStatus::Halted, reason } => Some(Diagnostic::error(
            "The rollout halted",
            format!(
                "Revision {}: {} {serves} `auto_rollback` is off: change the spec to go on or back.",
                accepted.revision,
                sentence(reason)
            ),
        )),
        End::Rollout { status: RolloutStatus::Superseded, reason } => Some(Diagnostic::warning(
            "A newer change took over",
            format!("The rollout of revision {} ended early: {} {serves}", accepted.revision, sentence(reason)),
        )),
        End::Rollout { .. } => None,
        End::Stopped => Some(Diagnostic::warning(
            "Stopped waiting for the rollout",
            format!("The rollout of revision {} goes on in the platform; the next plan tells what became of it.", accepted.revision),
        )),
        End::TimedOut { after } => Some(Diagnostic::error(
            "Timed out waiting for the rollout",
            format!(
                "The rollout of revision {} is not over after {after:?} and goes on in the platform. {serves} The next plan tells what became of it; \
                 raise `timeouts` to wait longer.",
                accepted.revision
            ),
        )),
        End::Lost(error) => Some(Diagnostic::error("The rollout cannot be followed", sentence(error))),
    };
    response.diagnostics.extend(told.map(|told| bearable(kind, told)));
    response
}

/// A message that does not taint a deployment that is there.
fn bearable(kind: Kind, told: Diagnostic) -> Diagnostic {
    match kind {
        Kind::Create => Diagnostic { attribute: told.attribute, ..Diagnostic::warning(told.summary, told.detail) },
        _ => told,
    }
}

/// What is told when there is no deployment any more.
fn gone(planned: &Value, accepted: &Told, kind: Kind, end: &End) -> ApplyResponse {
    let why = match end {
        End::Rollout { reason, .. } => sentence(reason),
        _ => "It was deleted meanwhile.".to_owned(),
    };
    let told = match kind {
        Kind::Create => {
            Diagnostic::error("The first rollout failed", format!("{why} Nothing of the deployment is left; correct it and apply again."))
        }
        _ => Diagnostic::error("The deployment is gone", format!("{why} Plan again to have it made anew.")),
    };
    let mut response = ApplyResponse::from(hotswap_sdk::Diagnostics::from(told));
    if kind != Kind::Create {
        response.state = Some(state::applied(planned, accepted, accepted));
    }
    response
}

#[cfg(test)]
mod tests;
