//! The story: 1.0.0 serves, 1.1.0 comes by canary, 2.0.0 is caught and goes back by itself, and the next plan says so.
//!
//! Each part checks that what it tells did happen, and fails with what was seen instead.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use hotswap_client::{Client, ClientConfig, Explicit, Token, credentials, endpoint};
use hotswap_model::{DeploymentStatus, RolloutId, RolloutStatus};
use tokio::time::{Instant, sleep, timeout};

use crate::front_end::{Applied, Diagnostic, FrontEnd, Hotswap, Plan, Program, Terraform};
use crate::server::Server;
use crate::tally::Tally;
use crate::traffic::{Target, Traffic, greeting};
use crate::{Args, With, screen};

// What the quickstart declares.
const TENANT: &str = "acme";
const DEPLOYMENT: &str = "hello";
const FIRST: &str = "1.0.0";
const BETTER: &str = "1.1.0";
const BAD: &str = "2.0.0";
const STAGES: [u8; 3] = [10, 50, 100];

/// How far a stage's measured share may be from its weight, in points. The gateway deals evenly, so the only error is in
/// requests that were under way when the weight changed.
const SHARE_TOLERANCE: f64 = 4.0;
const ROLLOUT_WITHIN: Duration = Duration::from_secs(120);

/// Tells the story once, on a new server, and ends that server.
pub(crate) async fn tell(args: &Args) -> Result<()> {
    let work = tempfile::tempdir().context("cannot make a temporary folder")?;
    let bin_dir =
        args.bin_dir.canonicalize().with_context(|| format!("{} is no folder; build with `make build`", args.bin_dir.display()))?;
    let binary = bin_dir.join("hotswap");
    ensure!(binary.is_file(), "{} is not there; build it with `make build`", binary.display());
    let program: Arc<dyn Program> = match args.with {
        With::Hotswap => Arc::new(Hotswap { binary: binary.clone() }),
        With::Terraform => Arc::new(Terraform::find(&bin_dir, work.path()).await?),
    };
    copy_examples(&args.examples, work.path())?;

    let began = Instant::now();
    let server = Server::start(&binary, &work.path().join("data"), &work.path().join("server.log")).await?;
    let front_end = FrontEnd { program, folder: work.path().join("quickstart"), endpoint: server.api.clone(), token: server.token.clone() };
    let story = Story { client: client(&server)?, front_end, began };
    match story.play(&server, args.rate).await {
        Ok(()) => server.stop().await,
        Err(error) => {
            eprintln!("\nthe server's last lines:\n{}", screen::dim(&server.log_tail()));
            Err(error.context("the demo did not go as it should"))
        }
    }
}

fn copy_examples(from: &Path, to: &Path) -> Result<()> {
    for folder in ["quickstart", "plugins/greeter"] {
        let (from, to) = (from.join(folder), to.join(folder));
        std::fs::create_dir_all(&to)?;
        for entry in std::fs::read_dir(&from).with_context(|| format!("cannot read {}", from.display()))? {
            let path = entry?.path();
            let wanted = path.extension().is_some_and(|extension| extension == "tf" || extension == "wat");
            if let (true, Some(name)) = (wanted, path.file_name()) {
                std::fs::copy(&path, to.join(name)).with_context(|| format!("cannot copy {}", path.display()))?;
            }
        }
    }
    Ok(())
}

fn client(server: &Server) -> Result<Client> {
    let said = Explicit { endpoint: Some(server.api.clone()), token: Some(Token::new(&server.token)), allow_plain_http: false };
    let no_variable = |_: &str| None;
    let config = ClientConfig {
        endpoint: endpoint(&said, no_variable)?,
        credentials: credentials(&said, no_variable, |_| Err(std::io::ErrorKind::NotFound.into())),
        timeout: Duration::from_secs(10),
        user_agent: concat!("hotswap-demo/", env!("CARGO_PKG_VERSION")).into(),
    };
    Ok(Client::new(config)?)
}

/// Everything the parts of the story share.
struct Story {
    client: Client,
    front_end: FrontEnd,
    began: Instant,
}

/// A part of a rollout during which its weight stayed the same.
struct Leg {
    weight: u8,
    tally: Tally,
}

/// A rollout from its first event to its last, and how the front end saw it.
struct Watched {
    legs: Vec<Leg>,
    status: RolloutStatus,
    reason: Option<String>,
    applied: Applied,
}

impl Story {
    async fn play(&self, server: &Server, rate: u32) -> Result<()> {
        let target = self.first_version_serves(server).await?;
        self.say(&format!("traffic begins: {rate} requests/s through the gateway, until the end"));
        let traffic = Traffic::start(&target, rate);
        self.better_version_comes_by_canary(&traffic).await?;
        self.bad_version_goes_back(&traffic).await?;
        self.next_plan_says_why().await?;
        let tally = traffic.stop().await;
        self.reckon(&tally).await
    }

