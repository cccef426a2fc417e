//! Bad input, read as a user reads it: what is wrong, where, and what to do. Afterwards nothing has changed.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use hotswap_api::{ErrorCode, Problem};
use hotswap_client::ClientError;
use hotswap_tests::plugins::{GREETER_1_0_0, GREETER_1_1_0, digest, variant};
use hotswap_tests::{Answer, DataFolder, Server, says};
use reqwest::Method;
use serde_json::{Value, json};

/// A server with tenant `acme`, plugin `greeter` (1.0.0, 1.1.0, 2.0.0) and deployment `acme/hello`.
struct World {
    data: DataFolder,
    server: Server,
}

async fn world() -> World {
    let data = DataFolder::new();
    let server = Server::start(&data).await;
    server.with_greeter().await;
    server.deploy("acme", "hello", &greeter("1.0.0")).await;
    World { data, server }
}

impl World {
    /// Sends what must be refused, and checks that nothing changed by it.
    async fn refuses(&self, method: Method, path: &str, body: Value) -> Problem {
        self.refuses_with(method, path, &[], body.to_string()).await
    }

    async fn refuses_with(&self, method: Method, path: &str, headers: &[(&str, &str)], body: impl Into<Vec<u8>>) -> Problem {
        let before = self.server.everything(&self.data).await;
        let answer = self.server.ask_with(method, path, headers, Some(body.into().into())).await;
        assert!((400..500).contains(&answer.status), "{answer:?}");
        self.is_as(before).await;
        answer.problem()
    }

    async fn is_as(&self, before: Value) {
        pretty_eq(&self.server.everything(&self.data).await, &before);
        let answer = self.server.call("acme", "hello", "/").await;
        assert_eq!((answer.status, answer.text.as_str()), (200, "hello from greeter 1.0.0\n"));
    }
}

fn pretty_eq(now: &Value, before: &Value) {
    assert_eq!(serde_json::to_string_pretty(now).unwrap(), serde_json::to_string_pretty(before).unwrap());
}

fn greeter(version: &str) -> Value {
    json!({ "plugin": "greeter", "version": version, "health_check": { "min_healthy_time": "0s" } })
}

fn wanted(spec: Value) -> Value {
    json!({ "spec": spec })
}

fn with(mut spec: Value, more: Value) -> Value {
    let Value::Object(more) = more else { panic!("an object") };
    spec.as_object_mut().unwrap().extend(more);
    spec
}

const HELLO: &str = "/v1/tenants/acme/deployments/hello";
const NEW: &str = "/v1/tenants/acme/deployments/new";
const VERSIONS: &str = "/v1/plugins/greeter/versions";

#[tokio::test]
async fn versions_and_constraints_that_cannot_be() {
    let world = world().await;
    let sha256 = digest(GREETER_1_0_0);
    let published = |version: &str| json!({ "plugin": "greeter", "version": version, "sha256": sha256 });

    let problem = world.refuses(Method::POST, VERSIONS, published("1.0")).await;
    says(&problem, ErrorCode::Malformed, &["\"1.0\" is not a semantic version", "MAJOR.MINOR.PATCH"]);
    let problem = world.refuses(Method::POST, VERSIONS, published("1.0.0+linux")).await;
    says(&problem, ErrorCode::Malformed, &["\"1.0.0+linux\" carries build metadata (`+linux`)", "publish it as a version of its own"]);
    let problem = world.refuses(Method::PUT, NEW, wanted(greeter("not a version"))).await;
    says(&problem, ErrorCode::Malformed, &["not a version"]);
    let problem = world.refuses(Method::PUT, NEW, wanted(greeter("~> 3.0"))).await;
    says(&problem, ErrorCode::NoMatchingVersion, &["no version of greeter satisfies ~> 3.0", "published: 1.0.0, 1.1.0, 2.0.0"]);
    let planned = json!({ "spec": greeter("~> 1.0"), "resolved_version": "2.0.0" });
    let problem = world.refuses(Method::PUT, NEW, planned).await;
    says(&problem, ErrorCode::Invalid, &["version 2.0.0 of \"greeter\" does not satisfy \"~> 1.0\"", "leave out `resolved_version`"]);
}

