//! From a text still being typed to a [`Plan`]: titles that may be meant.

use wikimovie_domain::Filter;
use wikimovie_text::{reading, stop};

use super::{
    Clause, Group, Plan,
    compile::Compiled,
    filter,
    suggest::Typos,
    term_expansion::{ExpansionContext, FieldScope, TermExpansion, expand_term},
    title_tiers::TitleTiers,
};
use crate::{highlight_terms::HighlightTerms, vocabulary::Vocabulary};

/// Reads a text still being typed, as the start of a title: each word occurs in the title in some expansion, the
/// last one as its start.
pub fn compile_prefix(text: &str, filter: &Filter, vocabulary: &Vocabulary, typos: Typos) -> Compiled {
    let text = reading::cut(text);
    let found: Vec<String> =
        wikimovie_text::words(text).into_iter().take(reading::MAX_WORDS).map(|word| word.text).collect();
    let words: Vec<&str> = found.iter().map(String::as_str).collect();
    let open = !text.ends_with(char::is_whitespace);
    let synonyms = vocabulary.synonyms_in(&words);
    let context = ExpansionContext {
        words: &words,
        open,
        typos: typos == Typos::Forgiven,
        scope: FieldScope::Title,
        vocabulary,
        synonyms: &synonyms,
    };
    let expansions: Vec<TermExpansion> =
        (0..words.len()).map(|at| expand_term(&context, at, false)).collect();
    let of_words: Vec<&TermExpansion> = expansions.iter().collect();
    let titles = TitleTiers {
        words: &words,
        expansions: &of_words,
        understood: &[],
        open,
        longer: &[],
        synonyms: &synonyms,
        pins: &[],
        has_other_titles: vocabulary.has_other_titles(),
    };
    let filtered = filter::compile(filter);
    let mut must = filtered.must;
    let mut score = Vec::new();
    let mut highlight_terms = HighlightTerms::default();
    if !words.is_empty() {
        // Titles are listed with and without their article.
        let first = usize::from(words.len() > 1 && stop::is_article(words[0]));
        let every = Clause::all_of(expansions[first..].iter().map(TermExpansion::any));
        let starts = if open { titles.starts() } else { Clause::None };
        must.push(Clause::any_of([every, titles.is_title(), starts, titles.is_or_starts_other()]));
        score.push(titles.prefix_group());
        let groups: Vec<Group> =
            expansions.iter().map(|expansion| Group::new(expansion.tiers.iter().cloned())).collect();
        highlight_terms = HighlightTerms::new(&groups, &found, 0..groups.len(), &[]);
    }
    let plan = Plan { must: Clause::all_of(must), drill: filtered.drill, score };
    Compiled::of_plan(plan, Vec::new(), highlight_terms)
}
