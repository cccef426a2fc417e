//! The provider: its block, the client made from it, and every type by name.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use hotswap_client::{Client, ClientConfig, Endpoint, Explicit, Token, credentials, endpoint};
use hotswap_sdk::schema::attribute::{boolean, string};
use hotswap_sdk::validators::Validator;
use hotswap_sdk::{
    ConfigureRequest, DataSource, Diagnostic, Diagnostics, EphemeralResource, Function, ListResource, Provider, Resource, Review,
    ReviewedChange, Schema, async_trait,
};
use hotswap_value::Value;

use crate::connection::Connection;
use crate::diagnose::{client_error, sentence};
use crate::object::Object;
use crate::{data, deployment, functions, list, plugin, plugin_version, review, tenant, token};

/// How long one call to the server may take, its retries included.
const CALL_TIMEOUT: Duration = Duration::from_secs(60);

/// Looks an environment variable up; absent if it is not set, or no text.
pub type Variable = dyn Fn(&str) -> Option<String> + Send + Sync;

/// What the provider knows of the process it is in.
pub struct ProviderEnvironment {
    /// Looks an environment variable up.
    pub variable: Box<Variable>,
    /// Who is calling, with its version, for the server's log: `terraform-provider-hotswap/0.1.0`.
    pub user_agent: String,
}

impl fmt::Debug for ProviderEnvironment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProviderEnvironment").field("user_agent", &self.user_agent).finish_non_exhaustive()
    }
}

/// The provider of the hotswap_* types.
pub fn provider(environment: ProviderEnvironment) -> Arc<dyn Provider> {
    let connection = Arc::new(Connection::default());
    Arc::new(Hotswap {
        schema: schema(),
        environment,
        resources: BTreeMap::from([
            ("hotswap_tenant".to_owned(), tenant::resource(connection.clone())),
            ("hotswap_plugin".to_owned(), plugin::resource(connection.clone())),
            ("hotswap_plugin_version".to_owned(), plugin_version::resource(connection.clone())),
            ("hotswap_deployment".to_owned(), deployment::resource(connection.clone())),
            ("hotswap_token".to_owned(), token::resource(connection.clone())),
        ]),
        ephemeral_resources: BTreeMap::from([("hotswap_token".to_owned(), token::ephemeral::resource(connection.clone()))]),
        data_sources: data::all(&connection),
        list_resources: list::all(&connection),
        functions: functions::all(),
        connection,
    })
}

struct Hotswap {
    schema: Schema,
    environment: ProviderEnvironment,
    connection: Arc<Connection>,
    resources: BTreeMap<String, Arc<dyn Resource>>,
    data_sources: BTreeMap<String, Arc<dyn DataSource>>,
    list_resources: BTreeMap<String, Arc<dyn ListResource>>,
    ephemeral_resources: BTreeMap<String, Arc<dyn EphemeralResource>>,
    functions: BTreeMap<String, Arc<dyn Function>>,
}

fn schema() -> Schema {
    let description = "Declares tenants, plugins and deployments of a hotswap platform and rolls plugin versions \
                       out without dropping a request. On the machine the server runs on, the provider needs no configuration; \
                       elsewhere it needs an endpoint and a token.";
    Schema::new(0, description)
        .attribute(
            "endpoint",
            string().describe(
                "Where the server is, such as `https://hotswap.example.org`. Default: `HOTSWAP_ENDPOINT`, else `http://127.0.0.1:7700`.",
            ),
        )
        .attribute(
            "token",
            string().sensitive().describe(
                "What opens the server. Default: `HOTSWAP_TOKEN`, else the file `admin.token` in the folder that `HOTSWAP_DATA_DIR` names, else in `~/.local/share/hotswap`.",
            ),
        )
        .attribute(
            "allow_plain_http",
            boolean().describe(
                "Whether plain HTTP may be spoken to another machine, which shows the token to everybody on the way. Default: `false`.",
            ),
        )
        .validate(Validator::new("`endpoint` must be a URL; plain HTTP to another machine must be asked for", |config, _| {
            let known = ["endpoint", "allow_plain_http"].iter().all(|name| !config.get(name).is_unknown());
            match config.get("endpoint").as_str().filter(|_| known) {
                Some(text) => Endpoint::parse(text, config.get("allow_plain_http").as_bool().unwrap_or(false))
                    .err()
                    .map(|error| Diagnostic::error("Invalid endpoint", sentence(error)).at("endpoint"))
                    .into_iter()
                    .collect(),
                None => Vec::new(),
            }
        }))
}

#[async_trait]
impl Provider for Hotswap {
    fn schema(&self) -> &Schema {
        &self.schema
    }

