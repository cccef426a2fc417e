//! What can go wrong with the store, each with what a caller needs to answer for it.

use std::fmt;

use hotswap_model::RolloutId;
use sqlx::postgres::PgDatabaseError;
use sqlx::sqlite::SqliteError;

/// What kind of row is spoken of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A tenant, named by its name or id.
    Tenant,
    /// A plugin, named by its name or id.
    Plugin,
    /// What is known of a component, named by its digest.
    Blob,
    /// A plugin version, named `plugin version` or by its id.
    PluginVersion,
    /// A deployment, named `tenant/name` or by its id.
    Deployment,
    /// A revision, named `deployment id/number`.
    Revision,
    /// A rollout, named by its id.
    Rollout,
    /// An event of a rollout, named `rollout id/number`.
    RolloutEvent,
    /// An answer kept under an idempotency key.
    IdempotentAnswer,
    /// A token, named by its id.
    Token,
    /// The secrets of a deployment at one version, named by their id.
    Secret,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Kind::Tenant => "tenant",
            Kind::Plugin => "plugin",
            Kind::Blob => "component",
            Kind::PluginVersion => "plugin version",
            Kind::Deployment => "deployment",
            Kind::Revision => "revision",
            Kind::Rollout => "rollout",
            Kind::RolloutEvent => "rollout event",
            Kind::IdempotentAnswer => "idempotency key",
            Kind::Token => "token",
            Kind::Secret => "secret",
        })
    }
}

/// Why the store didn't do as asked. After any of these the transaction should be dropped.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// Something live has that name, id or number already.
    #[error("{kind} {name:?} exists already{}", existing.as_ref().map(|id| format!(" (as {id})")).unwrap_or_default())]
    Conflict {
        /// What was to be inserted.
        kind: Kind,
        /// Its name.
        name: String,
        /// The id of the row that has the name, where it has one.
        existing: Option<String>,
    },
    /// The row changed since the caller read it.
    #[error("{kind} {name:?} changed since it was read: its etag is {etag} now")]
    Stale {
        /// What was to be changed.
        kind: Kind,
        /// Its name.
        name: String,
        /// The row's etag now.
        etag: i64,
    },
    /// The rollout is driven under a newer generation; the caller must let go of it.
    #[error("rollout {rollout} is at generation {stored}, this is a write of generation {given}")]
    StaleGeneration {
        /// Which rollout.
        rollout: RolloutId,
        /// The generation that drives it now.
        stored: i64,
        /// The generation of the refused write.
        given: i64,
    },
    /// No such row is live.
    #[error("there is no {kind} {name:?}")]
    NotFound {
        /// What was asked for.
        kind: Kind,
        /// Its name.
        name: String,
    },
    /// The row refers to something that isn't there.
    #[error("{kind} {name:?} refers to something that is not in the database")]
    Dangling {
        /// What was to be written.
        kind: Kind,
        /// Its name.
        name: String,
    },
    /// The database holds something this program can't have written.
    #[error("the database is damaged: {problem}; restore it from a backup")]
    Corrupt {
        /// Where, and what is wrong.
        problem: String,
    },
    /// The database was written by a newer hotswap.
    #[error("the database is at migration {found}, which this hotswap does not know; start the hotswap that wrote it, or a newer one")]
    TooNew {
        /// The migration that isn't known here.
        found: i64,
    },
    /// The disk is full; nothing of the transaction was kept.
    #[error("no space is left for the database; free some and try again")]
    DiskFull,
    /// The file can't be read or written.
    #[error("the database file cannot be used: {problem}")]
    Io {
        /// What the system said.
        problem: String,
    },
    /// Other transactions took too long; nothing was done, so it may be tried again.
    #[error("the database is busy; try again")]
    Busy,
    /// The database server cannot be reached, or went away. If that was while a transaction was committed, it may have been.
    #[error("the database server is not available: {problem}")]
    Unavailable {
        /// What it or the system said.
        problem: String,
    },
    /// The database must be brought up to date, and the role that connects may not do that.
    #[error(
        "the database is not up to date, and the role {role:?} may not change its tables; start once with `--database-owner-url` of the role that owns them"
    )]
    NotOwner {
        /// Who connected.
        role: String,
    },
    /// The database said no for a reason that isn't expected.
    #[error("the database failed")]
    Database(#[source] sqlx::Error),
    /// A migration failed.
    #[error("the database could not be brought up to date")]
    Migrate(#[source] sqlx::migrate::MigrateError),
}

impl StoreError {
    pub(crate) fn not_found(kind: Kind, name: impl fmt::Display) -> Self {
        Self::NotFound { kind, name: name.to_string() }
    }

    pub(crate) fn conflict(kind: Kind, name: impl fmt::Display, existing: Option<String>) -> Self {
        Self::Conflict { kind, name: name.to_string(), existing }
    }

    /// Tells which row was meant when a foreign key is not satisfied, or a row that the transaction doesn't see has what is unique.
    pub(crate) fn writing(kind: Kind, name: impl fmt::Display) -> impl FnOnce(sqlx::Error) -> Self {
        let name = name.to_string();
        move |error| match &error {
            sqlx::Error::Database(inner) if inner.is_foreign_key_violation() => Self::Dangling { kind, name },
            sqlx::Error::Database(inner) if inner.is_unique_violation() => Self::Conflict { kind, name, existing: None },
            _ => error.into(),
        }
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::PoolTimedOut => Self::Busy,
            sqlx::Error::Io(io) => Self::Unavailable { problem: io.to_string() },
            sqlx::Error::Tls(problem) => Self::Unavailable { problem: problem.to_string() },
            sqlx::Error::Protocol(problem) => Self::Unavailable { problem: problem.clone() },
            sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed => Self::Unavailable { problem: "the server is stopping".into() },
            sqlx::Error::Database(inner) => {
                let known = match (inner.try_downcast_ref::<SqliteError>(), inner.try_downcast_ref::<PgDatabaseError>()) {
                    (Some(_), _) => from_sqlite(inner.code().as_deref().unwrap_or_default(), inner.message()),
                    (_, Some(inner)) => from_postgres(inner.code(), inner.message()),
                    _ => None,
                };
                known.unwrap_or(Self::Database(error))
            }
            _ => Self::Database(error),
        }
    }
}

