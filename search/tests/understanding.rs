//! Understanding over the words of a real catalogue: any text at all is read without a panic, no word of it is lost, and
//! what was read is read again as the same.

use std::sync::LazyLock;

use proptest::prelude::*;
use wikimovie_domain::{Filter, Question, UnderstandingKind};
use wikimovie_search::{
    plan::{Clause, Plan, compile::compile, prefix::compile_prefix, rank::SCORE_LIMIT},
    text::{key, reading, words},
    vocabulary::Vocabulary,
};
use wikimovie_testkit::{Oracle, data};

static VOCABULARY: LazyLock<Vocabulary> = LazyLock::new(|| Oracle::new(data::seeds()).vocabulary());

/// Pieces that people type, from the catalogue and around it.
static PIECES: LazyLock<Vec<String>> = LazyLock::new(|| {
    let movies = data::seeds();
    let names = VOCABULARY.people().iter().chain(VOCABULARY.genres()).map(|entry| entry.name.clone());
    let around = "80s,1990s,nineteen eighties,1990-95,1990 to 1999,between 1970 and 1980,since 2001,before 1960,1917,300,\
        until,the,of,movies with,starring,romcom,sci-fi,war,\u{201c}star wars\u{201d},\"the end\",-horror,-\"the ring\",II,4,vi";
    let titles = movies.iter().map(|movie| movie.title.clone());
    titles.chain(names).chain(around.split(',').map(|piece| piece.trim().to_owned())).collect()
});

/// A text of pieces, of which some hold a slip.
fn typed() -> impl Strategy<Value = String> {
    let piece =
        (any::<prop::sample::Index>(), any::<Option<prop::sample::Index>>()).prop_map(|(piece, slip)| {
            let piece = &PIECES[piece.index(PIECES.len())];
            match slip {
                Some(at) if !piece.is_empty() => {
                    let left_out = at.index(piece.chars().count());
                    piece.chars().enumerate().filter(|&(at, _)| at != left_out).map(|(_, c)| c).collect()
                }
                _ => piece.clone(),
            }
        });
    prop::collection::vec(piece, 1..6).prop_map(|pieces| pieces.join(" "))
}

fn ask(text: &str) -> Question {
    Question { text: text.to_owned(), ..Question::default() }
}

/// Whether a word stands anywhere in a plan: by itself, or inside a phrase or a title.
fn stands(plan: &Plan, word: &str) -> bool {
    let groups = plan.score.iter().flat_map(|group| &group.tiers).map(|tier| &tier.clause);
    groups.chain([&plan.must]).any(|clause| in_clause(clause, word))
}

fn in_clause(clause: &Clause, word: &str) -> bool {
    match clause {
        Clause::Word(_, text) | Clause::Prefix(_, text) => text == word,
        Clause::Phrase(_, texts) => texts.iter().any(|text| text == word),
        Clause::TitleKey(text) | Clause::TitleStarts(text) => text.split(' ').any(|text| text == word),
        Clause::AllOf(clauses) | Clause::AnyOf(clauses) => {
            clauses.iter().any(|clause| in_clause(clause, word))
        }
        Clause::Not(clause) => in_clause(clause, word),
        _ => false,
    }
}

fn check(text: &str) {
    let compiled = compile(&ask(text), &VOCABULARY);
    let best = compiled.plan.score.iter().filter_map(|group| group.tiers.first());
    assert!(best.map(|tier| u64::from(tier.weight)).sum::<u64>() < u64::from(SCORE_LIMIT), "{text}");
    let read = reading::read(text);
    for word in words(reading::cut(text)) {
        let used = stands(&compiled.plan, &word.text);
        // Marks around a piece part words that would stand together; what is not used is told.
        let told = !compiled.warnings.is_empty() || !read.excluded.is_empty() || !read.phrases.is_empty();
        assert!(used || told, "{:?} of {text:?} is lost", word.text);
    }
    for understood in &compiled.understood {
        assert!(text.contains(&understood.typed), "{text}: {understood:?}");
        assert!(understood.without.text.len() < text.len(), "{text}: {understood:?}");
        let kind = understood.kind;
        if matches!(kind, UnderstandingKind::Phrase | UnderstandingKind::Excluded) {
            continue;
        }
        for value in understood.value.split(" + ") {
            let again = compile(&ask(value), &VOCABULARY).understood;
            let same = again.len() == 1 && again[0].kind == kind && again[0].value == value;
            assert!(same, "{value:?} of {text:?} is read again as {again:?}");
        }
    }
    compile_prefix(text, &Filter::default(), &VOCABULARY);
    let folded = key(text);
    assert_eq!(key(&folded), folded, "{text}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn what_people_type_is_read_whole_and_the_same_again(text in typed()) {
        check(&text);
    }

    #[test]
    fn any_text_is_read_whole_and_the_same_again(text in "\\PC{0,60}|[-a-z0-9 \"'.,:&]{0,60}") {
        check(&text);
    }
}
