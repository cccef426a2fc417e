//! A provider's process, started by hand as for a debugger, and a client of it.

use std::{
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use hotswap_value::{Type, Value, msgpack};
use serde_json::Value as Json;
use tonic::transport::{Channel, Endpoint};

/// The wire types and the client.
#[allow(dead_code, missing_docs, clippy::all, clippy::unwrap_used, unreachable_pub)]
pub(crate) mod wire {
    include!(concat!(env!("OUT_DIR"), "/client/tfplugin6.rs"));
}

use wire::{
    DynamicValue, RawState, ResourceIdentityData, Schema, configure_provider, get_provider_schema, provider_client::ProviderClient,
};

/// Both ways, as Terraform's.
const MOST_BYTES: usize = 256 << 20;

/// A running provider. It ends when this is dropped.
pub(crate) struct Provider {
    process: Child,
    pub(crate) client: ProviderClient<Channel>,
    pub(crate) schema: get_provider_schema::Response,
}

impl Drop for Provider {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Provider {
    /// The provider of the hotswap_* types, not configured.
    pub(crate) async fn hotswap() -> Self {
        Self::start(Path::new(env!("CARGO_BIN_EXE_terraform-provider-hotswap"))).await
    }

    /// The toy provider, whose things are files in `folder`.
    pub(crate) async fn toy(folder: &Path) -> Self {
        let test = std::env::current_exe().unwrap();
        let program = test.parent().and_then(Path::parent).unwrap().join("examples/toy_provider");
        assert!(program.exists(), "{} is missing; build it with `cargo build -p hotswap-provider --examples`", program.display());
        let mut toy = Self::start(&program).await;
        toy.configure(Value::object([("folder", folder.to_str().unwrap())])).await;
        toy
    }

    async fn start(program: &Path) -> Self {
        let mut process = Command::new(program).arg("--debug").env_remove("TF_LOG").stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines().map(Result::unwrap);
        let variable = lines.find_map(|line| line.trim().strip_prefix("export TF_REATTACH_PROVIDERS=").map(str::to_owned)).unwrap();
        let attach: Json = serde_json::from_str(variable.trim_matches('\'')).unwrap();
        let socket = PathBuf::from(attach.as_object().unwrap().values().next().unwrap()["Addr"]["String"].as_str().unwrap());
        let channel = Endpoint::from_shared(format!("unix://{}", socket.display())).unwrap().connect().await.unwrap();
        let mut client = ProviderClient::new(channel).max_decoding_message_size(MOST_BYTES).max_encoding_message_size(MOST_BYTES);
        let schema = client.get_provider_schema(get_provider_schema::Request {}).await.unwrap().into_inner();
        Self { process, client, schema }
    }

    /// Configures it.
    pub(crate) async fn configure(&mut self, config: Value) {
        let config = dynamic(config, &ty(self.schema.provider.as_ref().unwrap()));
        let request = configure_provider::Request { terraform_version: "1.13.0".into(), config, client_capabilities: None };
        let response = self.client.configure_provider(request).await.unwrap().into_inner();
        assert_eq!(response.diagnostics, []);
    }

    /// The type of a resource block.
    pub(crate) fn resource(&self, name: &str) -> Type {
        ty(&self.schema.resource_schemas[name])
    }
}

/// The type a schema on the wire describes.
pub(crate) fn ty(schema: &Schema) -> Type {
    object(&schema.block.as_ref().unwrap().attributes)
}

fn object(attributes: &[wire::schema::Attribute]) -> Type {
    use wire::schema::object::NestingMode;

    let of = |attribute: &wire::schema::Attribute| match &attribute.nested_type {
        None => Type::from_json_slice(&attribute.r#type).unwrap(),
        Some(nested) => {
            let object = object(&nested.attributes);
            match nested.nesting() {
                NestingMode::Single => object,
                NestingMode::List => Type::list(object),
                NestingMode::Set => Type::set(object),
                NestingMode::Map => Type::map(object),
                NestingMode::Invalid => panic!("{} has no nesting", attribute.name),
            }
        }
    };
    Type::object(attributes.iter().map(|attribute| (attribute.name.clone(), of(attribute))))
}

/// A value of a type on the wire; what is not said is null.
pub(crate) fn dynamic(value: Value, ty: &Type) -> Option<DynamicValue> {
    Some(DynamicValue { msgpack: msgpack::encode(&ty.conform(value).unwrap(), ty).unwrap(), json: Vec::new() })
}

/// A value from the wire.
#[track_caller]
pub(crate) fn value(value: Option<&DynamicValue>, ty: &Type) -> Value {
    msgpack::decode(&value.expect("there is a value").msgpack, ty).unwrap()
}

/// State as it is stored.
pub(crate) fn stored(json: &str) -> Option<RawState> {
    Some(RawState { json: json.as_bytes().to_vec(), flatmap: Default::default() })
}

/// An identity on the wire, all of whose attributes are text.
pub(crate) fn identity<const N: usize>(attributes: [(&str, &str); N]) -> Option<ResourceIdentityData> {
    let ty = Type::object(attributes.map(|(name, _)| (name, Type::String)));
    Some(ResourceIdentityData { identity_data: dynamic(Value::object(attributes), &ty) })
}

/// What went wrong, as `summary: detail`.
pub(crate) fn told(diagnostics: &[wire::Diagnostic]) -> Vec<String> {
    diagnostics.iter().map(|told| format!("{}: {}", told.summary, told.detail)).collect()
}
