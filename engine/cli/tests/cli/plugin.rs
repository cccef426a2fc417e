//! `hotswap plugin`: from the first push to the end of a plugin, against a real server.

use crate::support::{Folder, Server};

const FIRST: &str = include_str!("../../../../examples/plugins/greeter/greeter-1.0.0.wat");
const SECOND: &str = include_str!("../../../../examples/plugins/greeter/greeter-1.1.0.wat");

fn json(text: &str) -> serde_json::Value {
    serde_json::from_str(text).unwrap()
}

/// A text with every run of white space as one space: messages are wrapped.
fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn a_version_lives_from_push_to_delete() {
    let server = Server::start();
    let folder = server.folder(&[("1.wat", FIRST), ("2.wat", SECOND)]);
    assert!(folder.run(&["plugin", "list"]).stderr.contains("no plugins yet"));
    let push = ["plugin", "push", "1.wat", "--plugin", "greeter", "--version", "1.0.0"];
    let said = words(&folder.run(&push).failed());
    assert!(said.contains("There is no plugin \"greeter\". Pass --create to make it."), "{said}");

    let made = [&push[..], &["--channel=alpha", "--create", "--category=web", "--tag=hello", "--description=Says hello"]].concat();
    let run = folder.run(&made);
    assert!(run.code == 0 && run.stdout.starts_with("Published greeter@1.0.0 (alpha), "), "{run:?}");
    assert_eq!(run.stderr, "Made the plugin greeter.\n");
    // The same again is nothing, and the channel stays though it is not said.
    assert!(folder.run(&push).succeeded().contains("greeter@1.0.0 is published already with these bytes; nothing to do."));
    let said = words(&folder.run(&["plugin", "push", "2.wat", "--plugin=greeter", "--version=1.0.0"]).failed());
    assert!(said.contains("published with the SHA-256") && said.contains("Versions are immutable"), "{said}");
    folder.run(&["plugin", "push", "2.wat", "--plugin=greeter", "--version=1.1.0"]).succeeded();

    let listed = folder.run(&["plugin", "list"]).succeeded();
    let rows: Vec<Vec<_>> = listed.lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(rows[0], ["NAME", "PUBLISHER", "CATEGORY", "TAGS", "DESCRIPTION"]);
    assert_eq!(rows[1], ["greeter", "-", "web", "hello", "Says", "hello"]);
    assert!(!listed.contains(['\t', '\x1b']), "{listed:?}");
    for (words, found) in [
        (&["hello"][..], true),
        (&["--category=web"], true),
        (&["hello", "--tag=none"], false),
        (&["--capability=wasi:http/types"], true),
        (&["--channel=beta"], false),
    ] {
        let run = folder.run(&[&["plugin", "search"], words].concat());
        assert_eq!((run.code, run.stdout.contains("greeter"), run.stderr.contains("No plugin fits.")), (0, found, !found), "{words:?}");
    }
    let page = json(&folder.run(&["plugin", "search", "greet", "-json"]).succeeded());
    assert_eq!(page["items"][0]["spec"]["name"], "greeter");

    let versions = folder.run(&["plugin", "versions", "greeter"]).succeeded();
    let rows: Vec<Vec<_>> = versions.lines().map(|line| line.split_whitespace().take(2).collect()).collect();
    assert_eq!(rows, [["VERSION", "CHANNEL"], ["1.1.0", "stable"], ["1.0.0", "alpha"]]);
    assert_eq!(json(&folder.run(&["plugin", "versions", "greeter", "--json"]).succeeded())["items"][1]["spec"]["version"], "1.1.0");
    let shown = folder.run(&["plugin", "show", "greeter"]).succeeded();
    assert!(shown.starts_with("greeter\n  Says hello\n") && shown.contains("category") && shown.contains("1.1.0"), "{shown}");
    let shown = folder.run(&["plugin", "show", "greeter@1.0.0"]).succeeded();
    assert!(shown.contains("channel    alpha") && shown.contains("exports\n    wasi:http/incoming-handler@0.2"), "{shown}");
    assert_eq!(json(&folder.run(&["plugin", "show", "greeter", "-json"]).succeeded())["spec"]["category"], "web");

    for (arguments, told) in [
        (&["promote", "greeter@1.0.0"][..], "greeter@1.0.0: alpha -> beta\n"),
        (&["promote", "greeter@1.0.0"], "greeter@1.0.0: beta -> stable\n"),
        (&["promote", "greeter@1.0.0"], "greeter@1.0.0 is stable already.\n"),
        (&["deprecate", "greeter@1.0.0"], "greeter@1.0.0: stable -> deprecated\n"),
        (&["promote", "greeter@1.0.0", "--to=stable"], "greeter@1.0.0: deprecated -> stable\n"),
        (&["deprecate", "greeter@1.0.0", "--message=It forgets"], "greeter@1.0.0: stable -> deprecated\n"),
        (&["deprecate", "greeter@1.0.0", "--replacement=1.1.0"], "greeter@1.0.0 is deprecated already; what is said of it changed.\n"),
        (&["archive", "greeter@1.0.0"], "greeter@1.0.0: deprecated -> archived\n"),
    ] {
        assert_eq!(folder.run(&[&["plugin"], arguments].concat()).succeeded(), told);
    }
    let shown = words(&folder.run(&["plugin", "show", "greeter@1.0.0"]).succeeded());
    assert!(shown.contains("channel archived why It forgets replacement 1.1.0"), "{shown}");
    assert!(words(&folder.run(&["plugin", "promote", "greeter@1.0.0"]).failed()).contains("deprecate it first"));
    let said = words(&folder.run(&["plugin", "promote", "greeter@1.0.0", "--to=stable"]).failed());
    assert!(said.contains("is archived and cannot become stable; from there it can become deprecated"), "{said}");
    assert_eq!(json(&folder.run(&["plugin", "archive", "greeter@1.0.0", "--json"]).succeeded())["spec"]["channel"], "archived");

    let said = words(&folder.run(&["plugin", "delete", "greeter"]).failed());
    assert!(said.contains("Pass --yes"), "{said}");
    let said = words(&folder.run(&["plugin", "delete", "greeter", "--yes"]).failed());
    assert!(said.contains("still has published versions: 1.0.0, 1.1.0"), "{said}");
    assert_eq!(folder.run(&["plugin", "delete", "greeter@1.0.0", "--yes"]).succeeded(), "greeter@1.0.0 was retired.\n");
    assert!(folder.run(&push).succeeded().contains("was retired and is back (archived)"), "a retired number comes back with its content");
    for version in ["greeter@1.0.0", "greeter@1.1.0"] {
        folder.run(&["plugin", "delete", version, "-y"]).succeeded();
    }
    assert_eq!(folder.run(&["plugin", "delete", "greeter", "--yes"]).succeeded(), "greeter was removed.\n");
    let said = words(&folder.run(&["plugin", "show", "greeter"]).failed());
    assert!(said.contains("There is no plugin \"greeter\""), "{said}");
}

