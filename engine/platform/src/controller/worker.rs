//! The worker of one deployment: round after round, from what the database says to what the gateway does.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use hotswap_gateway::{Audience, Carries, Route, Target};
use hotswap_model::{DeploymentId, Span, Strategy, Timestamp};
use hotswap_rollout::{Decision, Observation, Phase, Progress, Reason};
use hotswap_store::{Deployment, DeploymentAddress, Rollout, StoredRevision};
use tokio::sync::{broadcast, watch};
use tracing::Instrument as _;

use super::asking::{Asked, SmokeTests};
use super::loading::{Load, Loaded};
use super::observe::{Seen, Watch};
use super::write::Written;
use super::{Mail, Stage, Tools};
use crate::clock;
use crate::error::Result;

/// A rollout is looked at this often at least, and at once when a request of the new revision fails.
const TICK: Duration = Duration::from_millis(100);

/// After the database or the runtime failed, how long until the next try. What serves goes on.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// The longest the first probe of what should serve is waited for before a starting server takes requests.
const FIRST_PROBE: Duration = Duration::from_secs(5);

/// A serving revision that could not be loaded is tried again this often.
const RETRY_SERVING: Span = Span::from_secs(10);

/// What a round leaves to wait for.
enum Next {
    /// Somebody says that something changed.
    Mail,
    /// That, or this point in time, or a failing request.
    Until(Timestamp),
    /// Nothing: there is more to do at once.
    Now,
    /// The deployment has ended.
    Gone,
}

/// What the database says of the deployment.
pub(super) struct Known {
    pub(super) deployment: Deployment,
    /// The rollout that is under way, and to where.
    pub(super) rollout: Option<(Rollout, StoredRevision)>,
}

/// The worker of one deployment.
pub(super) struct Worker {
    pub(super) tools: Arc<Tools>,
    pub(super) mail: Arc<Mail>,
    stage: watch::Sender<Stage>,
    pub(super) changes: broadcast::Sender<()>,
    pub(super) id: DeploymentId,
    pub(super) address: DeploymentAddress,
    generation: i64,
    /// What the database said when it was last read or written.
    pub(super) known: Option<Known>,
    /// What is loaded, by revision.
    pub(super) loaded: BTreeMap<u64, Loaded>,
    /// How the rollout that is under way is watched.
    pub(super) watch: Option<Watch>,
    /// The smoke tests of the stage it is in, if it has some.
    smoke_tests: Option<SmokeTests>,
    /// What was asked of the new revision for want of users' requests.
    asked: Option<Asked>,
    /// The revision that stays loaded though it serves nothing any more.
    kept: Option<Kept>,
    /// The weights the gateway was given last.
    routed: Vec<(u64, u8)>,
    manners: Manners,
}

/// A revision that stays loaded for a while.
#[derive(Debug, Clone, Copy)]
struct Kept {
    revision: u64,
    until: Timestamp,
}

/// How a route tells requests apart beside by weight.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Manners {
    audience: Option<Audience>,
    sticky: bool,
    preview_key: Option<String>,
}

/// The audience of an A/B test as the gateway knows it; none that a header could carry, none at all.
fn audience(wanted: &hotswap_model::Audience) -> Option<Audience> {
    let by = match (&wanted.header, &wanted.cookie) {
        (Some(header), _) => Carries::Header(header.parse().ok()?),
        (None, Some(cookie)) => Carries::Cookie(cookie.clone()),
        (None, None) => return None,
    };
    Some(Audience { by, value: wanted.value.clone() })
}

impl Worker {
    pub(super) fn new(
        tools: Arc<Tools>,
        mail: Arc<Mail>,
        stage: watch::Sender<Stage>,
        changes: broadcast::Sender<()>,
        id: DeploymentId,
        address: DeploymentAddress,
        generation: i64,
    ) -> Self {
        let (known, loaded, watch, smoke_tests, asked, routed) = (None, BTreeMap::new(), None, None, None, Vec::new());
        Self {
            tools,
            mail,
            stage,
            changes,
            id,
            address,
            generation,
            known,
            loaded,
            watch,
            smoke_tests,
            asked,
            kept: None,
            routed,
            manners: Manners::default(),
        }
    }

    pub(super) fn id(&self) -> &DeploymentId {
        &self.id
    }

