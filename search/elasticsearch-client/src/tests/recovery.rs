//! Nodes that go and come back, and clusters that half work.

use tokio::time::{Instant, sleep};

use super::*;

/// Waits for what should soon be so.
async fn soon(what: &str, mut is_so: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < Duration::from_secs(5), "{what}");
        sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn the_breaker_opens_and_closes_by_itself() {
    let nodes = nodes([Fault::Dead, Fault::Dead]).await;
    let client = client(&nodes);
    assert!(client.is_reachable(), "nothing is known before the first call");
    assert!(matches!(client.send(search()).await, Err(ClientError::Unavailable)));
    assert!(!client.is_reachable());
    let begun = Instant::now();
    for _ in 0..1_000 {
        assert!(matches!(client.send(search()).await, Err(ClientError::Unavailable)));
    }
    assert!(begun.elapsed() < Duration::from_millis(300), "calls fail fast: {:?}", begun.elapsed());
    nodes[1].set(Fault::Pass);
    soon("a probe closes the breaker", || client.is_reachable()).await;
    assert_eq!(nodes[1].requests()[0].path, "/", "a probe found out, not a call");
    assert_eq!(client.send(search()).await.unwrap().status, 200);
}

#[tokio::test]
async fn the_only_node_is_ejected_after_consecutive_failures() {
    let nodes = nodes([Fault::Status(503)]).await;
    let client = client(&nodes);
    // Each call asks twice.
    assert!(client.send(search()).await.is_err());
    assert!(client.is_reachable());
    assert!(client.send(search()).await.is_err());
    assert!(!client.is_reachable());
    nodes[0].set(Fault::Pass);
    soon("it answers again", || client.is_reachable()).await;
}

#[tokio::test]
async fn the_only_node_is_ejected_where_it_answers_no_probe() {
    let nodes = nodes([Fault::Hang]).await;
    let client = client(&nodes);
    for _ in 0..3 {
        let call = Call { deadline: Some(Duration::from_millis(50)), ..search() };
        assert!(matches!(client.send(call).await, Err(ClientError::Timeout)));
    }
    assert!(client.is_reachable(), "it is probed first");
    soon("it does not answer", || !client.is_reachable()).await;
    nodes[0].set(Fault::Pass);
    soon("it answers again", || client.is_reachable()).await;
}

#[tokio::test]
async fn a_half_open_node_is_ejected_at_its_first_failure() {
    let nodes = nodes([Fault::Dead]).await;
    let client = client(&nodes);
    assert!(client.send(search()).await.is_err());
    nodes[0].set(Fault::Pass);
    soon("it answers again", || client.is_reachable()).await;
    nodes[0].set(Fault::Html);
    assert!(client.send(write_once()).await.is_err());
    assert!(!client.is_reachable());
}

#[tokio::test]
async fn a_node_that_came_back_gets_its_share() {
    let nodes = nodes([Fault::Dead, Fault::Pass]).await;
    let client = client(&nodes);
    for _ in 0..4 {
        client.send(search()).await.unwrap();
    }
    assert_eq!(nodes[0].received(), 0);
    nodes[0].set(Fault::Pass);
    soon("it is live", || client.nodes.is_live(0)).await;
    nodes.iter().for_each(FaultProxy::forget);
    for _ in 0..10 {
        client.send(search()).await.unwrap();
    }
    assert_eq!((nodes[0].received(), nodes[1].received()), (5, 5));
}

#[tokio::test]
async fn probing_ends_with_the_client() {
    let nodes = nodes([Fault::Html]).await;
    let client = client(&nodes);
    for _ in 0..2 {
        assert!(client.send(search()).await.is_err());
    }
    assert!(!client.is_reachable());
    drop(client);
    nodes[0].forget();
    sleep(Duration::from_millis(700)).await;
    assert_eq!(nodes[0].received(), 0);
}

#[test]
fn probing_resumes_after_its_runtime_ended() {
    let runtime =
        || tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let (kept, passing) = (runtime(), runtime());
    let nodes = kept.block_on(nodes([Fault::Dead]));
    let client = client(&nodes);
    assert!(passing.block_on(client.send(search())).is_err());
    drop(passing);
    nodes[0].set(Fault::Pass);
    kept.block_on(async {
        sleep(Duration::from_millis(700)).await;
        assert!(!client.is_reachable(), "the probing task has ended");
        assert!(client.send(search()).await.is_err());
        soon("the next call resumes probing", || client.is_reachable()).await;
    });
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dead_and_a_hanging_node_of_three_cost_no_answer() {
    let deadline = Duration::from_secs(1);
    let nodes = nodes([Fault::Dead, Fault::Hang, Fault::Pass]).await;
    let client = Client::new(&ClientOptions { deadline, ..options(&nodes, Auth::None) }).unwrap();
    let begun = Instant::now();
    let worker = || async {
        let mut times = Vec::new();
        while begun.elapsed() < Duration::from_secs(4) {
            let asked = Instant::now();
            let answered = client.send(search()).await;
            times.push((asked - begun, asked.elapsed(), answered.is_ok()));
            sleep(Duration::from_millis(2)).await;
        }
        times
    };
    let times = futures::future::join_all((0..16).map(|_| worker())).await.concat();
    let errors = times.iter().filter(|(.., answered)| !answered).count();
    assert_eq!(errors, 0, "of {}", times.len());
    let settled = times.iter().filter(|(asked, ..)| *asked >= Duration::from_secs(1));
    let mut settled: Vec<Duration> = settled.map(|(_, took, _)| *took).collect();
    settled.sort_unstable();
    let slowest_first_second =
        times.iter().filter(|(asked, ..)| asked.as_secs() < 1).map(|time| time.1).max();
    let at = |share: f64| settled[((settled.len() - 1) as f64 * share) as usize];
    println!(
        "{} calls; after the first second p50 {:?}, p99 {:?}, slowest {:?}; slowest of the first second {:?}",
        times.len(),
        at(0.5),
        at(0.99),
        at(1.0),
        slowest_first_second.unwrap_or_default(),
    );
    assert!(at(0.99) < deadline / 2, "p99 {:?}", at(0.99));
    assert!(!client.nodes.is_live(0) && !client.nodes.is_live(1) && client.nodes.is_live(2));
}
