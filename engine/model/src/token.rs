//! Tokens: what opens the API, for whom, and for how long. What each role may do is in `access`.

use serde::{Deserialize, Serialize};

use crate::fault::Collector;
use crate::{Faults, Span, Timestamp};

/// How much a token opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Role {
    /// Everything, tokens included.
    Admin,
    /// What it takes to deploy: plugins, versions and deployments. No tenants, no tokens.
    Operator,
    /// Reads, tokens excepted.
    Viewer,
}

impl Role {
    /// Every role, the mightiest first.
    pub const ALL: [Role; 3] = [Role::Admin, Role::Operator, Role::Viewer];

    /// The role as it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Role::Admin => "admin",
            Role::Operator => "operator",
            Role::Viewer => "viewer",
        }
    }
}

/// Whether a token opens anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum TokenStatus {
    /// It does.
    Active,
    /// Its time is over.
    Expired,
    /// Somebody ended it.
    Revoked,
}

/// What may change of a token while it stays the same token.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TokenTerms {
    /// For people.
    pub description: Option<String>,
    /// How long it is good for, from when its value was set or it was last renewed; absent: until it is revoked.
    pub ttl: Option<Span>,
}

impl TokenTerms {
    /// The longest description, in characters.
    pub const MAX_DESCRIPTION: usize = 256;
    /// The shortest life of a token.
    pub const MIN_TTL: Span = Span::from_secs(1);
    /// The longest life of a token that ends at all.
    pub const MAX_TTL: Span = Span::from_secs(366 * 24 * 3_600);
    /// A token that is renewed lives at most this long, or its first `ttl` if that is longer.
    pub const RENEWABLE_FOR: Span = Span::from_secs(24 * 3_600);

    /// Checks what the types alone do not say.
    ///
    /// # Errors
    /// Every fault at once, each with its field.
    pub fn validate(&self) -> Result<(), Faults> {
        let mut faults = Collector::default();
        let length = self.description.as_ref().map_or(0, |text| text.chars().count());
        faults.check(length <= Self::MAX_DESCRIPTION, "description", || {
            format!("has {length} characters; at most {} are kept", Self::MAX_DESCRIPTION)
        });
        // A database may keep no text with one.
        let plain = self.description.as_ref().is_none_or(|text| !text.contains('\0'));
        faults.check(plain, "description", || "has a NUL character".into());
        if let Some(ttl) = self.ttl {
            faults.check((Self::MIN_TTL..=Self::MAX_TTL).contains(&ttl), "ttl", || {
                format!("is {ttl}; a token lives {} to {}, or without `ttl` until it is revoked", Self::MIN_TTL, Self::MAX_TTL)
            });
        }
        faults.finish()
    }

    /// When a token ends whose value is set at `issued_at`; absent: never by itself.
    pub fn expires_at(&self, issued_at: Timestamp) -> Option<Timestamp> {
        self.ttl.map(|ttl| issued_at + ttl)
    }

    /// When a token ends that was issued at `issued_at` and is renewed `now`: its `ttl` from now, but never beyond
    /// [`TokenTerms::RENEWABLE_FOR`] from its issue. Absent: it does not end by itself.
    pub fn renewed(&self, issued_at: Timestamp, now: Timestamp) -> Option<Timestamp> {
        let ttl = self.ttl?;
        Some((now + ttl).min(issued_at + ttl.max(Self::RENEWABLE_FOR)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terms(seconds: u64) -> TokenTerms {
        TokenTerms { description: None, ttl: Some(Span::from_secs(seconds)) }
    }

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_micros(seconds * 1_000_000)
    }

    #[test]
    fn a_renewal_extends_from_now_and_not_beyond_a_day() {
        assert_eq!(terms(60).expires_at(at(0)), Some(at(60)));
        assert_eq!(terms(60).renewed(at(0), at(50)), Some(at(110)));
        assert_eq!(terms(60).renewed(at(0), at(24 * 3_600 - 10)), Some(at(24 * 3_600)));
        assert_eq!(terms(48 * 3_600).renewed(at(0), at(10)), Some(at(48 * 3_600)), "its first life is never cut");
        assert_eq!(TokenTerms::default().renewed(at(0), at(10)), None);
    }

    #[test]
    fn a_life_that_is_too_short_or_too_long_is_a_fault() {
        assert!(terms(1).validate().is_ok() && terms(366 * 24 * 3_600).validate().is_ok() && TokenTerms::default().validate().is_ok());
        for seconds in [0, 366 * 24 * 3_600 + 1] {
            assert!(terms(seconds).validate().unwrap_err().to_string().starts_with("ttl: is "));
        }
    }
}