#[tokio::test]
async fn bytes_that_are_no_plugin_are_not_kept() {
    let world = world().await;
    let core = b"(module (memory 1) (func (export \"run\")))".to_vec();
    let mute = b"(component (core module (func)))".to_vec();
    // As a binary: a component's head, and a section that announces more than there is.
    let mut truncated = b"\0asm\x0d\0\x01\0".to_vec();
    truncated.extend([0x01, 0x64, 0x00]);
    let half = GREETER_1_0_0[..GREETER_1_0_0.len() / 2].to_vec();
    let cases: [(Vec<u8>, ErrorCode, &[&str]); 6] = [
        (b"%PDF-1.7 and so on".to_vec(), ErrorCode::ComponentInvalid, &["not WebAssembly", "%PDF", "give a component, `.wasm` or `.wat`"]),
        (Vec::new(), ErrorCode::ComponentInvalid, &["not WebAssembly: the file is empty"]),
        (truncated, ErrorCode::ComponentInvalid, &["truncated: 11 bytes are there", "copy or build the file again"]),
        (half, ErrorCode::ComponentInvalid, &["build the file again"]),
        (core, ErrorCode::ComponentInvalid, &["a core module, not a component", "wasm-tools component new"]),
        (mute, ErrorCode::ComponentNoHandler, &["does not export wasi:http/incoming-handler", "implements the world wasi:http/proxy"]),
    ];
    for (bytes, code, parts) in cases {
        let sha256 = digest(&bytes);
        let problem = world.refuses_with(Method::PUT, &format!("/v1/components/{sha256}"), &[], bytes).await;
        says(&problem, code, parts);
        let unknown = world.server.ask(Method::GET, &format!("/v1/components/{sha256}"), None).await.problem();
        says(&unknown, ErrorCode::ComponentNotFound, &[&sha256.to_string(), "upload its bytes"]);
        let publish = json!({ "plugin": "greeter", "version": "9.0.0", "sha256": sha256 });
        let problem = world.refuses(Method::POST, VERSIONS, publish).await;
        says(&problem, ErrorCode::ComponentNotFound, &[&sha256.to_string()]);
    }
}

#[tokio::test]
async fn bytes_under_another_digest_are_not_kept() {
    let world = world().await;
    let (announced, sent) = (digest(GREETER_1_1_0), variant(GREETER_1_1_0, 1));
    let other = variant(GREETER_1_0_0, 2);
    let problem = world.refuses_with(Method::PUT, &format!("/v1/components/{}", digest(&other)), &[], sent.clone()).await;
    let parts = [digest(&sent).to_string(), digest(&other).to_string(), format!("{} bytes received", sent.len()), "send it again".into()];
    says(&problem, ErrorCode::DigestMismatch, &parts.each_ref().map(String::as_str));
    // One that is kept already stays what it was.
    let problem = world.refuses_with(Method::PUT, &format!("/v1/components/{announced}"), &[], sent).await;
    says(&problem, ErrorCode::DigestMismatch, &[&announced.to_string()]);
    let problem = world.refuses_with(Method::PUT, "/v1/components/abc", &[], "x").await;
    says(&problem, ErrorCode::Invalid, &["abc"]);
}

#[tokio::test]
async fn a_number_is_published_once_and_comes_back_only_with_its_bytes() {
    let world = world().await;
    let other = variant(GREETER_1_1_0, 1);
    world.server.client.upload_component(&digest(&other), other.clone().into()).await.unwrap();
    let spec = json!({ "plugin": "greeter", "version": "1.1.0", "sha256": digest(&other) });
    let both = [digest(GREETER_1_1_0).to_string(), digest(&other).to_string()];
    let problem = world.refuses(Method::POST, VERSIONS, spec.clone()).await;
    says(&problem, ErrorCode::VersionConflict, &["version 1.1.0 of greeter is published with other content", &both[0], &both[1]]);

    world.server.client.retire_version("greeter", &"1.1.0".parse().unwrap()).await.unwrap();
    let problem = world.refuses(Method::POST, VERSIONS, spec).await;
    says(&problem, ErrorCode::VersionConflict, &["version 1.1.0 of greeter is retired, but was published", &both[0], &both[1]]);
    world.server.publish("greeter", "1.1.0", GREETER_1_1_0).await.unwrap();
}

