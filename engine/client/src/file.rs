//! A body that is read from a file while it is sent, anew for each try.

use std::error::Error;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::io::AsyncReadExt as _;

use crate::error::ClientError;

/// How much of the file is in memory.
const PIECE: usize = 256 << 10;

/// What is sent from a file.
#[derive(Clone)]
pub(crate) struct FileBody {
    path: PathBuf,
    pub(crate) size: u64,
    progress: Arc<dyn Fn(u64, u64) + Send + Sync>,
}

impl FileBody {
    /// The body that the file has now.
    pub(crate) async fn new(path: &Path, progress: impl Fn(u64, u64) + Send + Sync + 'static) -> Result<Self, ClientError> {
        let size = tokio::fs::metadata(path).await.map_err(|error| unreadable(path, &error))?.len();
        Ok(Self { path: path.to_owned(), size, progress: Arc::new(progress) })
    }

    /// Opens the file for one try.
    pub(crate) async fn open(&self) -> Result<reqwest::Body, ClientError> {
        let file = tokio::fs::File::open(&self.path).await.map_err(|error| unreadable(&self.path, &error))?;
        let (body, left) = (self.clone(), self.size);
        (self.progress)(0, self.size);
        // What the file has grown by meanwhile was not announced, and is another file's end.
        Ok(reqwest::Body::wrap_stream(futures::stream::try_unfold((file, left), move |(mut file, left)| {
            let body = body.clone();
            async move {
                if left == 0 {
                    return Ok(None);
                }
                let failed = |source| ReadFailed { path: body.path.clone(), source };
                let mut piece = bytes::BytesMut::with_capacity(usize::try_from(left).map_or(PIECE, |left| left.min(PIECE)));
                let read = (&mut file).take(left).read_buf(&mut piece).await.map_err(failed)?;
                if read == 0 {
                    return Err(failed(io::Error::new(io::ErrorKind::UnexpectedEof, "it became shorter while it was sent")));
                }
                let left = left - read as u64;
                (body.progress)(body.size - left, body.size);
                Ok(Some((piece.freeze(), (file, left))))
            }
        })))
    }
}

impl fmt::Debug for FileBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FileBody").field("path", &self.path).field("size", &self.size).finish_non_exhaustive()
    }
}

fn unreadable(path: &Path, error: &io::Error) -> ClientError {
    ClientError::File { path: path.to_owned(), reason: error.to_string() }
}

/// The file failed, not the connection: found again in what the connection says.
#[derive(Debug, thiserror::Error)]
#[error("{} cannot be read", path.display())]
struct ReadFailed {
    path: PathBuf,
    source: io::Error,
}

/// Whether a request ended because of its file.
pub(crate) fn file_error(error: &reqwest::Error) -> Option<ClientError> {
    let mut next = error.source();
    while let Some(error) = next {
        if let Some(ReadFailed { path, source }) = error.downcast_ref() {
            return Some(unreadable(path, source));
        }
        next = error.source();
    }
    None
}
