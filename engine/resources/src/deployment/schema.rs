//! The attributes of a deployment. Defaults are the model's; none is written here.

use hotswap_model::{Compare, DeploymentName, DeploymentSpec, HealthCheck, HttpProbe, NoTraffic, PluginName, Sandbox, Secrets, TenantName};
use hotswap_sdk::schema::attribute::{boolean, list, list_of, map, number, single, string};
use hotswap_sdk::validators::{one_of, whole_number};
use hotswap_sdk::{Attribute, Schema};
use hotswap_value::{Type, Value};

use super::strategy;
use crate::check::{constraint, json_object, reads_as, span};
use crate::object::decimal;

/// Whether an apply waits for the rollout where nothing is said.
pub(super) const DEFAULT_WAIT: bool = true;

/// The schema of the resource block.
pub(crate) fn schema() -> Schema {
    let description = "A deployment: one plugin run for one tenant. A change of what is wanted makes a new revision, and a rollout moves traffic to it \
                       by the strategy, without dropping a request. A revision that turns out unhealthy goes back by itself; its spec is then \
                       *held*: it is not rolled out again until it changes or `retry` is raised, and plans say so in a warning.\n\n\
                       The attributes below say what is wanted; `active_version`, `active_revision` and `status` say what serves. A first rollout that \
                       fails removes the deployment again.";
    let schema = Schema::new(0, description);
    let schema = address(schema);
    let schema = wanted(schema);
    let schema = waiting(schema);
    computed(schema)
}

fn address(schema: Schema) -> Schema {
    schema
        .attribute(
            "name",
            string().required().requires_replace().validate(reads_as::<DeploymentName>("A name")).describe(
                "Unique within the tenant and part of the deployment's host name: 1 to 63 lower-case letters, digits and dashes, beginning with a \
                 letter. Changing it makes a new deployment.",
            ),
        )
        .attribute(
            "tenant",
            string().required().requires_replace().validate(reads_as::<TenantName>("A name")).describe("The name of the tenant it runs for. Changing it makes a new deployment."),
        )
}

fn wanted(schema: Schema) -> Schema {
    let most = |limit: u64| i64::try_from(limit).unwrap_or(i64::MAX);
    let sandbox = Sandbox::default();
    schema
        .attribute("plugin", string().required().validate(reads_as::<PluginName>("A name")).describe("The name of the plugin that runs."))
        .attribute(
            "version",
            string().required().validate(constraint()).describe(
                "Which versions will do. `1.0.0` is that version alone; `~> 1.1` is `>= 1.1.0, < 2.0.0`; `^0.2.3` is `>= 0.2.3, < 0.3.0`; also `>`, \
                 `>=`, `<`, `<=`, `!=`, and several parts separated by commas. Pre-releases only where a part names one. The version chosen stays \
                 while it satisfies the constraint; raise `resolve_serial` to have it chosen anew.",
            ),
        )
        .attribute(
            "resolve_serial",
            number().default(0).validate(whole_number(0..=i64::MAX)).describe("Raise it to have the version chosen anew under the same constraint. Default: 0."),
        )
        .attribute("dependency_overrides", crate::dependency::overrides())
        .attribute(
            "instances",
            number()
                .default(DeploymentSpec::default_instances())
                .validate(whole_number(1..=i64::from(DeploymentSpec::MAX_INSTANCES)))
                .describe("How many requests it can serve at the same time. Default: 1."),
        )
        .attribute(
            "config",
            string().validate(json_object()).describe(
                "What the plugin is given: a JSON object as text, as `jsonencode({...})` gives it. Goes over the version's `default_config` key by key.",
            ),
        )
        .attribute(
            "secrets",
            map(Type::String).write_only().sensitive().describe(format!(
                "Values the plugin reads beside `config`, by name: at most {} of {} KiB each, under names that `config` has not. A secret goes over the \
                 version's `default_config`. Write-only, and sealed where the platform keeps them; no plan, state, log or answer holds one. They are taken \
                 when `secrets_version` changes and passed over until then, so that a plan may do without them.",
                Secrets::MAX_COUNT,
                Secrets::MAX_VALUE >> 10
            )),
        )
        .attribute(
            "secrets_version",
            number().validate(whole_number(0..=i64::MAX)).describe(
                "Set it with `secrets`, and change it whenever they do: a new revision with the present values is rolled out. A rollback goes back \
                 to those of the revision it goes back to.",
            ),
        )
        .attribute(
            "preview_key",
            string().describe(
                "Who sends it in the header `x-hotswap-revision` is answered by the newest revision, whatever its weight: a new colour that nobody \
                 sees yet, or a canary; with `/NUMBER` behind it by that revision. Such requests count for no verdict. 8 to 128 letters, digits, \
                 dashes, underscores and dots; it is no secret, and stands in plans and state. Without it no revision can be named.",
            ),
        )
        .attribute("strategy", strategy::schema())
        .attribute("health_check", health_check())
        .attribute(
            "sandbox",
            single([
                (
                    "memory_mb",
                    number()
                        .default(sandbox.memory_mb)
                        .validate(whole_number(1..=most(DeploymentSpec::MAX_MEMORY_MB)))
                        .describe(format!("Most memory of one instance, in MiB. Default: {}.", sandbox.memory_mb)),
                ),
                (
                    "timeout",
                    string().default(sandbox.timeout.to_string()).validate(span()).describe(format!(
                        "Most time for one request, from its arrival to the last byte of its answer. Default: `{}`.",
                        sandbox.timeout
                    )),
                ),
            ])
            .default(Value::object::<&str, Value>([]))
            .describe("What one request may take. There are no files and no network in a sandbox."),
        )
        .attribute(
            "auto_rollback",
            boolean().default(DeploymentSpec::default_auto_rollback()).describe(
                "Whether an unhealthy revision goes back by itself. Otherwise its rollout halts where it is, and people decide. Default: `true`.",
            ),
        )
        .attribute("retry", number().default(0).validate(whole_number(0..=i64::MAX)).describe("Raise it to have a held spec tried again. Default: 0."))
}

