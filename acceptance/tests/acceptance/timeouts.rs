//! `timeouts`: how long a server is waited for that is away, busy or stuck, and what is told at the end.

use std::io::{self, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use hotswap_acceptance::Case;

fn free_address() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

/// Stands in front of the server from now on: the first `busy` requests are answered 503, the others are passed on.
fn stand_before(case: &Case, address: SocketAddr, busy: u32) -> Arc<AtomicU32> {
    let server = case.server.endpoint.trim_start_matches("http://").to_owned();
    let listener = TcpListener::bind(address).unwrap();
    let seen = Arc::new(AtomicU32::new(0));
    let count = seen.clone();
    thread::spawn(move || {
        for client in listener.incoming().flatten() {
            if count.fetch_add(1, Ordering::SeqCst) < busy {
                thread::spawn(|| refuse(client));
            } else {
                pass_on(client, &server);
            }
        }
    });
    seen
}

fn refuse(mut client: TcpStream) -> io::Result<()> {
    let mut request = [0; 4096];
    let _ = client.read(&mut request)?;
    client.write_all(b"HTTP/1.1 503 Service Unavailable\r\nconnection: close\r\ncontent-length: 7\r\n\r\nnot now")?;
    // What is left of the request is read: a connection that is closed over it would take the answer with it.
    client.shutdown(std::net::Shutdown::Write)?;
    client.set_read_timeout(Some(Duration::from_secs(1)))?;
    io::copy(&mut client, &mut io::sink()).map(drop)
}

/// Passes a connection on in both directions until either side ends.
fn pass_on(client: TcpStream, server: &str) {
    let Ok(server) = TcpStream::connect(server) else { return };
    for (mut from, mut to) in
        [(client.try_clone().unwrap(), server.try_clone().unwrap()), (server.try_clone().unwrap(), client.try_clone().unwrap())]
    {
        thread::spawn(move || {
            let _ = io::copy(&mut from, &mut to);
            let _ = to.shutdown(std::net::Shutdown::Write);
        });
    }
}

/// Lets time go by in which nothing is there to be asked.
#[expect(clippy::disallowed_methods, reason = "no async runtime here, and nothing to wait for but time")]
fn wait(time: Duration) {
    thread::sleep(time);
}

fn tenant(timeouts: &str) -> String {
    format!("resource \"hotswap_tenant\" \"t\" {{\n  name = \"@acme\"\n  {timeouts}\n}}\n")
}

fn at(case: &mut Case, address: SocketAddr) {
    case.set("HOTSWAP_ENDPOINT", &format!("http://{address}"));
}

#[test]
fn a_server_that_starts_late_is_waited_for() {
    let mut case = Case::new();
    let address = free_address();
    at(&mut case, address);
    case.config(&tenant("timeouts = { create = \"60s\", read = \"60s\" }"));
    let apply = case.start_apply();
    // Longer than a server that is not there is waited for where nothing is said.
    wait(Duration::from_secs(4));
    stand_before(&case, address, 0);
    apply.wait().succeeded();
    case.is_settled();
    let endpoint = case.server.endpoint.clone();
    case.set("HOTSWAP_ENDPOINT", &endpoint);
    case.destroy();
}

#[test]
fn a_busy_server_is_asked_again_within_the_time() {
    let mut case = Case::new();
    let address = free_address();
    at(&mut case, address);
    let seen = stand_before(&case, address, 4);
    case.config(&tenant("timeouts = { create = \"60s\" }"));
    case.apply();
    assert!(seen.load(Ordering::SeqCst) > 4);
    case.destroy();
}

#[test]
fn when_the_time_is_over_one_message_says_what_was_tried() {
    let mut case = Case::new();
    let (away, busy) = (free_address(), free_address());
    let stuck = TcpListener::bind("127.0.0.1:0").unwrap();
    stand_before(&case, busy, u32::MAX);
    case.config(&tenant("timeouts = { create = \"1s\" }"));
    for (address, says) in [(away, "Connection refused"), (busy, "503"), (stuck.local_addr().unwrap(), "")] {
        at(&mut case, address);
        let begin = Instant::now();
        let run = case.try_apply();
        let words = [&*format!("at http://{address} did not answer POST /v1/tenants within 1s"), says];
        run.fails(&words);
        assert_eq!(run.diagnostics.len(), 1, "{:#?}", run.diagnostics);
        assert!(begin.elapsed() < Duration::from_secs(20), "{:?}", begin.elapsed());
    }
    drop(stuck);
}

#[test]
fn each_operation_has_its_own_time_and_changing_it_changes_nothing_else() {
    let mut case = Case::new();
    let long = "timeouts = { create = \"60s\", read = \"60s\", update = \"60s\", delete = \"60s\" }";
    let config = |tier: &str, timeouts: &str| {
        let value = "0123456789abcdef0123456789abcdef";
        tenant(&format!("tier = \"{tier}\"\n  {timeouts}"))
            + &format!("resource \"hotswap_plugin\" \"p\" {{\n  name = \"@greeter\"\n  category = \"{tier}\"\n  {timeouts}\n}}\n")
            + &format!(
                "resource \"hotswap_plugin_version\" \"v\" {{\n  plugin = hotswap_plugin.p.name\n  version = \"1.0.0\"\n  source = \"greeter-1.0.0.wat\"\n  \
                 release_notes = \"{tier}\"\n  {timeouts}\n}}\n"
            )
            + &format!(
                "resource \"hotswap_token\" \"k\" {{\n  role = \"viewer\"\n  tenant = hotswap_tenant.t.name\n  value = \"@{value}\"\n  description = \"{tier}\"\n  {timeouts}\n}}\n"
            )
            + &format!(
                "resource \"hotswap_deployment\" \"d\" {{\n  name = \"hello\"\n  tenant = hotswap_tenant.t.name\n  plugin = hotswap_plugin.p.name\n  version = \
                 hotswap_plugin_version.v.version\n  health_check = {{ min_healthy_time = \"0s\" }}\n  resolve_serial = {}\n  {timeouts}\n}}\n",
                tier.len()
            )
    };
    case.config(&config("a", long));
    case.apply();
    case.is_settled();
    // Times alone are changed in the state and nowhere else.
    let short = long.replace("60s", "1s");
    case.config(&config("a", &short));
    case.apply();
    case.is_settled();
    assert_eq!(case.state().get("hotswap_deployment.d")["revision"], serde_json::json!(1));

    let away = free_address();
    at(&mut case, away);
    for (run, call) in [
        (case.try_plan(), "GET /v1/tenants"),
        (case.terraform(&["apply", "-json", "-input=false", "-auto-approve", "-refresh=false", "-destroy"]), "DELETE /v1/"),
    ] {
        let told = run.fails(&["did not answer", call, "within 1s", "Connection refused"]);
        assert!(told.is_error);
    }
    case.config(&config("bb", &short));
    let run = case.terraform(&["apply", "-json", "-input=false", "-auto-approve", "-refresh=false", "-target=hotswap_tenant.t"]);
    run.fails(&["did not answer PUT /v1/tenants/", "within 1s"]);
    let endpoint = case.server.endpoint.clone();
    case.set("HOTSWAP_ENDPOINT", &endpoint);
    case.destroy();
}
