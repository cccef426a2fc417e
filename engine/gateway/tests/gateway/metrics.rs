//! The series, as they are scraped.

use std::sync::Arc;

use hotswap_gateway::{GatewayConfig, RevisionGroup, TenantPolicy};
use hotswap_runtime::Fault;
use prometheus_client::encoding::text::encode;
use prometheus_client::registry::Registry;

use crate::support::{Does, LONG, Served, group, tenant};

fn scrape(registry: &Registry) -> String {
    let mut text = String::new();
    encode(&mut text, registry).unwrap();
    text
}

fn assert_has(text: &str, lines: &[&str]) {
    for line in lines {
        assert!(text.lines().any(|found| found == *line), "no line {line:?} in\n{text}");
    }
}

#[tokio::test]
async fn every_series_carries_whose_it_is_and_goes_with_its_revision() {
    let (old, new): (Arc<RevisionGroup>, _) = (group(1, 2, Does::says("x")), group(2, 1, Does::fails(Fault::NoResponse)));
    let served = Served::with(GatewayConfig::default()).await;
    let mut registry = Registry::default();
    served.gateway.register(&mut registry);
    served.goes_to(&[(&old, 100)]);
    let mut client = served.client().await;
    client.get("/").await;
    client.get("/").await;
    served.gateway.probe(&old, 0, "/", LONG).await;
    served.goes_to(&[(&new, 100)]);
    client.get("/").await;
    served.gateway.set_route(&tenant(), &"empty".parse().unwrap(), Default::default()).unwrap();
    let nowhere = http::Request::get("/").header("host", "empty.acme.localhost").body(Default::default()).unwrap();
    client.send(nowhere).await;
    served.gateway.set_tenant(&tenant(), TenantPolicy { requests_per_second: Some(0), ..TenantPolicy::default() });
    client.get("/").await;

    assert_has(
        &scrape(&registry),
        &[
            r#"hotswap_requests_total{tenant="acme",deployment="hello",revision="1",version="1.1.0",outcome="ok"} 2"#,
            r#"hotswap_requests_total{tenant="acme",deployment="hello",revision="2",version="1.2.0",outcome="ok"} 0"#,
            r#"hotswap_requests_total{tenant="acme",deployment="hello",revision="2",version="1.2.0",outcome="no_response"} 1"#,
            r#"hotswap_request_seconds_count{tenant="acme",deployment="hello",revision="1"} 2"#,
            r#"hotswap_request_seconds_bucket{le="+Inf",tenant="acme",deployment="hello",revision="1"} 2"#,
            r#"hotswap_probes_total{tenant="acme",deployment="hello",revision="1",result="passed"} 1"#,
            r#"hotswap_in_flight{tenant="acme",deployment="hello",revision="1"} 0"#,
            r#"hotswap_instances{tenant="acme",deployment="hello",revision="1",state="available"} 2"#,
            r#"hotswap_dropped_total{tenant="acme",deployment="empty",reason="unavailable"} 1"#,
            r#"hotswap_dropped_total{tenant="acme",deployment="hello",reason="overloaded"} 0"#,
            r#"hotswap_rate_limited_total{tenant="acme"} 1"#,
        ],
    );
    old.drain().await;
    assert_has(&scrape(&registry), &[r#"hotswap_instances{tenant="acme",deployment="hello",revision="1",state="stopped"} 2"#]);
    drop(old);
    let text = scrape(&registry);
    assert!(!text.contains(r#"revision="1""#), "{text}");
    assert!(text.contains(r#"revision="2""#), "{text}");
    served.gateway.remove_tenant(&tenant());
    assert!(!scrape(&registry).contains("hotswap_dropped_total{"));
}
