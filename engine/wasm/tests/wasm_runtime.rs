//! The Wasmtime runtime from outside: real components, prepared, loaded and called.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures::StreamExt;
use hotswap_component::Grant;
use hotswap_model::{Capability, Digest};
use hotswap_runtime::{Body, BoxError, Fault, Labels, Plugin, Runtime, RuntimeError, SandboxSpec, body, empty_body};
use hotswap_wasm::{InUse, WasmConfig, WasmRuntime};
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, StreamBody};

const GREETER: &[u8] = include_bytes!("../../../examples/plugins/greeter/greeter-1.0.0.wat");
const FLAKY: &[u8] = include_bytes!("../../../examples/plugins/greeter/greeter-2.0.0.wat");
const IN_C: &[u8] = include_bytes!("../../../examples/plugins/hello-c/hello.wasm");
const MOODY: &[u8] = include_bytes!("fixtures/moody.wat");
const SOCKETS: &[u8] = include_bytes!("fixtures/sockets.wat");

const MIB: u64 = 1 << 20;
const NOTHING: InUse = InUse { instances: 0, memories: 0, stacks: 0 };

fn runtime_with(folder: &Path, adjust: impl FnOnce(&mut WasmConfig)) -> WasmRuntime {
    let mut config = WasmConfig::new(folder);
    config.max_instances = 64;
    config.max_memory_per_instance = 16 * MIB;
    adjust(&mut config);
    WasmRuntime::new(config).unwrap()
}

fn spec() -> SandboxSpec {
    SandboxSpec {
        memory_bytes: 4 * MIB,
        timeout: Duration::from_secs(20),
        config: BTreeMap::from([("greeting".to_owned(), "salut".to_owned())]),
        labels: Labels { tenant: "acme".into(), deployment: "web".into(), plugin: "moody".into(), version: "1.2.3".into(), revision: 7 },
    }
}

async fn load(runtime: &WasmRuntime, bytes: &'static [u8], spec: SandboxSpec) -> Arc<dyn Plugin> {
    let digest = Digest::of(bytes);
    runtime.prepare(&digest, Bytes::from_static(bytes)).await.unwrap();
    runtime.load(&digest, spec).await.unwrap()
}

fn get(path: &str) -> Request<Body> {
    Request::get(format!("http://web.acme.example{path}")).body(empty_body()).unwrap()
}

async fn text(response: Response<Body>) -> Result<String, BoxError> {
    let bytes = response.into_body().collect().await?.to_bytes();
    Ok(String::from_utf8(bytes.to_vec())?)
}

