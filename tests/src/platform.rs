//! What tests ask of a server, in the words they would use.

use std::time::Duration;

use bytes::Bytes;
use hotswap_api::{Deployment, DeploymentRequest, ErrorCode, PluginVersion, Problem, Rollout, RolloutEvent};
use hotswap_client::{ClientError, Precondition, RolloutEvents};
use hotswap_model::{Digest, RolloutId};
use reqwest::Method;
use serde_json::{Value, json};

use crate::{DataFolder, Server};

/// The longest any one thing is waited for.
const PATIENCE: Duration = Duration::from_secs(90);

/// An answer of the API, read as JSON where it is.
#[derive(Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// Its headers.
    pub headers: reqwest::header::HeaderMap,
    /// The body as text.
    pub text: String,
}

impl Answer {
    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("no JSON ({error}): {}", self.text))
    }

    /// The body as a problem, which says its status again.
    pub fn problem(&self) -> Problem {
        let problem: Problem = serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("no problem ({error}): {self:?}"));
        assert_eq!(problem.status, self.status);
        assert_eq!(self.headers["content-type"], "application/problem+json");
        problem
    }
}

/// Checks that a problem has this code, says all of this, is one sentence without a period, and tells what to do.
pub fn says(problem: &Problem, code: ErrorCode, parts: &[&str]) {
    let text = problem.to_string();
    assert_eq!(problem.code, code, "{text}");
    assert_eq!(problem.status, code.status(), "{text}");
    for part in parts {
        assert!(text.contains(part), "{part:?} is not in: {text}");
    }
    assert!(!problem.detail.ends_with('.'), "{text}");
    let tells = problem.hint.is_some() || !problem.errors.is_empty() || problem.detail.contains("; ") || problem.detail.contains(": ");
    assert!(tells, "nothing says what to do: {text}");
}

impl Server {
    /// Asks the API, with the token.
    pub async fn ask(&self, method: Method, path: &str, body: Option<Value>) -> Answer {
        self.ask_with(method, path, &[], body.map(|body| body.to_string().into())).await
    }

    /// Asks the API, with the token, these headers and these bytes.
    pub async fn ask_with(&self, method: Method, path: &str, headers: &[(&str, &str)], body: Option<Bytes>) -> Answer {
        let mut request = self.http.request(method, format!("{}{path}", self.api)).bearer_auth(&self.token);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(body) = body {
            request = request.header("content-type", "application/json").body(body);
        }
        answer(request).await
    }

    /// Asks the API with another token.
    pub async fn ask_as(&self, token: &str, method: Method, path: &str, body: Option<Value>) -> Answer {
        let request = self.http.request(method, format!("{}{path}", self.api)).bearer_auth(token);
        answer(match body {
            Some(body) => request.header("content-type", "application/json").body(body.to_string()),
            None => request,
        })
        .await
    }

    /// Asks a deployment by its host.
    pub async fn call(&self, tenant: &str, deployment: &str, path: &str) -> Answer {
        answer(self.http.get(format!("http://{}{path}", self.gateway)).header("host", format!("{deployment}.{tenant}.localhost"))).await
    }

    /// Asks a deployment for `/` with a header.
    pub async fn call_with(&self, tenant: &str, deployment: &str, name: &str, value: &str) -> Answer {
        let request = self.http.get(format!("http://{}/", self.gateway)).header("host", format!("{deployment}.{tenant}.localhost"));
        answer(request.header(name, value)).await
    }

    /// Makes a tenant; `more` goes over `{"name": …}`.
    pub async fn tenant(&self, name: &str, more: Value) {
        let mut spec = json!({ "name": name });
        merge(&mut spec, more);
        let made = self.ask(Method::POST, "/v1/tenants", Some(spec)).await;
        assert_eq!(made.status, 201, "{}", made.text);
    }

    /// Makes a plugin.
    pub async fn plugin(&self, name: &str) {
        self.client.create_plugin(&serde_json::from_value(json!({ "name": name })).unwrap()).await.unwrap();
    }

    /// Uploads bytes and publishes them as a version of a plugin that is there.
    ///
    /// # Errors
    /// What the client says.
    pub async fn publish(&self, plugin: &str, version: &str, bytes: &[u8]) -> Result<PluginVersion, ClientError> {
        let sha256 = Digest::of(bytes);
        self.client.upload_component(&sha256, Bytes::copy_from_slice(bytes)).await?;
        let spec = json!({ "plugin": plugin, "version": version, "sha256": sha256 });
        self.client.publish_version(&serde_json::from_value(spec).unwrap()).await
    }

    /// Tenant `acme` and the plugin `greeter` with its three versions.
    pub async fn with_greeter(&self) {
        self.tenant("acme", json!({})).await;
        self.plugin("greeter").await;
        for (version, bytes) in
            [("1.0.0", crate::plugins::GREETER_1_0_0), ("1.1.0", crate::plugins::GREETER_1_1_0), ("2.0.0", crate::plugins::GREETER_2_0_0)]
        {
            self.publish("greeter", version, bytes).await.unwrap();
        }
    }

    /// Tenant `acme` and the plugin `moody` at 1.0.0.
    pub async fn with_moody(&self) {
        self.tenant("acme", json!({})).await;
        self.plugin("moody").await;
        self.publish("moody", "1.0.0", crate::plugins::MOODY).await.unwrap();
    }

    /// Asks for a deployment; the spec is JSON.
    ///
    /// # Errors
    /// What the client says.
    pub async fn put(&self, tenant: &str, name: &str, spec: &Value) -> Result<Deployment, ClientError> {
        self.client.put_deployment(tenant, name, &request(spec), &Precondition::None).await
    }

