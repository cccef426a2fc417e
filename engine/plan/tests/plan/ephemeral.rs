//! Ephemeral resources and values: open while a plan is made, and nowhere in it.

use hotswap_plan::{Observer, file};

use super::support::{Desk, loaded};

fn calls(desk: &Desk) -> Vec<String> {
    desk.remote.calls.lock().unwrap().clone()
}

const PASS: &str = r#"
ephemeral "test_pass" "p" {
  name = "p"
}
"#;

#[tokio::test]
async fn what_is_opened_serves_a_provider_and_write_only_attributes_and_is_closed_last() {
    let desk = Desk::new();
    let text = r#"
provider "test" {
  alias  = "inner"
  region = local.region
}
locals {
  region = ephemeral.test_pass.p.value
}
resource "test_thing" "t" {
  provider = test.inner
  name     = "t"
  token    = "Bearer ${ephemeral.test_pass.p.value}"
}
"#;
    let planned = desk.plan(&format!("{PASS}{text}")).await;
    assert_eq!(planned.messages(), Vec::<String>::new());
    assert_eq!(planned.actions(), ["test_thing.t Create"]);
    assert!(planned.change("test_thing.t").after.get("token").is_null());
    assert_eq!(calls(&desk), ["configure -", "open p", "configure p-pass", "close p"]);
    assert!(!format!("{:?}", planned.plan).contains("p-pass"));
}

#[tokio::test]
async fn what_is_only_known_while_applying_is_not_opened() {
    let desk = Desk::new();
    let text = r#"
resource "test_thing" "a" {
  name = "a"
}
ephemeral "test_pass" "p" {
  name = test_thing.a.value
}
provider "test" {
  alias  = "inner"
  region = ephemeral.test_pass.p.value
}
resource "test_thing" "b" {
  provider = test.inner
  name     = "b"
  token    = ephemeral.test_pass.p.value
}
"#;
    let planned = desk.plan(text).await;
    assert_eq!(planned.actions(), ["test_thing.a Create", "test_thing.b Create"], "{:?}", planned.messages());
    assert_eq!(calls(&desk), ["configure -", "configure ?"]);
}

#[tokio::test]
async fn what_is_open_is_closed_also_when_something_fails() {
    let desk = Desk::new();
    let planned = desk
        .plan(&format!("{PASS}ephemeral \"test_pass\" \"none\" {{\n  name = \"none\"\n}}\nresource \"test_thing\" \"t\" {{\n  name = \"t\"\n  note = \"refuse\"\n}}\n"))
        .await;
    let mut messages = planned.messages();
    messages.sort();
    assert_eq!(messages, ["error 10: Refused: The note says so.", "error 6: No pass: There is none."]);
    assert_eq!(calls(&desk).last().unwrap(), "close p");
}

#[tokio::test]
async fn what_is_open_is_renewed_when_it_is_due_and_closed_with_what_that_gave() {
    let desk = Desk::new();
    let text = r#"
ephemeral "test_pass" "p" {
  name = "short"
}
data "test_lookup" "l" {
  name       = "renewal"
  depends_on = [ephemeral.test_pass.p]
}
"#;
    let planned = desk.plan(text).await;
    assert_eq!(planned.messages(), Vec::<String>::new());
    assert_eq!(calls(&desk), ["configure -", "open short", "lookup renewal", "renew short", "close short+"]);
}

#[tokio::test]
async fn who_stops_a_plan_gets_no_plan_and_leaves_nothing_open() {
    let desk = Desk::new();
    let stop = desk.remote.stop.clone();
    let desk = desk.with(|options| options.stop = stop);
    let text = "data \"test_lookup\" \"l\" {\n  name       = \"stop\"\n  depends_on = [ephemeral.test_pass.p]\n}\n";
    let planned = desk.plan(&format!("{PASS}{text}")).await;
    assert_eq!(planned.messages(), ["error: Interrupted: Nothing was changed."]);
    assert!(planned.plan.errored);
    assert_eq!(calls(&desk), ["configure -", "open p", "lookup stop", "close p"]);
}