/// By SQLite's primary result code: the low byte of the extended one.
fn from_sqlite(code: &str, message: &str) -> Option<StoreError> {
    let code: i64 = code.parse().ok()?;
    let problem = message.to_owned();
    match code & 0xff {
        5 | 6 => Some(StoreError::Busy),
        13 => Some(StoreError::DiskFull),
        10 | 14 | 23 => Some(StoreError::Io { problem }),
        11 | 26 => Some(StoreError::Corrupt { problem }),
        _ => None,
    }
}

/// By PostgreSQL's SQLSTATE; its first two letters are its class.
fn from_postgres(code: &str, message: &str) -> Option<StoreError> {
    let problem = message.to_owned();
    match (code.get(..2)?, code) {
        // A lock was waited for too long, or a deadlock, or an administrator's time limit.
        (_, "55P03" | "57014") | ("40", _) => Some(StoreError::Busy),
        (_, "53100") => Some(StoreError::DiskFull),
        // No connection; not let in; no such database; too many clients or too little memory; it is stopping, or starting.
        ("08" | "28" | "3D" | "53" | "57", _) => Some(StoreError::Unavailable { problem }),
        // It writes nothing at the moment: it stands by for another server, or was told so.
        (_, "25006") => Some(StoreError::Unavailable { problem }),
        ("XX", _) => Some(StoreError::Corrupt { problem }),
        _ => None,
    }
}

impl From<sqlx::migrate::MigrateError> for StoreError {
    fn from(error: sqlx::migrate::MigrateError) -> Self {
        match error {
            sqlx::migrate::MigrateError::VersionMissing(found) => Self::TooNew { found },
            sqlx::migrate::MigrateError::Execute(inner) => inner.into(),
            other => Self::Migrate(other),
        }
    }
}
