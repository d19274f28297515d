//! What texts are compiled to.

use proptest::prelude::*;
use wikimovie_domain::Filter;

use super::*;
use crate::WordField;
use crate::{
    prefix::compile_prefix,
    relax::relaxations,
    suggest::Typos,
    vocabulary::{Entry, VocabularyBuilder, WordCounts},
};

fn vocabulary() -> Vocabulary {
    let title = |word: &str| (word.to_owned(), WordCounts { title: 3, ..WordCounts::default() });
    let cast = |word: &str| (word.to_owned(), WordCounts { people: 3, ..WordCounts::default() });
    let other = |word: &str| (word.to_owned(), WordCounts { other_title: 3, ..WordCounts::default() });
    let entry = |name: &str| Entry { key: wikimovie_text::key(name), name: name.to_owned(), movies: 3 };
    VocabularyBuilder::new(1000)
        .words(
            ["the", "matrix", "spider", "man", "spiderman", "godfather", "saw", "vi", "star", "wars"]
                .map(title),
        )
        .words(["john", "wayne", "keanu", "reeves"].map(cast))
        .words(["shichinin", "samurai"].map(other))
        .people(["John Wayne", "Keanu Reeves", "Charles \"Buddy\" Rogers"].map(entry).into())
        .genres(["Western", "Romance", "Comedy"].map(entry).into())
        .build()
}

fn ask(text: &str) -> Question {
    Question { text: text.to_owned(), ..Question::default() }
}

fn holds(clause: &Clause, leaf: &Clause) -> bool {
    clause == leaf
        || match clause {
            Clause::AllOf(clauses) | Clause::AnyOf(clauses) | Clause::AtLeast(_, clauses) => {
                clauses.iter().any(|clause| holds(clause, leaf))
            }
            Clause::Not(clause) => holds(clause, leaf),
            _ => false,
        }
}

fn word(word: &str) -> Clause {
    Clause::Word(WordField::Title, word.to_owned())
}

#[test]
fn words_are_looked_for_in_every_writing() {
    let phrase = Clause::Phrase(WordField::Title, vec!["spider".into(), "man".into()]);
    let cases = [
        ("spiderman", phrase),
        ("spider man", word("spiderman")),
        ("saw 6", word("vi")),
        ("martix", word("matrix")),
        ("godf", word("godfather")),
        ("wa", Clause::Prefix(WordField::Title, "wa".into())),
        ("unheardof", word("unheardof")),
        ("the western", Clause::Genre("western".into())),
        ("1999", Clause::TitleKey("1999".into())),
    ];
    for (text, leaf) in cases {
        let compiled = compile(&ask(text), &vocabulary());
        let last = compiled.plan_at(compiled.levels.count() - 1).into_owned();
        assert!(holds(&last.must, &leaf), "{text}: {:#?}", last.must);
    }
}

#[test]
fn other_titles_are_looked_for_only_where_there_are_any() {
    let has_other = |compiled: &Compiled| {
        let clauses = compiled.plan.score.iter().flat_map(|group| &group.tiers).map(|tier| &tier.clause);
        clauses.chain([&compiled.plan.must]).any(|clause| format!("{clause:?}").contains("OtherTitle"))
    };
    let without = VocabularyBuilder::new(10).build();
    for text in ["shichinin no samurai", "the matrix", "samurai 1954"] {
        assert!(has_other(&compile(&ask(text), &vocabulary())), "{text}");
        assert!(!has_other(&compile(&ask(text), &without)), "{text}");
        let filter = Filter::default();
        let prefix = |vocabulary: &Vocabulary| compile_prefix(text, &filter, vocabulary, Typos::Refused);
        assert!(has_other(&prefix(&vocabulary())), "{text}");
        assert!(!has_other(&prefix(&without)), "{text}");
    }
}

#[test]
fn an_other_title_is_right_below_the_title_itself() {
    let compiled = compile(&ask("shichinin no samurai"), &vocabulary());
    let group = &compiled.plan.score[0];
    let weight = |is: fn(&Clause) -> bool| {
        group.tiers.iter().find(|tier| is(&tier.clause)).map_or(0, |tier| tier.weight)
    };
    let own = weight(|clause| matches!(clause, Clause::TitleForm(_) | Clause::AnyOf(_)));
    let other = weight(|clause| format!("{clause:?}").contains("OtherTitleForm"));
    let starts = weight(|clause| matches!(clause, Clause::TitleStarts(_)));
    let other_starts = weight(|clause| matches!(clause, Clause::OtherTitleStarts(_)));
    assert!(own > other && other > starts && starts > other_starts && other_starts > 0);
}

#[test]
fn nothing_typed_asks_nothing() {
    for text in ["", "  ", "!!!", "\""] {
        let compiled = compile(&ask(text), &vocabulary());
        assert_eq!((compiled.plan.must, compiled.plan.score.len()), (Clause::All, 0), "{text}");
    }
}

