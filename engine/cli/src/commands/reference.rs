//! `hotswap reference`, not listed: the help of every command as one page of Markdown, which is docs/cli.md.

use clap::{Command, CommandFactory as _};

use super::Cli;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::view::View;

/// Columns after which help is wrapped.
const WIDTH: usize = 100;

const HEAD: &str = "\
---
page_title: \"The command line\"
description: |-
  Every command of hotswap and its options.
---

# The command line

The help of every command. Options may be written as here or in Terraform's way, with one dash: `--auto-approve` is
`-auto-approve`, and `--var name=value` is `-var 'name=value'`.

<!-- Written by `make docs`; the texts are in engine/cli/src/commands. -->
";

pub(crate) fn run(view: &View) -> Result<Exit, Failure> {
    let mut page = HEAD.to_owned();
    let mut root = Cli::command().term_width(WIDTH).disable_help_subcommand(true);
    root.build();
    write(&mut page, root);
    view.out(&page);
    Ok(Exit::Success)
}

fn write(page: &mut String, mut command: Command) {
    let name = command.get_bin_name().unwrap_or_else(|| command.get_name()).to_owned();
    let help = command.render_long_help().to_string();
    let help: Vec<_> = help.trim_end().lines().map(str::trim_end).collect();
    *page += &format!("\n## {name}\n\n```text\n{}\n```\n", help.join("\n"));
    for below in command.get_subcommands().filter(|below| !below.is_hide_set()) {
        write(page, below.clone().term_width(WIDTH));
    }
}
