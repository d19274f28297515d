//! From a text still being typed to a [`Plan`]: titles that may be meant.

use wikimovie_domain::Filter;
use wikimovie_text::{reading, stop};

use super::{
    Clause, Group, MAX_PREFIX_CHARS, Plan,
    compile::Compiled,
    filter, lookup,
    term_expansion::{ExpansionContext, FieldScope, TermExpansion, expand_term},
    title_tiers::TitleTiers,
};
use crate::{highlight_terms::HighlightTerms, vocabulary::Vocabulary, work};

/// Reads a text still being typed, as the start of a title: each word occurs in the title in some expansion, the
/// last one as its start.
pub fn compile_prefix(text: &str, filter: &Filter, vocabulary: &Vocabulary) -> Compiled {
    let text = reading::cut(text);
    let found: Vec<String> =
        wikimovie_text::words(text).into_iter().take(reading::MAX_WORDS).map(|word| word.text).collect();
    let words: Vec<&str> = found.iter().map(String::as_str).collect();
    let open = !text.ends_with(char::is_whitespace);
    let synonyms = vocabulary.synonyms_in(&words);
    let context =
        ExpansionContext { words: &words, open, scope: FieldScope::Title, vocabulary, synonyms: &synonyms };
    let expansions: Vec<TermExpansion> = (0..words.len())
        .take_while(|_| !work::is_over())
        .map(|at| expand_term(&context, at, false))
        .collect();
    let longer = match words.as_slice() {
        // A few letters alone are a prefix of too many words.
        [.., last] if open && (words.len() > 1 || last.chars().count() > MAX_PREFIX_CHARS) => {
            lookup::longer(vocabulary, last, |counts| counts.title)
        }
        _ => Vec::new(),
    };
    let titles = TitleTiers {
        words: &words,
        expansions: &expansions,
        understood: &[],
        open,
        longer: &longer,
        synonyms: &synonyms,
        pins: &[],
    };
    let filtered = filter::compile(filter);
    let mut must = filtered.must;
    let mut score = Vec::new();
    let mut labels = Vec::new();
    if !words.is_empty() {
        // Titles are listed with and without their article.
        let first = usize::from(words.len() > 1 && stop::is_article(words[0]));
        let every = Clause::all_of(expansions[first..].iter().map(TermExpansion::any));
        let starts = if open { titles.starts() } else { Clause::None };
        must.push(Clause::any_of([every, titles.is_title(), starts]));
        score.push(titles.prefix_group());
        labels.push(words.join(" "));
        for (word, expansion) in words.iter().zip(&expansions) {
            score.push(Group::new(expansion.tiers.iter().cloned()));
            labels.push((*word).to_owned());
        }
    }
    let highlight_terms = HighlightTerms::new(&score, &labels, 1..score.len().max(1), &[]);
    let plan = Plan { must: Clause::all_of(must), drill: filtered.drill, score };
    Compiled { plan, understood: Vec::new(), warnings: Vec::new(), highlight_terms }
}
