//! Addresses: what configuration, plan, state and command line call an object, as in `module.team["a"].hotswap_tenant.t[0]`.
//!
//! Two kinds: *static* ones name a block as written; *instances* name one of the objects it stands for (`count`, `for_each`).

use std::{fmt, str::FromStr, sync::Arc};

/// Which instance of a block with `count` or `for_each`. Ordered as Terraform orders them: none, numbers, then text.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum InstanceKey {
    /// The block has neither.
    #[default]
    None,
    /// By `count`.
    Index(u64),
    /// By `for_each`.
    Key(Arc<str>),
}

/// A managed resource, data that is only read, or something that is open for one run only.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ResourceMode {
    /// A `resource` block.
    #[default]
    Managed,
    /// A `data` block.
    Data,
    /// An `ephemeral` block.
    Ephemeral,
}

/// A module as written: the names of the calls that lead to it; none for the root module.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ModulePath(pub Vec<Arc<str>>);

/// One instance of a module: the calls that lead to it, each with its key.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ModuleInstance(pub Vec<(Arc<str>, InstanceKey)>);

/// A resource within its module: `hotswap_tenant.t`, `data.hotswap_plugins.all`, `ephemeral.hotswap_token.ci`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ResourceName {
    /// Managed, data or ephemeral.
    pub mode: ResourceMode,
    /// The type: `hotswap_tenant`.
    pub ty: Arc<str>,
    /// The name it is given in the module.
    pub name: Arc<str>,
}

/// A resource block as written, of all modules.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ResourceBlock {
    /// The module it is written in.
    pub module: ModulePath,
    /// Its name there.
    pub resource: ResourceName,
}

/// One object.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ResourceInstance {
    /// The instance of the module it belongs to.
    pub module: ModuleInstance,
    /// Its block.
    pub resource: ResourceName,
    /// Which of the block's objects.
    pub key: InstanceKey,
}

/// What the command line can name: a module with everything in it, a resource with all its objects, or one object.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Target {
    /// Everything in this module instance and those below it. Its last key may be absent: then every instance of that call.
    Module(ModuleInstance),
    /// One object, or, if its key is absent, every object of the resource.
    Resource(ResourceInstance),
}

/// The text is not an address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not an address: {problem}")]
pub struct AddressError {
    /// What was given.
    pub text: String,
    /// What is wrong with it, and what would be right.
    pub problem: String,
}

impl ModulePath {
    /// The root module.
    pub fn root() -> Self {
        Self::default()
    }

    /// Whether this is the root module.
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// The module behind a call in this one.
    #[must_use]
    pub fn child(&self, call: &str) -> Self {
        let mut path = self.clone();
        path.0.push(call.into());
        path
    }
}

impl ModuleInstance {
    /// The root module, of which there is one.
    pub fn root() -> Self {
        Self::default()
    }

    /// Whether this is the root module.
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// The instance behind a call in this one.
    #[must_use]
    pub fn child(&self, call: &str, key: InstanceKey) -> Self {
        let mut path = self.clone();
        path.0.push((call.into(), key));
        path
    }

    /// The module as written.
    pub fn path(&self) -> ModulePath {
        ModulePath(self.0.iter().map(|(call, _)| call.clone()).collect())
    }

    /// The instance that holds the call of this one; `None` for the root module.
    pub fn parent(&self) -> Option<Self> {
        let (_, rest) = self.0.split_last()?;
        Some(Self(rest.to_vec()))
    }
}

impl ResourceName {
    /// A managed resource.
    pub fn managed(ty: &str, name: &str) -> Self {
        Self { mode: ResourceMode::Managed, ty: ty.into(), name: name.into() }
    }

    /// A data source.
    pub fn data(ty: &str, name: &str) -> Self {
        Self { mode: ResourceMode::Data, ty: ty.into(), name: name.into() }
    }

    /// An ephemeral resource.
    pub fn ephemeral(ty: &str, name: &str) -> Self {
        Self { mode: ResourceMode::Ephemeral, ty: ty.into(), name: name.into() }
    }

    /// The provider's local name, which its types begin with: `hotswap` of `hotswap_tenant`.
    pub fn provider_name(&self) -> &str {
        self.ty.split('_').next().unwrap_or(&self.ty)
    }
}

impl ResourceMode {
    /// What a block of it is called: `resource`, `data source`, `ephemeral resource`.
    pub fn noun(self) -> &'static str {
        match self {
            Self::Managed => "resource",
            Self::Data => "data source",
            Self::Ephemeral => "ephemeral resource",
        }
    }
}

impl ResourceInstance {
    /// The block it belongs to.
    pub fn block(&self) -> ResourceBlock {
        ResourceBlock { module: self.module.path(), resource: self.resource.clone() }
    }

    /// The same object without its key: how the state groups objects of one resource in one module instance.
    #[must_use]
    pub fn without_key(&self) -> Self {
        Self { key: InstanceKey::None, ..self.clone() }
    }
}

