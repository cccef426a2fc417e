//! What a rollout will do, as far as the spec alone tells. What a stage can catch depends on traffic and is
//! [`crate::detectable_rate`].

use hotswap_model::{DeploymentSpec, RolloutPlan, Span, StagePlan};

use crate::decide::own_deadline;
use crate::sequential::{ALPHA, failures_to_verdict};
use crate::strategy::{Step, steps};
use crate::{Kind, Spec};

/// How often a controller looks at a rollout, at least.
pub const TICK: Span = Span::from_millis(100);

/// The traffic that [`RolloutPlan::worst_rollback`] takes for granted: requests a second to the new revision.
pub const ASSUMED_REQUESTS_PER_SECOND: u64 = 1;

/// What a rollout from an old revision to `spec` will do.
///
/// The last stage has all traffic, and its hold includes `min_healthy_time`; so the holds add up to `shortest`, which
/// leaves loading aside. `longest` is the deadline of the whole, a look of the controller, and the drain of the revision
/// that goes (`sandbox.timeout`); with `auto_rollback` off it is when the rollout has halted.
///
/// `worst_rollback` is counted from the start of a stage whose every request fails, probes included, to all traffic being
/// back, by what sees it first: the requests, one a second of them and each taking as long as it may; or the probes. Where
/// neither `error_rate` nor `http` is set, nothing sees it and it is `longest`.
pub fn rollout_plan(spec: &DeploymentSpec) -> RolloutPlan {
    let rollout = Spec::new(spec, Kind::Update, spec.instances);
    let steps = steps(&rollout);
    let own: Span = steps.iter().filter(|step| step.gate.stops_the_clock()).filter_map(|step| own_deadline(&rollout, step)).sum();
    let longest = spec.health_check.progress_deadline + own + TICK + spec.sandbox.timeout;
    let worst_rollback = by_requests(spec).into_iter().chain(by_probes(spec)).map(|seen_after| seen_after + TICK).fold(longest, Span::min);
    let shortest = steps.iter().map(|step| step.hold).sum();
    RolloutPlan { strategy: spec.strategy.kind(), stages: stages(&steps), shortest, longest, worst_rollback }
}

/// The steps as stages. What comes last has all traffic, and so has a stage before it with as much: they are one.
fn stages(steps: &[Step]) -> Vec<StagePlan> {
    let mut stages: Vec<StagePlan> = Vec::new();
    for step in steps {
        match stages.last_mut() {
            Some(last) if last.weight == 100 => last.hold = last.hold + step.hold,
            _ => {
                let (hold, instances) = (step.hold, step.instances);
                stages.push(StagePlan { weight: step.weight, hold, instances, waits_for: step.gate.as_planned() });
            }
        }
    }
    stages
}

/// How long the requests take to tell.
fn by_requests(spec: &DeploymentSpec) -> Option<Span> {
    let failures = failures_to_verdict(spec.health_check.error_rate? / 100.0, ALPHA);
    Some(Span::from_secs(failures.div_ceil(ASSUMED_REQUESTS_PER_SECOND)) + spec.sandbox.timeout)
}

/// How long the probes take to tell: up to an interval until the next one, then `unhealthy_after` of them.
fn by_probes(spec: &DeploymentSpec) -> Option<Span> {
    let probe = spec.health_check.http.as_ref()?;
    let between = probe.interval.max(probe.timeout).as_micros();
    let rest = Span::from_micros(between.saturating_mul(u64::from(probe.unhealthy_after.saturating_sub(1))));
    Some(probe.interval + rest + probe.timeout)
}

#[cfg(test)]
mod tests {
    use hotswap_model::StageGate;

    use super::*;

    fn plan(more: &str) -> RolloutPlan {
        rollout_plan(&serde_json::from_str(&format!(r#"{{"plugin":"greeter","version":"1.0.0"{more}}}"#)).unwrap())
    }

    fn stages(plan: &RolloutPlan) -> Vec<String> {
        plan.stages.iter().map(|stage| format!("{} % {}", stage.weight, stage.hold)).collect()
    }

    #[test]
    fn a_direct_rollout_is_one_stage() {
        let plan = plan("");
        assert_eq!(stages(&plan), ["100 % 10s"]);
        assert_eq!(plan.shortest, Span::from_secs(10));
        assert_eq!(plan.longest.to_string(), "10m10s100ms");
    }

    #[test]
    fn the_last_stage_has_all_traffic_whether_it_is_written_or_not() {
        let written = plan(r#","strategy":{"canary":{"steps":[{"weight":10,"hold":"5s"},{"weight":100,"hold":"7s"}]}}"#);
        assert_eq!(stages(&written), ["10 % 5s", "100 % 17s"]);
        let unwritten = plan(r#","strategy":{"canary":{"steps":[{"weight":10,"hold":"5s"},{"weight":50,"hold":"7s"}]}}"#);
        assert_eq!(stages(&unwritten), ["10 % 5s", "50 % 7s", "100 % 10s"]);
        for plan in [written, unwritten] {
            assert_eq!(plan.shortest, plan.stages.iter().map(|stage| stage.hold).sum());
        }
    }

    #[test]
    fn what_stages_wait_for_is_planned_and_has_time_of_its_own() {
        let canary = plan(r#","instances":4,"strategy":{"canary":{"steps":[{"weight":10,"instances":1,"hold":"5s","manual":true}]}}"#);
        let told: Vec<_> = canary.stages.iter().map(|stage| (stage.instances, stage.waits_for.clone())).collect();
        assert_eq!(told, [(1, vec![StageGate::Promotion]), (4, vec![])]);
        assert_eq!(canary.longest.to_string(), "24h10m15s100ms");
        let blue = plan(r#","strategy":{"blue_green":{"auto_promote":false}}"#);
        assert_eq!(blue.stages[0].waits_for, [StageGate::Tests, StageGate::Promotion]);
        let ab = plan(r#","strategy":{"ab_test":{"duration":"2h"}}"#);
        assert_eq!((stages(&ab), ab.longest.to_string()), (vec!["50 % 0s".to_owned(), "100 % 10s".into()], "2h20m10s100ms".into()));
    }

    #[test]
    fn the_worst_rollback_goes_by_what_sees_it_first() {
        let http = r#""http":{"path":"/","interval":"500ms","timeout":"200ms","unhealthy_after":3}"#;
        let worst = |check: &str| plan(&format!(r#","sandbox":{{"timeout":"2s"}},"health_check":{{{check}}}"#)).worst_rollback.to_string();
        assert_eq!(worst(r#""error_rate":5"#), "5s100ms");
        assert_eq!(worst(&format!(r#""error_rate":5,{http}"#)), "1s800ms");
        assert_eq!(worst(&format!(r#""error_rate":null,{http}"#)), "1s800ms");
        assert_eq!(worst(r#""error_rate":null,"progress_deadline":"1m""#), "1m2s100ms");
    }
}
