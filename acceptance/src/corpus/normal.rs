//! What differs from run to run made alike: ids by the order they come up in, times, versions, the case's own names.

use std::collections::HashMap;
use std::sync::OnceLock;

use regex::{Captures, Regex};
use serde_json::Value as Json;

/// Makes texts of one run comparable with those of another.
#[derive(Debug)]
pub(crate) struct Normaliser {
    own: String,
    ids: HashMap<String, String>,
}

fn varying() -> &'static Regex {
    static PATTERN: OnceLock<Regex> = OnceLock::new();
    let text = r"\b(ten|plg|ver|dep|rol)_[0-9a-z]{10,}|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z|http://127\.0\.0\.1:\d+|\.localhost:\d+";
    PATTERN.get_or_init(|| Regex::new(text).unwrap())
}

impl Normaliser {
    pub(crate) fn new(own: &str) -> Self {
        Self { own: own.to_owned(), ids: HashMap::new() }
    }

    pub(crate) fn text(&mut self, text: &str) -> String {
        let text = text.replace(&self.own, "@");
        let ids = &mut self.ids;
        let alike = |found: &Captures<'_>| {
            let whole = &found[0];
            match found.get(1) {
                Some(kind) => {
                    let number = ids.len() + 1;
                    ids.entry(whole.to_owned()).or_insert_with(|| format!("{}_#{number}", kind.as_str())).clone()
                }
                None if whole.contains("://") => "http://server".to_owned(),
                None if whole.starts_with('.') => ".localhost:port".to_owned(),
                None => "<time>".to_owned(),
            }
        };
        varying().replace_all(&text, alike).into_owned()
    }

    pub(crate) fn json(&mut self, json: &Json) -> Json {
        match json {
            Json::String(text) => Json::String(self.text(text)),
            Json::Array(elements) => Json::Array(elements.iter().map(|element| self.json(element)).collect()),
            Json::Object(members) => {
                Json::Object(members.iter().map(|(key, value)| (self.text(key), self.json(value))).collect())
            }
            json => json.clone(),
        }
    }

    /// A state file, its lineage, serial and Terraform's version aside: the front ends may write more or less often.
    pub(crate) fn state(&mut self, text: &str) -> String {
        let kept = |line: &&str| !["\"lineage\":", "\"serial\":", "\"terraform_version\":"].iter().any(|name| line.trim_start().starts_with(name));
        let text: Vec<&str> = text.lines().filter(kept).collect();
        self.text(&text.join("\n"))
    }
}