#[tokio::test]
async fn specs_that_cannot_be_read_or_cannot_hold() {
    let world = world().await;
    let refuse = async |spec: Value| world.refuses(Method::PUT, NEW, wanted(spec)).await;
    let strategy = |strategy: Value| with(greeter("1.0.0"), json!({ "strategy": strategy }));
    let problem = refuse(strategy(json!({ "direct": {}, "canary": {} }))).await;
    says(&problem, ErrorCode::Malformed, &["`strategy` takes exactly one of `direct`, `rolling`, ", "and has `direct` and `canary`"]);
    let problem = refuse(strategy(json!({}))).await;
    says(&problem, ErrorCode::Malformed, &["`strategy` takes exactly one of `direct`, `rolling`, ", "and has none"]);
    let problem = refuse(strategy(json!({ "sideways": {} }))).await;
    says(&problem, ErrorCode::Malformed, &["unknown field `sideways`, expected one of `direct`, `rolling`"]);
    let problem = refuse(with(greeter("1.0.0"), json!({ "colour": "blue" }))).await;
    says(&problem, ErrorCode::Malformed, &["unknown field `colour`", "instances", "/openapi.json"]);
    let steps = json!({ "canary": { "steps": [{ "weight": 50 }, { "weight": 10 }, { "weight": 101 }] } });
    let problem = refuse(with(strategy(steps), json!({ "instances": 0 }))).await;
    says(&problem, ErrorCode::Invalid, &["deployment \"new\" is not valid", "instances: is 0; a deployment has 1 to 1000 instances"]);
    let fields: Vec<_> = problem.errors.iter().map(|fault| fault.field.as_str()).collect();
    assert_eq!(fields, ["instances", "strategy.canary.steps[1].weight", "strategy.canary.steps[2].weight"], "{problem}");
    let problem = world.refuses(Method::POST, "/v1/tenants", json!({ "name": "No Name" })).await;
    says(&problem, ErrorCode::Malformed, &["tenant name \"No Name\"", "lower-case letters"]);
    let problem = world.refuses(Method::PUT, "/v1/tenants/acme/deployments/No_Name", wanted(greeter("1.0.0"))).await;
    says(&problem, ErrorCode::Invalid, &["deployment name \"No_Name\"", "lower-case letters"]);
}

#[tokio::test]
async fn what_is_referred_to_must_be_there() {
    let world = world().await;
    let problem = world.refuses(Method::PUT, "/v1/tenants/nobody/deployments/hello", wanted(greeter("1.0.0"))).await;
    says(&problem, ErrorCode::TenantNotFound, &["there is no tenant \"nobody\"", "`GET /v1/tenants`"]);
    let problem = world.refuses(Method::PUT, NEW, wanted(with(greeter("1.0.0"), json!({ "plugin": "nothing" })))).await;
    says(&problem, ErrorCode::PluginNotFound, &["there is no plugin \"nothing\"", "`GET /v1/plugins`"]);
    let publish = json!({ "plugin": "nothing", "version": "1.0.0", "sha256": digest(GREETER_1_0_0) });
    let problem = world.refuses(Method::POST, "/v1/plugins/nothing/versions", publish).await;
    says(&problem, ErrorCode::PluginNotFound, &["there is no plugin \"nothing\""]);
    let problem = world.refuses(Method::DELETE, "/v1/plugins/greeter/versions/9.9.9", Value::Null).await;
    says(&problem, ErrorCode::VersionNotFound, &["plugin \"greeter\" has no version 9.9.9", "retired=true"]);
    let problem = world.refuses(Method::DELETE, NEW, Value::Null).await;
    says(&problem, ErrorCode::DeploymentNotFound, &["tenant \"acme\" has no deployment \"new\"", "lists those it has"]);
    let problem = world.refuses(Method::GET, "/v2/tenants", Value::Null).await;
    says(&problem, ErrorCode::NotFound, &["there is nothing at GET /v2/tenants", "/openapi.json"]);
}

