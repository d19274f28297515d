//! What must hold of the reading of any text at all; shared by property tests and fuzzing.

use wikimovie_domain::{Filter, Question, UnderstandingKind};
use wikimovie_plan::{
    Clause, Plan, compile::compile, prefix::compile_prefix, rank::SCORE_LIMIT, suggest::Typos,
    vocabulary::Vocabulary,
};
use wikimovie_text::{key, reading, words};

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
        Clause::TitleKey(text) | Clause::TitleStarts(text) | Clause::OtherTitleStarts(text) => {
            text.split(' ').any(|text| text == word)
        }
        Clause::AllOf(clauses) | Clause::AnyOf(clauses) | Clause::AtLeast(_, clauses) => {
            clauses.iter().any(|clause| in_clause(clause, word))
        }
        Clause::Not(clause) => in_clause(clause, word),
        _ => false,
    }
}

/// Reads a text: no word of it is lost unsaid, the points stay within their bound, what was read is read again as
/// the same.
///
/// # Panics
/// Where that does not hold.
pub fn check(text: &str, vocabulary: &Vocabulary) {
    let compiled = compile(&ask(text), vocabulary);
    let best = compiled.plan.score.iter().filter_map(|group| group.tiers.first());
    assert!(best.map(|tier| u64::from(tier.weight)).sum::<u64>() < u64::from(SCORE_LIMIT), "{text}");
    let read = reading::read(text);
    for word in words(reading::cut(text)) {
        let used = stands(&compiled.plan, &word.text);
        // Marks around a piece part words that would stand together; what is not used is told.
        let told = !compiled.warnings.is_empty() || !read.excluded.is_empty() || !read.phrases.is_empty();
        assert!(used || told, "{:?} of {text:?} is lost", word.text);
    }
    for understood in &compiled.understood(0) {
        assert!(text.contains(&understood.typed), "{text}: {understood:?}");
        assert!(understood.without.text.len() < text.len(), "{text}: {understood:?}");
        let kind = understood.kind;
        use UnderstandingKind::{Director, Excluded, Filler, Person, Phrase, Similar};
        if matches!(kind, Phrase | Excluded | Filler | Similar) {
            continue;
        }
        for value in understood.value.split(" + ") {
            let again = compile(&ask(value), vocabulary).understood(0);
            // Words before a name say whether it is a director; the name alone may be one all the same.
            let is_person = |kind| matches!(kind, Person | Director);
            let is_same_kind =
                again.len() == 1 && (again[0].kind == kind || (is_person(kind) && is_person(again[0].kind)));
            let same = is_same_kind && again[0].value == value;
            assert!(same, "{value:?} of {text:?} is read again as {again:?}");
        }
    }
    for typos in Typos::PASSES {
        compile_prefix(text, &Filter::default(), vocabulary, typos);
    }
    let folded = key(text);
    assert_eq!(key(&folded), folded, "{text}");
}