async fn idle(runtime: &WasmRuntime) {
    let begun = Instant::now();
    while runtime.in_use() != NOTHING {
        assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", runtime.in_use());
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_plugin_answers_with_its_own_head_and_body() {
    let folder = tempfile::tempdir().unwrap();
    let runtime = runtime_with(folder.path(), |_| {});
    let plugin = load(&runtime, GREETER, spec()).await;
    let response = plugin.call(get("/")).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(response.headers()["x-plugin-version"], "1.0.0");
    assert_eq!(text(response).await.unwrap(), "hello from greeter 1.0.0\n");
    let healthy = plugin.call(get("/healthz?deep=1")).await.unwrap();
    assert_eq!(text(healthy).await.unwrap(), "ok\n");

    let usage = plugin.usage();
    assert_eq!(usage.calls, 2);
    assert!(usage.faults.is_empty(), "{usage:?}");
    assert!(usage.cpu > Duration::ZERO && usage.cpu < Duration::from_secs(5), "{usage:?}");
    assert_eq!(usage.memory_peak, 2 * 65_536);
    idle(&runtime).await;
    assert_eq!(plugin.usage().memory_now, 0);
}

#[tokio::test]
async fn a_plugin_in_c_answers_like_any_other() {
    let folder = tempfile::tempdir().unwrap();
    let runtime = runtime_with(folder.path(), |_| {});
    let plugin = load(&runtime, IN_C, spec()).await;
    for (path, answer) in [("/", "hello from C\n"), ("/healthz", "ok\n"), ("/health", "hello from C\n")] {
        let response = plugin.call(get(path)).await.unwrap();
        assert_eq!(text(response).await.unwrap(), answer, "{path}");
    }
    assert!(plugin.usage().faults.is_empty(), "{:?}", plugin.usage());
}

#[tokio::test]
async fn a_request_needs_no_host() {
    let folder = tempfile::tempdir().unwrap();
    let runtime = runtime_with(folder.path(), |_| {});
    let plugin = load(&runtime, GREETER, spec()).await;
    let request = Request::get("/healthz").body(empty_body()).unwrap();
    assert_eq!(text(plugin.call(request).await.unwrap()).await.unwrap(), "ok\n");
}

#[tokio::test]
async fn the_bad_greeter_fails_a_quarter_of_its_requests_and_no_health_check() {
    let folder = tempfile::tempdir().unwrap();
    let runtime = runtime_with(folder.path(), |_| {});
    let plugin = load(&runtime, FLAKY, spec()).await;
    let mut failed = 0;
    for _ in 0..400 {
        let response = plugin.call(get("/")).await.unwrap();
        if response.status() == StatusCode::INTERNAL_SERVER_ERROR {
            failed += 1;
            assert_eq!(text(response).await.unwrap(), "greeter 2.0.0 failed\n");
        }
        assert_eq!(plugin.call(get("/healthz")).await.unwrap().status(), StatusCode::OK);
    }
    // 100 are expected; this far off happens once in 10^8 runs.
    assert!((50..=155).contains(&failed), "{failed} of 400");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_spinning_plugin_is_ended_by_its_timeout_and_hinders_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let runtime = runtime_with(folder.path(), |_| {});
    let after = Duration::from_millis(300);
    let plugin = load(&runtime, MOODY, SandboxSpec { timeout: after, ..spec() }).await;
    let calm = load(&runtime, GREETER, spec()).await;
    // More spinning sandboxes than threads.
    let spins: Vec<_> = (0..4)
        .map(|_| {
            let plugin = Arc::clone(&plugin);
            tokio::spawn(async move { plugin.call(get("/spin")).await.unwrap_err() })
        })
        .collect();
    assert_eq!(calm.call(get("/")).await.unwrap().status(), StatusCode::OK);
    for spin in spins {
        assert_eq!(spin.await.unwrap(), Fault::Timeout { after });
    }
    assert_eq!(plugin.usage().faults, BTreeMap::from([("timeout", 4)]));
    assert!(plugin.usage().cpu > Duration::from_millis(100), "{:?}", plugin.usage());
    idle(&runtime).await;
}

#[tokio::test]
async fn a_plugin_that_waits_in_the_host_is_ended_by_its_timeout_and_charged_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let runtime = runtime_with(folder.path(), |_| {});
    let after = Duration::from_millis(200);
    let plugin = load(&runtime, MOODY, SandboxSpec { timeout: after, ..spec() }).await;
    assert_eq!(plugin.call(get("/wait")).await.unwrap_err(), Fault::Timeout { after });
    assert!(plugin.usage().cpu < Duration::from_millis(100), "{:?}", plugin.usage());
    idle(&runtime).await;
}

#[tokio::test]
async fn a_trap_fails_its_own_request_alone() {
    let folder = tempfile::tempdir().unwrap();
    let runtime = runtime_with(folder.path(), |_| {});
    let plugin = load(&runtime, MOODY, spec()).await;
    match plugin.call(get("/trap")).await.unwrap_err() {
        Fault::Trap { message } => assert!(message.contains("unreachable"), "{message}"),
        other => panic!("{other}"),
    }
    assert_eq!(text(plugin.call(get("/fine")).await.unwrap()).await.unwrap(), "fine\n");
    assert_eq!(plugin.call(get("/nothing")).await.unwrap_err(), Fault::NoResponse);
    assert_eq!(plugin.usage().faults, BTreeMap::from([("no_response", 1), ("trap", 1)]));
}

#[tokio::test]
async fn memory_ends_at_the_limit_for_who_needs_it_and_who_does_without() {
    let folder = tempfile::tempdir().unwrap();
    let runtime = runtime_with(folder.path(), |_| {});
    let plugin = load(&runtime, MOODY, spec()).await;
    assert_eq!(plugin.call(get("/grow")).await.unwrap_err(), Fault::OutOfMemory { limit: 4 * MIB });
    assert_eq!(text(plugin.call(get("/hold")).await.unwrap()).await.unwrap(), "fine\n");
    let peak = plugin.usage().memory_peak;
    assert!(peak > 3 * MIB && peak <= 4 * MIB, "{peak}");
    idle(&runtime).await;
    assert_eq!(plugin.usage().memory_now, 0);
}

#[tokio::test]
async fn more_memory_than_the_host_gives_is_refused_and_so_is_too_little_to_begin() {
    let folder = tempfile::tempdir().unwrap();
    let runtime = runtime_with(folder.path(), |_| {});
    let digest = Digest::of(MOODY);
    runtime.prepare(&digest, Bytes::from_static(MOODY)).await.unwrap();
    let refused = |memory_bytes| {
        let (runtime, spec) = (&runtime, SandboxSpec { memory_bytes, ..spec() });
        async move { runtime.load(&digest, spec).await.err().unwrap().to_string() }
    };
    let message = refused(17 * MIB).await;
    assert!(message.contains("17825792") && message.contains("16777216"), "{message}");
    let message = refused(65_536).await;
    assert!(message.contains("131072") && message.contains("sandbox.memory_mb"), "{message}");
}

#[tokio::test]
async fn a_trap_after_the_head_breaks_the_body() {
    let folder = tempfile::tempdir().unwrap();
    let runtime = runtime_with(folder.path(), |_| {});
    let plugin = load(&runtime, MOODY, spec()).await;
    let response = plugin.call(get("/late")).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    let error = text(response).await.unwrap_err();
    assert_eq!(error.downcast_ref::<Fault>().unwrap().kind(), "trap");
    assert_eq!(plugin.usage().faults, BTreeMap::from([("trap", 1)]));
}

#[tokio::test]
async fn the_body_streams_while_the_plugin_runs_and_breaks_at_the_timeout() {
    let folder = tempfile::tempdir().unwrap();
    let runtime = runtime_with(folder.path(), |_| {});
    let after = Duration::from_millis(300);
    let plugin = load(&runtime, MOODY, SandboxSpec { timeout: after, ..spec() }).await;
    let mut response = plugin.call(get("/overlong")).await.unwrap().into_body();
    let first = response.frame().await.unwrap().unwrap().into_data().unwrap();
    assert_eq!(first, "fine\n");
    assert_eq!(runtime.in_use().instances, 1, "it still runs");
    let error = response.frame().await.unwrap().unwrap_err();
    assert_eq!(error.downcast_ref(), Some(&Fault::Timeout { after }));
    assert!(response.frame().await.is_none());
    idle(&runtime).await;
}

#[tokio::test]
async fn a_client_that_goes_away_ends_the_sandbox() {
    let folder = tempfile::tempdir().unwrap();
    let runtime = runtime_with(folder.path(), |_| {});
    let plugin = load(&runtime, MOODY, spec()).await;
    drop(plugin.call(get("/overlong")).await.unwrap());
    idle(&runtime).await;
    // Before the head, too.
    let call = tokio::time::timeout(Duration::from_millis(100), plugin.call(get("/spin"))).await;
    assert!(call.is_err());
    idle(&runtime).await;
    assert!(plugin.usage().faults.is_empty(), "{:?}", plugin.usage());
}

#[tokio::test]
async fn bodies_go_in_and_out_whole() {
    let folder = tempfile::tempdir().unwrap();
    let runtime = runtime_with(folder.path(), |_| {});
    let plugin = load(&runtime, MOODY, spec()).await;
    let sent: Vec<u8> = (0..300_000_u32).map(|n| b'a' + (n % 23) as u8).collect();
    let request = Request::post("http://a.example/echo").body(body(sent.clone())).unwrap();
    let answer = plugin.call(request).await.unwrap();
    let mut expected = String::from_utf8(sent).unwrap();
    expected.push_str("fine\n");
    assert!(text(answer).await.unwrap() == expected);
}

#[tokio::test]
async fn bodies_over_the_limit_are_refused_both_ways() {
    let folder = tempfile::tempdir().unwrap();
    let runtime = runtime_with(folder.path(), |config| {
        config.max_request_body = 10_000;
        config.max_response_body = 50_000;
    });
    let plugin = load(&runtime, MOODY, spec()).await;
    let too_large = Fault::RequestTooLarge { limit: 10_000 };

    let announced = Request::post("http://a.example/echo").body(body(vec![0; 10_001])).unwrap();
    assert_eq!(plugin.call(announced).await.unwrap_err(), too_large);

    let pieces = futures::stream::repeat_with(|| Ok::<_, BoxError>(http_body::Frame::data(Bytes::from(vec![0; 3_000]))));
    let streamed = StreamBody::new(pieces.take(5)).boxed_unsync();
    let request = Request::post("http://a.example/echo").body(streamed).unwrap();
    let error = text(plugin.call(request).await.unwrap()).await.unwrap_err();
    assert_eq!(error.downcast_ref(), Some(&too_large));

    let error = text(plugin.call(get("/big")).await.unwrap()).await.unwrap_err();
    match error.downcast_ref::<Fault>() {
        Some(Fault::BadResponse { reason }) => assert!(reason.contains("50000"), "{reason}"),
        other => panic!("{other:?}"),
    }
    idle(&runtime).await;
    assert_eq!(plugin.usage().faults, BTreeMap::from([("bad_response", 1), ("request_too_large", 2)]));
}

#[tokio::test]
async fn a_body_that_breaks_off_is_the_clients_fault() {
    let folder = tempfile::tempdir().unwrap();
    let runtime = runtime_with(folder.path(), |_| {});
    let plugin = load(&runtime, MOODY, spec()).await;
    let pieces: Vec<Result<_, BoxError>> = vec![Ok(http_body::Frame::data(Bytes::from_static(b"half"))), Err("connection reset".into())];
    let broken = StreamBody::new(futures::stream::iter(pieces)).boxed_unsync();
    let request = Request::post("http://a.example/echo").body(broken).unwrap();
    let error = text(plugin.call(request).await.unwrap()).await.unwrap_err();
    let fault = error.downcast_ref::<Fault>().unwrap();
    assert!(fault.is_the_clients() && fault.to_string().contains("connection reset"), "{fault}");
}

#[tokio::test]
async fn a_plugin_reads_its_configuration_and_no_file() {
    let folder = tempfile::tempdir().unwrap();
    let runtime = runtime_with(folder.path(), |_| {});
    let plugin = load(&runtime, MOODY, spec()).await;
    assert_eq!(text(plugin.call(get("/config")).await.unwrap()).await.unwrap(), "salutfine\n");
    assert_eq!(text(plugin.call(get("/directories")).await.unwrap()).await.unwrap(), "0fine\n");
    let other = load(&runtime, MOODY, SandboxSpec { config: BTreeMap::new(), ..spec() }).await;
    assert_eq!(text(other.call(get("/config")).await.unwrap()).await.unwrap(), "fine\n");
}

#[tokio::test]
async fn a_component_that_wants_the_network_is_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let runtime = runtime_with(folder.path(), |_| {});
    let error = runtime.prepare(&Digest::of(SOCKETS), Bytes::from_static(SOCKETS)).await.unwrap_err();
    assert!(matches!(error, RuntimeError::DoesNotFit { .. }), "{error:?}");
    assert!(error.to_string().contains("wasi:sockets/"), "{error}");
}

