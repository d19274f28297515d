//! The whole way of a record: an object in a bucket, its notification in a queue, the worker, an engine, GraphQL. What the
//! provider says in every field is what a front end reads, whichever engine stands between.
#![allow(clippy::unwrap_used, reason = "a test may panic where its own ground gives way")]
#![expect(clippy::print_stdout, reason = "a test says how answers differ")]

use std::{
    sync::Arc,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use axum::{Router, body::Body};
use http::{Request, header};
use serde_json::{Value, json};
use tokio::runtime::Runtime;
use tower::ServiceExt;
use wikimovie_api::{ApiSettings, Gateway};
use wikimovie_engine::CatalogWriter;
use wikimovie_ingest::{
    Worker, WorkerOptions,
    aws::{Aws, AwsOptions, S3Bucket, SqsQueue, provision},
    bucket::Bucket,
    queue::Queue,
    worker::{OpenWriter, lease::Leases},
};
use wikimovie_testkit_services::{TestCluster, TestIndex, engines, localstack};

/// A record in which every field says something, some of them what is easily lost on the way.
fn record() -> Value {
    json!({
        "id": "7",
        "title": "Nausicaä & \"The Wind\" – 風の谷",
        "year": 1984,
        "cast": ["Sumi Shimamoto", "Mahito Tsujimura", "O'Neil, Jr."],
        "genres": ["Sci-Fi", "Drama"],
        "summary": "A girl speaks with insects; they listen.",
        "url": "https://example.org/movies/7?a=1&b=%C3%A4#x",
        "poster": { "url": "https://example.org/7.jpg", "width": 600, "height": 900 },
        "directors": ["Hayao Miyazaki", "A Second"],
        "writers": ["Hayao Miyazaki"],
        "titles": [
            { "title": "風の谷のナウシカ", "language": "ja", "kind": "ORIGINAL" },
            { "title": "Навсикая из долины ветров", "language": "ru", "kind": "ALTERNATIVE" },
            { "title": "Wind", "kind": "WORKING" }
        ],
        "plot": "Long ago. ".repeat(300).trim_end(),
        "keywords": ["insects", "après-guerre"],
        "ids": { "imdb": "tt0087544", "tmdb": "81", "wikidata": "Q230746", "acme-id.2": "Zz_7" },
        "languages": ["ja", "pt-BR"],
        "countries": ["Japan", "Côte d'Ivoire"],
        "runtime": 117,
        "released": "1984-03-11",
        "ratings": [{ "source": "imdb", "value": 8.07, "votes": 3_000_000_000_u64 }, { "source": "acme", "value": 8.07 }],
        "popularity": 41.525,
        "certificate": "PG-13",
        "attribution": { "text": "Acme & Sons", "licence": "CC BY-SA 4.0", "url": "https://example.org/licence" }
    })
}

const QUESTION: &str = "{ search(text: \"nausicaa\") { hits(first: 2) { nodes {
    title year cast genres summary url poster { url width height } directors writers titles { title language kind } plot
    keywords ids { source id } languages countries runtime released ratings { source value votes } rating popularity
    certificate attribution { text licence url } people { name } directedBy { name }
    provenance { provider object record generation originalGenres }
} } } }";

/// The same record as GraphQL shows it.
fn shown(generation: u64) -> Value {
    let mut movie = record();
    let ids = ["acme-id.2", "imdb", "tmdb", "wikidata"];
    let ids = ids.map(|source| json!({ "source": source, "id": movie["ids"][source] }));
    let people = |names: &Value| {
        let names = names.as_array().unwrap().iter().map(|name| json!({ "name": name }));
        Value::Array(names.collect())
    };
    let (cast, directors) = (people(&movie["cast"]), people(&movie["directors"]));
    let fields = movie.as_object_mut().unwrap();
    fields.remove("id");
    fields.insert("ids".to_owned(), json!(ids));
    fields.insert("people".to_owned(), cast);
    fields.insert("directedBy".to_owned(), directors);
    fields.insert("rating".to_owned(), json!(8.07));
    movie["genres"] = json!(["Science Fiction", "Drama"]);
    movie["titles"][2]["language"] = Value::Null;
    // The largest that GraphQL has.
    movie["ratings"][0]["votes"] = json!(i32::MAX);
    movie["ratings"][1]["votes"] = Value::Null;
    movie["provenance"] = json!({
        "provider": "acme", "object": "acme/a b+ä.ndjson", "record": 2, "generation": generation.to_string(),
        "originalGenres": ["Sci-Fi", "Drama"],
    });
    movie
}

