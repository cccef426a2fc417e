//! What may be published under a number, and what the resolver is given.

#![allow(clippy::unwrap_used)]

use hotswap_model::{Channel, Dependency, DependencyKind, Digest, PluginId, PluginSpec, Timestamp, VersionId, VersionSpec};
use hotswap_registry::{Published, RegistryError, publish, snapshot};
use hotswap_store::{Blob, Kind, Store, StoreError, Tx};

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_micros(seconds * 1_000_000)
}

async fn begin() -> (Store, Tx) {
    let store = Store::memory().await.unwrap();
    let tx = store.write().await.unwrap();
    (store, tx)
}

async fn add_plugin(tx: &mut Tx, json: &str) -> PluginId {
    let spec: PluginSpec = serde_json::from_str(json).unwrap();
    let id = PluginId::from_unique(spec.name.to_string().replace('-', ""));
    tx.insert_plugin(&id, &spec, at(0)).await.unwrap().id
}

async fn upload(tx: &mut Tx, bytes: &str) -> Digest {
    let digest = Digest::of(bytes.as_bytes());
    let exports = vec!["wasi:http/incoming-handler@0.2.0".into()];
    let blob = Blob { digest, size: bytes.len() as u64, imports: vec![], exports, created_at: at(0) };
    tx.insert_blob(&blob).await.unwrap().digest
}

