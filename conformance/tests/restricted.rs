//! A restricted catalogue answers every question as one would that holds only those movies: the same answers, whole,
//! from the embedded engine and from real nodes. Whatever an answer told of the other movies (a count, a word, a score,
//! a name) would differ.

#![expect(clippy::unwrap_used, reason = "a helper of a test fails with the test")]

use std::sync::Arc;

use wikimovie_domain::*;
use wikimovie_engine::{Catalog, OperationContext, ReceiptsRequest, SearchError, TokenError};
use wikimovie_testkit_builders::{data, dozen, full};
use wikimovie_testkit_services::{TestCluster, TestIndex, apply, engines};

/// Movies of two providers, whose words, people and genres overlap, and differ in what is commonest.
fn movies() -> (Vec<Movie>, Vec<Movie>) {
    let mut all = dozen();
    all.extend(full(data::seeds().into_iter().take(400).collect(), 2));
    let (mut acme, mut zenith) = (Vec::new(), Vec::new());
    for (place, mut movie) in all.into_iter().enumerate() {
        // Ids are of no provider here: that the other half is not told must not hang on them.
        if place % 3 == 0 {
            movie.provenance.provider = "acme".into();
            acme.push(movie);
        } else {
            movie.provenance.provider = "zenith".into();
            // The other half spells names and genres in its own way, and has words that nobody else has.
            movie.genres = movie.genres.iter().map(|genre| genre.to_uppercase()).collect();
            for names in [&mut movie.cast, &mut movie.directors, &mut movie.details.countries] {
                *names = names.iter().map(|name| name.to_uppercase()).collect();
            }
            movie.title = format!("{} Zenithonly", movie.title);
            zenith.push(movie);
        }
    }
    (acme, zenith)
}

fn acme() -> Filter {
    Filter {
        providers: ValueMatch { any_of: vec!["acme".into()], ..ValueMatch::default() },
        ..Filter::default()
    }
}

/// Texts and filters of every kind, those that only the other half could answer among them.
fn questions() -> Vec<Question> {
    let mut questions = Vec::new();
    let texts = [
        "",
        "alien",
        "the godfahter",
        "zenithonly",
        "zenithonli",
        "80s horror",
        "drama 1974",
        "al pacino",
        "akira kurosawa",
        "directed by varda",
        "七人の侍",
        "La vita è",
        "AL PACINO",
        "\"taxi driver\"",
        "crime -godfather",
        "sigourney weaver science fiction",
        "robt de niro",
        "m",
        "the",
        "lov",
        "silence of the lamps",
        "heat zenithonly",
        "1970s drama movies",
        "de",
        "comedy",
        "jodie foster lambs",
    ];
    for text in texts {
        for sort in [MovieSort::Relevance, MovieSort::YearDesc, MovieSort::TitleAsc] {
            questions.push(Question { text: text.into(), sort, ..Question::default() });
        }
    }
    let any = |values: &[&str]| ValueMatch {
        any_of: values.iter().map(|value| (*value).to_owned()).collect(),
        ..ValueMatch::default()
    };
    let filters = [
        Filter { genres: any(&["Drama"]), ..Filter::default() },
        Filter { genres: any(&["DRAMA", "Nothing"]), cast: any(&["Al Pacino"]), ..Filter::default() },
        Filter { providers: any(&["zenith"]), ..Filter::default() },
        Filter { providers: any(&["zenith", "acme"]), ..Filter::default() },
        Filter { not: Some(Box::new(acme())), ..Filter::default() },
        Filter {
            or: vec![acme(), Filter { providers: any(&["zenith"]), ..Filter::default() }],
            ..Filter::default()
        },
        Filter { title: Some("zenithonly".into()), ..Filter::default() },
        Filter { decades: vec![1970, 1980], ..Filter::default() },
        Filter {
            year: YearRange { gte: Some(1960), lte: None },
            has_poster: Some(false),
            ..Filter::default()
        },
        Filter { languages: any(&["en", "ja"]), ..Filter::default() },
        Filter { languages: ValueMatch { none_of: vec!["en".into()], ..any(&[]) }, ..Filter::default() },
        Filter { countries: any(&["Japan", "ITALY"]), ..Filter::default() },
        Filter { directors: any(&["Akira Kurosawa", "AGNÈS VARDA"]), ..Filter::default() },
        Filter { writers: any(&["Akira Kurosawa"]), ..Filter::default() },
        Filter { runtime: RuntimeRange { gte: Some(90), lte: Some(150) }, ..Filter::default() },
        Filter { rating: RatingRange { gte: RatingValue::new(7.0), lte: None }, ..Filter::default() },
    ];
    questions.extend(filters.into_iter().map(|filter| Question { filter, ..Question::default() }));
    questions
}

