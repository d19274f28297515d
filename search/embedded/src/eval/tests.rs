//! Which movies clauses hold for, and what they score.

use wikimovie_domain::ReasonKind;
use wikimovie_plan::Tier;

use super::*;
use crate::testing::{dozen_in_segments, titles};

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
        assert_eq!(titles(&snapshot, &snapshot.matches(&clause).unwrap()), expected, "{clause:?}");
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
        assert_eq!(snapshot.matches(&clause).unwrap().count_ones(..), expected, "{clause:?}");
    }
}

#[test]
fn every_form_of_a_title_finds_it() {
    let snapshot = dozen_in_segments();
    let forms = wikimovie_text::title_normal_forms("The Godfather Part II");
    assert!(!forms.is_empty());
    for form in forms {
        let found = snapshot.matches(&Clause::TitleForm(form.clone())).unwrap();
        assert!(titles(&snapshot, &found).contains(&"The Godfather Part II".to_owned()), "{form}");
    }
    assert!(snapshot.matches(&Clause::TitleForm("no such form".to_owned())).unwrap().is_clear());
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
    let among = snapshot.matches(&title("heat").negated()).unwrap();
    let scores = snapshot.scores(&groups, &among).unwrap();
    let score = |title: &str| {
        let of = |&doc: &usize| snapshot.movie(doc as u32).unwrap().title == title;
        scores[snapshot.live.ones().find(of).unwrap()]
    };
    let expected = [("Alien", 51), ("Psycho", 20), ("Aliens", 6), ("Metropolis", 5), ("Heat", 0)];
    for (title, points) in expected {
        assert_eq!(score(title), points, "{title}");
    }
    assert_eq!(scores.iter().sum::<u32>(), 51 + 20 + 2 * 6 + 7 * 5, "no other document has a score");
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
    assert_eq!(matched.without(Dimension::Years).count_ones(..), 12);
    let nobody = Drill { cast: vec!["nobody".to_owned()], ..drill };
    let matched = Matched::of(&snapshot, &Clause::All, &nobody).unwrap();
    assert!(matched.hits.is_clear(), "a value that no movie has constrains to none");
    assert_eq!(titles(&snapshot, &matched.without(Dimension::Cast)).join(", "), "Alien, Psycho");
}
