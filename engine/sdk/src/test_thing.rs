//! A small resource for this crate's tests.

use std::sync::LazyLock;

use async_trait::async_trait;
use hotswap_value::Value;

use crate::{
    ApplyResponse, CreateRequest, DeleteRequest, Diagnostics, IdentitySchema, ImportRequest, ImportResponse, ReadRequest, ReadResponse,
    Resource, Schema, UpdateRequest,
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

static IDENTITY: LazyLock<IdentitySchema> = LazyLock::new(|| IdentitySchema::new(0).attribute("name", "Its name"));

#[async_trait]
impl Resource for Thing {
    fn schema(&self) -> &Schema {
        &SCHEMA
    }

    fn identity_schema(&self) -> Option<&IdentitySchema> {
        Some(&IDENTITY)
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

    /// There is one thing, found by its name and by its number.
    async fn import(&self, request: ImportRequest) -> ImportResponse {
        let there = ["there", "1"].contains(&request.id.as_str());
        let state = there.then(|| Value::object([("id", "1"), ("name", "there")]));
        ImportResponse { state, ..ImportResponse::default() }
    }
}
