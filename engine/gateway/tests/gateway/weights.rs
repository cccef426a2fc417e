//! How much of the traffic each revision gets.

use std::collections::HashMap;
use std::time::Duration;

use hotswap_gateway::{GatewayConfig, RouteError};
use hotswap_runtime::SlotState;
use http::StatusCode;

use crate::support::{Client, Does, Served, deployment, get, group, route, tenant};

/// How often each revision answered `count` requests.
async fn shares(client: &mut Client, count: usize) -> HashMap<String, usize> {
    let mut shares = HashMap::new();
    for _ in 0..count {
        let got = client.get("/").await;
        assert_eq!(got.status, StatusCode::OK);
        *shares.entry(got.header("x-hotswap-revision").to_owned()).or_default() += 1;
    }
    shares
}

#[tokio::test]
async fn ten_percent_is_ten_percent_of_any_few_hundred_requests() {
    let (old, new) = (group(1, 2, Does::says("old")), group(2, 2, Does::says("new")));
    let served = Served::with(GatewayConfig::default()).await;
    let mut client = served.client().await;
    for weight in [10_u8, 50, 90] {
        served.goes_to(&[(&old, 100 - weight), (&new, weight)]);
        for _ in 0..2 {
            let hits = shares(&mut client, 300).await["2"] as f64;
            assert!((hits - 3.0 * f64::from(weight)).abs() <= 4.0, "{weight} %: {hits} of 300");
        }
    }
    served.goes_to(&[(&old, 0), (&new, 100)]);
    assert_eq!(shares(&mut client, 100).await, HashMap::from([("2".to_owned(), 100)]));
    let seen = old.signals().counts().requests + new.signals().counts().requests;
    assert_eq!(seen, 1_900);
}

#[tokio::test]
async fn who_was_moved_to_the_new_revision_stays_there_while_its_weight_rises() {
    let (old, new) = (group(1, 1, Does::says("old")), group(2, 1, Does::says("new")));
    let served = Served::with(GatewayConfig::default()).await;
    let mut client = served.client().await;
    let mut moved: Vec<bool> = vec![false; 200];
    for weight in [5_u8, 10, 25, 50, 100] {
        let mut targets = [(&old, 100 - weight), (&new, weight)];
        if weight % 2 == 0 {
            // However they are listed.
            targets.reverse();
        }
        served.goes_to(&targets);
        let mut on_new = 0;
        for (key, moved) in moved.iter_mut().enumerate() {
            let mut request = get("/");
            request.headers_mut().insert("x-hotswap-affinity", format!("client-{key}").parse().unwrap());
            let is_new = client.send(request).await.header("x-hotswap-revision") == "2";
            assert!(is_new || !*moved, "client-{key} went back at {weight} %");
            *moved = is_new;
            on_new += u32::from(is_new);
        }
        assert!(on_new.abs_diff(u32::from(weight) * 2) < 25, "{on_new} of 200 at {weight} %");
    }
}

#[tokio::test]
async fn a_revision_with_no_instance_available_gets_no_requests_while_another_has() {
    let (old, new) = (group(1, 1, Does::says("old")), group(2, 1, Does::says("new")));
    let served = Served::with(GatewayConfig::default()).await;
    served.goes_to(&[(&old, 50), (&new, 50)]);
    new.slots().mark(0, SlotState::Unavailable);
    let mut client = served.client().await;
    assert_eq!(shares(&mut client, 50).await, HashMap::from([("1".to_owned(), 50)]));
    new.slots().mark(0, SlotState::Available);
    assert_eq!(shares(&mut client, 50).await["2"], 25);
}

#[tokio::test]
async fn a_revision_without_weight_serves_nobody_even_when_the_rest_is_gone() {
    let (old, new) = (group(1, 1, Does::says("old")), group(2, 1, Does::says("new")));
    let served = Served::with(GatewayConfig { queue_wait: Duration::from_millis(10), ..GatewayConfig::default() }).await;
    served.goes_to(&[(&old, 100), (&new, 0)]);
    old.slots().mark(0, SlotState::Unavailable);
    assert_eq!(served.get("/").await.problem()["code"], "unavailable");
    assert_eq!(new.signals().counts().requests, 0);
}

#[tokio::test]
async fn an_older_generation_is_refused_and_changes_nothing() {
    let (old, new) = (group(1, 1, Does::says("old")), group(2, 1, Does::says("new")));
    let served = Served::with(GatewayConfig::default()).await;
    let set = |targets: &[_], generation| served.gateway.set_route(&tenant(), &deployment(), route(targets, generation));
    set(&[(&old, 100)], 7).unwrap();
    let refused = set(&[(&new, 100)], 6).unwrap_err();
    assert_eq!(refused.to_string(), "the route of acme/hello was set under generation 7; generation 6 is over");
    assert_eq!(served.gateway.remove_route(&tenant(), &deployment(), 6).unwrap_err(), refused);
    assert_eq!(served.get("/").await.text, "old");
    set(&[(&new, 100)], 7).unwrap();
    assert_eq!(served.get("/").await.text, "new");
    let uneven = set(&[(&old, 60), (&new, 50)], 8).unwrap_err();
    assert_eq!(uneven, RouteError::Weights { tenant: "acme".into(), deployment: "hello".into(), sum: 110 });
    let present = served.gateway.route(&tenant(), &deployment()).unwrap();
    assert_eq!((present.generation, present.targets.len()), (7, 1));
}
