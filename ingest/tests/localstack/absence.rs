//! Absence: movies go only where the bucket itself says that their object is gone.

use std::time::Duration;

use wikimovie_ingest::{
    bucket::Bucket as _,
    queue::{Queue as _, RemoteError},
};
use wikimovie_testkit_services::{Fault, FaultProxy, Recorded};

use crate::{list, on_each, on_nodes, on_one, text, titled, worker::Place};

/// A proxy before AWS for a worker that is started now, and the address behind it.
fn before_aws(place: &mut Place) -> (FaultProxy, String) {
    let proxy = place.runtime.block_on(FaultProxy::start(&place.endpoint));
    let endpoint = std::mem::replace(&mut place.endpoint, proxy.url().trim_end_matches('/').to_owned());
    (proxy, endpoint)
}

const NO_SUCH_BUCKET: &str =
    "<?xml version=\"1.0\"?><Error><Code>NoSuchBucket</Code><Message>gone</Message></Error>";

/// A listing, whole, of another bucket.
const OTHER_LISTING: &str = "<?xml version=\"1.0\"?><ListBucketResult><Name>other</Name><Prefix></Prefix>\
    <KeyCount>0</KeyCount><MaxKeys>1000</MaxKeys><IsTruncated>false</IsTruncated></ListBucketResult>";

fn faults() -> Vec<(&'static str, Fault)> {
    vec![
        ("a page of a proxy, 404", Fault::Page(404, "text/html", "<html><h1>404 Not Found</h1></html>")),
        ("a text of a proxy, 404", Fault::Page(404, "text/plain", "not found")),
        ("an empty answer, 404", Fault::Page(404, "application/xml", "")),
        ("the bucket is missing", Fault::Page(404, "application/xml", NO_SUCH_BUCKET)),
        ("a page of a proxy, 200", Fault::Page(200, "text/html", "<html><h1>Welcome</h1></html>")),
        ("a listing of another bucket", Fault::Page(200, "application/xml", OTHER_LISTING)),
        (
            "half a listing",
            Fault::Page(200, "application/xml", "<ListBucketResult><Name>x</Name><KeyCount>0</KeyCount>"),
        ),
        ("not allowed", Fault::Page(403, "text/html", "<html>forbidden</html>")),
    ]
}

/// Faults that one place suffers, one after the other.
const FAULTS_OF_A_PLACE: usize = 4;

/// More than a tick makes, which fails at its first key by a `HEAD` or by that and a listing: a tick has ended then.
const REQUESTS_BEYOND_A_TICK: usize = 3;

/// Answers of S3 that are none of S3's: nothing is removed, and the events of then are not lost.
#[test]
fn an_answer_that_is_not_the_buckets_removes_nothing() {
    let faults = faults();
    let groups: Vec<&[(&str, Fault)]> = faults.chunks(FAULTS_OF_A_PLACE).collect();
    on_nodes("absence on LocalStack", 1, &groups, |mut place, faults| {
        let (proxy, endpoint) = before_aws(&mut place);
        let _worker = place.worker(10);
        place.endpoint = endpoint;
        let many: Vec<String> = (0..40).map(|n| format!("Movie {n:02}")).collect();
        place.put("acme/a.ndjson", &titled(&many));
        let mut expected = many.clone();
        place.until_is("40 movies", || place.all_titles() == expected);
        place.until_is("the queue is empty", || place.is_quiet());
        let bucket = ["/", &place.name].concat();
        for (round, (name, fault)) in faults.iter().enumerate() {
            let path = bucket.clone();
            // The queue's path ends in the same name.
            let of_bucket = move |request: &Recorded| request.path.starts_with(&path);
            proxy.set(fault.clone().only(of_bucket.clone()));
            proxy.forget();
            let title = format!("Round {round}");
            place.put("acme/round.ndjson", &list(&[&title]));
            place.queue.send(&format!("s3://{}/acme/a.ndjson", place.name)).unwrap();
            let asked = || proxy.requests().iter().filter(|request| of_bucket(request)).count();
            place.until_is("the worker asked again", || asked() >= REQUESTS_BEYOND_A_TICK);
            let shown = place.all_titles();
            assert!(many.iter().all(|title| shown.contains(title)), "{name}: {shown:?}");
            proxy.set(Fault::Pass);
            expected.retain(|title| !title.starts_with("Round"));
            expected.push(title);
            expected.sort();
            place.until_is(name, || place.all_titles() == expected);
            place.until_is("the queue is empty", || place.is_quiet());
        }
        let dead = place.queue.dead_letter_queue().unwrap();
        assert_eq!(dead.depth().unwrap().0, 0, "no message is given up for a fault of the bucket");
        // Where the bucket says so, it is gone.
        place.bucket.delete("acme/round.ndjson").unwrap();
        place.until_is("40 movies again", || place.all_titles() == many);
    });
}