    async fn first_version_serves(&self, server: &Server) -> Result<Target> {
        screen::heading(&format!("{FIRST} is deployed"));
        self.plan(FIRST).await?;
        screen::command(&format!("{} apply", self.front_end.name()));
        let applied = self.front_end.apply().await?;
        ensure!(applied.succeeded, "`apply` failed:\n{}", told(&applied.diagnostics));
        let deployment = self.client.get_deployment(TENANT, DEPLOYMENT).await?;
        let active = deployment.active_version.map(|version| version.to_string());
        ensure!(active.as_deref() == Some(FIRST), "{FIRST} should serve, but {active:?} does");
        let host = deployment.url.trim_start_matches("http://").split(['/', ':']).next().unwrap_or_default().to_owned();
        let target = Target { gateway: server.gateway, host };
        let greeting = greeting(&target).await.context("the deployment does not answer")?;
        ensure!(greeting.contains(FIRST), "{FIRST} should answer, but the answer is {greeting:?}");
        self.say(&format!("{} answers: {greeting}", deployment.url));
        Ok(target)
    }

    async fn better_version_comes_by_canary(&self, traffic: &Traffic) -> Result<()> {
        screen::heading(&format!("{BETTER} comes by canary"));
        self.plan(BETTER).await?;
        let watched = self.apply_and_watch(traffic).await?;
        ensure!(watched.applied.succeeded, "`apply` failed:\n{}", told(&watched.applied.diagnostics));
        ensure!(watched.status == RolloutStatus::Completed, "the rollout should complete, but is {}", watched.status.as_str());
        let weights: Vec<_> = watched.legs.iter().map(|leg| leg.weight).collect();
        ensure!(weights == STAGES, "the rollout should go through {STAGES:?}, but went through {weights:?}");
        for leg in &watched.legs {
            let (share, weight) = (leg.tally.share(BETTER), f64::from(leg.weight));
            ensure!((share - weight).abs() <= SHARE_TOLERANCE, "at {weight} % {BETTER} answered {share:.1} % of the requests");
        }
        self.everything_is_answered_by(BETTER, traffic).await?;
        self.say(&screen::good(&format!("{BETTER} serves everything")));
        Ok(())
    }

    async fn bad_version_goes_back(&self, traffic: &Traffic) -> Result<()> {
        screen::heading(&format!("{BAD} fails a part of its requests"));
        self.plan(BAD).await?;
        let watched = self.apply_and_watch(traffic).await?;
        ensure!(watched.status == RolloutStatus::RolledBack, "the rollout should go back, but is {}", watched.status.as_str());
        let reason = watched.reason.context("the rollout went back without a reason")?;
        ensure!(!watched.applied.succeeded, "`apply` should fail, since {BAD} went back");
        let told = told(&watched.applied.diagnostics);
        ensure!(says(&told, &reason), "`apply` should say {reason:?}, but says:\n{told}");
        screen::block(&screen::warn(&told));
        let deployment = self.client.get_deployment(TENANT, DEPLOYMENT).await?;
        ensure!(deployment.status == DeploymentStatus::Held, "the deployment should be held, but is {}", deployment.status.as_str());
        self.everything_is_answered_by(BETTER, traffic).await?;
        self.say(&screen::good(&format!("{BETTER} serves everything again; nobody did anything")));
        Ok(())
    }

    async fn next_plan_says_why(&self) -> Result<()> {
        screen::heading(&format!("the next plan, still asking for {BAD}"));
        let plan = self.plan(BAD).await?;
        ensure!(!plan.has_changes, "a held deployment should not be planned again");
        let deployment = self.client.get_deployment(TENANT, DEPLOYMENT).await?;
        let reason = deployment.held.context("the deployment is not held any more")?.reason;
        ensure!(says(&told(&plan.diagnostics), &reason), "the plan should warn with {reason:?}");
        Ok(())
    }

    /// The sums, and the server's own count beside ours.
    async fn reckon(&self, tally: &Tally) -> Result<()> {
        screen::heading("in all");
        let deployment = self.client.get_deployment_live(TENANT, DEPLOYMENT).await?;
        let live = deployment.live.context("the server gives no live figures")?;
        let line = |name: &str, number: String| println!("  {name:<22}{number:>9}");
        line("requests sent", screen::count(tally.sent()));
        for (version, given, failed) in tally.versions() {
            let errors = if failed > 0 { format!("   {} of them failed", screen::count(failed)) } else { String::new() };
            line(&format!("  to {version}"), format!("{:>9}{errors}", screen::count(given)));
        }
        line("plugin errors", screen::count(tally.plugin_errors()));
        let dropped = screen::count(tally.dropped());
        line("dropped", if tally.dropped() == 0 { screen::good(&format!("{dropped:>9}")) } else { screen::bad(&format!("{dropped:>9}")) });
        line("time", format!("{:.0} s", self.began.elapsed().as_secs_f64()));

        let drops: Vec<_> = tally.drops().map(|(reason, number)| format!("{number} times: {reason}")).collect();
        ensure!(drops.is_empty(), "requests were dropped\n{}", drops.join("\n"));
        ensure!(live.dropped == 0, "the server counts {} dropped requests", live.dropped);
        for version in [FIRST, BETTER] {
            ensure!(tally.given_to(version) > 0, "{version} was given no request");
            ensure!(tally.plugin_errors_of(version) == 0, "{version} failed {} requests", tally.plugin_errors_of(version));
        }
        ensure!(tally.plugin_errors_of(BAD) > 0, "{BAD} failed no request, so nothing was shown");
        Ok(())
    }

