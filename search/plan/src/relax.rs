//! What a question may drop to find more: each piece of the text as it was read, each top-level filter, and sets of them.
//! Pure; an engine counts what is found.

use std::ops::Range;

use wikimovie_domain::{
    Filter, Question, RatingRange, RelaxedPart, RuntimeRange, UnderstandingKind, ValueMatch, YearRange,
};
use wikimovie_text::reading;

use crate::{compile::Text, vocabulary::Vocabulary, work::Work};

/// Most offers of one answer.
pub const MAX_OFFERS: usize = 6;
/// Most parts of a question of which pairs are offered.
const MAX_PAIRED: usize = 5;

/// A question with a part of it dropped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// What is dropped.
    pub part: RelaxedPart,
    /// As a person would call it.
    pub dropped: String,
    /// What is left.
    pub question: Question,
}

/// What may be dropped where so many movies are found, in steps: a further step counts where none before it finds more.
/// First each part alone, then pairs of parts; where nothing is found, the whole text or all filters at last.
pub fn relaxations(question: &Question, found: u64, vocabulary: &Vocabulary) -> Vec<Vec<Candidate>> {
    let parts = parts(question, vocabulary);
    let alone: Vec<Candidate> = parts.iter().map(|part| without(question, &[part])).collect();
    let mut pairs = Vec::new();
    for (at, first) in parts.iter().enumerate().take(MAX_PAIRED) {
        let others = parts[at + 1..].iter().take(MAX_PAIRED).filter(|second| !first.overlaps(second));
        pairs.extend(others.map(|second| without(question, &[first, second])));
    }
    let mut rest = Vec::new();
    let text = reading::cut(&question.text).trim();
    if !text.is_empty() && found == 0 {
        let question = Question { text: String::new(), ..question.clone() };
        rest.push(Candidate { part: RelaxedPart::Text, dropped: text.to_owned(), question });
    }
    if !question.filter.is_empty() && found == 0 {
        let question = Question { filter: Filter::default(), ..question.clone() };
        rest.push(Candidate { part: RelaxedPart::Several, dropped: "all filters".to_owned(), question });
    }
    let mut seen = vec![question.clone()];
    let mut steps = vec![alone, pairs, rest];
    for step in &mut steps {
        step.retain(|candidate| {
            let is_new = !seen.contains(&candidate.question);
            seen.push(candidate.question.clone());
            is_new
        });
    }
    steps
}

/// A piece of a text that may be dropped from it.
struct Dropped {
    /// Bytes of the text, with the words that lead to it.
    place: Range<usize>,
    /// What it is understood as, if more than a word.
    kind: Option<UnderstandingKind>,
    /// As it is called.
    name: String,
}

/// The pieces of a question's text that may be dropped: what was understood, phrases and exclusions, and single words that
/// a movie should meet.
fn droppable(question: &Question, vocabulary: &Vocabulary) -> Vec<Dropped> {
    let text = Text::read(question, vocabulary, &Work::default());
    let mut dropped = Vec::new();
    for piece in &text.understood {
        let kind = if piece.excluded { UnderstandingKind::Excluded } else { piece.kind };
        let name = if piece.excluded { format!("-{}", piece.value) } else { piece.value.clone() };
        dropped.push(Dropped { place: text.span(&(piece.lead..piece.words.end)), kind: Some(kind), name });
    }
    for range in &text.negated {
        let (place, kind) = (text.span(range), Some(UnderstandingKind::Excluded));
        dropped.push(Dropped { name: text.typed(place.clone()).to_owned(), place, kind });
    }
    for phrase in &text.reading.phrases {
        let (place, kind) = (phrase.place.clone(), Some(UnderstandingKind::Phrase));
        dropped.push(Dropped { name: text.typed(place.clone()).to_owned(), place, kind });
    }
    for excluded in &text.reading.excluded {
        let (place, kind) = (excluded.place.clone(), Some(UnderstandingKind::Excluded));
        dropped.push(Dropped { name: text.typed(place.clone()).to_owned(), place, kind });
    }
    for at in text.required(&text.words()) {
        if text.readings_of(at).next().is_none() {
            let place = text.reading.words[at].place.clone();
            dropped.push(Dropped { name: text.typed(place.clone()).to_owned(), place, kind: None });
        }
    }
    dropped.sort_by_key(|piece| piece.place.start);
    dropped
}

