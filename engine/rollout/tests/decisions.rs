//! What a rollout does, case by case: one question, one answer.
#![allow(clippy::unwrap_used)]

use hotswap_model::{Canary, CanaryStep, HealthCheck, HttpProbe, Span, Strategy, Timestamp};
use hotswap_rollout::{Bounds, Counts, Decision, Health, Kind, Observation, Phase, ProbeFailure, Progress, Reason, Spec, Verdict, decide};

const START: Timestamp = Timestamp::from_micros(1_000_000_000);

fn at(secs: u64) -> Timestamp {
    START + Span::from_secs(secs)
}

fn canary(kind: Kind) -> Spec {
    let steps = [(10, 20), (50, 20)].map(|(weight, hold)| CanaryStep::new(weight, Span::from_secs(hold)));
    let http = HttpProbe { path: "/health".into(), interval: Span::from_secs(1), timeout: Span::from_secs(1), unhealthy_after: 3 };
    let health_check = HealthCheck { http: Some(http), min_requests: 30, latency_p99_ms: Some(200), ..HealthCheck::default() };
    let strategy = Strategy::Canary(Canary { steps: steps.into() });
    let old_instances = if kind == Kind::First { 0 } else { 4 };
    Spec { strategy, health_check, auto_rollback: true, kind, instances: 4, old_instances, hooks_before: false, hooks_after: false }
}

fn direct() -> Spec {
    Spec { strategy: Strategy::Direct {}, ..canary(Kind::Update) }
}

fn seen(secs: u64, requests: u64) -> Observation {
    Observation {
        now: at(secs),
        started_at: START,
        instances_since: START,
        available: 4,
        counts: counts(requests, 0, 0),
        old_counts: Counts::default(),
        old_latency: None,
        probed: Counts::default(),
        load_error: None,
        probe_failures: None,
        tests: None,
        hooks_before: None,
        hooks_after: None,
    }
}

fn counts(requests: u64, failures: u64, slow: u64) -> Counts {
    Counts { requests, failures, slow, slower: 0 }
}

fn in_phase(phase: Phase, weight: u8, secs: u64, requests: u64) -> Progress {
    let (instances, old_instances) = (Some(4), Some(4));
    Progress { phase, weight, instances, old_instances, base: counts(requests, 0, 0), ..Progress::start(at(secs), &canary(Kind::Update)) }
}

fn first_stage() -> Progress {
    in_phase(Phase::Stage { index: 0 }, 10, 5, 0)
}

fn advanced(decision: Decision) -> Progress {
    match decision {
        Decision::Advance { to } => *to,
        other => panic!("not advanced: {other:?}"),
    }
}

fn aborted(decision: Decision) -> Reason {
    match decision {
        Decision::Abort { reason } => reason,
        other => panic!("not aborted: {other:?}"),
    }
}

#[test]
fn it_starts_only_when_every_instance_is_available() {
    let start = Progress::start(START, &canary(Kind::Update));
    let three = Observation { available: 3, ..seen(5, 0) };
    assert_eq!(decide(&canary(Kind::Update), &start, &three), Decision::Wait { until: at(300) });
    let stage = advanced(decide(&canary(Kind::Update), &start, &seen(5, 0)));
    assert_eq!(stage, first_stage());
    assert_eq!(stage.describe(&canary(Kind::Update)), "stage 1 of 2 (10 %)");
}

#[test]
fn a_direct_rollout_moves_all_traffic_at_once() {
    let all = advanced(decide(&direct(), &Progress::start(START, &canary(Kind::Update)), &seen(5, 0)));
    assert_eq!(all, in_phase(Phase::Watching, 100, 5, 0));
    assert_eq!(decide(&direct(), &all, &seen(14, 1_000)), Decision::Wait { until: at(15) });
    assert_eq!(decide(&direct(), &all, &seen(15, 0)), Decision::Complete);
}

#[test]
fn a_first_rollout_has_no_stages() {
    let all = advanced(decide(&canary(Kind::First), &Progress::start(START, &canary(Kind::Update)), &seen(5, 0)));
    assert_eq!((&all.phase, all.weight), (&Phase::Watching, 100));
    assert!(matches!(decide(&canary(Kind::First), &all, &seen(14, 0)), Decision::Wait { .. }));
    assert_eq!(decide(&canary(Kind::First), &all, &seen(15, 0)), Decision::Complete);
}

