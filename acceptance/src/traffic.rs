//! Requests through the gateway while something else happens.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

use crate::server::Server;

/// How many requests are under way at a time.
const VISITORS: usize = 3;

/// Answers by status and body.
pub type Tally = BTreeMap<(u16, String), usize>;

/// Visitors of one deployment. They go on until [`Traffic::stop`].
#[derive(Debug)]
pub struct Traffic {
    stop: Arc<AtomicBool>,
    visitors: Vec<JoinHandle<Tally>>,
}

impl Traffic {
    pub(crate) fn start(server: &'static Server, tenant: &str, deployment: &str) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let visitors = (0..VISITORS).map(|_| {
            let (stop, tenant, deployment) = (stop.clone(), tenant.to_owned(), deployment.to_owned());
            std::thread::spawn(move || {
                let mut tally = Tally::new();
                while !stop.load(Ordering::Relaxed) {
                    *tally.entry(server.visit(&tenant, &deployment)).or_default() += 1;
                }
                tally
            })
        });
        Self { visitors: visitors.collect(), stop }
    }

    /// Ends it and gives what was answered.
    ///
    /// # Panics
    /// If a request was not answered at all.
    pub fn stop(self) -> Tally {
        self.stop.store(true, Ordering::Relaxed);
        let mut all = Tally::new();
        for visitor in self.visitors {
            for (answer, count) in visitor.join().expect("every request is answered") {
                *all.entry(answer).or_default() += count;
            }
        }
        all
    }
}
