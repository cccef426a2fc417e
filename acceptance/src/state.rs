//! What Terraform remembers, read from its state file.

use std::fs;
use std::path::Path;

use serde_json::Value as Json;

/// A state.
#[derive(Debug)]
pub struct State(Json);

impl State {
    pub(crate) fn read(folder: &Path) -> Self {
        let text = fs::read_to_string(folder.join("terraform.tfstate")).unwrap_or_else(|_| "{}".into());
        Self(serde_json::from_str(&text).unwrap())
    }

    /// The attributes of a resource or data source, by address: `hotswap_plugin_version.v["1.0.0"]`. Absent: it is not there.
    pub fn find(&self, address: &str) -> Option<&Json> {
        self.instances().find(|(found, _)| found == address).map(|(_, instance)| &instance["attributes"])
    }

    /// The attributes of a resource or data source.
    ///
    /// # Panics
    /// If it is not there.
    #[track_caller]
    pub fn get(&self, address: &str) -> &Json {
        self.find(address).unwrap_or_else(|| panic!("{address} is not in the state: {:#}", self.0))
    }

    /// Whether a resource is to be replaced because its creation failed half-way.
    pub fn is_tainted(&self, address: &str) -> bool {
        self.instances().any(|(found, instance)| found == address && instance["status"] == "tainted")
    }

    /// The addresses of objects that were replaced and are still to go.
    pub fn deposed(&self) -> Vec<String> {
        self.instances().filter(|(_, instance)| !instance["deposed"].is_null()).map(|(address, _)| address).collect()
    }

    /// The value of an output.
    pub fn output(&self, name: &str) -> &Json {
        &self.0["outputs"][name]["value"]
    }

    /// The resources, data sources left out: their types and attributes.
    pub(crate) fn resources(&self) -> impl Iterator<Item = (&str, &Json)> {
        let resources = self.0["resources"].as_array().into_iter().flatten().filter(|resource| resource["mode"] == "managed");
        resources.flat_map(|resource| {
            let kind = resource["type"].as_str().unwrap_or_default();
            resource["instances"].as_array().into_iter().flatten().map(move |instance| (kind, &instance["attributes"]))
        })
    }

    fn instances(&self) -> impl Iterator<Item = (String, &Json)> {
        self.0["resources"].as_array().into_iter().flatten().flat_map(|resource| {
            let part = |name: &str| resource[name].as_str().unwrap_or_default();
            let data = if part("mode") == "data" { "data." } else { "" };
            let base = format!("{data}{}.{}", part("type"), part("name"));
            resource["instances"].as_array().into_iter().flatten().map(move |instance| {
                let key = &instance["index_key"];
                (if key.is_null() { base.clone() } else { format!("{base}[{key}]") }, instance)
            })
        })
    }
}
