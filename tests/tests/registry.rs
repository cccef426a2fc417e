//! The registry over the API: who races, what is searched, who has taken up what. On both databases.
#![allow(clippy::unwrap_used)]

use bytes::Bytes;
use futures::future::join_all;
use hotswap_api::ErrorCode;
use hotswap_client::{ClientError, PluginSearch};
use hotswap_model::{Channel, Digest, VersionSpec};
use hotswap_test_servers::Postgres;
use hotswap_tests::plugins::{GREETER_1_0_0, variant};
use hotswap_tests::{DataFolder, Server};
use reqwest::Method;
use serde_json::json;

/// A server on each kind of database.
async fn servers() -> Vec<(DataFolder, Server)> {
    let (file, postgres) = (DataFolder::new(), DataFolder::new());
    let on_file = Server::start(&file).await;
    let on_postgres = Server::start_with(&postgres, &["--database-url", &Postgres::shared().database()]).await;
    vec![(file, on_file), (postgres, on_postgres)]
}

#[tokio::test]
async fn of_two_hundred_clients_that_register_one_version_one_wins_and_the_others_are_told_its_digest() {
    for (_data, server) in servers().await {
        server.plugin("greeter").await;
        let contents: Vec<Vec<u8>> = (0..200).map(|number| variant(GREETER_1_0_0, number)).collect();
        for bytes in &contents {
            server.client.upload_component(&Digest::of(bytes), Bytes::copy_from_slice(bytes)).await.unwrap();
        }
        let races = contents.iter().map(|bytes| {
            let client = server.client_with_token(Some(&server.token));
            let spec = json!({ "plugin": "greeter", "version": "1.0.0", "sha256": Digest::of(bytes) });
            let spec: VersionSpec = serde_json::from_value(spec).unwrap();
            tokio::spawn(async move { (spec.sha256, client.publish_version(&spec).await) })
        });
        let (mut won, mut lost) = (Vec::new(), Vec::new());
        for race in join_all(races).await {
            match race.unwrap() {
                (given, Ok(version)) => won.push((given, version)),
                (given, Err(ClientError::Problem(problem))) => lost.push((given, problem)),
                (_, Err(other)) => panic!("{other}"),
            }
        }
        assert_eq!((won.len(), lost.len()), (1, 199));
        let winner = won[0].0;
        for (given, problem) in &lost {
            assert_eq!((problem.code, problem.status), (ErrorCode::VersionConflict, 409), "{problem}");
            assert!(problem.detail.contains(&format!("its SHA-256 is {winner}, this one's is {given}")), "{problem}");
        }
        let published = server.client.get_version("greeter", &"1.0.0".parse().unwrap()).await.unwrap();
        assert_eq!(published.spec.sha256, winner);
    }
}

#[tokio::test]
async fn a_search_by_words_and_filters_comes_in_parts() {
    for (_data, server) in servers().await {
        for number in 0..12 {
            let spec = json!({ "name": format!("cache-{number:02}"), "display_name": "Größenspeicher", "category": "speed" });
            server.client.create_plugin(&serde_json::from_value(spec).unwrap()).await.unwrap();
        }
        server.publish("cache-03", "1.0.0-beta.1", GREETER_1_0_0).await.unwrap();
        let names = |found: Vec<hotswap_api::Plugin>| found.iter().map(|plugin| plugin.spec.name.to_string()).collect::<Vec<_>>();
        let search = |query: &str| PluginSearch { query: Some(query.into()), ..PluginSearch::default() };
        assert_eq!(server.client.search_plugins(&search("Grosenspeicer")).await.unwrap().len(), 12, "two typos");
        assert_eq!(server.client.search_plugins(&search("größenspeicer")).await.unwrap().len(), 12);
        assert_eq!(server.client.search_plugins(&search("cach")).await.unwrap().len(), 12);
        let capable = PluginSearch { capability: Some("wasi:http/incoming-handler".into()), ..search("cache") };
        assert_eq!(names(server.client.search_plugins(&capable).await.unwrap()), ["cache-03"]);
        let beta = PluginSearch { channel: Some(Channel::Stable), ..PluginSearch::default() };
        assert_eq!(names(server.client.search_plugins(&beta).await.unwrap()), ["cache-03"]);

        let (mut seen, mut after) = (Vec::new(), String::new());
        loop {
            let page = server.ask(Method::GET, &format!("/v1/plugins?q=cache&limit=5{after}"), None).await.json();
            let items = page["items"].as_array().unwrap();
            seen.extend(items.iter().map(|item| item["spec"]["name"].as_str().unwrap().to_owned()));
            match page["next"].as_str() {
                Some(next) => after = format!("&after={next}"),
                None => break,
            }
        }
        assert_eq!(seen, (0..12).map(|number| format!("cache-{number:02}")).collect::<Vec<_>>());
        let wrong = server.ask(Method::GET, "/v1/plugins?after=nothing", None).await.problem();
        assert_eq!(wrong.code, ErrorCode::Invalid, "{wrong}");
        let wrong = server.ask(Method::GET, "/v1/plugins?channel=gold", None).await.problem();
        assert_eq!(wrong.code, ErrorCode::Malformed, "{wrong}");
    }
}

#[tokio::test]
async fn who_has_taken_up_which_version_is_told_and_to_a_tenant_its_own() {
    let spec = |version: &str| json!({ "plugin": "greeter", "version": version, "health_check": { "min_healthy_time": "0s" } });
    for (_data, server) in servers().await {
        server.with_greeter().await;
        server.tenant("beta", json!({})).await;
        assert_eq!(server.client.adoption("greeter").await.unwrap(), []);
        server.deploy("acme", "one", &spec("1.0.0")).await;
        server.deploy("acme", "two", &spec("1.0.0")).await;
        server.deploy("beta", "one", &spec("1.0.0")).await;
        server.deploy("acme", "two", &spec("1.1.0")).await;
        let told = |found: Vec<hotswap_api::Adoption>| {
            let line = |a: hotswap_api::Adoption| format!("{} {} {}/{}", a.tenant, a.version, a.serving, a.wanted);
            found.into_iter().map(line).collect::<Vec<_>>()
        };
        let all = told(server.client.adoption("greeter").await.unwrap());
        assert_eq!(all, ["acme 1.1.0 1/1", "acme 1.0.0 1/1", "beta 1.0.0 1/1"]);

        let made = server.ask(Method::POST, "/v1/tokens", Some(json!({ "role": "viewer", "tenant": "beta" }))).await.json();
        let client = server.client_with_token(made["token"].as_str());
        assert_eq!(told(client.adoption("greeter").await.unwrap()), ["beta 1.0.0 1/1"]);
        let missing = server.client.adoption("nothing").await.unwrap_err();
        assert_eq!(missing.code(), Some(ErrorCode::PluginNotFound));
    }
}
