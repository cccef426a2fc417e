//! Plans: from a configuration, the state before and a provider to a graph of changes.
//!
//! Empty today: the native engine (`hotswap plan`, `hotswap apply`) is not built yet, and Terraform makes the plans. Here
//! will live the graph, the changes, the plan file, its JSON form and the diff that people read; deterministic given its
//! provider. Not here: carrying a plan out (`apply`), reading files (`lang`, `state`), any `hotswap_*` type (`resources`).
