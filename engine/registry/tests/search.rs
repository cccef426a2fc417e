//! What a search finds, in which order, on every database.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;

use hotswap_model::{Channel, Digest, PluginId, PluginSpec, Timestamp, VersionId, VersionSpec};
use hotswap_registry::{Cursor, Part, Query, Search, publish};
use hotswap_store::{Blob, Store, Tx};
use hotswap_test_servers::Postgres;
use proptest::prelude::*;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_micros(seconds * 1_000_000)
}

/// Every kind of database, empty.
async fn stores() -> Vec<Store> {
    let url = Postgres::shared().database().parse().unwrap();
    vec![Store::memory().await.unwrap(), Store::connect(&url, None).await.unwrap()]
}

async fn add(tx: &mut Tx, json: &str) -> PluginId {
    let spec: PluginSpec = serde_json::from_str(json).unwrap();
    let id = PluginId::from_unique(spec.name.to_string().replace('-', "x"));
    tx.insert_plugin(&id, &spec, at(0)).await.unwrap().id
}

async fn add_version(tx: &mut Tx, plugin: &str, number: &str, channel: Channel, imports: &[&str]) -> VersionId {
    let digest = Digest::of(format!("{plugin} {number}").as_bytes());
    let exports = vec!["wasi:http/incoming-handler@0.2.0".into()];
    let imports = imports.iter().map(|import| (*import).to_owned()).collect();
    tx.insert_blob(&Blob { digest, size: 1, imports, exports, created_at: at(0) }).await.unwrap();
    let spec: VersionSpec =
        serde_json::from_value(serde_json::json!({ "plugin": plugin, "version": number, "sha256": digest, "channel": channel })).unwrap();
    let id = VersionId::from_unique(format!("{plugin}{number}").replace(['-', '.'], "x"));
    publish(tx, at(1), &id, &spec).await.unwrap().into_version().id
}

async fn names(search: &Search, tx: &mut Tx, query: &Query) -> Vec<String> {
    let found = search.find(tx, query, &Part { after: None, limit: 1_000 }).await.unwrap();
    assert_eq!(found.next, None);
    found.plugins.iter().map(|plugin| plugin.spec.name.to_string()).collect()
}

fn text(text: &str) -> Query {
    Query { text: text.into(), ..Query::default() }
}

#[tokio::test]
async fn names_come_before_what_is_said_of_plugins_and_that_before_tags_and_typos_last() {
    for store in stores().await {
        let mut tx = store.write().await.unwrap();
        for json in [
            r#"{"name":"cache","publisher":"acme"}"#,
            r#"{"name":"cache-http"}"#,
            r#"{"name":"caches"}"#,
            r#"{"name":"webcache"}"#,
            r#"{"name":"store","display_name":"The Cáche"}"#,
            r#"{"name":"keep","description":"Caches for everybody"}"#,
            r#"{"name":"memory","tags":["cache","login"]}"#,
            r#"{"name":"cahce"}"#,
            r#"{"name":"greeter","publisher":"acme"}"#,
        ] {
            add(&mut tx, json).await;
        }
        let search = Search::new();
        for (query, expected) in [
            ("CACHE", &["cache", "cache-http", "caches", "webcache", "store", "keep", "memory", "cahce"][..]),
            // The whole name goes before everything.
            ("cache http", &["cache-http"]),
            ("acme cache", &["cache"]),
            ("cache log", &["memory"]),
            // Only the last word may be the beginning of one.
            ("log cache", &[]),
            ("cach", &["cache", "cache-http", "caches", "webcache", "keep", "store", "memory"]),
            ("ca", &["cache", "cache-http", "caches", "cahce", "keep", "store", "memory"]),
            // A typo each in two words.
            ("cahce gretter", &[]),
            ("gretter", &["greeter"]),
            ("greeterr acme", &["greeter"]),
            ("nothing like it", &[]),
            ("", &["cache", "cache-http", "caches", "cahce", "greeter", "keep", "memory", "store", "webcache"]),
            (" -- ", &["cache", "cache-http", "caches", "cahce", "greeter", "keep", "memory", "store", "webcache"]),
        ] {
            assert_eq!(names(&search, &mut tx, &text(query)).await, expected, "{query:?}");
        }
    }
}

