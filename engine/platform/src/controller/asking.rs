//! Requests of the platform's own to a new revision: the smoke tests of a colour that nobody sees yet, and requests that its users
//! don't send often enough to judge it by. They are nobody's traffic.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use futures::StreamExt as _;
use hotswap_gateway::{Gateway, ProbeResult, RevisionGroup};
use hotswap_model::{HttpProbe, SmokeTest, Timestamp};
use hotswap_rollout::Counts;
use tokio_util::task::AbortOnDropHandle;

use super::Mail;

/// Instances of one revision that are asked at the same time.
const AT_A_TIME: usize = 8;

/// How long an instance has to answer a smoke test, its wait for a free slot included.
const TEST_WITHIN: Duration = Duration::from_secs(10);

/// The smoke tests of a stage, under way or over.
pub(super) struct SmokeTests {
    outcome: Arc<OnceLock<Result<(), String>>>,
    _task: AbortOnDropHandle<()>,
}

impl SmokeTests {
    /// Asks every instance everything, and tells by mail when all have answered or one answered otherwise than it must.
    pub(super) fn begin(gateway: Arc<Gateway>, group: Arc<RevisionGroup>, tests: Vec<SmokeTest>, mail: Arc<Mail>) -> Self {
        let outcome = Arc::new(OnceLock::new());
        let told = outcome.clone();
        let task = tokio::spawn(async move {
            let found = ask_all(&gateway, &group, &tests).await;
            let _ = told.set(found);
            mail.poke();
        });
        Self { outcome, _task: AbortOnDropHandle::new(task) }
    }

    /// What came of them, once something did.
    pub(super) fn outcome(&self) -> Option<Result<(), String>> {
        self.outcome.get().cloned()
    }
}

async fn ask_all(gateway: &Gateway, group: &RevisionGroup, tests: &[SmokeTest]) -> Result<(), String> {
    let instances = futures::stream::iter(0..group.slots().len());
    let mut answers = instances
        .map(|ordinal| async move {
            for test in tests {
                ask(gateway, group, ordinal, test).await?;
            }
            Ok::<(), String>(())
        })
        .buffer_unordered(AT_A_TIME);
    while let Some(answer) = answers.next().await {
        answer?;
    }
    Ok(())
}

async fn ask(gateway: &Gateway, group: &RevisionGroup, ordinal: usize, test: &SmokeTest) -> Result<(), String> {
    let SmokeTest { path, status: wanted } = test;
    let outcome = gateway.probe(group, ordinal, path, TEST_WITHIN).await;
    match outcome.result {
        ProbeResult::Answered(status) if status.as_u16() == *wanted => Ok(()),
        ProbeResult::Answered(status) => Err(format!("instance {ordinal} answered GET {path} with {}, not {wanted}", status.as_u16())),
        _ => {
            let why = outcome.describe().unwrap_or_else(|why| why);
            Err(format!("instance {ordinal} did not answer GET {path}: {why}"))
        }
    }
}

/// Requests asked in one phase of a rollout.
pub(super) struct Asked {
    /// Which phase: when it was entered.
    phase: Timestamp,
    counts: Arc<Mutex<Counts>>,
    task: Option<AbortOnDropHandle<()>>,
}

impl Asked {
    /// None yet, in the phase that was entered then.
    pub(super) fn none(phase: Timestamp) -> Self {
        Self { phase, counts: Arc::default(), task: None }
    }

    pub(super) fn is_of(&self, phase: Timestamp) -> bool {
        self.phase == phase
    }

    pub(super) fn counts(&self) -> Counts {
        *self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks so many more, unless some are being asked.
    pub(super) fn ask(&mut self, requests: u64, gateway: Arc<Gateway>, group: Arc<RevisionGroup>, probe: HttpProbe, mail: Arc<Mail>) {
        if requests == 0 || self.task.as_ref().is_some_and(|task| !task.is_finished()) {
            return;
        }
        let counts = self.counts.clone();
        self.task = Some(AbortOnDropHandle::new(tokio::spawn(async move {
            let slots = group.slots().len().max(1) as u64;
            let asked = futures::stream::iter(0..requests).map(|number| {
                let ordinal = usize::try_from(number % slots).unwrap_or(0);
                gateway.probe(&group, ordinal, &probe.path, probe.timeout.to_std())
            });
            let mut asked = asked.buffer_unordered(AT_A_TIME);
            while let Some(outcome) = asked.next().await {
                let Some(passed) = outcome.passed() else { continue };
                let mut counts = counts.lock().unwrap_or_else(PoisonError::into_inner);
                counts.requests += 1;
                counts.failures += u64::from(!passed);
                drop(counts);
                if !passed {
                    mail.poke();
                }
            }
            mail.poke();
        })));
    }
}