fn health_check() -> Attribute {
    let all = HealthCheck::default();
    let whole = |description: &str| number().validate(whole_number(0..=i64::MAX)).describe(description);
    let deadline = |default: hotswap_model::Span, description: &str| {
        string().default(default.to_string()).validate(span()).describe(format!("{description} Default: `{default}`."))
    };
    let interval = HttpProbe::default_interval();
    let timeout = HttpProbe::default_timeout();
    let after = HttpProbe::default_unhealthy_after();
    let http = single([
        ("path", string().required().describe("The path asked for, beginning with `/`. A status from 200 to 399 means well.")),
        ("interval", deadline(interval, "From one probe of an instance to its next, at least 100 ms.")),
        ("timeout", deadline(timeout, "How long an answer may take, at least 10 ms.")),
        (
            "unhealthy_after",
            number()
                .default(after)
                .validate(whole_number(1..=i64::from(u32::MAX)))
                .describe(format!("Failures in a row after which an instance counts as unavailable. Default: {after}.")),
        ),
    ]);
    let error_rate = number().describe(format!(
        "Percent of requests that may fail, more than 0 and less than 100. Default: {}.",
        all.error_rate.unwrap_or_default()
    ));
    single([
        ("http", http.describe("Asks every instance over HTTP whether it is well. Without it an instance is available once it is loaded.")),
        (
            "error_rate",
            match all.error_rate {
                Some(rate) => error_rate.default(decimal(rate)),
                None => error_rate,
            },
        ),
        ("latency_p99_ms", whole("Milliseconds within which 99 of 100 requests must be answered. Without it latency does not count.")),
        ("compare", compare()),
        (
            "min_requests",
            whole("Requests a stage must have seen before it may be left; 0: time alone decides. Default: 0.").default(all.min_requests),
        ),
        (
            "no_traffic",
            string().default(NoTraffic::default().as_str()).validate(one_of(NoTraffic::NAMES)).describe(
                "What happens when a stage's time has passed and it hasn't seen `min_requests`: `wait` for them, `probe` (the platform asks the \
                 missing ones itself, at the path of `http`), or `proceed` without. Default: `wait`.",
            ),
        ),
        (
            "min_healthy_time",
            deadline(
                all.min_healthy_time,
                "How long the new revision must have been healthy with all traffic before the rollout is complete.",
            ),
        ),
        ("healthy_deadline", deadline(all.healthy_deadline, "How long the new revision's instances may take to become available.")),
        (
            "progress_deadline",
            deadline(
                all.progress_deadline,
                "How long the whole rollout may take; longer than its stages hold. Stages that wait for somebody, or compare variants, have \
                 deadlines of their own and aren't counted.",
            ),
        ),
        ("promotion_deadline", deadline(all.promotion_deadline, "How long a stage may wait for somebody to promote it.")),
    ])
    .default(Value::object::<&str, Value>([]))
    .describe("When a revision counts as healthy.")
}

