//! The configuration language: Terraform's, as `*.tf` and `*.tf.json` files have it.
//!
//! Empty today: the native engine (`hotswap plan`, `hotswap apply`) is not built yet, and configurations are read by
//! Terraform. Here will live the parser with source ranges, evaluation, the language's functions, modules, and diagnostics
//! that point into a file. Not here: what a resource is (`sdk`), what will change (`plan`), the values themselves (`value`).