fn request(question: Question, page: PageRequest) -> SearchRequest {
    let facet = |field| FacetRequest::Terms { field, first: 100, contains: None, order: FacetOrder::Count };
    let fields = [
        FacetField::Genres,
        FacetField::Cast,
        FacetField::Directors,
        FacetField::Languages,
        FacetField::Countries,
        FacetField::Providers,
        FacetField::Decades,
    ];
    let mut facets: Vec<FacetRequest> = fields.map(facet).into();
    facets.push(FacetRequest::Years { interval: 5 });
    let wanted =
        Wanted { total: true, did_you_mean: true, relaxations: true, distinct: true, ..Wanted::default() };
    SearchRequest { question, hits: vec![HitsRequest::all(page)], facets, wanted }
}

/// An answer without what may differ: cursors are bound to the restriction.
fn told(mut answer: SearchAnswer) -> SearchAnswer {
    for page in &mut answer.hits {
        for hit in &mut page.hits {
            hit.cursor.clear();
        }
    }
    answer
}

/// Everything that an answer says, to compare answers that hold what cannot be compared itself.
fn shown(answer: &impl std::fmt::Debug) -> String {
    format!("{answer:#?}")
}

/// Asks both everything, and compares.
async fn same(engine: &str, part: &dyn Catalog, alone: &dyn Catalog, ids: &[MovieId]) {
    for question in questions() {
        let page = PageRequest::first(20);
        let (one, other) = (
            part.search(&OperationContext::new(), request(question.clone(), page.clone()))
                .await
                .unwrap()
                .value,
            alone.search(&OperationContext::new(), request(question.clone(), page)).await.unwrap().value,
        );
        // The second page goes on where the first ended, each by its own cursor.
        let next = |answer: &SearchAnswer| {
            let cursor = answer.hits[0].hits.last().map(|hit| hit.cursor.clone());
            request(question.clone(), PageRequest { cursor, ..PageRequest::first(20) })
        };
        let (behind_one, behind_other) = (next(&one), next(&other));
        assert_eq!(shown(&told(one)), shown(&told(other)), "{question:?} on {engine}");
        assert_eq!(
            shown(&told(part.search(&OperationContext::new(), behind_one).await.unwrap().value)),
            shown(&told(alone.search(&OperationContext::new(), behind_other).await.unwrap().value)),
            "second page of {question:?} on {engine}"
        );
    }
    for prefix in ["a", "al", "zen", "zenithonly", "dra", "DRA", "19", "the go", "de n", "j"] {
        for filter in [Filter::default(), Filter { decades: vec![1970], ..Filter::default() }] {
            let asked = AutocompleteRequest { prefix: prefix.into(), filter, kinds: Vec::new(), first: 20 };
            assert_eq!(
                shown(&part.autocomplete(&OperationContext::new(), asked.clone()).await.unwrap().value),
                shown(&alone.autocomplete(&OperationContext::new(), asked.clone()).await.unwrap().value),
                "{asked:?} on {engine}"
            );
        }
    }
    assert_eq!(
        part.movies(&OperationContext::new(), ids).await.unwrap().value,
        alone.movies(&OperationContext::new(), ids).await.unwrap().value,
        "ids on {engine}"
    );
    for id in ids.iter().step_by(7) {
        assert_eq!(
            part.similar(&OperationContext::new(), id, 10).await.unwrap().value,
            alone.similar(&OperationContext::new(), id, 10).await.unwrap().value,
            "similar to {id:?} on {engine}"
        );
    }
    let names = [
        "Al Pacino",
        "robert de niro",
        "Jodie Foster",
        "SIGOURNEY WEAVER",
        "nobody",
        "Janet Leigh",
        "Bill Murray",
    ];
    let owned = names.map(str::to_owned);
    assert_eq!(
        part.people(&OperationContext::new(), &owned).await.unwrap(),
        alone.people(&OperationContext::new(), &owned).await.unwrap(),
        "people on {engine}"
    );
    for from in names {
        assert_eq!(
            part.costars(&OperationContext::new(), from, 20).await.unwrap().value,
            alone.costars(&OperationContext::new(), from, 20).await.unwrap().value,
            "costars of {from} on {engine}"
        );
        for to in names {
            assert_eq!(
                part.costar_path(&OperationContext::new(), from, to).await.unwrap().value,
                alone.costar_path(&OperationContext::new(), from, to).await.unwrap().value,
                "path from {from} to {to} on {engine}"
            );
        }
    }
    let about =
        |info: CatalogInfo| (info.movies, info.people, info.genres, info.providers, info.revision.movies);
    assert_eq!(
        about(part.info(&OperationContext::new()).await.unwrap()),
        about(alone.info(&OperationContext::new()).await.unwrap()),
        "counts on {engine}"
    );
}