#[test]
fn a_promotion_completes_as_soon_as_its_instances_are_available() {
    let spec = canary(Kind::Promotion);
    let start = Progress::start(START, &canary(Kind::Update));
    assert!(matches!(decide(&spec, &start, &Observation { available: 0, ..seen(5, 0) }), Decision::Wait { .. }));
    let all = advanced(decide(&spec, &start, &seen(5, 0)));
    assert_eq!(all.weight, 100);
    assert_eq!(decide(&spec, &all, &seen(5, 0)), Decision::Complete);
}

#[test]
fn a_stage_is_left_after_its_hold_and_its_requests_and_not_before() {
    let spec = canary(Kind::Update);
    assert_eq!(decide(&spec, &first_stage(), &seen(24, 500)), Decision::Wait { until: at(25) });
    assert_eq!(decide(&spec, &first_stage(), &seen(25, 29)), Decision::Wait { until: at(600) });
    let second = advanced(decide(&spec, &first_stage(), &seen(25, 30)));
    assert_eq!(second, in_phase(Phase::Stage { index: 1 }, 50, 25, 30));
    assert!(matches!(decide(&spec, &second, &seen(45, 59)), Decision::Wait { .. }), "requests of the stage before count no more");
    assert_eq!(advanced(decide(&spec, &second, &seen(45, 60))), in_phase(Phase::Watching, 100, 45, 60));
}

#[test]
fn a_stage_over_its_bound_but_not_surely_gathers_more_requests() {
    let spec = canary(Kind::Update);
    let seen = |requests, failures| Observation { counts: counts(requests, failures, 0), ..seen(30, 0) };
    assert!(matches!(decide(&spec, &first_stage(), &seen(40, 3)), Decision::Wait { .. }));
    assert!(matches!(decide(&spec, &first_stage(), &seen(80, 3)), Decision::Advance { .. }));
    assert_eq!(aborted(decide(&spec, &first_stage(), &seen(40, 13))).code(), "error_rate");
}

#[test]
fn failures_and_slowness_go_back_at_once() {
    let spec = canary(Kind::Update);
    let bad = Observation { counts: counts(3, 3, 0), ..seen(6, 0) };
    let reason = aborted(decide(&spec, &first_stage(), &bad));
    assert_eq!(reason.to_string(), "error rate 100 % is over the bound of 5 %: 3 of 3 requests failed (odds 1 : 1,000 of a false alarm)");
    let slow = Observation { counts: counts(50, 0, 9), ..seen(6, 0) };
    assert_eq!(aborted(decide(&spec, &first_stage(), &slow)), Reason::Latency { requests: 50, slow: 9, bound_ms: 200 });
}

#[test]
fn a_long_good_past_does_not_hide_a_bad_stage() {
    let all = in_phase(Phase::Watching, 100, 500, 1_000_000);
    let bad = Observation { counts: counts(1_000_003, 3, 0), ..seen(501, 0) };
    assert_eq!(aborted(decide(&canary(Kind::Update), &all, &bad)), Reason::ErrorRate { requests: 3, failures: 3, bound: 0.05 });
}

#[test]
fn evidence_adds_up_over_the_stages() {
    let half = counts(45, 8, 0);
    let bounds = Bounds::from(&canary(Kind::Update).health_check);
    assert_eq!(Verdict::of(bounds, half).health, Health::Degraded, "neither half settles it alone");
    let second = Progress { base: half, ..in_phase(Phase::Stage { index: 1 }, 50, 25, 0) };
    let bad = Observation { counts: counts(90, 16, 0), ..seen(30, 0) };
    assert_eq!(aborted(decide(&canary(Kind::Update), &second, &bad)), Reason::ErrorRate { requests: 90, failures: 16, bound: 0.05 });
}

