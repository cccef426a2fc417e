//! Applying plans: the walk over a plan's graph that makes the changes.
//!
//! Empty today: the native engine (`hotswap plan`, `hotswap apply`) is not built yet, and Terraform applies. Here will live
//! the concurrent walk, evaluation with what has become known, the journal and recovery from it. Not here: deciding what
//! changes (`plan`), rollouts (`rollout` and `platform`: an apply asks for one and waits).
