//! Random valid configurations: each is applied, changed into another one, and applied again. Whatever is drawn, no front end ever sees
//! an inconsistent result, an invalid plan, an internal error, or anything left to do afterwards.
//!
//! A few dozen are drawn here, others each time; `make soak` draws more (`HOTSWAP_RANDOM_CASES`). A failure tells its seed, which
//! `HOTSWAP_RANDOM_SEED` draws again.

use std::cell::RefCell;
use std::hash::{BuildHasher as _, RandomState};

use hotswap_acceptance::Case;
use hotswap_acceptance::corpus::Front;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner};
use serde_json::{Map, Value as Json, json};

/// Configurations drawn for `hotswap`, if nothing else is asked for.
const CASES: u32 = 24;
/// Terraform takes so many times as long.
const SLOWER: u32 = 8;
/// Objects of a type in a configuration.
const OBJECTS: usize = 4;

/// Attributes of a block, and their values.
type Block = Map<String, Json>;

/// A configuration before and after: per object the attributes of its block.
#[derive(Debug, Clone)]
struct Drawn {
    tenants: Vec<[Block; 2]>,
    plugins: Vec<[Block; 2]>,
    versions: Vec<[Block; 2]>,
    deployments: Vec<[Block; 2]>,
}

/// A text as a template that means it.
fn literal(text: &str) -> Json {
    json!(text.replace("${", "$${").replace("%{", "%%{"))
}

/// Texts people write, and some that nobody should, but may.
fn text() -> impl Strategy<Value = Json> {
    let odd = select(vec![
        "",
        " ",
        "Söhne & <Töchter> \"quoted\" \\ back",
        // Decomposed: a language that compares texts composes them first.
        "e\u{301}\u{327} A\u{30a}",
        "line\nbreak\ttab\r",
        "${not.a.template} %{if nor} this %% $$",
        "\u{1f9ea}\u{200d}\u{1f52c} \u{202e}right to left\u{202c} \u{feff}",
        "null",
        "01",
        "\u{7f}\u{1}",
    ]);
    prop_oneof![3 => "[a-z][a-z0-9 ]{0,20}".prop_map(|text| literal(&text)), 2 => odd.prop_map(literal), 1 => "\\PC{0,40}".prop_map(|text| literal(&text))]
}

/// A whole number from `least`, now and then as text or very large.
fn whole(least: u64, most: u64) -> impl Strategy<Value = Json> {
    let large = [1 << 31, 1 << 53, (1 << 53) + 1, most].map(|number| number.clamp(least, most));
    prop_oneof![
        4 => (least..=most.min(1_000)).prop_map(|number| json!(number)),
        1 => (least..=most.min(1_000)).prop_map(|number| json!(number.to_string())),
        1 => select(large.to_vec()).prop_map(|number| json!(number)),
    ]
}

/// JSON objects as text, some of which mean the same.
fn document() -> impl Strategy<Value = Json> {
    let texts = select(vec![
        "{}",
        " { } ",
        r#"{"a":1,"b":[true,null]}"#,
        r#"{ "b" : [ true, null ], "a" : 1 }"#,
        r#"{"a":1.0}"#,
        r#"{"a":12345678901234567890123,"b":1e50,"c":-0.1}"#,
        "{\"ß\":\"\u{1f9ea}\",\"\":\"\"}",
        r#"{"quote":"\"","escaped":"\u00e9","slash":"\/"}"#,
    ]);
    texts.prop_map(literal)
}

/// Lengths of time among `choices`.
fn span(choices: &'static [&'static str]) -> impl Strategy<Value = Json> {
    select(choices).prop_map(|text| json!(text))
}

/// An attribute that is there, is null, or isn't there.
fn maybe(name: &'static str, value: impl Strategy<Value = Json> + 'static) -> BoxedStrategy<Option<(String, Json)>> {
    let value = prop_oneof![2 => value.prop_map(Some), 2 => Just(None), 1 => Just(Some(Json::Null))];
    value.prop_map(move |value| value.map(|value| (name.to_owned(), value))).boxed()
}

/// A block or object of these attributes.
fn block(attributes: Vec<BoxedStrategy<Option<(String, Json)>>>) -> impl Strategy<Value = Block> {
    attributes.prop_map(|attributes| attributes.into_iter().flatten().collect())
}

fn object(attributes: Vec<BoxedStrategy<Option<(String, Json)>>>) -> impl Strategy<Value = Json> {
    block(attributes).prop_map(Json::Object)
}

