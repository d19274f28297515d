//! What words of a text are read as.

use super::*;
use crate::vocabulary::{RoleCounts, VocabularyBuilder};
use wikimovie_text::reading::read;

fn entry(name: &str) -> Entry {
    Entry { key: wikimovie_text::key(name), name: name.to_owned(), movies: 3 }
}

fn check(text: &str, expected: &[(UnderstandingKind, &str)]) {
    let vocabulary = VocabularyBuilder::new(100)
        .people(["John Wayne", "Madonna", "Keanu Reeves", "Samuel L. Jackson"].map(entry).into())
        .genres(["Western", "Science Fiction", "Comedy", "Romance", "Animated", "War"].map(entry).into())
        .build();
    let found = understand(text, &read(text).words, usize::MAX, &vocabulary);
    let found: Vec<_> = found.iter().map(|u| (u.kind, u.value.as_str())).collect();
    assert_eq!(found, expected, "{text}");
}

/// What is read in a text by people of every role: kind, name, what must hold, and what nearly does.
fn check_role(text: &str, expected: &str) {
    let roles = [
        ("Clint Eastwood", [40, 30, 0]),
        ("Ida Lupino", [50, 7, 5]),
        ("Akira Kurosawa", [0, 30, 20]),
        ("Kiyoshi Kurosawa", [0, 10, 0]),
        ("Stephen King", [0, 0, 60]),
        ("Ridley Scott", [0, 20, 0]),
        ("Tony Scott", [0, 15, 0]),
        ("Randolph Scott", [99, 0, 0]),
    ];
    let people = roles
        .map(|(name, [cast, directed, written])| Entry { movies: cast + directed + written, ..entry(name) });
    let counts = roles.map(|(name, [cast, directed, written])| {
        (wikimovie_text::key(name), RoleCounts { cast, directed, written })
    });
    let vocabulary = VocabularyBuilder::new(100).people(people.into()).roles(counts.into()).build();
    let found = understand(text, &read(text).words, usize::MAX, &vocabulary);
    let roles = |clause: &Clause| match clause {
        Clause::Person(role, _) => format!("{role:?}"),
        Clause::AnyOf(clauses) => {
            let role = |clause: &Clause| match clause {
                Clause::Person(role, _) => format!("{role:?}"),
                other => format!("{other:?}"),
            };
            clauses.iter().map(role).collect::<Vec<_>>().join("|")
        }
        other => format!("{other:?}"),
    };
    let typed = |piece: &Understood| {
        let words = read(text).words;
        let (first, last) = (&words[piece.lead].place, &words[piece.words.end - 1].place);
        text[first.start..last.end].to_owned()
    };
    let found: Vec<String> = found
        .iter()
        .map(|piece| {
            let (must, nearly) = (roles(&piece.clause), roles(&piece.nearly));
            format!("{}: {:?} {} {must} ~ {nearly}", typed(piece), piece.kind, piece.value)
        })
        .collect();
    assert_eq!(found.join("; "), expected, "{text}");
}

#[test]
fn a_person_is_read_in_the_role_that_the_text_says() {
    check_role("clint eastwood", "clint eastwood: Person Clint Eastwood Cast|Director ~ None");
    check_role(
        "directed by clint eastwood",
        "directed by clint eastwood: Director Clint Eastwood Director ~ None",
    );
    check_role("director clint eastwood", "director clint eastwood: Director Clint Eastwood Director ~ None");
    check_role("westerns by clint eastwood", "by clint eastwood: Director Clint Eastwood Director ~ Cast");
    check_role("starring clint eastwood", "starring clint eastwood: Person Clint Eastwood Cast ~ None");
    check_role("akira kurosawa", "akira kurosawa: Director Akira Kurosawa Director|Writer ~ None");
    check_role("written by akira kurosawa", "written by akira kurosawa: Person Akira Kurosawa Writer ~ None");
    // Who never does what the text says is found as what they are.
    check_role(
        "starring akira kurosawa",
        "starring akira kurosawa: Director Akira Kurosawa Director|Writer ~ None",
    );
    check_role("by stephen king", "by stephen king: Person Stephen King Writer ~ None");
    check_role("novel by stephen king", "by stephen king: Person Stephen King Writer ~ None");
    check_role("by randolph scott", "by randolph scott: Person Randolph Scott Cast ~ None");
    check_role("by ida lupino", "by ida lupino: Director Ida Lupino Director ~ Cast|Writer");
}

#[test]
fn a_surname_is_a_director_where_one_is_meant_more_than_others() {
    check_role("directed by kurosawa", "directed by kurosawa: Director Akira Kurosawa Director ~ None");
    check_role("directed by scott", "");
    check_role("kurosawa samurai", "");
    check_role("director lupino noir", "director lupino: Director Ida Lupino Director ~ None");
}

#[test]
fn pieces_are_read_as_people_mean_them() {
    use UnderstandingKind::{Decade, Genre, Person, Year, YearRange};
    check("1950s western", &[(Decade, "1950s"), (Genre, "Western")]);
    check("westerns from the 80s", &[(Genre, "Western"), (Decade, "1980s")]);
    check("john wayne western", &[(Person, "John Wayne"), (Genre, "Western")]);
    check("keanu reaves", &[(Person, "Keanu Reeves")]);
    check("samuel l ajckson 1994", &[(Person, "Samuel L. Jackson"), (Year, "1994")]);
    check("jon wayne", &[(Person, "John Wayne")]);
    check("madonna", &[(Person, "Madonna")]);
    check("madonna of the streets", &[]);
    check("movies 1990-95", &[(YearRange, "1990-1995")]);
    check("between 1990 and 1995", &[(YearRange, "1990-1995")]);
    check("since 1990", &[(YearRange, "since 1990")]);
    check("before 1960 sci-fi", &[(YearRange, "until 1959"), (Genre, "Science Fiction")]);
    check("romcom in 1999", &[(Genre, "Romance + Comedy"), (Year, "1999")]);
    check("cartoons", &[(Genre, "Animated")]);
    check("star wars", &[]);
    check("\"1984\"", &[]);
    check("late eighties comedies", &[(Decade, "1980s"), (Genre, "Comedy")]);
    check("9999 1869 12345", &[]);
}
