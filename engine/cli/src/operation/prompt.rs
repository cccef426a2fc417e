//! Questions to the user.

use std::io::{self, BufRead as _, IsTerminal as _};

use hotswap_lang::Diagnostic;
use tokio::sync::oneshot;

use super::unless_interrupted;
use crate::failure::Failure;
use crate::view::View;

/// Whether there is somebody to ask: questions are allowed, and standard input is a terminal.
pub(super) fn is_somebody_there(allowed: bool) -> bool {
    allowed && is_allowed() && io::stdin().is_terminal()
}

/// Whether TF_INPUT allows questions.
pub(crate) fn is_allowed() -> bool {
    let said = std::env::var("TF_INPUT").ok();
    said.and_then(|said| crate::arguments::is_truth(&said)) != Some(false)
}

/// Asks for a line. Nothing if there is none any more.
pub(super) async fn ask(view: &View, title: &str, explanation: &str) -> Result<Option<String>, Failure> {
    let explanation: String = explanation.lines().map(|line| format!("  {line}\n")).collect();
    view.out(&format!("\n{}\n{explanation}\n  {} ", view.bold(title), view.bold("Enter a value:")));
    let (told, answer) = oneshot::channel();
    // A thread of its own, which nobody waits for when the answer is Ctrl-C.
    std::thread::spawn(move || {
        let mut line = String::new();
        let read = io::stdin().lock().read_line(&mut line);
        let _ = told.send(matches!(read, Ok(1..)).then(|| line.trim().to_owned()));
    });
    let answer = unless_interrupted(answer).await;
    view.line("");
    Ok(answer?.ok().flatten())
}

/// Asks whether to go ahead: nothing but `yes` is a yes.
pub(crate) async fn confirm(view: &View, title: &str, explanation: &str) -> Result<bool, Failure> {
    match ask(view, title, explanation).await? {
        Some(answer) => Ok(answer == "yes"),
        None => {
            let detail = "Standard input ended without one. Pass -auto-approve to go ahead without being asked.";
            Err(Diagnostic::error("No answer", detail).into())
        }
    }
}
