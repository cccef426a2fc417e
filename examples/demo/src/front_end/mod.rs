//! The two programs that bring a server to what the quickstart says, run for real on a copy of it. They take the same arguments
//! and answer in the same format, so here is what is done with either; what is special about one is in its file.

mod hotswap;
mod terraform;

use std::path::PathBuf;
use std::process::{Output, Stdio};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::Value;
use tokio::process::Command;
use tokio::time::timeout;

pub(crate) use hotswap::Hotswap;
pub(crate) use terraform::Terraform;

const COMMAND_WITHIN: Duration = Duration::from_secs(180);
const PLAN_FILE: &str = "demo.tfplan";

/// What is special about a program.
pub(crate) trait Program: Send + Sync {
    /// What people call it.
    fn name(&self) -> &'static str;

    /// It, to be given arguments; with all it needs in its environment but the server.
    fn command(&self) -> Command;
}

/// A program on one folder against one server.
#[derive(Clone)]
pub(crate) struct FrontEnd {
    pub(crate) program: Arc<dyn Program>,
    /// The folder of the configuration, and of its state.
    pub(crate) folder: PathBuf,
    /// `HOTSWAP_ENDPOINT`.
    pub(crate) endpoint: String,
    /// `HOTSWAP_TOKEN`.
    pub(crate) token: String,
}

/// An error or a warning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Diagnostic {
    pub(crate) is_error: bool,
    pub(crate) summary: String,
    pub(crate) detail: String,
}

/// What `plan` said.
#[derive(Debug)]
pub(crate) struct Plan {
    /// Whether there is anything to do.
    pub(crate) has_changes: bool,
    /// The plan as people read it, without the attributes of what is created.
    pub(crate) text: String,
    pub(crate) diagnostics: Vec<Diagnostic>,
}

/// What `apply` said.
#[derive(Debug)]
pub(crate) struct Applied {
    pub(crate) succeeded: bool,
    pub(crate) diagnostics: Vec<Diagnostic>,
}

impl FrontEnd {
    /// What people call it.
    pub(crate) fn name(&self) -> &'static str {
        self.program.name()
    }

    /// Plans the quickstart with this version of the greeter, and keeps the plan for [`FrontEnd::apply`].
    pub(crate) async fn plan(&self, version: &str) -> Result<Plan> {
        let variable = format!("greeter_version={version}");
        let output = self.run(&["plan", "-json", "-input=false", "-detailed-exitcode", "-out", PLAN_FILE, "-var", &variable]).await?;
        let diagnostics = diagnostics(&output);
        let has_changes = match output.status.code() {
            Some(0) => false,
            Some(2) => true,
            _ => bail!("`{} plan` failed:\n{}", self.name(), all(&diagnostics, &output)),
        };
        let shown = self.run(&["show", "-no-color", PLAN_FILE]).await?;
        if !shown.status.success() {
            bail!("`{} show` failed:\n{}", self.name(), String::from_utf8_lossy(&shown.stderr));
        }
        Ok(Plan { has_changes, text: compact(&String::from_utf8_lossy(&shown.stdout)), diagnostics })
    }

    /// Applies the last plan.
    pub(crate) async fn apply(&self) -> Result<Applied> {
        let output = self.run(&["apply", "-json", "-input=false", PLAN_FILE]).await?;
        let diagnostics = diagnostics(&output);
        let succeeded = output.status.success();
        if !succeeded && !diagnostics.iter().any(|diagnostic| diagnostic.is_error) {
            bail!("`{} apply` failed without a word:\n{}", self.name(), all(&diagnostics, &output));
        }
        Ok(Applied { succeeded, diagnostics })
    }

    async fn run(&self, args: &[&str]) -> Result<Output> {
        let mut command = self.program.command();
        // What the caller's environment says about Terraform is meant for other configurations.
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("TF_") && !command.as_std().get_envs().any(|(known, _)| known == name) {
                command.env_remove(name);
            }
        }
        command
            .args(args)
            .current_dir(&self.folder)
            .env("TF_IN_AUTOMATION", "1")
            .env("HOTSWAP_ENDPOINT", &self.endpoint)
            .env("HOTSWAP_TOKEN", &self.token)
            .stdin(Stdio::null())
            .kill_on_drop(true);
        let what = format!("{} {}", self.name(), args[0]);
        timeout(COMMAND_WITHIN, command.output())
            .await
            .with_context(|| format!("`{what}` did not end within {COMMAND_WITHIN:?}"))?
            .with_context(|| format!("cannot run `{what}`"))
    }
}

