//! Whole rollouts on a virtual clock: two timelines to read, and what holds for any spec, fault and clock.
#![allow(clippy::unwrap_used)]

use hotswap_model::{
    AbTest, BlueGreen, Canary, CanaryStep, Compare, HealthCheck, HttpProbe, NoTraffic, Rolling, SmokeTest, Span, Strategy, Timestamp,
};
use hotswap_rollout::simulate::{Event, Outcome, Rates, Scenario, detection, run, run_watched};
use hotswap_rollout::{Bounds, Counts, Decision, Kind, Observation, OldLatency, Phase, Progress, Shape, Spec, TICK, Verdict, decide};
use proptest::prelude::*;
use proptest::strategy::Strategy as _;

fn update(strategy: Strategy) -> Scenario {
    let health_check = HealthCheck { min_requests: 20, ..HealthCheck::default() };
    let (instances, old_instances) = (4, 4);
    let kind = Kind::Update;
    let spec =
        Spec { strategy, health_check, auto_rollback: true, kind, instances, old_instances, hooks_before: false, hooks_after: false };
    let new = Rates { failures: 0.01, ..Rates::default() };
    Scenario { available_after: Span::from_millis(400), new, seed: 42, ..Scenario::new(spec) }
}

fn canary() -> Scenario {
    let steps = [(10, 30), (50, 20)].map(|(weight, hold)| CanaryStep::new(weight, Span::from_secs(hold)));
    update(Strategy::Canary(Canary { steps: steps.into() }))
}

fn failing(rate: f64, scenario: Scenario) -> Scenario {
    Scenario { new: Rates { failures: rate, ..scenario.new }, ..scenario }
}

#[test]
fn a_good_version_passes_through_its_stages() {
    insta::assert_snapshot!(run(&canary()));
}

