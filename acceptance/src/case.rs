//! One test's folder: its configuration, its state, and Terraform run on it.

use std::cell::RefCell;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use serde_json::Value as Json;

use crate::components;
use crate::corpus::Front;
use crate::plan::Plan;
use crate::run::Run;
use crate::server::{Server, bin_dir};
use crate::state::State;
use crate::traffic::Traffic;

const NO_TERRAFORM: &str = "the acceptance tests run `terraform`: install Terraform 1.11 or newer \
                            (https://developer.hashicorp.com/terraform/install) and put it on PATH";

pub(crate) const HEAD: &str = "terraform {\n  required_providers {\n    hotswap = { source = \"hotswap/hotswap\" }\n  }\n}\n";

/// A folder with a configuration. In all texts `@` stands for what is this case's own, so that cases share a server.
#[derive(Debug)]
pub struct Case {
    /// The server it works against.
    pub server: &'static Server,
    folder: tempfile::TempDir,
    own: String,
    environment: Vec<(String, String)>,
    /// What is set over it for a while.
    for_now: RefCell<Vec<(String, String)>>,
}

impl Default for Case {
    fn default() -> Self {
        Self::new()
    }
}

impl Case {
    /// A case on the shared server, with the components of `components` beside its configuration.
    ///
    /// # Panics
    /// If there is no `terraform`, or nothing to test was built; the message says what to do.
    #[track_caller]
    pub fn new() -> Self {
        Self::on(Server::shared())
    }

    /// A case on a server of the caller's choice.
    ///
    /// # Panics
    /// As [`Case::new`].
    #[track_caller]
    pub fn on(server: &'static Server) -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(1);
        Self::named(server, format!("t{}-", NUMBER.fetch_add(1, Ordering::Relaxed)))
    }

    /// Another working folder, with a state of its own, that speaks of the same things.
    ///
    /// # Panics
    /// As [`Case::new`].
    #[track_caller]
    pub fn beside(&self) -> Self {
        Self::named(self.server, self.own.clone())
    }

    #[track_caller]
    fn named(server: &'static Server, own: String) -> Self {
        require_terraform();
        let folder = tempfile::tempdir().unwrap();
        let override_ = Json::from(bin_dir().to_string_lossy());
        let cli = format!(
            "disable_checkpoint = true\nprovider_installation {{\n  dev_overrides {{\n    \"hotswap/hotswap\" = {override_}\n  }}\n}}\n"
        );
        fs::write(folder.path().join("cli.tfrc"), cli).unwrap();
        components::write_all(folder.path());
        let environment =
            vec![("HOTSWAP_ENDPOINT".to_owned(), server.endpoint.clone()), ("HOTSWAP_TOKEN".to_owned(), server.token.clone())];
        Self { server, folder, own, environment, for_now: RefCell::default() }
    }

    /// Sets a variable of the environment Terraform runs in.
    pub fn set(&mut self, name: &str, value: &str) {
        self.environment.retain(|(known, _)| known != name);
        self.environment.push((name.to_owned(), value.to_owned()));
    }

    /// Variables of the environment that are set over the others, instead of those set so before.
    pub(crate) fn set_for_now(&self, variables: Vec<(String, String)>) {
        *self.for_now.borrow_mut() = variables;
    }

    /// A text with this case's own names in it.
    pub fn own(&self, text: &str) -> String {
        text.replace('@', &self.own)
    }

