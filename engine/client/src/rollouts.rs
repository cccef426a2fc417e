//! Calls about rollouts. How their events are followed is in `events`.

use hotswap_api::{Rollout, path};
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

    /// The steps of a rollout from its first one on, as they happen. Nothing is sent before the first is asked for.
    pub fn follow_rollout(&self, rollout: &RolloutId) -> RolloutEvents {
        RolloutEvents::new(self.clone(), rollout.clone())
    }
}