#[tokio::test]
async fn what_is_said_of_imports_is_what_the_sandbox_does() {
    let folder = tempfile::tempdir().unwrap();
    let runtime = runtime_with(folder.path(), |_| {});
    for bytes in [GREETER, FLAKY, IN_C, MOODY, SOCKETS] {
        let info = hotswap_component::Component::inspect(bytes).unwrap();
        let missing: Vec<_> = info.imports.iter().filter(|import| Grant::of(&Capability::new(import.as_str())) == Grant::Never).collect();
        let prepared = runtime.prepare(&info.digest, Bytes::from_static(bytes)).await;
        assert_eq!(prepared.is_ok(), missing.is_empty(), "{missing:?}: {prepared:?}");
    }
}

#[tokio::test]
async fn what_cannot_run_is_refused_when_prepared() {
    let folder = tempfile::tempdir().unwrap();
    let runtime = runtime_with(folder.path(), |_| {});
    let other = Digest::of(b"other");
    let error = runtime.prepare(&other, Bytes::from_static(GREETER)).await.unwrap_err();
    assert!(matches!(error, RuntimeError::DigestMismatch { .. }), "{error}");
    for (bytes, told) in [
        (&b"(module)"[..], "component"),
        (b"(component", "expected"),
        (b"nonsense", "not WebAssembly"),
        (b"(component)", "incoming-handler"),
    ] {
        let digest = Digest::of(bytes);
        let error = runtime.prepare(&digest, Bytes::from_static(bytes)).await.unwrap_err().to_string();
        assert!(error.contains(told) && error.contains(&digest.to_string()), "{error}");
        assert!(matches!(runtime.load(&digest, spec()).await, Err(RuntimeError::NotPrepared { .. })));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_calls_at_a_time_each_have_their_own_sandbox() {
    let folder = tempfile::tempdir().unwrap();
    let runtime = runtime_with(folder.path(), |config| config.max_instances = 256);
    let plugin = load(&runtime, MOODY, spec()).await;
    let calls: Vec<_> = (0..200)
        .map(|number: usize| {
            let plugin = Arc::clone(&plugin);
            tokio::spawn(async move {
                let sent = format!("{number} ").repeat(number + 1);
                let request = Request::post("http://a.example/echo").body(body(sent.clone())).unwrap();
                let answer = text(plugin.call(request).await.unwrap()).await.unwrap();
                assert_eq!(answer, sent + "fine\n");
            })
        })
        .collect();
    for call in calls {
        call.await.unwrap();
    }
    assert_eq!(plugin.usage().calls, 200);
    assert!(plugin.usage().faults.is_empty(), "{:?}", plugin.usage());
    idle(&runtime).await;
}

#[tokio::test]
async fn one_sandbox_too_many_is_our_fault_and_passes() {
    let folder = tempfile::tempdir().unwrap();
    let runtime = runtime_with(folder.path(), |config| config.max_instances = 2);
    let plugin = load(&runtime, MOODY, spec()).await;
    let held = [plugin.call(get("/overlong")).await.unwrap(), plugin.call(get("/overlong")).await.unwrap()];
    let fault = plugin.call(get("/fine")).await.unwrap_err();
    assert_eq!(fault, Fault::Overloaded { limit: 2 });
    assert!(fault.is_ours());
    drop(held);
    idle(&runtime).await;
    assert_eq!(plugin.call(get("/fine")).await.unwrap().status(), StatusCode::OK);
}

fn kept(folder: &Path, extension: &str) -> Vec<std::path::PathBuf> {
    std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .flat_map(|path| std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()))
        .filter(|path| path.extension().is_some_and(|found| found == extension))
        .collect()
}

#[tokio::test]
async fn compiled_code_outlives_the_runtime_and_a_damaged_entry_is_compiled_again() {
    use std::os::unix::fs::MetadataExt;
    let folder = tempfile::tempdir().unwrap();
    let answers = || async {
        let runtime = runtime_with(folder.path(), |_| {});
        let plugin = load(&runtime, GREETER, spec()).await;
        text(plugin.call(get("/")).await.unwrap()).await.unwrap()
    };
    let hello = "hello from greeter 1.0.0\n";
    assert_eq!(answers().await, hello);
    let [code] = &kept(folder.path(), "cwasm")[..] else { panic!("one entry") };
    let written = std::fs::metadata(code).unwrap();
    assert_eq!(written.mode() & 0o777, 0o600);

    assert_eq!(answers().await, hello);
    assert_eq!(std::fs::metadata(code).unwrap().ino(), written.ino(), "used as it is");

    let good = std::fs::read(code).unwrap();
    let mut bad = good.clone();
    let middle = bad.len() / 2;
    bad[middle] ^= 1;
    for damaged in [bad, good[..good.len() / 2].to_vec(), Vec::new()] {
        std::fs::write(code, damaged).unwrap();
        assert_eq!(answers().await, hello);
        assert_eq!(std::fs::read(code).unwrap().len(), good.len(), "written again");
    }

    // Whole, but with the tag of another host.
    std::fs::remove_file(folder.path().join("host.key")).unwrap();
    let before = std::fs::metadata(code).unwrap().ino();
    assert_eq!(answers().await, hello);
    assert_ne!(std::fs::metadata(code).unwrap().ino(), before, "written again");
}

#[tokio::test]
async fn five_hundred_swaps_leave_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let runtime = runtime_with(folder.path(), |_| {});
    let digest = Digest::of(GREETER);
    let maps = || std::fs::read_to_string("/proc/self/maps").unwrap().lines().count();
    let mut warm = 0;
    for round in 0..500 {
        let plugin = load(&runtime, GREETER, spec()).await;
        assert_eq!(plugin.call(get("/")).await.unwrap().status(), StatusCode::OK);
        drop(plugin);
        runtime.forget(&digest);
        assert!(matches!(runtime.load(&digest, spec()).await, Err(RuntimeError::NotPrepared { .. })));
        if round == 50 {
            warm = maps();
        }
    }
    idle(&runtime).await;
    // Other tests of this process map, too; a leak would be hundreds.
    assert!(maps() < warm + 300, "{} maps after {warm}", maps());
}

