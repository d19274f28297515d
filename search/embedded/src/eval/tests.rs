//! Which movies clauses hold for, and what they score.

use std::borrow::Cow;

use wikimovie_domain::{RatingRange, ReasonKind, RuntimeRange};
use wikimovie_plan::{Group, Tier, WordField};

use super::*;
use crate::testing::{dozen_in_segments, record, snapshot, titles};
use wikimovie_testkit_builders::{MovieBuilder, movie};

fn word(field: WordField, text: &str) -> Clause {
    Clause::Word(field, text.to_owned())
}

fn phrase(field: WordField, words: &str) -> Clause {
    Clause::Phrase(field, words.split_whitespace().map(str::to_owned).collect())
}

fn prefix(field: WordField, text: &str) -> Clause {
    Clause::Prefix(field, text.to_owned())
}

fn genre(key: &str) -> Clause {
    Clause::Genre(key.to_owned())
}

fn person(key: &str) -> Clause {
    Clause::Person(Role::Cast, key.to_owned())
}

fn years(gte: Option<i64>, lte: Option<i64>) -> YearRange {
    YearRange { gte, lte }
}

#[test]
fn a_clause_holds_for_shown_movies_only() {
    use WordField::{People, Summary, Title};
    let snapshot = dozen_in_segments();
    let godfathers = "The Godfather, The Godfather Part II";
    let text = str::to_owned;
    let cases = [
        (Clause::None, ""),
        (word(Title, "godfather"), godfathers),
        (word(Title, "hidden"), ""),
        (word(People, "alien"), ""),
        (word(Summary, "crew"), "Alien"),
        // Short prefixes stand in a field of their own; longer ones, and those of the summary, in the dictionary.
        (prefix(Title, "ali"), "Alien, Aliens"),
        (prefix(Title, "godfat"), godfathers),
        (prefix(Title, "hid"), ""),
        (prefix(Summary, "cre"), "Alien"),
        (prefix(People, "weav"), "Alien, Aliens, Ghostbusters"),
        (phrase(Title, "taxi driver"), "Taxi Driver"),
        (phrase(Title, "driver taxi"), ""),
        (phrase(Title, "taxi"), "Taxi Driver"),
        (phrase(Title, ""), ""),
        // The last word of one name and the first of the next are no phrase.
        (phrase(People, "al pacino"), "The Godfather, The Godfather Part II, Heat"),
        (phrase(People, "pacino robert"), ""),
        (Clause::TitleKey(text("heat")), "Heat"),
        (Clause::TitleKey(text("the godfather")), "The Godfather"),
        (Clause::TitleKey(text("godfather")), ""),
        (Clause::TitleKey(text("heat hidden")), ""),
        (Clause::TitleStarts(text("alien")), "Alien, Aliens"),
        (Clause::TitleStarts(text("the god")), godfathers),
        (Clause::TitleStarts(text("god")), godfathers),
        (Clause::TitlePart(text("godfather")), ""),
        (genre("horror"), "Alien, Psycho"),
        (genre("hidden"), ""),
        (genre("western"), ""),
        (person("anthony hopkins"), "The Silence of the Lambs"),
        (person("hidden person"), ""),
        (Clause::Provider(text("nobody")), ""),
        (Clause::Years(years(Some(1991), None)), "Amélie, Heat, The Silence of the Lambs"),
        (Clause::Years(years(None, Some(1960))), "Metropolis, Psycho"),
        (Clause::Years(years(Some(1960), Some(1972))), "The Godfather, Psycho"),
        (Clause::Poster(true), "The Godfather"),
        (Clause::AllOf(vec![genre("crime"), person("al pacino"), word(Title, "heat")]), "Heat"),
        (Clause::AllOf(vec![genre("crime"), genre("horror")]), ""),
        (Clause::AnyOf(vec![word(Title, "heat"), genre("horror")]), "Alien, Heat, Psycho"),
        (Clause::AnyOf(vec![]), ""),
        (Clause::AllOf(vec![genre("horror"), word(Title, "alien").negated()]), "Psycho"),
    ];
    for (clause, expected) in cases {
        let expected: Vec<&str> = expected.split(", ").filter(|title| !title.is_empty()).collect();
        assert_eq!(
            titles(&snapshot, &snapshot.matches(&clause, &Known::default()).unwrap()),
            expected,
            "{clause:?}"
        );
    }
    let counts = [
        (Clause::All, 12),
        (Clause::AllOf(vec![]), 12),
        (Clause::None.negated(), 12),
        (Clause::Provider(text("test")), 12),
        // A range without ends: every movie that has a year.
        (Clause::Years(years(None, None)), 11),
        (Clause::Poster(false), 11),
        (genre("crime").negated(), 7),
    ];
    for (clause, expected) in counts {
        assert_eq!(snapshot.matches(&clause, &Known::default()).unwrap().len(), expected, "{clause:?}");
    }
}