fn compare() -> Attribute {
    let all = Compare::default();
    let percent = |default: Option<f64>, description: &str| {
        let attribute = number().describe(format!("{description} Default: {}.", default.unwrap_or_default()));
        default.map(decimal).into_iter().fold(attribute, Attribute::default)
    };
    single([
        ("error_rate", percent(all.error_rate, "By how many percent of the old one's its error rate may be higher.")),
        ("latency", percent(all.latency, "By how many percent of the old one's its 99th percentile may be higher.")),
    ])
    .describe(
        "Bounds against the old revision over the same time: `compare = {}` for the defaults. Like the others they are tests that a version \
         just within them fails at most one time in 1,000. Without it the old revision is not compared with.",
    )
}

fn waiting(schema: Schema) -> Schema {
    let limit = |description: &str| string().validate(span()).describe(description);
    schema
        .attribute(
            "wait",
            boolean().default(DEFAULT_WAIT).describe(
                "Whether an apply waits until the rollout is over. If not, or if the apply is stopped, the rollout goes on in the platform. Default: `true`.",
            ),
        )
        .attribute(
            "timeouts",
            single([
                (
                    "create",
                    limit("How long making it and its first rollout may take, such as `\"30m\"`. Default: as long as the rollout can take, and a minute."),
                ),
                ("read", limit("How long reading it may take, such as `\"5m\"`. Default: a minute.")),
                ("update", limit("How long a change and its rollout may take. Default: as long as the rollout can take, and a minute.")),
                ("delete", limit("How long ending it may take. Default: a minute.")),
            ])
            .describe(
                "How long an operation may take, its retries included. With a time of your own a server that is not there, or has no time, is \
                 asked again until it is over. The rollout goes on when the time is up: its own deadlines are in `health_check`.",
            ),
        )
}

fn computed(schema: Schema) -> Schema {
    let stages = list_of([
        ("weight", number().computed().describe("Percent of the requests that go to the new revision.")),
        ("hold", string().computed().describe("How long the stage is watched, at least.")),
        ("instances", number().computed().describe("Instances of the new revision.")),
        (
            "waits_for",
            list(Type::String)
                .computed()
                .describe("What it waits for beside time and health, in order: `tests`, `comparison`, `promotion`."),
        ),
    ]);
    let plan = single([
        ("strategy", string().computed().describe("How traffic moves.")),
        ("stages", stages.computed().describe("The stages, in order; the last has all traffic.")),
        ("shortest", string().computed().describe("The time it takes if nothing is wrong and nothing is slow, loading aside.")),
        ("longest", string().computed().describe("The time after which it is over one way or the other.")),
        (
            "worst_rollback",
            string()
                .computed()
                .describe("From the moment a version begins to fail every request until all traffic is back, at most, given some traffic."),
        ),
    ]);
    schema
        .attribute("id", string().computed().describe("Given by the platform, such as `dep_…`. A deployment made anew under an old name has a new one."))
        .attribute(
            "resolved_version",
            string().computed().describe("The version chosen for the constraint. Known when planning only if it stays, or if `version` names one published version."),
        )
        .attribute("sha256", string().computed().describe("SHA-256 of that version's component."))
        .attribute(
            "dependencies",
            crate::dependency::solution().describe(
                "The solution: the plugins it needs, directly and indirectly, by name. It stays as a whole, as `resolved_version` does.",
            ),
        )
        .attribute("rollout_plan", plan.computed().describe("What a rollout of this spec does."))
        .attribute("revision", number().computed().describe("The number of the accepted spec: 1 for the first, then rising."))
        .attribute("active_revision", number().computed().describe("The revision that serves; null until the first rollout is complete."))
        .attribute("active_version", string().computed().describe("The version that serves; null until the first rollout is complete."))
        .attribute(
            "status",
            string().computed().describe(
                "What serves: `active` (the spec), `progressing` (a rollout to it is under way), `held` (it was rolled back and an earlier revision \
                 serves) or `halted` (its rollout stopped half-way, since `auto_rollback` is off).",
            ),
        )
        .attribute("url", string().computed().describe("Where it answers."))
}
