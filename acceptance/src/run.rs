//! What a Terraform command said.

use std::process::Output;

use serde_json::Value as Json;

/// What a command said, and how it ended.
#[derive(Debug)]
pub struct Run {
    /// The exit code; absent if a signal ended it.
    pub code: Option<i32>,
    /// Standard output and error.
    pub text: String,
    /// Errors and warnings, but for the one about development overrides.
    pub diagnostics: Vec<Diagnostic>,
}

/// An error or a warning.
#[derive(Debug, Clone)]
pub struct Diagnostic {
    /// Whether it is an error.
    pub is_error: bool,
    /// The headline.
    pub summary: String,
    /// Headline and text, on one line.
    pub text: String,
    /// The line of the configuration it is about: where the attribute path led.
    pub code: String,
    /// The resource it is about.
    pub address: String,
}

impl Run {
    pub(crate) fn new(output: &Output) -> Self {
        let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        let lines = stdout.lines().filter_map(|line| serde_json::from_str::<Json>(line).ok()).map(|line| line["diagnostic"].clone());
        // `validate` gives one document instead of lines.
        let whole = serde_json::from_str::<Json>(&stdout).ok().and_then(|whole| whole["diagnostics"].as_array().cloned());
        let all = lines.chain(whole.unwrap_or_default()).filter(|diagnostic| !diagnostic.is_null());
        let diagnostics = all.map(|diagnostic| Diagnostic::new(&diagnostic)).filter(|told| !told.summary.contains("development overrides"));
        Self { code: output.status.code(), diagnostics: diagnostics.collect(), text: format!("{stdout}{stderr}") }
    }

    /// The same, if it succeeded.
    ///
    /// # Panics
    /// If not.
    #[track_caller]
    pub fn succeeded(self) -> Self {
        assert_eq!(self.code, Some(0), "the command failed:\n{}", self.told());
        self
    }

    /// Checks that the command failed with an error that says `words`.
    ///
    /// # Panics
    /// If it did not.
    #[track_caller]
    pub fn fails(&self, words: &[&str]) -> &Diagnostic {
        self.fails_at("", words)
    }

    /// Checks that the command failed with an error that says `words` and points at the line that contains `code`.
    ///
    /// # Panics
    /// If it did not.
    #[track_caller]
    pub fn fails_at(&self, code: &str, words: &[&str]) -> &Diagnostic {
        assert_eq!(self.code, Some(1), "the command should have failed:\n{}", self.told());
        self.find(true, code, words)
    }

    /// Checks that a warning says `words`.
    ///
    /// # Panics
    /// If none does.
    #[track_caller]
    pub fn warns(&self, words: &[&str]) -> &Diagnostic {
        self.find(false, "", words)
    }

    /// Checks that a warning says `words` and points at the line that contains `code`.
    ///
    /// # Panics
    /// If none does.
    #[track_caller]
    pub fn warns_at(&self, code: &str, words: &[&str]) -> &Diagnostic {
        self.find(false, code, words)
    }

    /// Checks that nothing was warned of.
    ///
    /// # Panics
    /// If something was.
    #[track_caller]
    pub fn is_calm(&self) -> &Self {
        assert!(self.diagnostics.is_empty(), "unexpected:\n{}", self.told());
        self
    }

    #[track_caller]
    fn find(&self, is_error: bool, code: &str, words: &[&str]) -> &Diagnostic {
        let fits =
            |told: &&Diagnostic| told.is_error == is_error && told.code.contains(code) && words.iter().all(|word| told.text.contains(word));
        let found = self.diagnostics.iter().find(fits);
        found.unwrap_or_else(|| panic!("nothing says {words:?} at {code:?}:\n{}", self.told()))
    }

    /// Everything people should know of it.
    pub(crate) fn told(&self) -> String {
        let told: Vec<_> = self.diagnostics.iter().map(|told| format!("{told:#?}")).collect();
        format!("exit code {:?}\n{}\n{}", self.code, told.join("\n"), if told.is_empty() { &self.text } else { "" })
    }
}

impl Diagnostic {
    fn new(json: &Json) -> Self {
        let part = |value: &Json| value.as_str().unwrap_or_default().trim().to_owned();
        let words = format!("{}: {}", part(&json["summary"]), part(&json["detail"]));
        Self {
            is_error: json["severity"] == "error",
            summary: part(&json["summary"]),
            text: words.split_whitespace().collect::<Vec<_>>().join(" "),
            code: part(&json["snippet"]["code"]),
            address: part(&json["address"]),
        }
    }
}