/// The same asked of the bucket alone, and the comparison of all of it.
#[test]
fn only_the_bucket_says_what_is_absent() {
    on_one("absence of keys on LocalStack", |mut place| {
        place.put("acme/there.json", "[]");
        let (proxy, endpoint) = before_aws(&mut place);
        let bucket = place.bucket_again();
        place.endpoint = endpoint;
        assert!(bucket.head("acme/there.json").unwrap().is_some());
        assert_eq!(bucket.head("acme/absent.json").unwrap(), None);
        assert_eq!(bucket.head("acme/the").unwrap(), None, "the start of another key");
        assert_eq!(bucket.list("").unwrap().len(), 1);
        for (name, fault) in faults() {
            proxy.set(fault);
            for key in ["acme/there.json", "acme/absent.json"] {
                assert!(bucket.head(key).is_err(), "{name}: {key}");
            }
            assert!(bucket.list("").is_err(), "{name}");
        }
        proxy.set(Fault::Page(404, "application/xml", NO_SUCH_BUCKET));
        assert!(matches!(bucket.head("acme/there.json"), Err(RemoteError::Missing(_))));
    });
}

/// A bucket that lists nothing any more: many small objects of a provider wait like one large one.
#[test]
fn a_provider_that_vanishes_waits_for_approval() {
    on_each("a vanished provider on LocalStack", |place| {
        let worker = place.worker(10);
        let mut expected = Vec::new();
        for object in 0..12 {
            let titles: Vec<String> = (0..10).map(|n| format!("Movie {object:02}-{n}")).collect();
            place.put(&format!("acme/{object:02}.ndjson"), &titled(&titles));
            expected.extend(titles);
        }
        place.put("zenith/a.ndjson", &list(&["Zenith"]));
        expected.push("Zenith".to_owned());
        place.until_is("121 movies", || place.all_titles() == expected);
        place.until_is("the queue is empty", || place.is_quiet());
        assert_eq!(worker.terminate().0, Some(0));
        for object in 0..12 {
            place.bucket.delete(&format!("acme/{object:02}.ndjson")).unwrap();
        }
        place.bucket.delete("zenith/a.ndjson").unwrap();
        place.until_is("the events are there", || place.queue.depth().unwrap().0 >= 13);
        while let Some(message) = place.queue.receive(1, Duration::ZERO).unwrap().pop() {
            place.queue.delete(&[message.handle]).unwrap();
        }
        // The comparison of the whole bucket, at the start.
        let mut command = place.command(&["worker", "--reconcile", "60", "--lease", "10"]);
        command.env("WIKIMOVIE_ADMIN_LISTEN", "127.0.0.1:0");
        let _worker = crate::worker::Worker::of(command.spawn().unwrap());
        expected.pop();
        place.until_is("the one of the other provider is gone", || place.all_titles() == expected);
        let status = text(&place.run(&["status"]));
        assert!(status.contains("acme/00.ndjson: 10 movies would be removed"), "{status}");
        assert_eq!(status.matches("would be removed").count(), 12, "{status}");
        let approve = |keys: &[&str]| {
            let told = place.run(&[&["approve"], keys].concat());
            (told.status.code(), text(&told).matches("approved: 10 movies").count())
        };
        assert_eq!(approve(&["acme/00.ndjson", "acme/01.ndjson"]), (Some(0), 2));
        expected.retain(|title| !title.starts_with("Movie 00") && !title.starts_with("Movie 01"));
        place.until_is("the approved ones are gone", || place.all_titles() == expected);
        assert_eq!(approve(&["acme/"]), (Some(0), 10), "all that wait below it");
        place.until_is("all of the provider are gone", || place.all_titles().is_empty());
        assert_eq!(approve(&["acme/"]), (Some(1), 0));
    });
}
