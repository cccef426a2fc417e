//! Reading objects into state: refresh, import, upgrade, data sources. Whatever a resource answers is brought into its schema's shape.

use hotswap_value::{Value, json};

use crate::{
    DataSource, DataSourceReadRequest, DataSourceReadResponse, Diagnostic, Diagnostics, ImportRequest, ImportResponse, ReadRequest,
    ReadResponse, Resource, Schema, identity,
};

/// Reads an object afresh. With errors, what was last seen stays.
pub async fn read(resource: &dyn Resource, request: ReadRequest) -> ReadResponse {
    let last = request.clone();
    let mut response = resource.read(request).await;
    match conform(resource.schema(), response.state.take()) {
        Ok(state) => response.state = state,
        Err(diagnostic) => response.diagnostics.push(diagnostic),
    }
    if response.diagnostics.has_errors() {
        response.state = Some(last.state);
        response.private = last.private;
    }
    response
}

/// Takes an existing object under management. Without errors there is an object.
pub async fn import(resource: &dyn Resource, id: &str) -> ImportResponse {
    let mut response = resource.import(ImportRequest { id: id.to_owned() }).await;
    match conform(resource.schema(), response.state.take()) {
        Ok(state) => response.state = state,
        Err(diagnostic) => response.diagnostics.push(diagnostic),
    }
    if response.state.is_none() && !response.diagnostics.has_errors() {
        let detail = format!("There is nothing to import under the id {id:?}.");
        response.diagnostics.push(Diagnostic::error("Object to import not found", detail));
    }
    response
}

/// Takes the object with an identity under management. Without errors there is one, and it has that identity.
pub async fn import_by_identity(resource: &dyn Resource, identity: &Value) -> ImportResponse {
    let failed = |diagnostics: Diagnostics| ImportResponse { diagnostics, ..ImportResponse::default() };
    let schema = match identity::schema_of(resource) {
        Ok(schema) => schema,
        Err(diagnostics) => return failed(diagnostics),
    };
    let Some(id) = schema.import_id(identity) else {
        let detail = format!("An object of this type is identified by {}; each has to be given.", schema.names());
        return failed(Diagnostic::error("Incomplete identity", detail).into());
    };
    let response = import(resource, &id).await;
    let found = response.state.as_ref().and_then(|state| schema.of(state));
    if response.diagnostics.has_errors() || found.as_ref() == Some(identity) {
        return response;
    }
    // An id may find what an identity does not: a tenant by its number, say.
    let detail = format!("There is nothing to import with {} being {id:?}.", schema.names());
    failed(Diagnostic::error("Object to import not found", detail).into())
}

/// Brings stored state, as JSON, to the present schema. Attributes of its own version that are no longer there are dropped.
pub async fn upgrade(resource: &dyn Resource, version: i64, state: &[u8]) -> Result<Value, Diagnostics> {
    let schema = resource.schema();
    let unreadable = |problem: String| Diagnostics::from(Diagnostic::error("State can't be read", format!("The stored state {problem}.")));
    let state = if version == schema.version {
        json::decode_lenient(state, &schema.ty()).map_err(|error| unreadable(error.to_string()))?
    } else if version > schema.version {
        let now = schema.version;
        let detail = format!(
            "It was written under schema version {version}, this provider knows {now}. Use the provider version that wrote it, or a newer one."
        );
        return Err(Diagnostic::error("State was written by a newer provider", detail).into());
    } else {
        let text = std::str::from_utf8(state).map_err(|_| unreadable("is not UTF-8".to_owned()))?;
        resource.upgrade_state(version, text).await?
    };
    let state = schema.ty().conform(state).map_err(|error| Diagnostics::from(Diagnostic::from(error)))?;
    Ok(schema.without_write_only(state))
}

/// Reads a data source: its defaults filled in first.
pub async fn read_data_source(source: &dyn DataSource, config: Value) -> DataSourceReadResponse {
    let schema = source.schema();
    let mut response = source.read(DataSourceReadRequest { config: schema.with_defaults(config) }).await;
    match schema.ty().conform(std::mem::take(&mut response.state)) {
        Ok(state) => response.state = state,
        Err(error) => response.diagnostics.push(error.into()),
    }
    response
}

/// An object as a resource returned it, in the shape state has.
pub(crate) fn conform(schema: &Schema, state: Option<Value>) -> Result<Option<Value>, Diagnostic> {
    match state {
        None | Some(Value::Null) => Ok(None),
        Some(state) => Ok(Some(schema.without_write_only(schema.ty().conform(state)?))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_thing::Thing;

    #[tokio::test]
    async fn state_of_the_same_version_loses_only_what_the_schema_dropped() {
        let state = upgrade(&Thing::default(), 1, br#"{"id":"1","name":"a","gone":true}"#).await.unwrap();
        assert_eq!(state.get("name").as_str(), Some("a"));
        assert!(state.get("gone").is_null() && state.get("size").is_null());
    }

    #[tokio::test]
    async fn state_from_a_newer_provider_is_refused() {
        let error = upgrade(&Thing::default(), 2, b"{}").await.unwrap_err();
        assert_eq!(error.iter().next().unwrap().summary, "State was written by a newer provider");
    }

    #[tokio::test]
    async fn an_import_by_identity_is_one_by_the_id_made_of_it() {
        let identity = Value::object([("name", "there")]);
        let response = import_by_identity(&Thing::default(), &identity).await;
        assert!(response.diagnostics.is_empty());
        assert_eq!(response.state.unwrap().get("name").as_str(), Some("there"));
    }

    #[tokio::test]
    async fn an_import_by_identity_finds_nothing_else() {
        let detail = |response: ImportResponse| response.diagnostics.iter().next().unwrap().detail.clone();
        let other = import_by_identity(&Thing::default(), &Value::object([("name", "1")])).await;
        assert_eq!(other.state, None);
        assert_eq!(detail(other), r#"There is nothing to import with `name` being "1"."#);
        let incomplete = import_by_identity(&Thing::default(), &Value::object([("name", Value::Null)])).await;
        assert_eq!(detail(incomplete), "An object of this type is identified by `name`; each has to be given.");
    }

    #[tokio::test]
    async fn an_import_of_nothing_is_an_error() {
        let response = import(&Thing::default(), "missing").await;
        assert_eq!(response.diagnostics.iter().next().unwrap().detail, r#"There is nothing to import under the id "missing"."#);
    }
}