    pub(super) fn span(&self) -> tracing::Span {
        tracing::info_span!("deployment", tenant = %self.address.tenant, deployment = %self.address.name, id = %self.id)
    }

    /// Forgets what it knows, so that the next round begins with the database; what is loaded stays.
    pub(super) fn forget(&mut self) {
        self.known = None;
        self.watch = None;
    }

    /// Round after round, until the deployment has ended or the server stops.
    pub(super) async fn run(&mut self) {
        while !self.tools.stopping.is_cancelled() {
            match self.round().await {
                Ok(Next::Gone) => break,
                Ok(Next::Now) => {}
                Ok(Next::Mail) => {
                    self.serving().await;
                    self.wait(None).await;
                }
                Ok(Next::Until(until)) => {
                    self.serving().await;
                    self.wait(Some(until)).await;
                }
                Err(problem) => {
                    tracing::warn!(%problem, "a round failed; traffic stays as it is, next try in {RETRY_AFTER:?}");
                    self.forget();
                    self.serving().await;
                    tokio::select! {
                        () = tokio::time::sleep(RETRY_AFTER) => {}
                        () = self.tools.stopping.cancelled() => {}
                    }
                }
            }
        }
    }

    /// Tells, once, that what can serve serves. A route that was just set may lead to instances whose first probe is still out.
    async fn serving(&self) {
        if *self.stage.borrow() >= Stage::Serving {
            return;
        }
        let routed = || self.routed.iter().filter(|(_, weight)| *weight > 0).filter_map(|(number, _)| self.loaded.get(number));
        let available = async {
            while routed().any(|loaded| loaded.group.slots().available() == 0) {
                self.mail.arrived.notified().await;
            }
        };
        let _ = tokio::time::timeout(FIRST_PROBE, available).await;
        // The next round looks at whatever arrived here.
        self.mail.poke();
        self.stage.send_replace(Stage::Serving);
    }

    async fn wait(&self, until: Option<Timestamp>) {
        let timer = async {
            match until {
                Some(until) if self.watch.is_some() => tokio::time::sleep(until.since(clock::now()).to_std().min(TICK)).await,
                Some(until) => tokio::time::sleep(until.since(clock::now()).to_std()).await,
                None => std::future::pending().await,
            }
        };
        let alarm = async {
            match (&until, &self.watch) {
                (Some(_), Some(watch)) => watch.alarm().await,
                _ => std::future::pending().await,
            }
        };
        tokio::select! {
            () = timer => {}
            () = alarm => {}
            () = self.mail.arrived.notified() => {}
            () = self.tools.stopping.cancelled() => {}
        }
    }

    async fn round(&mut self) -> Result<Next> {
        if self.mail.take_stale() || self.known.is_none() {
            self.known = self.read().await?;
        }
        let Some(known) = &self.known else {
            self.leave();
            return Ok(Next::Gone);
        };
        match &known.rollout {
            Some((rollout, to)) => {
                let (rollout, to) = (rollout.clone(), to.clone());
                let revision = &to.revision;
                let span = tracing::info_span!(
                    parent: None,
                    "rollout",
                    tenant = %self.address.tenant,
                    deployment = %self.address.name,
                    id = %rollout.id,
                    plugin = %revision.spec.plugin,
                    version = %revision.resolved_version,
                );
                self.roll(rollout, to).instrument(span).await
            }
            None => {
                self.watch = None;
                if let Some(active) = known.deployment.active_revision {
                    if let Load::Failed(why) = self.load(active).await? {
                        tracing::error!(revision = active, why, "the serving revision cannot be loaded");
                        return Ok(Next::Until(clock::now() + RETRY_SERVING));
                    }
                    self.route(&[(active, 100)]);
                    let kept = self.kept.filter(|kept| kept.until > clock::now() && kept.revision != active);
                    self.unload_all_but(&[Some(active), kept.map(|kept| kept.revision)].into_iter().flatten().collect::<Vec<_>>());
                    if let Some(kept) = kept {
                        return Ok(Next::Until(kept.until));
                    }
                }
                Ok(Next::Mail)
            }
        }
    }

