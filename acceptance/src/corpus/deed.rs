//! What happens past the front end whose turn it is, and what is looked for on the platform.

use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::front::Front;
use crate::case::{Case, Running};
use crate::wait::until;

/// Things done, in the order of the fields.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Deed {
    /// What becomes of the server, if it is the case's own.
    pub server: Option<ServerDeed>,
    /// Calls of the API.
    pub api: Vec<ApiCall>,
    /// Versions published by somebody else.
    pub publish: Vec<Publish>,
    /// What is waited for then.
    pub until: Vec<Seen>,
    /// A command of the same front end in the second working folder, which must succeed.
    pub second: Vec<String>,
    /// Whether Ctrl-C is pressed.
    pub interrupt: bool,
}

/// What becomes of a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ServerDeed {
    /// It stops.
    Stop,
    /// It starts with what it had.
    Start,
    /// Both.
    Restart,
}

/// A change past both front ends.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApiCall {
    /// `GET`, `PATCH`, `DELETE`, …
    pub method: String,
    /// Under `/v1`.
    pub path: String,
    /// What is sent.
    #[serde(default)]
    pub body: Json,
    /// What replaces parts of the spec that is there, which is sent then: JSON pointer to value.
    #[serde(default)]
    pub with: std::collections::BTreeMap<String, Json>,
}

/// A version with the bytes of another one.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Publish {
    /// Of which plugin.
    pub plugin: String,
    /// Its number.
    pub version: String,
    /// The number of the version whose bytes it has.
    pub like: String,
}

/// Something done as soon as something is seen.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Event {
    /// The sign.
    pub once: Seen,
    /// What is done then.
    pub then: Deed,
}

/// Something the API has, or has not.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Seen {
    /// Where.
    pub path: String,
    /// A JSON pointer into it.
    #[serde(default)]
    pub at: String,
    /// What is there; absent: there is nothing at the path, or only what is retired.
    pub is: Option<Json>,
}

impl Seen {
    /// What is wrong, if it is not so.
    fn fault(&self, case: &Case) -> Option<String> {
        let path = case.own(&self.path);
        let Some(wanted) = &self.is else {
            return (!case.server.lacks(&path)).then(|| format!("{path} is still there"));
        };
        let wanted: Json = serde_json::from_str(&case.own(&wanted.to_string())).unwrap();
        let (status, body) = case.server.api("GET", &path, &Json::Null);
        let found = body.pointer(&self.at).cloned().unwrap_or_default();
        (status != 200 || found != wanted).then(|| format!("{path} {}: {found} ({status}), not {wanted}", self.at))
    }

    /// Checks that it is so.
    ///
    /// # Panics
    /// If not.
    #[track_caller]
    pub(crate) fn check(&self, case: &Case, place: &str) {
        if let Some(fault) = self.fault(case) {
            panic!("{place}: {fault}");
        }
    }
}

impl ApiCall {
    #[track_caller]
    fn make(&self, case: &Case) {
        let path = case.own(&self.path);
        let mut body: Json = serde_json::from_str(&case.own(&self.body.to_string())).unwrap();
        if !self.with.is_empty() {
            let mut spec = case.server.get(&path)["spec"].clone();
            for (pointer, value) in &self.with {
                match spec.pointer_mut(pointer) {
                    Some(part) => *part = value.clone(),
                    // What has no value is left out of an answer.
                    None => spec[pointer.trim_start_matches('/')] = value.clone(),
                }
            }
            // A deployment's spec is sent with what else is asked for.
            body = if path.contains("/deployments/") { json!({ "spec": spec }) } else { spec };
        }
        case.server.change(&self.method, &path, &body);
    }
}

impl Publish {
    #[track_caller]
    fn publish(&self, case: &Case) {
        let versions = format!("/v1/plugins/{}/versions", case.own(&self.plugin));
        let mut spec = case.server.get(&format!("{versions}/{}", self.like))["spec"].clone();
        spec["version"] = json!(self.version);
        case.server.change("POST", &versions, &spec);
    }
}

/// Where a deed is done: the platform, the second working folder, and the command that goes on.
pub(crate) struct Scene<'a> {
    pub(crate) case: &'a Case,
    pub(crate) second: &'a Case,
    pub(crate) front: Front,
}

impl Scene<'_> {
    /// Does it. `running` is what is interrupted.
    ///
    /// # Panics
    /// If something of it fails.
    #[track_caller]
    pub(crate) fn act(&self, deed: &Deed, running: Option<&mut Running>, place: &str) {
        let server = self.case.server;
        match deed.server {
            Some(ServerDeed::Stop) => server.stop(),
            Some(ServerDeed::Start) => server.start_again(),
            Some(ServerDeed::Restart) => {
                server.stop();
                server.start_again();
            }
            None => {}
        }
        deed.api.iter().for_each(|call| call.make(self.case));
        deed.publish.iter().for_each(|publish| publish.publish(self.case));
        for seen in &deed.until {
            until(&format!("{place}: {seen:?}"), || seen.fault(self.case).is_none().then_some(()));
        }
        if !deed.second.is_empty() {
            let arguments: Vec<&str> = deed.second.iter().map(String::as_str).collect();
            let run = self.second.run(self.front, &arguments);
            assert_eq!(run.code, Some(0), "{place}: {arguments:?} in the second folder\n{}\n{}", run.told(), run.text);
        }
        if deed.interrupt {
            running.expect("only what goes on can be interrupted").press_ctrl_c();
        }
    }

    /// Does each as soon as its sign is seen, while a command goes on.
    ///
    /// # Panics
    /// If the command ends before, or something fails.
    #[track_caller]
    pub(crate) fn meanwhile(&self, events: &[Event], running: &mut Running, place: &str) {
        for event in events {
            until(&format!("{place}: {:?}", event.once), || {
                let seen = event.once.fault(self.case).is_none();
                assert!(seen || !running.is_over(), "{place}: the command ended before {:?}", event.once);
                seen.then_some(())
            });
            self.act(&event.then, Some(running), place);
        }
    }
}
