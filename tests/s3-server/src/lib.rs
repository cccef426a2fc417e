//! S3 servers for tests: the real protocol over a free port of 127.0.0.1, with signatures checked, and a proxy before one
//! that fails as servers and networks do.

mod proxy;
mod s3;
mod server;

pub use proxy::{Fault, Proxy};
pub use server::{ACCESS_KEY_ID, BUCKET, S3Server, SECRET_ACCESS_KEY};