#[test]
fn a_version_that_fails_a_fifth_of_its_requests_goes_back_in_the_first_stage() {
    insta::assert_snapshot!(run(&failing(0.2, canary())));
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
            let timeline = run_watched(&Scenario { seed, ..failing(1.0, canary()) }, |_, seen, _| {
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
fn instances_change_places_a_batch_at_a_time() {
    let rolling = Rolling { batch_size: Some(3), ..Rolling::default() };
    let mut scenario = update(Strategy::Rolling(rolling));
    (scenario.spec.instances, scenario.spec.old_instances) = (10, 8);
    let mut shapes = vec![];
    let timeline = run_watched(&scenario, |progress, _, _| {
        let Shape { weight, instances, old_instances } = progress.shape(&scenario.spec);
        if shapes.last() != Some(&(weight, instances, old_instances)) {
            shapes.push((weight, instances, old_instances));
        }
    });
    assert_eq!(timeline.outcome, Outcome::Completed, "{timeline}");
    assert_eq!(shapes, [(0, 3, 8), (33, 3, 6), (33, 6, 6), (60, 6, 4), (60, 9, 4), (90, 9, 1), (90, 10, 1), (100, 10, 0)]);
    insta::assert_snapshot!(timeline);
}

#[test]
fn where_none_may_be_too_many_the_old_ones_go_first() {
    let rolling = Rolling { batch_size: Some(1), max_surge: Some(0), max_unavailable: 1, ..Rolling::default() };
    let scenario = update(Strategy::Rolling(rolling));
    let mut most = 0;
    let timeline = run_watched(&scenario, |progress, _, _| {
        let shape = progress.shape(&scenario.spec);
        most = most.max(shape.instances + shape.old_instances);
    });
    assert_eq!((timeline.outcome.clone(), most), (Outcome::Completed, 5), "{timeline}");
}

#[test]
fn a_failed_batch_takes_all_of_them_back() {
    let rolling = update(Strategy::Rolling(Rolling::default()));
    let timeline = run(&Scenario { events: vec![(Span::from_secs(8), Event::FailureRate(1.0))], ..rolling });
    assert!(matches!(&timeline.outcome, Outcome::Aborted(reason) if reason.code() == "error_rate"), "{timeline}");
    assert_eq!(timeline.weights().last(), Some(&0));
}

#[test]
fn a_stage_with_few_instances_brings_up_the_rest_before_all_traffic() {
    let step = |weight, instances| CanaryStep { instances, ..CanaryStep::new(weight, Span::from_secs(2)) };
    let scenario = update(Strategy::Canary(Canary { steps: vec![step(10, Some(1)), step(50, Some(2))] }));
    let mut shapes = vec![];
    let timeline = run_watched(&scenario, |progress, seen, decision| {
        let shape = progress.shape(&scenario.spec);
        shapes.push((shape.weight, shape.instances));
        if let Decision::Advance { to } = decision {
            assert!(seen.available >= shape.instances, "{to:?}");
        }
    });
    shapes.dedup();
    assert_eq!(timeline.outcome, Outcome::Completed, "{timeline}");
    assert_eq!(shapes, [(0, 1), (10, 1), (10, 2), (50, 2), (50, 4), (100, 4)]);
}

#[test]
fn a_manual_stage_waits_for_somebody_and_its_time_is_its_own() {
    let manual = CanaryStep { manual: true, ..CanaryStep::new(10, Span::from_secs(5)) };
    let scenario = update(Strategy::Canary(Canary { steps: vec![manual] }));
    let hour = Span::from_secs(3_600);
    let promoted = run(&Scenario { requests_per_second: 1.0, events: vec![(hour, Event::Promote)], ..scenario.clone() });
    assert_eq!(promoted.outcome, Outcome::Completed, "{promoted}");
    assert!(promoted.ended_after() > hour, "the deadline of the whole stood still: {promoted}");
    let forgotten = run(&Scenario { requests_per_second: 0.1, ..scenario });
    insta::assert_snapshot!(forgotten);
}

#[test]
fn a_pause_keeps_it_where_it_is_but_not_from_going_back() {
    let events = |event, secs| vec![(Span::from_secs(10), Event::Pause), (Span::from_secs(secs), event)];
    let resumed = run(&Scenario { events: events(Event::Resume, 100), ..canary() });
    assert_eq!(resumed.outcome, Outcome::Completed, "{resumed}");
    assert!(resumed.steps[2].after >= Span::from_secs(100), "{resumed}");
    let bad = run(&Scenario { events: events(Event::FailureRate(1.0), 50), ..canary() });
    assert!(matches!(&bad.outcome, Outcome::Aborted(reason) if reason.code() == "error_rate"), "{bad}");
    let forgotten = run(&Scenario { events: events(Event::Pause, 11), ..canary() });
    assert!(matches!(&forgotten.outcome, Outcome::Aborted(reason) if reason.code() == "progress_deadline"), "{forgotten}");
    assert!(forgotten.to_string().contains("it waited for somebody to resume it"), "{forgotten}");
    let aborted = run(&Scenario { events: events(Event::Abort, 20), ..canary() });
    assert!(matches!(&aborted.outcome, Outcome::Aborted(reason) if reason.code() == "requested"), "{aborted}");
}

fn blue_green(auto_promote: bool) -> Scenario {
    let smoke_tests = vec![SmokeTest { path: "/health".into(), status: 200 }];
    update(Strategy::BlueGreen(BlueGreen { smoke_tests, auto_promote, ..BlueGreen::default() }))
}

#[test]
fn the_new_colour_is_tested_unseen_and_takes_all_traffic_at_once() {
    let timeline = run(&blue_green(true));
    assert_eq!((timeline.outcome.clone(), timeline.weights()), (Outcome::Completed, vec![0, 0, 100, 100]), "{timeline}");
    let failed = run(&Scenario { tests: Err("GET /health answered 503, not 200".into()), ..blue_green(true) });
    assert_eq!(failed.weights(), [0, 0, 0]);
    assert!(failed.to_string().contains("a smoke test failed: GET /health answered 503, not 200"), "{failed}");
    assert_eq!(failed.counts.requests, 0);
    let waited = run(&Scenario { events: vec![(Span::from_secs(900), Event::Promote)], ..blue_green(false) });
    assert_eq!(waited.outcome, Outcome::Completed, "{waited}");
    assert!(waited.ended_after() > Span::from_secs(900), "{waited}");
}

fn ab_test(auto_promote: bool, new: f64, old: f64) -> Scenario {
    let ab_test = AbTest { min_requests: 300, duration: Span::from_secs(600), auto_promote, ..AbTest::default() };
    let mut scenario = failing(new, update(Strategy::AbTest(ab_test)));
    scenario.spec.health_check.error_rate = None;
    scenario.old.failures = old;
    scenario
}

#[test]
fn a_variant_that_is_better_takes_over_and_one_that_is_worse_goes() {
    let better = run(&ab_test(true, 0.01, 0.08));
    assert_eq!(better.outcome, Outcome::Completed, "{better}");
    let worse = run(&ab_test(true, 0.08, 0.01));
    insta::assert_snapshot!(worse);
    let equal = run(&ab_test(true, 0.02, 0.02));
    assert_eq!(equal.outcome, Outcome::Completed, "no difference is none to keep the old one for: {equal}");
    assert!(equal.ended_after() > Span::from_secs(600), "{equal}");
    let unasked = run(&Scenario { requests_per_second: 0.1, ..ab_test(true, 0.0, 0.0) });
    assert!(unasked.to_string().contains("not enough requests to compare"), "{unasked}");
}

#[test]
fn what_is_only_to_be_told_is_told_and_waits_for_somebody() {
    let promoted = Event::Promote;
    let told = run(&Scenario { events: vec![(Span::from_secs(7_200), promoted)], ..ab_test(false, 0.08, 0.01) });
    assert_eq!(told.outcome, Outcome::Completed, "somebody decided otherwise: {told}");
    assert!(told.to_string().contains("the old version is better by errors"), "{told}");
}

#[test]
fn a_version_worse_than_the_old_one_goes_back_though_it_keeps_the_bound() {
    let mut scenario = failing(0.04, canary());
    scenario.spec.health_check.compare = Some(Compare::default());
    scenario.old.failures = 0.002;
    scenario.requests_per_second = 200.0;
    let timeline = run(&scenario);
    assert!(matches!(&timeline.outcome, Outcome::Aborted(reason) if reason.code() == "worse_errors"), "{timeline}");
    scenario.old.failures = 0.04;
    assert_eq!(run(&scenario).outcome, Outcome::Completed);
    scenario.old_latency = Some(OldLatency { p90_ms: 20, p99_ms: 50 });
    scenario.new.slower = 0.05;
    let slower = run(&scenario);
    assert!(slower.to_string().contains("longer than 100 ms"), "{slower}");
}

#[test]
fn false_alarms_against_the_old_revision_are_as_rare_as_promised() {
    let mut scenario = failing(0.03, canary());
    scenario.spec.health_check = HealthCheck { error_rate: None, compare: Some(Compare::default()), ..scenario.spec.health_check };
    scenario.old.failures = 0.02;
    let alarms = (0..300).filter(|seed| run(&Scenario { seed: *seed, ..scenario.clone() }).outcome != Outcome::Completed).count();
    assert!(alarms <= 3, "{alarms} of 300 at the bound");
}

#[test]
fn without_enough_traffic_it_waits_or_goes_on_as_it_is_told() {
    let quiet = |no_traffic| {
        let mut scenario = Scenario { requests_per_second: 0.2, ..canary() };
        scenario.spec.health_check.no_traffic = no_traffic;
        run(&scenario)
    };
    let waited = quiet(NoTraffic::Wait);
    assert!(waited.to_string().contains("of 20 seen"), "{waited}");
    assert_eq!(quiet(NoTraffic::Proceed).outcome, Outcome::Completed);
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

fn strategies() -> BoxedStrategy<Strategy> {
    let step = (1_u8..=100, spans(8_000), any::<bool>(), prop::option::of(1_u32..5));
    let canary = prop::collection::vec(step, 1..5).prop_map(|mut steps| {
        steps.sort_by_key(|step| step.0);
        steps.dedup_by_key(|step| step.0);
        let mut most = 0;
        let mut rising = |instances: Option<u32>| {
            most = most.max(instances?);
            Some(most)
        };
        let step = |(weight, hold, manual, instances)| CanaryStep { weight, hold, manual, instances: rising(instances) };
        Strategy::Canary(Canary { steps: steps.into_iter().map(step).collect() })
    });
    let rolling = (prop::option::of(1_u32..5), 0_u32..3, prop::option::of(0_u32..3), spans(3_000)).prop_map(
        |(batch_size, max_unavailable, max_surge, pause_between)| {
            let max_surge = max_surge.filter(|surge| surge + max_unavailable > 0);
            Strategy::Rolling(Rolling { batch_size, batch_percent: None, max_unavailable, max_surge, pause_between })
        },
    );
    let blue_green = any::<(bool, bool)>().prop_map(|(auto_promote, tested)| {
        let smoke_tests = if tested { vec![SmokeTest { path: "/".into(), status: 200 }] } else { vec![] };
        Strategy::BlueGreen(BlueGreen { smoke_tests, auto_promote, ..BlueGreen::default() })
    });
    let ab_test = (1_u8..100, 1_u64..300, spans(30_000), any::<bool>()).prop_map(|(weight, min_requests, duration, auto_promote)| {
        Strategy::AbTest(AbTest { weight, min_requests, duration, auto_promote, ..AbTest::default() })
    });
    prop_oneof![Just(Strategy::Direct {}), canary, rolling, blue_green, ab_test].boxed()
}

prop_compose! {
    fn checks()(
        probed in any::<bool>(), unhealthy_after in 1_u32..5, error_rate in prop::option::of(0.1..60.0_f64), latency in any::<bool>(),
        min_requests in 0_u64..200, min_healthy_time in spans(5_000), healthy in 1_u64..30, progress in 1_u64..60,
        promotion in 1_u64..60, compare in any::<bool>(), proceed in any::<bool>(),
    ) -> HealthCheck {
        let http = HttpProbe { path: "/".into(), interval: Span::from_secs(1), timeout: Span::from_secs(1), unhealthy_after };
        HealthCheck {
            http: probed.then_some(http), error_rate, latency_p99_ms: latency.then_some(100), min_requests, min_healthy_time,
            healthy_deadline: Span::from_secs(healthy), progress_deadline: Span::from_secs(progress),
            promotion_deadline: Span::from_secs(promotion), compare: compare.then(Compare::default),
            no_traffic: if proceed { NoTraffic::Proceed } else { NoTraffic::Wait },
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
        (0.0..60.0_f64).prop_map(Event::RequestsPerSecond),
        Just(Event::Promote),
        Just(Event::Pause),
        Just(Event::Resume),
        Just(Event::Abort),
    ];
    let sorted = |mut events: Vec<(Span, Event)>| {
        events.sort_by_key(|(after, _)| *after);
        events
    };
    prop::collection::vec((spans(60_000), event), 0..6).prop_map(sorted).boxed()
}

prop_compose! {
    /// Rows as a damaged database or a clock gone mad could make them.
    fn odd_progress()(
        index in prop::option::of(any::<usize>()), weight in any::<u8>(), entered_at in any::<i64>(), base in odd_counts(),
    ) -> Progress {
        let phase = index.map_or(Phase::Watching, |index| Phase::Stage { index });
        Progress { phase, weight, base, ..Progress::start(Timestamp::from_micros(entered_at), &canary().spec) }
    }
}

prop_compose! {
    fn odd_counts()(requests in 0_u64..1_000_000_000, failures in 0_u64..1_000_000_000, slow in 0_u64..1_000_000) -> Counts {
        Counts { requests, failures, slow, slower: slow }
    }
}

prop_compose! {
    fn scenarios()(
        strategy in strategies(), health_check in checks(), auto_rollback in any::<bool>(), hooks in any::<(bool, bool)>(),
        kind in prop_oneof![1 => Just(Kind::First), 4 => Just(Kind::Update), 1 => Just(Kind::Promotion)],
        instances in 1_u32..5, old_instances in 1_u32..6, available_after in spans(20_000), requests_per_second in 0.0..60.0_f64,
        failure_rate in 0.0..=1.0_f64, slow in 0.0..0.1_f64, tested in any::<bool>(), events in events(), seed in any::<u64>(),
    ) -> Scenario {
        let old_instances = if kind == Kind::First { 0 } else { old_instances };
        let (hooks_before, hooks_after) = hooks;
        let spec = Spec { strategy, health_check, auto_rollback, kind, instances, old_instances, hooks_before, hooks_after };
        let failures = if failure_rate < 0.5 { 0.0 } else { failure_rate };
        let new = Rates { failures, slow, slower: slow };
        let tests = if tested { Ok(()) } else { Err("GET / answered 500, not 200".to_owned()) };
        let old_latency = Some(OldLatency { p90_ms: 10, p99_ms: 30 });
        Scenario { available_after, requests_per_second, new, tests, old_latency, events, seed, ..Scenario::new(spec) }
    }
}

/// The longest a rollout may take, whatever it waits for.
fn longest(spec: &Spec) -> Span {
    let (check, instances) = (&spec.health_check, spec.instances);
    let own = match &spec.strategy {
        _ if spec.kind != Kind::Update => Span::ZERO,
        Strategy::Canary(canary) => canary.steps.iter().filter(|step| step.manual).map(|step| step.hold + check.promotion_deadline).sum(),
        Strategy::BlueGreen(_) => check.promotion_deadline,
        Strategy::AbTest(ab_test) => ab_test.duration + check.promotion_deadline.max(check.progress_deadline),
        Strategy::Direct {} | Strategy::Rolling(_) => Span::ZERO,
    };
    check.progress_deadline + own + spec.strategy.holds(instances) + TICK
}

proptest! {
    #[test]
    fn whatever_befalls_it_a_rollout_ends_and_keeps_its_promises(scenario in scenarios()) {
        let spec = &scenario.spec;
        let mut weight = 0;
        let mut faults = Vec::new();
        let mut check = |fine: bool, what: &str| if !fine { faults.push(what.to_owned()) };
        let (surge, missing) = match (&spec.strategy, spec.kind) {
            (Strategy::Rolling(rolling), Kind::Update) => (rolling.surge(spec.instances).max(1), rolling.max_unavailable),
            _ => (spec.instances.min(spec.old_instances), 0),
        };
        let (most, least) = (spec.instances.max(spec.old_instances) + surge, spec.instances.min(spec.old_instances).saturating_sub(missing));
        let timeline = run_watched(&scenario, |progress, seen, decision| {
            check(progress.weight >= weight && progress.weight <= 100, "the weight only rises");
            weight = progress.weight;
            let shape = progress.shape(spec);
            check(shape.instances + shape.old_instances <= most, "never more instances than may be");
            check(shape.instances <= spec.instances && shape.old_instances <= spec.old_instances, "nobody has more than it wants");
            check(shape.weight == 0 || shape.instances > 0, "no traffic without instances");
            check(shape.weight == 100 || spec.kind == Kind::First || shape.old_instances > 0, "the rest of the traffic has instances, too");
            let unhealthy = Verdict::of(Bounds::from(&spec.health_check), seen.counts).unhealthy().is_some();
            match decision {
                Decision::Wait { until } => {
                    check(*until > seen.now, "a wait ends in the future");
                    check(*until <= seen.now.max(seen.started_at).max(progress.entered_at) + longest(spec), "a wait ends by a deadline");
                    check(!unhealthy, "no waiting while unhealthy");
                }
                Decision::Advance { to } => {
                    check(!unhealthy && seen.load_error.is_none(), "no step forward while unhealthy");
                    check(seen.available == shape.instances, "no step forward with instances missing");
                    let after = to.shape(spec);
                    check(after.instances >= shape.instances, "the new revision never loses instances");
                    let can_serve = seen.available + after.old_instances;
                    check(can_serve >= least, "never fewer that can serve than must be");
                    if to.phase == progress.phase {
                        check(to.comparison.is_some() && progress.comparison.is_none(), "a phase is entered once");
                        return;
                    }
                    check(progress.paused_by.is_none(), "no step forward while paused");
                    check(to.entered_at == seen.now && to.base == seen.counts, "a phase begins with what is seen");
                    if let (Phase::Stage { index }, Strategy::Canary(canary)) = (&progress.phase, &spec.strategy) {
                        let step = &canary.steps[*index];
                        check(seen.now >= progress.entered_at + step.hold, "a hold passes");
                        let enough = seen.counts.since(progress.base).requests >= spec.health_check.min_requests;
                        check(enough || spec.health_check.no_traffic == NoTraffic::Proceed, "a stage sees its requests");
                        check(!step.manual || progress.promoted_by.is_some(), "a manual stage is promoted");
                    }
                    if let (Phase::Stage { .. }, Strategy::BlueGreen(blue_green)) = (&progress.phase, &spec.strategy) {
                        check(blue_green.smoke_tests.is_empty() || seen.tests == Some(Ok(())), "the tests passed");
                        check(blue_green.auto_promote || progress.promoted_by.is_some(), "it is promoted");
                    }
                    if spec.kind != Kind::Update {
                        check(to.phase == Phase::Watching && to.weight == 100, "only updates have stages");
                    }
                }
                Decision::Complete => {
                    check(!unhealthy && seen.load_error.is_none(), "no completion while unhealthy");
                    check(seen.available == spec.instances, "no completion with instances missing");
                    check(progress.phase == Phase::Watching && progress.weight == 100, "no completion without all traffic");
                    check(progress.paused_by.is_none(), "no completion while paused");
                    let watched = if spec.kind == Kind::Promotion { Span::ZERO } else { spec.health_check.min_healthy_time };
                    check(seen.now >= progress.entered_at + watched, "min_healthy_time passes");
                }
                Decision::Abort { reason } => {
                    check(spec.auto_rollback || spec.kind == Kind::First || progress.abort_by.is_some(), "no going back by itself unless allowed");
                    let back = progress.rolling_back(reason.clone(), seen.now);
                    check(back.weight == 0 && decide(spec, &back, seen) == *decision, "an abort stands");
                    let after = back.shape(spec);
                    check((after.instances, after.old_instances) == (0, spec.old_instances), "the old revision has everything again");
                }
                Decision::Halt { reason } => {
                    check(!spec.auto_rollback && spec.kind != Kind::First, "no halt if it may go back");
                    let halted = progress.halted(reason.clone(), seen.now);
                    check(halted.shape(spec) == shape && decide(spec, &halted, seen) == *decision, "a halt stands");
                }
            }
        });
        prop_assert!(faults.is_empty(), "{faults:?}\n{timeline}");
        let jumps: u64 = scenario.events.iter().map(|(_, event)| if let Event::ClockJumps(micros) = event { micros.unsigned_abs() } else { 0 }).sum();
        let latest = longest(spec) + Span::from_micros(jumps);
        prop_assert!(timeline.ended_after() <= latest, "later than {latest}\n{timeline}");
    }

    #[test]
    fn no_row_and_no_clock_makes_it_panic_or_give_more_than_all_traffic(
        scenario in scenarios(), progress in odd_progress(), counts in odd_counts(), old_counts in odd_counts(),
        times in any::<[i64; 3]>(), available in 0_u32..5,
    ) {
        let [now, started_at, instances_since] = times.map(Timestamp::from_micros);
        let seen = Observation {
            now, started_at, instances_since, available, counts, old_counts, old_latency: None, probed: Counts::default(), load_error: None,
            probe_failures: None, tests: None, hooks_before: None, hooks_after: None,
        };
        match decide(&scenario.spec, &progress, &seen) {
            Decision::Wait { until } => prop_assert!(until > now || now == Timestamp::from_micros(i64::MAX)),
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
        let spec = Spec { strategy, health_check, kind: Kind::First, old_instances: 0, ..canary().spec };
        let latest = available_after + spec.health_check.min_healthy_time + TICK + TICK;
        let timeline = run(&failing(0.0, Scenario { spec, available_after, requests_per_second: traffic, ..canary() }));
        prop_assert_eq!(&timeline.outcome, &Outcome::Completed);
        prop_assert_eq!(timeline.weights(), [0, 100, 100]);
        prop_assert!(timeline.ended_after() <= latest, "later than {latest}\n{timeline}");
    }

    #[test]
    fn a_version_that_fails_every_request_never_completes(strategy in strategies(), check in checks(), seed in any::<u64>()) {
        let health_check = HealthCheck {
            error_rate: Some(check.error_rate.unwrap_or(5.0)), min_healthy_time: Span::from_secs(10), progress_deadline: Span::from_secs(120), ..check
        };
        let spec = Spec { strategy, health_check, ..canary().spec };
        let events = (1..100).map(|n| (Span::from_secs(n * 10), Event::Promote)).collect();
        let timeline = run(&failing(1.0, Scenario { spec, events, seed, ..canary() }));
        prop_assert!(matches!(&timeline.outcome, Outcome::Aborted(_)), "{timeline}");
    }
}