/// A part of a question, and how it is dropped.
struct Droppable {
    part: RelaxedPart,
    dropped: String,
    drop: Drop,
}

impl Droppable {
    /// Whether both are pieces of the text that share a byte. A character may be two words (`½` is `1` and `2`), and a
    /// phrase holds words: what is dropped with one cannot be dropped again with the other.
    fn overlaps(&self, other: &Droppable) -> bool {
        match (&self.drop, &other.drop) {
            (Drop::Text(one), Drop::Text(two)) => one.start < two.end && two.start < one.end,
            _ => false,
        }
    }
}

enum Drop {
    /// These bytes of the text.
    Text(Range<usize>),
    /// A filter.
    Filter(fn(&mut Filter)),
}

fn parts(question: &Question, vocabulary: &Vocabulary) -> Vec<Droppable> {
    let mut parts: Vec<Droppable> = Vec::new();
    let dropped = droppable(question, vocabulary);
    // The last word is not dropped alone: without text every movie is found.
    let several = dropped.len() > 1;
    for Dropped { place, kind, name } in dropped.into_iter().filter(|_| several) {
        let part = match kind {
            None => RelaxedPart::Word,
            Some(UnderstandingKind::Person | UnderstandingKind::Director) => RelaxedPart::Person,
            Some(_) => RelaxedPart::Understood,
        };
        parts.push(Droppable { part, dropped: name, drop: Drop::Text(place) });
    }
    let filter = &question.filter;
    let mut add = |part, dropped: String, change: fn(&mut Filter)| {
        if !dropped.is_empty() {
            parts.push(Droppable { part, dropped, drop: Drop::Filter(change) });
        }
    };
    let list = |values: &ValueMatch| values.values().cloned().collect::<Vec<_>>().join(", ");
    add(RelaxedPart::Genres, list(&filter.genres), |filter| filter.genres = ValueMatch::default());
    add(RelaxedPart::Cast, list(&filter.cast), |filter| filter.cast = ValueMatch::default());
    add(RelaxedPart::Directors, list(&filter.directors), |filter| filter.directors = ValueMatch::default());
    add(RelaxedPart::Writers, list(&filter.writers), |filter| filter.writers = ValueMatch::default());
    add(RelaxedPart::Languages, list(&filter.languages), |filter| filter.languages = ValueMatch::default());
    add(RelaxedPart::Countries, list(&filter.countries), |filter| filter.countries = ValueMatch::default());
    add(RelaxedPart::Title, filter.title.clone().unwrap_or_default(), |filter| filter.title = None);
    add(RelaxedPart::Year, range(filter.year.gte, filter.year.lte), |filter| {
        filter.year = YearRange::default();
    });
    let runtime = range(filter.runtime.gte, filter.runtime.lte);
    let runtime = if runtime.is_empty() { runtime } else { [runtime.as_str(), " min"].concat() };
    add(RelaxedPart::Runtime, runtime, |filter| filter.runtime = RuntimeRange::default());
    let rating =
        range(filter.rating.gte.map(|value| value.get()), filter.rating.lte.map(|value| value.get()));
    add(RelaxedPart::Rating, rating, |filter| filter.rating = RatingRange::default());
    let decades: Vec<String> = filter.decades.iter().map(|decade| format!("{decade}s")).collect();
    add(RelaxedPart::Decades, decades.join(", "), |filter| filter.decades.clear());
    let poster = filter.has_poster.map_or("", |has| if has { "with a poster" } else { "without a poster" });
    add(RelaxedPart::HasPoster, poster.to_owned(), |filter| filter.has_poster = None);
    add(RelaxedPart::Providers, list(&filter.providers), |filter| filter.providers = ValueMatch::default());
    parts
}

