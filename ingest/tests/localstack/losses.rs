//! Faults of one object, of a queue's settings, of the ledger, of the clock.

use std::{collections::HashSet, path::Path, time::Duration};

use aws_sdk_sqs::types::QueueAttributeName;
use wikimovie_ingest::queue::Queue as _;
use wikimovie_testkit_services::{Fault, FaultProxy, Recorded};
use wikimovie_testkit_skip::skipped_by_design;

use crate::{list, on_each, on_one, text, worker::Place};

/// Puts a proxy before AWS, as a worker sees it that is started now.
fn before_aws(place: &mut Place) -> (FaultProxy, String) {
    let proxy = place.runtime.block_on(FaultProxy::start(&place.endpoint));
    let endpoint = std::mem::replace(&mut place.endpoint, proxy.url().trim_end_matches('/').to_owned());
    (proxy, endpoint)
}

fn is_body_of(key: &'static str) -> impl Fn(&Recorded) -> bool + Send + Sync {
    move |request| request.method == "GET" && request.path.contains(key)
}

/// F4: engines forget the versions of deleted documents after a while; what comes later then revives nothing.
#[test]
fn a_late_event_of_a_removed_object_revives_nothing() {
    on_each("late events on LocalStack", |place| {
        let settings = serde_json::json!({ "index": { "gc_deletes": "1s" } }).to_string();
        let url = format!("{}{}-write/_settings", place.cluster.options.urls[0], place.cluster.options.index);
        let set = ureq::put(url).content_type("application/json").send(settings).unwrap();
        assert_eq!(set.status(), 200);
        let _worker = place.worker(30);
        place.put("acme/a.ndjson", &list(&["One"]));
        place.put("acme/b.ndjson", &list(&["Two"]));
        place.until(&["One", "Two"]);
        place.bucket.delete("acme/a.ndjson").unwrap();
        place.until(&["Two"]);
        std::thread::sleep(Duration::from_secs(3));
        for _ in 0..2 {
            place.queue.send(&format!("s3://{}/acme/a.ndjson", place.name)).unwrap();
        }
        place.until_is("the queue is empty", || place.is_quiet());
        assert_eq!(place.titles(), ["Two"]);
    });
}

/// F6: a body that stands still is taken up again where it stood.
#[test]
fn a_body_that_stalls_is_taken_up_again() {
    on_one("a stalled body on LocalStack", |mut place| {
        let (proxy, endpoint) = before_aws(&mut place);
        let _worker = place.worker(10);
        place.endpoint = endpoint;
        let titles: Vec<String> = (0..40).map(|number| format!("Movie {number:02}")).collect();
        let titles: Vec<&str> = titles.iter().map(String::as_str).collect();
        // Only the first body; the one that goes on has a range.
        let first = is_body_of("acme/slow.ndjson");
        proxy.set(Fault::Stall.only(move |request| {
            first(request) && request.header("range").is_none_or(|range| range.starts_with("bytes=0-"))
        }));
        place.put("acme/slow.ndjson", &list(&titles));
        place.until(&titles);
        let is_rest = is_body_of("acme/slow.ndjson");
        let resumed = proxy
            .requests()
            .into_iter()
            .any(|request| is_rest(&request) && request.header("range").is_some());
        assert!(resumed, "the body was read from the start again");
        place.until_is("the queue is empty", || place.is_quiet());
    });
}

/// F8: what may not be read goes to the dead-letter queue with the reason, and hinders nothing else.
#[test]
fn an_object_that_may_not_be_read_is_put_aside() {
    on_one("403 of one object on LocalStack", |mut place| {
        let (proxy, endpoint) = before_aws(&mut place);
        let _worker = place.worker(10);
        place.endpoint = endpoint;
        proxy.set(Fault::Status(403).only(is_body_of("acme/closed.ndjson")));
        place.put("acme/closed.ndjson", &list(&["Closed"]));
        place.put("acme/open.ndjson", &list(&["Open"]));
        place.until(&["Open"]);
        let dead = place.queue.dead_letter_queue().unwrap();
        place.until_is("a dead letter", || dead.depth().unwrap().0 == 1);
        place.until_is("the queue is empty", || place.is_quiet());
        proxy.set(Fault::Pass);
        assert!(place.run(&["redrive"]).status.success());
        place.until(&["Closed", "Open"]);
    });
}

