//! `hotswap serve`: the platform in one process; for good, or with `--ephemeral` for as long as one command runs.

mod ephemeral;
mod signals;

use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;
use clap::Args;
use hotswap_client::data_dir;
use hotswap_platform::{DatabaseConfig, DatabaseUrl, Endpoints, MasterKeySource, RedisUrl, ServeConfig, StorageConfig};
use hotswap_storage::{Location, S3Config};
use hotswap_wasm::{WasmConfig, WasmRuntime, map_count_advice};
use tokio_util::sync::CancellationToken;

use crate::exit::Exit;
use crate::logging::{self, LogFormat};

/// Run the platform: API, gateway, rollouts and plugins in one process
///
/// Everything it keeps is in the data folder: database, components, compiled code, the token of the administrator
/// (`admin.token`) and the key that secrets are sealed under (`master.key`), both made at the first start; the database
/// may be on a PostgreSQL server instead. Ctrl-C or SIGTERM stops it once the requests in flight are answered; what was
/// being rolled out goes on at the next start.
///
/// With `--ephemeral -- CMD` the server is for one command: it listens on free ports, keeps what it has in a folder of
/// its own, and both go when the command ends. The command finds it through HOTSWAP_ENDPOINT, HOTSWAP_TOKEN,
/// HOTSWAP_GATEWAY and HOTSWAP_DATA_DIR. Its exit code is this one's.
#[derive(Debug, Args)]
pub(crate) struct ServeArgs {
    /// Run this command against a server of its own, and stop the server when it ends
    #[arg(long, requires = "command", conflicts_with = "data_dir")]
    ephemeral: bool,
    /// Where everything is kept; one server at a time [default: HOTSWAP_DATA_DIR, else `hotswap` in your folder for
    /// data, ~/.local/share]
    #[arg(long, value_name = "FOLDER")]
    data_dir: Option<PathBuf>,
    /// Keep the database on a PostgreSQL server instead: `postgres://user@host/database`. A password is better said in
    /// HOTSWAP_DATABASE_URL, which may hold this, or in PGPASSWORD or ~/.pgpass: arguments are seen by others
    #[arg(long, value_name = "URL", conflicts_with = "ephemeral")]
    database_url: Option<String>,
    /// The same database as the role that owns its tables, used once to bring them up to date [default:
    /// HOTSWAP_DATABASE_OWNER_URL, else the role of --database-url does]
    #[arg(long, value_name = "URL", conflicts_with = "ephemeral")]
    database_owner_url: Option<String>,
    /// Remember what was read of plugins and versions in Redis, too, which several servers share: `redis://host:6379`. A
    /// password is better said in HOTSWAP_CACHE, which may hold this. Without it, nothing is lost but time
    #[arg(long, value_name = "URL", conflicts_with = "ephemeral")]
    cache: Option<String>,
    /// Keep the bytes of components elsewhere: in a folder, or `s3://bucket/prefix`, with AWS_ACCESS_KEY_ID,
    /// AWS_SECRET_ACCESS_KEY, AWS_REGION and, for servers that aren't Amazon's, AWS_ENDPOINT_URL_S3 [default: HOTSWAP_STORAGE,
    /// else `components` in the data folder]
    #[arg(long, value_name = "STORAGE")]
    storage: Option<String>,
    /// Where the API listens; port 0 takes a free one [default: 127.0.0.1:7700, or a free port with --ephemeral]
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<SocketAddr>,
    /// Where the gateway listens; port 0 takes a free one [default: 127.0.0.1:7780, or a free port with --ephemeral]
    #[arg(long, value_name = "ADDRESS")]
    gateway_listen: Option<SocketAddr>,
    /// Deployments answer at `<deployment>.<tenant>.<DOMAIN>`
    #[arg(long, default_value = "localhost")]
    domain: String,
    /// Listen off loopback although nothing is encrypted: only behind a proxy that encrypts
    #[arg(long)]
    plain_http: bool,
    /// The file of the key that secrets are sealed under: 32 bytes in Base64. HOTSWAP_MASTER_KEY may hold the key itself
    /// [default: `master.key` in the data folder, made at the first start]
    #[arg(long, value_name = "FILE")]
    master_key_file: Option<PathBuf>,
    /// Most requests that plugins work on at the same time; more are answered 503
    #[arg(long, value_name = "COUNT", default_value_t = 1_000)]
    max_sandboxes: u32,
    /// How log lines look
    #[arg(long, value_enum, default_value_t = LogFormat::Text)]
    log_format: LogFormat,
    /// What is logged: error, warn, info, debug, trace, or a filter as in RUST_LOG, which goes before this [default:
    /// info; nothing with --ephemeral]
    #[arg(long, value_name = "LEVEL")]
    log_level: Option<String>,
    /// The command of --ephemeral and its arguments
    #[arg(last = true, value_name = "CMD", requires = "ephemeral")]
    command: Vec<OsString>,
}

/// Most memory one sandbox may be given; a deployment's own limit is below it.
const MOST_MEMORY: u64 = 1 << 30;

const API_PORT: u16 = 7700;
const GATEWAY_PORT: u16 = 7780;

pub(crate) fn run(args: ServeArgs) -> Exit {
    start(args).unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        Exit::Failure
    })
}