/// Cursors and receipts of a restriction are its own.
async fn kept_apart(engine: &str, whole: &Arc<dyn Catalog>, part: &dyn Catalog) {
    let question = Question { text: "drama".into(), ..Question::default() };
    let asked = |cursor| request(question.clone(), PageRequest { cursor, ..PageRequest::first(2) });
    let everyone = whole.search(&OperationContext::new(), asked(None)).await.unwrap().value.hits[0].hits[0]
        .cursor
        .clone();
    let refused = part.search(&OperationContext::new(), asked(Some(everyone.clone()))).await.unwrap_err();
    assert!(matches!(refused, SearchError::BadCursor(TokenError::Forged)), "{refused:?} on {engine}");
    let own = part.search(&OperationContext::new(), asked(None)).await.unwrap().value.hits[0].hits[0]
        .cursor
        .clone();
    assert!(whole.search(&OperationContext::new(), asked(Some(own.clone()))).await.is_err(), "on {engine}");
    assert!(part.search(&OperationContext::new(), asked(Some(own))).await.is_ok(), "on {engine}");

    let all = |first| ReceiptsRequest { first, after: None, status: None };
    let page = part.receipts(&OperationContext::new(), all(100)).await.unwrap();
    let objects: Vec<_> = page.receipts.iter().map(|receipt| receipt.object.as_str()).collect();
    assert_eq!((objects.as_slice(), page.total), (&["acme/movies.json"][..], 1), "on {engine}");
    assert!(
        part.receipt(&OperationContext::new(), "zenith/movies.json").await.unwrap().is_none(),
        "on {engine}"
    );
    assert!(
        part.receipt(&OperationContext::new(), "acme/movies.json").await.unwrap().is_some(),
        "on {engine}"
    );
    assert_eq!(whole.receipts(&OperationContext::new(), all(100)).await.unwrap().total, 2, "on {engine}");
    let by_genre = ValueMatch { any_of: vec!["Drama".into()], ..ValueMatch::default() };
    let dramas = whole.restricted(&Filter { genres: by_genre, ..Filter::default() }).await.unwrap();
    assert_eq!(
        dramas.receipts(&OperationContext::new(), all(100)).await.unwrap().total,
        0,
        "whose they are is not known, on {engine}"
    );
    // What is restricted stays so when it is restricted further.
    let wider = Filter { providers: ValueMatch::default(), ..acme() };
    let still = part.restricted(&wider).await.unwrap();
    assert_eq!(
        still.info(&OperationContext::new()).await.unwrap().movies,
        part.info(&OperationContext::new()).await.unwrap().movies,
        "on {engine}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_part_answers_as_if_there_were_no_other_on_every_engine() {
    let (acme_movies, zenith_movies) = movies();
    let ids: Vec<MovieId> = acme_movies
        .iter()
        .zip(&zenith_movies)
        .flat_map(|(one, other)| [one.id.clone(), other.id.clone()])
        .collect();

    let whole = TestIndex::empty();
    whole.load("acme/movies.json", 1_000, acme_movies.clone());
    whole.load("zenith/movies.json", 1_000, zenith_movies.clone());
    let alone = TestIndex::empty();
    alone.load("acme/movies.json", 1_000, acme_movies.clone());
    let catalog = whole.embedded.catalog();
    let part = catalog.restricted(&acme()).await.unwrap();
    same("embedded", &*part, &*alone.embedded.catalog(), &ids).await;
    kept_apart("embedded", &catalog, &*part).await;
    // A new commit is seen at once.
    whole.load("acme/more.json", 2_000, vec![fresh()]);
    let found = part.movies(&OperationContext::new(), &[fresh().id]).await.unwrap().value;
    assert!(found[0].is_some());

    for engine in engines("a_part_answers_as_if_there_were_no_other_on_every_engine") {
        let (whole, alone) = (TestCluster::new(&engine).await, TestCluster::new(&engine).await);
        let (acme_movies, zenith_movies) = (acme_movies.clone(), zenith_movies.clone());
        let own = acme_movies.clone();
        alone.write(move |writer| apply(writer, "acme/movies.json", 1_000, own).unwrap()).await;
        whole
            .write(move |writer| {
                apply(writer, "acme/movies.json", 1_000, acme_movies).unwrap();
                apply(writer, "zenith/movies.json", 1_000, zenith_movies).unwrap();
            })
            .await;
        let catalog = whole.engine.catalog();
        let part = catalog.restricted(&acme()).await.unwrap();
        same(&engine.name, &*part, &*alone.engine.catalog(), &ids).await;
        kept_apart(&engine.name, &catalog, &*part).await;
    }
}

fn fresh() -> Movie {
    let mut movie = wikimovie_testkit_builders::movie("fresh", "Fresh", 2020).build();
    movie.provenance.provider = "acme".into();
    movie
}

/// Object, generation, its one movie's title and genre, and whether the comedies have another digest for it.
const STEPS: [(&str, u64, &str, &str, bool); 7] = [
    ("acme/mine.json", 1_000, "Mine", "Comedy", true),
    ("zenith/theirs.json", 1_000, "Theirs", "Drama", false),
    ("zenith/theirs.json", 2_000, "Theirs, longer", "Drama", false),
    ("acme/mine.json", 2_000, "Mine, longer", "Comedy", true),
    // Another object lists the same movie, which is no comedy then, and the first one is shown again.
    ("acme/again.json", 3_000, "Mine", "Drama", true),
    ("acme/again.json", 3_500, "Mine, as a play", "Drama", false),
    ("acme/mine.json", 4_000, "Mine", "Comedy", true),
];

#[tokio::test(flavor = "multi_thread")]
async fn a_digest_changes_with_the_movies_of_a_part_only_on_every_engine() {
    let comedy = ValueMatch { any_of: vec!["Comedy".into()], ..ValueMatch::default() };
    let comedies = Filter { genres: comedy, ..Filter::default() };
    let listed = |object: &str, title: &str, genre: &str| {
        let id = object.split_once('/').map_or(object, |(provider, _)| provider);
        wikimovie_testkit_builders::movie(id, title, 2001).genres(genre).build()
    };
    let digest = async |catalog: &Arc<dyn Catalog>| {
        let part = catalog.restricted(&comedies).await.unwrap();
        part.digest(&OperationContext::new()).await.unwrap()
    };

    let index = TestIndex::empty();
    let catalog = index.embedded.catalog();
    for (object, generation, title, genre, changes) in STEPS {
        let before = digest(&catalog).await;
        index.load(object, generation, vec![listed(object, title, genre)]);
        let after = digest(&catalog).await;
        assert_eq!(before != after, changes, "{object} of {generation}, embedded: {before:?} {after:?}");
    }

    for engine in engines("a_digest_changes_with_the_movies_of_a_part_only_on_every_engine") {
        let cluster = TestCluster::new(&engine).await;
        let catalog = cluster.engine.catalog();
        for (object, generation, title, genre, changes) in STEPS {
            let before = digest(&catalog).await;
            let movies = vec![listed(object, title, genre)];
            cluster.write(move |writer| apply(writer, object, generation, movies).unwrap()).await;
            let after = digest(&catalog).await;
            let on = &engine.name;
            assert_eq!(before != after, changes, "{object} of {generation} on {on}: {before:?} {after:?}");
        }
    }
}
