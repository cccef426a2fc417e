//! `hotswap rollout simulate`

use std::path::PathBuf;

use clap::Args;
use hotswap_lang::{Diagnostic, Sources, variables};
use hotswap_model::{DeploymentSpec, Span};
use hotswap_rollout::simulate::{Event, Outcome, Rates, Scenario, run as simulated};
use hotswap_rollout::{Kind, OldLatency, Spec};
use hotswap_value::{Value, json};
use serde::Deserialize;

use super::Output;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::view::View;

/// Try a strategy on described traffic and faults, without a server
///
/// The file says `strategy` and `health_check` as a deployment does, and what befalls the rollout. The decisions are those of a server,
/// on a clock of their own; the same file always comes out the same. The exit code is 0 if the new revision serves in the end, else 1.
#[derive(Debug, Args)]
pub(crate) struct SimulateArgs {
    /// The scenario
    #[arg(short, long, value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    pub(super) output: Output,
}

/// A scenario as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(default)]
    strategy: Option<serde_json::Value>,
    #[serde(default)]
    health_check: Option<serde_json::Value>,
    #[serde(default)]
    instances: Option<u32>,
    #[serde(default)]
    auto_rollback: Option<bool>,
    /// Instances of the old revision; 0: there is none.
    #[serde(default)]
    old_instances: Option<u32>,
    #[serde(default)]
    available_after: Span,
    #[serde(default = "requests_per_second")]
    requests_per_second: f64,
    #[serde(default)]
    new: Percents,
    #[serde(default)]
    old: Percents,
    #[serde(default)]
    old_latency: Option<WrittenLatency>,
    /// What the smoke tests say, if they fail.
    #[serde(default)]
    tests_fail: Option<String>,
    #[serde(default)]
    events: Vec<WrittenEvent>,
    #[serde(default)]
    seed: u64,
}

fn requests_per_second() -> f64 {
    50.0
}

/// What comes of a revision's requests, in percent of them.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Percents {
    failures: f64,
    slow: f64,
    slower: f64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenLatency {
    p90_ms: u64,
    p99_ms: u64,
}

/// What befalls the rollout after a while: everything that is given, in this order.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenEvent {
    after: Span,
    #[serde(default)]
    failures: Option<f64>,
    #[serde(default)]
    requests_per_second: Option<f64>,
    #[serde(default)]
    probes_fail: Option<u32>,
    #[serde(default)]
    probes_pass: bool,
    #[serde(default)]
    load_fails: Option<String>,
    #[serde(default)]
    restart: bool,
    #[serde(default)]
    promote: bool,
    #[serde(default)]
    pause: bool,
    #[serde(default)]
    resume: bool,
    #[serde(default)]
    abort: bool,
}

pub(super) fn run(args: SimulateArgs, view: &View) -> Result<Exit, Failure> {
    let timeline = simulated(&read(&args)?);
    if args.output.json {
        let steps: Vec<_> = timeline
            .steps
            .iter()
            .map(|step| serde_json::json!({ "after": step.after, "weight": step.weight, "text": step.text }))
            .collect();
        let outcome = match &timeline.outcome {
            Outcome::Completed => serde_json::json!({ "name": "completed" }),
            Outcome::Aborted(reason) => serde_json::json!({ "name": "aborted", "reason": reason }),
            Outcome::Halted(reason) => serde_json::json!({ "name": "halted", "reason": reason }),
        };
        view.line(&serde_json::json!({ "steps": steps, "outcome": outcome, "counts": timeline.counts }).to_string());
    } else {
        view.out(&timeline.to_string());
    }
    Ok(if timeline.outcome == Outcome::Completed { Exit::Success } else { Exit::Failure })
}

fn read(args: &SimulateArgs) -> Result<Scenario, Failure> {
    let shown = args.file.display();
    let text = std::fs::read_to_string(&args.file)
        .map_err(|error| Failure::from_error(&format!("Cannot read {shown}"), &error, Some("name the file of a scenario with `-f`")))?;
    let mut sources = Sources::default();
    let file = sources.add(args.file.clone(), text);
    let values = match variables::values(&sources, file) {
        Ok(values) => values,
        Err(diagnostics) => return Err(Failure { diagnostics, sources }),
    };
    let values = Value::object(values.iter().map(|(name, value)| (name.to_string(), value.to_value())));
    let wrong = |detail: String| Failure::from(Diagnostic::error("Invalid scenario", format!("In {shown}: {detail}.")));
    let text = json::to_text(&values).map_err(|error| wrong(error.to_string()))?;
    let written: Written = serde_json::from_str(&text).map_err(|error| wrong(error.to_string()))?;
    scenario(written).map_err(wrong)
}

/// The scenario, if a server would take what it says.
fn scenario(written: Written) -> Result<Scenario, String> {
    let mut spec = serde_json::json!({ "plugin": "simulated", "version": "1.0.0" });
    let instances = written.instances.map(serde_json::Value::from);
    let auto_rollback = written.auto_rollback.map(serde_json::Value::from);
    for (name, value) in
        [("strategy", written.strategy), ("health_check", written.health_check), ("instances", instances), ("auto_rollback", auto_rollback)]
    {
        if let Some(value) = value {
            spec[name] = value;
        }
    }
    let spec: DeploymentSpec = serde_json::from_value(spec).map_err(|error| error.to_string())?;
    spec.validate().map_err(|faults| faults.to_string())?;
    let old = written.old_instances.unwrap_or(spec.instances);
    let kind = if old == 0 { Kind::First } else { Kind::Update };
    let rates = |percents: Percents| {
        let fraction = |percent: f64| (percent / 100.0).clamp(0.0, 1.0);
        Rates { failures: fraction(percents.failures), slow: fraction(percents.slow), slower: fraction(percents.slower) }
    };
    let mut events: Vec<_> = written.events.into_iter().flat_map(happenings).collect();
    events.sort_by_key(|(after, _)| *after);
    Ok(Scenario {
        available_after: written.available_after,
        requests_per_second: written.requests_per_second.clamp(0.0, 100_000.0),
        new: rates(written.new),
        old: rates(written.old),
        old_latency: written.old_latency.map(|latency| OldLatency { p90_ms: latency.p90_ms, p99_ms: latency.p99_ms }),
        tests: written.tests_fail.map_or(Ok(()), Err),
        events,
        seed: written.seed,
        ..Scenario::new(Spec::new(&spec, kind, old))
    })
}

fn happenings(event: WrittenEvent) -> Vec<(Span, Event)> {
    let after = event.after;
    let given = [
        event.failures.map(|percent| Event::FailureRate((percent / 100.0).clamp(0.0, 1.0))),
        event.requests_per_second.map(|rate| Event::RequestsPerSecond(rate.clamp(0.0, 100_000.0))),
        event.probes_fail.map(Event::ProbesFail),
        event.probes_pass.then_some(Event::ProbesPass),
        event.load_fails.map(Event::LoadFails),
        event.restart.then_some(Event::Restart),
        event.promote.then_some(Event::Promote),
        event.pause.then_some(Event::Pause),
        event.resume.then_some(Event::Resume),
        event.abort.then_some(Event::Abort),
    ];
    given.into_iter().flatten().map(|event| (after, event)).collect()
}
