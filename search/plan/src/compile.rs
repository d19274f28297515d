//! From a question and the catalogue's vocabulary to an engine-neutral [`Plan`]. Pure: the same question and
//! vocabulary give the same plan.
//!
//! A movie matches when it has every word of the text in some expansion, or is what a word was understood as (a year,
//! a genre, a person); stop words may be missing, and where few movies have every word, others may ([`super::levels`]).
//! Groups score the match: one of the whole text, one of each word, one of each understanding. [`super::rank`] holds
//! the weights.

use std::{borrow::Cow, ops::Range};

use wikimovie_domain::{
    MatchKind, Matching, Question, ReasonKind, Understanding, UnderstandingEffect, UnderstandingKind, Warning,
};
use wikimovie_text::{
    filler, keyboard,
    reading::{self, Reading},
    stop,
};

use super::{
    Clause, Drill, Group, MAX_PREFIX_CHARS, Plan, Tier, filter,
    levels::{Levels, Probe},
    lookup,
    negation::{anywhere, excluded_words, negate},
    nicknames::read_nicknames,
    rank::reading as weights,
    term_expansion::{ExpansionContext, FieldScope, TermExpansion, expand_term, match_kind},
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
    /// What the engine is asked at the first of the levels.
    pub plan: Plan,
    /// How much of the text a movie must meet.
    pub levels: Levels,
    /// What the caller should know about the question.
    pub warnings: Vec<Warning>,
    /// Terms that highlights and reasons are made of.
    pub highlight_terms: HighlightTerms,
    understood: Vec<Understanding>,
}

impl Compiled {
    /// A plan without levels.
    pub(crate) fn of_plan(plan: Plan, warnings: Vec<Warning>, highlight_terms: HighlightTerms) -> Self {
        let levels = Levels::one(plan.must.clone());
        Self { plan, levels, warnings, highlight_terms, understood: Vec::new() }
    }

    /// The same, with what the text was understood as.
    pub(crate) fn with_understood(self, understood: Understanding) -> Self {
        Self { understood: vec![understood], ..self }
    }

    /// What the engine is asked at a level.
    pub fn plan_at(&self, level: usize) -> Cow<'_, Plan> {
        self.levels.plan(level, &self.plan)
    }

    /// The level of a plan that was made before; the first where it is of none.
    pub fn level_of(&self, plan: &Plan) -> usize {
        (0..self.levels.count()).find(|&level| *self.plan_at(level) == *plan).unwrap_or(0)
    }

    /// What is counted by a probe, as a plan without scores.
    pub fn probe(&self, probe: Probe) -> Plan {
        let must = self.levels.probed(probe, &self.plan.score);
        let drill = if probe.ignores_filters() { Drill::default() } else { self.plan.drill.clone() };
        Plan { must, drill, score: Vec::new() }
    }

    /// How much of the text the movies of a level meet.
    pub fn matching(&self, level: usize) -> Matching {
        self.levels.matching(level)
    }

    /// What words were understood as, in the order of the text.
    pub fn understood(&self, level: usize) -> Vec<Understanding> {
        let mut understood = self.understood.clone();
        if self.levels.is_partial(level) {
            let is_person = |kind| matches!(kind, UnderstandingKind::Person | UnderstandingKind::Director);
            let may_lack = |kind| !matches!(kind, UnderstandingKind::Phrase | UnderstandingKind::Excluded);
            for piece in understood.iter_mut().filter(|piece| may_lack(piece.kind)) {
                if piece.effect == UnderstandingEffect::Filter && !is_person(piece.kind) {
                    piece.effect = UnderstandingEffect::Boost;
                }
            }
        }
        understood
    }
}

/// Reads a question.
pub fn compile(question: &Question, vocabulary: &Vocabulary) -> Compiled {
    compile_during(question, vocabulary, &Work::default())
}