    async fn configure(&self, request: ConfigureRequest) -> Diagnostics {
        if !request.config.is_wholly_known() {
            return Diagnostics::new();
        }
        match self.client(&request.config) {
            Ok(client) => {
                self.connection.connect(client);
                Diagnostics::new()
            }
            Err(diagnostics) => diagnostics,
        }
    }

    fn resources(&self) -> &BTreeMap<String, Arc<dyn Resource>> {
        &self.resources
    }

    fn data_sources(&self) -> &BTreeMap<String, Arc<dyn DataSource>> {
        &self.data_sources
    }

    fn list_resources(&self) -> &BTreeMap<String, Arc<dyn ListResource>> {
        &self.list_resources
    }

    fn ephemeral_resources(&self) -> &BTreeMap<String, Arc<dyn EphemeralResource>> {
        &self.ephemeral_resources
    }

    fn functions(&self) -> &BTreeMap<String, Arc<dyn Function>> {
        &self.functions
    }

    async fn review(&self, changes: &[ReviewedChange]) -> Review {
        review::review(changes, self.connection.client()).await
    }

    fn stop(&self) {
        self.connection.stop.request();
    }
}

impl Hotswap {
    fn client(&self, config: &Value) -> Result<Client, Diagnostics> {
        let config = Object::root(config);
        let explicit = Explicit {
            endpoint: config.text("endpoint"),
            token: config.text("token").map(Token::new),
            allow_plain_http: config.truth("allow_plain_http").unwrap_or(false),
        };
        let variable = &self.environment.variable;
        let endpoint =
            endpoint(&explicit, variable).map_err(|error| Diagnostic::error("Invalid endpoint", sentence(error)).at("endpoint"))?;
        let credentials = credentials(&explicit, variable, |path| std::fs::read_to_string(path));
        let config = ClientConfig { endpoint, credentials, timeout: CALL_TIMEOUT, user_agent: self.environment.user_agent.clone() };
        Client::new(config).map_err(|error| client_error(&error))
    }
}

#[cfg(test)]
mod tests {
    use hotswap_sdk::apply::ApplyRequest;

    use super::*;
    use crate::testing::{block, errors, plan, unconfigured};

    fn config(endpoint: Value) -> Value {
        schema().ty().conform(Value::object([("endpoint", endpoint)])).unwrap()
    }

    async fn configured(endpoint: Value) -> (Arc<dyn Provider>, Diagnostics) {
        let provider = unconfigured();
        let diagnostics = provider.configure(ConfigureRequest { config: config(endpoint), client_version: "1.11.4".into() }).await;
        (provider, diagnostics)
    }

    async fn create(provider: &dyn Provider) -> Vec<String> {
        let tenant = &*provider.resources()["hotswap_tenant"];
        let config = block(tenant, [("name", "acme".into())]);
        let planned = plan(tenant, None, config.clone()).await;
        assert_eq!(errors(&planned.diagnostics), Vec::<String>::new());
        let request = ApplyRequest { prior: None, planned: Some(planned.planned), config, private: vec![], operation: Default::default() };
        let response = hotswap_sdk::apply::resource_change(tenant, request).await;
        assert_eq!(response.state, None);
        errors(&response.diagnostics)
    }

    #[tokio::test]
    async fn an_endpoint_that_is_not_known_yet_is_an_error_only_when_it_is_needed() {
        let (provider, diagnostics) = configured(Value::Unknown).await;
        assert!(diagnostics.is_empty());
        let told = create(&*provider).await;
        assert!(told.len() == 1 && told[0].contains("not known yet"), "{told:?}");
    }

    #[tokio::test]
    async fn a_server_that_is_down_is_named_and_nothing_is_made() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        drop(listener);
        let (provider, diagnostics) = configured(endpoint.as_str().into()).await;
        assert!(diagnostics.is_empty());
        let told = create(&*provider).await;
        assert!(told.len() == 1 && told[0].contains(&format!("Cannot reach hotswap at {endpoint}")), "{told:?}");
    }

    #[tokio::test]
    async fn plain_http_to_another_machine_must_be_asked_for_by_name() {
        let provider = unconfigured();
        let remote = config("http://10.0.0.1:7700".into());
        let told = errors(&hotswap_sdk::validate::provider(&*provider, &remote).await);
        assert!(told.len() == 1 && told[0].starts_with("endpoint: ") && told[0].contains("allow_plain_http"), "{told:?}");
        let asked = remote.with("allow_plain_http", true);
        assert!(hotswap_sdk::validate::provider(&*provider, &asked).await.is_empty());
    }
}