#[test]
fn every_form_of_a_title_finds_it() {
    let snapshot = dozen_in_segments();
    let forms = wikimovie_text::title_normal_forms("The Godfather Part II");
    assert!(!forms.is_empty());
    for form in forms {
        let found = snapshot.matches(&Clause::TitleForm(form.clone()), &Known::default()).unwrap();
        assert!(titles(&snapshot, &found).contains(&"The Godfather Part II".to_owned()), "{form}");
    }
    let none = Clause::TitleForm("no such form".to_owned());
    assert!(snapshot.matches(&none, &Known::default()).unwrap().is_empty());
}

#[test]
fn a_score_is_the_best_tier_of_each_group() {
    let snapshot = dozen_in_segments();
    let tier = |weight, clause| Tier { weight, clause, kind: ReasonKind::Word };
    let title = |text| word(WordField::Title, text);
    let groups = [
        Group { tiers: vec![tier(50, title("alien")), tier(20, genre("horror")), tier(5, Clause::All)] },
        Group { tiers: vec![tier(1, person("sigourney weaver"))] },
    ];
    let known = Known::default();
    let among = snapshot.matches(&title("heat").negated(), &known).unwrap();
    // The same of many hits and of few.
    let many = DocSet::Bits(Cow::Owned(among.to_bits(snapshot.rows())));
    let few: DocSet<'_> = among.to_list().iter().copied().collect();
    let other: DocSet<'_> = many.filtered(|doc| doc % 2 == 0).to_list().iter().copied().collect();
    for hits in [&many, &few, &other] {
        let scores = snapshot.scores(&groups, hits, &known).unwrap();
        let doc_of = |title: &str| {
            let of = |&doc: &usize| snapshot.movie(doc as u32).unwrap().title == title;
            snapshot.live.ones().find(of).unwrap() as Doc
        };
        let expected = [("Alien", 51), ("Psycho", 20), ("Aliens", 6), ("Metropolis", 5), ("Heat", 0)];
        for (title, points) in expected {
            let doc = doc_of(title);
            assert_eq!(scores.get(doc), if hits.contains(doc) { points } else { 0 }, "{title}");
        }
        for (place, &doc) in hits.to_list().iter().enumerate() {
            assert_eq!(scores.at(place, doc), scores.get(doc));
        }
        let sum: u32 = (0..snapshot.rows() as Doc).map(|doc| scores.get(doc)).sum();
        let all = 51 + 20 + 2 * 6 + 7 * 5;
        assert_eq!(sum == all, hits.len() == many.len(), "no other document has a score");
    }
}

#[test]
fn a_facet_ignores_its_own_part_of_the_drill() {
    let snapshot = dozen_in_segments();
    let drill = Drill {
        genres: vec!["horror".to_owned(), "thriller".to_owned()],
        cast: vec!["sigourney weaver".to_owned(), "janet leigh".to_owned(), "jodie foster".to_owned()],
        providers: vec!["test".to_owned()],
        directors: Vec::new(),
        languages: Vec::new(),
        countries: Vec::new(),
        decades: vec![years(Some(1960), Some(1969)), years(Some(1970), Some(1979)), years(Some(1980), None)],
        years: years(None, Some(1980)),
    };
    let matched = Matched::of(&snapshot, &Clause::All, &drill).unwrap();
    let cases = [
        (None, "Alien, Psycho"),
        (Some(Dimension::Genres), "Alien, Psycho, Taxi Driver"),
        (Some(Dimension::Cast), "Alien, Psycho"),
        (Some(Dimension::Providers), "Alien, Psycho"),
        (Some(Dimension::Years), "Alien, Psycho, The Silence of the Lambs"),
    ];
    for (dimension, expected) in cases {
        let docs = dimension.map_or(matched.hits.clone(), |dimension| matched.without(dimension));
        assert_eq!(titles(&snapshot, &docs).join(", "), expected, "{dimension:?}");
    }
    let sixties = Drill { decades: vec![years(Some(1960), Some(1969))], ..Drill::default() };
    let matched = Matched::of(&snapshot, &Clause::All, &sixties).unwrap();
    assert_eq!(titles(&snapshot, &matched.hits), ["Psycho"]);
    assert_eq!(matched.without(Dimension::Years).len(), 12);
    let nobody = Drill { cast: vec!["nobody".to_owned()], ..drill };
    let matched = Matched::of(&snapshot, &Clause::All, &nobody).unwrap();
    assert!(matched.hits.is_empty(), "a value that no movie has constrains to none");
    assert_eq!(titles(&snapshot, &matched.without(Dimension::Cast)).join(", "), "Alien, Psycho");
}