#[tokio::test]
async fn what_goes_on_is_told() {
    let mut desk = Desk::new();
    desk.apply("resource \"test_thing\" \"t\" {\n  name = \"t\"\n}\n").await;
    let told = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let observer = {
        let told = told.clone();
        Observer::new(move |event| {
            let kind = format!("{:?}", event.kind);
            let kind = kind.split([' ', '(']).next().unwrap_or_default().to_owned();
            told.lock().unwrap().push(format!("{} {:?} {kind}", event.address, event.act));
        })
    };
    let desk = desk.with(|options| options.observer = observer);
    let text = "resource \"test_thing\" \"t\" {\n  name = \"t\"\n}\ndata \"test_lookup\" \"l\" {\n  name = test_thing.t.id\n}\n";
    desk.plan(&format!("{PASS}{text}")).await;
    let mut told = told.lock().unwrap().clone();
    let closed = told.split_off(6);
    told.sort();
    assert_eq!(
        told,
        [
            "data.test_lookup.l Change(Read) Finished",
            "data.test_lookup.l Change(Read) Started",
            "ephemeral.test_pass.p Open Finished",
            "ephemeral.test_pass.p Open Started",
            "test_thing.t Refresh Finished",
            "test_thing.t Refresh Started",
        ]
    );
    assert_eq!(closed, ["ephemeral.test_pass.p Close Started", "ephemeral.test_pass.p Close Finished"]);
}

const SECRET: &str = "variable \"e\" {\n  type      = string\n  ephemeral = true\n}\n";

#[tokio::test]
async fn an_ephemeral_value_is_refused_where_it_would_be_kept() {
    let module = "variable \"plain\" {\n  default = 1\n}\nvariable \"e\" {\n  ephemeral = true\n  default = 1\n}\noutput \"bare\" {\n  value = var.e\n}\noutput \"not\" {\n  value     = 1\n  ephemeral = true\n}\n";
    let text = format!(
        r#"{SECRET}
resource "test_thing" "a" {{
  name = "a"
  note = "x ${{var.e}}"
  tags = {{ t = var.e }}
}}
data "test_lookup" "l" {{
  name = var.e
}}
resource "test_thing" "b" {{
  count = var.e == "" ? 1 : 2
  name  = "b"
}}
resource "test_thing" "c" {{
  for_each = toset([var.e])
  name     = each.key
}}
output "o" {{
  value = {{ a = [var.e] }}
}}
module "m" {{
  source = "./m"
  plain  = local.l
}}
locals {{
  l = terraform.applying ? 1 : 2
}}
"#
    );
    let desk = Desk::new().variable("e", "hush");
    let planned = desk.plan_files([("main.tf", &*text), ("m/m.tf", module)]).await;
    insta::assert_snapshot!(planned.messages().join("\n"));
    assert!(!planned.messages().join("\n").contains("hush"));
}

#[tokio::test]
async fn an_ephemeral_value_goes_through_modules_locals_and_functions() {
    let module = "variable \"e\" {\n  ephemeral = true\n}\noutput \"e\" {\n  value     = upper(var.e)\n  ephemeral = true\n}\noutput \"n\" {\n  value = ephemeralasnull(var.e)\n}\n";
    let text = format!(
        r#"{SECRET}
module "m" {{
  source = "./m"
  e      = var.e
}}
resource "test_thing" "t" {{
  name  = "t"
  token = module.m.e
  lifecycle {{
    precondition {{
      condition     = var.e == "hush"
      error_message = "No."
    }}
  }}
}}
output "null" {{
  value = module.m.n == null ? "null" : "kept"
}}
"#
    );
    let desk = Desk::new().variable("e", "hush");
    let planned = desk.plan_files([("main.tf", &*text), ("m/m.tf", module)]).await;
    assert_eq!(planned.messages(), Vec::<String>::new());
    assert_eq!(planned.plan.outputs["null"].after, "null".into());
}

#[tokio::test]
async fn a_saved_plan_knows_which_ephemeral_variables_were_given_and_no_value_of_them() {
    let text = format!(
        "{SECRET}variable \"d\" {{\n  ephemeral = true\n  default = \"dd\"\n}}\nresource \"test_thing\" \"t\" {{\n  name = \"t\"\n  token = var.e\n}}\n"
    );
    let desk = Desk::new().variable("e", "hush");
    let planned = desk.plan(&text).await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("p");
    let mut config = loaded([("main.tf", &*text)]);
    config.sources.add("<value for var.e>", "hush");
    file::write(&path, &planned.plan, &config).unwrap();
    assert!(!std::fs::read_to_string(&path).unwrap().contains("hush"));
    let saved = file::read(&path).unwrap().plan;
    assert_eq!(saved.ephemeral.iter().map(|name| &**name).collect::<Vec<_>>(), ["e"]);
    assert!(saved.variables.is_empty());
    assert_eq!(saved.given.keys().map(|name| &**name).collect::<Vec<_>>(), ["d"]);
}
