//! Whole rollouts on a virtual clock: two timelines to read, and what holds for any spec, fault and clock.
#![allow(clippy::unwrap_used)]

use hotswap_model::{Canary, CanaryStep, HealthCheck, HttpProbe, Span, Strategy, Timestamp};
use hotswap_rollout::simulate::{Event, Outcome, Scenario, detection, run, run_watched};
use hotswap_rollout::{Bounds, Counts, Decision, Kind, Observation, Phase, Progress, Spec, TICK, Verdict, decide};
use proptest::prelude::*;
use proptest::strategy::Strategy as _;

fn canary() -> Scenario {
    let steps = [(10, 30), (50, 20)].map(|(weight, hold)| CanaryStep { weight, hold: Span::from_secs(hold) });
    Scenario {
        spec: Spec {
            strategy: Strategy::Canary(Canary { steps: steps.into() }),
            health_check: HealthCheck { min_requests: 20, ..HealthCheck::default() },
            auto_rollback: true,
            kind: Kind::Update,
        },
        instances: 4,
        available_after: Span::from_millis(400),
        requests_per_second: 50.0,
        failure_rate: 0.01,
        slow_rate: 0.0,
        events: Vec::new(),
        seed: 42,
    }
}

#[test]
fn a_good_version_passes_through_its_stages() {
    insta::assert_snapshot!(run(&canary()));
}

#[test]
fn a_version_that_fails_a_fifth_of_its_requests_goes_back_in_the_first_stage() {
    insta::assert_snapshot!(run(&Scenario { failure_rate: 0.2, ..canary() }));
}

#[test]
fn a_version_that_breaks_under_all_traffic_goes_back_within_two_seconds() {
    let breaks_at = Span::from_secs(53);
    let timeline = run(&Scenario { events: vec![(breaks_at, Event::FailureRate(1.0))], ..canary() });
    assert!(matches!(timeline.outcome, Outcome::Aborted(_)), "{timeline}");
    assert!(timeline.weights().contains(&100) && timeline.ended_after() <= breaks_at + Span::from_secs(2), "{timeline}");
}

#[test]
fn a_version_that_fails_everything_goes_back_within_two_seconds_of_its_first_failure() {
    let mut micros: Vec<u64> = (0..200)
        .map(|seed| {
            let mut first_failure = None;
            let timeline = run_watched(&Scenario { failure_rate: 1.0, seed, ..canary() }, |_, seen, _| {
                let elapsed = seen.now.since(seen.started_at);
                first_failure = first_failure.or((seen.counts.failures > 0).then_some(elapsed));
            });
            assert!((3..=7).contains(&timeline.counts.failures), "three settle it, and a look comes every 100ms\n{timeline}");
            timeline.ended_after().as_micros() - first_failure.unwrap().as_micros()
        })
        .collect();
    micros.sort_unstable();
    // 10 % of 50 requests a second: how long the second and third failure take is chance.
    assert!(micros[100] <= 500_000 && micros[197] <= 2_000_000, "median {} us, 99 of 100 within {} us", micros[100], micros[197]);
}

#[test]
fn a_restart_half_way_goes_on_where_it_was() {
    let timeline = run(&Scenario { events: vec![(Span::from_secs(40), Event::Restart)], ..canary() });
    assert_eq!(timeline.outcome, Outcome::Completed, "{timeline}");
    assert_eq!(timeline.weights(), [0, 10, 50, 100, 100]);
}

#[test]
fn the_table_has_a_row_for_every_pair() {
    let table = detection::table(1);
    assert_eq!(table.lines().count(), 2 + 14);
    insta::assert_snapshot!(table);
}

fn spans(most: u64) -> BoxedStrategy<Span> {
    (0..=most).prop_map(Span::from_millis).boxed()
}

prop_compose! {
    fn strategies()(steps in prop::option::of(prop::collection::btree_map(1_u8..=100, spans(8_000), 1..5))) -> Strategy {
        match steps {
            None => Strategy::Direct {},
            Some(steps) => {
                let steps = steps.into_iter().map(|(weight, hold)| CanaryStep { weight, hold }).collect();
                Strategy::Canary(Canary { steps })
            }
        }
    }
}

