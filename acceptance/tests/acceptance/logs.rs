//! What the provider logs: which call about which object took how long, and never what opens anything.

use hotswap_acceptance::Case;

use crate::blocks::{everything, number};

/// The lines of the provider's own log.
fn lines<'l>(log: &'l str, words: &[&str]) -> Vec<&'l str> {
    log.lines()
        .filter(|line| line.contains("provider.terraform-provider-hotswap") && words.iter().all(|word| line.contains(word)))
        .collect()
}

#[test]
fn a_trace_of_an_apply_tells_every_call_and_no_secret() {
    let mut case = Case::new();
    case.config(&everything(&["1.0.0"], &format!("version = {}", number("1.0.0"))));
    let log = case.path("log");
    case.set("TF_LOG", "TRACE");
    case.set("TF_LOG_PATH", log.to_str().unwrap());
    case.apply();
    let log = std::fs::read_to_string(log).unwrap();
    assert!(!log.contains(&case.server.token), "the log has the token");

    let called = lines(&log, &["[DEBUG]", "rpc=ApplyResourceChange", "kind=hotswap_tenant", "milliseconds="]);
    assert!(called.iter().any(|line| line.contains(&case.own("object=@"))), "{called:#?}");
    let tenant = case.own("tenant=@acme");
    let rollout = lines(&log, &["[INFO]", "rpc=ApplyResourceChange", &tenant, "deployment=", "rollout="]);
    assert!(!rollout.is_empty(), "{:#?}", lines(&log, &["rollout"]));
    let calls = lines(&log, &["[DEBUG]", "call=\"PUT /v1/tenants/", "milliseconds=", "succeeded=true"]);
    assert!(!calls.is_empty(), "{:#?}", lines(&log, &["call="]));
}

#[test]
fn nothing_is_logged_that_was_not_asked_for() {
    let mut case = Case::new();
    case.config("resource \"hotswap_tenant\" \"t\" {\n  name = \"@acme\"\n}");
    let log = case.path("log");
    case.set("TF_LOG_PROVIDER", "WARN");
    case.set("TF_LOG_PATH", log.to_str().unwrap());
    case.apply();
    let log = std::fs::read_to_string(log).unwrap_or_default();
    assert_eq!(lines(&log, &["rpc="]), Vec::<&str>::new());
}