fn texts(most: usize) -> impl Strategy<Value = Json> {
    let element = prop_oneof!["[a-z]{1,10}".prop_map(|text| json!(text)), select(vec!["ä", "a\u{308}", "${x}"]).prop_map(literal)];
    proptest::collection::vec(element, 0..=most).prop_map(Json::Array)
}

fn tenant() -> impl Strategy<Value = Block> {
    let quota = |name| maybe(name, whole(0, i64::MAX as u64));
    let labels = proptest::collection::btree_map("[a-zA-Zä. /]{0,8}", text(), 0..5);
    let limits = object(vec![
        maybe("requests_per_second", whole(1, u32::MAX.into())),
        maybe("deployments_per_hour", whole(0, u32::MAX.into())),
        maybe("burst", whole(1, u32::MAX.into())),
    ]);
    // A burst is of a rate.
    let limits = limits.prop_map(|mut limits| {
        if limits["requests_per_second"].is_null()
            && let Some(limits) = limits.as_object_mut()
        {
            limits.remove("burst");
        }
        limits
    });
    block(vec![
        maybe("display_name", text()),
        maybe("labels", labels.prop_map(|labels| json!(labels))),
        maybe("tier", text()),
        maybe("status", select(vec![json!("active"), json!("suspended")])),
        maybe("quotas", object(vec![quota("max_plugins"), quota("max_instances"), quota("max_memory_mb"), quota("max_storage_mb")])),
        maybe("rate_limits", limits),
        maybe("allowed_categories", texts(4)),
    ])
}

fn plugin() -> impl Strategy<Value = Block> {
    let url = || select(vec!["http://", "https://example.org/ä?q=${x}#%{y}", "https://example.org"]).prop_map(literal);
    block(vec![
        maybe("display_name", text()),
        maybe("publisher", text()),
        maybe("category", text()),
        maybe("description", text()),
        maybe("tags", texts(6)),
        maybe("documentation_url", url()),
        maybe("repository_url", url()),
    ])
}

/// What of a version may change, and what may not.
fn version() -> impl Strategy<Value = [Block; 2]> {
    let changing = || {
        let channels = ["alpha", "beta", "stable", "deprecated", "archived"].map(|channel| json!(channel));
        let sources = ["greeter-1.0.0.wat", "./greeter-1.0.0.wat", "${path.module}/greeter-1.0.0.wat"].map(|source| json!(source));
        let source = select(sources.to_vec()).prop_map(|source| Some(("source".to_owned(), source))).boxed();
        let replacements = ["9.0.0", "other@1.0.0-rc.1"].map(|version| json!(version));
        block(vec![
            source,
            maybe("channel", select(channels.to_vec())),
            maybe("channel_message", "[a-zä]{1,9}".prop_map(|text| json!(text))),
            maybe("replacement", select(replacements.to_vec())),
            maybe("release_notes", text()),
        ])
    };
    (changing(), changing(), block(vec![maybe("default_config", document())])).prop_map(|(before, mut after, content)| {
        let channel = |block: &Block| block.get("channel").and_then(Json::as_str).unwrap_or("stable").to_owned();
        // Not every channel leads to every other.
        let legal = match (channel(&before).as_str(), channel(&after).as_str()) {
            ("archived", "alpha" | "beta" | "stable") => Some("deprecated"),
            ("deprecated", "alpha" | "beta") => Some("stable"),
            _ => None,
        };
        if let Some(legal) = legal {
            after.insert("channel".to_owned(), json!(legal));
        }
        [before, after].map(|mut block| {
            block.extend(content.clone());
            block
        })
    })
}

fn canary() -> impl Strategy<Value = Json> {
    let weights = subsequence(vec![1, 5, 50, 99, 100], 1..4);
    let holds = proptest::collection::vec(span(&["0s", "0ms", "1ms", "1000us"]), 4);
    (weights, holds).prop_map(|(weights, holds)| {
        let steps: Vec<_> = weights.into_iter().zip(holds).map(|(weight, hold)| json!({ "weight": weight, "hold": hold })).collect();
        json!({ "canary": { "steps": steps } })
    })
}

fn rolling() -> impl Strategy<Value = Json> {
    object(vec![
        maybe("batch_percent", (1..=100_u64).prop_map(|percent| json!(percent))),
        maybe("max_surge", (1..3_u64).prop_map(|surge| json!(surge))),
        maybe("max_unavailable", (0..3_u64).prop_map(|missing| json!(missing))),
        maybe("pause_between", span(&["0s", "1ms", "1000us"])),
    ])
    .prop_map(|rolling| json!({ "rolling": rolling }))
}