impl Target {
    /// Whether the object is among those named.
    pub fn contains(&self, object: &ResourceInstance) -> bool {
        match self {
            Self::Module(module) => starts_with(&object.module, module),
            Self::Resource(target) => {
                target.module == object.module
                    && target.resource == object.resource
                    && (target.key == InstanceKey::None || target.key == object.key)
            }
        }
    }
}

/// Whether `module` is `outer` or lies in it; the last step of `outer` without a key stands for every instance.
fn starts_with(module: &ModuleInstance, outer: &ModuleInstance) -> bool {
    if module.0.len() < outer.0.len() {
        return false;
    }
    let last = outer.0.len().saturating_sub(1);
    outer
        .0
        .iter()
        .zip(&module.0)
        .enumerate()
        .all(|(index, (outer, inner))| outer.0 == inner.0 && (outer.1 == inner.1 || (index == last && outer.1 == InstanceKey::None)))
}

impl From<&str> for InstanceKey {
    fn from(key: &str) -> Self {
        Self::Key(key.into())
    }
}

impl fmt::Display for InstanceKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => Ok(()),
            Self::Index(index) => write!(f, "[{index}]"),
            Self::Key(key) => write!(f, "[{}]", quoted(key)),
        }
    }
}

/// A key as one would write it in a configuration.
fn quoted(key: &str) -> String {
    let mut text = String::from("\"");
    let mut rest = key.chars().peekable();
    while let Some(char) = rest.next() {
        match char {
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            '\n' => text.push_str("\\n"),
            '\r' => text.push_str("\\r"),
            '\t' => text.push_str("\\t"),
            '$' | '%' if rest.peek() == Some(&'{') => text.extend([char, char]),
            char => text.push(char),
        }
    }
    text.push('"');
    text
}

impl fmt::Display for ModulePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, call) in self.0.iter().enumerate() {
            let dot = if position == 0 { "" } else { "." };
            write!(f, "{dot}module.{call}")?;
        }
        Ok(())
    }
}

impl fmt::Display for ModuleInstance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, (call, key)) in self.0.iter().enumerate() {
            let dot = if position == 0 { "" } else { "." };
            write!(f, "{dot}module.{call}{key}")?;
        }
        Ok(())
    }
}

impl fmt::Display for ResourceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let prefix = match self.mode {
            ResourceMode::Managed => "",
            ResourceMode::Data => "data.",
            ResourceMode::Ephemeral => "ephemeral.",
        };
        write!(f, "{prefix}{}.{}", self.ty, self.name)
    }
}

impl fmt::Display for ResourceBlock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let dot = if self.module.is_root() { "" } else { "." };
        write!(f, "{}{dot}{}", self.module, self.resource)
    }
}

impl fmt::Display for ResourceInstance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let dot = if self.module.is_root() { "" } else { "." };
        write!(f, "{}{dot}{}{}", self.module, self.resource, self.key)
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Module(module) => write!(f, "{module}"),
            Self::Resource(resource) => write!(f, "{resource}"),
        }
    }
}

impl FromStr for Target {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Parser { text, rest: text }.target()
    }
}

impl FromStr for ResourceInstance {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.parse()? {
            Target::Resource(instance) => Ok(instance),
            Target::Module(_) => Err(AddressError {
                text: text.to_owned(),
                problem: "it names a module; name a resource in it, as in module.NAME.TYPE.NAME".to_owned(),
            }),
        }
    }
}

impl FromStr for ModuleInstance {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.is_empty() {
            return Ok(Self::root());
        }
        match text.parse()? {
            Target::Module(module) => Ok(module),
            Target::Resource(_) => {
                Err(AddressError { text: text.to_owned(), problem: "it names a resource, where a module is due".to_owned() })
            }
        }
    }
}

struct Parser<'a> {
    text: &'a str,
    rest: &'a str,
}

impl<'a> Parser<'a> {
    fn error(&self, problem: impl Into<String>) -> AddressError {
        AddressError { text: self.text.to_owned(), problem: problem.into() }
    }

    fn target(mut self) -> Result<Target, AddressError> {
        let mut module = ModuleInstance::root();
        loop {
            let word = self.identifier()?;
            match word {
                "module" => {
                    self.dot("the name of a module")?;
                    let call = self.identifier()?;
                    let key = self.key()?;
                    module = module.child(call, key);
                    if self.rest.is_empty() {
                        return Ok(Target::Module(module));
                    }
                    self.dot("a resource or another module")?;
                }
                "data" => {
                    self.dot("the type of a data source")?;
                    let ty = self.identifier()?;
                    return self.resource(module, ResourceMode::Data, ty);
                }
                "ephemeral" => {
                    self.dot("the type of an ephemeral resource")?;
                    let ty = self.identifier()?;
                    return self.resource(module, ResourceMode::Ephemeral, ty);
                }
                ty => return self.resource(module, ResourceMode::Managed, ty),
            }
        }
    }