#[tokio::test]
async fn a_quota_is_refused_with_limit_use_and_request() {
    let world = world().await;
    let other = variant(GREETER_1_0_0, 1);
    world.server.plugin("other").await;
    world.server.publish("other", "1.0.0", &other).await.unwrap();
    let quotas = json!({ "max_plugins": 1, "max_instances": 3, "max_memory_mb": 100, "max_storage_mb": 1 });
    world.server.tenant("small", json!({ "quotas": quotas })).await;
    world.server.deploy("small", "first", &with(greeter("1.0.0"), json!({ "sandbox": { "memory_mb": 32 } }))).await;
    let path = "/v1/tenants/small/deployments/second";
    let small = json!({ "instances": 1, "sandbox": { "memory_mb": 8 } });

    let spec = with(with(greeter("1.0.0"), small.clone()), json!({ "plugin": "other" }));
    let problem = world.refuses(Method::PUT, path, wanted(spec)).await;
    let sentence = "tenant \"small\" would exceed its quota: max_plugins is 1, 1 are used by other deployments, 1 are requested here";
    says(&problem, ErrorCode::QuotaExceeded, &[sentence, "raise the tenant's `quotas`, or ask for less"]);

    let spec = with(with(greeter("1.0.0"), small.clone()), json!({ "instances": 3 }));
    let problem = world.refuses(Method::PUT, path, wanted(spec)).await;
    says(&problem, ErrorCode::QuotaExceeded, &["max_instances is 3, 1 are used by other deployments, 3 are requested here"]);

    let spec = with(greeter("1.0.0"), json!({ "sandbox": { "memory_mb": 69 } }));
    let problem = world.refuses(Method::PUT, path, wanted(spec)).await;
    says(&problem, ErrorCode::QuotaExceeded, &["max_memory_mb is 100, 32 are used by other deployments, 69 are requested here"]);

    // A plugin of more than a MiB.
    let mut large = GREETER_1_0_0.to_vec();
    large.extend(b"\n;;");
    large.resize(1 << 20, b'x');
    large.push(b'\n');
    world.server.publish("greeter", "1.2.0", &large).await.unwrap();
    let problem = world.refuses(Method::PUT, path, wanted(with(greeter("1.2.0"), small.clone()))).await;
    says(&problem, ErrorCode::QuotaExceeded, &["max_storage_mb is 1, ", " are requested here"]);

    // Within the quotas it goes.
    world.server.deploy("small", "second", &with(greeter("1.0.0"), small)).await;
    let usage = world.server.client.get_tenant("small").await.unwrap().usage.unwrap();
    assert_eq!((usage.deployments, usage.plugins, usage.instances, usage.memory_mb), (2, 1, 2, 40));
}

#[tokio::test]
async fn a_tenant_changes_so_often_an_hour_and_runs_what_it_may() {
    let world = world().await;
    world.server.tenant("calm", json!({ "rate_limits": { "deployments_per_hour": 1 } })).await;
    world.server.deploy("calm", "hello", &greeter("1.0.0")).await;
    let problem = world.refuses(Method::PUT, "/v1/tenants/calm/deployments/hello", wanted(greeter("1.1.0"))).await;
    let sentence = "tenant \"calm\" made 1 revisions within the last hour; its `deployments_per_hour` is 1";
    says(&problem, ErrorCode::RateLimited, &[sentence, "wait, or raise"]);

    world.server.tenant("picky", json!({ "allowed_categories": ["auth", "search"] })).await;
    let problem = world.refuses(Method::PUT, "/v1/tenants/picky/deployments/hello", wanted(greeter("1.0.0"))).await;
    let parts = ["tenant \"picky\" may run plugins of the categories auth, search; that of \"greeter\" is none", "`allowed_categories`"];
    says(&problem, ErrorCode::CategoryNotAllowed, &parts);
}

#[tokio::test]
async fn a_suspended_tenant_is_not_served_and_changes_nothing_until_it_is_active() {
    let world = world().await;
    let suspend = async |status: &str| {
        let changed = world.server.ask(Method::PUT, "/v1/tenants/acme", Some(json!({ "name": "acme", "status": status }))).await;
        assert_eq!(changed.status, 200, "{changed:?}");
    };
    suspend("suspended").await;
    let answer = world.server.call("acme", "hello", "/").await;
    assert_eq!((answer.status, &answer.headers["x-hotswap-error"]), (403, &"tenant_suspended".parse().unwrap()));
    assert!(answer.text.contains("tenant acme is suspended and not served"), "{}", answer.text);
    let before = world.server.everything(&world.data).await;
    let refused = world.server.ask(Method::PUT, HELLO, Some(wanted(greeter("1.1.0")))).await.problem();
    says(&refused, ErrorCode::TenantSuspended, &["tenant \"acme\" is suspended", "set the tenant's `status` to \"active\""]);
    pretty_eq(&world.server.everything(&world.data).await, &before);
    suspend("active").await;
    assert_eq!(world.server.call("acme", "hello", "/").await.status, 200);
}

