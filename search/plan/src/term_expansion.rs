//! Term expansion: the words of the catalogue that one typed word stands for, each with its weight.

use wikimovie_domain::ReasonKind;
use wikimovie_text::{numerals, stop};

use super::{
    Clause, MAX_PREFIX_CHARS, Tier, WordField,
    lookup::{self, Variant},
    rank::{rarity, word as weights},
};
use crate::{
    rules::Synonym,
    vocabulary::{Vocabulary, WordCounts},
};

/// Most ways to split a word in two that are tried.
const MAX_SPLITS: usize = 4;

/// Fields that words are searched in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FieldScope {
    /// Title, cast and summary.
    Everywhere,
    /// The title alone.
    Title,
}

/// The words of a text, and what they are expanded by.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ExpansionContext<'a> {
    /// The words, folded.
    pub(crate) words: &'a [&'a str],
    /// Whether the last word may be incomplete.
    pub(crate) open: bool,
    /// Whether words that are nearly the typed one are looked for.
    pub(crate) typos: bool,
    /// Fields to search.
    pub(crate) scope: FieldScope,
    /// The words known.
    pub(crate) vocabulary: &'a Vocabulary,
    /// Synonyms of words or runs of them.
    pub(crate) synonyms: &'a [Synonym],
}

/// What one word stands for.
#[derive(Clone, Debug, Default)]
pub(crate) struct TermExpansion {
    /// Tiers, in no order.
    pub(crate) tiers: Vec<Tier>,
    /// Near words, nearest first.
    pub(crate) near: Vec<Variant>,
    /// Whether any word of the catalogue is among them.
    pub(crate) known: bool,
    /// Whether the catalogue has the typed word itself.
    pub(crate) exists: bool,
    /// Movies with the typed word itself in the title.
    pub(crate) titles: u32,
}

impl TermExpansion {
    /// Any of the terms, whatever its weight.
    pub(crate) fn any(&self) -> Clause {
        Clause::any_of(self.tiers.iter().map(|tier| tier.clause.clone()))
    }

    /// Any of the terms in the title.
    pub(crate) fn any_in_title(&self) -> Clause {
        let in_title = self.tiers.iter().filter(|tier| field_of(&tier.clause) == Some(WordField::Title));
        Clause::any_of(in_title.map(|tier| tier.clause.clone()))
    }
}

/// The one field that a clause searches.
pub(crate) fn field_of(clause: &Clause) -> Option<WordField> {
    match clause {
        Clause::Word(field, _) | Clause::Prefix(field, _) | Clause::Phrase(field, _) => Some(*field),
        Clause::AnyOf(clauses) | Clause::AllOf(clauses) => clauses.first().and_then(field_of),
        _ => None,
    }
}

/// Expands the word at this position; `exact` allows nothing but the word itself.
pub(crate) fn expand_term(context: &ExpansionContext<'_>, at: usize, exact: bool) -> TermExpansion {
    let mut builder = Builder { context, at, word: context.words[at], tiers: Vec::new() };
    builder.itself();
    let mut near = Vec::new();
    if !exact {
        builder.synonyms();
        builder.numerals();
        if context.typos {
            builder.inflected();
        }
        builder.joined();
        builder.split();
        let open = context.open && at + 1 == context.words.len();
        if open {
            builder.prefix();
        }
        if context.typos {
            near = builder.typos(open);
        }
    }
    builder.finish(near)
}

struct Builder<'a> {
    context: &'a ExpansionContext<'a>,
    at: usize,
    word: &'a str,
    tiers: Vec<Tier>,
}