    /// One look at the rollout that is under way, and what follows from it.
    async fn roll(&mut self, rollout: Rollout, to: StoredRevision) -> Result<Next> {
        let (from, number) = (rollout.from_revision, rollout.to_revision);
        if let Some(from) = from
            && let Load::Failed(why) = self.load(from).await?
        {
            // The way forward does not need the old revision.
            tracing::warn!(revision = from, why, "the old revision cannot be loaded");
        }
        let progress = crate::steps::progress(&rollout)?;
        if self.watch.as_ref().is_none_or(|watch| !watch.is_of(&rollout)) {
            self.watch = Some(Watch::new(self, &rollout, &to, &progress).await?);
            (self.smoke_tests, self.asked) = (None, None);
        }
        // Before the new one is loaded, which takes its time, what serves is made to.
        self.bring_about(from, number, &progress);
        let load_error = match self.load(number).await? {
            Load::Done => None,
            Load::Failed(why) => Some(why),
        };
        self.bring_about(from, number, &progress);
        let (seen, decision) = self.look(&rollout, &progress, load_error);
        let Some(watch) = &mut self.watch else { return Ok(Next::Now) };
        let written = match decision {
            Decision::Wait { until } => return Ok(Next::Until(until)),
            Decision::Advance { to: next } => {
                let message = match &next.comparison {
                    Some(comparison) if progress.comparison.is_none() => format!("{}: {comparison}", watch.describe(&next)),
                    _ => watch.describe(&next),
                };
                self.write_advance(&rollout, &next, message).await?
            }
            Decision::Complete => {
                self.kept = match (&watch.spec.strategy, from) {
                    (Strategy::BlueGreen(blue_green), Some(revision)) => {
                        Some(Kept { revision, until: seen.now + blue_green.scale_down_delay })
                    }
                    _ => None,
                };
                self.write_complete(&rollout).await?
            }
            Decision::Halt { .. } if matches!(progress.phase, Phase::Halted { .. }) => return Ok(Next::Mail),
            Decision::Halt { reason } => self.write_halt(&rollout, &progress, &reason, seen.now).await?,
            Decision::Abort { reason } => return self.go_back(&rollout, &progress, &reason, seen.now).await,
        };
        if written == Written::Overtaken {
            self.forget();
        }
        Ok(Next::Now)
    }

    /// The verdict is written down, then traffic goes back, the new revision goes away, and the end is written down. Each step
    /// may be repeated.
    async fn go_back(&mut self, rollout: &Rollout, progress: &Progress, reason: &Reason, now: Timestamp) -> Result<Next> {
        let written = if matches!(progress.phase, Phase::RollingBack { .. }) {
            match rollout.from_revision {
                Some(_) => self.bring_about(rollout.from_revision, rollout.to_revision, progress),
                None => self.unroute(),
            }
            self.tools.metrics.rolled_back_within(now.since(progress.entered_at));
            self.drain(rollout.to_revision).await;
            self.write_gone_back(rollout, reason).await?
        } else {
            self.write_going_back(rollout, progress, reason, now).await?
        };
        if written == Written::Overtaken {
            self.forget();
        }
        Ok(Next::Now)
    }

    /// What is seen of the rollout, and what follows. What has to be asked for that is asked.
    fn look(&mut self, rollout: &Rollout, progress: &Progress, load_error: Option<String>) -> (Observation, Decision) {
        let loaded = |number: Option<u64>| number.and_then(|number| self.loaded.get(&number));
        let (new, old) = (loaded(Some(rollout.to_revision)), loaded(rollout.from_revision));
        let tests = self.smoke_tests.as_ref().and_then(SmokeTests::outcome);
        let asked = self.asked.take().filter(|asked| asked.is_of(progress.entered_at));
        let mut asked = asked.unwrap_or_else(|| Asked::none(progress.entered_at));
        let watch = self.watch.as_mut().expect("a rollout is looked at once it is watched");
        watch.attach(new, old);
        let (seen, decision) = watch.look(Seen { new, load_error, tests, probed: asked.counts() }, progress, rollout);
        if let Some(new) = new {
            let (gateway, group, mail) = (&self.tools.gateway, &new.group, &self.mail);
            let tests = progress.smoke_tests(&watch.spec);
            if !tests.is_empty() && self.smoke_tests.is_none() && seen.available >= progress.shape(&watch.spec).instances {
                self.smoke_tests = Some(SmokeTests::begin(gateway.clone(), group.clone(), tests.to_vec(), mail.clone()));
            }
            if let Some(http) = &watch.spec.health_check.http {
                asked.ask(progress.requests_to_ask(&watch.spec, &seen), gateway.clone(), group.clone(), http.clone(), mail.clone());
            }
        }
        self.asked = Some(asked);
        (seen, decision)
    }

