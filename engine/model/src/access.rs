//! Who may do what: one table. Where a principal stands is decided by whoever checked its token; here is what follows from it.

use std::fmt;

use crate::{Role, TenantId, TenantName, TokenId};

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal {
    /// The token that was shown; absent: the administrator's, which is kept in the data folder.
    pub token: Option<TokenId>,
    /// How much it opens.
    pub role: Role,
    /// The one tenant it is for; absent: all.
    pub tenant: Option<(TenantId, TenantName)>,
}

/// What can be asked for, as far as roles tell it apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Tenants, their deployments, revisions and rollouts are looked at; previews too.
    ReadTenants,
    /// Plugins, versions and components are looked at.
    ReadPlugins,
    /// Deployments are made, changed and ended, and rollouts sent back.
    WriteDeployments,
    /// Plugins, versions and components are made, changed and ended.
    WritePlugins,
    /// Tenants are made, changed and ended, their quotas with them.
    WriteTenants,
    /// Tokens are made, looked at, changed and revoked.
    Tokens,
    /// What is kept of components is verified and cleared away.
    Storage,
}

/// What an action is done to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Of {
    /// One tenant: a principal that is for one tenant sees no other.
    Tenant,
    /// Everybody: a principal that is for one tenant may look.
    LookedAtByAll,
    /// Everybody: a principal that is for one tenant may not.
    All,
}

struct Row {
    action: Action,
    admin: bool,
    operator: bool,
    viewer: bool,
    of: Of,
}

const fn row(action: Action, [admin, operator, viewer]: [bool; 3], of: Of) -> Row {
    Row { action, admin, operator, viewer, of }
}

/// The table. A tenant's quotas are the platform's promise to everybody else, so that even an admin of that tenant alone does
/// not raise them.
#[rustfmt::skip]
const TABLE: [Row; 7] = [
    //                            admin  operator viewer
    row(Action::ReadTenants,      [true, true,    true],  Of::Tenant),
    row(Action::ReadPlugins,      [true, true,    true],  Of::LookedAtByAll),
    row(Action::WriteDeployments, [true, true,    false], Of::Tenant),
    row(Action::WritePlugins,     [true, true,    false], Of::All),
    row(Action::WriteTenants,     [true, false,   false], Of::All),
    row(Action::Tokens,           [true, false,   false], Of::Tenant),
    row(Action::Storage,          [true, false,   false], Of::All),
];

/// Why something is not for a principal.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Denied {
    /// Its role has no such right.
    #[error("the role `{}` may not {action}; it takes {}", role.as_str(), roles(*action))]
    Role {
        /// The role it has.
        role: Role,
        /// What was asked for.
        action: Action,
    },
    /// It is for one tenant, and this is everybody's.
    #[error("the token is for tenant {:?} alone and may not {action}: that is everybody's; it takes a token that is for no tenant", tenant.as_str())]
    Tenant {
        /// The one it is for.
        tenant: TenantName,
        /// What was asked for.
        action: Action,
    },
}

impl Principal {
    /// The administrator, whose token is in the data folder.
    pub fn administrator() -> Self {
        Self { token: None, role: Role::Admin, tenant: None }
    }

    /// Whether it may do this at all; to which tenant is another question: [`Principal::sees`].
    ///
    /// # Errors
    /// Why not.
    pub fn may(&self, action: Action) -> Result<(), Denied> {
        let row = action.row();
        if !row.allows(self.role) {
            return Err(Denied::Role { role: self.role, action });
        }
        match (&self.tenant, row.of) {
            (Some((_, tenant)), Of::All) => Err(Denied::Tenant { tenant: tenant.clone(), action }),
            _ => Ok(()),
        }
    }

    /// Whether this tenant is there for it.
    pub fn sees(&self, tenant: &TenantId) -> bool {
        self.tenant.as_ref().is_none_or(|(own, _)| own == tenant)
    }

    /// Whether a tenant of this name is there for it.
    pub fn sees_named(&self, tenant: &TenantName) -> bool {
        self.tenant.as_ref().is_none_or(|(_, own)| own == tenant)
    }
}

impl fmt::Display for Principal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.token {
            Some(token) => token.fmt(f),
            None => f.write_str("administrator"),
        }
    }
}

impl Action {
    fn row(self) -> &'static Row {
        TABLE.iter().find(|row| row.action == self).expect("every action has a row, as a test checks")
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Action::ReadTenants => "read tenants and deployments",
            Action::ReadPlugins => "read plugins",
            Action::WriteDeployments => "change deployments",
            Action::WritePlugins => "change plugins and versions",
            Action::WriteTenants => "change tenants",
            Action::Tokens => "read and change tokens",
            Action::Storage => "verify and clear the storage",
        })
    }
}

impl Row {
    fn allows(&self, role: Role) -> bool {
        match role {
            Role::Admin => self.admin,
            Role::Operator => self.operator,
            Role::Viewer => self.viewer,
        }
    }
}

/// The roles that may, in words.
fn roles(action: Action) -> String {
    let all = Role::ALL.into_iter().filter(|role| action.row().allows(*role));
    all.map(|role| format!("`{}`", role.as_str())).collect::<Vec<_>>().join(" or ")
}

#[cfg(test)]
mod tests {
    use super::*;

    const ACTIONS: [Action; 7] = [
        Action::ReadTenants,
        Action::ReadPlugins,
        Action::WriteDeployments,
        Action::WritePlugins,
        Action::WriteTenants,
        Action::Tokens,
        Action::Storage,
    ];

    fn principal(role: Role, tenant: Option<&str>) -> Principal {
        let tenant = tenant.map(|name| (TenantId::from_unique(name), name.parse().unwrap()));
        Principal { token: Some("tok_1".parse().unwrap()), role, tenant }
    }

    #[test]
    fn every_pair_of_role_and_action_is_decided_as_promised() {
        // read tenants, read plugins, write deployments, write plugins, write tenants, tokens, storage
        let promised = [
            (Role::Admin, None, "yyyyyyy"),
            (Role::Operator, None, "yyyynnn"),
            (Role::Viewer, None, "yynnnnn"),
            (Role::Admin, Some("acme"), "yyynnyn"),
            (Role::Operator, Some("acme"), "yyynnnn"),
            (Role::Viewer, Some("acme"), "yynnnnn"),
        ];
        for (role, tenant, expected) in promised {
            let principal = principal(role, tenant);
            let found: String = ACTIONS.iter().map(|action| if principal.may(*action).is_ok() { 'y' } else { 'n' }).collect();
            assert_eq!(found, expected, "{role:?} of {tenant:?}");
        }
    }

    #[test]
    fn a_principal_of_one_tenant_sees_no_other() {
        let own = principal(Role::Admin, Some("acme"));
        assert!(own.sees(&TenantId::from_unique("acme")) && own.sees_named(&"acme".parse().unwrap()));
        assert!(!own.sees(&TenantId::from_unique("other")) && !own.sees_named(&"other".parse().unwrap()));
        assert!(Principal::administrator().sees(&TenantId::from_unique("other")));
    }

    #[test]
    fn a_refusal_says_who_may() {
        let told = principal(Role::Viewer, None).may(Action::WriteDeployments).unwrap_err().to_string();
        assert_eq!(told, "the role `viewer` may not change deployments; it takes `admin` or `operator`");
        let told = principal(Role::Operator, Some("acme")).may(Action::WritePlugins).unwrap_err().to_string();
        assert!(told.contains("is for tenant \"acme\" alone and may not change plugins and versions"), "{told}");
    }
}
