//! A whole writer on a cluster in memory: which record is shown, what is sent when, what a sweep removes.

use std::sync::Arc;

use serde_json::json;
use tokio::runtime::Runtime;
use wikimovie_domain::{MovieId, Provenance};
use wikimovie_testkit_builders::movie;

use super::*;
use crate::fake::{CATALOGUE, FakeCluster};

/// A writer, its cluster, and the runtime that both run on.
struct Place {
    fake: Arc<FakeCluster>,
    runtime: Runtime,
}

impl Place {
    fn new() -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        Self { fake: FakeCluster::new(), runtime: runtime.unwrap() }
    }

    fn writer(&self) -> ElasticsearchWriter {
        ElasticsearchWriter::open(self.fake.stores(), self.runtime.handle().clone()).unwrap()
    }

    /// Key of the object whose record of a movie is shown, and of those that are hidden.
    fn records(&self, movie: &str) -> (Vec<String>, Vec<String>) {
        let of = |shown: bool| {
            let docs = self.fake.all(CATALOGUE).into_iter().map(|doc| doc.source);
            let docs = docs.filter(|doc| doc["id"] == json!(movie) && doc["shown"] == json!(shown));
            docs.map(|doc| doc["object"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        (of(true), of(false))
    }
}

fn object(key: &str, generation: u64) -> ObjectState {
    ObjectState {
        key: key.to_owned(),
        object: key.to_owned(),
        provider: "acme".to_owned(),
        modified_ms: generation,
        fingerprint: format!("{key} of {generation}"),
    }
}

/// A movie as an object of a generation says it.
fn record(id: &str, generation: u64) -> Movie {
    let mut movie = movie(id, &["Title of ", id].concat(), 1990).build();
    movie.id = MovieId::from_record("acme", id.trim_start_matches("acme:"));
    movie.provenance = Provenance { provider: "acme".to_owned(), generation, ..movie.provenance };
    movie
}

/// Applies an object that lists these movies.
fn apply(writer: &mut ElasticsearchWriter, object: &ObjectState, ids: &[&str]) -> ObjectReceipt {
    let begun = writer.begin(object).unwrap();
    for id in ids {
        writer.put(&begun, record(id, object.modified_ms)).unwrap();
    }
    writer.finish(begun, Tally::default()).unwrap()
}

fn ids(numbers: std::ops::Range<usize>) -> Vec<String> {
    numbers.map(|number| format!("acme:{number}")).collect()
}

#[test]
fn the_newest_record_is_shown_in_whichever_order_objects_are_written() {
    // More movies than a batch has: the object has requests of its own then.
    for (first, second) in [(1_u64, 1), (1, 1_200), (1_200, 1), (1_200, 1_200)] {
        for newest in ["a", "b"] {
            let place = Place::new();
            let mut writer = place.writer();
            let generation = |key: &str| if key == newest { 2 } else { 1 };
            let objects =
                [("a", first), ("b", second)].map(|(key, listed)| (object(key, generation(key)), listed));
            let begun = [0, 1].map(|at| writer.begin(&objects[at].0).unwrap());
            // Side by side, so that neither is done before the other begins.
            for number in 0..1_200 {
                for (begun, (object, listed)) in begun.iter().zip(&objects) {
                    if number < *listed {
                        let movie = record(&format!("acme:{number}"), object.modified_ms);
                        writer.put(begun, movie).unwrap();
                    }
                }
            }
            for begun in begun {
                writer.finish(begun, Tally::default()).unwrap();
            }
            writer.commit().unwrap();
            let older = if newest == "a" { "b" } else { "a" };
            let expected = (vec![newest.to_owned()], vec![older.to_owned()]);
            assert_eq!(place.records("acme:0"), expected, "{first} and {second}, {newest} is the newest");
            let total = writer.commit().unwrap().movies;
            assert_eq!(total, first.max(second));
        }
    }
}

#[test]
fn what_may_be_half_done_is_in_the_ledger_first_and_an_object_alone_reads_nothing() {
    let place = Place::new();
    let mut writer = place.writer();
    let a = object("a", 1);
    let begun = writer.begin(&a).unwrap();
    for id in ids(0..1_100) {
        writer.put(&begun, record(&id, 1)).unwrap();
    }
    assert!(place.fake.all("movies-ledger").iter().all(|doc| doc.source["kind"] != json!("intent")));
    assert!(place.fake.all(CATALOGUE).is_empty(), "nothing is sent before much is gathered");
    writer.finish(begun, Tally::default()).unwrap();
    let intents =
        place.fake.all("movies-ledger").into_iter().filter(|doc| doc.source["kind"] == json!("intent"));
    assert_eq!(intents.count(), 1);
    assert_eq!(place.fake.all(CATALOGUE).len(), 1_100 - 500, "the first batch is in the shared request");
    let order: Vec<String> = place.fake.paths("_bulk");
    assert_eq!(order[0], "/movies-ledger-write/_bulk");
    assert_eq!(place.fake.calls("_mget"), 0, "no other object can have these movies");
    writer.commit().unwrap();
    assert_eq!(place.fake.all(CATALOGUE).len(), 1_100);
}

#[test]
fn an_object_that_is_applied_again_changes_what_differs_and_drops_the_rest() {
    let place = Place::new();
    let mut writer = place.writer();
    apply(&mut writer, &object("a", 2), &["acme:1", "acme:2", "acme:3"]);
    apply(&mut writer, &object("b", 1), &["acme:2"]);
    writer.commit().unwrap();
    assert_eq!(place.records("acme:2"), (vec!["a".to_owned()], vec!["b".to_owned()]));
    let begun = writer.begin(&object("a", 3)).unwrap();
    let changed = Movie { title: "Another".to_owned(), ..record("acme:3", 3) };
    let movies = [record("acme:1", 3), record("acme:3", 3), changed, record("acme:4", 3)];
    let outcomes = movies.map(|movie| writer.put(&begun, movie).unwrap());
    let (accepted, merged) = (PutOutcome::Accepted, PutOutcome::Merged);
    assert_eq!(outcomes, [accepted, accepted, merged, accepted]);
    let receipt = writer.finish(begun, Tally::default()).unwrap();
    assert_eq!((receipt.accepted, receipt.merged, receipt.changed, receipt.removed), (3, 1, 2, 1));
    assert_eq!(writer.commit().unwrap().movies, 4);
    assert_eq!(place.records("acme:2"), (vec!["b".to_owned()], vec![]), "its successor is shown");
    writer.verify().unwrap();
    assert_eq!(writer.remove("a").unwrap(), Removal::Removed(3));
    assert_eq!(writer.commit().unwrap().movies, 1);
    assert_eq!(writer.remove("a").unwrap(), Removal::Unknown);
}

#[test]
fn a_large_sweep_waits_for_its_approval() {
    let place = Place::new();
    let mut writer = place.writer().guarded();
    let listed = ids(0..60);
    let listed: Vec<&str> = listed.iter().map(String::as_str).collect();
    apply(&mut writer, &object("a", 1), &listed);
    writer.commit().unwrap();
    let emptied = object("a", 2);
    assert_eq!(apply(&mut writer, &emptied, &[]).held, 60);
    assert_eq!(writer.commit().unwrap().movies, 60);
    let row = writer.row("a").unwrap().unwrap();
    assert_eq!((row.state, row.awaiting_approval()), (RowState::AwaitingApproval, 60));
    assert!(place.runtime.block_on(place.fake.stores().ledger.approve(&row)).unwrap());
    // Of another state of the object nothing is approved.
    assert_eq!(apply(&mut writer, &object("a", 3), &[]).held, 60);
    let receipt = apply(&mut writer, &emptied, &[]);
    assert_eq!((receipt.held, receipt.removed), (0, 60));
    assert_eq!(writer.commit().unwrap().movies, 0);
}

#[test]
fn objects_that_are_given_up_leave_the_others_alone() {
    let place = Place::new();
    let mut writer = place.writer();
    let (a, b) = (writer.begin(&object("a", 1)).unwrap(), writer.begin(&object("b", 1)).unwrap());
    writer.put(&a, record("acme:1", 1)).unwrap();
    writer.put(&b, record("acme:2", 1)).unwrap();
    assert!(writer.begin(&object("a", 1)).is_err(), "it is in progress");
    assert_eq!(writer.abandon(a).unwrap(), Abandoned::Alone);
    writer.finish(b, Tally::default()).unwrap();
    assert_eq!(writer.commit().unwrap().movies, 1);
    let state = |writer: &ElasticsearchWriter, key: &str| writer.row(key).unwrap().map(|row| row.state);
    assert_eq!(state(&writer, "a"), Some(RowState::InProgress));
    assert_eq!(state(&writer, "b"), Some(RowState::Done));
    let begun = writer.begin(&object("b", 2)).unwrap();
    writer.rollback().unwrap();
    assert!(writer.put(&begun, record("acme:2", 2)).is_err(), "it is in progress no more");
    assert_eq!(state(&writer, "b"), Some(RowState::Done));
}

#[test]
fn a_large_object_writes_to_both_builds_from_when_they_are_named() {
    let place = Place::new();
    let mut writer = place.writer();
    let begun = writer.begin(&object("a", 1)).unwrap();
    let put = |writer: &mut ElasticsearchWriter, numbers: std::ops::Range<usize>| {
        for id in ids(numbers) {
            writer.put(&begun, record(&id, 1)).unwrap();
        }
    };
    put(&mut writer, 0..1_000);
    place.fake.create("other");
    let builds = json!({ "kind": "builds", "data": { "indices": [CATALOGUE, "other"], "complete": false } });
    place.fake.set("movies-ledger", "builds", 1, builds);
    writer.targets_seen = Instant::now().checked_sub(TARGETS_INTERVAL).unwrap();
    put(&mut writer, 1_000..1_500);
    // What was written before is there to be copied.
    assert_eq!(place.fake.all(CATALOGUE).len(), 1_000);
    writer.finish(begun, Tally::default()).unwrap();
    assert_eq!((place.fake.all(CATALOGUE).len(), place.fake.all("other").len()), (1_500, 500));
}