async fn ask(router: Router) -> Value {
    let request = Request::post("/graphql")
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::ACCEPT, "application/graphql-response+json")
        .body(Body::from(json!({ "query": QUESTION }).to_string()))
        .unwrap();
    let response = router.oneshot(request).await.unwrap();
    let body = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
    serde_json::from_slice(&body).unwrap()
}

/// Delivers the record through a bucket and a queue of their own, and returns its generation.
fn deliver(endpoint: &str, runtime: &Runtime, open: OpenWriter) -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_nanos();
    let name = format!("delivery-{}-{now:x}", std::process::id());
    let options = AwsOptions { region: None, endpoint: Some(endpoint.to_owned()) };
    let aws = runtime.block_on(Aws::load(&options));
    runtime.block_on(provision(&aws, &name, &name)).unwrap();
    let (queue, _) = SqsQueue::find(&aws, &name, Duration::from_secs(60), runtime.handle().clone()).unwrap();
    let bucket = Arc::new(S3Bucket::new(&aws, &name, runtime.handle().clone()));
    let lines = format!("{{\"title\":\"Before\"}}\n{}\n", record());
    bucket.put("acme/a b+ä.ndjson", lines.into_bytes(), "application/json").unwrap();
    let generation = bucket.head("acme/a b+ä.ndjson").unwrap().unwrap().modified_ms;
    let options = WorkerOptions { wait: Duration::from_millis(500), ..WorkerOptions::default() };
    let queue = Arc::new(queue);
    let mut worker =
        Worker::new(Arc::clone(&queue) as Arc<dyn Queue>, bucket, open, Leases::default(), options);
    let begun = Instant::now();
    let mut deleted = 0;
    while deleted == 0 || worker.is_busy() {
        assert!(begun.elapsed() < Duration::from_secs(120), "{:?}", worker.problem());
        deleted += worker.tick().deleted;
        // A first message says only that there are events.
        if deleted > 0 && queue.depth().unwrap() != (0, 0) {
            deleted = 0;
        }
    }
    worker.release_all();
    generation
}

fn compare(engine: &str, answer: &Value, generation: u64) {
    assert_eq!(answer["errors"], Value::Null, "{engine}: {answer}");
    let nodes = answer["data"]["search"]["hits"]["nodes"].as_array().unwrap();
    assert_eq!(nodes.len(), 1, "{engine}");
    let expected = shown(generation);
    let differs = |field: &&String| nodes[0][*field] != expected[*field];
    let differing: Vec<&String> = expected.as_object().unwrap().keys().filter(differs).collect();
    for field in &differing {
        println!("{engine}: {field} is {}, not {}", nodes[0][*field], expected[*field]);
    }
    assert_eq!((differing.len(), &nodes[0]), (0, &expected), "{engine}");
}

#[test]
fn a_record_of_all_fields_is_shown_as_it_was_delivered() {
    let Some(endpoint) = localstack("the way of a record") else { return };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();

    let index = TestIndex::empty();
    let engine = index.embedded.clone();
    let open: OpenWriter = Box::new(move || Ok(Box::new(engine.writer()?) as Box<dyn CatalogWriter>));
    let generation = deliver(&endpoint, &runtime, open);
    let gateway = Gateway::new(index.embedded.catalog(), index.embedded.sealer(), ApiSettings::default());
    let answer = runtime.block_on(async { ask(wikimovie_api::router(gateway)).await });
    compare("embedded", &answer, generation);

    for node in engines("the way of a record") {
        let cluster = runtime.block_on(TestCluster::new(&node));
        let (engine, handle) = (cluster.engine.clone(), runtime.handle().clone());
        let open: OpenWriter =
            Box::new(move || Ok(Box::new(engine.writer(handle.clone())?) as Box<dyn CatalogWriter>));
        let generation = deliver(&endpoint, &runtime, open);
        runtime.block_on(cluster.engine.prepare()).unwrap();
        let (catalog, sealer) = (cluster.engine.catalog(), cluster.engine.sealer());
        let answer = runtime.block_on(async {
            ask(wikimovie_api::router(Gateway::new(catalog, sealer, ApiSettings::default()))).await
        });
        compare(&node.name, &answer, generation);
    }
}
