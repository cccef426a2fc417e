//! `hotswap apply` when something goes wrong in the middle of it.
#![allow(clippy::unwrap_used)]

use std::time::{Duration, Instant};

use hotswap_tests::{Configuration, DataFolder, Server};
use serde_json::{Value, json};

const APPLY: [&str; 3] = ["apply", "-auto-approve", "-no-color"];
const TENANTS: usize = 300;

fn tenants(count: usize) -> String {
    format!("resource \"hotswap_tenant\" \"t\" {{\n  count = {count}\n  name  = \"tenant-${{count.index}}\"\n}}\n")
}

/// A canary whose stage holds for `hold`.
fn deployments(names: &[&str], hold: &str, version: &str) -> String {
    format!(
        r#"
resource "hotswap_deployment" "d" {{
  for_each = toset({names:?})
  name     = each.key
  tenant   = "acme"
  plugin   = "greeter"
  version  = "{version}"
  strategy = {{
    canary = {{ steps = [{{ weight = 50, hold = "{hold}" }}] }}
  }}
  health_check = {{ min_healthy_time = "0s", progress_deadline = "2h" }}
}}
"#
    )
}

async fn until<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + Duration::from_secs(60);
    loop {
        if let Some(found) = look().await {
            return found;
        }
        assert!(Instant::now() < deadline, "not within a minute: {what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

async fn tenants_there(server: &Server) -> usize {
    server.client.list_tenants().await.unwrap().len()
}

/// What the state has of a resource, one value per object.
fn attributes(state: &Value, name: &str) -> Vec<Value> {
    let resources = state["resources"].as_array().cloned().unwrap_or_default();
    let found = resources.into_iter().filter(|resource| resource["name"] == name);
    found
        .flat_map(|resource| resource["instances"].as_array().cloned().unwrap_or_default())
        .map(|object| object["attributes"].clone())
        .collect()
}

#[tokio::test]
async fn an_apply_that_is_killed_loses_nothing_it_made() {
    let data = DataFolder::new();
    let server = Server::start(&data).await;
    let configuration = Configuration::new(&server, &tenants(TENANTS));
    for enough in [40, 150] {
        let apply = configuration.start(&APPLY);
        until("enough tenants are made", async || (tenants_there(&server).await >= enough).then_some(())).await;
        apply.signal("KILL");
        apply.end().await;
        let plan = configuration.run(&["plan", "-no-color"]).await;
        let made = tenants_there(&server).await;
        assert!(made < TENANTS, "it was killed too late to show anything");
        plan.says(0, &["An interrupted apply was recovered", &format!("Plan: {} to add, 0 to change, 0 to destroy", TENANTS - made)]);
        assert_eq!(attributes(&configuration.state(), "t").len(), made, "the state has what the platform has");
    }
    configuration.run(&APPLY).await.succeeded();
    assert_eq!(tenants_there(&server).await, TENANTS);
    assert!(!configuration.path("terraform.tfstate.journal").exists(), "the journal is gone when all is done");
    configuration.run(&["plan", "-no-color", "-detailed-exitcode"]).await.succeeded();
}

#[tokio::test]
async fn ctrl_c_returns_within_two_seconds_and_the_rollout_goes_on() {
    let data = DataFolder::new();
    let server = Server::start(&data).await;
    server.with_greeter().await;
    let configuration = Configuration::new(&server, &deployments(&["hello"], "0s", "1.0.0"));
    configuration.run(&APPLY).await.succeeded();
    configuration.write(&deployments(&["hello"], "10m", "1.1.0"));
    let apply = configuration.start(&APPLY);
    until("the rollout goes on", async || {
        let deployment = server.client.get_deployment("acme", "hello").await.unwrap();
        (deployment.revision.to_string() == "2").then_some(())
    })
    .await;
    let asked = Instant::now();
    apply.signal("INT");
    let said = apply.end().await;
    assert!(asked.elapsed() < Duration::from_secs(2), "{:?}: {}", asked.elapsed(), said.text);
    said.says(0, &["Stopped waiting for the rollout"]);
    let state = attributes(&configuration.state(), "d");
    assert_eq!((&state[0]["status"], &state[0]["version"]), (&json!("progressing"), &json!("1.1.0")));
}

#[tokio::test]
async fn what_only_waits_holds_no_slot() {
    let data = DataFolder::new();
    let server = Server::start(&data).await;
    server.with_greeter().await;
    let names = ["a", "b", "c", "d"];
    let configuration = Configuration::new(&server, &deployments(&names, "0s", "1.0.0"));
    configuration.run(&APPLY).await.succeeded();
    configuration.write(&deployments(&names, "1h", "1.1.0"));
    // One slot, and each rollout would hold it for an hour.
    let apply = configuration.start(&["apply", "-auto-approve", "-no-color", "-parallelism=1"]);
    until("all four roll out at the same time", async || {
        let all = server.client.list_deployments(Some("acme")).await.unwrap();
        all.iter().all(|deployment| deployment.revision.to_string() == "2").then_some(())
    })
    .await;
    apply.signal("INT");
    apply.end().await.says(0, &["Stopped waiting for the rollout"]);
}

#[tokio::test]
async fn a_full_disk_stops_the_apply_and_nothing_is_lost() {
    let data = DataFolder::new();
    let server = Server::start(&data).await;
    let configuration = Configuration::new(&server, &tenants(2));
    configuration.run(&APPLY).await.succeeded();
    let before = std::fs::read(configuration.path("terraform.tfstate")).unwrap();
    configuration.write(&tenants(TENANTS));
    // No file may grow over 16 KiB, and the signal that says so is left to the write's own error.
    let script = "trap '' XFSZ; ulimit -f 32; exec \"$1\" apply -auto-approve -no-color";
    let said = configuration.run_in_shell(script).await;
    said.says(1, &["was not written"]);
    let state = std::fs::read(configuration.path("terraform.tfstate")).unwrap();
    assert!(serde_json::from_slice::<Value>(&state).is_ok(), "the state is whole");
    assert!(state.starts_with(&before[..20]));
    let made = tenants_there(&server).await;
    let plan = configuration.run(&["plan", "-no-color"]).await;
    plan.says(0, &[&format!("Plan: {} to add", TENANTS - made)]);
    configuration.run(&APPLY).await.succeeded();
    assert_eq!(tenants_there(&server).await, TENANTS);
}

#[tokio::test]
async fn ctrl_c_begins_nothing_more_and_says_what_is_left() {
    let data = DataFolder::new();
    let server = Server::start(&data).await;
    let configuration = Configuration::new(&server, &tenants(TENANTS));
    let apply = configuration.start(&APPLY);
    until("some tenants are made", async || (tenants_there(&server).await >= 20).then_some(())).await;
    apply.signal("INT");
    let said = apply.end().await;
    let made = tenants_there(&server).await;
    said.says(1, &["Stopped before everything was done", &format!("{} changes were not begun", TENANTS - made)]);
    assert_eq!(attributes(&configuration.state(), "t").len(), made);
    configuration.run(&["plan", "-no-color"]).await.says(0, &[&format!("Plan: {} to add", TENANTS - made)]);
}
