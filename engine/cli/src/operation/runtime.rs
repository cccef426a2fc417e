//! The threads of a command that talks to a server. Commands that don't, do without.

use hotswap_lang::Diagnostic;

use crate::failure::Failure;

/// Runs a command's asynchronous part to its end.
pub(crate) fn block_on<T>(future: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let threads = std::thread::available_parallelism().map_or(2, |count| count.get().clamp(2, 4));
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(threads).enable_all().build();
    match runtime {
        Ok(runtime) => runtime.block_on(future),
        Err(error) => Err(Diagnostic::error("Threads cannot be started", format!("The system refused: {error}.")).into()),
    }
}
