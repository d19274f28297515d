//! Directors, other titles, plot, keywords and writers of a record: what finds a movie by them, in which order, and what a
//! reader is shown of it.

use wikimovie_domain::{
    AutocompleteRequest, Filter, Movie, Question, Role, SearchField, Suggested, SuggestionKind,
    UnderstandingKind,
};
use wikimovie_plan::{
    compile::compile,
    highlight::{highlights, html, reasons},
    prefix::compile_prefix,
    suggest::Typos,
    suggestions::{Candidates, Counts},
    vocabulary::Vocabulary,
};
use wikimovie_testkit_builders::{Oracle, movie};

fn movies() -> Vec<Movie> {
    [
        movie("seven", "Seven Samurai", 1954)
            .cast("Toshiro Mifune, Takashi Shimura")
            .directors("Akira Kurosawa")
            .writers("Akira Kurosawa, Shinobu Hashimoto")
            .title_also("七人の侍", "ja")
            .title_also("Shichinin no samurai", "ja-Latn")
            .title_also("Семь самураев", "ru")
            .summary("A village hires warriors.")
            .plot("A village hires warriors. Bandits come after the harvest.")
            .keywords("last stand"),
        movie("parasite", "Parasite", 2019)
            .directors("Bong Joon-ho")
            .title_also("기생충", "ko")
            .title_also("Паразиты", "ru"),
        movie("stalker", "Stalker", 1979).directors("Andrei Tarkovsky").title_also("Сталкер", "ru"),
        movie("zorba", "Zorba the Greek", 1964)
            .directors("Michael Cacoyannis")
            .title_also("Αλέξης Ζορμπάς", "el"),
        movie("life", "Life Is Beautiful", 1997)
            .cast("Roberto Benigni")
            .directors("Roberto Benigni")
            .title_also("La vita è bella", "it"),
        movie("parasites", "La Vita", 1982).title_also("Parasite", "en"),
        movie("alien", "Alien", 1979)
            .cast("Sigourney Weaver, Tom Skerritt")
            .directors("Ridley Scott")
            .writers("Dan O'Bannon"),
        movie("gladiator", "Gladiator", 2000).cast("Russell Crowe").directors("Ridley Scott").popularity(5.0),
        movie("ride", "Ride the High Country", 1962)
            .cast("Randolph Scott, Joel McCrea")
            .directors("Sam Peckinpah"),
        movie("unforgiven", "Unforgiven", 1992)
            .cast("Clint Eastwood, Gene Hackman")
            .directors("Clint Eastwood"),
        movie("dirty", "Dirty Harry", 1971)
            .cast("Clint Eastwood")
            .directors("Don Siegel")
            .summary("A stalker in the city."),
        movie("million", "Bird", 1988).cast("Forest Whitaker").directors("Clint Eastwood"),
    ]
    .map(wikimovie_testkit_builders::MovieBuilder::build)
    .into()
}

fn ask(text: &str) -> Question {
    Question { text: text.to_owned(), ..Question::default() }
}

/// The movies found at the level at which a text is answered, best first, with that level.
fn found(oracle: &Oracle, text: &str) -> Vec<String> {
    let compiled = compile(&ask(text), &oracle.vocabulary());
    let count = |probe| -> Result<u64, std::convert::Infallible> {
        Ok(oracle.answer(&compiled.probe(probe)).len() as u64)
    };
    let Ok(level) = compiled.levels.choose(count);
    oracle.answer(&compiled.plan_at(level)).into_iter().map(|(movie, _)| movie.title.clone()).collect()
}

#[test]
fn movies_are_found_by_other_titles_and_directors() {
    let oracle = Oracle::new(movies());
    let cases = [
        ("七人の侍", "Seven Samurai"),
        ("기생충", "Parasite"),
        ("Сталкер", "Stalker"),
        ("алексей сталкер", "Stalker"),
        ("Ζορμπάς", "Zorba the Greek"),
        ("la vita e bella", "Life Is Beautiful"),
        ("shichinin no samurai 1954", "Seven Samurai"),
        ("benigni la vita è bella", "Life Is Beautiful"),
        // The title itself before another movie's other title.
        ("parasite", "Parasite"),
        ("ridley scott alien", "Alien"),
        ("by ridley scott", "Gladiator"),
        ("tarkovsky", "Stalker"),
        ("directed by clint eastwood", "Unforgiven"),
        ("last stand", "Seven Samurai"),
        ("harvest bandits", "Seven Samurai"),
        ("o'bannon alien", "Alien"),
    ];
    for (text, expected) in cases {
        assert_eq!(found(&oracle, text).first().map(String::as_str), Some(expected), "{text}");
    }
    assert_eq!(found(&oracle, "directed by clint eastwood").len(), 2);
    assert_eq!(found(&oracle, "clint eastwood").len(), 3);
    assert_eq!(found(&oracle, "starring clint eastwood").len(), 2);
    assert_eq!(found(&oracle, "parasite")[..2], ["Parasite", "La Vita"]);
}

/// Field of a reason, and what matched.
type Matched = (Option<SearchField>, String);

/// Field and marked text of each highlight, then kind of reason, field and what matched.
fn shown(text: &str, id: &str) -> (Vec<(SearchField, String)>, Vec<Matched>) {
    let movies = movies();
    let compiled = compile(&ask(text), &Oracle::new(movies.clone()).vocabulary());
    let movie = movies.iter().find(|movie| movie.id.as_str().ends_with(id)).expect("a movie of this id");
    let marked = highlights(movie, &compiled.highlight_terms);
    let marked = marked.into_iter().map(|highlight| (highlight.field, html(&highlight)));
    let reasons = reasons(movie, &compiled, 0).into_iter().map(|reason| (reason.field, reason.matched));
    (marked.collect(), reasons.collect())
}