#[test]
fn what_cannot_be_pushed_is_told_before_anything_is_sent() {
    let folder = Folder::with(&[("text.wasm", "hello"), ("core.wat", "(module)"), ("good.wat", FIRST)]);
    for (file, told) in [("none.wasm", "none.wasm cannot be read"), ("text.wasm", "not WebAssembly"), ("core.wat", "a core module")] {
        let said = words(&folder.run(&["plugin", "push", file, "--plugin=a", "--version=1.0.0"]).failed());
        assert!(said.contains(told), "{said}");
    }
    for (arguments, told) in [
        (&["push", "good.wat", "--plugin=A", "--version=1.0.0"][..], "plugin name"),
        (&["push", "good.wat", "--plugin=a", "--version=1"], "--version"),
        (&["push", "good.wat", "--plugin=a", "--version=1.0.0", "--tag=b"], "--create"),
        (&["push", "good.wat", "--plugin=a", "--version=1.0.0", "--channel=gold"], "alpha, beta, stable, deprecated, archived"),
        (&["show", "a@b"], "a@b"),
        (&["promote", "greeter"], "PLUGIN@VERSION"),
    ] {
        let said = words(&folder.run(&[&["plugin"], arguments].concat()).failed());
        assert!(said.contains(told), "{arguments:?}: {said}");
    }
    let away = folder.set("HOTSWAP_ENDPOINT", "http://127.0.0.1:1");
    let said = words(&away.run(&["plugin", "push", "good.wat", "--plugin=a", "--version=1.0.0"]).failed());
    assert!(said.contains("Cannot reach hotswap at http://127.0.0.1:1"), "{said}");
}

