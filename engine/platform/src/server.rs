//! Starting and stopping: one process with API, gateway and controllers over one data folder.

use std::fs::{self, File, TryLockError};
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use hotswap_gateway::{Gateway, GatewayConfig};
use hotswap_registry::{Cache, RedisUrl};
use hotswap_runtime::Runtime;
use hotswap_storage::{FolderStorage, S3Config, S3Storage, Storage, StorageError};
use hotswap_store::{DatabaseUrl, Store, StoreError};
use serde::Serialize;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::auth::AdminToken;
use crate::components::Components;
use crate::controller::{Controller, Tools};
use crate::leading::{Leader, Leading};
use crate::private::make_data_dir;
use crate::secrets::{MasterKey, MasterKeyError, MasterKeySource};
use crate::telemetry::Metrics;
use crate::{Platform, Urls, http, leading};

/// After being told to stop, requests to the API are waited for this long.
const STOP_WITHIN: Duration = Duration::from_secs(10);

/// What a server is started with.
#[derive(Debug, Clone)]
pub struct ServeConfig {
    /// Everything it keeps: components, compiled code, token, and the database unless that is elsewhere. One server at a time.
    pub data_dir: PathBuf,
    /// Where the database is.
    pub database: DatabaseConfig,
    /// Where what was read of the registry is remembered beside this process.
    pub cache: Option<RedisUrl>,
    /// Where the bytes of components are.
    pub storage: StorageConfig,
    /// Where the API listens; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Where the gateway listens; port 0 takes a free one.
    pub gateway_listen: SocketAddr,
    /// Deployments answer at `<deployment>.<tenant>.<domain>`.
    pub domain: String,
    /// Listen off loopback although the connection is not encrypted.
    pub plain_http: bool,
    /// Where the key comes from that secrets are sealed under.
    pub master_key: MasterKeySource,
}

/// Where the bytes of components are.
#[derive(Debug, Clone)]
pub enum StorageConfig {
    /// In the data folder.
    DataDir,
    /// In a folder elsewhere, which no other server uses.
    Folder(PathBuf),
    /// In a bucket, which other servers may use too.
    S3 {
        /// Its name.
        bucket: String,
        /// What all keys begin with: empty, or ends in a slash.
        prefix: String,
        /// How it is reached.
        config: S3Config,
    },
}

impl StorageConfig {
    /// Opens it. An S3 server that is away is no reason not to start: what was compiled before serves without it.
    async fn open(&self, folder: &Path) -> Result<Arc<dyn Storage>, ServeError> {
        let in_storage = |source| ServeError::Storage { source };
        match self {
            Self::DataDir => Ok(Arc::new(FolderStorage::open(&folder.join("components")).map_err(in_storage)?)),
            Self::Folder(folder) => Ok(Arc::new(FolderStorage::open(folder).map_err(in_storage)?)),
            Self::S3 { bucket, prefix, config } => {
                let storage = S3Storage::new(bucket, prefix, config);
                match storage.check().await {
                    Ok(()) => {}
                    Err(error @ StorageError::Remote { is_final: false, .. }) => {
                        tracing::warn!(%error, "the storage of components is away; starting without it");
                    }
                    Err(error) => return Err(in_storage(error)),
                }
                Ok(Arc::new(storage))
            }
        }
    }
}

/// Where the database is.
#[derive(Debug, Clone)]
pub enum DatabaseConfig {
    /// A SQLite file in the data folder.
    DataDir,
    /// On a PostgreSQL server.
    Postgres {
        /// Who connects to it, to read and write.
        url: DatabaseUrl,
        /// The role that owns the tables, to bring them up to date; absent: that of `url` does.
        owner: Option<DatabaseUrl>,
    },
}

impl DatabaseConfig {
    async fn open(&self, folder: &Path) -> Result<Store, StoreError> {
        match self {
            Self::DataDir => Store::open(&folder.join("hotswap.db")).await,
            Self::Postgres { url, owner } => Store::connect(url, owner.as_ref()).await,
        }
    }

    /// Where it is, as people are told: never with a password.
    fn place(&self, folder: &Path) -> String {
        match self {
            Self::DataDir => format!("in {}", folder.display()),
            Self::Postgres { url, .. } => format!("at {url}"),
        }
    }
}

