//! Answers remembered: an equal question is asked once a revision, and what may no longer be true says so.

use std::{sync::Arc, time::Duration};

use serde_json::{Value, json};
use wikimovie_api::{ApiSettings, CacheSettings};
use wikimovie_domain::{Filter, MovieSort, Question, SearchRequest, ValueMatch, Wanted};
use wikimovie_engine::{Catalog, OperationContext};
use wikimovie_testkit_builders::{dozen, movie};

use crate::app::{Answer, Failure, TestApp, until};

const SEARCH: &str = "{ search(text: \"alien\") { total { value } hits(first: 2) { nodes { title } } } }";

const HOUR: Duration = Duration::from_secs(3_600);

fn remembering() -> TestApp {
    TestApp::remembering(CacheSettings::default())
}

async fn ask(app: &TestApp, query: &str) -> Answer {
    app.post(&json!({ "query": query })).await
}

/// Changes the catalogue.
fn change(app: &TestApp, title: &str) {
    app.index.load("test/more.json", 2_000, vec![movie("more", title, 2_020).build()]);
}

fn stale(answer: &Answer) -> Value {
    answer.json()["extensions"]["cache"].clone()
}

#[tokio::test]
async fn an_equal_question_is_asked_once_however_it_is_written() {
    let app = remembering();
    let first = ask(&app, SEARCH).await;
    assert_eq!(first.header("cache-status"), "wikimovie; fwd=miss");
    let again = ask(&app, SEARCH).await;
    assert_eq!((again.header("cache-status"), &again.body), ("wikimovie; hit", &first.body));
    for same in [
        "query Other { search(text: \"alien\") { hits(first: 2) { nodes { title } } total { value } } }",
        "{ found: search(text: \"alien\", where: {}, sort: RELEVANCE) { ...all } }
            fragment all on MovieSearch { t: total { value } hits(first: 2, after: null) { edges { node { title } } } }",
    ] {
        let answer = ask(&app, same).await;
        assert_eq!(answer.header("cache-status"), "wikimovie; hit", "{same}: {}", answer.text());
    }
    let body = json!({
        "query": "query($t: String) { search(text: $t) { total { value } hits(first: 2) { nodes { title } } } }",
        "variables": { "t": "alien" },
    });
    assert_eq!(app.post(&body).await.json()["data"], first.json()["data"]);
    assert_eq!(app.catalog.take_calls(), 1);
    for other in [
        "{ search(text: \"aliens\") { total { value } hits(first: 2) { nodes { title } } } }",
        "{ search(text: \"alien\") { total { value } hits(first: 3) { nodes { title } } } }",
        "{ search(text: \"alien\") { total { value } hits(first: 2) { nodes { title year } } } }",
        "{ search(text: \"alien\", sort: YEAR_ASC) { total { value } hits(first: 2) { nodes { title } } } }",
        "{ search(text: \"alien\", understand: false) { total { value } hits(first: 2) { nodes { title } } } }",
    ] {
        assert_eq!(ask(&app, other).await.header("cache-status"), "wikimovie; fwd=miss", "{other}");
    }
    assert_eq!(app.catalog.take_calls(), 5);
}

#[tokio::test]
async fn equal_sets_of_ids_are_one_question_in_whatever_order() {
    let app = remembering();
    let (heat, alien, psycho) =
        (app.movie_id("Heat").await, app.movie_id("Alien").await, app.movie_id("Psycho").await);
    app.catalog.take_calls();
    for ids in [[&heat, &alien, &psycho], [&psycho, &heat, &alien], [&alien, &psycho, &heat]] {
        let [a, b, c] = ids.map(|id| format!("\"{id}\""));
        let aliases =
            format!("{{ a: movie(id: {a}) {{ id }} b: movie(id: {b}) {{ id }} c: movie(id: {c}) {{ id }} }}");
        for document in [format!("{{ movies(ids: [{a}, {b}, {c}]) {{ id }} }}"), aliases] {
            assert_eq!(ask(&app, &document).await.json().get("errors"), None, "{document}");
        }
    }
    assert_eq!(app.catalog.take_calls(), 1);
}

