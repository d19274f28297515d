//! Negation in words: `war movies without john wayne`, `comedies but not from the 80s`.

use std::ops::Range;

use wikimovie_text::{filler::is_movie_word, numerals, reading::TypedWord, stop};

use crate::{Clause, WordField, understand::Understood};

/// Marks what is read behind a word that negates, and finds the plain words that are negated, each with the words that
/// negate it. Titles negate too (`Rebel Without a Cause`): a plain word is excluded only where the text says otherwise that
/// it is no title, and nothing at the start of a text is.
pub(crate) fn negate(words: &[TypedWord], understood: &mut [Understood]) -> Vec<Range<usize>> {
    let word = |at: usize| words.get(at).filter(|word| !word.quoted).map_or("", |word| word.text.as_str());
    let mut excluded_until = None;
    for piece in understood.iter_mut() {
        let mut start = piece.lead;
        // `without any`, `without the`.
        while start > 0 && matches!(word(start - 1), "any" | "the" | "starring" | "with" | "from" | "in") {
            start -= 1;
        }
        let negated = start.checked_sub(1).filter(|&at| at > 0 && is_negator(word(at)));
        let goes_on = excluded_until
            .is_some_and(|end| (end..piece.words.start).all(|at| matches!(word(at), "and" | "or" | "nor")));
        if let Some(negator) = negated {
            piece.lead = start_of(negator, &word);
        }
        piece.excluded = negated.is_some() || goes_on;
        if goes_on {
            piece.lead = piece.lead.min(excluded_until.unwrap_or(piece.lead));
        }
        excluded_until = piece.excluded.then_some(piece.words.end);
    }
    let is_read = |at: usize| understood.iter().any(|piece| (piece.lead..piece.words.end).contains(&at));
    let no_title =
        (0..words.len()).any(|at| is_movie_word(word(at))) || understood.iter().any(|piece| !piece.excluded);
    let is_plain = |at: usize| {
        let negator = word(at);
        let meant =
            !word(at + 1).is_empty() && !stop::is_stop_word(word(at + 1)) && !is_movie_word(word(at + 1));
        is_negator(negator) && negator != "no" && meant && !is_read(at) && !is_read(at + 1)
    };
    let found = (1..words.len()).filter(|&at| no_title && is_plain(at));
    found.map(|at| start_of(at, &word)..at + 2).collect()
}

fn is_negator(word: &str) -> bool {
    matches!(word, "without" | "except" | "excluding" | "minus" | "not" | "no" | "sans")
}

/// The negator with the words before it that belong to it: `but not`, `with no`.
fn start_of<'a>(negator: usize, word: &impl Fn(usize) -> &'a str) -> usize {
    match negator.checked_sub(1) {
        Some(before) if before > 0 && matches!(word(before), "but" | "and" | "with") => before,
        _ => negator,
    }
}

/// What holds of movies with excluded words. A number excludes titles that count so: plots are full of numbers.
pub(crate) fn excluded_words(words: &[&str], has_other_titles: bool) -> Clause {
    match words {
        [word] if word.bytes().all(|b| b.is_ascii_digit()) => {
            let number = numerals::number(word);
            let spellings = number.map(numerals::spellings).unwrap_or_default();
            let all = spellings.into_iter().chain([(*word).to_owned()]);
            Clause::any_of(all.map(|word| Clause::Word(WordField::Title, word)))
        }
        _ => anywhere(words, has_other_titles),
    }
}

/// The words side by side in a title, in a name, or in the summary.
pub(crate) fn anywhere(words: &[&str], has_other_titles: bool) -> Clause {
    let other = has_other_titles.then_some(WordField::OtherTitle);
    let fields = [WordField::Title, WordField::People, WordField::Summary].into_iter().chain(other);
    Clause::any_of(
        fields.map(|field| Clause::words(field, words.iter().map(|&word| word.to_owned()).collect())),
    )
}
