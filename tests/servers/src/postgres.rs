//! A PostgreSQL server. Its default order of texts is that of a language, so that whoever relies on the order of bytes must ask for it.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};

use tempfile::TempDir;

use crate::free_port;
use crate::guard::{Guard, User};

const PASSWORD: &str = "pass-word";

/// A running server.
#[derive(Debug)]
pub struct Postgres {
    guard: Mutex<Guard>,
    port: u16,
    databases: AtomicU32,
    /// Removed behind the server.
    _folder: TempDir,
}

impl Postgres {
    /// The server that all tests of a binary share.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<Postgres> = OnceLock::new();
        SHARED.get_or_init(Self::start)
    }

    /// Starts a server of one's own, to be stopped and started.
    pub fn start() -> Self {
        // What is lost in a crash of the machine is no loss here.
        Self::start_with("-c fsync=off -c full_page_writes=off")
    }

    /// Starts one whose commits are on disk as by default, to be measured.
    pub fn start_durable() -> Self {
        Self::start_with("")
    }

    fn start_with(options: &str) -> Self {
        let bin = binaries();
        let folder = tempfile::Builder::new().prefix("hotswap-postgres-").tempdir().unwrap();
        let user = User::other_than_root();
        if let Some(User { uid, gid }) = user {
            std::os::unix::fs::chown(folder.path(), Some(uid), Some(gid)).unwrap();
        }
        // Another process may take the port before the server does.
        for _ in 0..5 {
            let port = free_port();
            let mut guard = Guard::new(&functions(&bin, folder.path(), port, options), user);
            if guard.call("make") && guard.call("start") {
                return Self { guard: Mutex::new(guard), port, databases: AtomicU32::new(0), _folder: folder };
            }
        }
        let log = std::fs::read_to_string(folder.path().join("log")).unwrap_or_default();
        panic!("PostgreSQL cannot be started from {}:\n{log}", bin.display());
    }

    /// Makes an empty database; gives its address, for a superuser.
    pub fn database(&self) -> String {
        let name = format!("test_{}", self.databases.fetch_add(1, Ordering::Relaxed));
        psql(&self.address("postgres", PASSWORD, "postgres"), &format!("CREATE DATABASE {name}"));
        self.address("postgres", PASSWORD, &name)
    }

    /// Makes an empty database that belongs to a role of its own; gives the addresses for that role, and for another one that may
    /// use the tables and change none.
    pub fn database_with_roles(&self) -> (String, String) {
        let name = format!("test_{}", self.databases.fetch_add(1, Ordering::Relaxed));
        let (owner, user) = (format!("{name}_owner"), format!("{name}_user"));
        let super_user = self.address("postgres", PASSWORD, "postgres");
        for role in [&owner, &user] {
            psql(&super_user, &format!("CREATE ROLE {role} LOGIN PASSWORD '{PASSWORD}'"));
        }
        psql(&super_user, &format!("CREATE DATABASE {name} OWNER {owner}"));
        let as_owner = self.address(&owner, PASSWORD, &name);
        for sql in [
            format!("GRANT USAGE ON SCHEMA public TO {user}"),
            format!("ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {user}"),
        ] {
            // The schema is the superuser's, what is made in it the owner's.
            let who = if sql.starts_with("GRANT") { self.address("postgres", PASSWORD, &name) } else { as_owner.clone() };
            psql(&who, &sql);
        }
        psql(&self.address("postgres", PASSWORD, &name), &format!("GRANT CREATE ON SCHEMA public TO {owner}"));
        (as_owner, self.address(&user, PASSWORD, &name))
    }

    /// Stops the server at once; connections break.
    pub fn stop(&self) {
        assert!(self.guard.lock().unwrap_or_else(PoisonError::into_inner).call("stop"), "PostgreSQL does not stop");
    }

    /// Starts it again, with what it had.
    pub fn start_again(&self) {
        assert!(self.guard.lock().unwrap_or_else(PoisonError::into_inner).call("start"), "PostgreSQL does not start again");
    }

    /// The port it listens on.
    pub fn port(&self) -> u16 {
        self.port
    }

    fn address(&self, role: &str, password: &str, database: &str) -> String {
        format!("postgres://{role}:{password}@127.0.0.1:{}/{database}", self.port)
    }
}

/// Runs SQL as whoever the address names; gives what is answered, a line for each row.
pub fn psql(address: &str, sql: &str) -> String {
    let output = Command::new(binaries().join("psql"))
        .args([address, "-XAtq", "-v", "ON_ERROR_STOP=1", "-c", sql])
        .output()
        .expect("`psql` can be run");
    assert!(output.status.success(), "{sql}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).trim_end().to_owned()
}

fn functions(bin: &Path, folder: &Path, port: u16, more: &str) -> String {
    let (bin, folder) = (bin.display(), folder.display());
    let options = format!(
        "-c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories= -c max_connections=300 -c shared_buffers=64MB \
         {more}"
    );
    format!(
        r#"
make() {{
    [ -e {folder}/data/PG_VERSION ] || {{
        echo '{PASSWORD}' >{folder}/password &&
        {bin}/initdb -D {folder}/data -U postgres --pwfile={folder}/password --auth=scram-sha-256 --encoding=UTF8 \
            --locale=C.UTF-8 --locale-provider=icu --icu-locale=en-US --no-sync >{folder}/log 2>&1
    }}
}}
start() {{ {bin}/pg_ctl -D {folder}/data -l {folder}/log -w -t 60 -o '{options}' start </dev/null; }}
stop() {{ {bin}/pg_ctl -D {folder}/data -m immediate -w stop; }}
end() {{ stop; rm -rf {folder}/data {folder}/log {folder}/password; rmdir {folder}; }}
"#
    )
}

/// Where PostgreSQL's programs are.
fn binaries() -> PathBuf {
    static FOUND: OnceLock<PathBuf> = OnceLock::new();
    FOUND
        .get_or_init(|| {
            let named = std::env::var_os("HOTSWAP_POSTGRES_BIN").map(PathBuf::from);
            let on_path = std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()).collect::<Vec<_>>();
            let mut packaged: Vec<_> = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten().collect();
            packaged.sort_by_key(|version| version.file_name().to_string_lossy().parse::<u32>().unwrap_or_default());
            let packaged = packaged.into_iter().rev().map(|version| version.path().join("bin"));
            let mut folders = named.into_iter().chain(on_path).chain(packaged);
            folders
                .find(|folder| ["initdb", "pg_ctl", "psql"].iter().all(|program| folder.join(program).is_file()))
                .expect("PostgreSQL's `initdb` is not found; scripts/need-postgres tells what to install")
        })
        .clone()
}
