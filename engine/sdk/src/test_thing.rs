//! A small resource for this crate's tests.

use std::sync::LazyLock;

use async_trait::async_trait;
use hotswap_value::Value;

use crate::{
    ApplyResponse, CreateRequest, DeleteRequest, Diagnostics, ImportRequest, ImportResponse, ReadRequest, ReadResponse, Resource, Schema,
    UpdateRequest,
    schema::attribute::{number, string},
};

/// A thing with a name, a defaulted size, a computed value and a secret; `fails` is what its create and update answer if they should fail.
#[derive(Default)]
pub(crate) struct Thing {
    pub(crate) fails: Option<ApplyResponse>,
}

impl Thing {
    fn applied(&self, planned: Value) -> ApplyResponse {
        self.fails.clone().unwrap_or_else(|| planned.into())
    }
}

static SCHEMA: LazyLock<Schema> = LazyLock::new(|| {
    Schema::new(1, "A thing")
        .attribute("id", string().computed())
        .attribute("name", string().required().requires_replace())
        .attribute("size", number().default(3))
        .attribute("value", string().computed())
        .attribute("secret", string().write_only())
});

#[async_trait]
impl Resource for Thing {
    fn schema(&self) -> &Schema {
        &SCHEMA
    }

    async fn create(&self, request: CreateRequest) -> ApplyResponse {
        self.applied(request.planned)
    }

    async fn read(&self, request: ReadRequest) -> ReadResponse {
        ReadResponse { state: Some(request.state), private: request.private, ..ReadResponse::default() }
    }

    async fn update(&self, request: UpdateRequest) -> ApplyResponse {
        self.applied(request.planned)
    }

    async fn delete(&self, _: DeleteRequest) -> Diagnostics {
        self.fails.clone().unwrap_or_default().diagnostics
    }

    async fn import(&self, _: ImportRequest) -> ImportResponse {
        ImportResponse::default()
    }
}