#[tokio::test]
async fn every_kind_of_question_is_remembered_and_answered_as_without() {
    let (plain, app) = (TestApp::dozen(), remembering());
    let (id, other) = (app.movie_id("Heat").await, app.movie_id("Psycho").await);
    let documents = [
        "{ search(text: \"godfahter\", where: { genres: { anyOf: [\"Crime\"] } }) { total { value relation } state
            hits(first: 3) { edges { cursor score highlights { html } reasons { kind typed } node { id title cast } }
              pageInfo { endCursor hasNextPage } }
            facets { genres { values { value count toggle } distinct } years { min max buckets { from count } } }
            understood { kind value remove } didYouMean { text } relaxations { dropped total } } }"
            .to_owned(),
        "{ autocomplete(prefix: \"sig\") { __typename text count state highlight { html } } }".to_owned(),
        format!("{{ movie(id: \"{id}\") {{ title similar(first: 2) {{ title }} people {{ name }} }} }}"),
        format!("{{ nodes(ids: [\"{other}\", \"x\"]) {{ __typename id }} }}"),
        "{ person(name: \"al pacino\") { name movieCount costars(first: 2) { person { name } together }
            filmography(first: 2) { nodes { title } } } }"
            .to_owned(),
        "{ costars(from: \"Al Pacino\", to: \"Anthony Hopkins\") { length steps { movie { title } } } }".to_owned(),
        "{ search(where: { genres: { anyOf: [\"Crimee\"] } }) { total { value } } }".to_owned(),
    ];
    for document in documents {
        let without = ask(&plain, &document).await;
        assert_eq!(without.json().get("errors"), None, "{document}: {}", without.text());
        app.catalog.take_calls();
        let missed = ask(&app, &document).await;
        assert!(app.catalog.take_calls() > 0, "{document}");
        let hit = ask(&app, &document).await;
        // Another text of the same document, so that no whole answer is kept under it.
        let by_question = ask(&app, &[document.as_str(), " # again"].concat()).await;
        assert_eq!(hit.header("cache-status"), "wikimovie; hit", "{document}");
        // People come from memory in any case, so that asking for one is counted.
        let people = usize::from(document.contains("person(")) + usize::from(document.contains("people"));
        assert!(app.catalog.take_calls() <= people, "{document}");
        // Secrets of the two indices differ, and with them what they seal.
        let data = |answer: &Answer| without_tokens(answer.json());
        assert_eq!(data(&missed), data(&without), "{document}");
        assert_eq!(hit.body, missed.body, "{document}");
        assert_eq!(by_question.body, missed.body, "{document}");
    }
}