/// A server with auth 1.5.0 deployed as acme/auth, and greeter 1.0.0, which needs auth ^1, as acme/hello; greeter 1.1.0 needs auth ^2.
fn with_dependencies() -> (Server, Folder) {
    let server = Server::start();
    let folder = server.folder(&[("main.tf", DEPENDENCIES), ("greeter.wat", FIRST)]);
    folder.run(&["apply", "-auto-approve"]).succeeded();
    (server, folder)
}

const DEPENDENCIES: &str = r#"
terraform {
  required_providers {
    hotswap = {
      source = "hotswap/hotswap"
    }
  }
}
resource "hotswap_tenant" "acme" {
  name = "acme"
}
resource "hotswap_plugin" "all" {
  for_each = toset(["greeter", "auth"])
  name     = each.key
}
resource "hotswap_plugin_version" "auth" {
  for_each = toset(["1.5.0", "2.0.0"])
  plugin   = hotswap_plugin.all["auth"].name
  version  = each.key
  source   = "greeter.wat"
}
resource "hotswap_plugin_version" "greeter" {
  for_each     = { "1.0.0" = "^1", "1.1.0" = "^2" }
  plugin       = hotswap_plugin.all["greeter"].name
  version      = each.key
  source       = "greeter.wat"
  dependencies = [{ plugin = hotswap_plugin.all["auth"].name, version = each.value }]
}
resource "hotswap_deployment" "auth" {
  name         = "auth"
  tenant       = hotswap_tenant.acme.name
  plugin       = "auth"
  version      = hotswap_plugin_version.auth["1.5.0"].version
  health_check = { min_healthy_time = "0s" }
}
resource "hotswap_deployment" "hello" {
  name         = "hello"
  tenant       = hotswap_tenant.acme.name
  plugin       = "greeter"
  version      = hotswap_plugin_version.greeter["1.0.0"].version
  health_check = { min_healthy_time = "0s" }
  depends_on   = [hotswap_deployment.auth]
}
"#;