#[tokio::test]
async fn without_the_right_token_nothing_is_told() {
    let world = world().await;
    let before = world.server.everything(&world.data).await;
    let wrong = world.server.client_with_token(Some("hst_wrong")).list_tenants().await.unwrap_err();
    assert!(matches!(wrong, ClientError::TokenRefused { .. }), "{wrong:?}");
    let told = wrong.to_string();
    assert!(told.contains(&world.server.api) && told.contains("refuses the token from the test; compare it with admin.token"), "{told}");
    assert!(!told.contains("hst_wrong"), "{told}");
    let none = world.server.client_with_token(None).list_tenants().await.unwrap_err().to_string();
    assert!(none.contains("wants a token and none was found") && none.contains("HOTSWAP_TOKEN"), "{none}");
    for (header, sentence) in [(None, "the request has no token"), (Some("Bearer nonsense"), "the token is not this server's")] {
        let mut request = world.server.http.delete(format!("{}{HELLO}", world.server.api));
        if let Some(header) = header {
            request = request.header("authorization", header);
        }
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let answer = Answer { status, headers, text: response.text().await.unwrap() };
        says(&answer.problem(), ErrorCode::Unauthorized, &[sentence, "Authorization: Bearer", "admin.token"]);
    }
    world.is_as(before).await;
}

#[tokio::test]
async fn a_server_that_is_down_is_named_with_how_to_start_it() {
    let data = DataFolder::new();
    let server = Server::start(&data).await;
    let client = server.client.clone();
    let (status, _) = server.stop().await;
    assert!(status.success());
    let message = client.list_tenants().await.unwrap_err().to_string();
    let endpoint = client.endpoint().to_string();
    assert!(message.contains(&format!("cannot reach hotswap at {endpoint}: ")), "{message}");
    assert!(message.contains("start it with `hotswap serve`, or set HOTSWAP_ENDPOINT"), "{message}");
}

#[tokio::test]
async fn a_name_is_taken_once() {
    let world = world().await;
    let problem = world.refuses(Method::POST, "/v1/tenants", json!({ "name": "acme" })).await;
    says(&problem, ErrorCode::NameTaken, &["tenant \"acme\" exists already (as ten_", "import the tenant"]);
    let problem = world.refuses(Method::POST, "/v1/plugins", json!({ "name": "greeter" })).await;
    says(&problem, ErrorCode::NameTaken, &["plugin \"greeter\" exists already (as plg_", "import the plugin"]);
    let body = wanted(greeter("1.1.0")).to_string();
    let problem = world.refuses_with(Method::PUT, HELLO, &[("if-none-match", "*")], body).await;
    says(&problem, ErrorCode::NameTaken, &["deployment \"acme/hello\" exists already (as dep_", "import the deployment"]);
}

#[tokio::test]
async fn a_change_of_what_was_not_seen_is_refused() {
    let world = world().await;
    let stale = [("if-match", "\"7\"")];
    let body = wanted(greeter("1.1.0")).to_string();
    let problem = world.refuses_with(Method::PUT, HELLO, &stale, body).await;
    says(&problem, ErrorCode::EtagMismatch, &["deployment \"acme/hello\" is at revision 1, not 7", "read it again"]);
    let problem = world.refuses_with(Method::PUT, "/v1/tenants/acme", &stale, json!({ "name": "acme" }).to_string()).await;
    says(&problem, ErrorCode::EtagMismatch, &["tenant \"acme\" changed since it was read", "read it again"]);
    let problem = world.refuses_with(Method::PUT, "/v1/plugins/greeter", &stale, json!({ "name": "greeter" }).to_string()).await;
    says(&problem, ErrorCode::EtagMismatch, &["plugin \"greeter\" changed since it was read", "read it again"]);
    let foreign = [("if-match", "\"abc\"")];
    let problem = world.refuses_with(Method::PUT, "/v1/tenants/acme", &foreign, json!({ "name": "acme" }).to_string()).await;
    says(&problem, ErrorCode::EtagMismatch, &["the etag \"abc\" is none of this server's", "send the etag"]);
}

