//! Services that fail: each fault lasts a while under a running worker, which comes to the right end by itself.

use std::time::Duration;

use wikimovie_testkit_services::{Fault, FaultProxy};

use crate::{list, on_nodes, on_one, worker::Place};

/// What fails.
#[derive(Clone, Copy, Debug, PartialEq)]
enum At {
    Engine,
    Aws,
}

/// Changes the answers to bulk requests only.
fn items(change: impl Fn(usize, &mut serde_json::Value) + Send + Sync + 'static) -> Fault {
    Fault::rewrite(move |answer| {
        let Some(items) = answer.get_mut("items").and_then(|items| items.as_array_mut()) else { return };
        for (at, item) in items.iter_mut().enumerate() {
            item.as_object_mut().into_iter().flatten().for_each(|(_, item)| change(at, item));
        }
        answer["errors"] = true.into();
    })
}

type Case = (&'static str, At, Fault);

/// Cases that one place suffers, one after the other.
const CASES_OF_A_PLACE: usize = 5;

fn cases() -> Vec<Case> {
    let busy = |each: usize| {
        items(move |at, item| {
            if at % each == 0 {
                item["status"] = 429.into();
            }
        })
    };
    vec![
        ("F6 a body of S3 and answers of SQS cut in half", At::Aws, Fault::TruncatedJson),
        ("F8 403 on everything of AWS", At::Aws, Fault::Status(403)),
        ("F9 503 SlowDown on everything of AWS", At::Aws, Fault::Status(503)),
        ("F9 AWS hangs", At::Aws, Fault::Slow(Duration::from_secs(1))),
        ("F17 429 on half of the items", At::Engine, busy(2)),
        ("F17 429 on all requests", At::Engine, Fault::Status(429)),
        (
            "F18 400 mixed with 429",
            At::Engine,
            items(|at, item| {
                item["status"] = if at % 2 == 0 { 429 } else { 400 }.into();
            }),
        ),
        ("F19 bulk applied, answer lost", At::Engine, Fault::TruncatedJson),
        ("F20 413", At::Engine, Fault::Status(413)),
        ("F20 502 with a page", At::Engine, Fault::Html),
        (
            "F20 fewer items than sent",
            At::Engine,
            Fault::rewrite(|answer| {
                if let Some(items) = answer.get_mut("items").and_then(|items| items.as_array_mut()) {
                    items.pop();
                }
            }),
        ),
        ("F21 403 cluster block", At::Engine, Fault::Status(403)),
        ("F21 node down", At::Engine, Fault::Dead),
        ("F21 node hangs", At::Engine, Fault::Slow(Duration::from_millis(700))),
    ]
}

#[test]
fn every_fault_ends_in_the_right_catalogue() {
    let cases = cases();
    let groups: Vec<&[Case]> = cases.chunks(CASES_OF_A_PLACE).collect();
    on_nodes("faults on LocalStack", usize::MAX, &groups, |place, cases| suffer(place, cases));
}

fn suffer(mut place: Place, cases: &[Case]) {
    let (engine, aws) = place
        .runtime
        .block_on(async { (FaultProxy::start(&place.urls).await, FaultProxy::start(&place.endpoint).await) });
    let (urls, endpoint) = (std::mem::replace(&mut place.urls, engine.url()), place.endpoint.clone());
    place.endpoint = aws.url().trim_end_matches('/').to_owned();
    let _worker = place.worker(10);
    (place.urls, place.endpoint) = (urls, endpoint);
    place.put("acme/first.ndjson", &list(&["A first one"]));
    place.until(&["A first one"]);
    let mut expected = vec!["A first one".to_owned()];
    for (at, (name, which, fault)) in cases.iter().enumerate() {
        let proxy = if *which == At::Engine { &engine } else { &aws };
        proxy.set(fault.clone());
        let title = format!("Movie {at:02}");
        // New movies, and an object that loses those of the round before.
        place.put(&format!("acme/{at:02}.ndjson"), &list(&[&title]));
        place.put("acme/turns.ndjson", &list(&[&format!("Turn {at:02}")]));
        std::thread::sleep(Duration::from_millis(1_500));
        proxy.set(Fault::Pass);
        expected.retain(|title| !title.starts_with("Turn"));
        expected.extend([title, format!("Turn {at:02}")]);
        expected.sort();
        let expected: Vec<&str> = expected.iter().map(String::as_str).collect();
        place.until_is(name, || place.titles() == expected);
    }
    place.until_is("the queue is empty", || place.is_quiet());
    let dead = place.queue.dead_letter_queue().unwrap();
    assert_eq!(dead.depth().unwrap().0, 0, "no message is given up for a fault of a service");
}

/// A queue that does not respond delays the end of the process by some seconds, not by the deadline of a call.
#[test]
fn a_worker_stops_while_the_queue_hangs() {
    on_one("a queue that hangs on LocalStack", |mut place| {
        let proxy = place.runtime.block_on(FaultProxy::start(&place.endpoint));
        let endpoint = std::mem::replace(&mut place.endpoint, proxy.url().trim_end_matches('/').to_owned());
        let worker = place.worker(30);
        place.endpoint = endpoint;
        place.put("acme/a.ndjson", &list(&["One"]));
        place.until(&["One"]);
        place.until_is("the queue is empty", || place.is_quiet());
        proxy.set(Fault::Hang);
        proxy.forget();
        place.until_is("a request hangs", || proxy.received() > 0);
        let (status, took) = worker.terminate();
        assert_eq!(status, Some(0));
        assert!(took < Duration::from_secs(10), "stopping took {took:?}");
    });
}
