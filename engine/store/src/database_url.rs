//! Where a database server is. Shown without the password.

use std::fmt;
use std::str::FromStr;

use sqlx::postgres::PgConnectOptions;

/// Where a PostgreSQL database is and who connects to it: `postgres://user:password@host:port/database?sslmode=require`.
///
/// What is left out is as libpq has it: `PGHOST`, `PGUSER`, `PGPASSWORD` and their like, `~/.pgpass`. Neither [`Debug`] nor
/// [`Display`](fmt::Display) shows the password.
#[derive(Clone)]
pub struct DatabaseUrl {
    pub(crate) options: Box<PgConnectOptions>,
}

/// What may stand behind `?`, beside `options[NAME]`.
const PARAMETERS: [&str; 15] = [
    "sslmode",
    "ssl-mode",
    "sslrootcert",
    "ssl-root-cert",
    "ssl-ca",
    "sslcert",
    "ssl-cert",
    "sslkey",
    "ssl-key",
    "statement-cache-capacity",
    "host",
    "hostaddr",
    "port",
    "dbname",
    "user",
];

/// Why a text is no such address. Never holds the text, which may have a password in it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the database address is not usable: {problem}; it looks like `postgres://user@host/database`")]
pub struct DatabaseUrlError {
    problem: String,
}

impl FromStr for DatabaseUrl {
    type Err = DatabaseUrlError;

    fn from_str(text: &str) -> Result<Self, DatabaseUrlError> {
        let known = ["postgres://", "postgresql://"].iter().any(|scheme| text.starts_with(scheme));
        if !known {
            return Err(DatabaseUrlError { problem: "it does not begin with `postgres://`".into() });
        }
        let parameters = text.split_once('?').map_or("", |(_, parameters)| parameters).split('&');
        let mut names = parameters.map(|parameter| parameter.split('=').next().unwrap_or_default());
        // One that is not known would be ignored, value and all in the log.
        if let Some(name) = names.find(|name| !name.is_empty() && !name.starts_with("options") && !PARAMETERS.contains(name)) {
            return Err(DatabaseUrlError { problem: format!("it has the parameter {name:?}, which is not known") });
        }
        let options = text.parse::<PgConnectOptions>().map_err(|error| DatabaseUrlError {
            problem: match error {
                // What is in it is a mistake in the text, by its kind: none of them repeats the text.
                sqlx::Error::Configuration(inner) => inner.to_string(),
                _ => "it cannot be read".into(),
            },
        })?;
        Ok(Self { options: Box::new(options.application_name("hotswap")) })
    }
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let options = &self.options;
        let host = options.get_socket().map_or_else(|| options.get_host().into(), |socket| socket.display().to_string());
        write!(f, "postgres://{}@{host}:{}", options.get_username(), options.get_port())?;
        options.get_database().map_or(Ok(()), |name| write!(f, "/{name}"))
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DatabaseUrl({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_shown_without_its_password() {
        let url: DatabaseUrl = "postgres://hotswap:s3cret@db.example:6543/plugins?sslmode=require".parse().unwrap();
        assert_eq!(url.to_string(), "postgres://hotswap@db.example:6543/plugins");
        assert!(!format!("{url:?}").contains("s3cret"));
    }

    #[test]
    fn what_is_no_address_is_refused_without_being_repeated() {
        for wrong in ["mysql://u:s3cret@h/d", "s3cret", "postgres://u:s3cret@h:port/d", "postgres://u:s3cret@h/d?sslmode=s3cret"] {
            let error = wrong.parse::<DatabaseUrl>().unwrap_err().to_string();
            assert!(error.contains("postgres://user@host/database"), "{error}");
            assert!(!error.contains("u:s3cret"), "{error}");
        }
    }
}