fn start(args: ServeArgs) -> anyhow::Result<Exit> {
    // RUST_LOG may be meant for the command: a throw-away server is quiet unless it is asked to speak.
    match &args.log_level {
        None if args.ephemeral => {}
        level => logging::start(args.log_format, level.as_deref().unwrap_or("info")).context("the log level cannot be used")?,
    }
    if let Some(advice) = map_count_advice(args.max_sandboxes) {
        tracing::warn!("{advice}");
    }
    let tokio = tokio::runtime::Builder::new_multi_thread().enable_all().build().context("threads cannot be started")?;
    if args.ephemeral {
        return tokio.block_on(ephemeral::run(args));
    }
    let data_dir = args
        .data_dir
        .clone()
        .or_else(|| data_dir(|name| std::env::var(name).ok()))
        .context("there is no home folder to keep data in; pass `--data-dir`")?;
    tokio.block_on(async {
        let stop = CancellationToken::new();
        tokio::spawn(signals::stop(stop.clone()));
        serve(&args, &data_dir, [API_PORT, GATEWAY_PORT], stop, |endpoints| {
            tracing::info!(api = endpoints.api, gateway = endpoints.gateway, "serving");
        })
        .await?;
        Ok(Exit::Success)
    })
}

/// Where the database is: what is said by name goes before the environment. A throw-away server has its own.
///
/// Read here and not with the other arguments: what is wrong with one of those is told with its value, and here that has a password.
fn database(args: &ServeArgs) -> anyhow::Result<DatabaseConfig> {
    let url = |given: &Option<String>, name: &'static str| -> anyhow::Result<Option<DatabaseUrl>> {
        let by_environment = || std::env::var(name).ok().filter(|text| !text.trim().is_empty() && !args.ephemeral);
        Ok(given.clone().or_else(by_environment).map(|text| text.trim().parse()).transpose()?)
    };
    let owner = url(&args.database_owner_url, "HOTSWAP_DATABASE_OWNER_URL")?;
    let url = url(&args.database_url, "HOTSWAP_DATABASE_URL")?;
    Ok(url.map_or(DatabaseConfig::DataDir, |url| DatabaseConfig::Postgres { url, owner }))
}

/// Where the cache is, read as the database's address is.
fn cache(args: &ServeArgs) -> anyhow::Result<Option<RedisUrl>> {
    let by_environment = || std::env::var("HOTSWAP_CACHE").ok().filter(|text| !text.trim().is_empty() && !args.ephemeral);
    Ok(args.cache.clone().or_else(by_environment).map(|text| text.trim().parse()).transpose()?)
}

/// Where the bytes of components are: what is said by name goes before the environment. A throw-away server has its own.
fn storage(args: &ServeArgs) -> anyhow::Result<StorageConfig> {
    let variable = |name: &str| std::env::var(name).ok().filter(|text| !text.trim().is_empty());
    let by_environment = || variable("HOTSWAP_STORAGE").filter(|_| !args.ephemeral);
    let Some(text) = args.storage.clone().or_else(by_environment) else { return Ok(StorageConfig::DataDir) };
    Ok(match text.trim().parse().context("the storage cannot be used")? {
        Location::Folder(folder) => StorageConfig::Folder(folder),
        Location::S3 { bucket, prefix } => {
            let config = S3Config::from_variables(variable).context("the storage cannot be used")?;
            StorageConfig::S3 { bucket, prefix, config }
        }
    })
}

/// Where the master key comes from: what is said by name goes before the environment.
fn master_key(args: &ServeArgs) -> MasterKeySource {
    let given = || std::env::var("HOTSWAP_MASTER_KEY").ok().filter(|key| !key.trim().is_empty());
    match &args.master_key_file {
        Some(path) => MasterKeySource::File(path.clone()),
        None => given().map_or(MasterKeySource::DataDir, MasterKeySource::Given),
    }
}

/// Serves from `data_dir` until `stop`; on these ports of 127.0.0.1 where no address is given.
async fn serve(
    args: &ServeArgs,
    data_dir: &Path,
    [api, gateway]: [u16; 2],
    stop: CancellationToken,
    ready: impl FnOnce(&Endpoints) + Send,
) -> anyhow::Result<()> {
    let wasm = WasmConfig {
        max_instances: args.max_sandboxes,
        max_memory_per_instance: MOST_MEMORY,
        ..WasmConfig::new(data_dir.join("compiled"))
    };
    let loopback = |port| SocketAddr::from(([127, 0, 0, 1], port));
    let config = ServeConfig {
        data_dir: data_dir.to_owned(),
        database: database(args)?,
        cache: cache(args)?,
        storage: storage(args)?,
        listen: args.listen.unwrap_or_else(|| loopback(api)),
        gateway_listen: args.gateway_listen.unwrap_or_else(|| loopback(gateway)),
        domain: args.domain.clone(),
        plain_http: args.plain_http,
        master_key: master_key(args),
    };
    hotswap_platform::make_data_dir(data_dir).with_context(|| format!("the data folder {} cannot be used", data_dir.display()))?;
    let runtime = Arc::new(WasmRuntime::new(wasm).context("the WebAssembly runtime cannot be started")?);
    Ok(hotswap_platform::serve(config, runtime, stop, ready).await?)
}
