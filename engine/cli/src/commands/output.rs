//! `hotswap output`

use clap::Args;
use hotswap_lang::{Diagnostic, Kind, Sources, Val, show};
use hotswap_state::Output;
use hotswap_value::json;

use crate::exit::Exit;
use crate::failure::Failure;
use crate::options::{StateOptions, ViewOptions};
use crate::view::View;
use crate::{json_text, state_file};

/// Show the outputs of the root module, as the last apply left them in the state
#[derive(Debug, Args)]
pub(crate) struct OutputArgs {
    /// Only this one, whether it is sensitive or not [default: all]
    name: Option<String>,
    /// As JSON: the value of one, or of all with their types
    #[arg(long, conflicts_with = "raw")]
    json: bool,
    /// The value of one as it is, without quotes or a line break: a string, number or bool
    #[arg(long, requires = "name")]
    raw: bool,
    #[command(flatten)]
    pub(crate) view: ViewOptions,
    #[command(flatten)]
    state: StateOptions,
}

pub(crate) fn run(args: OutputArgs, view: &View) -> Result<Exit, Failure> {
    let outputs = state_file::read(&mut state_file::unlocked(&args.state))?.map(|state| state.outputs).unwrap_or_default();
    let Some(name) = args.name else {
        if args.json {
            let all: Result<Vec<_>, Failure> = outputs.iter().map(|(name, output)| Ok((name, with_type(output)?))).collect();
            view.line(&json_text::indented(&json_text::object(all?)));
        } else if outputs.is_empty() {
            let detail = "The state has no outputs: either nothing was applied yet, or the root module declares none.";
            view.diagnostics(&[Diagnostic::warning("No outputs found", detail)], &Sources::default());
        } else {
            view.out(&all(outputs.iter()));
        }
        return Ok(Exit::Success);
    };
    let Some(output) = outputs.get(&name) else {
        let known: Vec<_> = outputs.keys().map(String::as_str).collect();
        let has = if known.is_empty() { "It has none at all".to_owned() } else { format!("It has {}", known.join(", ")) };
        let detail = format!(
            "The state has no output of that name. {has}. An output that was added to the configuration is there after the next apply."
        );
        return Err(Diagnostic::error(format!("Output {name:?} not found"), detail).into());
    };
    if args.json {
        view.line(&to_json(output)?);
    } else if args.raw {
        view.out(&raw(&name, &output_value(output))?);
    } else {
        view.line(&show(&output_value(output)));
    }
    Ok(Exit::Success)
}

/// Every output with its value, a sensitive one without, as after an apply.
pub(crate) fn all<'a>(outputs: impl Iterator<Item = (&'a String, &'a Output)>) -> String {
    let line = |(name, output): (&String, &Output)| {
        let value = if output.sensitive { "<sensitive>".to_owned() } else { show(&output_value(output)) };
        format!("{name} = {value}\n")
    };
    outputs.map(line).collect()
}

fn output_value(output: &Output) -> Val {
    Val::new(&output.value, &output.ty)
}

fn to_json(output: &Output) -> Result<String, Failure> {
    json::to_text(&output.value).map_err(|error| Failure::from_error("Output cannot be shown", &error, None))
}

fn with_type(output: &Output) -> Result<String, Failure> {
    let value = to_json(output)?;
    Ok(format!("{{\"sensitive\":{},\"type\":{},\"value\":{value}}}", output.sensitive, output.ty.to_json()))
}

fn raw(name: &str, value: &Val) -> Result<String, Failure> {
    match &value.kind {
        Kind::String(text) => Ok(text.to_string()),
        Kind::Number(number) => Ok(number.to_string()),
        Kind::Bool(truth) => Ok(truth.to_string()),
        Kind::Null(_) => {
            let detail = format!("The output {name:?} is null, which has no raw form. With -json it is `null`.");
            Err(Diagnostic::error("Output has no raw form", detail).into())
        }
        _ => {
            let detail = format!("The output {name:?} is {}, and only strings, numbers and bools have a raw form. Use -json.", value.ty());
            Err(Diagnostic::error("Output has no raw form", detail).into())
        }
    }
}
