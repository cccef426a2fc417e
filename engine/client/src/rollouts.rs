//! Calls about rollouts. How their events are followed is in `events`.

use hotswap_api::{Page, Rollout, RolloutEvent, path};
use hotswap_model::RolloutId;
use reqwest::Method;

use crate::client::Client;
use crate::error::ClientError;
use crate::events::RolloutEvents;
use crate::transport::Call;

impl Client {
    /// The rollouts of a deployment, the newest first.
    ///
    /// # Errors
    /// `deployment_not_found`, and as every call.
    pub async fn list_rollouts(&self, tenant: &str, deployment: &str) -> Result<Vec<Rollout>, ClientError> {
        self.list(Call::new(Method::GET, path::fill(path::ROLLOUTS, &[tenant, deployment]))).await
    }

    /// One rollout, over or not.
    ///
    /// # Errors
    /// `rollout_not_found`, and as every call.
    pub async fn get_rollout(&self, rollout: &RolloutId) -> Result<Rollout, ClientError> {
        self.send(Call::new(Method::GET, path::fill(path::ROLLOUT, &[rollout.as_str()]))).await
    }

    /// Sends a rollout back.
    ///
    /// # Errors
    /// `rollout_not_found`, `rollout_over`, and as every call.
    pub async fn abort_rollout(&self, rollout: &RolloutId) -> Result<Rollout, ClientError> {
        self.send(Call::new(Method::POST, path::fill(path::ROLLOUT_ABORT, &[rollout.as_str()]))).await
    }

    /// The steps of a rollout so far.
    ///
    /// # Errors
    /// `rollout_not_found`, and as every call.
    pub async fn list_rollout_events(&self, rollout: &RolloutId) -> Result<Vec<RolloutEvent>, ClientError> {
        let page: Page<RolloutEvent> = self.send(Call::new(Method::GET, path::fill(path::ROLLOUT_EVENTS, &[rollout.as_str()]))).await?;
        Ok(page.items)
    }

    /// Lets a rollout leave the stage it waits in.
    ///
    /// # Errors
    /// `rollout_not_found`, `rollout_over`, `rollout_not_waiting`, and as every call.
    pub async fn promote_rollout(&self, rollout: &RolloutId) -> Result<Rollout, ClientError> {
        self.send(Call::new(Method::POST, path::fill(path::ROLLOUT_PROMOTE, &[rollout.as_str()]))).await
    }

    /// Keeps a rollout where it is. Its deadlines go on, and it still goes back if it must.
    ///
    /// # Errors
    /// `rollout_not_found`, `rollout_over`, and as every call.
    pub async fn pause_rollout(&self, rollout: &RolloutId) -> Result<Rollout, ClientError> {
        self.send(Call::new(Method::POST, path::fill(path::ROLLOUT_PAUSE, &[rollout.as_str()]))).await
    }

    /// Lets a paused rollout go on.
    ///
    /// # Errors
    /// `rollout_not_found`, `rollout_over`, and as every call.
    pub async fn resume_rollout(&self, rollout: &RolloutId) -> Result<Rollout, ClientError> {
        self.send(Call::new(Method::POST, path::fill(path::ROLLOUT_RESUME, &[rollout.as_str()]))).await
    }

    /// Rolls a held spec out once more, as it is.
    ///
    /// # Errors
    /// `deployment_not_found`, `deployment_not_held`, and as every call.
    pub async fn retry_deployment(&self, tenant: &str, deployment: &str) -> Result<Rollout, ClientError> {
        self.send(Call::new(Method::POST, path::fill(path::RETRY, &[tenant, deployment]))).await
    }

    /// The steps of a rollout from its first one on, as they happen. Nothing is sent before the first is asked for.
    pub fn follow_rollout(&self, rollout: &RolloutId) -> RolloutEvents {
        RolloutEvents::new(self.clone(), rollout.clone())
    }
}
