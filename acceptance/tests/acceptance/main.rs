//! Acceptance tests: every line of what is promised, under real Terraform.
#![allow(clippy::unwrap_used)]

mod attributes;
mod bad_input;
mod blocks;
mod choosing;
mod data_sources;
mod demo;
mod deployment;
mod examples;
mod functions;
mod lifecycle;
mod logs;
mod outside;
mod plugin;
mod plugin_version;
mod provider_block;
mod random;
mod release;
mod rollouts;
mod secrets;
mod tenant;
mod timeouts;
mod token;
