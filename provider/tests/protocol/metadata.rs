//! GetMetadata and GetFunctions tell the same as GetProviderSchema.

use std::collections::BTreeSet;

use crate::client::{
    Provider,
    wire::{get_functions, get_metadata},
};

#[tokio::test]
async fn what_there_is_has_the_same_names_wherever_it_is_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    for mut provider in [Provider::hotswap().await, Provider::toy(folder.path()).await] {
        let metadata = provider.client.get_metadata(get_metadata::Request {}).await.unwrap().into_inner();
        let functions = provider.client.get_functions(get_functions::Request {}).await.unwrap().into_inner();
        let schema = &provider.schema;
        fn names<'a>(names: impl Iterator<Item = &'a String>) -> BTreeSet<&'a String> {
            names.collect()
        }
        assert_eq!(names(metadata.resources.iter().map(|it| &it.type_name)), names(schema.resource_schemas.keys()));
        assert_eq!(names(metadata.data_sources.iter().map(|it| &it.type_name)), names(schema.data_source_schemas.keys()));
        assert_eq!(names(metadata.ephemeral_resources.iter().map(|it| &it.type_name)), names(schema.ephemeral_resource_schemas.keys()));
        assert_eq!(names(metadata.list_resources.iter().map(|it| &it.type_name)), names(schema.list_resource_schemas.keys()));
        assert_eq!(names(metadata.functions.iter().map(|it| &it.name)), names(schema.functions.keys()));
        assert_eq!(functions.functions, schema.functions);
        assert_eq!(metadata.server_capabilities, schema.server_capabilities);
        let capabilities = schema.server_capabilities.unwrap();
        assert!(!capabilities.plan_destroy && capabilities.get_provider_schema_optional && capabilities.move_resource_state);
    }
}
