//! What callers are told when nodes fail, and how soon.

use tokio::time::Instant;

use super::*;

#[derive(Debug, PartialEq)]
enum Told {
    Answer(u16),
    Unavailable,
    Timeout,
    Engine,
}

async fn ask(client: &Client, call: Call) -> Told {
    let begun = Instant::now();
    let time = call.deadline.unwrap_or(DEADLINE);
    let told = match client.send(call).await {
        Ok(reply) => Told::Answer(reply.status),
        Err(ClientError::Unavailable) => Told::Unavailable,
        Err(ClientError::Timeout) => Told::Timeout,
        Err(ClientError::Rejected { .. } | ClientError::Failed(_)) => Told::Engine,
    };
    assert!(begun.elapsed() < time + Duration::from_millis(300), "{told:?} took {:?}", begun.elapsed());
    told
}

#[tokio::test]
async fn one_node_that_fails() {
    let slow = |ms| Fault::Slow(Duration::from_millis(ms));
    // The fault, what callers are told, and how often the node is asked by a call that may be repeated.
    let cases = [
        ("pass", Fault::Pass, Told::Answer(200), 1),
        ("slow", slow(300), Told::Answer(200), 1),
        ("too slow", slow(30_000), Told::Timeout, 1),
        ("hang", Fault::Hang, Told::Timeout, 1),
        ("dead", Fault::Dead, Told::Unavailable, 0),
        ("busy", Fault::Status(429), Told::Unavailable, 2),
        ("no master", Fault::Status(503), Told::Unavailable, 2),
        ("bad gateway", Fault::Status(502), Told::Unavailable, 2),
        ("gateway timeout", Fault::Status(504), Told::Unavailable, 2),
        ("a proxy's page", Fault::Html, Told::Unavailable, 2),
        ("half an answer", Fault::TruncatedJson, Told::Unavailable, 2),
        ("not text", Fault::rewrite(|json| *json = json!("text")), Told::Unavailable, 2),
        ("too large", Fault::Status(413), Told::Engine, 1),
        ("broken", Fault::Status(500), Told::Engine, 1),
        ("who are you", Fault::Status(401), Told::Engine, 1),
        ("not you", Fault::Status(403), Told::Engine, 1),
        ("bad request", Fault::Status(400), Told::Answer(400), 1),
        ("not found", Fault::Status(404), Told::Answer(404), 1),
        ("conflict", Fault::Status(409), Told::Answer(409), 1),
    ];
    let each = cases.map(|(name, fault, told, asked)| async move {
        let nodes = nodes([fault]).await;
        let client = client(&nodes);
        assert_eq!(ask(&client, search()).await, told, "{name}");
        assert_eq!(received(&nodes), asked, "{name}");
    });
    futures::future::join_all(each).await;
}

#[tokio::test]
async fn what_goes_wrong_once_is_done_again() {
    for fault in [Fault::Status(503), Fault::Status(429), Fault::TruncatedJson, Fault::Html, Fault::Dead] {
        let nodes = nodes([Fault::Pass]).await;
        nodes[0].script([fault]);
        assert_eq!(ask(&client(&nodes), search()).await, Told::Answer(200));
        assert_eq!(received(&nodes), 2);
    }
}

#[tokio::test]
async fn another_node_answers() {
    let faults =
        [Fault::Dead, Fault::Status(429), Fault::Status(503), Fault::Html, Fault::TruncatedJson, Fault::Hang];
    let each = faults.map(|fault| async {
        let nodes = nodes([fault, Fault::Pass]).await;
        let client = client(&nodes);
        for _ in 0..6 {
            assert_eq!(ask(&client, search()).await, Told::Answer(200));
        }
    });
    futures::future::join_all(each).await;
}

#[tokio::test]
async fn what_may_have_landed_is_not_done_again() {
    let faults = [
        (Fault::Status(429), Told::Unavailable),
        (Fault::Status(503), Told::Unavailable),
        (Fault::Html, Told::Unavailable),
        (Fault::TruncatedJson, Told::Unavailable),
        (Fault::Hang, Told::Timeout),
    ];
    let each = faults.map(|(fault, told)| async move {
        let nodes = nodes([fault.clone(), fault]).await;
        assert_eq!(ask(&client(&nodes), write_once()).await, told);
        assert_eq!(received(&nodes), 1, "{told:?}");
    });
    futures::future::join_all(each).await;
}

#[tokio::test]
async fn what_surely_reached_no_node_is_sent_to_another() {
    let nodes = nodes([Fault::Dead, Fault::Pass, Fault::Dead]).await;
    let client = client(&nodes);
    for sent in 1..=6 {
        assert_eq!(ask(&client, write_once()).await, Told::Answer(200));
        assert_eq!(received(&nodes), sent);
    }
}

#[tokio::test]
async fn a_busy_node_is_not_set_aside() {
    let nodes = nodes([Fault::Status(429), Fault::Status(429)]).await;
    let client = client(&nodes);
    for _ in 0..5 {
        assert_eq!(ask(&client, search()).await, Told::Unavailable);
    }
    assert!(client.nodes.is_live(0) && client.nodes.is_live(1));
    // Both nodes, and one of them again after a pause.
    assert_eq!(received(&nodes), 15);
}

#[tokio::test]
async fn hard_questions_do_not_close_the_only_node() {
    let nodes = nodes([Fault::Pass]).await;
    let client = client(&nodes);
    let hard = || Call { deadline: Some(Duration::from_millis(50)), ..get("/slow") };
    for _ in 0..3 {
        let calls = (0..10).map(|_| ask(&client, hard()));
        futures::future::join_all(calls).await.into_iter().for_each(|told| assert_eq!(told, Told::Timeout));
        assert_eq!(ask(&client, search()).await, Told::Answer(200));
    }
    assert!(client.is_reachable());
}

#[tokio::test]
async fn a_slow_cluster_is_not_asked_twice_as_much() {
    let slow = || Fault::Slow(Duration::from_millis(400));
    let nodes = nodes([slow(), slow()]).await;
    let client = client(&nodes);
    let calls = (0..200).map(|_| ask(&client, search()));
    for told in futures::future::join_all(calls).await {
        assert_eq!(told, Told::Answer(200));
    }
    // Ten saved up, and a tenth of 200.
    assert!(received(&nodes) <= 230, "{}", received(&nodes));
}

#[tokio::test]
async fn rewritten_answers_arrive() {
    let nodes = nodes([Fault::rewrite(|json| json["timed_out"] = json!(true))]).await;
    let answer: Value = client(&nodes).send(search()).await.unwrap().json().unwrap();
    assert_eq!(answer["timed_out"], true);
}
