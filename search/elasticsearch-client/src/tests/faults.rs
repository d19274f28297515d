//! What callers get when nodes fail, and how soon.

use tokio::time::Instant;

use super::*;

#[derive(Debug, PartialEq)]
enum SendOutcome {
    Answer(u16),
    Unavailable,
    Timeout,
    Engine,
}

async fn ask(client: &Client, call: Call) -> SendOutcome {
    let begun = Instant::now();
    let time = call.deadline.unwrap_or(DEADLINE);
    let outcome = match client.send(call).await {
        Ok(reply) => SendOutcome::Answer(reply.status),
        Err(ClientError::Unavailable) => SendOutcome::Unavailable,
        Err(ClientError::Timeout) => SendOutcome::Timeout,
        Err(ClientError::Rejected { .. } | ClientError::Failed(_)) => SendOutcome::Engine,
    };
    assert!(begun.elapsed() < time + Duration::from_millis(300), "{outcome:?} took {:?}", begun.elapsed());
    outcome
}

#[tokio::test]
async fn one_node_that_fails() {
    let slow = |ms| Fault::Slow(Duration::from_millis(ms));
    // The fault, what callers get, and how often the node is tried by a call that may be repeated.
    let cases = [
        ("pass", Fault::Pass, SendOutcome::Answer(200), 1),
        ("slow", slow(300), SendOutcome::Answer(200), 1),
        ("too slow", slow(30_000), SendOutcome::Timeout, 1),
        ("hang", Fault::Hang, SendOutcome::Timeout, 1),
        ("dead", Fault::Dead, SendOutcome::Unavailable, 0),
        ("busy", Fault::Status(429), SendOutcome::Unavailable, 2),
        ("no master", Fault::Status(503), SendOutcome::Unavailable, 2),
        ("bad gateway", Fault::Status(502), SendOutcome::Unavailable, 2),
        ("gateway timeout", Fault::Status(504), SendOutcome::Unavailable, 2),
        ("a proxy's page", Fault::Html, SendOutcome::Unavailable, 2),
        ("half an answer", Fault::TruncatedJson, SendOutcome::Unavailable, 2),
        ("not text", Fault::rewrite(|json| *json = json!("text")), SendOutcome::Unavailable, 2),
        ("too large", Fault::Status(413), SendOutcome::Engine, 1),
        ("broken", Fault::Status(500), SendOutcome::Engine, 1),
        ("who are you", Fault::Status(401), SendOutcome::Engine, 1),
        ("not you", Fault::Status(403), SendOutcome::Engine, 1),
        ("bad request", Fault::Status(400), SendOutcome::Answer(400), 1),
        ("not found", Fault::Status(404), SendOutcome::Answer(404), 1),
        ("conflict", Fault::Status(409), SendOutcome::Answer(409), 1),
    ];
    let each = cases.map(|(name, fault, outcome, asked)| async move {
        let nodes = nodes([fault]).await;
        let client = client(&nodes);
        assert_eq!(ask(&client, search()).await, outcome, "{name}");
        assert_eq!(received(&nodes), asked, "{name}");
    });
    futures::future::join_all(each).await;
}

#[tokio::test]
async fn what_goes_wrong_once_is_done_again() {
    for fault in [Fault::Status(503), Fault::Status(429), Fault::TruncatedJson, Fault::Html, Fault::Dead] {
        let nodes = nodes([Fault::Pass]).await;
        nodes[0].script([fault]);
        assert_eq!(ask(&client(&nodes), search()).await, SendOutcome::Answer(200));
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
            assert_eq!(ask(&client, search()).await, SendOutcome::Answer(200));
        }
    });
    futures::future::join_all(each).await;
}

#[tokio::test]
async fn what_may_have_landed_is_not_done_again() {
    let faults = [
        (Fault::Status(429), SendOutcome::Unavailable),
        (Fault::Status(503), SendOutcome::Unavailable),
        (Fault::Html, SendOutcome::Unavailable),
        (Fault::TruncatedJson, SendOutcome::Unavailable),
        (Fault::Hang, SendOutcome::Timeout),
    ];
    let each = faults.map(|(fault, outcome)| async move {
        let nodes = nodes([fault.clone(), fault]).await;
        assert_eq!(ask(&client(&nodes), write_once()).await, outcome);
        assert_eq!(received(&nodes), 1, "{outcome:?}");
    });
    futures::future::join_all(each).await;
}

#[tokio::test]
async fn what_surely_reached_no_node_is_sent_to_another() {
    let nodes = nodes([Fault::Dead, Fault::Pass, Fault::Dead]).await;
    let client = client(&nodes);
    for sent in 1..=6 {
        assert_eq!(ask(&client, write_once()).await, SendOutcome::Answer(200));
        assert_eq!(received(&nodes), sent);
    }
}

#[tokio::test]
async fn an_overloaded_node_is_not_ejected() {
    let nodes = nodes([Fault::Status(429), Fault::Status(429)]).await;
    let client = client(&nodes);
    for _ in 0..5 {
        assert_eq!(ask(&client, search()).await, SendOutcome::Unavailable);
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
        futures::future::join_all(calls)
            .await
            .into_iter()
            .for_each(|outcome| assert_eq!(outcome, SendOutcome::Timeout));
        assert_eq!(ask(&client, search()).await, SendOutcome::Answer(200));
    }
    assert!(client.is_reachable());
}

#[tokio::test]
async fn a_slow_cluster_is_not_asked_twice_as_much() {
    let slow = || Fault::Slow(Duration::from_millis(400));
    let nodes = nodes([slow(), slow()]).await;
    let client = client(&nodes);
    let calls = (0..200).map(|_| ask(&client, search()));
    for outcome in futures::future::join_all(calls).await {
        assert_eq!(outcome, SendOutcome::Answer(200));
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