    async fn plan(&self, version: &str) -> Result<Plan> {
        screen::command(&format!("{} plan -var greeter_version={version}", self.front_end.name()));
        let plan = self.front_end.plan(version).await?;
        screen::block(&plan.text);
        if !plan.diagnostics.is_empty() {
            screen::block(&screen::warn(&told(&plan.diagnostics)));
        }
        Ok(plan)
    }

    /// Applies the plan and follows the rollout it starts, telling its steps and who answered in between.
    async fn apply_and_watch(&self, traffic: &Traffic) -> Result<Watched> {
        let before = self.client.get_deployment(TENANT, DEPLOYMENT).await?.rollout;
        screen::command(&format!("{} apply", self.front_end.name()));
        let front_end = self.front_end.clone();
        let mut apply = tokio::spawn(async move { front_end.apply().await });
        let rollout = tokio::select! {
            rollout = self.next_rollout(before.as_ref()) => rollout?,
            applied = &mut apply => bail!("`apply` ended without a rollout:\n{}", told(&applied??.diagnostics)),
        };
        let legs = timeout(ROLLOUT_WITHIN, self.follow(&rollout, traffic))
            .await
            .with_context(|| format!("the rollout was not over within {ROLLOUT_WITHIN:?}"))??;
        let applied = apply.await??;
        let rollout = self.client.get_rollout(&rollout).await?;
        Ok(Watched { legs, status: rollout.status, reason: rollout.reason, applied })
    }

    async fn next_rollout(&self, before: Option<&RolloutId>) -> Result<RolloutId> {
        loop {
            let now = self.client.get_deployment(TENANT, DEPLOYMENT).await?.rollout;
            match now {
                Some(rollout) if Some(&rollout) != before => return Ok(rollout),
                _ => sleep(Duration::from_millis(20)).await,
            }
        }
    }

    async fn follow(&self, rollout: &RolloutId, traffic: &Traffic) -> Result<Vec<Leg>> {
        let mut events = self.client.follow_rollout(rollout);
        let mut legs: Vec<Leg> = Vec::new();
        let (mut weight, mut since) = (0, traffic.tally());
        let mut said = String::new();
        while let Some(event) = events.next().await? {
            // Before the line for this event: who answered up to it.
            if weight > 0 && (event.weight != weight || event.status.is_over()) {
                let tally = traffic.tally().since(&since);
                println!("         {}", tally.shares());
                legs.push(Leg { weight, tally });
            }
            if event.weight != weight {
                (weight, since) = (event.weight, traffic.tally());
            }
            // The last step of a way back begins with why, which the step before it has said.
            let news = event.message.strip_prefix(&said).filter(|_| !said.is_empty()).unwrap_or(&event.message);
            self.say(news.trim_start_matches("; "));
            said = event.message;
        }
        Ok(legs)
    }

    /// Waits until a second's worth of requests came, and looks who answered them.
    async fn everything_is_answered_by(&self, version: &str, traffic: &Traffic) -> Result<()> {
        // Answers under way may still be another version's.
        sleep(Duration::from_millis(200)).await;
        let before = traffic.tally();
        let enough = async {
            loop {
                let tally = traffic.tally().since(&before);
                if tally.sent() >= 100 {
                    return tally;
                }
                sleep(Duration::from_millis(20)).await;
            }
        };
        let tally = timeout(Duration::from_secs(20), enough).await.context("the traffic stopped")?;
        ensure!(tally.given_to(version) == tally.sent(), "{version} should answer everything, but: {}", tally.shares());
        Ok(())
    }

    fn say(&self, text: &str) {
        println!("{} {text}", screen::dim(&format!("{:6.1}s ", self.began.elapsed().as_secs_f64())));
    }
}

/// Whether a text has a sentence, which may begin it and so have a capital.
fn says(text: &str, sentence: &str) -> bool {
    text.to_lowercase().contains(&sentence.to_lowercase())
}

fn told(diagnostics: &[Diagnostic]) -> String {
    let lines: Vec<_> = diagnostics
        .iter()
        .map(|diagnostic| {
            let kind = if diagnostic.is_error { "Error" } else { "Warning" };
            format!("{kind}: {}\n{}", diagnostic.summary, diagnostic.detail)
        })
        .collect();
    lines.join("\n")
}