    /// Makes instances and traffic what they should be, as far as there is something to make them of: first those that are missing
    /// are brought up, then traffic moves, then those that are too many go.
    fn bring_about(&mut self, from: Option<u64>, to: u64, progress: &Progress) {
        let Some(watch) = &self.watch else { return };
        let shape = progress.shape(&watch.spec);
        // The old revision's instances were well when they were let go.
        let wanted = [(Some(to), shape.instances, false), (from, shape.old_instances, true)];
        for (number, instances, well) in wanted {
            if let Some(loaded) = number.and_then(|number| self.loaded.get(&number)).filter(|loaded| loaded.instances() < instances) {
                loaded.resize(instances, well);
            }
        }
        match from.filter(|from| self.loaded.contains_key(from)) {
            _ if shape.weight == 100 && self.loaded.contains_key(&to) => self.route(&[(to, 100)]),
            // It has no traffic, but can be named.
            Some(from) if shape.weight == 0 && shape.instances > 0 && self.loaded.contains_key(&to) => self.route(&[(from, 100), (to, 0)]),
            Some(from) if shape.weight == 0 || !self.loaded.contains_key(&to) => self.route(&[(from, 100)]),
            Some(from) => self.route(&[(from, 100 - shape.weight), (to, shape.weight)]),
            // Nothing to go on with yet: whatever serves goes on.
            None => return,
        }
        for (number, instances, well) in wanted {
            if let Some(loaded) = number.and_then(|number| self.loaded.get(&number)).filter(|loaded| loaded.instances() > instances) {
                loaded.resize(instances, well);
            }
        }
        let keep: Vec<u64> = from.into_iter().chain([to]).collect();
        self.unload_all_but(&keep);
    }

    fn route(&mut self, weights: &[(u64, u8)]) {
        let manners = self.manners(weights);
        if self.routed == weights && self.manners == manners {
            return;
        }
        let targets: Vec<Target> = weights
            .iter()
            .filter_map(|(number, weight)| self.loaded.get(number).map(|loaded| Target { group: loaded.group.clone(), weight: *weight }))
            .collect();
        let Manners { audience, sticky, preview_key } = manners.clone();
        let route = Route { targets, audience, sticky, preview_key, generation: self.generation };
        match self.tools.gateway.set_route(&self.address.tenant, &self.address.name, route) {
            Ok(()) => {
                tracing::info!(?weights, "traffic by revision");
                (self.routed, self.manners) = (weights.to_vec(), manners);
            }
            Err(error) => tracing::error!(%error, ?weights, "the gateway refused a route"),
        }
    }

    /// How requests are told apart beside by weight: as the newest revision in the route wants it.
    fn manners(&self, weights: &[(u64, u8)]) -> Manners {
        let newest = weights.iter().map(|(number, _)| number).max().and_then(|number| self.loaded.get(number));
        let Some(spec) = newest.map(Loaded::spec) else { return Manners::default() };
        let preview_key = spec.preview_key.clone();
        match &spec.strategy {
            Strategy::AbTest(ab_test) if weights.iter().all(|(_, weight)| (1..100).contains(weight)) => {
                let audience = ab_test.audience.as_ref().and_then(audience);
                Manners { audience, sticky: ab_test.sticky, preview_key }
            }
            _ => Manners { preview_key, ..Manners::default() },
        }
    }

    fn unroute(&mut self) {
        if let Err(error) = self.tools.gateway.remove_route(&self.address.tenant, &self.address.name, self.generation) {
            // Another deployment has the name by now, and its route is not ours to remove.
            tracing::debug!(%error, "the route was left alone");
        }
        self.routed.clear();
    }

    /// The deployment has ended: no new requests; those it has are answered.
    fn leave(&mut self) {
        self.watch = None;
        self.unroute();
        self.unload_all_but(&[]);
        self.stage.send_replace(Stage::Gone);
    }
}
