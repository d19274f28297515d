//! A search cluster that is slow or refuses a refresh: it is waited for, what is slow is said, and no lease stays behind.

use std::time::{Duration, Instant};

use wikimovie_testkit_services::{Fault, FaultProxy, Recorded};

use crate::{list, on_each, on_nodes};

/// Time from the end of a fault to the right catalogue.
const RECOVERY: Duration = Duration::from_secs(10);

fn is_refresh(request: &Recorded) -> bool {
    request.path.contains("/_refresh")
}

fn is_read_of_ledger(request: &Recorded) -> bool {
    request.path.contains("-ledger/_search")
}

#[test]
fn a_worker_recovers_from_a_fault_while_it_opens_or_commits() {
    type Case = (&'static str, fn() -> Fault);
    let cases: &[Case] = &[
        ("refresh answers 503", || Fault::Status(503).only(is_refresh)),
        ("refresh takes 6 s", || Fault::Slow(Duration::from_secs(6)).only(is_refresh)),
        ("the ledger cannot be read", || Fault::Status(500).only(is_read_of_ledger)),
    ];
    on_nodes("a slow cluster on LocalStack", usize::MAX, cases, |mut place, (name, fault)| {
        let proxy = place.runtime.block_on(FaultProxy::start(&place.urls));
        place.urls = proxy.url();
        let mut expected: Vec<String> = Vec::new();
        for (moment, opens) in [("opening", true), ("a commit", false)] {
            let worker = (!opens).then(|| place.worker(30));
            if !opens {
                place.put("acme/before.ndjson", &list(&["Before"]));
                expected.push("Before".to_owned());
                expected.sort();
                place.until_is("the worker works", || place.titles() == expected);
            }
            proxy.set(fault());
            let worker = worker.unwrap_or_else(|| place.worker(30));
            let title = format!("Movie {opens}");
            place.put(&format!("acme/{opens}.ndjson"), &list(&[&title]));
            expected.push(title);
            expected.sort();
            std::thread::sleep(Duration::from_secs(8));
            proxy.set(Fault::Pass);
            let ended = Instant::now();
            place.until_is(name, || place.titles() == expected);
            let took = ended.elapsed();
            println!("{name} at {moment}: right {took:.1?} after its end");
            assert!(took <= RECOVERY, "{name} at {moment}: {took:?}");
            assert_eq!(worker.terminate().0, Some(0));
        }
    });
}

/// A writer that fails to open leaves no lease behind.
#[test]
fn a_writer_that_fails_to_open_lets_others_open() {
    on_each("a failed opening on LocalStack", |place| {
        let proxy = place.runtime.block_on(FaultProxy::start(&place.urls));
        let options = wikimovie_elasticsearch::ElasticsearchOptions {
            urls: vec![proxy.url().parse().unwrap()],
            ..place.cluster.options.clone()
        };
        let engine = wikimovie_elasticsearch::Elasticsearch::new(&options).unwrap();
        for fault in [Fault::Status(500).only(is_refresh), Fault::Status(500).only(is_read_of_ledger)] {
            proxy.set(fault);
            assert!(engine.writer(place.runtime.handle().clone()).is_err());
            // Another one, at once.
            let writer = place.cluster.engine.writer(place.runtime.handle().clone());
            assert!(writer.is_ok(), "{:?}", writer.err());
            proxy.set(Fault::Pass);
        }
    });
}