/// F27: without a dead-letter queue nothing is begun; one that forgets too soon is told of.
#[test]
fn a_queue_needs_a_dead_letter_queue() {
    on_one("dead-letter queues on LocalStack", |place| {
        let sqs = place.aws().sqs();
        let make = |name: &str, attributes: Vec<(QueueAttributeName, String)>| {
            let name = format!("{}-{name}", place.name);
            let made =
                sqs.create_queue().queue_name(&name).set_attributes(Some(attributes.into_iter().collect()));
            place.runtime.block_on(made.send()).unwrap();
            name
        };
        let alone = make("alone", Vec::new());
        let refused = place.command(&["worker"]).env("WORKER_QUEUE", &alone).output().unwrap();
        assert_eq!(refused.status.code(), Some(2), "{}", text(&refused));
        assert!(text(&refused).contains("has no dead-letter queue"), "{}", text(&refused));

        let forgets = make("forgets", vec![(QueueAttributeName::MessageRetentionPeriod, "3600".to_owned())]);
        let policy = serde_json::json!({
            "deadLetterTargetArn": format!("arn:aws:sqs:us-east-1:000000000000:{forgets}"), "maxReceiveCount": 5,
        });
        let short = make("short", vec![(QueueAttributeName::RedrivePolicy, policy.to_string())]);
        let told = place.command(&["check-config"]).env("WORKER_QUEUE", &short).output().unwrap();
        assert!(text(&told).contains("should retain messages longer"), "{}", text(&told));
    });
}

/// F31: the ledger is lost, while the bucket changes. Versions go on above all that there were.
#[test]
fn a_lost_ledger_is_made_anew() {
    on_each("a lost ledger on LocalStack", |place| {
        let worker = place.worker(5);
        place.put("acme/kept.ndjson", &list(&["Kept"]));
        place.put("acme/changes.ndjson", &list(&["Old", "Dropped"]));
        place.put("acme/goes.ndjson", &list(&["Gone"]));
        place.until(&["Dropped", "Gone", "Kept", "Old"]);
        place.until_is("the queue is empty", || place.is_quiet());
        assert_eq!(worker.terminate().0, Some(0));

        let lost =
            ureq::delete(format!("{}{}-ledger", place.cluster.options.urls[0], place.cluster.options.index))
                .call();
        assert_eq!(lost.unwrap().status(), 200);
        place.put("acme/changes.ndjson", &list(&["New"]));
        place.bucket.delete("acme/goes.ndjson").unwrap();
        // Nobody hears of these.
        place.until_is("the events are there", || place.queue.depth().unwrap().0 >= 2);
        while let Some(message) = place.queue.receive(1, Duration::ZERO).unwrap().pop() {
            place.queue.delete(&[message.handle]).unwrap();
        }
        let told = place.run(&["reconcile", "--dry-run"]);
        assert!(text(&told).contains("3 of 2 objects differ"), "{}", text(&told));
        // The worker finds that by itself.
        let _worker = place.worker(5);
        place.until(&["Kept", "New"]);
        place.until_is("the queue is empty", || place.is_quiet());
        let none_differs = || text(&place.run(&["reconcile", "--dry-run"])).contains("0 of 2 objects differ");
        place.until_is("nothing differs", none_differs);
    });
}