prop_compose! {
    fn checks()(
        probed in any::<bool>(), unhealthy_after in 1_u32..5, error_rate in prop::option::of(0.1..60.0_f64), latency in any::<bool>(),
        min_requests in 0_u64..200, min_healthy_time in spans(5_000), healthy in 1_u64..30, progress in 1_u64..60,
    ) -> HealthCheck {
        let http = HttpProbe { path: "/".into(), interval: Span::from_secs(1), timeout: Span::from_secs(1), unhealthy_after };
        HealthCheck {
            http: probed.then_some(http), error_rate, latency_p99_ms: latency.then_some(100), min_requests, min_healthy_time,
            healthy_deadline: Span::from_secs(healthy), progress_deadline: Span::from_secs(progress),
        }
    }
}

fn events() -> BoxedStrategy<Vec<(Span, Event)>> {
    let event = prop_oneof![
        (0.0..=1.0_f64).prop_map(Event::FailureRate),
        (1_u32..6).prop_map(Event::ProbesFail),
        Just(Event::ProbesPass),
        Just(Event::LoadFails("unknown import".into())),
        Just(Event::Restart),
        (-20_000_000..20_000_000_i64).prop_map(Event::ClockJumps),
    ];
    let sorted = |mut events: Vec<(Span, Event)>| {
        events.sort_by_key(|(after, _)| *after);
        events
    };
    prop::collection::vec((spans(60_000), event), 0..4).prop_map(sorted).boxed()
}

prop_compose! {
    /// Rows as a damaged database or a clock gone mad could make them.
    fn odd_progress()(
        index in prop::option::of(any::<usize>()), weight in any::<u8>(), entered_at in any::<i64>(), base in odd_counts(),
    ) -> Progress {
        let phase = index.map_or(Phase::Watching, |index| Phase::Stage { index });
        Progress { phase, weight, entered_at: Timestamp::from_micros(entered_at), base }
    }
}

prop_compose! {
    fn odd_counts()(requests in 0_u64..1_000_000_000, failures in 0_u64..1_000_000_000, slow in 0_u64..1_000_000) -> Counts {
        Counts { requests, failures, slow }
    }
}

prop_compose! {
    fn scenarios()(
        strategy in strategies(), health_check in checks(), auto_rollback in any::<bool>(),
        kind in prop_oneof![Just(Kind::First), Just(Kind::Update), Just(Kind::Promotion)],
        instances in 1_u32..5, available_after in spans(20_000), requests_per_second in 0.0..60.0_f64,
        failure_rate in 0.0..=1.0_f64, slow_rate in 0.0..0.1_f64, events in events(), seed in any::<u64>(),
    ) -> Scenario {
        let spec = Spec { strategy, health_check, auto_rollback, kind };
        let failure_rate = if failure_rate < 0.5 { 0.0 } else { failure_rate };
        Scenario { spec, instances, available_after, requests_per_second, failure_rate, slow_rate, events, seed }
    }
}

