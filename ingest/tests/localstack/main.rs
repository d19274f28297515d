//! The whole way on real services: an object in a bucket, its notification in a queue, a worker process, an index on a
//! search node.
#![allow(clippy::unwrap_used, reason = "a test may panic where its own ground gives way")]

mod absence;
mod faults;
mod index_loss;
mod kills;
mod losses;
mod operations;
mod slow;
mod stack;
mod standby;
mod worker;

use std::{process::Output, time::Duration};

use wikimovie_engine::OperationContext;
use wikimovie_ingest::{bucket::Bucket, queue::Queue};
use wikimovie_testkit_services::{engines, localstack};

use self::worker::Place;

/// Runs a test on every search node at once: it waits more than it computes.
fn on_each(test: &str, run: impl Fn(Place) + Sync) {
    on_nodes(test, usize::MAX, &[()], |place, ()| run(place));
}

/// Runs a test of LocalStack, which needs any search node.
fn on_one(test: &str, run: impl Fn(Place) + Sync) {
    on_nodes(test, 1, &[()], |place, ()| run(place));
}

/// Runs each of some cases on each of so many search nodes, all at once, and each in a place of its own.
fn on_nodes<C: Sync>(test: &str, most: usize, cases: &[C], run: impl Fn(Place, &C) + Sync) {
    let Some(endpoint) = localstack(test) else { return };
    let nodes = engines(test);
    std::thread::scope(|scope| {
        for node in nodes.iter().take(most) {
            for case in cases {
                let (endpoint, run) = (&endpoint, &run);
                scope.spawn(move || run(Place::new(endpoint, node), case));
            }
        }
    });
}

fn text(output: &Output) -> String {
    [&output.stdout[..], &output.stderr[..]].map(String::from_utf8_lossy).concat()
}

fn list(titles: &[&str]) -> String {
    titles.iter().map(|title| format!("{{\"title\":\"{title}\",\"year\":1999}}\n")).collect()
}

fn titled(titles: &[String]) -> String {
    list(&titles.iter().map(String::as_str).collect::<Vec<_>>())
}

#[test]
fn the_catalogue_follows_the_bucket() {
    on_each("ingest on LocalStack", |place| {
        let worker = place.worker(30);
        place.put("acme/a b+c.ndjson", &list(&["One", "Two"]));
        place.put("acme/é.ndjson", &(list(&["Two", "Three"]) + "{\"title\":true}\n"));
        place.until(&["One", "Three", "Two"]);
        place.put("acme/a b+c.ndjson", &list(&["Four"]));
        place.until(&["Four", "Three", "Two"]);

        // Not an event, and of another bucket: kept with the reason, while good ones go on.
        place.queue.send("hello").unwrap();
        place.queue.send("s3://somewhere/else").unwrap();
        place.queue.send(&format!("s3://{}/acme/never-there", place.name)).unwrap();
        place.until_is("the queue is empty", || place.is_quiet());
        let dead = place.queue.dead_letter_queue().unwrap();
        place.until_is("two dead letters", || dead.depth().unwrap().0 == 2);

        // The provider finds a receipt that names the line.
        let receipt = place.bucket.head("receipts/acme/é.ndjson.json").unwrap().unwrap();
        let mut body = String::new();
        place.bucket.open(&receipt, 0).unwrap().read_to_string(&mut body).unwrap();
        let receipt: serde_json::Value = serde_json::from_str(&body).unwrap();
        assert_eq!((&receipt["accepted"], &receipt["refused"]), (&2.into(), &1.into()));
        assert_eq!(receipt["refusals"][0]["line"], 3);

        let status = text(&place.run(&["status"]));
        assert!(status.contains("dead letters   2") && status.contains("movies         3"), "{status}");
        let why = text(&place.run(&["why", "acme:~0"]));
        assert!(why.contains("no object lists"), "{why}");
        let checked = place.run(&["check-config"]);
        assert!(checked.status.success(), "{}", text(&checked));

        let redriven = place.run(&["redrive"]);
        assert!(text(&redriven).contains("2 dead letters"), "{}", text(&redriven));
        place.until_is("dead letters again", || place.is_quiet() && dead.depth().unwrap().0 == 2);

        let (status, took) = worker.terminate();
        assert_eq!(status, Some(0));
        assert!(took < Duration::from_secs(10), "stopping took {took:?}");
        assert_eq!(place.titles(), ["Four", "Three", "Two"]);
    });
}

