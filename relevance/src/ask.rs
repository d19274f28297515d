//! Asks a catalogue the questions of a list, as a front end would.

use wikimovie_domain::{
    AutocompleteRequest, HitsRequest, PageRequest, Question, SearchRequest, Suggested, SuggestionKind,
};
use wikimovie_engine::{Catalog, OperationContext, SearchError};

use crate::golden::{AUTOCOMPLETE, Answer, Golden};

/// What became of one question.
#[derive(Clone, Debug, PartialEq)]
pub struct GoldenOutcome {
    /// Of the question.
    pub id: String,
    /// Of the question.
    pub category: String,
    /// What was typed.
    pub query: String,
    /// Place of the first right movie, from 1.
    pub first: Option<usize>,
    /// Whether that place counts.
    pub mrr: bool,
    /// Right movies found, of those that could be: 0 to 1.
    pub recall: f64,
    /// Right movies among those found: 0 to 1.
    pub precision: f64,
    /// Title and year of the first movie found, or the name of what was found first.
    pub best: Option<String>,
}

/// Asks the questions one after another.
///
/// # Errors
/// The first error of the engine.
pub async fn ask(catalog: &dyn Catalog, golden: &[Golden]) -> Result<Vec<GoldenOutcome>, SearchError> {
    let mut outcomes = Vec::with_capacity(golden.len());
    for question in golden {
        let answers = if question.is_suggestions() {
            autocomplete(catalog, question, Vec::new()).await?
        } else if question.category == AUTOCOMPLETE {
            autocomplete(catalog, question, vec![SuggestionKind::Movie]).await?
        } else {
            search(catalog, question).await?
        };
        outcomes.push(GoldenOutcome::of(question, &answers));
    }
    Ok(outcomes)
}

async fn search(catalog: &dyn Catalog, golden: &Golden) -> Result<Vec<Answer>, SearchError> {
    let question =
        Question { text: golden.query.clone(), filter: golden.filters.filter(), ..Question::default() };
    let hits = vec![HitsRequest::plain(PageRequest::first(golden.k))];
    let answer = catalog
        .search(&OperationContext::new(), SearchRequest { question, hits, ..SearchRequest::default() })
        .await?
        .value;
    let hits = answer.hits.into_iter().flat_map(|page| page.hits);
    Ok(hits.map(|hit| Answer::Movie(Box::new(hit.movie))).collect())
}

async fn autocomplete(
    catalog: &dyn Catalog,
    golden: &Golden,
    kinds: Vec<SuggestionKind>,
) -> Result<Vec<Answer>, SearchError> {
    let request = AutocompleteRequest {
        prefix: golden.query.clone(),
        filter: golden.filters.filter(),
        kinds,
        first: golden.k,
    };
    let suggestions = catalog.autocomplete(&OperationContext::new(), request).await?.value;
    let answer = |suggested| match suggested {
        Suggested::Movie(movie) => Answer::Movie(movie),
        Suggested::Person { name } | Suggested::Genre { name } => Answer::Other(name),
        Suggested::Decade { from } => Answer::Other([from.to_string().as_str(), "s"].concat()),
    };
    Ok(suggestions.into_iter().map(|suggestion| answer(suggestion.suggested)).collect())
}

impl GoldenOutcome {
    /// Whether all that was expected is found, a right movie first.
    pub fn is_right(&self) -> bool {
        self.first == Some(1) && self.recall >= 1.0
    }

    /// Measures an answer, best first.
    pub fn of(golden: &Golden, answers: &[Answer]) -> Self {
        let shown = &answers[..answers.len().min(golden.k)];
        let right: Vec<Option<usize>> = shown.iter().map(|answer| golden.right(answer)).collect();
        let hits = right.iter().flatten().count();
        let mut different: Vec<usize> = right.iter().copied().flatten().collect();
        different.sort_unstable();
        different.dedup();
        let share = |part: usize, whole: usize| if whole == 0 { 0.0 } else { part as f64 / whole as f64 };
        let best = shown.first().map(|answer| match answer {
            Answer::Movie(movie) => match movie.year {
                Some(year) => format!("{} ({})", movie.title, year.get()),
                None => movie.title.clone(),
            },
            Answer::Other(name) => name.clone(),
        });
        Self {
            id: golden.id.clone(),
            category: golden.category.clone(),
            query: golden.query.clone(),
            first: right.iter().position(Option::is_some).map(|place| place + 1),
            mrr: golden.mrr,
            recall: share(different.len(), golden.k.min(golden.expected.len())),
            precision: share(hits, shown.len()),
            best,
        }
    }
}