/// Movies with all that a record tells; in two segments, with an older record of one of them.
fn full_records() -> Snapshot {
    let of = |builder: MovieBuilder, generation| record(builder.build(), "a", generation, 1);
    let seven = || movie("seven", "Seven Samurai", 1954);
    let commits = [
        vec![of(
            seven().directors("Nobody").title_also("Old Name", "en").runtime(1).rating(1.0).languages("xx"),
            1,
        )],
        vec![
            of(
                seven()
                    .cast("Toshiro Mifune")
                    .directors("Akira Kurosawa")
                    .writers("Akira Kurosawa, Hideo Oguni")
                    .title_also("七人の侍", "ja")
                    .title_also("Les Sept Samouraïs", "fr")
                    .languages("ja")
                    .countries("Japan")
                    .runtime(207)
                    .rating(8.6)
                    .plot("Bandits come after the harvest.")
                    .keywords("village, last stand"),
                2,
            ),
            of(
                movie("hitch", "The Hitch-Hiker", 1953)
                    .directors("Ida Lupino")
                    .title_also("The Persuader", "en"),
                2,
            ),
            of(movie("sierra", "High Sierra", 1941).cast("Ida Lupino").runtime(0).rating(0.0), 2),
        ],
    ];
    snapshot(&commits, &[])
}

#[test]
fn a_clause_asks_for_each_part_of_a_record() {
    use WordField::{OtherTitle, People, Summary};
    let snapshot = full_records();
    let (other, starts) = (
        |text: &str| Clause::OtherTitleForm(text.into()),
        |text: &str| Clause::OtherTitleStarts(text.into()),
    );
    let of = |role, key: &str| Clause::Person(role, key.to_owned());
    let runtime = |gte, lte| Clause::Runtime(RuntimeRange { gte, lte });
    let rating = |gte: f64| Clause::Rating(RatingRange { gte: RatingValue::new(gte), lte: None });
    let seven = "Seven Samurai";
    let cases = [
        (other(&wikimovie_text::title_normal_forms("七人の侍")[0]), seven),
        (other("septsamourais"), ""),
        (other("lesseptsamourais"), seven),
        (other("oldname"), ""),
        (other("sevensamurai"), ""),
        (starts("les sept"), seven),
        (starts("persua"), "The Hitch-Hiker"),
        (starts("the persua"), "The Hitch-Hiker"),
        (starts("hitch"), ""),
        (word(OtherTitle, "samourais"), seven),
        (prefix(OtherTitle, "sam"), seven),
        (prefix(OtherTitle, "old"), ""),
        (word(People, "kurosawa"), seven),
        (phrase(People, "ida lupino"), "High Sierra, The Hitch-Hiker"),
        (phrase(People, "mifune akira"), ""),
        (word(Summary, "bandits"), seven),
        (word(Summary, "oguni"), seven),
        (phrase(Summary, "last stand"), seven),
        (phrase(Summary, "village last"), ""),
        (of(Role::Cast, "ida lupino"), "High Sierra"),
        (of(Role::Director, "ida lupino"), "The Hitch-Hiker"),
        (of(Role::Writer, "akira kurosawa"), seven),
        (of(Role::Director, "nobody"), ""),
        (Clause::Language("ja".into()), seven),
        (Clause::Language("xx".into()), ""),
        (Clause::Country("japan".into()), seven),
        (runtime(Some(207), Some(207)), seven),
        (runtime(None, Some(206)), "High Sierra"),
        (runtime(None, None), "High Sierra, Seven Samurai"),
        (rating(8.6), seven),
        (rating(8.61), ""),
        (rating(0.0), "High Sierra, Seven Samurai"),
    ];
    for (clause, expected) in cases {
        let expected: Vec<&str> = expected.split(", ").filter(|title| !title.is_empty()).collect();
        assert_eq!(
            titles(&snapshot, &snapshot.matches(&clause, &Known::default()).unwrap()),
            expected,
            "{clause:?}"
        );
    }
}

#[test]
fn people_are_counted_once_and_by_role() {
    let vocabulary = &full_records().vocabulary;
    let people: Vec<(&str, u32)> =
        vocabulary.people().iter().map(|person| (person.name.as_str(), person.movies)).collect();
    assert_eq!(people, [("Akira Kurosawa", 1), ("Hideo Oguni", 1), ("Ida Lupino", 2), ("Toshiro Mifune", 1)]);
    let counts = |key| {
        let counts = vocabulary.roles(key);
        Role::ALL.map(|role| counts.of(role))
    };
    assert_eq!(counts("akira kurosawa"), [0, 1, 1]);
    assert_eq!(counts("ida lupino"), [1, 1, 0]);
    assert_eq!(counts("toshiro mifune"), [1, 0, 0]);
    assert_eq!(counts("nobody"), [0, 0, 0]);
}

#[test]
fn directors_languages_and_countries_drill_sideways() {
    let snapshot = full_records();
    let drill = Drill {
        directors: vec!["ida lupino".to_owned()],
        languages: vec!["ja".to_owned()],
        countries: vec!["japan".to_owned()],
        ..Drill::default()
    };
    let matched = Matched::of(&snapshot, &Clause::All, &drill).unwrap();
    assert!(matched.hits.is_empty());
    assert_eq!(titles(&snapshot, &matched.without(Dimension::Directors)), ["Seven Samurai"]);
    assert!(matched.without(Dimension::Languages).is_empty());
}