impl Builder<'_> {
    fn add(&mut self, weight: u32, kind: ReasonKind, clause: Clause) {
        let outside = self.context.scope == FieldScope::Title && field_of(&clause) != Some(WordField::Title);
        if clause != Clause::None && !outside {
            self.tiers.push(Tier { weight, clause, kind });
        }
    }

    fn counts(&self) -> WordCounts {
        self.context.vocabulary.counts(self.word)
    }

    fn itself(&mut self) {
        use WordField::{Cast, Summary, Title};
        let fields = [(Title, weights::TITLE), (Cast, weights::CAST), (Summary, weights::SUMMARY)];
        for (field, weight) in fields {
            self.add(weight, ReasonKind::Word, Clause::Word(field, self.word.to_owned()));
        }
    }

    /// Synonyms, by the operator's rules, of the word or of a run of words it is part of.
    fn synonyms(&mut self) {
        use WordField::{Cast, Summary, Title};
        let fields = [
            (Title, weights::TITLE_SYNONYM),
            (Cast, weights::CAST_SYNONYM),
            (Summary, weights::SUMMARY_SYNONYM),
        ];
        let (context, at) = (self.context, self.at);
        for synonym in context.synonyms.iter().filter(|synonym| synonym.words.contains(&at)) {
            for (field, weight) in fields {
                self.add(weight, ReasonKind::Synonym, Clause::words(field, synonym.meant.clone()));
            }
        }
    }

    fn numerals(&mut self) {
        if let Some(number) = numerals::number_in_title(self.context.words, self.at) {
            let others = numerals::spellings(number).into_iter().filter(|spelling| spelling != self.word);
            let clause = Clause::any_of(others.map(|spelling| Clause::Word(WordField::Title, spelling)));
            self.add(weights::TITLE_NUMERAL, ReasonKind::Numeral, clause);
        }
    }

    /// The word with another ending: nearly the same to a reader, so above any typo.
    fn inflected(&mut self) {
        use WordField::{Summary, Title};
        for (form, counts) in lookup::inflected(self.context.vocabulary, self.word) {
            let kind = if form.starts_with(self.word) { ReasonKind::Prefix } else { ReasonKind::Typo };
            for (field, count, weight) in [
                (Title, counts.title, weights::TITLE_INFLECTED),
                (Summary, counts.summary, weights::SUMMARY_INFLECTED),
            ] {
                if count > 0 {
                    self.add(weight, kind, Clause::Word(field, form.clone()));
                }
            }
        }
    }

    /// The word joined with a neighbour, where the catalogue has such a word.
    fn joined(&mut self) {
        let words = self.context.words;
        let open_end = self.context.open;
        let pairs = [self.at.checked_sub(1), (self.at + 1 < words.len()).then_some(self.at)];
        for first in pairs.into_iter().flatten() {
            let joined = format!("{}{}", words[first], words[first + 1]);
            self.add_joined(&joined);
            if open_end && first + 2 == words.len() && joined.len() > MAX_PREFIX_CHARS {
                let longer = lookup::longer(self.context.vocabulary, &joined, |counts| counts.title);
                let clause =
                    Clause::any_of(longer.into_iter().map(|word| Clause::Word(WordField::Title, word)));
                self.add(weights::TITLE_PREFIX, ReasonKind::Joined, clause);
            }
        }
        // Letters typed with spaces between them: `s w a t`.
        let single = |at: usize| words[at].chars().count() == 1;
        if single(self.at) {
            let start = (0..self.at).rev().take_while(|&at| single(at)).last().unwrap_or(self.at);
            let end = (self.at..words.len()).take_while(|&at| single(at)).last().unwrap_or(self.at);
            if end - start >= 2 {
                self.add_joined(&words[start..=end].concat());
            }
        }
    }

    fn add_joined(&mut self, joined: &str) {
        use WordField::{Cast, Summary, Title};
        let counts = self.context.vocabulary.counts(joined);
        for (count, field, weight) in [
            (counts.title, Title, weights::TITLE_JOINED),
            (counts.cast, Cast, weights::CAST_JOINED),
            (counts.summary, Summary, weights::SUMMARY_JOINED),
        ] {
            if count > 0 {
                self.add(weight, ReasonKind::Joined, Clause::Word(field, joined.to_owned()));
            }
        }
    }

    /// The word split into two adjacent ones, where the catalogue has both. The likeliest splits are those
    /// of which the rarer half is most common.
    fn split(&mut self) {
        let vocabulary = self.context.vocabulary;
        let word = self.word;
        for (field, weight) in
            [(WordField::Title, weights::TITLE_JOINED), (WordField::Cast, weights::CAST_JOINED)]
        {
            let count = |half: &str| {
                let counts = vocabulary.counts(half);
                if field == WordField::Title { counts.title } else { counts.cast }
            };
            let mut splits: Vec<(u32, usize)> = word
                .char_indices()
                .map(|(at, _)| at)
                .filter(|&at| at >= 2 && word.len() - at >= 2)
                .map(|at| (count(&word[..at]).min(count(&word[at..])), at))
                .filter(|&(count, _)| count > 0)
                .collect();
            splits.sort_unstable_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
            let phrases = splits
                .into_iter()
                .take(MAX_SPLITS)
                .map(|(_, at)| Clause::Phrase(field, vec![word[..at].to_owned(), word[at..].to_owned()]));
            let clause = Clause::any_of(phrases);
            self.add(weight, ReasonKind::Joined, clause);
        }
    }

    /// Words that the typed letters are a prefix of. In summaries only where nothing else is found: many words there
    /// start alike.
    fn prefix(&mut self) {
        use WordField::{Cast, Summary, Title};
        let short = self.word.chars().count() <= MAX_PREFIX_CHARS;
        let unknown = self.counts().sum() == 0;
        let fields = [
            (Title, weights::TITLE_PREFIX, true),
            (Cast, weights::CAST_PREFIX, true),
            (Summary, weights::SUMMARY_PREFIX, unknown && !short),
        ];
        for (field, weight, wanted) in fields {
            if !wanted || (self.context.scope == FieldScope::Title && field != Title) {
                continue;
            }
            let clause = if short {
                Clause::Prefix(field, self.word.to_owned())
            } else {
                let longer = lookup::longer(self.context.vocabulary, self.word, |counts| match field {
                    Title => counts.title,
                    Cast => counts.cast,
                    Summary => counts.summary,
                });
                Clause::any_of(longer.into_iter().map(|word| Clause::Word(field, word)))
            };
            self.add(weight, ReasonKind::Prefix, clause);
        }
        if self.context.scope == FieldScope::Title {
            self.split_prefix();
        }
    }

    /// Two words typed as one, the second not yet to its end: `bladeru`.
    fn split_prefix(&mut self) {
        let vocabulary = self.context.vocabulary;
        let word = self.word;
        let split = word
            .char_indices()
            .map(|(at, _)| at)
            .filter(|&at| at >= 3 && word.len() > at)
            .filter(|&at| vocabulary.counts(&word[..at]).title > 0)
            .max();
        if let Some(at) = split {
            let start: String = word[at..].chars().take(MAX_PREFIX_CHARS).collect();
            let halves = vec![
                Clause::Word(WordField::Title, word[..at].to_owned()),
                Clause::Prefix(WordField::Title, start),
            ];
            self.add(weights::TITLE_TYPO, ReasonKind::Joined, Clause::AllOf(halves));
        }
    }

    fn typos(&mut self, open: bool) -> Vec<Variant> {
        let counts = self.counts();
        let vocabulary = self.context.vocabulary;
        // Letters that start a word are seldom a typo of another one; an article is never one.
        if stop::is_stop_word(self.word) {
            return Vec::new();
        }
        let mut near = lookup::near(vocabulary, self.word);
        let found_open = self.tiers.iter().any(|tier| tier.kind == ReasonKind::Prefix);
        if open && counts.sum() == 0 && !found_open && !near.iter().any(|v| v.counts.title > 0) {
            let longer = lookup::near_prefix(vocabulary, self.word);
            near.extend(longer.into_iter().filter(|variant| variant.edits > 0));
        }
        let known = counts.sum() > 0;
        for edits in 1..=2 {
            for same_start in [true, false] {
                let variants: Vec<&Variant> =
                    near.iter().filter(|v| v.edits == edits && v.same_start == same_start).collect();
                self.add_typos(&variants, edits, same_start, known);
            }
        }
        near
    }

    fn add_typos(&mut self, variants: &[&Variant], edits: u8, same_start: bool, known: bool) {
        use WordField::{Cast, Summary, Title};
        let (title, cast) = match edits {
            1 => (weights::TITLE_TYPO, weights::CAST_TYPO),
            _ => (weights::TITLE_TWO_TYPOS, weights::CAST_TWO_TYPOS),
        };
        let divisor = if known { weights::KNOWN_DIVISOR } else { 1 }
            * if same_start { 1 } else { weights::START_DIVISOR };
        for (field, weight) in [(Title, title), (Cast, cast), (Summary, weights::SUMMARY_TYPO)] {
            // A known word in a summary needs no guess; whole summaries full of near words would drown it.
            if field == Summary && known {
                continue;
            }
            let words = variants.iter().filter(|variant| match field {
                Title => variant.counts.title > 0,
                Cast => variant.counts.cast > 0,
                Summary => variant.counts.summary > 0,
            });
            let clause = Clause::any_of(words.map(|variant| Clause::Word(field, variant.text.clone())));
            self.add((weight / divisor).max(1), ReasonKind::Typo, clause);
        }
    }

    /// Movies with the commonest synonym, counted by its rarest word.
    fn synonym_count(&self) -> Option<u32> {
        let synonyms = self.context.synonyms.iter().filter(|synonym| synonym.words.contains(&self.at));
        let count = |word: &String| most(self.context.vocabulary.counts(word));
        synonyms.filter_map(|synonym| synonym.meant.iter().map(count).min()).max()
    }

    /// Multiplies the weights by how rare the word is: by its own count, or that of what it is taken for.
    fn finish(mut self, near: Vec<Variant>) -> TermExpansion {
        let own = most(self.counts());
        let count = if own > 0 {
            own
        } else {
            self.synonym_count().or_else(|| Some(most(near.first()?.counts))).unwrap_or(0)
        };
        let rarity = rarity(count, self.context.vocabulary.movies());
        for tier in &mut self.tiers {
            tier.weight *= rarity;
        }
        let known = own > 0 || self.tiers.iter().any(|tier| tier.kind != ReasonKind::Word);
        TermExpansion { exists: own > 0, titles: self.counts().title, tiers: self.tiers, near, known }
    }
}

/// Movies with the word, in whichever field most have it.
fn most(counts: WordCounts) -> u32 {
    counts.title.max(counts.cast).max(counts.summary)
}
