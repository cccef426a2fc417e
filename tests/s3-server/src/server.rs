//! A server over a folder of its own, gone when it is dropped.

use std::fs;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use s3s::auth::SimpleAuth;
use s3s::service::S3ServiceBuilder;
use tempfile::TempDir;
use tokio::net::TcpListener;

use crate::s3::Listing;

/// Whom the server knows.
pub const ACCESS_KEY_ID: &str = "HOTSWAPTESTS";
/// What its requests are signed with.
pub const SECRET_ACCESS_KEY: &str = "open-sesame-0123456789";
/// The bucket it has.
pub const BUCKET: &str = "plugins";

/// An S3 server of this process.
pub struct S3Server {
    address: SocketAddr,
    dir: TempDir,
    // It runs apart from the test's own runtime, which may be busy or have one thread.
    _runtime: Runtime,
}

/// Dropped inside another runtime, it must not wait.
struct Runtime(Option<tokio::runtime::Runtime>);

impl Drop for Runtime {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

impl S3Server {
    /// Starts one with an empty bucket.
    ///
    /// # Errors
    /// If there is no port or no folder for it.
    pub fn start() -> io::Result<Self> {
        let dir = tempfile::tempdir()?;
        fs::create_dir(dir.path().join(BUCKET))?;
        let files = s3s_fs::FileSystem::new(dir.path()).map_err(|error| io::Error::other(format!("{error:?}")))?;
        let mut service = S3ServiceBuilder::new(Listing::new(files));
        service.set_auth(SimpleAuth::from_single(ACCESS_KEY_ID, SECRET_ACCESS_KEY));
        let service = service.build();
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        let listener = runtime.block_on_apart(TcpListener::bind("127.0.0.1:0"))?;
        let address = listener.local_addr()?;
        runtime.spawn(async move {
            while let Ok((connection, _)) = listener.accept().await {
                let service = service.clone();
                tokio::spawn(async move {
                    // Clients that go away are none of the server's failures.
                    let _ = Builder::new(TokioExecutor::new()).serve_connection(TokioIo::new(connection), service).await;
                });
            }
        });
        Ok(Self { address, dir, _runtime: Runtime(Some(runtime)) })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The same as a URL.
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The file that holds an object of the bucket.
    pub fn file(&self, key: &str) -> PathBuf {
        self.dir.path().join(BUCKET).join(key)
    }

    /// Every object of the bucket below a prefix, sorted.
    pub fn keys(&self, prefix: &str) -> Vec<String> {
        fn walk(dir: &Path, found: &mut Vec<PathBuf>) {
            for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
                let path = entry.path();
                if path.is_dir() { walk(&path, found) } else { found.push(path) }
            }
        }
        let (root, mut found) = (self.dir.path().join(BUCKET), vec![]);
        walk(&root, &mut found);
        let keys = found.iter().filter_map(|path| path.strip_prefix(&root).ok()).map(|key| key.display().to_string());
        let mut keys: Vec<_> = keys.filter(|key| key.starts_with(prefix)).collect();
        keys.sort();
        keys
    }

    /// Parts of uploads that nobody ended.
    pub fn parts(&self) -> usize {
        let entries = fs::read_dir(self.dir.path()).into_iter().flatten().flatten();
        entries.filter(|entry| entry.file_name().to_string_lossy().starts_with(".upload_id-")).count()
    }

    /// The environment for a process that is to use it.
    pub fn environment(&self) -> Vec<(&'static str, String)> {
        environment(&self.endpoint())
    }
}

/// The environment for a process that is to use what listens there.
pub(crate) fn environment(endpoint: &str) -> Vec<(&'static str, String)> {
    vec![
        ("AWS_ACCESS_KEY_ID", ACCESS_KEY_ID.to_owned()),
        ("AWS_SECRET_ACCESS_KEY", SECRET_ACCESS_KEY.to_owned()),
        ("AWS_ENDPOINT_URL_S3", endpoint.to_owned()),
    ]
}

trait Apart {
    fn block_on_apart<T: Send>(&self, work: impl Future<Output = T> + Send) -> T;
}

impl Apart for tokio::runtime::Runtime {
    /// Waits on a thread of its own: the caller's may belong to another runtime, where waiting is forbidden.
    fn block_on_apart<T: Send>(&self, work: impl Future<Output = T> + Send) -> T {
        std::thread::scope(|scope| match scope.spawn(|| self.block_on(work)).join() {
            Ok(done) => done,
            Err(panic) => std::panic::resume_unwind(panic),
        })
    }
}
