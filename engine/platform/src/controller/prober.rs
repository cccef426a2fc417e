//! Asks every instance of a revision whether it is well, and marks its slot.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use futures::StreamExt as _;
use hotswap_gateway::{Gateway, RevisionGroup};
use hotswap_model::HttpProbe;
use hotswap_runtime::SlotState;
use tokio::sync::Notify;

use super::Mail;

/// Instances of one revision that are asked at the same time.
const AT_A_TIME: usize = 8;

/// While an instance has not passed its first probe, it is asked this often at least.
const WHILE_STARTING: Duration = Duration::from_millis(250);

/// Probes every slot at the probe's interval, and when `look` says that there are others, until the task is ended. `mail` is told of
/// every change.
pub(super) async fn probe_for_ever(gateway: Arc<Gateway>, group: Arc<RevisionGroup>, probe: HttpProbe, mail: Arc<Mail>, look: Arc<Notify>) {
    loop {
        let ordinals = futures::stream::iter(0..group.slots().len());
        let asked = ordinals.map(|ordinal| ask(&gateway, &group, &probe, ordinal)).buffer_unordered(AT_A_TIME);
        let changed = asked.fold(false, |any, changed| async move { any | changed }).await;
        if changed {
            mail.poke();
        }
        let all_well = group.slots().available() == group.slots().len();
        let interval = probe.interval.to_std();
        let pause = if all_well { interval } else { interval.min(WHILE_STARTING) };
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = look.notified() => {}
        }
    }
}

/// Asks one instance; tells whether its state changed or it failed.
async fn ask(gateway: &Gateway, group: &RevisionGroup, probe: &HttpProbe, ordinal: usize) -> bool {
    let outcome = gateway.probe(group, ordinal, &probe.path, probe.timeout.to_std()).await;
    let Some(passed) = outcome.passed() else { return false };
    let slots = group.slots();
    slots.record_probe(ordinal, outcome.as_probe(SystemTime::now()));
    let slot = slots.slots().into_iter().nth(ordinal);
    let (before, failures) = slot.map_or((SlotState::Starting, 0), |slot| (slot.state, slot.probes.consecutive_failures()));
    let after = match (passed, before) {
        (true, _) => SlotState::Available,
        (false, _) if failures >= probe.unhealthy_after => SlotState::Unavailable,
        (false, before) => before,
    };
    if after != before {
        slots.mark(ordinal, after);
        if after == SlotState::Unavailable {
            let labels = group.labels();
            let why = outcome.describe().unwrap_or_else(|why| why);
            tracing::warn!(
                tenant = labels.tenant,
                deployment = labels.deployment,
                revision = labels.revision,
                slot = ordinal,
                why,
                "instance unavailable"
            );
        }
    }
    after != before || !passed
}
