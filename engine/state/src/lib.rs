//! State files: what is known to exist, in Terraform's format (version 4).
//!
//! Empty today: the native engine (`hotswap plan`, `hotswap apply`) is not built yet, and Terraform keeps the state. Here
//! will live reading and writing state files, their locks and the backends that hold them. Not here: what changes (`plan`).