proptest! {
    #[test]
    fn whatever_befalls_it_a_rollout_ends_and_keeps_its_promises(scenario in scenarios()) {
        let spec = &scenario.spec;
        let mut weight = 0;
        let mut faults = Vec::new();
        let mut check = |fine: bool, what: &str| if !fine { faults.push(what.to_owned()) };
        let timeline = run_watched(&scenario, |progress, seen, decision| {
            check(progress.weight >= weight && progress.weight <= 100, "the weight only rises");
            weight = progress.weight;
            let unhealthy = Verdict::of(Bounds::from(&spec.health_check), seen.counts).unhealthy().is_some();
            match decision {
                Decision::Wait { until } => {
                    check(*until > seen.now, "a wait ends in the future");
                    check(*until <= seen.started_at + spec.health_check.progress_deadline, "a wait ends by the deadline");
                    check(!unhealthy, "no waiting while unhealthy");
                }
                Decision::Advance { to } => {
                    check(!unhealthy && seen.load_error.is_none(), "no step forward while unhealthy");
                    check(seen.available == seen.instances_wanted, "no step forward with instances missing");
                    check(to.entered_at == seen.now && to.base == seen.counts, "a phase begins with what is seen");
                    if let (Phase::Stage { index }, Strategy::Canary(canary)) = (&progress.phase, &spec.strategy) {
                        check(seen.now >= progress.entered_at + canary.steps[*index].hold, "a hold passes");
                        check(seen.counts.since(progress.base).requests >= spec.health_check.min_requests, "a stage sees its requests");
                    }
                    if spec.kind != Kind::Update {
                        check(to.phase == Phase::Watching && to.weight == 100, "only updates have stages");
                    }
                }
                Decision::Complete => {
                    check(!unhealthy && seen.load_error.is_none(), "no completion while unhealthy");
                    check(seen.available == seen.instances_wanted, "no completion with instances missing");
                    check(progress.phase == Phase::Watching && progress.weight == 100, "no completion without all traffic");
                    let watched = if spec.kind == Kind::Promotion { Span::ZERO } else { spec.health_check.min_healthy_time };
                    check(seen.now >= progress.entered_at + watched, "min_healthy_time passes");
                }
                Decision::Abort { reason } => {
                    check(spec.auto_rollback || spec.kind == Kind::First, "no going back by itself unless allowed");
                    let back = progress.rolling_back(reason.clone(), seen.now);
                    check(back.weight == 0 && decide(spec, &back, seen) == *decision, "an abort stands");
                }
                Decision::Halt { reason } => {
                    check(!spec.auto_rollback && spec.kind != Kind::First, "no halt if it may go back");
                    let halted = progress.halted(reason.clone(), seen.now);
                    check(halted.weight == progress.weight && decide(spec, &halted, seen) == *decision, "a halt stands");
                }
            }
        });
        prop_assert!(faults.is_empty(), "{faults:?}\n{timeline}");
        let jumps: u64 = scenario.events.iter().map(|(_, event)| if let Event::ClockJumps(micros) = event { micros.unsigned_abs() } else { 0 }).sum();
        let latest = spec.health_check.progress_deadline + Span::from_micros(jumps) + TICK;
        prop_assert!(timeline.ended_after() <= latest, "later than {latest}\n{timeline}");
    }

    #[test]
    fn no_row_and_no_clock_makes_it_panic_or_give_more_than_all_traffic(
        scenario in scenarios(), progress in odd_progress(), counts in odd_counts(), times in any::<[i64; 3]>(), available in 0_u32..5,
    ) {
        let [now, started_at, instances_since] = times.map(Timestamp::from_micros);
        let instances_wanted = scenario.instances;
        let seen = Observation {
            now, started_at, instances_since, instances_wanted, available, counts, load_error: None, probe_failures: None,
        };
        match decide(&scenario.spec, &progress, &seen) {
            Decision::Wait { until } => prop_assert!(until > now),
            Decision::Advance { to } => prop_assert!(to.weight <= 100),
            Decision::Complete | Decision::Abort { .. } | Decision::Halt { .. } => {}
        }
    }

    #[test]
    fn a_first_deployment_that_is_well_completes_with_or_without_traffic(
        strategy in strategies(), check in checks(), traffic in 0.0..30.0_f64, available_after in spans(900),
    ) {
        let minute = Span::from_secs(60);
        let health_check = HealthCheck { progress_deadline: minute, healthy_deadline: minute, ..check };
        let spec = Spec { strategy, health_check, auto_rollback: true, kind: Kind::First };
        let latest = available_after + spec.health_check.min_healthy_time + TICK + TICK;
        let timeline = run(&Scenario { spec, available_after, requests_per_second: traffic, failure_rate: 0.0, ..canary() });
        prop_assert_eq!(&timeline.outcome, &Outcome::Completed);
        prop_assert_eq!(timeline.weights(), [0, 100, 100]);
        prop_assert!(timeline.ended_after() <= latest, "later than {latest}\n{timeline}");
    }

    #[test]
    fn a_version_that_fails_every_request_never_completes(strategy in strategies(), check in checks(), seed in any::<u64>()) {
        let health_check = HealthCheck {
            error_rate: Some(check.error_rate.unwrap_or(5.0)), min_healthy_time: Span::from_secs(10), progress_deadline: Span::from_secs(120), ..check
        };
        let spec = Spec { strategy, health_check, auto_rollback: true, kind: Kind::Update };
        let timeline = run(&Scenario { spec, failure_rate: 1.0, seed, ..canary() });
        prop_assert!(matches!(&timeline.outcome, Outcome::Aborted(reason) if reason.code() == "error_rate"), "{timeline}");
    }
}
