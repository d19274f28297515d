//! Points that two gateways share: a client spends them once, whichever gateway it asks.

use std::{num::NonZeroU32, time::Duration};

use serde_json::json;
use wikimovie_api::{ApiSettings, guard::GuardSettings};
use wikimovie_testkit_builders::dozen;
use wikimovie_testkit_services::{RedisServer, redis};

use crate::app::{Answer, TestApp};

const POINTS: u32 = 100;

fn gateway(server: &RedisServer) -> TestApp {
    let guard = GuardSettings {
        points_per_minute: NonZeroU32::new(POINTS),
        points_store: Some(server.url().parse().unwrap()),
        ..GuardSettings::default()
    };
    TestApp::of(dozen(), ApiSettings { guard, ..ApiSettings::default() })
}

/// An operation of ten points or so.
async fn ask(app: &TestApp) -> Answer {
    app.post(&json!({ "query": "{ search(text: \"alien\") { total { value } hits(first: 3) { nodes { id } } } }" }))
        .await
}

fn remaining(answer: &Answer) -> u32 {
    let field = answer.header("ratelimit");
    field.split(';').find_map(|part| part.strip_prefix("r=")).unwrap().parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_spends_its_points_at_all_gateways_together() {
    let Some(server) = redis("a_client_spends_its_points_at_all_gateways_together") else { return };
    let gateways = [gateway(&server), gateway(&server)];
    // The first operation is dearer: its document is new.
    let mut left = POINTS;
    for turn in 0.. {
        let answer = ask(&gateways[turn % 2]).await;
        if answer.status != 200 {
            assert_eq!((answer.status.as_u16(), answer.code().as_str()), (429, "RATE_LIMITED"));
            let wait: u32 = answer.header("retry-after").parse().unwrap();
            assert!((1..=60).contains(&wait), "{wait}");
            break;
        }
        assert!(remaining(&answer) < left, "turn {turn}: {} of {left} left", remaining(&answer));
        left = remaining(&answer);
    }
    assert_eq!(ask(&gateways[0]).await.status, 429);
    assert_eq!(ask(&gateways[1]).await.status, 429);
}

#[tokio::test(flavor = "multi_thread")]
async fn operations_at_once_are_charged_one_after_the_other() {
    let Some(server) = redis("operations_at_once_are_charged_one_after_the_other") else { return };
    let gateways = [gateway(&server), gateway(&server)];
    let price = POINTS - remaining(&ask(&gateways[0]).await);
    let answers = futures::future::join_all((0..100).map(|turn| ask(&gateways[turn % 2]))).await;
    let granted = answers.iter().filter(|answer| answer.status == 200).count() as u32;
    // A new document is paid for beside it, at the other gateway too; a little fills in meanwhile.
    assert!(granted < POINTS / price + 1, "{granted} operations of {price} points");
    assert!(granted >= 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_server_each_gateway_limits_by_itself() {
    let Some(mut server) = redis("without_the_server_each_gateway_limits_by_itself") else { return };
    let app = gateway(&server);
    while ask(&app).await.status == 200 {}
    server.stop();
    let answer = ask(&app).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    while ask(&app).await.status == 200 {}
    server.start();
    // It is empty now, and asked again after a second of rest.
    for _ in 0..50 {
        if ask(&app).await.status == 200 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("the server is not asked again");
}