    fn resource(mut self, module: ModuleInstance, mode: ResourceMode, ty: &str) -> Result<Target, AddressError> {
        self.dot("the name of the resource, as in TYPE.NAME")?;
        let name = self.identifier()?;
        let key = self.key()?;
        if !self.rest.is_empty() {
            return Err(self.error(format!("nothing is due after {:?}", &self.text[..self.text.len() - self.rest.len()])));
        }
        Ok(Target::Resource(ResourceInstance { module, resource: ResourceName { mode, ty: ty.into(), name: name.into() }, key }))
    }

    fn identifier(&mut self) -> Result<&'a str, AddressError> {
        let end = self.rest.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '-')).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        if word.is_empty() || word.starts_with(|c: char| c.is_ascii_digit() || c == '-') {
            return Err(self.error("a name is due, as in hotswap_tenant.acme"));
        }
        self.rest = rest;
        Ok(word)
    }

    fn dot(&mut self, what: &str) -> Result<(), AddressError> {
        self.rest = self.rest.strip_prefix('.').ok_or_else(|| self.error(format!("a dot and {what} are due")))?;
        Ok(())
    }

    fn key(&mut self) -> Result<InstanceKey, AddressError> {
        let Some(inside) = self.rest.strip_prefix('[') else { return Ok(InstanceKey::None) };
        let (key, rest) = if let Some(text) = inside.strip_prefix('"') {
            let (key, rest) = self.text_key(text)?;
            (InstanceKey::Key(key.into()), rest)
        } else {
            let end = inside.find(']').unwrap_or(inside.len());
            let index = inside[..end].parse().map_err(|_| self.error("a key is a whole number, or text in double quotes"))?;
            (InstanceKey::Index(index), &inside[end..])
        };
        self.rest = rest.strip_prefix(']').ok_or_else(|| self.error("a closing bracket is due after the key"))?;
        Ok(key)
    }

    /// The text up to the closing quote, its escapes resolved, and what follows the quote.
    fn text_key(&self, text: &'a str) -> Result<(String, &'a str), AddressError> {
        let mut key = String::new();
        let mut chars = text.char_indices();
        while let Some((at, char)) = chars.next() {
            match char {
                '"' => return Ok((key, &text[at + 1..])),
                '\\' => match chars.next().map(|(_, escaped)| escaped) {
                    Some('n') => key.push('\n'),
                    Some('r') => key.push('\r'),
                    Some('t') => key.push('\t'),
                    Some(escaped @ ('"' | '\\')) => key.push(escaped),
                    _ => return Err(self.error(r#"the key has an escape other than \", \\, \n, \r and \t"#)),
                },
                '$' | '%' if text[at + 1..].starts_with(char) && text[at + 2..].starts_with('{') => {
                    key.push(char);
                    chars.next();
                }
                char => key.push(char),
            }
        }
        Err(self.error("the key has no closing quote"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_read_as_they_are_written() {
        for text in [
            "hotswap_tenant.t",
            "hotswap_tenant.t[0]",
            r#"data.hotswap_plugins.all["a.b"]"#,
            "module.m.ephemeral.hotswap_token.ci",
            r#"module.team["a\"]\\b"].module.inner[2].hotswap_tenant.t["$${x}"]"#,
        ] {
            assert_eq!(text.parse::<ResourceInstance>().unwrap().to_string(), text);
        }
        assert_eq!("module.a.module.b[1]".parse::<ModuleInstance>().unwrap().to_string(), "module.a.module.b[1]");
    }

    #[test]
    fn what_is_no_address_is_told_why() {
        let problem = |text: &str| text.parse::<Target>().unwrap_err().problem;
        assert_eq!(problem("hotswap_tenant"), "a dot and the name of the resource, as in TYPE.NAME are due");
        assert_eq!(problem("a.b[x]"), "a key is a whole number, or text in double quotes");
        assert_eq!(problem("a.b.c"), r#"nothing is due after "a.b""#);
        assert_eq!(problem(""), "a name is due, as in hotswap_tenant.acme");
        assert_eq!(problem("a.b[\"x"), "the key has no closing quote");
    }

    #[test]
    fn a_target_without_a_key_stands_for_every_instance() {
        let object = |text: &str| text.parse::<ResourceInstance>().unwrap();
        let target = |text: &str| text.parse::<Target>().unwrap();
        assert!(target("a_b.c").contains(&object("a_b.c[1]")));
        assert!(!target("a_b.c[0]").contains(&object("a_b.c[1]")));
        assert!(target("module.m").contains(&object(r#"module.m["x"].a_b.c"#)));
        assert!(!target("a_b.c").contains(&object("module.m.a_b.c")));
        assert!(!target(r#"module.m["y"]"#).contains(&object(r#"module.m["x"].a_b.c"#)));
    }

    #[test]
    fn numbers_come_before_text_and_in_their_order() {
        let mut keys = [InstanceKey::from("a"), InstanceKey::Index(10), InstanceKey::Index(9), InstanceKey::None];
        keys.sort();
        assert_eq!(keys, [InstanceKey::None, InstanceKey::Index(9), InstanceKey::Index(10), InstanceKey::from("a")]);
    }
}
