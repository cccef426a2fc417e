//! Dependencies as blocks have them: what a version says of other plugins, and what was chosen for a deployment.

use std::collections::BTreeMap;

use hotswap_model::{Constraint, Dependency, DependencyKind, PluginName, Solved};
use hotswap_sdk::schema::attribute::{list, list_of, map, set_of, string};
use hotswap_sdk::validators::one_of;
use hotswap_sdk::{Attribute, Diagnostic, Diagnostics};
use hotswap_value::{Step, Type, Value};

use crate::check::{constraint, constraints_by_plugin, reads_as};
use crate::object::Object;

const KINDS: &[&str] = &["required", "optional", "conflicts"];

/// What a version says of other plugins.
pub(crate) fn declared() -> Attribute {
    set_of([
        (
            "plugin",
            string().required().validate(reads_as::<PluginName>("A name")).describe("The name of the other plugin; once in the set."),
        ),
        (
            "version",
            string()
                .required()
                .validate(constraint())
                .describe("Which versions of it are meant: a constraint, as a deployment's `version`."),
        ),
        (
            "kind",
            string().default(DependencyKind::default().as_str()).validate(one_of(KINDS)).describe(
                "`required`: one of them has to be there. `optional`: the plugin need not be there; if it is, it has to be one of them. \
                 `conflicts`: none of them may be there. Default: `required`.",
            ),
        ),
    ])
    .default(Value::set::<Value>([]))
    .describe("What it says of other plugins. Immutable, as the bytes are.")
}

/// Which versions of other plugins will do.
pub(crate) fn overrides() -> Attribute {
    map(Type::String).default(Value::object::<&str, Value>([])).validate(constraints_by_plugin()).describe(
        "Which versions of other plugins will do here: constraints by the names of plugins, each narrowing what is chosen for a dependency. \
         What a dependency itself leaves out stays left out. A plugin that is not needed is of no matter.",
    )
}

/// What was chosen.
pub(crate) fn solution() -> Attribute {
    list_of([
        ("plugin", string().computed().describe("The name of the plugin.")),
        ("version", string().computed().describe("The version chosen for all that need it.")),
        ("needed_by", list(Type::String).computed().describe("Who needs it, and which versions: `greeter 1.2.0 (^2)`.")),
    ])
    .computed()
}

/// The dependencies of a block. What is not known yet is left out, so that the rest can be checked.
pub(crate) fn read(block: &Object<'_>) -> Result<Vec<Dependency>, Diagnostic> {
    let mut read = Vec::new();
    for dependency in block.objects("dependencies").unwrap_or_default() {
        // A path ends at a set.
        let at_set = |diagnostic: Diagnostic| diagnostic.at("dependencies");
        let plugin = dependency.parse::<PluginName>("plugin").map_err(at_set)?;
        let version = dependency.parse::<Constraint>("version").map_err(at_set)?;
        if let (Some(plugin), Some(version)) = (plugin, version) {
            read.push(Dependency { plugin, version, kind: kind(dependency.get("kind")) });
        }
    }
    Ok(read)
}

fn kind(value: &Value) -> DependencyKind {
    DependencyKind::ALL.into_iter().find(|kind| value.as_str() == Some(kind.as_str())).unwrap_or_default()
}

/// Faults of the elements of the set, on the set: its elements can't be named.
pub(crate) fn on_set(diagnostics: Diagnostics) -> Diagnostics {
    let on_set = |diagnostic: Diagnostic| {
        let steps = diagnostic.attribute.as_ref().map(|path| path.steps());
        match steps {
            Some([Step::Attribute(name), _, ..]) if name == "dependencies" => diagnostic.at("dependencies"),
            _ => diagnostic,
        }
    };
    diagnostics.into_iter().map(on_set).collect()
}

/// The dependencies of a version, as a block has them.
pub(crate) fn declared_state(dependencies: &[Dependency]) -> Value {
    let state = |dependency: &Dependency| {
        Value::object([
            ("plugin", Value::from(dependency.plugin.as_str())),
            ("version", dependency.version.as_str().into()),
            ("kind", dependency.kind.as_str().into()),
        ])
    };
    Value::set(dependencies.iter().map(state))
}

/// The overrides of a block.
pub(crate) fn read_overrides(block: &Object<'_>) -> Result<BTreeMap<PluginName, Constraint>, Diagnostic> {
    let wrong = |error: String| Diagnostic::error("Invalid attribute value", crate::diagnose::sentence(error)).at("dependency_overrides");
    let read = block.map("dependency_overrides").into_iter().map(|(plugin, constraint)| {
        let plugin = plugin.parse().map_err(|error: hotswap_model::NameError| wrong(error.to_string()))?;
        let constraint = constraint.parse().map_err(|error: hotswap_model::ConstraintError| wrong(error.to_string()))?;
        Ok((plugin, constraint))
    });
    read.collect()
}

/// Overrides, as a block has them.
pub(crate) fn overrides_state(overrides: &BTreeMap<PluginName, Constraint>) -> Value {
    Value::object(overrides.iter().map(|(plugin, constraint)| (plugin.as_str(), constraint.as_str())))
}

/// A solution, as a block has it.
pub(crate) fn solution_state(solution: &[Solved]) -> Value {
    let state = |solved: &Solved| {
        let needs = solved.needed_by.iter().map(|need| format!("{} {} ({})", need.plugin, need.version, need.constraint));
        Value::object([
            ("plugin", Value::from(solved.plugin.as_str())),
            ("version", solved.version.to_string().into()),
            ("needed_by", Value::list(needs)),
        ])
    };
    Value::list(solution.iter().map(state))
}