#[tokio::test]
async fn filters_narrow_what_is_found_and_one_version_must_fit_them_all() {
    for store in stores().await {
        let mut tx = store.write().await.unwrap();
        add(&mut tx, r#"{"name":"auth","category":"security","publisher":"acme","tags":["login"]}"#).await;
        add(&mut tx, r#"{"name":"oauth","category":"security","tags":["login","web"]}"#).await;
        add(&mut tx, r#"{"name":"greeter","publisher":"acme"}"#).await;
        let (out, config) = ("wasi:http/outgoing-handler@0.2.3", "wasi:config/store@0.2.0-rc.1");
        add_version(&mut tx, "auth", "1.0.0", Channel::Stable, &[config]).await;
        let beta = add_version(&mut tx, "auth", "2.0.0", Channel::Beta, &[out, config]).await;
        add_version(&mut tx, "oauth", "1.0.0", Channel::Stable, &[out]).await;
        let search = Search::new();
        let all = Query::default;
        let capability = |name: &str| Query { capability: Some(name.into()), ..all() };
        for (query, expected) in [
            (Query { category: Some("security".into()), ..all() }, &["auth", "oauth"][..]),
            (Query { tag: Some("web".into()), ..text("login") }, &["oauth"]),
            (Query { publisher: Some("acme".into()), ..all() }, &["auth", "greeter"]),
            (capability("wasi:http/outgoing-handler"), &["auth", "oauth"]),
            (capability("wasi:http/outgoing-handler@0.2.3"), &["auth", "oauth"]),
            (capability("wasi:http/outgoing-handler@0.2.2"), &[]),
            (capability("wasi:http/outgoing"), &[]),
            (capability("wasi:http/incoming-handler"), &["auth", "oauth"]),
            (Query { channel: Some(Channel::Stable), ..all() }, &["auth", "oauth"]),
            (Query { channel: Some(Channel::Stable), ..capability("wasi:http/outgoing-handler") }, &["oauth"]),
            (Query { channel: Some(Channel::Beta), ..all() }, &["auth"]),
            (Query { channel: Some(Channel::Archived), ..all() }, &[]),
        ] {
            assert_eq!(names(&search, &mut tx, &query).await, expected, "{query:?}");
        }
        // What is retired is found no more, and what has moved where it is now.
        tx.retire_plugin_version(&beta, None, at(2)).await.unwrap();
        assert_eq!(names(&search, &mut tx, &capability("wasi:http/outgoing-handler")).await, ["oauth"]);
        assert_eq!(names(&search, &mut tx, &Query { channel: Some(Channel::Beta), ..all() }).await, [""; 0]);
    }
}

#[tokio::test]
async fn parts_stay_right_while_plugins_come_and_go() {
    for store in stores().await {
        let mut tx = store.write().await.unwrap();
        for number in 0..25 {
            add(&mut tx, &format!(r#"{{"name":"cache-{number:02}"}}"#)).await;
            add(&mut tx, &format!(r#"{{"name":"p{number:02}","description":"a cache"}}"#)).await;
        }
        let search = Search::new();
        let (mut seen, mut after) = (Vec::new(), None);
        for round in 0.. {
            let found = search.find(&mut tx, &text("cache"), &Part { after: after.clone(), limit: 7 }).await.unwrap();
            seen.extend(found.plugins.iter().map(|plugin| plugin.spec.name.to_string()));
            // One before the place that was reached, one behind it, and one of those seen goes.
            add(&mut tx, &format!(r#"{{"name":"cache-00{round}"}}"#)).await;
            add(&mut tx, &format!(r#"{{"name":"z{round}","description":"a cache"}}"#)).await;
            tx.delete_plugin(&PluginId::from_unique(seen[round].replace('-', "x")), None, at(3)).await.unwrap();
            let Some(next) = found.next else { break };
            let text = next.to_string();
            after = Some(text.parse::<Cursor>().unwrap());
        }
        let old = |name: &&String| !name.starts_with("cache-00") || name.len() == 8;
        let mut expected: Vec<_> = (0..25).map(|number| format!("cache-{number:02}")).collect();
        expected.extend((0..25).map(|number| format!("p{number:02}")));
        let told: Vec<_> = seen.iter().filter(|name| !name.starts_with('z')).filter(old).cloned().collect();
        assert_eq!(told, expected, "each that was there the whole time is told once, in order");
        let mut distinct = seen.clone();
        distinct.sort();
        distinct.dedup();
        assert_eq!(distinct.len(), seen.len(), "{seen:?}");
    }
    assert!("12".parse::<Cursor>().is_err() && "a.b".parse::<Cursor>().is_err() && "1.NO".parse::<Cursor>().is_err());
}

#[tokio::test]
async fn a_search_sees_what_another_server_has_committed() {
    let url = Postgres::shared().database().parse().unwrap();
    let (one, other) = (Store::connect(&url, None).await.unwrap(), Store::connect(&url, None).await.unwrap());
    let search = Search::new();
    assert_eq!(names(&search, &mut one.read().await.unwrap(), &Query::default()).await, [""; 0]);
    let mut tx = other.write().await.unwrap();
    let id = add(&mut tx, r#"{"name":"greeter"}"#).await;
    tx.commit().await.unwrap();
    assert_eq!(names(&search, &mut one.read().await.unwrap(), &text("greet")).await, ["greeter"]);
    let mut tx = other.write().await.unwrap();
    tx.delete_plugin(&id, None, at(1)).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(names(&search, &mut one.read().await.unwrap(), &text("greet")).await, [""; 0]);
}

/// Something that happens to a registry of few names.
#[derive(Debug, Clone)]
enum Step {
    Put { name: u8, description: String, tags: Vec<String> },
    Publish { name: u8, channel: Channel },
    End { name: u8 },
}

fn word() -> impl Strategy<Value = String> {
    prop_oneof![Just("cache"), Just("caches"), Just("cahce"), Just("auth"), Just("oauth"), Just("authentication"), Just("Größe")]
        .prop_map(str::to_owned)
}

fn step() -> impl Strategy<Value = Step> {
    let channel = prop_oneof![Just(Channel::Beta), Just(Channel::Stable)];
    prop_oneof![
        4 => (0..6u8, prop::collection::vec(word(), 0..3), prop::collection::vec(word(), 0..2))
            .prop_map(|(name, words, tags)| Step::Put { name, description: words.join(" "), tags }),
        2 => (0..6u8, channel).prop_map(|(name, channel)| Step::Publish { name, channel }),
        1 => (0..6u8).prop_map(|name| Step::End { name }),
    ]
}

const NAMES: [&str; 6] = ["cache", "auth", "oauth-proxy", "a", "cache-auth", "greeter"];

async fn take(store: &Store, steps: &[Step], number: usize) {
    let mut tx = store.write().await.unwrap();
    for (index, step) in steps.iter().enumerate() {
        let unique = format!("{number}x{index}");
        let name = |name: &u8| NAMES[usize::from(*name)];
        match step {
            Step::Put { name: n, description, tags } => {
                let json = serde_json::json!({ "name": name(n), "description": description, "tags": tags });
                let spec: PluginSpec = serde_json::from_value(json).unwrap();
                match tx.plugin(&spec.name).await.unwrap() {
                    Some(known) => drop(tx.update_plugin(&known.id, &spec, None, at(1)).await.unwrap()),
                    None => drop(tx.insert_plugin(&PluginId::from_unique(unique), &spec, at(1)).await.unwrap()),
                }
            }
            Step::Publish { name: n, channel } => {
                if tx.plugin(&name(n).parse().unwrap()).await.unwrap().is_some() {
                    add_version(&mut tx, name(n), &format!("{number}.{index}.0"), *channel, &[]).await;
                }
            }
            Step::End { name: n } => {
                if let Some(known) = tx.plugin(&name(n).parse().unwrap()).await.unwrap() {
                    tx.delete_plugin(&known.id, None, at(1)).await.unwrap();
                }
            }
        }
    }
    tx.commit().await.unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    /// An index that was brought up to date step by step, one made at once, and those of both databases are one.
    #[test]
    fn what_is_found_depends_on_nothing_but_what_is_there(
        rounds in prop::collection::vec(prop::collection::vec(step(), 1..6), 1..4),
        asked in prop::collection::vec((prop::collection::vec(word(), 0..3), prop::option::of(Just(Channel::Stable))), 4),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let mut answers: BTreeMap<String, Vec<Vec<String>>> = BTreeMap::new();
            for store in stores().await {
                let kept = Search::new();
                for (number, steps) in rounds.iter().enumerate() {
                    take(&store, steps, number).await;
                    kept.bring_up_to_date(&mut store.read().await.unwrap()).await.unwrap();
                }
                let fresh = Search::new();
                let mut tx = store.read().await.unwrap();
                for (words, channel) in &asked {
                    let query = Query { text: words.join(" "), channel: *channel, ..Query::default() };
                    for search in [&kept, &fresh] {
                        answers.entry(format!("{query:?}")).or_default().push(names(search, &mut tx, &query).await);
                    }
                }
                drop(tx);
                store.close().await;
            }
            for (query, told) in answers {
                assert!(told.windows(2).all(|pair| pair[0] == pair[1]), "{query}: {told:?}");
            }
        });
    }
}