    /// A file of the folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file into the folder, as it is given.
    ///
    /// # Panics
    /// If that cannot be.
    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        fs::write(self.path(name), content).unwrap();
    }

    /// Writes the configuration, of which `body` is all but the `terraform` block.
    pub fn config(&self, body: &str) {
        self.write("main.tf", format!("{HEAD}{}\n", self.own(body)));
    }

    /// What Terraform remembers.
    pub fn state(&self) -> State {
        State::read(self.folder.path())
    }

    /// Runs Terraform.
    ///
    /// # Panics
    /// If it cannot be started.
    pub fn terraform(&self, arguments: &[&str]) -> Run {
        Run::new(&self.command(arguments).output().expect(NO_TERRAFORM))
    }

    /// Runs a front end.
    ///
    /// # Panics
    /// If it cannot be started.
    pub fn run(&self, front: Front, arguments: &[&str]) -> Run {
        Run::new(&self.command_by(front, arguments).output().expect(NO_TERRAFORM))
    }

    /// Starts a front end.
    ///
    /// # Panics
    /// If it cannot be started.
    pub fn start(&self, front: Front, arguments: &[&str]) -> Running {
        let mut command = self.command_by(front, arguments);
        Running(command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect(NO_TERRAFORM))
    }

    /// Runs a program of the folder, such as a script.
    ///
    /// # Panics
    /// If it cannot be started.
    pub fn program(&self, path: &str, arguments: &[&str]) -> Run {
        let output = self.command_of(&self.path(path), arguments).output();
        Run::new(&output.unwrap_or_else(|error| panic!("{path} cannot be started: {error}")))
    }

    /// `terraform validate`.
    pub fn validate(&self) -> Run {
        self.terraform(&["validate", "-json"])
    }

    /// Plans, and keeps the plan for [`Case::apply_plan`].
    ///
    /// # Panics
    /// If there is an error.
    #[track_caller]
    pub fn plan(&self) -> Plan {
        let run = self.try_plan();
        assert!(matches!(run.code, Some(0 | 2)), "the plan failed:\n{}", run.told());
        let shown = self.terraform(&["show", "-json", "saved.tfplan"]).succeeded();
        Plan { run, json: serde_json::from_str(&shown.text).unwrap() }
    }

    /// Plans, whether it works or not.
    pub fn try_plan(&self) -> Run {
        self.terraform(&["plan", "-json", "-input=false", "-detailed-exitcode", "-out=saved.tfplan"])
    }

    /// Applies the saved plan, whether it works or not.
    pub fn apply_plan(&self) -> Run {
        self.terraform(&["apply", "-json", "-input=false", "saved.tfplan"])
    }

    /// Applies the configuration.
    ///
    /// # Panics
    /// If there is an error.
    #[track_caller]
    pub fn apply(&self) -> Run {
        self.try_apply().succeeded()
    }

    /// Applies the configuration, whether it works or not.
    pub fn try_apply(&self) -> Run {
        self.terraform(&["apply", "-json", "-input=false", "-auto-approve"])
    }

    /// Begins to apply the configuration.
    ///
    /// # Panics
    /// If Terraform cannot be started.
    pub fn start_apply(&self) -> Running {
        self.start(Front::Terraform, &["apply", "-json", "-input=false", "-auto-approve"])
    }

    /// Checks that nothing is left to do, by what is remembered and by what is there.
    ///
    /// # Panics
    /// If there is something.
    #[track_caller]
    pub fn is_settled(&self) {
        let remembered = self.terraform(&["plan", "-json", "-input=false", "-detailed-exitcode", "-refresh=false"]);
        assert_eq!(remembered.code, Some(0), "a plan without refresh should be empty:\n{}\n{}", remembered.told(), remembered.text);
        let refreshed = self.terraform(&["plan", "-json", "-input=false", "-detailed-exitcode"]);
        assert_eq!(refreshed.code, Some(0), "a plan should be empty:\n{}\n{}", refreshed.told(), refreshed.text);
    }

    /// Forgets a resource, imports it again, and checks that what is remembered is what it was, but for `ignored`.
    ///
    /// # Panics
    /// If it is not.
    #[track_caller]
    pub fn imports_the_same(&self, address: &str, id: &str, ignored: &[&str]) {
        let before = self.state().get(address).clone();
        self.terraform(&["state", "rm", address]).succeeded();
        self.terraform(&["import", "-no-color", "-input=false", address, &self.own(id)]).succeeded();
        let after = self.state().get(address).clone();
        let (before, after) = (before.as_object().unwrap(), after.as_object().unwrap());
        for (name, value) in before {
            if !ignored.contains(&name.as_str()) {
                assert_eq!(&after[name], value, "{name} of {address} imported as {id:?}");
            }
        }
    }

    /// Destroys everything, and checks that the server has nothing of it any more.
    ///
    /// # Panics
    /// If it has.
    #[track_caller]
    pub fn destroy(&self) {
        self.destroy_by(Front::Terraform);
    }

    /// The same by a front end.
    ///
    /// # Panics
    /// As [`Case::destroy`].
    #[track_caller]
    pub fn destroy_by(&self, front: Front) {
        let before = self.state();
        self.run(front, &["destroy", "-json", "-input=false", "-auto-approve"]).succeeded();
        assert_eq!(self.state().resources().count(), 0, "something is left in the state");
        for (kind, attributes) in before.resources() {
            let part = |name: &str| attributes[name].as_str().unwrap_or_default();
            let path = match kind {
                "hotswap_tenant" => format!("/v1/tenants/{}", part("name")),
                "hotswap_plugin" => format!("/v1/plugins/{}", part("name")),
                "hotswap_plugin_version" => format!("/v1/plugins/{}/versions/{}", part("plugin"), part("version")),
                "hotswap_deployment" => format!("/v1/tenants/{}/deployments/{}", part("tenant"), part("name")),
                "hotswap_token" => format!("/v1/tokens/{}", part("id")),
                _ => continue,
            };
            assert!(self.server.lacks(&path), "{path} is still there");
        }
    }

    /// What the API has at `path`.
    #[track_caller]
    pub fn get(&self, path: &str) -> Json {
        self.server.get(&self.own(path))
    }

    /// Sends a request to a deployment; gives status and body.
    #[track_caller]
    pub fn visit(&self, tenant: &str, deployment: &str) -> (u16, String) {
        self.server.visit(&self.own(tenant), &self.own(deployment))
    }

    /// Starts to send requests to a deployment.
    pub fn traffic(&self, tenant: &str, deployment: &str) -> Traffic {
        Traffic::start(self.server, &self.own(tenant), &self.own(deployment))
    }

    fn command(&self, arguments: &[&str]) -> Command {
        self.command_of("terraform".as_ref(), arguments)
    }

    fn command_by(&self, front: Front, arguments: &[&str]) -> Command {
        match front {
            Front::Terraform => self.command(arguments),
            Front::Hotswap => self.command_of(&bin_dir().join("hotswap"), arguments),
        }
    }

    fn command_of(&self, program: &Path, arguments: &[&str]) -> Command {
        let mut command = Command::new(program);
        // What the caller's environment says about Terraform and hotswap is meant for other configurations.
        for (name, _) in std::env::vars_os() {
            if ["TF_", "HOTSWAP_"].iter().any(|prefix| name.to_string_lossy().starts_with(prefix)) {
                command.env_remove(name);
            }
        }
        command
            .args(arguments)
            .current_dir(self.folder.path())
            .env("TF_CLI_CONFIG_FILE", self.path("cli.tfrc"))
            .env("TF_IN_AUTOMATION", "1")
            .env("CHECKPOINT_DISABLE", "1")
            .envs(self.environment.iter().cloned())
            .envs(self.for_now.borrow().iter().cloned())
            .stdin(Stdio::null());
        command
    }
}