#[test]
fn what_needs_what_is_told_as_text_tree_graph_and_json() {
    let (_server, folder) = with_dependencies();
    let plugin = |arguments: &[&str]| folder.run(&[&["plugin"], arguments].concat()).succeeded();
    assert_eq!(plugin(&["tree", "greeter"]), "greeter 1.1.0\n└── auth 2.0.0 (^2)\n");
    assert_eq!(plugin(&["tree", "greeter", "--tenant=acme"]), "greeter 1.0.0\n└── auth 1.5.0 (^1)\n");
    assert_eq!(plugin(&["tree", "--deployment=acme/hello"]), "greeter 1.0.0\n└── auth 1.5.0 (^1)\n");
    assert_eq!(json(&plugin(&["tree", "greeter", "--json"]))["dependencies"][0]["version"], "2.0.0");
    let dot = plugin(&["graph", "greeter"]);
    assert_eq!(dot, "digraph {\n  \"greeter 1.1.0\";\n  \"greeter 1.1.0\" -> \"auth 2.0.0\" [label=\"^2\"];\n}\n");
    let mermaid = plugin(&["graph", "--deployment", "acme/hello", "--format", "mermaid"]);
    assert!(mermaid.contains("  greeter[\"greeter 1.0.0\"] -->|\"^1\"| auth[\"auth 1.5.0\"]"), "{mermaid}");

    assert_eq!(
        plugin(&["why", "auth"]),
        "acme/auth: auth 1.5.0\n  is what it deploys\nacme/hello: auth 1.5.0\n  greeter 1.0.0 needs auth ^1\n"
    );
    assert_eq!(json(&plugin(&["why", "auth", "--deployment", "acme/hello", "--json"]))["items"][0]["way"][0]["constraint"], "^1");
    let run = folder.run(&["plugin", "why", "nothing"]);
    assert!(run.stdout.is_empty() && run.stderr.contains("No deployment has nothing as what it runs or needs."), "{run:?}");

    let told = plugin(&["why-not", "greeter", "1.1.0", "--deployment", "acme/hello"]);
    assert!(
        told.contains("greeter 1.1.0 cannot be had: it needs auth ^2, but acme/auth runs auth 1.5.0\nhint: greeter 1.0.0 would fit"),
        "{told}"
    );
    let told = plugin(&["why-not", "auth", "2.0.0", "--deployment", "acme/hello"]);
    assert!(told.contains("needs auth ^1, but dependency_overrides pins auth 2.0.0"), "{told}");
    assert_eq!(plugin(&["why-not", "greeter", "1.1.0"]), "nothing stands against it: greeter 1.1.0 with auth 2.0.0\n");
    assert_eq!(
        json(&plugin(&["why-not", "greeter", "1.1.0", "--deployment", "acme/hello", "--json"]))["problem"]["code"],
        "dependency_conflict"
    );
    assert!(words(&folder.run(&["plugin", "tree"]).failed()).contains("<PLUGIN>"));
    assert!(words(&folder.run(&["plugin", "tree", "--deployment", "hello"]).failed()).contains("write tenant/name"));
}

const THIRD: &str = include_str!("../../../../examples/plugins/greeter/greeter-2.0.0.wat");

#[test]
fn components_are_told_apart_on_the_server_and_in_files() {
    let server = Server::start();
    let folder = server.folder(&[("1.wat", FIRST), ("2.wat", SECOND), ("3.wat", THIRD)]);
    for (file, version) in [("1.wat", "1.0.0"), ("3.wat", "2.0.0")] {
        let version = format!("--version={version}");
        assert_eq!(folder.run(&["plugin", "push", file, "--plugin=greeter", "--create", &version]).code, 0);
    }
    let random = "+ random numbers (wasi:random/random@0.2.0): every sandbox grants it";
    for sides in [["greeter@1.0.0", "greeter@2.0.0"], ["1.wat", "3.wat"], ["1.wat", "greeter@2.0.0"]] {
        let said = folder.run(&["plugin", "diff", sides[0], sides[1]]).succeeded();
        assert!(said.starts_with(&format!("{} -> {}\n", sides[0], sides[1])) && said.contains(random), "{said}");
    }
    assert!(folder.run(&["plugin", "diff", "1.wat", "2.wat"]).succeeded().contains("other bytes, the same interfaces"));
    assert!(folder.run(&["plugin", "diff", "1.wat", "greeter@1.0.0"]).succeeded().contains("the same bytes"));
    let told = json(&folder.run(&["plugin", "diff", "1.wat", "3.wat", "--json"]).succeeded());
    assert_eq!((&told["imports_added"][0]["grant"], &told["exports_added"]), (&"granted".into(), &serde_json::json!([])));
    let said = words(&folder.run(&["plugin", "diff", "1.wat", "greeter@9.0.0"]).failed());
    assert!(said.contains("has no version 9.0.0"), "{said}");
}
