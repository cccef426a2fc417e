//! Acceptance tests: every line of what is promised, under real Terraform.
#![allow(clippy::unwrap_used)]

mod blocks;
mod tenant;
