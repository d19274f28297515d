//! What mappings make of files, and which are refused.

use super::*;
use crate::{MovieReader, Rules, document::Origin};
use wikimovie_domain::{Movie, Reading, Year};

fn read(mapping: &str, content: impl AsRef<[u8]>) -> (Vec<Movie>, Reading) {
    let mapping =
        Mapping::parse("p/_mapping.json", mapping.as_bytes()).unwrap_or_else(|error| panic!("{error}"));
    let origin = Origin { provider: "p".into(), object: "p/a.csv".into(), generation: 1 };
    let rules = Rules { mapping: Some(Arc::new(mapping)), ..Rules::default() };
    let mut reader = MovieReader::by(content.as_ref(), origin, rules);
    let movies = reader.by_ref().map(|movie| movie.unwrap_or_else(|refusal| panic!("{}", refusal.message)));
    (movies.collect(), reader.reading())
}

#[test]
fn a_table_is_read_as_it_says() {
    let mapping = r##"{
        "separator": "#", "encoding": "windows-1252", "lines_before": 1, "nulls": ["keine"], "list": " / ",
        "dates": "DMY", "title_year": true, "only": {"Art": ["Film", "Kurzfilm"]}, "ignore": ["Notiz"],
        "fields": {
            "id": "Nr", "title": ["Titel DE", "Titel"], "titles.original": "Titel", "released": "Start", "year": "Start",
            "cast": {"from": ["Rolle1", "Rolle2"], "join": true}, "genres": {"from": "Sparte", "split": "+"},
            "runtime": {"from": "Sekunden", "unit": "seconds"}, "ratings.acme": {"from": "Sterne", "scale": 5},
            "votes.acme": "Stimmen", "ids.imdb": "IMDB", "countries": "Land", "summary": [],
            "poster": {"from": "Bild", "below": "https://example.org/p/"},
            "directors": [{"name": "Stab", "path": "$[?@.job == 'Regie'].name"}], "certificate": "Fehlt"
        }
    }"##;
    let content = concat!(
        "Stand: heute\n",
        "Nr#titel_de#Titel#Start#Rolle1#Rolle2#Sparte#Sekunden#Sterne#Stimmen#IMDB#Land#Bild#Stab#Art#Notiz#summary#Rest\n",
        "7#Das B\u{e9}t (1981)#Das Boot#03.04.1981#Klaus#keine#Drama+Krieg#8940#4,5#1.234#82096#West / Ost#b.jpg",
        "#\"[{\"\"job\"\": \"\"Regie\"\", \"\"name\"\": \"\"Wolfgang Petersen\"\"}, {\"\"job\"\": \"\"Ton\"\", \"\"name\"\": \"\"X\"\"}]\"#Film#n#s#r\n",
        "8#Serie##2000##########[]#Serie###\n",
    );
    let bytes: Vec<u8> = content.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
    let (movies, reading) = read(mapping, bytes);
    let [movie] = movies.as_slice() else { panic!("{movies:?}") };
    assert_eq!((movie.id.as_str(), movie.title.as_str()), ("p:7", "Das Bét"));
    assert_eq!(movie.year.map(Year::get), Some(1981));
    assert_eq!((movie.titles[0].title.as_str(), movie.titles.len()), ("Das Boot", 1));
    assert_eq!(
        (&movie.cast[..], &movie.genres[..]),
        (&["Klaus".to_owned()][..], &["Drama".to_owned(), "Krieg".to_owned()][..])
    );
    assert_eq!(movie.directors, ["Wolfgang Petersen"]);
    let details = &movie.details;
    assert_eq!(details.released.map(|day| day.to_string()).as_deref(), Some("1981-04-03"));
    assert_eq!(details.runtime, Some(149));
    assert_eq!((details.ratings[0].source.as_str(), details.ratings[0].value.get()), ("acme", 9.0));
    assert_eq!(details.ids["imdb"], "tt0082096");
    assert_eq!(details.countries, ["West", "Ost"]);
    assert_eq!(movie.poster.as_ref().map(|poster| poster.url.as_str()), Some("https://example.org/p/b.jpg"));
    assert_eq!(movie.summary, None);
    assert_eq!(reading.mapping.as_deref(), Some("p/_mapping.json"));
    assert_eq!((reading.skipped[0].value.as_str(), reading.skipped[0].records), ("Serie", 1));
    assert_eq!(reading.unread, ["Rest", "summary"]);
    assert_eq!(reading.missing, ["Fehlt"]);
    // The number of votes is written with a point, which says a fraction.
    let dropped: Vec<&str> = reading.dropped.iter().map(|dropped| dropped.message.as_str()).collect();
    assert_eq!(dropped, ["Stimmen is the text \"1.234\", which is no number of votes"]);
}

