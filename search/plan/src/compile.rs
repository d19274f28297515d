//! From a question and the catalogue's vocabulary to an engine-neutral [`Plan`]. Pure: the same question and
//! vocabulary give the same plan.
//!
//! A movie matches when it has every word of the text in some expansion, or is what a word was understood as (a year,
//! a genre, a person); stop words may be missing. Groups score the match: one of the whole text, one of each word,
//! one of each understanding. [`super::rank`] holds the weights.

use std::ops::Range;

use wikimovie_domain::{
    Question, ReasonKind, Understanding, UnderstandingEffect, UnderstandingKind, Warning,
};
use wikimovie_text::{
    reading::{self, Reading},
    stop,
};

use super::{
    Clause, Group, MAX_PREFIX_CHARS, Plan, Tier, WordField, filter, lookup,
    rank::reading as weights,
    term_expansion::{ExpansionContext, FieldScope, TermExpansion, expand_term},
    title_tiers::TitleTiers,
};
use crate::{
    highlight_terms::HighlightTerms,
    rules::Synonym,
    understand::{Understood, understand},
    vocabulary::Vocabulary,
    work::Work,
};

/// Code of the warning for words that were not used.
pub const TEXT_CUT: &str = "TEXT_CUT";

/// A question made ready for an engine.
#[derive(Clone, Debug)]
pub struct Compiled {
    /// What the engine is asked.
    pub plan: Plan,
    /// What words were understood as, in the order of the text.
    pub understood: Vec<Understanding>,
    /// What the caller should know about the question.
    pub warnings: Vec<Warning>,
    /// Terms that highlights and reasons are made of.
    pub highlight_terms: HighlightTerms,
}

/// Reads a question.
pub fn compile(question: &Question, vocabulary: &Vocabulary) -> Compiled {
    compile_during(question, vocabulary, &Work::default())
}

/// Reads a question as long as somebody waits; what is read of one whose work is over is of no use.
pub fn compile_during(question: &Question, vocabulary: &Vocabulary, work: &Work) -> Compiled {
    let text = Text::read(question, vocabulary, work);
    let (groups, highlight_terms) = text.groups();
    let mut warnings = text.warnings();
    warnings.append(&mut filter::warnings(&question.filter, vocabulary, work));
    Compiled {
        plan: Plan { score: groups, ..text.plan(question) },
        understood: text.understandings(question),
        warnings,
        highlight_terms,
    }
}

/// What an engine is asked of a question whose hits are only counted: the plan without scores.
pub fn count_plan(question: &Question, vocabulary: &Vocabulary, work: &Work) -> Plan {
    Text::read(question, vocabulary, work).plan(question)
}

/// The question with unknown words corrected, where a close known word is clearly meant; `None` where every
/// word is known, is a prefix of a known one, or has nothing near.
pub fn corrected(question: &Question, vocabulary: &Vocabulary) -> Option<Question> {
    let text = Text::read(question, vocabulary, &Work::default());
    let mut corrected = reading::cut(&question.text).to_owned();
    let mut changed = false;
    for (at, word) in text.reading.words.iter().enumerate().rev() {
        if let Some(meant) = text.meant(at) {
            corrected.replace_range(word.place.clone(), &meant);
            changed = true;
        }
    }
    changed.then(|| Question { text: corrected, ..question.clone() })
}

/// A text read and expanded.
struct Text<'a> {
    text: &'a str,
    reading: Reading,
    understood: Vec<Understood>,
    expansions: Vec<TermExpansion>,
    /// Words of titles that the last word is a prefix of.
    longer: Vec<String>,
    synonyms: Vec<Synonym>,
    pins: Vec<Clause>,
}

impl<'a> Text<'a> {
    fn read(question: &'a Question, vocabulary: &Vocabulary, work: &Work) -> Self {
        let text = reading::cut(&question.text);
        let reading = reading::read(text);
        let understood =
            if question.understand { understand(text, &reading.words, vocabulary) } else { Vec::new() };
        let words: Vec<&str> = reading.words.iter().map(|word| word.text.as_str()).collect();
        let synonyms = vocabulary.synonyms_in(&words);
        // Quotes and a minus ask for something else than the text alone.
        let plain = reading.phrases.is_empty() && reading.excluded.is_empty();
        let pins = if plain { vocabulary.rules().pinned(&words.join(" ")) } else { Vec::new() };
        let has_others = words.iter().any(|word| !stop::is_stop_word(word));
        let expansions = (0..words.len())
            .map(|at| {
                if work.is_over() {
                    return TermExpansion::default();
                }
                // Almost every summary has the stop word, so it means nothing there.
                let scope =
                    if stop::is_stop_word(words[at]) { FieldScope::Title } else { FieldScope::Everywhere };
                let open = reading.open && (has_others || words.len() > 1 || words[at].len() > 1);
                let context = ExpansionContext {
                    words: &words,
                    open,
                    typos: true,
                    scope,
                    vocabulary,
                    synonyms: &synonyms,
                };
                expand_term(&context, at, reading.words[at].quoted)
            })
            .collect();
        let longer = match words.last() {
            Some(last) if reading.open && last.chars().count() > MAX_PREFIX_CHARS => {
                lookup::longer(vocabulary, last, |counts| counts.title)
            }
            _ => Vec::new(),
        };
        Self { text, reading, understood, expansions, longer, synonyms, pins }
    }

