//! What the client adds to the bare transport; run by hand: `cargo test --release … overhead -- --ignored --nocapture`.

use std::time::Instant;

use elasticsearch::http::{
    Method as CrateMethod,
    headers::HeaderMap as Headers,
    transport::{SingleNodeConnectionPool, TransportBuilder},
};

use super::*;

#[tokio::test]
#[ignore = "a measurement, not a test"]
async fn overhead() {
    const CALLS: usize = 20_000;
    let url: Url = format!("http://{}", server().await).parse().unwrap();
    let bare = TransportBuilder::new(SingleNodeConnectionPool::new(url.clone())).build().unwrap();
    let options = ClientOptions { urls: vec![url], ..options(&[], Auth::None) };
    let client = Client::new(&options).unwrap();
    let (mut bare_times, mut our_times) = (Vec::new(), Vec::new());
    // In turns, so that what else the machine does meets both.
    for _ in 0..CALLS {
        let begun = Instant::now();
        let body = Some(Bytes::from_static(b"{}"));
        let sent =
            bare.send(CrateMethod::Post, "/movies/_search", Headers::new(), None::<&()>, body, None).await;
        sent.unwrap().bytes().await.unwrap();
        bare_times.push(begun.elapsed());
        let begun = Instant::now();
        client.send(search()).await.unwrap();
        our_times.push(begun.elapsed());
    }
    bare_times.sort_unstable();
    our_times.sort_unstable();
    for (name, share) in [("p50", 2), ("p90", 10), ("p99", 100)] {
        let at = CALLS - CALLS / share;
        println!("{name}: bare {:?}, ours {:?}", bare_times[at], our_times[at]);
    }
}
