//! What a sandbox may import: clocks, randomness, its own output, its configuration, the request. No network, and no
//! file: the file system is there to be asked, and empty. The limits of it all are in `limits`.

use wasmtime::component::Linker;
use wasmtime_wasi::WasiView;
use wasmtime_wasi::cli::{WasiCli, WasiCliView};
use wasmtime_wasi::filesystem::{WasiFilesystem, WasiFilesystemView};
use wasmtime_wasi::p2::bindings::{cli, filesystem, random};
use wasmtime_wasi::random::WasiRandom;
use wasmtime_wasi_config::WasiConfig;
use wasmtime_wasi_http::{Error, RequestOptions, WasiBody, WasiHttpHooks};

use crate::sandbox::Sandbox;

/// The linker of all sandboxes: making one is dear, so it is made once.
///
/// Sockets are not in it: a component that imports them is refused when it is prepared.
pub(crate) fn linker(engine: &wasmtime::Engine) -> wasmtime::Result<Linker<Sandbox>> {
    let mut linker = Linker::<Sandbox>::new(engine);
    let l = &mut linker;
    // io, clocks, random, standard streams and HTTP: the world wasi:http/proxy.
    wasmtime_wasi_http::p2::add_to_linker_async(l)?;
    // What the standard libraries of Rust and C import whether they use it or not.
    cli::environment::add_to_linker::<Sandbox, WasiCli>(l, Sandbox::cli)?;
    cli::exit::add_to_linker::<Sandbox, WasiCli>(l, Sandbox::cli)?;
    cli::terminal_input::add_to_linker::<Sandbox, WasiCli>(l, Sandbox::cli)?;
    cli::terminal_output::add_to_linker::<Sandbox, WasiCli>(l, Sandbox::cli)?;
    cli::terminal_stdin::add_to_linker::<Sandbox, WasiCli>(l, Sandbox::cli)?;
    cli::terminal_stdout::add_to_linker::<Sandbox, WasiCli>(l, Sandbox::cli)?;
    cli::terminal_stderr::add_to_linker::<Sandbox, WasiCli>(l, Sandbox::cli)?;
    filesystem::types::add_to_linker::<Sandbox, WasiFilesystem>(l, Sandbox::filesystem)?;
    filesystem::preopens::add_to_linker::<Sandbox, WasiFilesystem>(l, Sandbox::filesystem)?;
    random::insecure::add_to_linker::<Sandbox, WasiRandom>(l, |s| s.ctx().ctx.random())?;
    random::insecure_seed::add_to_linker::<Sandbox, WasiRandom>(l, |s| s.ctx().ctx.random())?;
    wasmtime_wasi_config::add_to_linker(l, |s| WasiConfig::from(s.config()))?;
    Ok(linker)
}

/// Denies every outgoing request.
pub(crate) struct NoOutgoing;

type Sent = Box<dyn Future<Output = Result<(), Error>> + Send>;

impl WasiHttpHooks for NoOutgoing {
    fn send_request(
        &mut self,
        _request: http::Request<WasiBody>,
        _options: Option<RequestOptions>,
        _processed: Sent,
    ) -> Box<dyn Future<Output = wasmtime_wasi_http::Result<(http::Response<WasiBody>, Sent)>> + Send> {
        Box::new(std::future::ready(Err(Error::HttpRequestDenied)))
    }
}

#[cfg(test)]
mod tests {
    use http_body_util::{BodyExt, Empty};

    use super::*;

    #[tokio::test]
    async fn an_outgoing_request_is_denied() {
        let body = Empty::new().map_err(|never| match never {}).boxed_unsync();
        let request = http::Request::get("http://127.0.0.1:1/").body(body).unwrap();
        let answer = NoOutgoing.send_request(request, None, Box::new(std::future::ready(Ok(()))));
        match Box::into_pin(answer).await {
            Err(error) => assert!(format!("{error:?}").contains("HttpRequestDenied"), "{error:?}"),
            Ok(_) => panic!("answered"),
        }
    }
}
