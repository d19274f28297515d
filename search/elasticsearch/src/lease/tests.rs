//! Leases on a cluster in memory, under a clock that only waiting moves.

use std::sync::Arc;

use serde_json::json;

use super::*;
use crate::{
    fake::{CATALOGUE, FakeCluster, Fault},
    versions::Versions,
};

const LEDGER: &str = "movies-ledger";

async fn acquire(fake: &Arc<FakeCluster>) -> Result<Lease, WriteError> {
    let stores = fake.stores();
    Lease::acquire(&stores.ledger, &stores.records).await
}

async fn is_taken(fake: &Arc<FakeCluster>) -> bool {
    matches!(acquire(fake).await, Err(WriteError::LeaseTaken(_)))
}

fn renewals(fake: &FakeCluster) -> u64 {
    fake.get(LEDGER, WRITER).unwrap().source["data"]["renewals"].as_u64().unwrap()
}

#[tokio::test(start_paused = true)]
async fn one_writer_has_the_lease_as_long_as_it_renews_it() {
    let fake = FakeCluster::new();
    let lease = acquire(&fake).await.unwrap();
    for _ in 0..3 {
        assert!(is_taken(&fake).await);
        tokio::time::sleep(LEASE_TTL * 5).await;
    }
    lease.check().unwrap();
    lease.confirm().await.unwrap();
    assert!(renewals(&fake) >= 3 * 5 * 2);
}

#[tokio::test(start_paused = true)]
async fn a_lease_is_free_at_once_when_it_is_released_and_after_its_time_when_it_is_left() {
    let fake = FakeCluster::new();
    let mut first = acquire(&fake).await.unwrap();
    first.release().await;
    let begun = Instant::now();
    let second = acquire(&fake).await.unwrap();
    assert!(begun.elapsed() < RETRY_INTERVAL, "{:?}", begun.elapsed());
    drop(second);
    let begun = Instant::now();
    let third = acquire(&fake).await.unwrap();
    assert!((LEASE_TTL..LEASE_TTL + RETRY_INTERVAL * 2).contains(&begun.elapsed()), "{:?}", begun.elapsed());
    assert_eq!((first.epoch(), third.epoch()), (1, 3));
}

#[tokio::test(start_paused = true)]
async fn a_renewal_that_fails_or_whose_answer_is_lost_does_not_lose_the_lease() {
    for fault in [Fault::Unreachable, Fault::AnswerLost] {
        let fake = FakeCluster::new();
        let lease = acquire(&fake).await.unwrap();
        fake.fail([fault; 3]);
        tokio::time::sleep(LEASE_TTL).await;
        let before = renewals(&fake);
        assert!(is_taken(&fake).await, "{fault:?}");
        tokio::time::sleep(LEASE_TTL).await;
        lease.check().unwrap();
        assert!(renewals(&fake) > before, "{fault:?}: it goes on");
    }
}

#[tokio::test(start_paused = true)]
async fn who_cannot_renew_goes_on_for_a_while_and_commits_nothing() {
    let fake = FakeCluster::new();
    let lease = acquire(&fake).await.unwrap();
    fake.set_down(true);
    tokio::time::sleep(LEASE_TTL * 2).await;
    lease.check().unwrap();
    assert!(tokio::time::timeout(LEASE_TTL, lease.confirm()).await.is_err(), "it waits for a renewal");
    fake.set_down(false);
    lease.confirm().await.unwrap();
    fake.set_down(true);
    tokio::time::sleep(WRITE_WINDOW).await;
    assert!(matches!(lease.check(), Err(WriteError::LeaseTaken(_))));
}

#[tokio::test(start_paused = true)]
async fn a_lease_that_somebody_else_took_or_whose_ledger_is_gone_is_lost() {
    for name in ["taken", "gone"] {
        let fake = FakeCluster::new();
        let mut lease = acquire(&fake).await.unwrap();
        if name == "taken" {
            let other = json!({ "holder": "other", "epoch": 2, "renewals": 0 });
            fake.set(LEDGER, WRITER, 99, json!({ "kind": "lease", "data": other }));
        } else {
            fake.delete(LEDGER);
        }
        tokio::time::sleep(RENEWAL_INTERVAL * 2).await;
        match (name, lease.check(), lease.confirm().await) {
            ("taken", Err(WriteError::LeaseTaken(_)), Err(WriteError::LeaseTaken(_))) => {}
            ("gone", Err(WriteError::IndexChanged(_)), Err(WriteError::IndexChanged(_))) => {}
            other => panic!("{other:?}"),
        }
        // What is not ours is not given back.
        let before = fake.get(LEDGER, WRITER).map(|doc| doc.source);
        lease.release().await;
        assert_eq!(fake.get(LEDGER, WRITER).map(|doc| doc.source), before, "{name}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_lease_is_released_although_a_renewal_was_broken_off() {
    let fake = FakeCluster::new();
    let mut lease = acquire(&fake).await.unwrap();
    fake.set_delay(Duration::from_millis(50));
    tokio::time::sleep(RENEWAL_INTERVAL + Duration::from_millis(10)).await;
    assert_eq!(renewals(&fake), 1, "a renewal is written, and its answer is on its way");
    lease.release().await;
    fake.set_delay(Duration::ZERO);
    let begun = Instant::now();
    acquire(&fake).await.unwrap();
    assert!(begun.elapsed() < RETRY_INTERVAL, "{:?}", begun.elapsed());
}

#[tokio::test(start_paused = true)]
async fn versions_are_above_those_in_the_index_of_a_lost_ledger() {
    let fake = FakeCluster::new();
    let versions = Versions::of_epoch(41);
    let record = json!({ "id": "acme:1", "object": "a", "content": "c", "shown": true, "order": "o" });
    fake.set(CATALOGUE, "acme:1", versions.next(), record);
    let lease = acquire(&fake).await.unwrap();
    assert!(Versions::of_epoch(lease.epoch()).next() > versions.next(), "{}", lease.epoch());
}

#[tokio::test(start_paused = true)]
async fn a_reindex_sees_where_the_writer_writes() {
    let fake = FakeCluster::new();
    let ledger = fake.stores().ledger;
    let targets = ["a-write".to_owned(), "b-write".to_owned()];
    assert!(writes_to(&ledger, &targets).await.unwrap(), "nobody writes");
    let mut lease = acquire(&fake).await.unwrap();
    assert!(!writes_to(&ledger, &targets).await.unwrap(), "it writes elsewhere");
    lease.publish_targets(targets.to_vec());
    tokio::time::sleep(RENEWAL_INTERVAL * 2).await;
    assert!(writes_to(&ledger, &targets).await.unwrap());
    lease.release().await;
    assert!(writes_to(&ledger, &targets[..1]).await.unwrap(), "nobody writes any more");
}
