//! Blue-green: the new revision runs whole and unseen, then all traffic goes over to it at once.

use serde::{Deserialize, Serialize};

use crate::Span;
use crate::fault::Collector;

/// The new revision runs whole and unseen, then all traffic goes over to it at once; the old one stays for a while.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BlueGreen {
    /// What every instance of the new revision must answer before it is given traffic. Asking warms them up, too.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub smoke_tests: Vec<SmokeTest>,
    /// Whether traffic goes over by itself once the tests passed; otherwise when somebody promotes it.
    pub auto_promote: bool,
    /// How long the old revision keeps its instances after it lost its traffic: so long the way back takes no time.
    pub scale_down_delay: Span,
}

/// A question the new revision must answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SmokeTest {
    /// The path asked for with GET.
    pub path: String,
    /// The status it must answer with.
    #[serde(default = "SmokeTest::default_status")]
    pub status: u16,
}

impl SmokeTest {
    /// The status expected where nothing is said.
    pub fn default_status() -> u16 {
        200
    }
}

impl Default for BlueGreen {
    fn default() -> Self {
        Self { smoke_tests: Vec::new(), auto_promote: true, scale_down_delay: Span::from_secs(30) }
    }
}

impl BlueGreen {
    /// Most smoke tests of one deployment.
    pub const MAX_SMOKE_TESTS: usize = 32;

    pub(super) fn collect(&self, faults: &mut Collector) {
        const FIELD: &str = "strategy.blue_green.smoke_tests";
        faults.check(self.smoke_tests.len() <= Self::MAX_SMOKE_TESTS, FIELD, || {
            format!("has {} entries; at most {} are asked", self.smoke_tests.len(), Self::MAX_SMOKE_TESTS)
        });
        for (index, test) in self.smoke_tests.iter().enumerate() {
            faults.check(test.path.starts_with('/') && !test.path.contains(char::is_whitespace), &format!("{FIELD}[{index}].path"), || {
                format!("is {:?}; it must begin with / and have no spaces", test.path)
            });
            faults.check((200..=599).contains(&test.status), &format!("{FIELD}[{index}].status"), || {
                format!("is {}; an answer's status is a number from 200 to 599", test.status)
            });
        }
    }
}
