//! Mappings of providers: what a change of one is to the worker, and what one is that cannot be read.

use std::{collections::BTreeSet, sync::atomic::Ordering::Relaxed, time::Duration};

use wikimovie_ingest::WorkerOptions;

use crate::{Fault, Place, address, place_with};

const MAPPING: &str = "{\"fields\": {\"title\": \"Werk\"}}";

/// Lets the worker go on until nothing is left to do.
fn rest(place: &mut Place) {
    place.worker.tick();
    while place.worker.is_busy() {
        place.worker.tick();
    }
}

#[test]
fn a_mapping_of_the_bucket_counts_for_its_provider() {
    // Large objects take another way to the same end.
    for large in [u64::MAX, 5] {
        let mut place = place_with(WorkerOptions { large, ..WorkerOptions::default() });
        let mut count = 0;
        let mut send = |place: &mut Place, keys: &[&str]| {
            for key in keys {
                count += 1;
                place.send(&format!("m{count}"), &address(key), 1);
            }
            place.worker.tick();
            while place.worker.is_busy() {
                place.worker.tick();
            }
            let deleted = place.queue.deleted.lock().unwrap().len();
            assert_eq!(deleted, count, "{keys:?} with {large}: {:?}", place.queue.dead);
        };
        place.bucket.put_text("acme/a.csv", "Werk;x\nOne;1\n");
        place.bucket.put_text("acme/b.json", "[{\"Werk\":\"Two\"}]");
        place.bucket.put("zenith/a", &["Three"]);
        send(&mut place, &["acme/a.csv", "acme/b.json", "zenith/a"]);
        assert_eq!(place.titles(), ["Three"]);

        place.bucket.put_text("acme/_mapping.json", "{\"fields\": {\"title\": \"Werk\"}}");
        send(&mut place, &["acme/_mapping.json"]);
        assert_eq!(place.titles(), ["One", "Three", "Two"]);
        let receipt = place.bucket.receipt("acme/_mapping.json");
        assert_eq!((&receipt["status"], &receipt["accepted"]), (&"COMPLETE".into(), &0.into()));
        assert_eq!(place.bucket.receipt("acme/a.csv")["reading"]["mapping"], "acme/_mapping.json");

        // A refused one changes nothing, and is told everywhere; no message is lost or comes for ever.
        place.bucket.put_text("acme/_mapping.json", "{\n\"records\": \"$..x\"}");
        place.bucket.put_text("acme/a.csv", "Werk;x\nFour;1\n");
        send(&mut place, &["acme/a.csv", "acme/_mapping.json"]);
        assert_eq!(place.titles(), ["One", "Three", "Two"]);
        let receipt = place.bucket.receipt("acme/_mapping.json");
        assert_eq!((&receipt["status"], &receipt["refusals"][0]["line"]), (&"FAILED".into(), &2.into()));
        let receipt = place.bucket.receipt("acme/a.csv");
        assert_eq!(receipt["accepted"], 1);
        let why = receipt["not_applied"].as_str().unwrap();
        assert!(why.contains("acme/_mapping.json is refused: line 2"), "{why}");

        // As it was before: what was kept unchanged is told to be applied.
        place.bucket.put_text("acme/_mapping.json", "{\"fields\": {\"title\": \"Werk\"}}");
        send(&mut place, &["acme/_mapping.json"]);
        assert_eq!(place.titles(), ["Four", "Three", "Two"]);
        assert_eq!(place.bucket.receipt("acme/b.json")["not_applied"], serde_json::Value::Null);

        place.bucket.texts.lock().unwrap().remove("acme/_mapping.json");
        send(&mut place, &["acme/_mapping.json"]);
        assert_eq!(place.titles(), ["Three"]);
        assert_eq!(place.bucket.receipt("acme/_mapping.json")["removed_from_bucket"], true);
        place.worker.reconcile(&mut |_| {}).unwrap();
        assert_eq!(place.titles(), ["Three"]);
    }
}