fn without_tokens(mut answer: Value) -> Value {
    fn clean(value: &mut Value) {
        match value {
            Value::Object(fields) => {
                for token in ["state", "cursor", "toggle", "remove", "endCursor"] {
                    fields.remove(token);
                }
                fields.values_mut().for_each(clean);
            }
            Value::Array(items) => items.iter_mut().for_each(clean),
            _ => {}
        }
    }
    clean(&mut answer);
    answer
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_equal_questions_at_once_are_one_to_the_engine() {
    // All are let in, so that all can wait for the one.
    let mut settings = ApiSettings::default();
    settings.guard.concurrency.limit = None;
    let app = Arc::new(TestApp::of(dozen(), settings));
    app.catalog.hold();
    let tasks = (0..1_000).map(|number| {
        let app = Arc::clone(&app);
        // Not one text is another's.
        let query = format!("query Q{number} {SEARCH}");
        tokio::spawn(async move { ask(&app, &query).await.json() })
    });
    let tasks: Vec<_> = tasks.collect();
    until("all are in flight", async || app.in_flight() == 1_000).await;
    app.catalog.called_times(1).await;
    app.catalog.release();
    let answers: Vec<Value> =
        futures::future::join_all(tasks).await.into_iter().map(Result::unwrap).collect();
    assert_eq!(app.catalog.take_calls(), 1);
    assert_eq!(answers[0]["data"]["search"]["total"]["value"], 2);
    assert!(answers.iter().all(|answer| *answer == answers[0]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_waits_for_an_equal_question_does_not_fail_with_who_asked_it() {
    let app = Arc::new(remembering());
    app.catalog.hold();
    let ask = || {
        let app = Arc::clone(&app);
        tokio::spawn(async move { ask(&app, SEARCH).await.json() })
    };
    let leader = ask();
    app.catalog.called_times(1).await;
    let followers: Vec<_> = (0..10).map(|_| ask()).collect();
    until("all are in flight", async || app.in_flight() == 11).await;
    leader.abort();
    app.catalog.called_times(2).await;
    app.catalog.release();
    for answer in futures::future::join_all(followers).await {
        assert_eq!(answer.unwrap()["data"]["search"]["total"]["value"], 2);
    }
    assert_eq!(app.catalog.take_calls(), 2, "one began, one took its place");
}

#[tokio::test]
async fn a_changed_catalogue_is_asked_anew() {
    let app = remembering();
    ask(&app, SEARCH).await;
    for (round, title) in ["Alien Again", "Alien at Last"].into_iter().enumerate() {
        app.index.load("test/more.json", 2_000 + round as u64, vec![movie("more", title, 2_020).build()]);
        app.catalog.take_calls();
        let answer = ask(&app, SEARCH).await;
        assert_eq!(answer.header("cache-status"), "wikimovie; fwd=miss");
        assert_eq!(answer.json()["data"]["search"]["total"]["value"], 3);
        assert_eq!(stale(&answer), Value::Null);
        assert_eq!(app.catalog.take_calls(), 1);
        assert_eq!(ask(&app, SEARCH).await.header("cache-status"), "wikimovie; hit");
    }
}

#[tokio::test]
async fn while_the_engine_is_away_answers_say_that_they_may_be_old() {
    let app = remembering();
    let fresh = ask(&app, SEARCH).await;
    app.catalog.fail_with(Failure::Unavailable);
    app.catalog.stay_unconfirmed(Duration::from_secs(60));
    app.catalog.take_calls();
    let answer = ask(&app, SEARCH).await;
    assert_eq!((answer.status.as_u16(), &answer.json()["data"]), (200, &fresh.json()["data"]));
    let told = stale(&answer);
    assert_eq!((&told["status"], &told["reason"]), (&json!("STALE"), &json!("ENGINE_UNAVAILABLE")));
    assert!(told["ageMs"].is_u64(), "{told}");
    assert_eq!(answer.header("cache-status"), "wikimovie; hit; ttl=-1");
    assert_eq!(app.catalog.take_calls(), 0, "an engine that is away is not asked");
    let other = ask(&app, "{ search(text: \"heat\") { total { value } } }").await;
    assert_eq!(other.code(), "ENGINE_UNAVAILABLE");
    // An operation of both is answered as far as it goes.
    let both = "{ a: search(text: \"alien\") { total { value } hits(first: 2) { nodes { title } } }
        b: movie(id: \"bm9uZQ\") { title } }";
    assert_eq!(stale(&ask(&app, both).await)["status"], "STALE");
    app.catalog.recover();
    let back = ask(&app, SEARCH).await;
    assert_eq!((stale(&back), &back.body), (Value::Null, &fresh.body));
    // Longer than it may be.
    app.catalog.fail_with(Failure::Unavailable);
    app.catalog.stay_unconfirmed(HOUR);
    assert_eq!(ask(&app, SEARCH).await.code(), "ENGINE_UNAVAILABLE");
}

#[tokio::test]
async fn an_older_answer_stands_in_where_the_engine_fails() {
    for failure in [Failure::Unavailable, Failure::Timeout] {
        let app = remembering();
        ask(&app, SEARCH).await;
        change(&app, "Alien Again");
        app.catalog.fail_with(failure);
        let answer = ask(&app, SEARCH).await;
        assert_eq!(answer.json()["data"]["search"]["total"]["value"], 2);
        assert_eq!(stale(&answer)["reason"], "ENGINE_UNAVAILABLE");
        app.catalog.recover();
        let answer = ask(&app, SEARCH).await;
        assert_eq!(
            (answer.json()["data"]["search"]["total"]["value"].clone(), stale(&answer)),
            (3.into(), Value::Null)
        );
    }
    let never =
        TestApp::remembering(CacheSettings { stale_if_error: Duration::ZERO, ..CacheSettings::default() });
    ask(&never, SEARCH).await;
    change(&never, "Alien Again");
    never.catalog.fail_with(Failure::Unavailable);
    assert_eq!(ask(&never, SEARCH).await.code(), "ENGINE_UNAVAILABLE");
    // A fault of the engine is no absence: it is told.
    let app = remembering();
    ask(&app, SEARCH).await;
    change(&app, "Alien Again");
    app.catalog.fail_with(Failure::Engine);
    assert_eq!(ask(&app, SEARCH).await.code(), "INTERNAL");
}

#[tokio::test]
async fn an_old_answer_is_given_out_while_it_is_asked_anew_where_that_is_set() {
    let app =
        TestApp::remembering(CacheSettings { stale_while_revalidate: HOUR, ..CacheSettings::default() });
    ask(&app, SEARCH).await;
    change(&app, "Alien Again");
    app.catalog.hold();
    app.catalog.take_calls();
    for _ in 0..5 {
        let answer = ask(&app, SEARCH).await;
        assert_eq!(answer.json()["data"]["search"]["total"]["value"], 2);
        assert_eq!(stale(&answer)["reason"], "REVALIDATING");
    }
    app.catalog.release();
    until("the answer is fresh", async || stale(&ask(&app, SEARCH).await).is_null()).await;
    assert_eq!(ask(&app, SEARCH).await.json()["data"]["search"]["total"]["value"], 3);
    assert_eq!(app.catalog.take_calls(), 1);
}

#[tokio::test]
async fn what_may_change_within_a_revision_is_not_kept() {
    let app = remembering();
    for query in [
        "{ importReceipts { totalCount } }",
        "{ importReceipt(object: \"test/movies.json\") { status } }",
        "{ catalog { movies } }",
        "{ search(text: \"alien\") { explain { tookMicros } } }",
        "{ search(text: \"alien\") { total { value } } importReceipts { totalCount } }",
    ] {
        for _ in 0..2 {
            assert_eq!(ask(&app, query).await.header("cache-status"), "wikimovie; fwd=miss", "{query}");
        }
    }
    app.catalog.take_calls();
    app.catalog.fail_with(Failure::Unavailable);
    assert_eq!(ask(&app, SEARCH).await.code(), "ENGINE_UNAVAILABLE");
    app.catalog.recover();
    assert_eq!(ask(&app, SEARCH).await.json()["data"]["search"]["total"]["value"], 2);
    assert_eq!(app.catalog.take_calls(), 2, "an error was not kept");
}

#[tokio::test]
async fn parts_of_the_catalogue_do_not_see_each_others_answers() {
    let app = remembering();
    let catalog = app.gateway().catalog;
    let only = |genre: &str| Filter {
        genres: ValueMatch { any_of: vec![genre.to_owned()], ..ValueMatch::default() },
        ..Filter::default()
    };
    let request = SearchRequest {
        question: Question { sort: MovieSort::TitleAsc, ..Question::default() },
        wanted: Wanted { total: true, ..Wanted::default() },
        ..SearchRequest::default()
    };
    let total = |catalog: Arc<dyn Catalog>| {
        let request = request.clone();
        async move { catalog.search(&OperationContext::new(), request).await.unwrap().value.total.unwrap().value }
    };
    let horror = catalog.restricted(&only("Horror")).await.unwrap();
    let nested = horror.restricted(&only("Science Fiction")).await.unwrap();
    for _ in 0..2 {
        assert_eq!(total(Arc::clone(&catalog)).await, 12);
        assert_eq!(total(Arc::clone(&horror)).await, 2);
        assert_eq!(total(catalog.restricted(&only("Crime")).await.unwrap()).await, 5);
        assert_eq!(total(Arc::clone(&nested)).await, 1);
    }
}
