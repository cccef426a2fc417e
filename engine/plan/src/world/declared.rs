//! Whether what an expression names is there at all.

use hotswap_lang::{Diagnostic, Range, Subject, config::Module};

use crate::suggest::did_you_mean;

/// The error for a reference to something a module doesn't declare; `None` if it does.
pub(crate) fn undeclared(module: &Module, subject: &Subject, range: Range) -> Option<Diagnostic> {
    let place = if module.path.is_root() { "The root module".to_owned() } else { format!("{}", module.path) };
    let fault = |what: &str, declares: String, hint: String| {
        let detail = format!("{place} declares no {declares}.{hint}");
        Some(Diagnostic::error(format!("Reference to undeclared {what}"), detail).at(range))
    };
    match subject {
        Subject::Variable(name) if !module.variables.contains_key(name) => {
            let hint = did_you_mean(name, module.variables.keys().map(|name| &**name));
            fault("variable", format!("variable {name:?}"), hint)
        }
        Subject::Local(name) if !module.locals.contains_key(name) => {
            let hint = did_you_mean(name, module.locals.keys().map(|name| &**name));
            fault("local value", format!("local value {name:?}"), hint)
        }
        Subject::Module(name) if !module.calls.contains_key(name) => {
            let hint = did_you_mean(name, module.calls.keys().map(|name| &**name));
            fault("module", format!("module call {name:?}"), hint)
        }
        Subject::Resource(name) if !module.resources.contains_key(name) => {
            let names: Vec<String> = module.resources.keys().map(ToString::to_string).collect();
            let hint = did_you_mean(&name.to_string(), names.iter().map(String::as_str));
            let what = name.mode.noun();
            fault(what, format!("{what} {name}"), hint)
        }
        Subject::Path(name) if !["module", "root", "cwd"].contains(&&**name) => {
            let detail = format!("There is path.module, path.root and path.cwd, but no path.{name}.");
            Some(Diagnostic::error("Invalid reference", detail).at(range))
        }
        Subject::Terraform(name) if !["workspace", "applying"].contains(&&**name) => {
            let detail = format!("There is terraform.workspace and terraform.applying, but no terraform.{name}.");
            Some(Diagnostic::error("Invalid reference", detail).at(range))
        }
        _ => None,
    }
}
