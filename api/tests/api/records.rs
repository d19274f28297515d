//! What a record holds beside title and cast: only what is selected is read, and long parts may be cut.

use serde_json::json;
use wikimovie_api::{ApiSettings, CacheSettings};
use wikimovie_domain::{
    Attribution, Date, Details, Movie, MovieParts, OtherTitle, Popularity, Rating, RatingValue, TitleKind,
};
use wikimovie_testkit_builders::{dozen, movie};

use crate::app::TestApp;

fn ran() -> Movie {
    let rating = |source: &str, value, votes| Rating {
        source: source.to_owned(),
        value: RatingValue::new(value).unwrap(),
        votes: Some(votes),
    };
    let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
    let mut ran = movie("ran", "Ran", 1985).cast("Tatsuya Nakadai, Akira Terao").build();
    ran.directors = texts(&["Akira Kurosawa"]);
    ran.titles = vec![OtherTitle {
        title: "乱".to_owned(),
        language: Some("ja".to_owned()),
        kind: TitleKind::Original,
    }];
    ran.details = Details {
        writers: texts(&["Akira Kurosawa", "Hideo Oguni"]),
        plot: Some("An old warlord divides his realm between his three sons.".to_owned()),
        keywords: texts(&["samurai"]),
        ids: [("imdb".to_owned(), "tt0089881".to_owned())].into(),
        languages: texts(&["ja"]),
        countries: texts(&["Japan", "France"]),
        runtime: Some(160),
        released: Date::parse("1985-05-31"),
        ratings: vec![rating("imdb", 8.2, 300), rating("tmdb", 8.0, 100)],
        popularity: Popularity::new(12.5),
        certificate: Some("R".to_owned()),
        attribution: Some(Attribution {
            text: "From the archive".to_owned(),
            licence: Some("CC BY-SA 4.0".to_owned()),
            url: None,
        }),
    };
    ran
}

fn app() -> TestApp {
    let movies = dozen().into_iter().chain([ran()]).collect();
    TestApp::of(movies, ApiSettings { cache: CacheSettings::off(), ..ApiSettings::default() })
}

#[tokio::test]
async fn a_movie_is_told_with_all_that_is_known() {
    let data = app()
        .ask(
            "{ search(where: { title: \"ran\" }) { hits { nodes { directors writers titles { title language kind }
             plot(max: 20) keywords ids { source id } languages countries runtime released
             ratings { source value votes } rating popularity certificate attribution { text licence url }
             cast(first: 1) directedBy { name } } } } }",
        )
        .await;
    assert_eq!(
        data["search"]["hits"]["nodes"][0],
        json!({
            "directors": ["Akira Kurosawa"], "writers": ["Akira Kurosawa", "Hideo Oguni"],
            "titles": [{ "title": "乱", "language": "ja", "kind": "ORIGINAL" }],
            "plot": "An old warlord…", "keywords": ["samurai"],
            "ids": [{ "source": "imdb", "id": "tt0089881" }], "languages": ["ja"],
            "countries": ["Japan", "France"], "runtime": 160, "released": "1985-05-31",
            "ratings": [{ "source": "imdb", "value": 8.2, "votes": 300 }, { "source": "tmdb", "value": 8.0, "votes": 100 }],
            "rating": 8.15, "popularity": 12.5, "certificate": "R",
            "attribution": { "text": "From the archive", "licence": "CC BY-SA 4.0", "url": null },
            "cast": ["Tatsuya Nakadai"], "directedBy": [{ "name": "Akira Kurosawa" }],
        })
    );
}

#[tokio::test]
async fn lists_read_only_what_is_selected() {
    let app = app();
    let none = MovieParts::default();
    for (selection, parts) in [
        ("title", none),
        ("directors", MovieParts { directors: true, ..none }),
        ("directedBy { name }", MovieParts { directors: true, ..none }),
        ("titles { kind }", MovieParts { titles: true, ..none }),
        ("plot(max: 9)", MovieParts { plot: true, ..none }),
        ("summary(max: 9) cast(first: 1)", MovieParts { summary: true, cast: true, ..none }),
        ("runtime", MovieParts { details: true, ..none }),
        ("rating writers", MovieParts { details: true, ..none }),
        ("attribution { text } plot", MovieParts { details: true, plot: true, ..none }),
    ] {
        app.ask(&format!("{{ search {{ hits {{ nodes {{ {selection} }} }} }} }}")).await;
        let last = app.catalog.last.lock().unwrap().take().unwrap();
        assert_eq!(last.hits[0].parts, parts, "{selection}");
    }
}

#[tokio::test]
async fn every_field_of_details_is_read_where_it_is_selected() {
    let app = app();
    for selection in [
        "writers",
        "keywords",
        "ids { id }",
        "languages",
        "countries",
        "runtime",
        "released",
        "ratings { value }",
        "rating",
        "popularity",
        "certificate",
        "attribution { text }",
    ] {
        let query =
            format!("{{ search(where: {{ title: \"ran\" }}) {{ hits {{ nodes {{ {selection} }} }} }} }}");
        let movie = app.ask(&query).await["search"]["hits"]["nodes"][0].clone();
        let value = movie.as_object().and_then(|fields| fields.values().next()).unwrap();
        assert!(!value.is_null() && *value != json!([]), "{selection}: {movie}");
    }
}
