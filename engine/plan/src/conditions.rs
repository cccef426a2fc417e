//! Conditions: what `validation`, `precondition`, `postcondition` and `assert` blocks come to.

use hotswap_lang::{Diagnostic, Diagnostics, Kind, Scope, Severity, Val, config::CheckRule, convert::convert, evaluate::evaluate};
use hotswap_value::Type;

use crate::model::{CheckResult, CheckStatus};

/// What was found while evaluating.
#[derive(Debug, Default)]
pub struct Findings {
    /// Errors and warnings.
    pub diagnostics: Diagnostics,
    /// What became of conditions.
    pub checks: Vec<CheckResult>,
}

impl Findings {
    /// Whether there is an error among the messages.
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(Diagnostic::is_error)
    }

    /// Adds what was found elsewhere.
    pub fn extend(&mut self, other: Self) {
        self.diagnostics.extend(other.diagnostics);
        self.checks.extend(other.checks);
    }

    /// Evaluates the conditions of an object. One that fails is told under `summary` with the severity; true if none failed.
    pub(crate) fn check(&mut self, object: &str, rules: &[CheckRule], summary: &str, severity: Severity, scope: &dyn Scope) -> bool {
        if rules.is_empty() {
            return true;
        }
        let mut result = CheckResult { object: object.to_owned(), status: CheckStatus::Pass, messages: Vec::new() };
        for rule in rules {
            let status = self.rule(rule, summary, severity, scope, &mut result.messages);
            result.status = worse(result.status, status);
        }
        let passed = !matches!(result.status, CheckStatus::Fail | CheckStatus::Error);
        self.checks.push(result);
        passed
    }

    fn rule(&mut self, rule: &CheckRule, summary: &str, severity: Severity, scope: &dyn Scope, messages: &mut Vec<String>) -> CheckStatus {
        let mut found = Vec::new();
        let truth = evaluate(&rule.condition, scope, &mut found);
        if found.iter().any(Diagnostic::is_error) {
            // In a check block not even that stops anything.
            self.diagnostics.extend(found.into_iter().map(|diagnostic| Diagnostic { severity, ..diagnostic }));
            return CheckStatus::Error;
        }
        self.diagnostics.extend(found);
        let truth = match convert(&truth, &Type::Bool) {
            Ok(Val { kind: Kind::Bool(truth), .. }) => truth,
            Ok(Val { kind: Kind::Unknown(_), .. }) => return CheckStatus::Unknown,
            Ok(_) => return self.not_a_bool(rule, severity, "is null"),
            Err(error) => return self.not_a_bool(rule, severity, &format!("is not a bool: {error}")),
        };
        if truth {
            return CheckStatus::Pass;
        }
        let message = self.message(rule, scope);
        self.diagnostics
            .push(Diagnostic { severity, ..Diagnostic::error(summary, message.clone()).at(rule.condition.range).within(rule.range) });
        messages.push(message);
        CheckStatus::Fail
    }

    fn not_a_bool(&mut self, rule: &CheckRule, severity: Severity, problem: &str) -> CheckStatus {
        let detail = format!("A condition must be true or false; this one {problem}.");
        self.diagnostics.push(Diagnostic { severity, ..Diagnostic::error("Invalid condition", detail).at(rule.condition.range) });
        CheckStatus::Error
    }

    fn message(&mut self, rule: &CheckRule, scope: &dyn Scope) -> String {
        let message = evaluate(&rule.error_message, scope, &mut self.diagnostics);
        let marks = message.all_marks();
        if marks.any() {
            let what = if marks.ephemeral { "an ephemeral" } else { "a sensitive" };
            return format!("The condition does not hold. Its message has {what} value in it and is not shown.");
        }
        match convert(&message, &Type::String).ok().as_ref().and_then(Val::as_str) {
            Some(message) => message.trim().to_owned(),
            None => "The condition does not hold. Its message could not be made.".to_owned(),
        }
    }
}

/// The one of two that matters more.
pub(crate) fn worse(a: CheckStatus, b: CheckStatus) -> CheckStatus {
    let rank = |status| match status {
        CheckStatus::Pass => 0,
        CheckStatus::Unknown => 1,
        CheckStatus::Fail => 2,
        CheckStatus::Error => 3,
    };
    if rank(b) > rank(a) { b } else { a }
}
