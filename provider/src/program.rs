//! The process: its arguments, its signals, and serving until it is told to end.

use std::{io::Write, process::ExitCode, sync::Arc, time::Duration};

use hotswap_sdk::Provider;
use tokio::{
    signal::unix::{SignalKind, signal},
    sync::Notify,
};
use tokio_stream::wrappers::ReceiverStream;
use tonic::transport::Server;

use crate::{
    controller::Controller,
    handshake::{HandshakeError, Invitation},
    logging,
    proto::{plugin::grpc_controller_server::GrpcControllerServer, tfplugin6::provider_server::ProviderServer},
    reattach,
    rpc::Service,
    tls::{self, TlsError},
    transport::{Connection, Socket},
};

/// The largest message either way, as large as other providers allow.
const MOST_BYTES: usize = 256 << 20;

/// How long open connections may outlive the wish to end.
const GRACE: Duration = Duration::from_millis(250);

/// What a provider's executable is called.
#[derive(Debug, Clone, Copy)]
pub struct Program {
    /// The executable, as in `terraform-provider-hotswap`.
    pub name: &'static str,
    /// Its version.
    pub version: &'static str,
    /// The address configurations know it by, as in `registry.terraform.io/hotswap/hotswap`.
    pub address: &'static str,
}

#[derive(Debug, thiserror::Error)]
enum ProgramError {
    #[error(transparent)]
    Handshake(#[from] HandshakeError),
    #[error(transparent)]
    Tls(#[from] TlsError),
    #[error("can't listen on a socket")]
    Socket(#[source] std::io::Error),
    #[error("can't set the process up")]
    Process(#[source] std::io::Error),
    #[error("can't serve any longer")]
    Serve(#[source] tonic::transport::Error),
    #[error("unknown argument {0:?}; see --help")]
    Argument(String),
}

enum Command {
    Serve,
    Debug,
    Version,
    Help,
}

/// Runs a provider's executable: the body of its `main`. `build` is called only if there is something to serve.
pub fn run(program: Program, build: impl FnOnce() -> Arc<dyn Provider>) -> ExitCode {
    let outcome = command(std::env::args().skip(1)).and_then(|command| match command {
        Command::Version => print_line(&format!("{} {}", program.name, program.version)),
        Command::Help => print_line(&help(program)),
        Command::Debug => serve(program, None, build),
        Command::Serve => {
            let invitation = Invitation::read(|name| std::env::var(name).ok())?;
            serve(program, Some(invitation), build)
        }
    });
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let causes = std::iter::successors(std::error::Error::source(&error), |cause| cause.source());
            let causes: String = causes.map(|cause| format!(": {cause}")).collect();
            eprintln!("{}: {error}{causes}", program.name);
            ExitCode::FAILURE
        }
    }
}

fn command(arguments: impl Iterator<Item = String>) -> Result<Command, ProgramError> {
    let mut command = Command::Serve;
    for argument in arguments {
        command = match argument.as_str() {
            "--debug" => Command::Debug,
            "--version" | "-V" => Command::Version,
            "--help" | "-h" => Command::Help,
            _ => return Err(ProgramError::Argument(argument)),
        };
    }
    Ok(command)
}

fn help(program: Program) -> String {
    format!(
        "{}: a provider for Terraform, started by Terraform itself\n\n\
         Options:\n  \
         --debug    Serve without being started by Terraform, and print how to make Terraform use this process\n  \
         --version  Print the version\n  \
         --help     Print this",
        program.name
    )
}

fn print_line(line: &str) -> Result<(), ProgramError> {
    let mut out = std::io::stdout().lock();
    out.write_all(format!("{line}\n").as_bytes()).and_then(|()| out.flush()).map_err(ProgramError::Process)
}

fn serve(program: Program, invitation: Option<Invitation>, build: impl FnOnce() -> Arc<dyn Provider>) -> Result<(), ProgramError> {
    logging::install();
    // One thread: the calls are many and small, and to hand them to another costs more than to answer them.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(ProgramError::Process)?;
    let outcome = runtime.block_on(async {
        let shutdown = Arc::new(Notify::new());
        watch_signals(&shutdown, invitation.is_none()).map_err(ProgramError::Process)?;
        let socket = Socket::bind(invitation.as_ref().and_then(|invitation| invitation.socket_folder.as_deref()));
        let socket = socket.map_err(ProgramError::Socket)?;
        let path = socket.path().display().to_string();
        let (tls, line) = match &invitation {
            None => (None, reattach::instructions(&reattach::variable(program.address, &path, std::process::id()))),
            Some(invitation) => match &invitation.client_certificate {
                None => (None, invitation.answer(&path, &[])),
                Some(client) => {
                    let (config, certificate) = tls::server_config(client)?;
                    (Some(config), invitation.answer(&path, &certificate))
                }
            },
        };
        let (connections, _folder) = socket.connections(tls);
        print_line(&line)?;
        tracing::debug!(version = program.version, "serving");
        until_shutdown(build(), connections, shutdown).await
    });
    // Work of a client that is gone must not keep the process.
    runtime.shutdown_background();
    outcome
}

async fn until_shutdown(
    provider: Arc<dyn Provider>,
    connections: ReceiverStream<std::io::Result<Connection>>,
    shutdown: Arc<Notify>,
) -> Result<(), ProgramError> {
    let ended = Arc::new(Notify::new());
    let service = ProviderServer::new(Service::new(provider)).max_decoding_message_size(MOST_BYTES).max_encoding_message_size(MOST_BYTES);
    let wish = {
        let ended = Arc::clone(&ended);
        let shutdown = Arc::clone(&shutdown);
        async move {
            shutdown.notified().await;
            ended.notify_one();
        }
    };
    let server = Server::builder()
        .add_service(service)
        .add_service(GrpcControllerServer::new(Controller { shutdown }))
        .serve_with_incoming_shutdown(connections, wish);
    tokio::select! {
        outcome = server => outcome.map_err(ProgramError::Serve),
        () = async { ended.notified().await; tokio::time::sleep(GRACE).await } => Ok(()),
    }
}

/// SIGTERM ends the process. So does SIGINT if a person started it; under Terraform it is Terraform's to act on, which then calls
/// StopProvider and, when applies have finished, Shutdown.
fn watch_signals(shutdown: &Arc<Notify>, by_hand: bool) -> std::io::Result<()> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let shutdown = Arc::clone(shutdown);
    tokio::spawn(async move {
        loop {
            tokio::select! {
                _ = terminate.recv() => break,
                _ = interrupt.recv() => if by_hand { break },
            }
        }
        shutdown.notify_one();
    });
    Ok(())
}