    /// Asks for a deployment and waits until its rollout is over, which must have been completed.
    pub async fn deploy(&self, tenant: &str, name: &str, spec: &Value) -> Deployment {
        let rollout = self.begin(tenant, name, spec).await;
        let over = self.outcome(&rollout).await;
        assert_eq!(over.status.as_str(), "completed", "{over:?}");
        self.client.get_deployment(tenant, name).await.unwrap()
    }

    /// Asks for a deployment with secrets and waits until its rollout is over, which must have been completed.
    pub async fn deploy_with_secrets(&self, tenant: &str, name: &str, spec: &Value, secrets: &Value) -> Deployment {
        let asked = DeploymentRequest { secrets: Some(serde_json::from_value(secrets.clone()).unwrap()), ..request(spec) };
        let accepted = self.client.put_deployment(tenant, name, &asked, &Precondition::None).await;
        let accepted = accepted.unwrap_or_else(|error| panic!("{error}"));
        let over = self.outcome(&accepted.rollout.expect("a spec that was accepted is rolled out")).await;
        assert_eq!(over.status.as_str(), "completed", "{over:?}");
        self.client.get_deployment(tenant, name).await.unwrap()
    }

    /// Asks for a deployment and gives the rollout that begins.
    pub async fn begin(&self, tenant: &str, name: &str, spec: &Value) -> RolloutId {
        let accepted = self.put(tenant, name, spec).await.unwrap_or_else(|error| panic!("{error}"));
        accepted.rollout.expect("a spec that was accepted is rolled out")
    }

    /// Follows a rollout to its end.
    pub async fn outcome(&self, rollout: &RolloutId) -> Rollout {
        let mut events = self.client.follow_rollout(rollout);
        while next(&mut events).await.is_some() {}
        self.client.get_rollout(rollout).await.unwrap()
    }

    /// Follows a rollout until a step of this kind with this weight, which must come.
    pub async fn step(&self, rollout: &RolloutId, kind: &str, weight: u8) -> RolloutEvent {
        let mut events = self.client.follow_rollout(rollout);
        let mut seen = Vec::new();
        while let Some(event) = next(&mut events).await {
            if event.kind == kind && event.weight == weight {
                return event;
            }
            seen.push(event);
        }
        panic!("no step {kind} with weight {weight}: {seen:#?}");
    }

    /// Every step of a rollout, as `kind weight`.
    pub async fn steps(&self, rollout: &RolloutId) -> Vec<String> {
        let list = self.ask(Method::GET, &format!("/v1/rollouts/{rollout}/events"), None).await.json();
        let items = list["items"].as_array().unwrap().iter();
        items.map(|event| format!("{} {}", event["kind"].as_str().unwrap(), event["weight"])).collect()
    }

    /// The value of a series at /metrics: the sum of the lines that begin with `name` and have each of `labels`.
    pub async fn metric(&self, name: &str, labels: &[&str]) -> f64 {
        let text = self.ask(Method::GET, "/metrics", None).await.text;
        let lines = text.lines().filter(|line| {
            line.strip_prefix(name).is_some_and(|rest| rest.starts_with(['{', ' '])) && labels.iter().all(|label| line.contains(label))
        });
        lines.filter_map(|line| line.rsplit(' ').next()?.parse::<f64>().ok()).sum()
    }

    /// Everything the server tells of what it keeps, and the files of plugin bytes.
    pub async fn everything(&self, data: &DataFolder) -> Value {
        let items = async |path: String| self.ask(Method::GET, &path, None).await.json()["items"].take();
        let plugins = items("/v1/plugins".into()).await;
        let deployments = items("/v1/deployments".into()).await;
        let mut versions = Vec::new();
        for plugin in plugins.as_array().unwrap() {
            let name = plugin["spec"]["name"].as_str().unwrap();
            versions.push(items(format!("/v1/plugins/{name}/versions?retired=true")).await);
        }
        let mut histories = Vec::new();
        for deployment in deployments.as_array().unwrap() {
            let (tenant, name) = (deployment["tenant"].as_str().unwrap(), deployment["name"].as_str().unwrap());
            histories.push(items(format!("/v1/tenants/{tenant}/deployments/{name}/revisions")).await);
            histories.push(items(format!("/v1/tenants/{tenant}/deployments/{name}/rollouts")).await);
        }
        json!({
            "tenants": items("/v1/tenants".into()).await,
            "plugins": plugins,
            "versions": versions,
            "deployments": deployments,
            "histories": histories,
            "components": data.components(),
        })
    }
}

async fn answer(request: reqwest::RequestBuilder) -> Answer {
    let response = request.timeout(PATIENCE).send().await.unwrap_or_else(|error| panic!("no answer: {error:?}"));
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let text = response.text().await.unwrap_or_else(|error| panic!("the answer broke off: {error:?}"));
    Answer { status, headers, text }
}

fn request(spec: &Value) -> DeploymentRequest {
    serde_json::from_value(json!({ "spec": spec })).unwrap_or_else(|error| panic!("{error}: {spec}"))
}

async fn next(events: &mut RolloutEvents) -> Option<RolloutEvent> {
    let next = tokio::time::timeout(PATIENCE, events.next()).await.expect("a rollout makes a step in time");
    next.unwrap_or_else(|error| panic!("{error}"))
}

fn merge(into: &mut Value, more: Value) {
    if let (Some(into), Value::Object(more)) = (into.as_object_mut(), more) {
        into.extend(more);
    }
}