#[tokio::test]
async fn a_forgotten_component_serves_who_has_it_loaded() {
    let folder = tempfile::tempdir().unwrap();
    let runtime = runtime_with(folder.path(), |_| {});
    let plugin = load(&runtime, GREETER, spec()).await;
    runtime.forget(&Digest::of(GREETER));
    assert_eq!(plugin.call(get("/")).await.unwrap().status(), StatusCode::OK);
}

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn what_a_plugin_prints_is_logged_line_by_line_with_whose_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt().json().with_writer(move || writer.clone()).finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    let runtime = runtime_with(folder.path(), |config| config.max_output = 16);
    let plugin = load(&runtime, MOODY, spec()).await;
    assert_eq!(text(plugin.call(get("/print")).await.unwrap()).await.unwrap(), "fine\n");
    idle(&runtime).await;
    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    let lines: Vec<&str> = log.lines().filter(|line| line.contains("hotswap::plugin")).collect();
    assert_eq!(lines.len(), 3, "{log}");
    assert!(lines[0].contains("\"a line\""), "{log}");
    assert!(lines[1].contains("\"and half\""), "{log}");
    assert!(lines[2].contains("the rest is left out"), "{log}");
    for line in lines {
        for label in [
            r#""tenant":"acme""#,
            r#""deployment":"web""#,
            r#""plugin":"moody""#,
            r#""version":"1.2.3""#,
            r#""revision":7"#,
            r#""stream":"stdout""#,
        ] {
            assert!(line.contains(label), "{label} in {line}");
        }
    }
}