fn without(question: &Question, dropped: &[&Droppable]) -> Candidate {
    let mut left = question.clone();
    let mut places: Vec<&Range<usize>> = Vec::new();
    for part in dropped {
        match &part.drop {
            Drop::Text(place) => places.push(place),
            Drop::Filter(change) => change(&mut left.filter),
        }
    }
    // From the end, so that the places before stay where they are.
    places.sort_by_key(|place| std::cmp::Reverse(place.start));
    for place in places {
        left.text = reading::without(&left.text, place);
    }
    let part = match dropped {
        [one] => one.part,
        _ => RelaxedPart::Several,
    };
    let names: Vec<&str> = dropped.iter().map(|part| part.dropped.as_str()).collect();
    Candidate { part, dropped: names.join(", "), question: left }
}

fn range<T: ToString + PartialEq>(gte: Option<T>, lte: Option<T>) -> String {
    let end = |value: Option<T>| value.map(|value| value.to_string()).unwrap_or_default();
    match (gte, lte) {
        (None, None) => String::new(),
        (Some(gte), Some(lte)) if gte == lte => gte.to_string(),
        (gte, lte) => format!("{}-{}", end(gte), end(lte)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(question: &Question) -> Vec<Vec<(RelaxedPart, String, String)>> {
        let steps = relaxations(question, 0, &Vocabulary::default());
        let shown = |found: Candidate| (found.part, found.dropped, found.question.text);
        steps.into_iter().map(|step| step.into_iter().map(shown).collect()).collect()
    }

    #[test]
    fn words_of_one_character_are_dropped_together() {
        let cases = [("½ 𝐑'Ý$𐎀%*𝒫¥", "𝐑'Ý$𐎀%*𝒫¥"), ("matrix ﷺ", "matrix"), ("¾½", "½"), ("東京都 𝐑", "都 𝐑")];
        for (text, left) in cases {
            let question = Question { text: text.into(), ..Question::default() };
            let offers: Vec<String> = shown(&question).into_iter().flatten().map(|offer| offer.2).collect();
            assert!(offers.iter().any(|offer| offer == left), "{text}: {offers:?}");
        }
    }

    #[test]
    fn every_part_can_be_dropped_alone_or_in_pairs() {
        let mut question = Question { text: "the matrix spiderman".into(), ..Question::default() };
        question.filter.genres.any_of = vec!["Drama".into(), "War".into()];
        question.filter.year = YearRange { gte: Some(1990), lte: None };
        let steps = shown(&question);
        let one = |part, dropped: &str, left: &str| (part, dropped.to_owned(), left.to_owned());
        let alone = [
            one(RelaxedPart::Word, "matrix", "the spiderman"),
            one(RelaxedPart::Word, "spiderman", "the matrix"),
            one(RelaxedPart::Genres, "Drama, War", "the matrix spiderman"),
            one(RelaxedPart::Year, "1990-", "the matrix spiderman"),
        ];
        assert_eq!(steps[0], alone);
        assert_eq!(steps[1][0], one(RelaxedPart::Several, "matrix, spiderman", "the"));
        assert_eq!(steps[1].len(), 6);
        // Without all filters is a pair already.
        assert_eq!(steps[2], [one(RelaxedPart::Text, "the matrix spiderman", "")]);
    }

    #[test]
    fn a_lone_word_is_dropped_last() {
        let steps = shown(&Question { text: "qqqqqq".into(), ..Question::default() });
        assert_eq!((steps[0].len(), steps[1].len()), (0, 0));
        assert_eq!(steps[2], [(RelaxedPart::Text, "qqqqqq".to_owned(), String::new())]);
        assert!(shown(&Question::default()).iter().all(Vec::is_empty));
    }
}
