//! Term expansion: the words of the catalogue that one typed word stands for, each with its weight.

use wikimovie_domain::{MatchKind, ReasonKind};
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

/// Titles from which a word one edit away is clearly the one meant.
const CLEAR_TITLES: u32 = 5;

/// Fields that words are searched in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FieldScope {
    /// Titles, people and summary.
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
    /// Words by which a plot may tell the same; met only where weak matches are found.
    pub(crate) related: Vec<Clause>,
    /// Whether any word of the catalogue is among them.
    pub(crate) known: bool,
    /// Whether the catalogue has the typed word itself.
    pub(crate) exists: bool,
    /// Movies with the typed word itself, by field.
    pub(crate) counts: WordCounts,
    /// How rare it is: what its weights are multiplied by.
    pub(crate) rarity: u32,
}

/// How strongly a tier of a word matches it.
pub(crate) fn match_kind(tier: &Tier) -> MatchKind {
    let in_summary = field_of(&tier.clause) == Some(WordField::Summary);
    match tier.kind {
        ReasonKind::Typo => MatchKind::Typo,
        ReasonKind::Prefix if in_summary => MatchKind::Typo,
        ReasonKind::Prefix => MatchKind::Mention,
        _ if in_summary => MatchKind::Mention,
        _ => MatchKind::Exact,
    }
}

impl TermExpansion {
    /// Any of the terms, whatever its weight.
    pub(crate) fn any(&self) -> Clause {
        Clause::any_of(self.tiers.iter().map(|tier| tier.clause.clone()))
    }