fn require_terraform() {
    static FOUND: OnceLock<bool> = OnceLock::new();
    let found = FOUND.get_or_init(|| {
        let output =
            Command::new("terraform").arg("version").env("CHECKPOINT_DISABLE", "1").env("TF_CLI_CONFIG_FILE", "/dev/null").output();
        output.is_ok_and(|output| output.status.success())
    });
    assert!(found, "{NO_TERRAFORM}");
}

/// A command that goes on.
#[derive(Debug)]
pub struct Running(Child);

impl Running {
    /// Presses Ctrl-C, and gives what was said to the end and how long that took.
    ///
    /// # Panics
    /// If it ended before.
    #[track_caller]
    pub fn interrupt(mut self) -> (Run, Duration) {
        let asked = Instant::now();
        self.press_ctrl_c();
        let run = self.wait();
        (run, asked.elapsed())
    }

    /// Presses Ctrl-C.
    ///
    /// # Panics
    /// If it ended before.
    #[track_caller]
    pub fn press_ctrl_c(&mut self) {
        assert!(!self.is_over(), "the command ended before it was interrupted");
        assert!(Command::new("kill").args(["-INT", &self.0.id().to_string()]).status().unwrap().success());
    }

    /// Whether it ended.
    ///
    /// # Panics
    /// If that cannot be found out.
    pub fn is_over(&mut self) -> bool {
        self.0.try_wait().unwrap().is_some()
    }

    /// Waits for the end, and gives what was said.
    ///
    /// # Panics
    /// If that cannot be.
    pub fn wait(self) -> Run {
        Run::new(&self.0.wait_with_output().unwrap())
    }
}