fn blue_green() -> impl Strategy<Value = Json> {
    let test = object(vec![maybe("status", Just(json!(200)))]).prop_map(|mut test| {
        test["path"] = json!("/healthz");
        test
    });
    object(vec![
        maybe("smoke_tests", proptest::collection::vec(test, 1..3).prop_map(|tests| json!(tests))),
        maybe("scale_down_delay", span(&["0s", "1m", "60s"])),
    ])
    .prop_map(|blue_green| json!({ "blue_green": blue_green }))
}

fn deployment() -> impl Strategy<Value = Block> {
    let http = object(vec![
        maybe("interval", span(&["200ms", "1s", "1000ms"])),
        maybe("timeout", span(&["5s", "5000ms", "10s"])),
        maybe("unhealthy_after", whole(1, u32::MAX.into())),
    ]);
    let http = (http, select(vec!["/", "/healthz", "/healthz?ä=1"])).prop_map(|(mut http, path)| {
        http["path"] = json!(path);
        http
    });
    let health = (
        object(vec![
            maybe("http", http),
            maybe("error_rate", select(vec![json!(5), json!("5.0"), json!(0.1), json!(33.333333333333336), json!(1e-7), json!("99.5")])),
            maybe("latency_p99_ms", select(vec![json!(60_000), json!(9_007_199_254_740_993_u64)])),
            maybe("healthy_deadline", span(&["60s", "1m", "1h0m0s"])),
            maybe("promotion_deadline", span(&["24h", "1h", "60m"])),
            maybe("compare", object(vec![maybe("error_rate", select(vec![json!(50), json!("12.5")]))])),
            maybe("no_traffic", select(vec![json!("wait"), json!("proceed")])),
            maybe("progress_deadline", span(&["10m", "600s", "24h"])),
        ]),
        span(&["0s", "0ms", "1us", "1ms"]),
    );
    let health = health.prop_map(|(mut health, time)| {
        health["min_healthy_time"] = time;
        health
    });
    let constraint = select(vec!["1.0.0", "~> 1.0", "^1.0", ">= 1.0, < 2.0", "1.1.0", "= 1.0.0", "> 0.9,!= 1.0.0", "~> 1.0.0, < 1.1"]);
    let limit = || span(&["90s", "1m30s", "5m"]);
    let always = |name: &'static str, value: BoxedStrategy<Json>| value.prop_map(move |value| Some((name.to_owned(), value))).boxed();
    block(vec![
        always("version", constraint.prop_map(|text| json!(text)).boxed()),
        always("health_check", health.boxed()),
        maybe("resolve_serial", whole(0, i64::MAX as u64)),
        maybe("instances", (1..3_u64).prop_map(|number| json!(number))),
        maybe("config", document()),
        maybe("strategy", prop_oneof![Just(json!({ "direct": {} })), canary(), rolling(), blue_green()]),
        maybe(
            "sandbox",
            object(vec![maybe("memory_mb", (16..64_u64).prop_map(|size| json!(size))), maybe("timeout", span(&["5s", "5000ms", "1m"]))]),
        ),
        maybe("auto_rollback", select(vec![json!(true), json!(false), json!("true")])),
        maybe("wait", any::<bool>().prop_map(|wait| json!(wait))),
        maybe("retry", whole(0, i64::MAX as u64)),
        maybe("timeouts", object(vec![maybe("create", limit()), maybe("update", limit()), maybe("delete", limit())])),
    ])
}

fn pairs(one: impl Strategy<Value = Block> + 'static) -> impl Strategy<Value = Vec<[Block; 2]>> {
    let one = one.boxed();
    proptest::collection::vec((one.clone(), one).prop_map(|(before, after)| [before, after]), 1..=OBJECTS)
}

fn drawn() -> impl Strategy<Value = Drawn> {
    let all = (pairs(tenant()), pairs(plugin()), proptest::collection::vec(version(), 1..=OBJECTS), pairs(deployment()));
    all.prop_map(|(tenants, plugins, versions, deployments)| Drawn { tenants, plugins, versions, deployments })
}