#[tokio::test]
async fn what_is_still_in_use_is_not_removed() {
    let world = world().await;
    let problem = world.refuses(Method::DELETE, "/v1/tenants/acme", Value::Null).await;
    says(&problem, ErrorCode::TenantInUse, &["tenant \"acme\" still has 1 deployments: hello", "delete them first"]);
    let problem = world.refuses(Method::DELETE, "/v1/plugins/greeter", Value::Null).await;
    says(&problem, ErrorCode::PluginInUse, &["plugin \"greeter\" is still run by 1 deployments", "delete those deployments first"]);
    world.server.client.delete_deployment("acme", "hello").await.unwrap();
    let refused = world.server.ask(Method::DELETE, "/v1/plugins/greeter", None).await.problem();
    says(&refused, ErrorCode::PluginInUse, &["still has published versions: 1.0.0, 1.1.0, 2.0.0", "retire them first"]);
    for version in ["1.0.0", "1.1.0", "2.0.0"] {
        world.server.client.retire_version("greeter", &version.parse().unwrap()).await.unwrap();
    }
    world.server.client.delete_plugin("greeter").await.unwrap();
    world.server.client.delete_tenant("acme").await.unwrap();
    assert_eq!(world.data.components(), [] as [&str; 0], "nothing is kept that nothing refers to");
}

#[tokio::test]
async fn an_idempotency_key_stands_for_one_request() {
    let world = world().await;
    let key = [("idempotency-key", "once-and-for-all")];
    let body = json!({ "name": "twice" }).to_string();
    let first = world.server.ask_with(Method::POST, "/v1/tenants", &key, Some(body.clone().into())).await;
    let before = world.server.everything(&world.data).await;
    let again = world.server.ask_with(Method::POST, "/v1/tenants", &key, Some(body.into())).await;
    assert_eq!((first.status, again.status), (201, 201));
    assert_eq!(first.json(), again.json());
    world.is_as(before).await;
    let problem = world.refuses_with(Method::POST, "/v1/tenants", &key, json!({ "name": "thrice" }).to_string()).await;
    let sentence = "the idempotency key \"once-and-for-all\" came with another request before";
    says(&problem, ErrorCode::IdempotencyConflict, &[sentence, "use a new key"]);
}

#[tokio::test]
async fn bodies_that_cannot_be_read() {
    let world = world().await;
    let problem = world.refuses_with(Method::POST, "/v1/tenants", &[], "{\"name\": ").await;
    says(&problem, ErrorCode::Malformed, &["the body cannot be read", "line 1 column", "/openapi.json"]);
    let problem = world.refuses(Method::POST, "/v1/tenants", json!({ "name": 7 })).await;
    says(&problem, ErrorCode::Malformed, &["the body cannot be read", "integer `7`"]);
    let problem = world.refuses(Method::GET, "/v1/tenants?colour=blue", Value::Null).await;
    says(&problem, ErrorCode::Malformed, &["colour"]);
    let problem = world.refuses_with(Method::POST, "/v1/tenants", &[], vec![b' '; 3 << 20]).await;
    says(&problem, ErrorCode::TooLarge, &["the body has more than 2 MiB", "components are uploaded with"]);
}

#[tokio::test]
async fn many_at_once_spend_a_quota_once() {
    let world = world().await;
    let world = Arc::new(world);
    world.server.tenant("small", json!({ "quotas": { "max_instances": 2 } })).await;
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..8 {
        let world = Arc::clone(&world);
        tasks.spawn(async move {
            world.server.ask(Method::PUT, &format!("/v1/tenants/small/deployments/d{number}"), Some(wanted(greeter("1.0.0")))).await
        });
    }
    let mut accepted = 0;
    while let Some(answer) = tasks.join_next().await {
        let answer = answer.unwrap();
        match answer.status {
            201 => accepted += 1,
            _ => {
                says(&answer.problem(), ErrorCode::QuotaExceeded, &["max_instances is 2, 2 are used by other deployments, 1 are requested"])
            }
        }
    }
    assert_eq!(accepted, 2);
    assert_eq!(world.server.client.get_tenant("small").await.unwrap().usage.unwrap().instances, 2);
}