#[test]
fn a_mapping_of_the_bucket_is_followed() {
    on_one("mappings on LocalStack", |place| {
        let _worker = place.worker(30);
        place.put("acme/a.csv", "Werk;Rest\nOne;1\n");
        place.put("acme/_mapping.json", "{\"fields\": {\"title\": \"Werk\"}}");
        place.until(&["One"]);
        // One with a fault changes nothing, and its receipt has the line.
        place.put("acme/_mapping.json", "{\"fields\": {\n\"titel\": \"Werk\"}}");
        place.put("acme/a.csv", "Werk;Rest\nTwo;1\n");
        let receipt = || {
            let head = place.bucket.head("receipts/acme/_mapping.json.json").unwrap()?;
            let mut body = String::new();
            place.bucket.open(&head, 0).ok()?.read_to_string(&mut body).ok()?;
            serde_json::from_str::<serde_json::Value>(&body).ok()
        };
        place.until_is("a receipt that tells the line", || {
            receipt().is_some_and(|receipt| receipt["refusals"][0]["line"] == 2)
        });
        place.until_is("the queue is empty", || place.is_quiet());
        place.until(&["One"]);
        place.put("acme/_mapping.json", "{\"fields\": {\"title\": \"Werk\"}}");
        place.until(&["Two"]);
        place.bucket.delete("acme/_mapping.json").unwrap();
        place.until(&[]);
    });
}

#[test]
fn what_no_event_told_of_is_found() {
    on_each("reconcile on LocalStack", |place| {
        let worker = place.worker(30);
        place.put("a.json", "[{\"title\":\"One\"}]");
        place.until(&["One"]);
        place.until_is("the queue is empty", || place.is_quiet());
        worker.terminate();
        // Nobody hears of these.
        place.put("b.json", "[{\"title\":\"Two\"}]");
        place.put("receipts/x.json", "{}");
        place.until_is("the events are there", || place.queue.depth().unwrap().0 >= 2);
        while let Some(message) = place.queue.receive(1, Duration::ZERO).unwrap().pop() {
            place.queue.delete(&[message.handle]).unwrap();
        }
        let dry = place.run(&["reconcile", "--dry-run"]);
        assert!(
            text(&dry).contains("1 of 2 objects differ") && dry.status.code() == Some(1),
            "{}",
            text(&dry)
        );
        let told = place.run(&["reconcile"]);
        assert!(told.status.success(), "{}", text(&told));
        let _worker = place.worker(30);
        place.until(&["One", "Two"]);
    });
}

#[test]
fn a_killed_worker_loses_nothing() {
    on_each("kills on LocalStack", |place| {
        let mut expected: Vec<String> = Vec::new();
        for round in 0..3 {
            let worker = place.worker(2);
            for object in 0..4 {
                let title = format!("Movie {round}{object}");
                place.put(&format!("acme/{round}-{object}.ndjson"), &list(&[&title]));
                expected.push(title);
            }
            std::thread::sleep(Duration::from_millis(400 + 300 * round));
            worker.kill();
        }
        let _worker = place.worker(2);
        let expected: Vec<&str> = expected.iter().map(String::as_str).collect();
        let took = place.until(&expected);
        println!("converged {took:?} after the kill");
        place.until_is("the queue is empty", || place.is_quiet());
    });
}

#[test]
fn seeds_reach_the_catalogue() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
    on_each("seeds on LocalStack", |place| {
        let _worker = place.worker(30);
        let seeded = place.command(&["seed", "s3"]).current_dir(root).output().unwrap();
        assert!(seeded.status.success(), "{}", text(&seeded));
        let movies = || {
            place
                .runtime
                .block_on(place.cluster.engine.catalog().info(&OperationContext::new()))
                .unwrap()
                .movies
        };
        place.until_is("more than a thousand movies", || {
            place.titles();
            movies() > 1_000 && place.is_quiet()
        });
        // The same again, told by events that we send ourselves: nothing changes.
        let before = movies();
        let sent = place.command(&["seed", "sqs"]).current_dir(root).output().unwrap();
        assert!(sent.status.success(), "{}", text(&sent));
        place.until_is("the queue is empty", || place.is_quiet());
        assert_eq!(movies(), before);
    });
}

#[test]
fn files_are_validated_without_services() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.ndjson"), list(&["One"]) + "{\"title\":true}\n").unwrap();
    let run = |path: &std::path::Path| {
        std::process::Command::new(env!("CARGO_BIN_EXE_wikimovie-ingest"))
            .arg("validate")
            .arg(path)
            .output()
            .unwrap()
    };
    let told = run(folder.path());
    assert_eq!(told.status.code(), Some(1), "{}", text(&told));
    let verdicts: serde_json::Value = serde_json::from_slice(&told.stdout).unwrap();
    assert_eq!((&verdicts[0]["accepted"], &verdicts[0]["refused"]), (&1.into(), &1.into()));
    assert_eq!(verdicts[0]["movies"][0]["title"], "One");
    assert_eq!(verdicts[0]["reading"]["format"], "JSON lines");
    assert_eq!(run(&folder.path().join("none")).status.code(), Some(2));
}