#[test]
fn readings_can_be_turned_off_and_removed() {
    let question = ask("john wayne westerns from the 1950s -war \"star wars\"");
    let compiled = compile(&question, &vocabulary());
    let understood = compiled.understood(0);
    let understood: Vec<(&str, &str, &str)> =
        understood.iter().map(|u| (u.typed.as_str(), u.value.as_str(), u.without.text.as_str())).collect();
    assert_eq!(
        understood,
        [
            ("john wayne", "John Wayne", "westerns from the 1950s -war \"star wars\""),
            ("westerns", "Western", "john wayne from the 1950s -war \"star wars\""),
            ("from the 1950s", "1950s", "john wayne westerns -war \"star wars\""),
            ("-war", "-war", "john wayne westerns from the 1950s \"star wars\""),
            ("\"star wars\"", "star wars", "john wayne westerns from the 1950s -war"),
        ]
    );
    let plain = compile(&Question { understand: false, ..question }, &vocabulary());
    assert_eq!(plain.understood(0).len(), 2, "quotes and minus are no guesses");
}

#[test]
fn a_nickname_in_quotes_is_part_of_the_name() {
    for text in ["Charles \"Buddy\" Rogers", "charles buddy rogers", "the matrix charles \"buddy\" rogers"] {
        let understood = compile(&ask(text), &vocabulary()).understood(0);
        let people: Vec<&str> = understood.iter().map(|piece| piece.value.as_str()).collect();
        assert_eq!(people, ["Charles \"Buddy\" Rogers"], "{text}");
    }
    let other = compile(&ask("charles \"matrix\" rogers"), &vocabulary()).understood(0);
    assert_eq!(other[0].kind, UnderstandingKind::Phrase);
}

#[test]
fn corrections_touch_only_what_is_unknown_and_near() {
    let cases = [
        ("the martix", Some("the matrix")),
        ("The Martix!", Some("The matrix!")),
        ("the matrix", None),
        ("godf", None),
        ("spiderman", None),
        ("keanu reaves", Some("keanu reeves")),
        ("xyzzy", None),
        ("\"martix\"", None),
    ];
    for (text, expected) in cases {
        let found = corrected(&ask(text), &vocabulary()).map(|question| question.text);
        assert_eq!(found.as_deref(), expected, "{text}");
    }
}

#[test]
fn words_beyond_the_limit_are_reported() {
    let compiled = compile(&ask(&"matrix ".repeat(40)), &vocabulary());
    assert_eq!(compiled.warnings[0].code, TEXT_CUT);
}

#[test]
fn tiers_fall_and_name_how_they_match() {
    let compiled = compile(&ask("the martix 1999"), &vocabulary());
    for group in &compiled.plan.score {
        assert!(group.tiers.is_sorted_by(|a, b| a.weight >= b.weight));
    }
    assert_eq!(compiled.plan.score[0].tiers[0].kind, ReasonKind::ExactTitle);
}

proptest! {
    #[test]
    fn any_text_compiles_within_the_bound_and_loses_no_word(
        text in "\\PC{0,60}|[½¾㏂ﷺ東京都市ﬁ𝐑 '\"-]{0,20}|((the|matrix|martix|spider|john|wayne|western|1999|80s|-war|\"saw\"|6|ii) ?){0,40}",
        understand in any::<bool>(),
    ) {
        let question = Question { understand, ..ask(&text) };
        let compiled = compile(&question, &vocabulary());
        let best: u64 = compiled.plan.score.iter().filter_map(|group| group.tiers.first()).map(|tier| u64::from(tier.weight)).sum();
        prop_assert!(best < u64::from(crate::rank::SCORE_LIMIT));
        let reading = reading::read(&text);
        let words: Vec<&str> = reading.words.iter().map(|typed| typed.text.as_str()).collect();
        let fillers = wikimovie_text::filler::fillers(&words);
        // Where no movie has all of the words, those that mean little add nothing.
        let means = |at: usize| {
            let is_weak = stop::is_stop_word(words[at]) || stop::is_question_word(&words, at);
            !(fillers[at] || (is_weak && compiled.levels.is_partial(0)))
        };
        for (_, typed) in reading.words.iter().enumerate().filter(|(at, _)| means(*at)) {
            let whole = compiled.plan.score.iter().flat_map(|group| &group.tiers);
            let found = whole.map(|tier| &tier.clause).any(|clause| holds(clause, &word(&typed.text)));
            prop_assert!(found, "{} is in no group", typed.text);
        }
        prop_assert_eq!(reading.unused.is_empty(), compiled.warnings.is_empty());
        for understanding in &compiled.understood(0) {
            prop_assert!(understanding.without.text.len() < text.len());
        }
        if let Some(again) = corrected(&question, &vocabulary()) {
            prop_assert_ne!(&again.text, &text);
            prop_assert_eq!(corrected(&again, &vocabulary()), None);
        }
        for typos in Typos::PASSES {
            compile_prefix(&text, &Filter::default(), &vocabulary(), typos);
            vocabulary().suggest_people(&text, 5, typos);
            vocabulary().suggest_genres(&text, 5, typos);
        }
        relaxations(&question, 0, &vocabulary());
    }
}