#[test]
fn a_mapping_that_cannot_be_read_keeps_its_provider_alone() {
    for fault in [Fault::Head, Fault::Open, Fault::Denied, Fault::Body] {
        let mut place = place_with(WorkerOptions { pause: Duration::ZERO, ..WorkerOptions::default() });
        place.bucket.put_text("acme/_mapping.json", MAPPING);
        place.bucket.put_text("acme/a.csv", "Werk\nOne\n");
        place.bucket.put_text("acme/b.csv", "Werk\nTwo\n");
        place.send("m1", &address("acme/_mapping.json"), 1);
        rest(&mut place);
        assert_eq!(place.titles(), ["One", "Two"]);

        // A state of it that was read before is not asked for again.
        place.bucket.put_text("acme/_mapping.json", &[MAPPING, " "].concat());
        *place.bucket.fault.lock().unwrap() = Some(("acme/_mapping.json".to_owned(), fault));
        place.bucket.put_text("acme/a.csv", "Werk\nThree\n");
        place.bucket.put("zenith/a", &["Other"]);
        place.send("m2", &address("acme/a.csv"), 1);
        place.send("m3", &address("acme/_mapping.json"), 1);
        place.send("m4", &address("zenith/a"), 1);
        assert_eq!(place.worker.tick().pause, None, "{fault:?}");
        for _ in 0..5 {
            assert_eq!(place.worker.tick().pause, None, "{fault:?}");
        }
        assert_eq!(place.titles(), ["One", "Other", "Two"], "{fault:?}");
        assert!(place.queue.deleted.lock().unwrap().contains(&"m4#1".to_owned()), "{fault:?}");
        assert!(place.queue.extended.lock().unwrap().contains_key("m2#1"), "{fault:?}");
        assert!(place.queue.extended.lock().unwrap().contains_key("m3#1"), "{fault:?}");
        assert!(place.worker.is_ready(), "{fault:?}");

        // Nothing of it is taken for vanished.
        if fault != Fault::Head {
            let report = place.worker.reconcile(&mut |_| {}).unwrap();
            assert_eq!(place.titles(), ["One", "Other", "Two"], "{fault:?}");
            assert_eq!(report.problems.len(), 2, "{fault:?}");
            assert!(report.problems[0].message.contains("acme/_mapping.json cannot be read"), "{fault:?}");
        }

        // Where the messages are given up, they are dead letters, and the objects are applied all the same.
        let receives = WorkerOptions::default().receives;
        place.send("m2", &address("acme/a.csv"), receives);
        place.send("m3", &address("acme/_mapping.json"), receives);
        for _ in 0..3 {
            rest(&mut place);
        }
        assert_eq!(place.queue.dead.lock().unwrap().len(), 2, "{fault:?}");
        *place.bucket.fault.lock().unwrap() = None;
        for _ in 0..3 {
            rest(&mut place);
        }
        assert_eq!(place.titles(), ["Other", "Three", "Two"], "{fault:?}");
        assert_eq!(place.bucket.receipt("acme/a.csv")["accepted"], 1, "{fault:?}");
    }
}

#[test]
fn a_large_provider_is_read_again_in_slices() {
    const OBJECTS: usize = 250;
    let mut place = place_with(WorkerOptions::default());
    for number in 0..OBJECTS {
        place.bucket.put_text(&format!("acme/{number:03}.csv"), "Werk\nOne\n");
    }
    let applied = |place: &Place| {
        let receipts = place.bucket.receipts.lock().unwrap();
        receipts.values().filter(|receipt| receipt["reading"]["mapping"] == "acme/_mapping.json").count()
    };
    place.bucket.put_text("acme/_mapping.json", MAPPING);
    place.send("m1", &address("acme/_mapping.json"), 1);
    place.worker.tick();
    for slice in 1..4 {
        // Others are applied meanwhile, and nothing is deleted before its time.
        let key = format!("zenith/{slice}");
        place.bucket.put(&key, &[&key]);
        place.send(&key, &address(&key), 1);
        let tick = place.worker.tick();
        assert_eq!(applied(&place), OBJECTS.min(slice * 100));
        assert_eq!(tick.deleted, 1 + usize::from(slice == 3));
        if slice == 1 {
            // It changes while it is under way, back and forth: the whole is looked at once more.
            place.bucket.put_text("acme/_mapping.json", "{}");
            place.send("m2", &address("acme/_mapping.json"), 1);
            place.bucket.put_text("acme/_mapping.json", MAPPING);
            place.send("m3", &address("acme/_mapping.json"), 1);
        }
    }
    assert!(place.queue.deleted.lock().unwrap().contains(&"m1#1".to_owned()));
    assert!(!place.queue.deleted.lock().unwrap().contains(&"m2#1".to_owned()));
    // What is as it was listed is asked for no more.
    place.bucket.asked.lock().unwrap().clear();
    rest(&mut place);
    let asked: BTreeSet<String> = place.bucket.asked.lock().unwrap().drain(..).collect();
    assert_eq!(asked, BTreeSet::from(["acme/_mapping.json".to_owned()]));
    let deleted = place.queue.deleted.lock().unwrap().clone();
    assert!(["m2#1", "m3#1"].iter().all(|handle| deleted.contains(&(*handle).to_owned())), "{deleted:?}");
}

#[test]
fn messages_that_wait_for_a_provider_are_given_back() {
    let mut place = place_with(WorkerOptions::default());
    for number in 0..150 {
        place.bucket.put_text(&format!("acme/{number:03}.csv"), "Werk\nOne\n");
    }
    place.bucket.put_text("acme/_mapping.json", MAPPING);
    place.send("m1", &address("acme/_mapping.json"), 1);
    place.worker.tick();
    place.worker.tick();
    assert!(place.worker.is_busy());
    place.worker.halt().store(true, Relaxed);
    place.worker.release_all();
    assert!(!place.worker.is_busy());
    assert_eq!(place.queue.extended.lock().unwrap()["m1#1"], Duration::ZERO);
    assert!(place.queue.deleted.lock().unwrap().is_empty());
}
