//! `hotswap serve`: the platform in one process.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context as _;
use hotswap_client::data_dir;
use hotswap_platform::ServeConfig;
use hotswap_wasm::{WasmConfig, WasmRuntime, map_count_advice};
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

use crate::logging::{self, LogFormat};

/// Run the platform: API, gateway, rollouts and plugins in one process
///
/// Everything it keeps is in the data folder: database, components, compiled code, and the token of the administrator
/// (`admin.token`, made at the first start). Ctrl-C or SIGTERM stops it once the requests in flight are answered; what
/// was being rolled out goes on at the next start.
#[derive(Debug, clap::Args)]
pub(crate) struct ServeArgs {
    /// Where everything is kept; one server at a time [default: `hotswap` in your folder for data, ~/.local/share]
    #[arg(long, env = "HOTSWAP_DATA_DIR", value_name = "FOLDER")]
    data_dir: Option<PathBuf>,
    /// Where the API listens; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:7700")]
    listen: SocketAddr,
    /// Where the gateway listens; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:7780")]
    gateway_listen: SocketAddr,
    /// Deployments answer at `<deployment>.<tenant>.<DOMAIN>`
    #[arg(long, default_value = "localhost")]
    domain: String,
    /// Listen off loopback although nothing is encrypted: only behind a proxy that encrypts
    #[arg(long)]
    plain_http: bool,
    /// Most requests that plugins work on at the same time; more are answered 503
    #[arg(long, value_name = "COUNT", default_value_t = 1_000)]
    max_sandboxes: u32,
    /// How log lines look
    #[arg(long, value_enum, default_value_t = LogFormat::Text)]
    log_format: LogFormat,
    /// What is logged: error, warn, info, debug, trace, or a filter as in RUST_LOG, which goes before this
    #[arg(long, value_name = "LEVEL", default_value = "info")]
    log_level: String,
}

/// Most memory one sandbox may be given; a deployment's own limit is below it.
const MOST_MEMORY: u64 = 1 << 30;

pub(crate) fn run(args: ServeArgs) -> anyhow::Result<()> {
    logging::start(args.log_format, &args.log_level).context("the log level cannot be used")?;
    if let Some(advice) = map_count_advice(args.max_sandboxes) {
        tracing::warn!("{advice}");
    }
    let data_dir = args
        .data_dir
        .or_else(|| data_dir(|name| std::env::var(name).ok()))
        .context("there is no home folder to keep data in; pass `--data-dir`")?;
    let wasm = WasmConfig {
        max_instances: args.max_sandboxes,
        max_memory_per_instance: MOST_MEMORY,
        ..WasmConfig::new(data_dir.join("compiled"))
    };
    let config = ServeConfig {
        data_dir,
        listen: args.listen,
        gateway_listen: args.gateway_listen,
        domain: args.domain,
        plain_http: args.plain_http,
    };
    let tokio = tokio::runtime::Builder::new_multi_thread().enable_all().build().context("threads cannot be started")?;
    tokio.block_on(async {
        std::fs::create_dir_all(&config.data_dir)
            .with_context(|| format!("the data folder {} cannot be used", config.data_dir.display()))?;
        let runtime = Arc::new(WasmRuntime::new(wasm).context("the WebAssembly runtime cannot be started")?);
        let stop = CancellationToken::new();
        tokio::spawn(stop_on_signal(stop.clone()));
        let served = hotswap_platform::serve(config, runtime, stop, |endpoints| {
            tracing::info!(api = endpoints.api, gateway = endpoints.gateway, "serving");
        });
        Ok(served.await?)
    })
}

async fn stop_on_signal(stop: CancellationToken) {
    let (Ok(mut terminate), Ok(mut interrupt)) = (signal(SignalKind::terminate()), signal(SignalKind::interrupt())) else {
        tracing::warn!("signals cannot be listened to; only SIGKILL stops this");
        return;
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    tracing::info!("stopping: what is in flight is answered first");
    stop.cancel();
}