fn version(number: &str, sha256: Digest) -> VersionSpec {
    VersionSpec {
        plugin: "greeter".parse().unwrap(),
        version: number.parse().unwrap(),
        sha256,
        channel: Channel::Stable,
        channel_message: None,
        replacement: None,
        dependencies: Vec::new(),
        default_config: Some(r#"{"greeting":  "hi"}"#.into()),
        release_notes: None,
    }
}

fn id(unique: u32) -> VersionId {
    VersionId::from_unique(unique)
}

#[tokio::test]
async fn the_same_content_under_the_same_number_is_published_once() {
    let (_store, mut tx) = begin().await;
    add_plugin(&mut tx, r#"{"name":"greeter"}"#).await;
    let spec = version("1.0.0", upload(&mut tx, "one").await);
    let Published::New(first) = publish(&mut tx, at(1), &id(1), &spec).await.unwrap() else { panic!("the number is new") };
    assert_eq!((first.id.clone(), first.size, first.spec.clone()), (id(1), 3, spec.clone()));
    assert_eq!(publish(&mut tx, at(2), &id(2), &spec).await.unwrap(), Published::Known(first));

    let moved = VersionSpec { channel: Channel::Deprecated, release_notes: Some("use 2".into()), ..spec };
    let again = publish(&mut tx, at(3), &id(3), &moved).await.unwrap();
    assert!(matches!(&again, Published::Known(known) if known.id == id(1) && known.etag == 2 && known.spec == moved), "{again:?}");
}

#[tokio::test]
async fn other_content_under_a_published_number_is_refused_with_both_digests() {
    let (_store, mut tx) = begin().await;
    add_plugin(&mut tx, r#"{"name":"greeter"}"#).await;
    let (one, other) = (upload(&mut tx, "one").await, upload(&mut tx, "other").await);
    publish(&mut tx, at(1), &id(1), &version("1.0.0", one)).await.unwrap();
    let error = publish(&mut tx, at(2), &id(2), &version("1.0.0", other)).await.unwrap_err();
    let expected = format!("version 1.0.0 of greeter is published with other content: its SHA-256 is {one}, this one's is {other}");
    assert_eq!(error.to_string(), expected);
    assert_eq!(error.hint().unwrap(), "a published version never changes; publish under a new number");

    let defaults = VersionSpec { default_config: None, ..version("1.0.0", one) };
    let error = publish(&mut tx, at(2), &id(2), &defaults).await.unwrap_err();
    assert_eq!(error.to_string(), "version 1.0.0 of greeter is published with other content: its default_config is another one");

    let auth = Dependency { plugin: "auth".parse().unwrap(), version: "^2".parse().unwrap(), kind: DependencyKind::Required };
    let needs = VersionSpec { dependencies: vec![auth], ..version("1.0.0", one) };
    let error = publish(&mut tx, at(2), &id(2), &needs).await.unwrap_err();
    assert_eq!(error.to_string(), "version 1.0.0 of greeter is published with other content: its dependencies are others");
}

#[tokio::test]
async fn a_retired_version_comes_back_only_with_the_same_content() {
    let (_store, mut tx) = begin().await;
    add_plugin(&mut tx, r#"{"name":"greeter"}"#).await;
    let (one, other) = (upload(&mut tx, "one").await, upload(&mut tx, "other").await);
    publish(&mut tx, at(1), &id(1), &version("1.0.0", one)).await.unwrap();
    tx.retire_plugin_version(&id(1), None, at(2)).await.unwrap();

    let error = publish(&mut tx, at(3), &id(2), &version("1.0.0", other)).await.unwrap_err();
    let expected = "version 1.0.0 of greeter is retired, but was published with other content: its SHA-256 is";
    assert!(error.to_string().starts_with(expected), "{error}");
    assert!(matches!(error, RegistryError::Conflict { retired: true, published, given, .. } if published == one && given == other));

    let back = publish(&mut tx, at(4), &id(3), &version("1.0.0", one)).await.unwrap();
    assert!(matches!(&back, Published::Revived(version) if version.id == id(1) && version.retired_at.is_none()), "{back:?}");
}

#[tokio::test]
async fn nothing_is_published_for_an_unknown_plugin_or_without_its_component() {
    let (_store, mut tx) = begin().await;
    let digest = upload(&mut tx, "one").await;
    let error = publish(&mut tx, at(1), &id(1), &version("1.0.0", digest)).await.unwrap_err();
    assert!(matches!(error, RegistryError::Store(StoreError::NotFound { kind: Kind::Plugin, .. })), "{error}");
    add_plugin(&mut tx, r#"{"name":"greeter"}"#).await;
    let error = publish(&mut tx, at(1), &id(1), &version("1.0.0", Digest::of(b"never uploaded"))).await.unwrap_err();
    assert!(matches!(error, RegistryError::Store(StoreError::Dangling { kind: Kind::PluginVersion, .. })), "{error}");
}

#[tokio::test]
async fn the_resolver_is_given_every_version_with_its_channel_and_whether_it_was_retired() {
    let (_store, mut tx) = begin().await;
    add_plugin(&mut tx, r#"{"name":"greeter"}"#).await;
    let digest = upload(&mut tx, "one").await;
    for (unique, number, channel) in [(1, "1.9.0", Channel::Stable), (2, "1.10.0", Channel::Beta), (3, "0.1.0", Channel::Stable)] {
        publish(&mut tx, at(1), &id(unique), &VersionSpec { channel, ..version(number, digest) }).await.unwrap();
    }
    tx.retire_plugin_version(&id(3), None, at(2)).await.unwrap();
    let held = "1.9.0".parse().unwrap();
    let given = snapshot(&mut tx, &"greeter".parse().unwrap(), Some(&held)).await.unwrap();
    let releases = given.releases(&"greeter".parse().unwrap()).iter().map(|release| &release.candidate);
    let told: Vec<_> = releases.map(|c| (c.version.to_string(), c.channel, c.retired, c.held)).collect();
    let expected =
        [("0.1.0", Channel::Stable, true, false), ("1.9.0", Channel::Stable, false, true), ("1.10.0", Channel::Beta, false, false)];
    assert_eq!(told, expected.map(|(number, channel, retired, held)| (number.to_owned(), channel, retired, held)));
}

#[tokio::test]
async fn the_resolver_is_given_what_a_plugin_may_need_directly_and_indirectly_and_nothing_else() {
    let (_store, mut tx) = begin().await;
    for plugin in ["greeter", "auth", "db", "other"] {
        add_plugin(&mut tx, &format!(r#"{{"name":"{plugin}"}}"#)).await;
    }
    let digest = upload(&mut tx, "one").await;
    for (unique, plugin, needs) in [(1, "greeter", Some("auth")), (2, "auth", Some("db")), (3, "db", Some("gone")), (4, "other", None)] {
        let dependency =
            |needs: &str| Dependency { plugin: needs.parse().unwrap(), version: "^1".parse().unwrap(), kind: DependencyKind::Optional };
        let dependencies = needs.map(dependency).into_iter().collect();
        let spec = VersionSpec { plugin: plugin.parse().unwrap(), dependencies, ..version("1.0.0", digest) };
        publish(&mut tx, at(1), &id(unique), &spec).await.unwrap();
    }
    let given = snapshot(&mut tx, &"greeter".parse().unwrap(), None).await.unwrap();
    let count = |plugin: &str| given.releases(&plugin.parse().unwrap()).len();
    assert_eq!(["greeter", "auth", "db", "gone", "other"].map(count), [1, 1, 1, 0, 0]);
    assert!(given.missing().is_empty());
}