/// Reads a question as long as somebody waits; what is read of one whose work is over is of no use.
pub fn compile_during(question: &Question, vocabulary: &Vocabulary, work: &Work) -> Compiled {
    let text = Text::read(question, vocabulary, work);
    let filtered = filter::compile(&question.filter);
    let with_people = text.with_people();
    let (groups, highlight_terms) = text.groups(&with_people);
    let levels = text.levels(&filtered, &with_people);
    let mut warnings = text.warnings();
    warnings.append(&mut filter::warnings(&question.filter, vocabulary, work));
    Compiled {
        plan: levels.first(groups, filtered.drill),
        levels,
        understood: text.understandings(question),
        warnings,
        highlight_terms,
    }
}

/// What an engine is asked of a question whose hits are only counted: the first level's plan without scores.
pub fn count_plan(question: &Question, vocabulary: &Vocabulary, work: &Work) -> Plan {
    Plan { score: Vec::new(), ..compile_during(question, vocabulary, work).plan }
}

/// The question with unknown words corrected, where a close known word is clearly meant, or with the whole text read as
/// typed on another keyboard; `None` where every word is known, is a prefix of a known one, or has nothing near.
pub fn corrected(question: &Question, vocabulary: &Vocabulary) -> Option<Question> {
    let text = Text::read(question, vocabulary, &Work::default());
    if let Some(text) = text.on_another_keyboard(vocabulary) {
        return Some(Question { text, ..question.clone() });
    }
    let mut corrected = reading::cut(&question.text).to_owned();
    // From the end, so that the places before stay where they are; words may share characters.
    let mut untouched = corrected.len();
    let mut changed = false;
    for (at, word) in text.reading.words.iter().enumerate().rev() {
        if let Some(meant) = text.meant(at).filter(|_| word.place.end <= untouched) {
            corrected.replace_range(word.place.clone(), &meant);
            untouched = word.place.start;
            changed = true;
        }
    }
    changed.then(|| Question { text: corrected, ..question.clone() })
}

/// A text read and expanded.
pub(crate) struct Text<'a> {
    text: &'a str,
    pub(crate) reading: Reading,
    pub(crate) understood: Vec<Understood>,
    pub(crate) expansions: Vec<TermExpansion>,
    /// By word, whether it names nothing of a movie.
    pub(crate) filler: Vec<bool>,
    /// Words that must not occur, each with the words that negate it.
    pub(crate) negated: Vec<Range<usize>>,
    /// Words of titles that the last word is a prefix of.
    pub(crate) longer: Vec<String>,
    pub(crate) synonyms: Vec<Synonym>,
    pub(crate) pins: Vec<Clause>,
    /// Whether any movie has an other title.
    pub(crate) has_other_titles: bool,
}

