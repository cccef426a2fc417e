//! Rollouts on a virtual clock: the same [`crate::decide`] that a server runs, fed with described traffic and faults. How
//! many requests a verdict takes is in [`detection`].

pub mod detection;
pub(crate) mod random;

use std::fmt;

use hotswap_model::{Span, Timestamp};

use self::random::Random;
use crate::{Counts, Decision, Observation, OldLatency, Phase, ProbeFailure, Progress, Reason, Shape, Spec, TICK, decide};

/// A rollout, its traffic, and what befalls it. The same scenario always comes out the same.
#[derive(Debug, Clone, PartialEq)]
pub struct Scenario {
    /// The rollout.
    pub spec: Spec,
    /// How long an instance takes to become available.
    pub available_after: Span,
    /// Requests to the deployment as a whole, evenly spaced; the weight decides which go to the new revision.
    pub requests_per_second: f64,
    /// What comes of requests to the new revision.
    pub new: Rates,
    /// What comes of requests to the old one.
    pub old: Rates,
    /// How long the old revision takes to answer.
    pub old_latency: Option<OldLatency>,
    /// What the smoke tests say once the instances are available.
    pub tests: Result<(), String>,
    /// What happens when, counted from the start.
    pub events: Vec<(Span, Event)>,
    /// Where the random numbers begin.
    pub seed: u64,
}

/// What comes of a revision's requests, as fractions of them.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Rates {
    /// They fail.
    pub failures: f64,
    /// They take longer than `latency_p99_ms`.
    pub slow: f64,
    /// They take longer than what both revisions are compared by.
    pub slower: f64,
}

impl Scenario {
    /// A rollout without a fault: 50 requests a second, instances that are available at once.
    pub fn new(spec: Spec) -> Self {
        Self {
            spec,
            available_after: Span::ZERO,
            requests_per_second: 50.0,
            new: Rates::default(),
            old: Rates::default(),
            old_latency: None,
            tests: Ok(()),
            events: Vec::new(),
            seed: 1,
        }
    }
}