#[test]
fn a_revision_that_cannot_be_loaded_goes_back_at_once() {
    let broken = Observation { available: 0, load_error: Some("unknown import".into()), ..seen(1, 0) };
    let reason = aborted(decide(&canary(Kind::Update), &Progress::start(START, &canary(Kind::Update)), &broken));
    assert_eq!(reason.to_string(), "the revision could not be loaded: unknown import");
}

#[test]
fn instances_that_never_become_available_end_at_the_healthy_deadline() {
    let failing = Some(ProbeFailure { ordinal: 2, failed: 90, error: "status 503".into() });
    let seen = |secs| Observation { available: 1, probe_failures: failing.clone(), ..seen(secs, 0) };
    assert!(matches!(decide(&canary(Kind::Update), &Progress::start(START, &canary(Kind::Update)), &seen(299)), Decision::Wait { .. }));
    let reason = aborted(decide(&canary(Kind::Update), &Progress::start(START, &canary(Kind::Update)), &seen(300)));
    assert_eq!(reason.to_string(), "1 of 4 instances became available within 5m; the last probe: status 503");
}

#[test]
fn an_instance_lost_to_its_probes_goes_back_after_as_many_failures_as_the_check_says() {
    let seen = |failed| Observation {
        available: 3,
        probe_failures: Some(ProbeFailure { ordinal: 2, failed, error: "timed out".into() }),
        ..seen(400, 500)
    };
    assert!(matches!(decide(&canary(Kind::Update), &first_stage(), &seen(2)), Decision::Wait { .. }), "not forward, and not yet back");
    let reason = aborted(decide(&canary(Kind::Update), &first_stage(), &seen(3)));
    assert_eq!(reason.to_string(), "instance 2 failed 3 probes in a row (timed out): 3 of 4 instances are available");
}

#[test]
fn after_a_restart_the_instances_have_their_time_again() {
    let seen = |secs| Observation { available: 0, instances_since: at(400), ..seen(secs, 0) };
    let stage = in_phase(Phase::Stage { index: 0 }, 10, 390, 0);
    let spec = Spec {
        health_check: HealthCheck { healthy_deadline: Span::from_secs(60), ..canary(Kind::Update).health_check },
        ..canary(Kind::Update)
    };
    assert_eq!(decide(&spec, &stage, &seen(410)), Decision::Wait { until: at(460) });
    assert_eq!(aborted(decide(&spec, &stage, &seen(460))).code(), "not_available");
}

#[test]
fn a_rollout_that_does_not_get_on_ends_at_its_deadline_and_says_what_it_waited_for() {
    let spec = canary(Kind::Update);
    assert!(matches!(decide(&spec, &first_stage(), &seen(599, 7)), Decision::Wait { .. }));
    let reason = aborted(decide(&spec, &first_stage(), &seen(600, 7)));
    assert_eq!(reason.to_string(), "the rollout was not complete within 10m: in stage 1 of 2 (10 %) it waited for requests: 7 of 30 seen");
    let watched = in_phase(Phase::Watching, 100, 100, 0);
    assert_eq!(decide(&spec, &watched, &seen(601, 7)), Decision::Complete, "what is done is not undone for being seen late");
}

#[test]
fn without_auto_rollback_it_halts_where_it_is_but_a_first_rollout_fails() {
    let bad = Observation { counts: counts(3, 3, 0), ..seen(6, 0) };
    let spec = |kind| Spec { auto_rollback: false, ..canary(kind) };
    let Decision::Halt { reason } = decide(&spec(Kind::Update), &first_stage(), &bad) else { panic!("not halted") };
    let halted = first_stage().halted(reason.clone(), at(6));
    assert_eq!((halted.weight, decide(&spec(Kind::Update), &halted, &seen(700, 9_000))), (10, Decision::Halt { reason }));
    assert_eq!(aborted(decide(&spec(Kind::First), &in_phase(Phase::Watching, 100, 5, 0), &bad)).code(), "error_rate");
}

#[test]
fn an_abort_stands_whatever_is_seen_later() {
    let reason = Reason::Requested { by: "admin".into() };
    let back = first_stage().rolling_back(reason.clone(), at(9));
    assert_eq!(back.weight, 0);
    assert_eq!(aborted(decide(&canary(Kind::Update), &back, &seen(5_000, 9_000))), reason);
}