/// The diagnostics in the JSON lines of the output, but for the one on development overrides.
fn diagnostics(output: &Output) -> Vec<Diagnostic> {
    let text = String::from_utf8_lossy(&output.stdout);
    let lines = text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let found = lines.filter(|line| line["type"] == "diagnostic").map(|line| {
        let part = |name: &str| line["diagnostic"][name].as_str().unwrap_or_default().trim().to_owned();
        Diagnostic { is_error: part("severity") == "error", summary: part("summary"), detail: part("detail") }
    });
    found.filter(|diagnostic| diagnostic.summary != "Provider development overrides are in effect").collect()
}

/// Everything that was said, for a failure that was not expected.
fn all(diagnostics: &[Diagnostic], output: &Output) -> String {
    let said: Vec<_> = diagnostics.iter().map(|diagnostic| format!("{}\n{}", diagnostic.summary, diagnostic.detail)).collect();
    format!("{}\n{}", said.join("\n"), String::from_utf8_lossy(&output.stderr)).trim().to_owned()
}

/// A plan with a line for each resource that is created, and the whole of each that is changed.
fn compact(plan: &str) -> String {
    let mut out = Vec::new();
    let mut creating = false;
    let begin = plan.find("\n  # ").or_else(|| plan.find("No changes.")).unwrap_or(0);
    for line in plan[begin..].lines().filter(|line| !line.trim().is_empty()) {
        if let Some(heading) = line.strip_prefix("  # ") {
            creating = heading.ends_with("will be created");
            if creating {
                out.push(format!("+ {}", heading.trim_end_matches(" will be created")));
                continue;
            }
        } else if !line.starts_with(' ') {
            creating = false;
        }
        if line.starts_with("Changes to Outputs:") {
            break;
        }
        if !creating {
            out.push(shortened(line.strip_prefix("  ").unwrap_or(line)));
        }
    }
    out.join("\n")
}

/// The line with the beginning of each digest instead of the whole.
fn shortened(line: &str) -> String {
    let is_digest =
        |word: &str| word.len() == 66 && word.starts_with('"') && word.trim_matches('"').bytes().all(|byte| byte.is_ascii_hexdigit());
    let words: Vec<_> = line.split(' ').map(|word| if is_digest(word) { format!("{}…\"", &word[..13]) } else { word.to_owned() }).collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAN: &str = r#"
Terraform used the selected providers to generate the following execution
plan. Resource actions are indicated with the following symbols:
  + create
  ~ update in-place

Terraform will perform the following actions:

  # hotswap_plugin_version.greeter["1.0.0"] will be created
  + resource "hotswap_plugin_version" "greeter" {
      + id     = (known after apply)
    }

  # hotswap_deployment.hello will be updated in-place
  ~ resource "hotswap_deployment" "hello" {
      ~ version = "1.0.0" -> "1.1.0"
        # (20 unchanged attributes hidden)
    }

Plan: 1 to add, 1 to change, 0 to destroy.

Changes to Outputs:
  + url = (known after apply)
"#;

    #[test]
    fn a_plan_keeps_changes_whole_and_creations_to_a_line() {
        let short = "+ hotswap_plugin_version.greeter[\"1.0.0\"]\n\
                     # hotswap_deployment.hello will be updated in-place\n\
                     ~ resource \"hotswap_deployment\" \"hello\" {\n    \
                         ~ version = \"1.0.0\" -> \"1.1.0\"\n      \
                           # (20 unchanged attributes hidden)\n  \
                       }\n\
                     Plan: 1 to add, 1 to change, 0 to destroy.";
        assert_eq!(compact(PLAN), short);
    }

    #[test]
    fn digests_are_shortened_and_nothing_else() {
        let digest = "9d69a380f01e".to_owned() + &"0".repeat(52);
        assert_eq!(shortened(&format!("  ~ sha256 = \"{digest}\" -> (known)")), "  ~ sha256 = \"9d69a380f01e…\" -> (known)");
        assert_eq!(shortened(&format!("  {digest} \"short\"")), format!("  {digest} \"short\""));
    }
}