    fn words(&self) -> Vec<&str> {
        self.reading.words.iter().map(|word| word.text.as_str()).collect()
    }

    /// Readings that this word is part of.
    fn readings_of(&self, at: usize) -> impl Iterator<Item = &Understood> {
        self.understood.iter().filter(move |understood| understood.words.contains(&at))
    }

    /// Words that a movie must meet: all but those that lead to a reading, stop words and `movie`, as long as
    /// others are left.
    fn required(&self) -> Vec<usize> {
        let words = self.words();
        let leads = |at: usize| self.understood.iter().any(|u| (u.lead..u.words.start).contains(&at));
        let plain = |at: &usize| !self.reading.words[*at].quoted;
        let strong: Vec<usize> = (0..words.len())
            .filter(plain)
            .filter(|&at| !leads(at) && !stop::is_stop_word(words[at]) && !stop::is_filler(words[at]))
            .collect();
        if strong.is_empty() && self.reading.phrases.is_empty() {
            (0..words.len()).filter(|&at| !leads(at)).collect()
        } else {
            strong
        }
    }

    /// The plan without scores.
    fn plan(&self, question: &Question) -> Plan {
        let mut filtered = filter::compile(&question.filter);
        let mut must = self.must();
        must.append(&mut filtered.must);
        Plan { must: Clause::all_of(must), drill: filtered.drill, score: Vec::new() }
    }

    /// What the text asks of a movie.
    fn must(&self) -> Vec<Clause> {
        let words = self.words();
        let whole = self.whole(&words);
        let mut must = Vec::new();
        if !words.is_empty() {
            let every = self.required().into_iter().map(|at| {
                let mut any = vec![self.expansions[at].any()];
                for understood in self.readings_of(at) {
                    any.push(understood.clause.clone());
                    any.push(understood.nearly.clone());
                    if understood.years.is_some() {
                        any.push(whole.is_rest(understood));
                    }
                }
                Clause::any_of(any)
            });
            let found = [Clause::all_of(every), whole.is_title()];
            must.push(Clause::any_of(found.into_iter().chain(self.pins.iter().cloned())));
        }
        for phrase in &self.reading.phrases {
            must.push(anywhere(&words[phrase.words.clone()]));
        }
        for excluded in &self.reading.excluded {
            let words: Vec<&str> = excluded.words.iter().map(String::as_str).collect();
            must.push(anywhere(&words).negated());
        }
        must
    }

