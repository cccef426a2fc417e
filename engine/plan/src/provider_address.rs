//! What the state calls a provider's configuration: `module.m.provider["registry.terraform.io/hotswap/hotswap"].eu`.

use std::{fmt, str::FromStr, sync::Arc};

use hotswap_value::address::ModulePath;

/// A configuration of a provider.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProviderAddress {
    /// The module its block is in.
    pub module: ModulePath,
    /// The provider.
    pub source: Arc<str>,
    /// Which of its configurations; nothing: the one without alias.
    pub alias: Option<Arc<str>>,
}

/// The text is not the address of a provider's configuration.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not the address of a provider's configuration")]
pub struct ProviderAddressError {
    /// What was given.
    pub text: String,
}

impl fmt::Display for ProviderAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let dot = if self.module.is_root() { "" } else { "." };
        write!(f, "{}{dot}provider[\"{}\"]", self.module, self.source)?;
        self.alias.iter().try_for_each(|alias| write!(f, ".{alias}"))
    }
}

impl FromStr for ProviderAddress {
    type Err = ProviderAddressError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let error = || ProviderAddressError { text: text.to_owned() };
        let (module, rest) = text.split_once("provider[\"").ok_or_else(error)?;
        let mut path = ModulePath::root();
        let mut words = module.split_terminator('.');
        while let Some(word) = words.next() {
            let call = words.next().filter(|call| word == "module" && !call.is_empty()).ok_or_else(error)?;
            path = path.child(call);
        }
        let (source, rest) = rest.split_once("\"]").ok_or_else(error)?;
        let alias = match rest {
            "" => None,
            rest => Some(rest.strip_prefix('.').filter(|alias| !alias.is_empty()).ok_or_else(error)?.into()),
        };
        Ok(Self { module: path, source: source.into(), alias })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_reads_as_it_is_written() {
        for text in [
            r#"provider["registry.terraform.io/hotswap/hotswap"]"#,
            r#"module.a.module.b.provider["registry.terraform.io/hotswap/hotswap"].eu"#,
        ] {
            assert_eq!(text.parse::<ProviderAddress>().unwrap().to_string(), text);
        }
        for text in ["", "provider.hotswap", r#"x.y.provider["a"]"#, r#"provider["a"]."#] {
            assert!(text.parse::<ProviderAddress>().is_err(), "{text} was accepted");
        }
    }
}
