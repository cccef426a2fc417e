//! Serves any [`hotswap_sdk::Provider`] to Terraform: the plugin handshake, mutual TLS, and protocol 6 over gRPC.
//!
//! `rpc` has a file for each RPC or tight group of them, `wire` converts and does nothing else, the rest is the process around them.
//! What a plan or an apply means is decided in `hotswap_sdk`, the same for every front end.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod controller;
mod handshake;
mod logging;
mod program;
mod reattach;
mod rpc;
mod tls;
mod transport;
mod wire;

pub use program::{Program, run};

/// The generated wire types.
#[allow(dead_code, missing_docs, clippy::all, clippy::unwrap_used, unreachable_pub)]
mod proto {
    pub(crate) mod tfplugin6 {
        tonic::include_proto!("tfplugin6");
    }
    pub(crate) mod plugin {
        tonic::include_proto!("plugin");
    }
}
