//! Plugins that need other plugins, against a real server: what is chosen, what is refused and how that is told, what stays.
#![allow(clippy::unwrap_used)]

use hotswap_api::{ErrorCode, Preview};
use hotswap_client::ClientError;
use hotswap_model::Digest;
use hotswap_tests::plugins::GREETER_1_0_0;
use hotswap_tests::{DataFolder, Server, says};
use reqwest::Method;
use serde_json::{Value, json};

/// A server with tenant acme; greeter 1.0.0 needs auth ^1, greeter 1.1.0 needs auth ^2, and auth is at 1.4.0, 1.5.0 and 2.0.0.
async fn start() -> (DataFolder, Server) {
    let data = DataFolder::new();
    let server = Server::start(&data).await;
    server.tenant("acme", json!({})).await;
    for plugin in ["greeter", "auth"] {
        server.plugin(plugin).await;
    }
    for version in ["1.4.0", "1.5.0", "2.0.0"] {
        publish(&server, "auth", version, json!([])).await;
    }
    publish(&server, "greeter", "1.0.0", json!([{ "plugin": "auth", "version": "^1" }])).await;
    publish(&server, "greeter", "1.1.0", json!([{ "plugin": "auth", "version": "^2" }])).await;
    (data, server)
}

async fn publish(server: &Server, plugin: &str, version: &str, dependencies: Value) {
    let sha256 = Digest::of(GREETER_1_0_0);
    server.client.upload_component(&sha256, GREETER_1_0_0.into()).await.unwrap();
    let spec = json!({ "plugin": plugin, "version": version, "sha256": sha256, "dependencies": dependencies });
    server.client.publish_version(&serde_json::from_value(spec).unwrap()).await.unwrap();
}

fn spec(plugin: &str, version: &str) -> Value {
    json!({ "plugin": plugin, "version": version, "health_check": { "min_healthy_time": "0s" } })
}

fn problem(error: ClientError) -> hotswap_api::Problem {
    match error {
        ClientError::Problem(problem) => *problem,
        other => panic!("{other}"),
    }
}

async fn refused(server: &Server, name: &str, spec: &Value) -> hotswap_api::Problem {
    problem(server.put("acme", name, spec).await.unwrap_err())
}

async fn preview(server: &Server, name: &str, spec: &Value) -> Preview {
    let request = serde_json::from_value(json!({ "spec": spec })).unwrap();
    server.client.preview_deployment("acme", name, &request).await.unwrap()
}

/// `auth 2.0.0` of a solution.
fn told(solution: &[hotswap_model::Solved]) -> Vec<String> {
    solution.iter().map(|solved| format!("{} {}", solved.plugin, solved.version)).collect()
}

#[tokio::test]
async fn what_is_needed_has_to_be_deployed_in_a_version_that_fits() {
    let (_data, server) = start().await;
    let asked = preview(&server, "hello", &spec("greeter", "~> 1.0")).await;
    assert_eq!(
        (asked.resolved_version.unwrap().to_string(), told(&asked.dependencies.unwrap())),
        ("1.1.0".into(), vec!["auth 2.0.0".to_owned()])
    );
    assert!(
        asked.warnings.iter().any(|w| w.contains("greeter 1.1.0 needs auth ^2") && w.contains("unless this apply deploys it first")),
        "{:?}",
        asked.warnings
    );
    let missing = refused(&server, "hello", &spec("greeter", "~> 1.0")).await;
    says(
        &missing,
        ErrorCode::DependencyMissing,
        &["greeter 1.1.0 needs auth ^2", "tenant \"acme\" has no deployment of it that fits", "`depends_on`"],
    );

    server.deploy("acme", "auth", &spec("auth", "~> 1.4")).await;
    // What runs decides: 1.1.0 needs what does not run.
    let deployed = server.deploy("acme", "hello", &spec("greeter", "~> 1.0")).await;
    assert_eq!((deployed.resolved_version.to_string(), told(&deployed.dependencies)), ("1.0.0".into(), vec!["auth 1.5.0".to_owned()]));
    let need = &deployed.dependencies[0].needed_by[0];
    assert_eq!((need.plugin.as_str(), need.version.to_string().as_str(), need.constraint.as_str()), ("greeter", "1.0.0", "^1"));
    let revisions = server.client.list_revisions("acme", "hello").await.unwrap();
    assert_eq!(told(&revisions[0].dependencies), ["auth 1.5.0"], "the solution is part of the revision");

    let clash = refused(&server, "hello", &spec("greeter", "1.1.0")).await;
    says(
        &clash,
        ErrorCode::DependencyConflict,
        &["it needs auth ^2, but acme/auth runs auth 1.5.0", "greeter 1.0.0 would fit; so would auth 2.0.0 in acme/auth"],
    );
}

