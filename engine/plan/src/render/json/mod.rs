//! Plans and states for programs: what `show -json` prints ([`plan`](fn@plan), [`state`](fn@state)) and the lines of `plan -json` and `apply -json`
//! ([`events`]), key by key as Terraform 1.11 has them.

mod address;
mod checks;
mod configuration;
mod constant;
pub mod events;
mod plan;
mod references;
mod state;
#[cfg(test)]
mod tests;
mod values;

pub use self::{checks::to_store as checks_to_store, plan::plan, state::state};

/// The Terraform whose formats these are.
pub(crate) const TERRAFORM_VERSION: &str = hotswap_state::TERRAFORM_VERSION;

/// Text as Terraform prints it: in JSON, `<`, `>` and `&` stand nowhere but in strings, and there they are escaped.
fn to_text(json: &impl serde::Serialize) -> String {
    // Whatever is rendered here has text for its keys and no number that JSON lacks.
    let text = serde_json::to_string(json).unwrap_or_default();
    if !text.contains(['<', '>', '&', '\u{2028}', '\u{2029}']) {
        return text;
    }
    let escape = |char| match char {
        '<' => "\\u003c".to_owned(),
        '>' => "\\u003e".to_owned(),
        '&' => "\\u0026".to_owned(),
        '\u{2028}' => "\\u2028".to_owned(),
        '\u{2029}' => "\\u2029".to_owned(),
        char => char.to_string(),
    };
    text.chars().map(escape).collect()
}