    fn whole<'b>(&'b self, words: &'b [&'b str]) -> TitleTiers<'b> {
        TitleTiers {
            words,
            expansions: &self.expansions,
            understood: &self.understood,
            open: self.reading.open,
            longer: &self.longer,
            synonyms: &self.synonyms,
            pins: &self.pins,
        }
    }

    /// The groups, and the highlight terms in them.
    fn groups(&self) -> (Vec<Group>, HighlightTerms) {
        let words = self.words();
        let mut groups = Vec::new();
        let mut labels = Vec::new();
        if !words.is_empty() {
            groups.push(self.whole(&words).group());
            labels.push(self.text.trim().to_owned());
        }
        let first = groups.len();
        for (at, expansion) in self.expansions.iter().enumerate() {
            groups.push(Group::new(expansion.tiers.iter().cloned()));
            labels.push(self.typed(self.reading.words[at].place.clone()).to_owned());
        }
        let last = groups.len();
        for understood in &self.understood {
            let tier =
                |weight, clause: &Clause| Tier { weight, clause: clause.clone(), kind: understood.reason() };
            groups.push(Group::new([
                tier(weight(understood), &understood.clause),
                tier(weights::NEARLY, &understood.nearly),
            ]));
            labels.push(self.typed(self.span(&understood.words)).to_owned());
        }
        self.pin(&mut groups[..]);
        let terms = HighlightTerms::new(&groups, &labels, first..last, &self.understood);
        (groups, terms)
    }

    /// Gives a pinned movie the most that any movie can have of every group, so that nothing comes before it.
    fn pin(&self, groups: &mut [Group]) {
        if self.pins.is_empty() {
            return;
        }
        let pinned = Clause::any_of(self.pins.iter().cloned());
        for group in groups.iter_mut().skip(1) {
            if let Some(best) = group.tiers.first() {
                let weight = best.weight;
                group.tiers.insert(0, Tier { weight, clause: pinned.clone(), kind: ReasonKind::Pin });
            }
        }
    }

    fn typed(&self, place: Range<usize>) -> &str {
        self.text.get(place).unwrap_or_default()
    }

    /// Bytes of the text that these words occupy.
    fn span(&self, words: &Range<usize>) -> Range<usize> {
        match self.reading.words.get(words.clone()) {
            Some([first, .., last]) => first.place.start..last.place.end,
            Some([only]) => only.place.clone(),
            _ => 0..0,
        }
    }

    /// How the text was read, in its order.
    fn understandings(&self, question: &Question) -> Vec<Understanding> {
        use UnderstandingEffect::{Boost, Filter};
        let mut understandings = Vec::new();
        let mut add = |place: Range<usize>, kind, value, effect| {
            let text = reading::without(self.text, &place);
            let typed = self.typed(place.clone()).to_owned();
            let without = Question { text, ..question.clone() };
            understandings.push((place.start, Understanding { kind, typed, value, effect, without }));
        };
        for understood in &self.understood {
            // Where a word means nothing else, movies without the reading are not found.
            let only = understood.words.clone().any(|at| !self.expansions[at].known);
            let place = self.span(&(understood.lead..understood.words.end));
            add(place, understood.kind, understood.value.clone(), if only { Filter } else { Boost });
        }
        let words = self.words();
        for phrase in &self.reading.phrases {
            let value = words[phrase.words.clone()].join(" ");
            add(phrase.place.clone(), UnderstandingKind::Phrase, value, Filter);
        }
        for excluded in &self.reading.excluded {
            let value = format!("-{}", excluded.words.join(" "));
            add(excluded.place.clone(), UnderstandingKind::Excluded, value, Filter);
        }
        understandings.sort_by_key(|&(start, _)| start);
        understandings.into_iter().map(|(_, understanding)| understanding).collect()
    }

    fn warnings(&self) -> Vec<Warning> {
        let unused = &self.reading.unused;
        let Some(first) = unused.first() else {
            return Vec::new();
        };
        vec![Warning {
            code: TEXT_CUT,
            message: format!("only {} words are used, {} more are ignored", reading::MAX_WORDS, unused.len()),
            argument: "text".to_owned(),
            value: first.clone(),
            suggestions: Vec::new(),
        }]
    }

    /// The known word that an unknown one is clearly meant to be.
    fn meant(&self, at: usize) -> Option<String> {
        let word = &self.reading.words[at];
        let expansion = &self.expansions[at];
        if word.quoted || expansion.exists || expansion.tiers.iter().any(is_sure) {
            return None;
        }
        if let Some(person) = self.readings_of(at).find(|u| u.typo && matches!(u.clause, Clause::Person(_)))
            && let Clause::Person(key) = &person.clause
        {
            return key
                .split(' ')
                .nth(at - person.words.start)
                .filter(|name| *name != word.text)
                .map(str::to_owned);
        }
        if self.readings_of(at).next().is_some() {
            return None;
        }
        best_near(&expansion.near).map(|variant| variant.text.clone())
    }
}

/// Nearest first, and there the one that most movies have, unless only its first letter differs.
fn best_near(near: &[lookup::Variant]) -> Option<&lookup::Variant> {
    near.iter().min_by_key(|v| (v.edits + u8::from(!v.same_start), std::cmp::Reverse(v.counts.sum())))
}

/// Whether a tier finds what was typed, in another spelling, rather than guess at a typo.
fn is_sure(tier: &Tier) -> bool {
    use wikimovie_domain::ReasonKind::{Joined, Numeral, Prefix, Synonym};
    matches!(tier.kind, Joined | Numeral | Prefix | Synonym)
}

impl Understood {
    fn reason(&self) -> ReasonKind {
        match self.clause {
            Clause::Person(_) => ReasonKind::Person,
            Clause::Years(_) => ReasonKind::Year,
            _ => ReasonKind::Genre,
        }
    }
}

fn weight(understood: &Understood) -> u32 {
    match understood.kind {
        UnderstandingKind::Person if understood.typo => weights::PERSON_TYPO,
        UnderstandingKind::Person => weights::PERSON,
        UnderstandingKind::Year => weights::YEAR,
        UnderstandingKind::YearRange | UnderstandingKind::Decade => weights::DECADE,
        UnderstandingKind::Genre | UnderstandingKind::Phrase | UnderstandingKind::Excluded => weights::GENRE,
    }
}

/// The words side by side in the title, in a name of the cast, or in the summary.
fn anywhere(words: &[&str]) -> Clause {
    let fields = [WordField::Title, WordField::Cast, WordField::Summary];
    Clause::any_of(
        fields.map(|field| Clause::words(field, words.iter().map(|&word| word.to_owned()).collect())),
    )
}

#[cfg(test)]
mod tests;