/// What befalls a rollout.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// From now on this fraction of the requests to the new revision fails.
    FailureRate(f64),
    /// From now on so many requests come a second.
    RequestsPerSecond(f64),
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
    /// Somebody promotes the stage it is in.
    Promote,
    /// Somebody pauses it.
    Pause,
    /// Somebody lets it go on.
    Resume,
    /// Somebody aborts it.
    Abort,
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
    let mut progress = Progress::start(world.seen.now, spec);
    world.bring_about(progress.shape(spec));
    let mut steps = vec![Step { after: Span::ZERO, weight: 0, text: progress.describe(spec) }];
    loop {
        world.look(scenario, &progress);
        let decision = decide(spec, &progress, &world.seen);
        watch(&progress, &world.seen, &decision);
        let (outcome, weight, text) = match decision {
            Decision::Wait { .. } => {
                world.tick(scenario, &progress);
                progress = world.commanded(progress);
                continue;
            }
            Decision::Advance { to } => {
                let text = match &to.comparison {
                    Some(comparison) if progress.comparison.is_none() => format!("{}: {comparison}", to.describe(spec)),
                    _ => to.describe(spec),
                };
                steps.push(Step { after: world.elapsed, weight: to.weight, text });
                world.bring_about(to.shape(spec));
                progress = *to;
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
    /// Since when each instance of the new revision is being brought up.
    instances: Vec<Span>,
    failure_rate: f64,
    requests_per_second: f64,
    due: f64,
    next_event: usize,
    commands: Vec<Event>,
    random: Random,
}

/// Who does what is commanded here.
const SOMEBODY: &str = "somebody";

impl World {
    fn new(scenario: &Scenario) -> Self {
        let start = Timestamp::from_micros(1_767_225_600_000_000);
        let seen = Observation {
            now: start,
            started_at: start,
            instances_since: start,
            available: 0,
            counts: Counts::default(),
            old_counts: Counts::default(),
            old_latency: scenario.old_latency,
            probed: Counts::default(),
            load_error: None,
            probe_failures: None,
            tests: None,
            hooks_before: scenario.spec.hooks_before.then_some(Ok(())),
            hooks_after: scenario.spec.hooks_after.then_some(Ok(())),
        };
        Self {
            seen,
            elapsed: Span::ZERO,
            instances: Vec::new(),
            failure_rate: scenario.new.failures,
            requests_per_second: scenario.requests_per_second,
            due: 0.0,
            next_event: 0,
            commands: Vec::new(),
            random: Random::new(scenario.seed),
        }
    }

    /// What the controller does of a decision: the instances that are missing are brought up from now on.
    fn bring_about(&mut self, shape: Shape) {
        self.instances.resize(shape.instances as usize, self.elapsed);
    }

    fn tick(&mut self, scenario: &Scenario, progress: &Progress) {
        self.elapsed = self.elapsed + TICK;
        self.seen.now = self.seen.now + TICK;
        while let Some((after, event)) = scenario.events.get(self.next_event)
            && *after <= self.elapsed
        {
            self.next_event += 1;
            self.befall(event);
        }
        self.look(scenario, progress);
        self.serve(scenario, progress);
    }

    fn befall(&mut self, event: &Event) {
        match event {
            Event::FailureRate(rate) => self.failure_rate = *rate,
            Event::RequestsPerSecond(rate) => self.requests_per_second = *rate,
            Event::ProbesFail(failed) => {
                self.seen.probe_failures = Some(ProbeFailure { ordinal: 0, failed: *failed, error: "status 503".to_owned() });
            }
            Event::ProbesPass => self.seen.probe_failures = None,
            Event::LoadFails(message) => self.seen.load_error = Some(message.clone()),
            Event::Restart => {
                self.instances.fill(self.elapsed);
                self.seen.instances_since = self.seen.now;
                (self.seen.counts, self.seen.old_counts) = (Counts::default(), Counts::default());
                (self.seen.probe_failures, self.seen.tests) = (None, None);
            }
            Event::ClockJumps(micros) => {
                self.seen.now = Timestamp::from_micros(self.seen.now.as_micros().saturating_add(*micros));
            }
            Event::Promote | Event::Pause | Event::Resume | Event::Abort => self.commands.push(event.clone()),
        }
    }

    /// What was commanded meanwhile is written down with the progress.
    fn commanded(&mut self, progress: Progress) -> Progress {
        self.commands.drain(..).fold(progress, |progress, command| match command {
            Event::Promote => progress.promoted(SOMEBODY),
            Event::Pause => progress.paused(SOMEBODY),
            Event::Abort => progress.aborted(SOMEBODY),
            _ => progress.resumed(),
        })
    }

    fn look(&mut self, scenario: &Scenario, progress: &Progress) {
        let up = self.instances.iter().filter(|since| self.elapsed >= **since + scenario.available_after).count();
        let failing = u32::from(self.seen.probe_failures.is_some());
        self.seen.available = u32::try_from(up).unwrap_or(u32::MAX).saturating_sub(failing);
        let all = self.seen.available >= progress.shape(&scenario.spec).instances;
        if all && matches!(progress.phase, Phase::Stage { .. }) && progress.weight == 0 {
            self.seen.tests = Some(scenario.tests.clone());
        }
    }

    fn serve(&mut self, scenario: &Scenario, progress: &Progress) {
        self.due += self.requests_per_second * TICK.as_secs_f64();
        while self.due >= 1.0 {
            self.due -= 1.0;
            let routed = self.random.fraction() < f64::from(progress.weight) / 100.0;
            let [failed, slow, slower] = [(); 3].map(|()| self.random.fraction());
            let failures = if routed { self.failure_rate } else { scenario.old.failures };
            let rates = Rates { failures, ..if routed { scenario.new } else { scenario.old } };
            let counts = match routed {
                true if self.seen.available > 0 => &mut self.seen.counts,
                true => continue,
                false => &mut self.seen.old_counts,
            };
            counts.requests += 1;
            counts.failures += u64::from(failed < rates.failures);
            counts.slow += u64::from(slow < rates.slow);
            counts.slower += u64::from(progress.slower_than_ms.is_some() && slower < rates.slower);
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
        let Counts { requests, failures, slow, .. } = self.counts;
        writeln!(f, "seen: {requests} requests, {failures} failed, {slow} slow")
    }
}
