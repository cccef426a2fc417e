//! Rolling: instances change places, a batch at a time.

use serde::{Deserialize, Serialize};

use crate::Span;
use crate::fault::Collector;

/// Instances change places, a batch at a time; each revision has traffic by its share of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Rolling {
    /// How many instances a batch has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub batch_size: Option<u32>,
    /// How many instances a batch has, in percent of the deployment's, rounded up; 25 where neither is given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub batch_percent: Option<u8>,
    /// How many instances may be missing while it goes on.
    pub max_unavailable: u32,
    /// How many instances more than wanted there may be while it goes on; absent: as many as a batch has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_surge: Option<u32>,
    /// How long a batch is watched before the next one, at least.
    pub pause_between: Span,
}

impl Default for Rolling {
    fn default() -> Self {
        Self { batch_size: None, batch_percent: None, max_unavailable: 0, max_surge: None, pause_between: Span::from_secs(5) }
    }
}

impl Rolling {
    /// The percentage of a batch where nothing is said.
    pub const DEFAULT_BATCH_PERCENT: u8 = 25;

    /// How many of so many instances change places at a time: at least 1, and no more than may be missing and may be too many.
    pub fn batch(&self, instances: u32) -> u32 {
        let percent = u32::from(self.batch_percent.unwrap_or(Self::DEFAULT_BATCH_PERCENT));
        let wanted = self.batch_size.unwrap_or_else(|| (instances * percent).div_ceil(100)).clamp(1, instances.max(1));
        match self.max_surge {
            Some(surge) => wanted.min(surge + self.max_unavailable).max(1),
            None => wanted,
        }
    }

    /// How many instances more than wanted there may be.
    pub fn surge(&self, instances: u32) -> u32 {
        self.max_surge.unwrap_or_else(|| self.batch(instances))
    }

    /// How many batches so many instances make.
    pub fn batches(&self, instances: u32) -> u32 {
        instances.max(1).div_ceil(self.batch(instances))
    }

    pub(super) fn holds(&self, instances: u32) -> Span {
        let pauses = u64::from(self.batches(instances) - 1);
        Span::from_micros(self.pause_between.as_micros().saturating_mul(pauses))
    }

    pub(super) fn collect(&self, faults: &mut Collector) {
        const FIELD: &str = "strategy.rolling";
        faults.check(self.batch_size.is_none() || self.batch_percent.is_none(), &format!("{FIELD}.batch_size"), || {
            "is given beside `batch_percent`; give one of them".into()
        });
        faults.check(self.batch_size != Some(0), &format!("{FIELD}.batch_size"), || "must be at least 1".into());
        if let Some(percent) = self.batch_percent {
            faults.check((1..=100).contains(&percent), &format!("{FIELD}.batch_percent"), || {
                format!("is {percent}; it is a percentage from 1 to 100")
            });
        }
        faults.check(self.max_surge != Some(0) || self.max_unavailable > 0, &format!("{FIELD}.max_surge"), || {
            "is 0, and so is `max_unavailable`: no instance could ever change; raise one of them".into()
        });
    }
}