#[test]
fn what_matched_is_shown_in_its_own_field() {
    use SearchField::{Directors, Keywords, Plot, Summary, Titles, Writers};
    let (marked, reasons) = shown("directed by akira kurosawa", ":seven");
    assert!(
        marked.contains(&(Directors, "<mark>Akira</mark> <mark>Kurosawa</mark>".to_owned())),
        "{marked:?}"
    );
    assert!(reasons.contains(&(Some(Directors), "Akira Kurosawa".to_owned())), "{reasons:?}");
    let (marked, reasons) = shown("written by akira kurosawa", ":seven");
    assert!(marked.contains(&(Writers, "<mark>Akira Kurosawa</mark>".to_owned())), "{marked:?}");
    assert!(reasons.contains(&(Some(Writers), "Akira Kurosawa".to_owned())), "{reasons:?}");
    let (marked, reasons) = shown("七人の侍", ":seven");
    assert!(marked.contains(&(Titles, "<mark>七人の侍</mark>".to_owned())), "{marked:?}");
    assert_eq!(reasons[0], (Some(Titles), "七人の侍".to_owned()));
    let (marked, reasons) = shown("bandits last village", ":seven");
    let plot = "A <mark>village</mark> hires warriors. <mark>Bandits</mark> come after the harvest.";
    assert!(marked.contains(&(Plot, plot.to_owned())), "{marked:?}");
    assert!(marked.contains(&(Summary, "A <mark>village</mark> hires warriors.".to_owned())), "{marked:?}");
    assert!(marked.contains(&(Keywords, "<mark>last</mark> stand".to_owned())), "{marked:?}");
    assert!(reasons.contains(&(Some(Plot), "Bandits".to_owned())), "{reasons:?}");
}

#[test]
fn who_only_directs_is_a_director() {
    let vocabulary = Oracle::new(movies()).vocabulary();
    let kind = |text| compile(&ask(text), &vocabulary).understood(0).first().map(|read| read.kind);
    assert_eq!(kind("ridley scott"), Some(UnderstandingKind::Director));
    assert_eq!(kind("clint eastwood"), Some(UnderstandingKind::Person));
    assert_eq!(kind("directed by clint eastwood"), Some(UnderstandingKind::Director));
    assert_eq!(kind("randolph scott"), Some(UnderstandingKind::Person));
    assert_eq!(kind("shinobu hashimoto"), Some(UnderstandingKind::Person));
}

/// Counts of the whole catalogue.
struct All<'a>(&'a Vocabulary);

impl Counts for All<'_> {
    fn person(&self, at: usize, role: Role) -> u64 {
        self.0.roles(&self.0.people()[at].key).of(role).into()
    }

    fn genre(&self, at: usize) -> u64 {
        self.0.genres()[at].movies.into()
    }

    fn decade(&self, _: i64) -> u64 {
        0
    }
}

#[test]
fn directors_and_other_titles_are_suggested() {
    let movies = movies();
    let oracle = Oracle::new(movies.clone());
    let vocabulary = oracle.vocabulary();
    let suggest = |prefix: &str, kinds: &[SuggestionKind]| {
        let request = AutocompleteRequest {
            prefix: prefix.to_owned(),
            filter: Filter::default(),
            kinds: kinds.to_vec(),
            first: 8,
        };
        let candidates = Candidates::of(&request, &vocabulary, Typos::Refused).expect("candidates");
        let compiled = compile_prefix(prefix, &request.filter, &vocabulary, Typos::Refused);
        let found = oracle.answer(&compiled.plan).into_iter().map(|(movie, _)| movie.clone()).collect();
        candidates.suggestions(&request, &compiled, found, &vocabulary, &All(&vocabulary))
    };
    let titles = |prefix: &str| -> Vec<String> {
        let found = suggest(prefix, &[SuggestionKind::Movie]).into_iter();
        let title = |suggested| match suggested {
            Suggested::Movie(movie) => Some(movie.title),
            _ => None,
        };
        found.filter_map(|suggestion| title(suggestion.suggested)).collect()
    };
    assert_eq!(titles("七"), ["Seven Samurai"]);
    assert_eq!(titles("기생"), ["Parasite"]);
    assert_eq!(titles("стал"), ["Stalker"]);
    assert_eq!(titles("la vit"), ["La Vita", "Life Is Beautiful"]);
    let role = |prefix: &str| {
        let found = suggest(prefix, &[SuggestionKind::Person]).into_iter().next().expect("a person");
        let filter = found.question.filter;
        (
            found.highlight.field,
            found.count,
            filter.cast.any_of,
            filter.directors.any_of,
            filter.writers.any_of,
        )
    };
    let name = |name: &str| vec![name.to_owned()];
    assert_eq!(role("ridl"), (SearchField::Directors, 2, vec![], name("Ridley Scott"), vec![]));
    assert_eq!(role("clint"), (SearchField::Cast, 2, name("Clint Eastwood"), vec![], vec![]));
    assert_eq!(role("shinobu"), (SearchField::Writers, 1, vec![], vec![], name("Shinobu Hashimoto")));
}
