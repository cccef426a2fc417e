//! Real Terraform with the provider that was just built: nobody's `~/.terraformrc` or plugin cache is read or changed.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;
use tokio::process::Command;

use super::Program;

/// Terraform, and the provider in a folder.
#[derive(Debug)]
pub(crate) struct Terraform {
    /// The CLI configuration that points to the provider.
    cli_config: PathBuf,
}

impl Terraform {
    /// Looks whether there is one, and a provider in `bin_dir`; what it needs is kept in `work`.
    pub(crate) async fn find(bin_dir: &Path, work: &Path) -> Result<Self> {
        is_installed().await?;
        let provider = bin_dir.join("terraform-provider-hotswap");
        ensure!(provider.is_file(), "{} is not there; build it with `make build`", provider.display());
        let file = work.join("terraform.rc");
        std::fs::write(&file, cli_config(bin_dir)).with_context(|| format!("cannot write {}", file.display()))?;
        Ok(Self { cli_config: file })
    }
}

impl Program for Terraform {
    fn name(&self) -> &'static str {
        "terraform"
    }

    fn command(&self) -> Command {
        let mut command = Command::new("terraform");
        command.env("TF_CLI_CONFIG_FILE", &self.cli_config).env("CHECKPOINT_DISABLE", "1");
        command
    }
}

/// The CLI configuration that takes the provider from a folder.
fn cli_config(bin_dir: &Path) -> String {
    // A JSON string is an HCL string as long as no template begins in it.
    let folder = Value::from(bin_dir.to_string_lossy().replace("${", "$${").replace("%{", "%%{"));
    format!("disable_checkpoint = true\n\nprovider_installation {{\n  dev_overrides {{\n    \"hotswap/hotswap\" = {folder}\n  }}\n}}\n")
}

/// Fails, saying what to install, where there is no Terraform.
async fn is_installed() -> Result<()> {
    match Command::new("terraform").arg("version").env("CHECKPOINT_DISABLE", "1").env("TF_CLI_CONFIG_FILE", "/dev/null").output().await {
        Ok(output) if output.status.success() => Ok(()),
        Ok(output) => bail!("`terraform version` failed: {}", String::from_utf8_lossy(&output.stderr).trim()),
        Err(error) => bail!(
            "cannot run `terraform`: {error}\n\nhint: install Terraform 1.11 or newer (https://developer.hashicorp.com/terraform/install) and put it on PATH"
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_override_survives_a_folder_with_odd_characters() {
        assert!(cli_config(Path::new(r#"/a "b" ${c}"#)).contains(r#""hotswap/hotswap" = "/a \"b\" $${c}""#));
    }
}
