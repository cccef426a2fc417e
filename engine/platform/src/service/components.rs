//! Components, for those who may: what is done with them is in `crate::components`.

use bytes::Bytes;
use futures::Stream;
use hotswap_api as api;
use hotswap_model::{Action, Digest};

use super::acting::Acting;
use crate::error::Result;

impl Acting {
    pub(crate) async fn component(&self, digest: &Digest) -> Result<api::Component> {
        self.may(Action::ReadPlugins)?;
        self.components.get(digest).await
    }

    /// The bytes of a component and how many there are.
    pub(crate) async fn component_content(&self, digest: &Digest) -> Result<(u64, impl Stream<Item = Result<Bytes>> + use<>)> {
        self.may(Action::ReadPlugins)?;
        // What is known to nobody is still to be judged.
        self.components.get(digest).await?;
        self.components.read(digest).await
    }

    pub(crate) async fn upload_component(
        &self,
        digest: Digest,
        announced: Option<u64>,
        bytes: impl Stream<Item = std::io::Result<Bytes>> + Send + Unpin + 'static,
    ) -> Result<api::Component> {
        self.may(Action::WritePlugins)?;
        self.components.upload(digest, announced, bytes).await
    }
}
