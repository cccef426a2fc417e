use proptest::option;
use proptest::prelude::*;

use super::*;
use crate::testing::{block, errors, resource, texts as text};

proptest! {
    #[test]
    fn every_attribute_of_a_plugin_reads_back(
        name in "[a-z]{1,9}",
        texts in prop::array::uniform6(option::of(text(".{0,9}"))),
        tags in prop::collection::btree_set("[a-z]{1,5}", 0..4),
    ) {
        let [display_name, publisher, category, description, documentation_url, repository_url] = texts;
        let written = PluginSpec {
            name: name.parse().unwrap(),
            display_name,
            publisher,
            category,
            description,
            tags,
            documentation_url,
            repository_url,
        };
        let now = hotswap_model::Timestamp::from_micros(0);
        let told = api::Plugin { id: PluginId::from_unique("1"), etag: "1".into(), spec: written.clone(), created_at: now, updated_at: now };
        let block = schema().ty().conform(state(&told)).unwrap();
        prop_assert_eq!(spec(&block).unwrap(), written);
    }
}

#[tokio::test]
async fn an_address_that_is_none_is_told_on_its_attribute() {
    let plugin = resource("hotswap_plugin");
    let config = block(&*plugin, [("name", "greeter".into()), ("repository_url", "example.org".into())]);
    let told = errors(&hotswap_sdk::validate::resource(&*plugin, &config).await);
    assert_eq!(told, ["repository_url: Attribute repository_url must begin with https:// or http://."]);
}