    /// Whether the catalogue has a term that matches this strongly at least.
    pub(crate) fn has(&self, kind: MatchKind) -> bool {
        let itself = match kind {
            MatchKind::Exact => self.counts.title + self.counts.other_title + self.counts.people,
            _ => self.counts.sum(),
        };
        let is_related = kind == MatchKind::Typo && !self.related.is_empty();
        itself > 0
            || is_related
            || self.tiers.iter().any(|tier| tier.kind != ReasonKind::Word && match_kind(tier) <= kind)
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
    let mut related = Vec::new();
    if !exact {
        related = builder.related();
        builder.synonyms();
        builder.numerals();
        if context.typos {
            builder.plurals();
            builder.verb_forms();
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
    TermExpansion { related, ..builder.finish(near) }
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
        use WordField::{OtherTitle, People, Summary, Title};
        let fields = [(Title, weights::TITLE), (People, weights::CAST), (Summary, weights::SUMMARY)];
        // Few words are in other titles: an engine is not asked for those that are not.
        let other = (self.counts().other_title > 0).then_some((OtherTitle, weights::OTHER_TITLE));
        for (field, weight) in fields.into_iter().chain(other) {
            self.add(weight, ReasonKind::Word, Clause::Word(field, self.word.to_owned()));
        }
    }

    /// Synonyms, by the operator's rules, of the word or of a run of words it is part of.
    fn synonyms(&mut self) {
        use WordField::{People, Summary, Title};
        let fields = [
            (Title, weights::TITLE_SYNONYM),
            (People, weights::CAST_SYNONYM),
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

    /// The word as a plural or possessive, or without it: nearly the same to a reader, so above any typo.
    fn plurals(&mut self) {
        for (form, counts) in lookup::plurals(self.context.vocabulary, self.word) {
            self.add_inflected(&form, counts, weights::TITLE_INFLECTED);
        }
    }

    /// Other forms of a verb, in summaries: titles are remembered as they are.
    fn verb_forms(&mut self) {
        // `joier` is a typo before it is who joies.
        let is_doer = self.word.ends_with("er") || self.word.ends_with("ers");
        if stop::is_stop_word(self.word) || (is_doer && self.counts().sum() == 0) {
            return;
        }
        let known: Vec<Clause> = self.tiers.iter().map(|tier| tier.clause.clone()).collect();
        for (form, counts) in lookup::verb_forms(self.context.vocabulary, self.word) {
            let clause = Clause::Word(WordField::Summary, form);
            if counts.summary > 0 && !known.contains(&clause) {
                self.add(weights::SUMMARY_INFLECTED, ReasonKind::Inflected, clause);
            }
        }
    }

    fn add_inflected(&mut self, form: &str, counts: WordCounts, title: u32) {
        use WordField::{Summary, Title};
        for (field, count, weight) in
            [(Title, counts.title, title), (Summary, counts.summary, weights::SUMMARY_INFLECTED)]
        {
            if count > 0 {
                self.add(weight, ReasonKind::Inflected, Clause::Word(field, form.to_owned()));
            }
        }
    }

    /// Everyday words for the same thing, in titles and summaries. In names they would be other people.
    fn related(&self) -> Vec<Clause> {
        use WordField::{Summary, Title};
        if self.context.scope != FieldScope::Everywhere || !self.context.typos {
            return Vec::new();
        }
        let found = lookup::related_words(self.context.vocabulary, self.word).into_iter();
        let fields = |(word, counts): (String, WordCounts)| {
            let fields = [(Title, counts.title), (Summary, counts.summary)].into_iter();
            fields.filter(|&(_, count)| count > 0).map(move |(field, _)| Clause::Word(field, word.clone()))
        };
        found.flat_map(fields).collect()
    }

    /// The word joined with a neighbour, where the catalogue has such a word.
    fn joined(&mut self) {
        let words = self.context.words;
        let open_end = self.context.open;
        let pairs = [self.at.checked_sub(1), (self.at + 1 < words.len()).then_some(self.at)];
        for first in pairs.into_iter().flatten() {
            let joined = format!("{}{}", words[first], words[first + 1]);
            self.add_joined(&joined);
            let is_known = |word: &str| self.context.vocabulary.counts(word).title > 0;
            if self.context.scope == FieldScope::Everywhere
                && !is_known(&joined)
                && !(is_known(words[first]) && is_known(words[first + 1]))
            {
                // `gost busters`: joined and with a typo.
                let near = lookup::near(self.context.vocabulary, &joined);
                let in_titles = near.into_iter().filter(|variant| variant.counts.title > 0);
                let clause = Clause::any_of(in_titles.map(|near| Clause::Word(WordField::Title, near.text)));
                self.add(weights::TITLE_TYPO, ReasonKind::Typo, clause);
            }
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
        use WordField::{OtherTitle, People, Summary, Title};
        let counts = self.context.vocabulary.counts(joined);
        for (field, weight) in [
            (Title, weights::TITLE_JOINED),
            (People, weights::CAST_JOINED),
            (OtherTitle, weights::OTHER_TITLE_JOINED),
            (Summary, weights::SUMMARY_JOINED),
        ] {
            if counts.of(field) > 0 {
                self.add(weight, ReasonKind::Joined, Clause::Word(field, joined.to_owned()));
            }
        }
    }

    /// The word split into two adjacent ones, where the catalogue has both. The likeliest splits are those
    /// of which the rarer half is most common.
    fn split(&mut self) {
        let vocabulary = self.context.vocabulary;
        let word = self.word;
        if word.len() == 2 && word.bytes().all(|b| b.is_ascii_lowercase()) && self.counts().people == 0 {
            // Initials: `jk simmons` is J. K. Simmons.
            let letters: Vec<String> = word.chars().map(String::from).collect();
            if letters.iter().all(|letter| vocabulary.counts(letter).people > 0) {
                self.add(
                    weights::CAST_JOINED,
                    ReasonKind::Joined,
                    Clause::Phrase(WordField::People, letters),
                );
            }
        }
        let fields = [
            (WordField::Title, weights::TITLE_JOINED),
            (WordField::People, weights::CAST_JOINED),
            (WordField::OtherTitle, weights::OTHER_TITLE_JOINED),
        ];
        let is_asked = |field| field != WordField::OtherTitle || vocabulary.has_other_titles();
        for (field, weight) in fields.into_iter().filter(|&(field, _)| is_asked(field)) {
            let count = |half: &str| vocabulary.counts(half).of(field);
            let mut splits: Vec<(u32, usize)> = word
                .char_indices()
                .map(|(at, _)| at)
                // A pair of characters is no two words, and its single characters are in every index.
                .filter(|&at| word[..at].chars().nth(1).is_some() && word[at..].chars().nth(1).is_some())
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
        use WordField::{OtherTitle, People, Summary, Title};
        let short = self.word.chars().count() <= MAX_PREFIX_CHARS;
        let unknown = self.counts().sum() == 0;
        let fields = [
            (Title, weights::TITLE_PREFIX, true),
            (People, weights::CAST_PREFIX, true),
            (OtherTitle, weights::OTHER_TITLE_PREFIX, self.context.vocabulary.has_other_titles()),
            (Summary, weights::SUMMARY_PREFIX, unknown && !short),
        ];
        for (field, weight, wanted) in fields {
            if !wanted || (self.context.scope == FieldScope::Title && field != Title) {
                continue;
            }
            let clause = if short {
                Clause::Prefix(field, self.word.to_owned())
            } else {
                let longer = lookup::longer(self.context.vocabulary, self.word, |counts| counts.of(field));
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
        if self.context.words.len() > 1 && self.context.scope == FieldScope::Everywhere {
            near.extend(lookup::near_short(vocabulary, self.word));
        }
        let found_open = self.tiers.iter().any(|tier| tier.kind == ReasonKind::Prefix);
        if open && counts.sum() == 0 && !found_open && !near.iter().any(|v| v.counts.title > 0) {
            let longer = lookup::near_prefix(vocabulary, self.word);
            near.extend(longer.into_iter().filter(|variant| variant.edits > 0));
        }
        let known = counts.sum() > 0;
        // A rare word of one edit, as odd as the typed one, is no better guess than two common words.
        let is_clear = near.iter().any(|variant| variant.edits == 1 && variant.counts.title >= CLEAR_TITLES);
        let splits = if known || is_clear || self.context.scope == FieldScope::Title {
            Vec::new()
        } else {
            self.split_with_typo()
        };
        let nearest = near.iter().map(|variant| variant.edits).min().unwrap_or(1);
        for edits in 1..=2 {
            for same_start in [true, false] {
                let variants: Vec<&Variant> =
                    near.iter().filter(|v| v.edits == edits && v.same_start == same_start).collect();
                // In summaries only the nearest words: they hold words that are near to anything. A known word needs no guess.
                self.add_typos(&variants, (edits, same_start), known, !known && edits == nearest);
            }
        }
        near.splice(0..0, splits);
        near
    }

    /// Two words typed as one with a typo: `starwrs`. Each as a near word, the two with a space between them.
    fn split_with_typo(&mut self) -> Vec<Variant> {
        let splits = lookup::split_with_typo(self.context.vocabulary, self.word);
        let phrases = splits
            .iter()
            .map(|(_, left, right)| Clause::Phrase(WordField::Title, vec![left.clone(), right.clone()]));
        self.add(weights::TITLE_TYPO, ReasonKind::Typo, Clause::any_of(phrases));
        let near = |(title, left, right): (u32, String, String)| Variant {
            text: [left, right].join(" "),
            edits: 1,
            same_start: true,
            counts: WordCounts { title, ..WordCounts::default() },
        };
        splits.into_iter().map(near).collect()
    }

    fn add_typos(
        &mut self,
        variants: &[&Variant],
        (edits, same_start): (u8, bool),
        known: bool,
        in_summaries: bool,
    ) {
        use WordField::{OtherTitle, People, Summary, Title};
        let (title, people, other) = match edits {
            1 => (weights::TITLE_TYPO, weights::CAST_TYPO, weights::OTHER_TITLE_TYPO),
            _ => (weights::TITLE_TWO_TYPOS, weights::CAST_TWO_TYPOS, weights::OTHER_TITLE_TWO_TYPOS),
        };
        let divisor = if known { weights::KNOWN_DIVISOR } else { 1 }
            * if same_start { 1 } else { weights::START_DIVISOR };
        let fields =
            [(Title, title), (People, people), (OtherTitle, other), (Summary, weights::SUMMARY_TYPO)];
        for (field, weight) in fields {
            if field == Summary && !in_summaries {
                continue;
            }
            let words = variants.iter().filter(|variant| variant.counts.of(field) > 0);
            let clause = Clause::any_of(words.map(|variant| Clause::Word(field, variant.text.clone())));
            self.add((weight / divisor).max(1), ReasonKind::Typo, clause);
        }
    }

    /// Movies with the commonest synonym, counted by its rarest word.
    fn synonym_count(&self) -> Option<u32> {
        let synonyms = self.context.synonyms.iter().filter(|synonym| synonym.words.contains(&self.at));
        let count = |word: &String| self.context.vocabulary.counts(word).most();
        synonyms.filter_map(|synonym| synonym.meant.iter().map(count).min()).max()
    }

    /// Multiplies the weights by how rare the word is: by its own count, or that of what it is taken for.
    fn finish(mut self, near: Vec<Variant>) -> TermExpansion {
        let own = self.counts().most();
        let count = if own > 0 {
            own
        } else {
            self.synonym_count().or_else(|| Some(near.first()?.counts.most())).unwrap_or(0)
        };
        let rarity = rarity(count, self.context.vocabulary.movies());
        for tier in &mut self.tiers {
            tier.weight *= rarity;
        }
        let known = own > 0 || self.tiers.iter().any(|tier| tier.kind != ReasonKind::Word);
        TermExpansion {
            exists: own > 0,
            counts: self.counts(),
            rarity,
            tiers: self.tiers,
            near,
            related: Vec::new(),
            known,
        }
    }
}
