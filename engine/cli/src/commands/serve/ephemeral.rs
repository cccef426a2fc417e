//! A server for one command: free ports, a folder of its own, gone when the command ends.

use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::ExitStatus;

use anyhow::Context as _;
use hotswap_platform::Endpoints;
use tokio::process::Command;
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

use super::signals::{Signals, pass_on};
use super::{ServeArgs, serve};
use crate::exit::Exit;

// As shells have it.
const NOT_EXECUTABLE: u8 = 126;
const NOT_FOUND: u8 = 127;

/// Serves, runs the command once the server is ready, and stops the server when the command ends, however it does.
///
/// Signals don't end this process: they are passed on to the command, which decides.
pub(super) async fn run(args: ServeArgs) -> anyhow::Result<Exit> {
    let mut signals = Signals::listen().context("signals cannot be listened to")?;
    let folder = tempfile::Builder::new().prefix("hotswap-").tempdir().context("a temporary folder cannot be made")?;
    let data_dir = folder.path().join("data");
    let [program, arguments @ ..] = &*args.command else { anyhow::bail!("no command is given") };
    let mut command = Command::new(program);
    command.args(arguments);

    let stop = CancellationToken::new();
    let (told_ready, ready) = oneshot::channel();
    let server = {
        let (stop, data_dir) = (stop.clone(), data_dir.clone());
        tokio::spawn(async move {
            // Nobody waits any more if a signal came first.
            let ready = |endpoints: &Endpoints| drop(told_ready.send(endpoints.clone()));
            serve(&args, &data_dir, [0, 0], stop, ready).await
        })
    };
    let endpoints = tokio::select! {
        ready = ready => ready.ok(),
        signal = signals.next() => {
            stop.cancel();
            let _ = server.await;
            return Ok(Exit::Code(by_signal(signal.as_raw())));
        }
    };
    let Some(endpoints) = endpoints else {
        // It ended before it was ready, and says why.
        return server.await.context("the server failed")?.map(|()| Exit::Failure);
    };
    let exit = run_command(&mut command, &endpoints, &data_dir, &mut signals).await;
    stop.cancel();
    server.await.context("the server failed")??;
    folder.close().context("the temporary folder cannot be removed")?;
    exit
}

async fn run_command(command: &mut Command, endpoints: &Endpoints, data_dir: &Path, signals: &mut Signals) -> anyhow::Result<Exit> {
    let token = std::fs::read_to_string(data_dir.join("admin.token")).context("the server's token cannot be read")?;
    command
        .env("HOTSWAP_ENDPOINT", &endpoints.api)
        .env("HOTSWAP_TOKEN", token.trim())
        .env("HOTSWAP_GATEWAY", &endpoints.gateway)
        .env("HOTSWAP_DATA_DIR", data_dir);
    let mut child = match command.spawn() {
        Ok(child) => child,
        Err(error) => {
            let code = if error.kind() == std::io::ErrorKind::NotFound { NOT_FOUND } else { NOT_EXECUTABLE };
            eprintln!("error: cannot run `{}`: {error}", command.as_std().get_program().display());
            return Ok(Exit::Code(code));
        }
    };
    loop {
        tokio::select! {
            ended = child.wait() => return Ok(Exit::Code(code(ended.context("the command cannot be waited for")?))),
            signal = signals.next() => {
                if let Some(child) = child.id() {
                    pass_on(signal, child);
                }
            }
        }
    }
}

/// The exit code of the command; for one that a signal ended 128 and the signal's number, as shells have it.
fn code(ended: ExitStatus) -> u8 {
    match ended.code() {
        Some(code) => u8::try_from(code).unwrap_or(1),
        None => ended.signal().map_or(1, by_signal),
    }
}

fn by_signal(signal: i32) -> u8 {
    u8::try_from(128 + signal).unwrap_or(1)
}
