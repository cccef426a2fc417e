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
    let text = r#"\b(ten|plg|ver|dep|rol)_[0-9a-z]{10,}|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z|http://127\.0\.0\.1:\d+|\.localhost:\d+|"deposed": "[0-9a-f]{8}""#;
    PATTERN.get_or_init(|| Regex::new(text).unwrap())
}

/// Sorts what Terraform writes in an order that changes from run to run; whether there was any of it.
pub(super) fn sort_random(json: &mut Json) -> bool {
    let mut found = false;
    match json {
        Json::Array(elements) => elements.iter_mut().for_each(|element| found |= sort_random(element)),
        Json::Object(members) => {
            for (name, member) in members {
                match member {
                    Json::Array(elements)
                        if ["check_results", "objects", "sensitive_attributes", "relevant_attributes"].contains(&name.as_str()) =>
                    {
                        found |= elements.len() > 1;
                        elements.iter_mut().for_each(|element| found |= sort_random(element));
                        elements.sort_by_cached_key(ToString::to_string);
                    }
                    member => found |= sort_random(member),
                }
            }
        }
        _ => {}
    }
    found
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
                None if whole.starts_with('"') => r#""deposed": "<key>""#.to_owned(),
                None => "<time>".to_owned(),
            }
        };
        varying().replace_all(&text, alike).into_owned()
    }

    pub(crate) fn json(&mut self, json: &Json) -> Json {
        match json {
            Json::String(text) => Json::String(self.text(text)),
            Json::Array(elements) => Json::Array(elements.iter().map(|element| self.json(element)).collect()),
            Json::Object(members) => Json::Object(members.iter().map(|(key, value)| (self.text(key), self.member(key, value))).collect()),
            json => json.clone(),
        }
    }

    /// What is deposed has a key that nobody chose.
    fn member(&mut self, key: &str, value: &Json) -> Json {
        if key.starts_with("deposed") && value.is_string() { Json::from("<key>") } else { self.json(value) }
    }

    /// A state file, its lineage, serial and Terraform's version aside: the front ends may write more or less often.
    pub(crate) fn state(&mut self, text: &str) -> String {
        let kept =
            |line: &&str| !["\"lineage\":", "\"serial\":", "\"terraform_version\":"].iter().any(|name| line.trim_start().starts_with(name));
        let lines: Vec<&str> = text.lines().filter(kept).collect();
        let mut json: Json = serde_json::from_str(text).unwrap_or_default();
        if sort_random(&mut json) {
            let members = json.as_object_mut().unwrap();
            ["lineage", "serial", "terraform_version"].iter().for_each(|name| drop(members.remove(*name)));
            return self.text(&format!("{json:#}"));
        }
        self.text(&lines.join("\n"))
    }
}