/// Where a server listens; written to `endpoints.json` in its data folder once it is ready.
#[derive(Debug, Clone, Serialize)]
pub struct Endpoints {
    /// The API.
    pub api: String,
    /// The gateway.
    pub gateway: String,
}

/// Why a server did not start, or stopped.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The data folder cannot be used.
    #[error("the data folder {} cannot be used", path.display())]
    DataDir {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Another server has the data folder.
    #[error("another hotswap serves from {}; stop it, or give this one its own `--data-dir`", path.display())]
    InUse {
        /// Which.
        path: PathBuf,
    },
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {source}; is something else listening there?")]
    Listen {
        /// Which.
        address: SocketAddr,
        /// Why.
        source: io::Error,
    },
    /// The address is not loopback and the connection would be plain.
    #[error(
        "{address} is not a loopback address, and what comes there is not encrypted; put a proxy with TLS in front and listen on loopback, or pass `--plain-http`"
    )]
    PlainHttp {
        /// Which.
        address: SocketAddr,
    },
    /// The database cannot be opened.
    #[error("the database {place} cannot be opened")]
    Database {
        /// Where it is.
        place: String,
        /// Why.
        source: StoreError,
    },
    /// The bytes of components cannot be kept.
    #[error("the storage of components cannot be used")]
    Storage {
        /// Why.
        source: StorageError,
    },
    /// There is no usable master key.
    #[error(transparent)]
    MasterKey(#[from] MasterKeyError),
    /// Another server on the same database leads.
    #[error("another server on this database has begun to lead, so this one stops; start it again to stand by")]
    Superseded,
    /// Serving ended by itself.
    #[error("the server stopped by itself")]
    Stopped(#[source] io::Error),
}

/// Serves until `stop` is cancelled: then what is in flight is answered, within bounds, and this returns.
///
/// `ready` is called once, when what should serve serves and both addresses answer.
///
/// # Errors
/// If it cannot start, or stops without being told to.
pub async fn serve(
    config: ServeConfig,
    runtime: Arc<dyn Runtime>,
    stop: CancellationToken,
    ready: impl FnOnce(&Endpoints) + Send,
) -> Result<(), ServeError> {
    let folder = config.data_dir.clone();
    let unusable = |source| ServeError::DataDir { path: folder.clone(), source };
    make_data_dir(&folder).map_err(unusable)?;
    let _lock = lock(&folder)?;
    // A server that was killed leaves its own behind: nobody is to be led there while this one starts.
    let _ = fs::remove_file(folder.join("endpoints.json"));
    let token = AdminToken::of_folder(&folder).map_err(unusable)?;
    let master_key = Arc::new(MasterKey::load(&config.master_key, &folder)?);
    let api_listener = listen(config.listen, config.plain_http).await?;
    let gateway_listener = listen(config.gateway_listen, config.plain_http).await?;
    let gateway_address = gateway_listener.local_addr().map_err(ServeError::Stopped)?;
    let endpoints = Endpoints {
        api: format!("http://{}", api_listener.local_addr().map_err(ServeError::Stopped)?),
        gateway: format!("http://{gateway_address}"),
    };

    let in_database = |source| ServeError::Database { place: config.database.place(&folder), source };
    let store = config.database.open(&folder).await.map_err(in_database)?;
    let sealed_under = async { store.read().await?.master_keys_of_secrets().await };
    master_key.check(&sealed_under.await.map_err(in_database)?)?;
    let _storage_lock = match &config.storage {
        StorageConfig::Folder(folder) => {
            fs::create_dir_all(folder).map_err(|source| ServeError::DataDir { path: folder.clone(), source })?;
            Some(lock(folder)?)
        }
        _ => None,
    };
    let storage = config.storage.open(&folder).await?;
    let gateway = Gateway::new(GatewayConfig {
        domain: config.domain.clone(),
        path_routing: gateway_address.ip().is_loopback(),
        ..GatewayConfig::default()
    });
    let metrics = Arc::new(Metrics::new());
    metrics.extend(|registry| gateway.register(registry));
    let components = Arc::new(Components::new(store.clone(), storage, runtime.clone()));
    metrics.extend(|registry| components.register(registry));
    let stopping = CancellationToken::new();
    let leading = Arc::new(Leading::default());
    let tools = Tools {
        store: store.clone(),
        components: components.clone(),
        runtime,
        gateway: gateway.clone(),
        metrics: metrics.clone(),
        master_key: master_key.clone(),
        leading: leading.clone(),
        stopping: stopping.clone(),
    };
    let cache = Cache::new(store.clone(), config.cache.as_ref());
    metrics.extend(|registry| cache.register(registry));
    let platform = Arc::new(Platform {
        store,
        search: hotswap_registry::Search::new(),
        cache,
        leading,
        components,
        gateway,
        controller: Controller::new(tools),
        metrics,
        token,
        master_key,
        urls: Urls { domain: config.domain, port: gateway_address.port() },
        stopping: stopping.clone(),
        ready: AtomicBool::new(false),
    });

    // Who leads takes up what there is before it takes requests. The gateway of who stands by listens once it leads.
    let (leader, gateway_listener) = match platform.store.lead().await.map_err(in_database)? {
        Some(leadership) => (Some(Leader::begin(&platform, leadership, gateway_listener).await.map_err(in_database)?), None),
        None => (None, Some(gateway_listener)),
    };
    drop(gateway_listener);
    platform.ready.store(true, Ordering::Release);
    tokio::spawn(leading::read_plugins(platform.clone()));
    let api = axum::serve(api_listener, http::router(platform.clone()));
    let mut api_task = tokio::spawn(api.with_graceful_shutdown(stopping.clone().cancelled_owned()).into_future());
    write_endpoints(&folder, &endpoints).map_err(unusable)?;
    ready(&endpoints);

    let mut leader_task = {
        let (platform, place) = (platform.clone(), config.database.place(&folder));
        tokio::spawn(async move { lead(&platform, leader, gateway_address, place).await })
    };
    let ended = tokio::select! {
        () = stop.cancelled() => Ok(()),
        ended = &mut api_task => Err(ServeError::Stopped(ended.map_or_else(io::Error::other, |ended| ended.err().unwrap_or_else(|| io::Error::other("the API ended"))))),
        ended = &mut leader_task => ended.unwrap_or_else(|error| Err(ServeError::Stopped(io::Error::other(error)))),
    };
    stopping.cancel();
    if ended.is_ok() && tokio::time::timeout(STOP_WITHIN, api_task).await.is_err() {
        tracing::warn!("requests to the API were still under way after {STOP_WITHIN:?}; they end here");
    }
    if !leader_task.is_finished()
        && let Ok(Err(error)) = leader_task.await
    {
        tracing::error!(%error, "the server failed while it stopped");
    }
    platform.store.close().await;
    let _ = fs::remove_file(folder.join("endpoints.json"));
    ended
}

/// Leads, at once or after standing by, until the server stops.
async fn lead(platform: &Platform, leader: Option<Leader>, gateway: SocketAddr, place: String) -> Result<(), ServeError> {
    let leader = match leader {
        Some(leader) => leader,
        None => {
            let Some(leadership) = leading::stand_by(platform).await else { return Ok(()) };
            let listener = leading::listen_again(gateway).await.map_err(|source| ServeError::Listen { address: gateway, source })?;
            let leader = Leader::begin(platform, leadership, listener).await;
            let leader = leader.map_err(|source| ServeError::Database { place, source })?;
            tracing::info!("this server leads now");
            leader
        }
    };
    leader.lead(platform).await
}

/// One server a folder, as long as the file is open.
fn lock(folder: &Path) -> Result<File, ServeError> {
    let unusable = |source| ServeError::DataDir { path: folder.to_owned(), source };
    let file = File::options().create(true).truncate(false).write(true).open(folder.join("lock")).map_err(unusable)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(ServeError::InUse { path: folder.to_owned() }),
        Err(TryLockError::Error(source)) => Err(unusable(source)),
    }
}

async fn listen(address: SocketAddr, plain_http: bool) -> Result<TcpListener, ServeError> {
    if !address.ip().is_loopback() && !plain_http {
        return Err(ServeError::PlainHttp { address });
    }
    TcpListener::bind(address).await.map_err(|source| ServeError::Listen { address, source })
}

/// Whole or not at all: others wait for this file.
fn write_endpoints(folder: &Path, endpoints: &Endpoints) -> io::Result<()> {
    let beside = folder.join("endpoints.json.new");
    fs::write(&beside, serde_json::to_vec_pretty(endpoints)?)?;
    fs::rename(beside, folder.join("endpoints.json"))
}