impl Drawn {
    /// The configuration of one of the two turns, as JSON.
    fn configuration(&self, case: &Case, turn: usize) -> Json {
        let name = |kind: &str, index: usize| case.own(&format!("@{kind}{index}"));
        let blocks = |all: &[[Block; 2]], with: &dyn Fn(usize) -> Json| -> Map<String, Json> {
            let block = |(index, drawn): (usize, &[Block; 2])| {
                let mut block = drawn[turn].clone();
                block.extend(with(index).as_object().cloned().unwrap_or_default());
                (format!("n{index}"), Json::Object(block))
            };
            all.iter().enumerate().map(block).collect()
        };
        let mut tenants = blocks(&self.tenants, &|index| json!({ "name": name("t", index) }));
        let mut plugins = blocks(&self.plugins, &|index| json!({ "name": name("p", index) }));
        let mut versions =
            blocks(&self.versions, &|index| json!({ "plugin": "${hotswap_plugin.greeter.name}", "version": format!("2.0.{index}") }));
        tenants.insert("acme".into(), json!({ "name": name("acme", 0) }));
        plugins.insert("greeter".into(), json!({ "name": name("greeter", 0) }));
        for number in ["1.0.0", "1.1.0"] {
            let block = json!({ "plugin": "${hotswap_plugin.greeter.name}", "version": number, "source": format!("greeter-{number}.wat") });
            versions.insert(format!("greeter-{number}").replace('.', "-"), block);
        }
        let deployments = blocks(&self.deployments, &|index| {
            json!({
                "name": format!("d{index}"),
                "tenant": "${hotswap_tenant.acme.name}",
                "plugin": "${hotswap_plugin.greeter.name}",
                "depends_on": ["hotswap_plugin_version.greeter-1-0-0", "hotswap_plugin_version.greeter-1-1-0"],
            })
        });
        json!({
            "terraform": { "required_providers": { "hotswap": { "source": "hotswap/hotswap" } } },
            "resource": {
                "hotswap_tenant": tenants, "hotswap_plugin": plugins, "hotswap_plugin_version": versions, "hotswap_deployment": deployments,
            },
        })
    }
}

/// Applies both turns by one front end; each leaves nothing to do, for the other one neither.
fn lives(drawn: &Drawn, front: Front) -> Result<(), TestCaseError> {
    let case = Case::new();
    // A check that fails leaves nothing behind for those of the shrunk ones.
    let clean = |failed: TestCaseError| {
        case.run(front, &["destroy", "-auto-approve", "-input=false"]);
        failed
    };
    for turn in 0..2 {
        let configuration = drawn.configuration(&case, turn);
        case.write("main.tf.json", format!("{configuration:#}"));
        let apply = case.run(front, &["apply", "-json", "-input=false", "-auto-approve"]);
        if apply.code != Some(0) || apply.text.contains("nconsistent") {
            return Err(clean(TestCaseError::fail(format!("turn {turn}: {:#?}\n{}\n{configuration:#}", apply.diagnostics, apply.text))));
        }
        let fronts = if turn == 0 { vec![front] } else { vec![front, front.other()] };
        for planner in fronts {
            let plan = case.run(planner, &["plan", "-input=false", "-no-color", "-detailed-exitcode"]);
            if plan.code != Some(0) {
                return Err(clean(TestCaseError::fail(format!("turn {turn}: {planner:?} plans\n{}\n{configuration:#}", plan.text))));
            }
        }
    }
    let destroy = case.run(front, &["destroy", "-json", "-auto-approve", "-input=false"]);
    prop_assert_eq!(destroy.code, Some(0), "{}", destroy.text);
    Ok(())
}

fn whatever_is_drawn_lives(front: Front, share: u32) {
    let asked = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let cases = asked("HOTSWAP_RANDOM_CASES").and_then(|cases| cases.try_into().ok()).unwrap_or(CASES).div_ceil(share);
    let seed = asked("HOTSWAP_RANDOM_SEED").unwrap_or_else(|| RandomState::new().hash_one(0_u8));
    let mut seeds = [0; 32];
    seeds[..8].copy_from_slice(&seed.to_le_bytes());
    // A shrinking case costs as much as another one.
    let config = Config { cases, max_shrink_iters: 40, failure_persistence: None, ..Config::default() };
    let seen = RefCell::new(0_u32);
    let random = TestRng::from_seed(RngAlgorithm::ChaCha, &seeds);
    let result = TestRunner::new_with_rng(config, random).run(&drawn(), |drawn| {
        *seen.borrow_mut() += 1;
        lives(&drawn, front)
    });
    println!("HOTSWAP_RANDOM_SEED={seed}: {} configurations were applied by {front:?}", seen.borrow());
    if let Err(failure) = result {
        panic!("HOTSWAP_RANDOM_SEED={seed}: {failure}");
    }
}

#[test]
fn whatever_is_drawn_lives_by_hotswap() {
    whatever_is_drawn_lives(Front::Hotswap, 1);
}

#[test]
fn whatever_is_drawn_lives_by_terraform() {
    whatever_is_drawn_lives(Front::Terraform, SLOWER);
}
