//! Rollouts on a virtual clock: the same [`crate::decide`] that a server runs, fed with described traffic and faults. How
//! many requests a verdict takes is in [`detection`].

pub mod detection;
mod random;

use std::fmt;

use hotswap_model::{Span, Timestamp};

use self::random::Random;
use crate::{Counts, Decision, Observation, ProbeFailure, Progress, Reason, Spec, TICK, decide};

/// A rollout, its traffic, and what befalls it. The same scenario always comes out the same.
#[derive(Debug, Clone, PartialEq)]
pub struct Scenario {
    /// The rollout.
    pub spec: Spec,
    /// Instances wanted.
    pub instances: u32,
    /// How long they take to become available, all at once.
    pub available_after: Span,
    /// Requests to the deployment as a whole, evenly spaced; the weight decides which go to the new revision.
    pub requests_per_second: f64,
    /// The fraction of requests that fail on the new revision.
    pub failure_rate: f64,
    /// The fraction of requests that are slow on the new revision.
    pub slow_rate: f64,
    /// What happens when, counted from the start.
    pub events: Vec<(Span, Event)>,
    /// Where the random numbers begin.
    pub seed: u64,
}

/// What befalls a rollout.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// From now on this fraction of the requests to the new revision fails.
    FailureRate(f64),
    /// An instance fails its probes so many times in a row.
    ProbesFail(u32),
    /// All probes pass again.
    ProbesPass,
    /// The new revision cannot be loaded.
    LoadFails(String),
    /// The server starts anew: instances come up again, counts begin at nothing, progress is read back.
    Restart,
    /// The wall clock jumps by so many microseconds.
    ClockJumps(i64),
}

/// How a rollout ended.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// All traffic on the new revision.
    Completed,
    /// Back, or, if it was the first, gone.
    Aborted(Reason),
    /// Stopped where it was.
    Halted(Reason),
}

/// What happened when. Its text is a line per step.
#[derive(Debug, Clone, PartialEq)]
pub struct Timeline {
    /// The steps, with the time since the start.
    pub steps: Vec<Step>,
    /// How it ended.
    pub outcome: Outcome,
    /// What the new revision was given until then, since its last restart.
    pub counts: Counts,
}

/// A step of a rollout.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// When, since the start.
    pub after: Span,
    /// The weight from here on.
    pub weight: u8,
    /// What, in words.
    pub text: String,
}

/// Runs a scenario to its end.
pub fn run(scenario: &Scenario) -> Timeline {
    run_watched(scenario, |_, _, _| {})
}

/// Runs a scenario to its end and shows every question and its answer.
pub fn run_watched(scenario: &Scenario, mut watch: impl FnMut(&Progress, &Observation, &Decision)) -> Timeline {
    let spec = &scenario.spec;
    let mut world = World::new(scenario);
    let mut progress = Progress::start(world.seen.now);
    let mut steps = vec![Step { after: Span::ZERO, weight: 0, text: progress.describe(spec) }];
    loop {
        let decision = decide(spec, &progress, &world.seen);
        watch(&progress, &world.seen, &decision);
        let (outcome, weight, text) = match decision {
            Decision::Wait { .. } => {
                world.tick(scenario, progress.weight);
                continue;
            }
            Decision::Advance { to } => {
                steps.push(Step { after: world.elapsed, weight: to.weight, text: to.describe(spec) });
                progress = to;
                continue;
            }
            Decision::Complete => (Outcome::Completed, progress.weight, "complete".to_owned()),
            Decision::Abort { reason } => (Outcome::Aborted(reason.clone()), 0, format!("going back: {reason}")),
            Decision::Halt { reason } => (Outcome::Halted(reason.clone()), progress.weight, format!("halted: {reason}")),
        };
        steps.push(Step { after: world.elapsed, weight, text });
        return Timeline { steps, outcome, counts: world.seen.counts };
    }
}

/// What the virtual controller sees, and what makes it so.
struct World {
    seen: Observation,
    elapsed: Span,
    up_since: Span,
    failure_rate: f64,
    due: f64,
    next_event: usize,
    random: Random,
}

impl World {
    fn new(scenario: &Scenario) -> Self {
        let start = Timestamp::from_micros(1_767_225_600_000_000);
        let seen = Observation {
            now: start,
            started_at: start,
            instances_since: start,
            instances_wanted: scenario.instances,
            available: 0,
            counts: Counts::default(),
            load_error: None,
            probe_failures: None,
        };
        let random = Random::new(scenario.seed);
        let mut world =
            Self { seen, elapsed: Span::ZERO, up_since: Span::ZERO, failure_rate: scenario.failure_rate, due: 0.0, next_event: 0, random };
        world.count_available(scenario);
        world
    }

    fn tick(&mut self, scenario: &Scenario, weight: u8) {
        self.elapsed = self.elapsed + TICK;
        self.seen.now = self.seen.now + TICK;
        while let Some((after, event)) = scenario.events.get(self.next_event)
            && *after <= self.elapsed
        {
            self.next_event += 1;
            self.befall(event);
        }
        self.count_available(scenario);
        self.serve(scenario, weight);
    }

    fn befall(&mut self, event: &Event) {
        match event {
            Event::FailureRate(rate) => self.failure_rate = *rate,
            Event::ProbesFail(failed) => {
                self.seen.probe_failures = Some(ProbeFailure { ordinal: 0, failed: *failed, error: "status 503".to_owned() });
            }
            Event::ProbesPass => self.seen.probe_failures = None,
            Event::LoadFails(message) => self.seen.load_error = Some(message.clone()),
            Event::Restart => {
                self.up_since = self.elapsed;
                self.seen.instances_since = self.seen.now;
                self.seen.counts = Counts::default();
                self.seen.probe_failures = None;
            }
            Event::ClockJumps(micros) => {
                self.seen.now = Timestamp::from_micros(self.seen.now.as_micros().saturating_add(*micros));
            }
        }
    }

    fn count_available(&mut self, scenario: &Scenario) {
        let up = self.elapsed >= self.up_since + scenario.available_after;
        let failing = u32::from(self.seen.probe_failures.is_some());
        self.seen.available = if up { scenario.instances.saturating_sub(failing) } else { 0 };
    }

    fn serve(&mut self, scenario: &Scenario, weight: u8) {
        self.due += scenario.requests_per_second * TICK.as_secs_f64();
        while self.due >= 1.0 {
            self.due -= 1.0;
            let (routed, failed, slow) = (self.random.fraction(), self.random.fraction(), self.random.fraction());
            if routed < f64::from(weight) / 100.0 && self.seen.available > 0 {
                self.seen.counts.requests += 1;
                self.seen.counts.failures += u64::from(failed < self.failure_rate);
                self.seen.counts.slow += u64::from(slow < scenario.slow_rate);
            }
        }
    }
}

impl Timeline {
    /// When it was over, since the start.
    pub fn ended_after(&self) -> Span {
        self.steps.last().map_or(Span::ZERO, |step| step.after)
    }

    /// The weights in order.
    pub fn weights(&self) -> Vec<u8> {
        self.steps.iter().map(|step| step.weight).collect()
    }
}

impl fmt::Display for Timeline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Step { after, weight, text } in &self.steps {
            writeln!(f, "{:>9}  {weight:>3} %  {text}", after.to_string())?;
        }
        let Counts { requests, failures, slow } = self.counts;
        writeln!(f, "seen: {requests} requests, {failures} failed, {slow} slow")
    }
}
