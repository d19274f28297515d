//! `movies like alien`: a text that asks for movies like one, and the plan of the answer.

use wikimovie_domain::{
    Filter, Movie, MovieSort, Question, Understanding, UnderstandingEffect, UnderstandingKind, YearRange,
};
use wikimovie_text::{filler, reading, stop, title_key};

use super::{Clause, Plan, compile::Compiled, filter, similar};
use crate::{highlight_terms::HighlightTerms, vocabulary::Vocabulary, work::Work};

/// The question for the movie that others are wanted to be like; `None` where the text asks for something else. What
/// stands before `like` must say that movies are wanted: `Like Water for Chocolate` is a title.
pub fn like(question: &Question) -> Option<Question> {
    if !question.understand {
        return None;
    }
    let text = reading::cut(&question.text);
    let read = reading::read(text);
    let words: Vec<&str> = read.words.iter().map(|word| word.text.as_str()).collect();
    let like = words.iter().enumerate().skip(1).find_map(|(at, word)| match *word {
        "like" => Some((at, at + 1)),
        "similar" if words.get(at + 1) == Some(&"to") => Some((at, at + 2)),
        _ => None,
    });
    let (at, rest) = like.filter(|_| read.phrases.is_empty() && read.excluded.is_empty())?;
    let wants = |word: &str| {
        filler::is_movie_word(word)
            || matches!(word, "something" | "anything" | "stuff" | "ones" | "more" | "other")
    };
    let only_wants = words[..at].iter().all(|word| {
        wants(word)
            || stop::is_stop_word(word)
            || matches!(*word, "best" | "good" | "great" | "some" | "any" | "which")
    });
    let start = read.words.get(rest)?.place.start;
    (only_wants && words[..at].iter().any(|word| wants(word))).then(|| Question {
        text: text.get(start..).unwrap_or_default().to_owned(),
        filter: Filter::default(),
        sort: MovieSort::Relevance,
        understand: true,
    })
}

/// The question as one for movies like this one, without it.
pub fn compile_like(question: &Question, movie: &Movie, vocabulary: &Vocabulary) -> Compiled {
    let score = similar::groups(movie, vocabulary);
    let year = movie.year.map(|year| YearRange { gte: Some(year.get()), lte: Some(year.get()) });
    let itself = [Clause::TitleKey(title_key(&movie.title))].into_iter().chain(year.map(Clause::Years));
    let mut filtered = filter::compile(&question.filter);
    let mut must = vec![similar::any(&score), Clause::all_of(itself).negated()];
    must.append(&mut filtered.must);
    let labels = vec![movie.title.clone(); score.len()];
    let highlight_terms = HighlightTerms::new(&score, &labels, 0..score.len(), &[]);
    let plan = Plan { must: Clause::all_of(must), drill: filtered.drill, score };
    let value = match movie.year {
        Some(year) => format!("{} ({})", movie.title, year.get()),
        None => movie.title.clone(),
    };
    let understood = Understanding {
        kind: UnderstandingKind::Similar,
        typed: reading::cut(&question.text).trim().to_owned(),
        value,
        effect: UnderstandingEffect::Filter,
        without: Question { text: String::new(), ..question.clone() },
    };
    let warnings = filter::warnings(&question.filter, vocabulary, &Work::default());
    Compiled::of_plan(plan, warnings, highlight_terms).with_understood(understood)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_who_wants_movies_like_one_is_understood_so() {
        let cases = [
            ("movies like alien", Some("alien")),
            ("Films like The Matrix", Some("The Matrix")),
            ("something similar to blade runner", Some("blade runner")),
            ("best movies like heat", Some("heat")),
            ("like water for chocolate", None),
            ("some like it hot", None),
            ("movies like", None),
            ("black like me", None),
            ("alien", None),
        ];
        for (text, expected) in cases {
            let question = Question { text: text.to_owned(), ..Question::default() };
            assert_eq!(like(&question).map(|question| question.text).as_deref(), expected, "{text}");
        }
    }
}
