//! A Redis server that keeps nothing.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::{Mutex, PoisonError};

use crate::free_port;
use crate::guard::Guard;

/// A running server.
#[derive(Debug)]
pub struct Redis {
    guard: Mutex<Guard>,
    port: u16,
}

impl Redis {
    /// Starts a server.
    pub fn start() -> Self {
        let port = free_port();
        let guard = Guard::new(&functions(port), None);
        let redis = Self { guard: Mutex::new(guard), port };
        redis.start_again();
        redis
    }

    /// Ends it as `kill -9` does.
    pub fn kill(&self) {
        assert!(self.call("stop"), "Redis does not end");
    }

    /// Starts it again, empty, on the same port.
    pub fn start_again(&self) {
        assert!(self.call("start"), "`redis-server` cannot be started; scripts/need-redis tells what to install");
    }

    /// Its address.
    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// Empties it.
    pub fn flush(&self) {
        assert_eq!(self.ask("FLUSHALL").as_deref(), Some("+OK\r\n"));
    }

    fn ask(&self, command: &str) -> Option<String> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).ok()?;
        stream.write_all(format!("{command}\r\n").as_bytes()).ok()?;
        let mut answer = [0; 64];
        let read = stream.read(&mut answer).ok()?;
        Some(String::from_utf8_lossy(&answer[..read]).into_owned())
    }

    fn call(&self, function: &str) -> bool {
        self.guard.lock().unwrap_or_else(PoisonError::into_inner).call(function)
    }
}

fn functions(port: u16) -> String {
    format!(
        r#"
start() {{
    command -v redis-server || return 1
    redis-server --bind 127.0.0.1 --port {port} --save '' --appendonly no </dev/null >/dev/null 2>&1 &
    server=$!
    for _ in $(seq 400); do
        redis-cli -h 127.0.0.1 -p {port} ping 2>/dev/null | grep -q PONG && return 0
        kill -0 $server || return 1
        sleep 0.05
    done
    return 1
}}
stop() {{ kill -9 $server && {{ wait $server 2>/dev/null; true; }}; }}
end() {{ stop; }}
"#
    )
}