#[tokio::test]
async fn a_solution_stays_until_something_else_is_asked_for() {
    let (_data, server) = start().await;
    server.deploy("acme", "auth", &spec("auth", "1.4.0")).await;
    let first = server.deploy("acme", "hello", &spec("greeter", "~> 1.0")).await;
    assert_eq!(told(&first.dependencies), ["auth 1.4.0"]);

    // A newer auth of the same tenant changes nothing here, and is told nothing of: 1.5.0 fits as well.
    let asked = preview(&server, "auth", &spec("auth", "1.5.0")).await;
    assert!(asked.warnings.is_empty(), "{:?}", asked.warnings);
    assert_eq!(asked.dependents, ["acme/hello (greeter 1.0.0) needs auth ^1"]);
    server.deploy("acme", "auth", &spec("auth", "1.5.0")).await;
    let mut more = spec("greeter", "~> 1.0");
    more["instances"] = json!(2);
    assert_eq!(told(&server.deploy("acme", "hello", &more).await.dependencies), ["auth 1.4.0"]);

    // Asked for anew, it is what runs now; the preview says so version by version.
    more["resolve_serial"] = json!(1);
    let asked = preview(&server, "hello", &more).await;
    assert_eq!(asked.changes.iter().map(ToString::to_string).collect::<Vec<_>>(), ["auth 1.4.0 -> 1.5.0"]);
    assert_eq!(told(&server.deploy("acme", "hello", &more).await.dependencies), ["auth 1.5.0"]);

    // What others need can be taken away, which is told and not refused: else two could never be changed one after the other.
    let asked = preview(&server, "auth", &spec("auth", "2.0.0")).await;
    assert!(
        asked.warnings.iter().any(|w| w.starts_with("acme/hello (greeter 1.0.0) needs auth ^1, which this takes away")),
        "{:?}",
        asked.warnings
    );
    server.deploy("acme", "auth", &spec("auth", "2.0.0")).await;
    more["instances"] = json!(3);
    let asked = preview(&server, "hello", &more).await;
    assert!(asked.warnings.iter().any(|w| w.ends_with("it goes on as it is")), "{:?}", asked.warnings);
    server.deploy("acme", "hello", &more).await;
    more["version"] = json!("1.1.0");
    assert_eq!(told(&server.deploy("acme", "hello", &more).await.dependencies), ["auth 2.0.0"]);

    for name in ["auth", "hello"] {
        server.client.delete_deployment("acme", name).await.unwrap();
    }
}

#[tokio::test]
async fn an_override_narrows_what_is_chosen_and_is_told_where_it_cannot_be_obeyed() {
    let (_data, server) = start().await;
    server.deploy("acme", "auth", &spec("auth", "1.4.0")).await;
    server.deploy("acme", "auth-next", &spec("auth", "1.5.0")).await;
    let mut pinned = spec("greeter", "~> 1.0");
    pinned["dependency_overrides"] = json!({ "auth": "~> 1.4.0" });
    assert_eq!(told(&server.deploy("acme", "hello", &pinned).await.dependencies), ["auth 1.4.0"]);
    pinned["version"] = json!("1.1.0");
    let clash = refused(&server, "hello", &pinned).await;
    says(&clash, ErrorCode::DependencyConflict, &["greeter 1.1.0 cannot be had", "needs auth ^2"]);
    pinned["dependency_overrides"] = json!({ "greeter": "1.0.0" });
    let wrong = refused(&server, "hello", &pinned).await;
    assert_eq!(wrong.errors[0].field, "dependency_overrides[\"greeter\"]");
}

#[tokio::test]
async fn a_conflict_counts_against_what_runs_and_is_only_told_the_other_way_round() {
    let (_data, server) = start().await;
    publish(&server, "greeter", "2.0.0", json!([{ "plugin": "auth", "version": "< 2", "kind": "conflicts" }])).await;
    server.deploy("acme", "auth", &spec("auth", "1.4.0")).await;
    let clash = refused(&server, "hello", &spec("greeter", "2.0.0")).await;
    says(&clash, ErrorCode::DependencyConflict, &["it conflicts with auth < 2, but acme/auth runs auth 1.4.0"]);
    server.client.delete_deployment("acme", "auth").await.unwrap();
    assert!(server.deploy("acme", "hello", &spec("greeter", "2.0.0")).await.dependencies.is_empty());
}

#[tokio::test]
async fn a_resolution_is_told_without_a_deployment() {
    let (_data, server) = start().await;
    let ask = async |more: Value| {
        let mut body = json!({ "plugin": "greeter", "version": "~> 1.0" });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        server.ask(Method::POST, "/v1/resolution", Some(body)).await
    };
    let answer = ask(json!({})).await.json();
    assert_eq!((&answer["version"], &answer["dependencies"][0]["version"]), (&json!("1.1.0"), &json!("2.0.0")));
    let answer = ask(json!({ "dependency_overrides": { "auth": "< 2" } })).await.json();
    assert_eq!((&answer["version"], &answer["dependencies"][0]["version"]), (&json!("1.0.0"), &json!("1.5.0")));
    server.deploy("acme", "auth", &spec("auth", "1.4.0")).await;
    let answer = ask(json!({ "tenant": "acme" })).await.json();
    assert_eq!((&answer["version"], &answer["dependencies"][0]["version"]), (&json!("1.0.0"), &json!("1.4.0")));
    let clash = ask(json!({ "version": "1.1.0", "dependency_overrides": { "auth": "^1" } })).await.problem();
    says(&clash, ErrorCode::DependencyConflict, &["greeter 1.1.0 cannot be had: it needs auth ^2, but dependency_overrides pins auth ^1"]);
    says(&ask(json!({ "plugin": "nothing" })).await.problem(), ErrorCode::PluginNotFound, &["nothing"]);
}

#[tokio::test]
async fn solutions_outlive_a_restart() {
    let (data, server) = start().await;
    server.deploy("acme", "auth", &spec("auth", "2.0.0")).await;
    let before = server.deploy("acme", "hello", &spec("greeter", "1.1.0")).await;
    let server = server.kill().await.restart(&data).await;
    assert_eq!(server.client.get_deployment("acme", "hello").await.unwrap().dependencies, before.dependencies);
}