/// F33: a clock that is wrong by an hour, back or forth, changes nothing.
#[test]
fn our_clock_is_in_no_version() {
    let library = [
        "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1",
        "/usr/lib/aarch64-linux-gnu/faketime/libfaketimeMT.so.1",
    ];
    let Some(library) = library.into_iter().find(|path| Path::new(path).exists()) else {
        // Not a part of the images that CI runs on; Debian's package `faketime` has it.
        skipped_by_design("our_clock_is_in_no_version", "libfaketime was not found");
        return;
    };
    on_each("a wrong clock on LocalStack", |place| {
        for (round, skew) in ["+1h", "-1h"].into_iter().enumerate() {
            let mut command = place.worker_command(10);
            command.env("LD_PRELOAD", library).env("FAKETIME", skew).env("FAKETIME_DONT_FAKE_MONOTONIC", "1");
            let wrong = crate::worker::Worker::of(command.spawn().unwrap());
            place.put("acme/a.ndjson", &list(&[&format!("One {round}")]));
            place.until(&[&format!("One {round}")]);
            place.until_is("the queue is empty", || place.is_quiet());
            assert_eq!(wrong.terminate().0, Some(0));
            let right = place.worker(10);
            place.put("acme/a.ndjson", &list(&[&format!("Two {round}")]));
            place.until(&[&format!("Two {round}")]);
            place.until_is("the queue is empty", || place.is_quiet());
            assert_eq!(right.terminate().0, Some(0));
        }
    });
}

/// G13: an event of an object that is done costs no read of its content and no write of a movie.
#[test]
fn what_is_done_is_not_done_again() {
    on_each("events come again on LocalStack", |mut place| {
        let (aws, endpoint) = before_aws(&mut place);
        let engine = place.runtime.block_on(FaultProxy::start(&place.urls));
        let urls = std::mem::replace(&mut place.urls, engine.url());
        let _worker = place.worker(10);
        (place.urls, place.endpoint) = (urls, endpoint);
        place.put("acme/a.ndjson", &list(&["One"]));
        place.until(&["One"]);
        place.until_is("the queue is empty", || place.is_quiet());
        aws.forget();
        engine.forget();
        for _ in 0..10 {
            place.queue.send(&format!("s3://{}/acme/a.ndjson", place.name)).unwrap();
        }
        place.until_is("the queue is empty", || place.is_quiet());
        let read: Vec<Recorded> = aws.requests().into_iter().filter(is_body_of("acme/a.ndjson")).collect();
        assert!(read.is_empty(), "{read:?}");
        let asked: HashSet<(String, String)> =
            engine.requests().into_iter().map(|request| (request.method, request.path)).collect();
        assert!(
            !asked.iter().any(|(_, path)| path.contains("_bulk") || path.contains("_refresh")),
            "{asked:?}"
        );
    });
}

/// F28: a large object stands still; small ones of the same provider go on, and so do changes of them.
#[test]
fn small_objects_do_not_wait_for_a_large_one() {
    on_each("a large object on LocalStack", |mut place| {
        let (proxy, endpoint) = before_aws(&mut place);
        let _worker = place.worker(10);
        place.endpoint = endpoint;
        proxy.set(Fault::Stall.only(is_body_of("acme/large.ndjson")));
        // Its movies stand in the half that does not come.
        place.put("acme/large.ndjson", &["\n".repeat(2 << 20), list(&["Large", "Shared"])].concat());
        let is_asked = is_body_of("acme/large.ndjson");
        place.until_is("the large object is read", || proxy.requests().iter().any(&is_asked));
        place.put("acme/small.ndjson", &list(&["Old", "Shared"]));
        place.until(&["Old", "Shared"]);
        place.put("acme/small.ndjson", &list(&["Small", "Shared"]));
        place.put("zenith/small.ndjson", &list(&["Other"]));
        place.until(&["Other", "Shared", "Small"]);
        proxy.set(Fault::Pass);
        place.until(&["Large", "Other", "Shared", "Small"]);
        place.until_is("the queue is empty", || place.is_quiet());
        // The newer object shows it; once that is gone, the large one does.
        place.bucket.delete("acme/small.ndjson").unwrap();
        place.until(&["Large", "Other", "Shared"]);
    });
}