#[test]
fn records_and_values_are_found_by_paths() {
    let mapping = r#"{
        "records": "$.antwort['die filme'][*].eintrag",
        "fields": {"title": "$.namen.de", "titles": "$.namen.*", "cast": "$.leute[?@.rolle].name", "year": "$.daten[0]",
                   "keywords": "$.nichts[*]"}
    }"#;
    let content = r#"{"antwort": {"anzahl": 2, "die filme": [
        {"eintrag": {"namen": {"de": "Der Himmel", "en": "Wings"}, "leute": [{"name": "Bruno Ganz", "rolle": "D"}, {"name": "X"}], "daten": ["1987-05-17"]}},
        {"eintrag": {"namen": {"de": "M"}, "leute": [], "year": 1931}}
    ]}}"#;
    let (movies, reading) = read(mapping, content);
    assert_eq!(movies.len(), 2);
    assert_eq!(movies[0].title, "Der Himmel");
    assert_eq!(movies[0].titles.iter().map(|other| other.title.as_str()).collect::<Vec<_>>(), ["Wings"]);
    assert_eq!(
        (movies[0].cast.join(";"), movies[0].year.map(Year::get)),
        ("Bruno Ganz".to_owned(), Some(1987))
    );
    // What is mapped comes from there alone.
    assert_eq!(movies[1].year, None);
    assert_eq!(reading.missing, ["$.nichts[*]"]);
    assert_eq!(reading.unread, ["year"]);
    assert_eq!(reading.format, "JSON array within antwort.die filme");

    let by_id = r#"{"filme": {"a": {"name": "One"}, "b": {"name": "Two"}}}"#;
    for path in ["$.filme.*", "$.filme[*]"] {
        let (movies, _) = read(&serde_json::json!({ "records": path }).to_string(), by_id);
        let ids: Vec<&str> = movies.iter().map(|movie| movie.id.as_str()).collect();
        assert_eq!(ids, ["p:a", "p:b"], "{path}");
    }
    let (movies, _) = read(
        r#"{"records": "$.film"}"#,
        "{\"film\": {\"title\": \"One\"}}\n{\"film\": {\"title\": \"Two\"}}\n",
    );
    assert_eq!(movies.len(), 2);
}

#[test]
fn rows_without_a_header_get_one() {
    let mapping = r#"{"columns": ["nr", "title", "year"], "separator": "|"}"#;
    let (movies, reading) = read(mapping, "1|Alien|1979\n2|M|1931\n");
    assert_eq!(movies.iter().map(|movie| movie.title.as_str()).collect::<Vec<_>>(), ["Alien", "M"]);
    assert_eq!(reading.unread, ["nr"]);
    let (movies, reading) = read(r#"{"preset": "none"}"#, "movieId,title,genres\n7,Heat (1995),Crime\n");
    assert_eq!((reading.preset, movies[0].id.as_str().contains('~')), (None, true));
}

#[test]
fn a_mapping_is_refused_with_its_line() {
    let cases = [
        ("", 1, "EOF"),
        ("{\n\"feilds\": {}}", 2, "unknown field `feilds`"),
        ("{\n\"fields\": {\n\"titel\": \"a\"}}", 3, "a movie has no field \"titel\""),
        ("{\"fields\": {\n\"title\": \"a\",\n\"title\": \"b\"}}", 3, "the field title is mapped twice"),
        ("{\"fields\": {\n\"title\": [\"a\", \"a\"]}}", 2, "\"a\" is named twice"),
        ("{\n\n\"records\": \"$.a[\"}", 3, "is no JSON path"),
        ("{\n\"records\": \"$..a\"}", 2, "streams by"),
        ("{\"fields\": {\n\"title\": \"$[\"}}", 2, "is no JSON path"),
        ("{\"fields\": {\n\n\"year\": {\"from\": \"a\", \"split\": \",\"}}}", 3, "for lists alone"),
        ("{\n\"records\": \"$.a[?@[?@.b]]\"}", 2, "more than one filter"),
        ("{\"fields\": {\n\"title\": \"$[*,*]\"}}", 2, "a wildcard, slice or filter beside others"),
        ("{\"only\": {\n\"$..a..b\": 1}}", 2, "more than one .."),
        ("{\n\"encoding\": \"latin-9000\"}", 2, "there is no encoding \"latin-9000\""),
        ("{\n\"preset\": \"hulu\"}", 2, "there is no preset \"hulu\""),
        ("{\n\"columns\": [\"a\", \"a\"]}", 2, "names \"a\" twice"),
        ("[]", 1, "a mapping is an object"),
    ];
    for (text, line, part) in cases {
        let error = Mapping::parse("m", text.as_bytes()).unwrap_err();
        assert_eq!(error.line, line, "{text}: {error}");
        assert!(error.message.contains(part), "{text}: {error}");
    }
}

#[test]
fn a_mapping_has_a_bounded_number_of_paths() {
    let of = |paths: usize| {
        let fields: Map<String, Value> =
            (0..paths).map(|n| (format!("ids.s{n}"), Value::from(format!("$..a{n}")))).collect();
        Mapping::parse("m", serde_json::json!({ "fields": fields }).to_string().as_bytes())
    };
    assert!(of(MAX_PATHS).is_ok());
    assert!(of(MAX_PATHS + 1).unwrap_err().message.contains("more than 100 different paths"));
}

#[test]
fn the_digest_is_of_the_content() {
    let digest = |text: &str| Mapping::parse("m", text.as_bytes()).unwrap().digest().to_owned();
    let one = digest(r#"{"list": "/", "dates": "DMY"}"#);
    assert_eq!(one, digest("{\n  \"dates\": \"DMY\",\n  \"list\": \"/\"\n}\n"));
    assert_ne!(one, digest(r#"{"list": "/"}"#));
    assert_eq!(key_beside("acme/a/b.csv"), "acme/_mapping.json");
    assert_eq!(key_beside("a.csv"), "_mapping.json");
    assert!(is_mapping("acme/_mapping.json") && !is_mapping("acme/mapping.json"));
}
