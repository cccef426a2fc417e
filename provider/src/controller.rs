//! go-plugin's GRPCController: how Terraform tells the process to end. Without it each process would cost Terraform two seconds.

use std::sync::Arc;

use tokio::sync::Notify;
use tonic::{Request, Response, Status};

use crate::proto::plugin::{Empty, grpc_controller_server::GrpcController};

/// Passes the wish on.
pub(crate) struct Controller {
    /// Notified when the process should end.
    pub(crate) shutdown: Arc<Notify>,
}

#[tonic::async_trait]
impl GrpcController for Controller {
    async fn shutdown(&self, _: Request<Empty>) -> Result<Response<Empty>, Status> {
        self.shutdown.notify_one();
        Ok(Response::new(Empty {}))
    }
}
