//! A worker beside the one that has the lease: it asks little, logs little, and takes over.

use std::{fs::File, process::Stdio, time::Duration};

use wikimovie_testkit_services::FaultProxy;

use crate::{
    list, on_one,
    worker::{Place, Worker},
};

/// Time for which the standby worker is watched.
const WATCHED: Duration = Duration::from_secs(5);

/// Requests to the cluster in that time.
const MAX_REQUESTS: usize = 40;

/// From the kill of the worker that has the lease: two seconds until the lease is free, and one look each second.
const TAKEOVER: Duration = Duration::from_secs(4);

#[test]
fn a_standby_worker_is_quiet_and_takes_over() {
    on_one("a standby worker on LocalStack", |mut place| {
        let first = place.worker(10);
        place.put("acme/a.ndjson", &list(&["One"]));
        place.until(&["One"]);
        place.until_is("the queue is empty", || place.is_quiet());

        let log = tempfile::NamedTempFile::new().unwrap();
        let proxy = place.runtime.block_on(FaultProxy::start(&place.urls));
        let _second = standby(&mut place, &proxy, log.reopen().unwrap());
        let lines = |part: &str| {
            std::fs::read_to_string(log.path()).unwrap().lines().filter(|line| line.contains(part)).count()
        };
        place.until_is("the second one stands by", || lines("standing by") > 0);
        proxy.forget();
        std::thread::sleep(WATCHED);
        let asked = proxy.received();
        println!("a standby worker made {asked} requests in {WATCHED:?}");
        assert!(asked > 0 && asked <= MAX_REQUESTS, "{asked} requests");
        assert_eq!((lines("standing by"), lines("WARN")), (1, 0), "one line says it");

        first.kill();
        let took = place.until_is("the second one has the lease", || lines("now ours") > 0);
        println!("the standby worker took over after {took:.1?}");
        assert!(took < TAKEOVER, "taking over took {took:?}");
        place.put("acme/a.ndjson", &list(&["Two"]));
        place.until(&["Two"]);
    });
}

/// A worker that compares the whole bucket too, with its log in a file.
fn standby(place: &mut Place, proxy: &FaultProxy, log: File) -> Worker {
    let urls = std::mem::replace(&mut place.urls, proxy.url());
    let mut command = place.command(&["worker", "--reconcile", "60", "--lease", "10"]);
    place.urls = urls;
    command.env("WIKIMOVIE_ADMIN_LISTEN", "127.0.0.1:0").stderr(Stdio::from(log));
    Worker::of(command.spawn().unwrap())
}