impl<'a> Text<'a> {
    pub(crate) fn read(question: &'a Question, vocabulary: &Vocabulary, work: &Work) -> Self {
        let text = reading::cut(&question.text);
        let mut reading = reading::read(text);
        if question.understand {
            read_nicknames(&mut reading, vocabulary);
        }
        let words: Vec<&str> = reading.words.iter().map(|word| word.text.as_str()).collect();
        let mut filler = filler::fillers(&words);
        let (mut understood, mut negated) = (Vec::new(), Vec::new());
        if question.understand {
            let tail = filler::release_tail(&words).unwrap_or(usize::MAX);
            understood = understand(text, &reading.words, tail, vocabulary);
            negated = negate(&reading.words, &mut understood);
        }
        for (at, word) in reading.words.iter().enumerate() {
            filler[at] &= !word.quoted && !understood.iter().any(|piece| piece.words.contains(&at));
        }
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
                let is_stop = stop::is_stop_word(words[at]) || stop::is_question_word(&words, at);
                let scope = if is_stop { FieldScope::Title } else { FieldScope::Everywhere };
                let open = reading.open && (has_others || words.len() > 1 || words[at].len() > 1);
                let context = ExpansionContext {
                    words: &words,
                    open,
                    typos: true,
                    scope,
                    vocabulary,
                    synonyms: &synonyms,
                };
                expand_term(&context, at, reading.words[at].quoted || filler[at])
            })
            .collect();
        let longer = match words.last() {
            Some(last) if reading.open && last.chars().count() > MAX_PREFIX_CHARS => {
                lookup::longer(vocabulary, last, |counts| counts.title)
            }
            _ => Vec::new(),
        };
        let has_other_titles = vocabulary.has_other_titles();
        Self {
            text,
            reading,
            understood,
            expansions,
            filler,
            negated,
            longer,
            synonyms,
            pins,
            has_other_titles,
        }
    }

    pub(crate) fn words(&self) -> Vec<&str> {
        self.reading.words.iter().map(|word| word.text.as_str()).collect()
    }

    /// Readings that this word is part of.
    pub(crate) fn readings_of(&self, at: usize) -> impl Iterator<Item = &Understood> {
        self.understood.iter().filter(move |understood| understood.words.contains(&at))
    }

    /// Whether the word is part of what must not occur.
    pub(crate) fn is_excluded(&self, at: usize) -> bool {
        self.negated.iter().any(|range| range.contains(&at))
            || self
                .understood
                .iter()
                .any(|piece| piece.excluded && (piece.lead..piece.words.end).contains(&at))
    }

    /// What holds at every level: phrases in quotes, and what is excluded.
    pub(crate) fn always(&self) -> Vec<Clause> {
        let words = self.words();
        let mut always = Vec::new();
        for phrase in &self.reading.phrases {
            always.push(anywhere(&words[phrase.words.clone()], self.has_other_titles));
        }
        for excluded in &self.reading.excluded {
            let words: Vec<&str> = excluded.words.iter().map(String::as_str).collect();
            always.push(excluded_words(&words, self.has_other_titles).negated());
        }
        for piece in self.understood.iter().filter(|piece| piece.excluded) {
            always.push(piece.clause.clone().negated());
        }
        for range in &self.negated {
            let meant = &self.expansions[range.end - 1];
            let surely = meant.tiers.iter().filter(|tier| match_kind(tier) < MatchKind::Typo);
            let surely = surely.filter(|tier| tier.kind != ReasonKind::Prefix);
            always.push(Clause::any_of(surely.map(|tier| tier.clause.clone())).negated());
        }
        always
    }

    /// The groups, and the highlight terms in them.
    fn groups(&self, with_people: &[Tier]) -> (Vec<Group>, HighlightTerms) {
        let mut groups = Vec::new();
        let mut labels = Vec::new();
        if !self.reading.words.is_empty() {
            groups.push(self.title_group(with_people));
            labels.push(self.text.trim().to_owned());
        }
        let first = groups.len();
        for (at, expansion) in self.expansions.iter().enumerate() {
            let tiers: &[Tier] = if self.is_excluded(at) || self.filler[at] { &[] } else { &expansion.tiers };
            groups.push(Group::new(tiers.iter().cloned()));
            labels.push(self.typed(self.reading.words[at].place.clone()).to_owned());
        }
        let last = groups.len();
        for understood in self.understood.iter().filter(|understood| !understood.excluded) {
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

    pub(crate) fn typed(&self, place: Range<usize>) -> &str {
        self.text.get(place).unwrap_or_default()
    }

    /// Bytes of the text that these words occupy.
    pub(crate) fn span(&self, words: &Range<usize>) -> Range<usize> {
        match self.reading.words.get(words.clone()) {
            Some([first, .., last]) => first.place.start..last.place.end,
            Some([only]) => only.place.clone(),
            _ => 0..0,
        }
    }

    /// How the text was read, in its order.
    fn understandings(&self, question: &Question) -> Vec<Understanding> {
        use UnderstandingEffect::{Boost, Filter, Ignored};
        let mut understandings = Vec::new();
        let mut add = |place: Range<usize>, kind, value, effect| {
            let text = reading::without(self.text, &place);
            let typed = self.typed(place.clone()).to_owned();
            let without = Question { text, ..question.clone() };
            understandings.push((place.start, Understanding { kind, typed, value, effect, without }));
        };
        for understood in &self.understood {
            let place = self.span(&(understood.lead..understood.words.end));
            if understood.excluded {
                add(place, UnderstandingKind::Excluded, format!("-{}", understood.value), Filter);
                continue;
            }
            // Where a word means nothing else, movies without the reading are not found.
            let only = understood.words.clone().any(|at| !self.expansions[at].known);
            let effect = if only || understood.is_full_name() { Filter } else { Boost };
            add(place, understood.kind, understood.value.clone(), effect);
        }
        let words = self.words();
        for range in &self.negated {
            let value = format!("-{}", words[range.end - 1]);
            add(self.span(range), UnderstandingKind::Excluded, value, Filter);
        }
        for run in runs(&self.filler).into_iter().filter(|_| question.understand) {
            let place = self.span(&run);
            add(place.clone(), UnderstandingKind::Filler, words[run].join(" "), Ignored);
        }
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

    /// The text as typed on another keyboard, where the catalogue knows every word of that and none of this.
    fn on_another_keyboard(&self, vocabulary: &Vocabulary) -> Option<String> {
        if self.expansions.is_empty() || self.expansions.iter().any(|expansion| expansion.exists) {
            return None;
        }
        let is_known = |text: &String| {
            let words = wikimovie_text::words(text);
            let near = |word: &str| lookup::near(vocabulary, word).iter().any(|near| near.edits == 1);
            !words.is_empty()
                && words.iter().any(|word| vocabulary.counts(&word.text).sum() > 0)
                && words.iter().all(|word| vocabulary.counts(&word.text).sum() > 0 || near(&word.text))
        };
        keyboard::as_latin(self.text).into_iter().find(is_known)
    }

    /// The known word that an unknown one is clearly meant to be.
    fn meant(&self, at: usize) -> Option<String> {
        let word = &self.reading.words[at];
        let expansion = &self.expansions[at];
        if self.filler[at]
            || self.is_excluded(at)
            || word.quoted
            || expansion.exists
            || expansion.tiers.iter().any(is_sure)
        {
            return None;
        }
        if let Some(person) = self.readings_of(at).find(|understood| understood.typo)
            && let Some(key) = &person.person
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
    use wikimovie_domain::ReasonKind::{Inflected, Joined, Numeral, Prefix, Synonym};
    matches!(tier.kind, Inflected | Joined | Numeral | Prefix | Synonym)
}

impl Understood {
    fn reason(&self) -> ReasonKind {
        match self.clause {
            _ if self.is_person() => ReasonKind::Person,
            Clause::Years(_) => ReasonKind::Year,
            _ => ReasonKind::Genre,
        }
    }
}

fn weight(understood: &Understood) -> u32 {
    match understood.kind {
        UnderstandingKind::Person | UnderstandingKind::Director if understood.typo => weights::PERSON_TYPO,
        UnderstandingKind::Person | UnderstandingKind::Director => weights::PERSON,
        UnderstandingKind::Year => weights::YEAR,
        UnderstandingKind::YearRange | UnderstandingKind::Decade => weights::DECADE,
        UnderstandingKind::Genre
        | UnderstandingKind::Phrase
        | UnderstandingKind::Excluded
        | UnderstandingKind::Filler
        | UnderstandingKind::Similar => weights::GENRE,
    }
}

/// Runs of words that are marked.
fn runs(marked: &[bool]) -> Vec<Range<usize>> {
    let mut runs: Vec<Range<usize>> = Vec::new();
    for at in (0..marked.len()).filter(|&at| marked[at]) {
        match runs.last_mut() {
            Some(run) if run.end == at => run.end = at + 1,
            _ => runs.push(at..at + 1),
        }
    }
    runs
}

#[cfg(test)]
mod tests;
