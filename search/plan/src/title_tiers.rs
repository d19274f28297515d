//! Title tiers: kinds of match of the text with a title as a whole, in the group that outweighs single words.

use wikimovie_domain::{ReasonKind, UnderstandingKind, YearRange};
use wikimovie_text::{filler, normal_forms, stop};

use super::{Clause, Group, Tier, WordField, rank::title as weights, term_expansion::TermExpansion};
use crate::{rules::Synonym, understand::Understood};

/// Most spellings tried of a text with typos.
const MAX_SPELLINGS: usize = 64;
/// Longer texts are searched as typed only.
const MAX_SPELLED_WORDS: usize = 12;
/// Bytes from which an other title is found by its start: three letters, or one character of a script of syllables.
const MIN_START_BYTES: usize = 3;
/// Near words tried for one word of the text.
const NEAR_WORDS: usize = 12;

/// A text matched with titles as a whole.
pub(crate) struct TitleTiers<'a> {
    /// Its words, folded.
    pub(crate) words: &'a [&'a str],
    /// What each stands for.
    pub(crate) expansions: &'a [&'a TermExpansion],
    /// What was read in it.
    pub(crate) understood: &'a [Understood],
    /// Whether the last word may be incomplete.
    pub(crate) open: bool,
    /// Words that the last one is a prefix of.
    pub(crate) longer: &'a [String],
    /// Synonyms of its words.
    pub(crate) synonyms: &'a [Synonym],
    /// Movies pinned to it, first one first.
    pub(crate) pins: &'a [Clause],
    /// Whether any movie has an other title.
    pub(crate) has_other_titles: bool,
}

impl TitleTiers<'_> {
    /// The title is this text, written in some way; what satisfies every word at once.
    fn is_own_title(&self) -> Clause {
        let key = Clause::TitleKey(self.words.join(" "));
        let meant = self.meant();
        Clause::any_of(
            [key].into_iter().chain(form(self.words)).chain(meant.iter().flat_map(|words| form(words))),
        )
    }

    /// The title, or an other one, is this text.
    pub(crate) fn is_title(&self) -> Clause {
        Clause::any_of([self.is_own_title(), self.other(self.words)])
    }

    /// An other title is these words.
    fn other(&self, words: &[&str]) -> Clause {
        if self.has_other_titles { Clause::any_of(other_form(words)) } else { Clause::None }
    }

    /// An other title starts so. One or two letters start too many of them.
    fn other_starts(&self, start: String) -> Clause {
        let is_long = start.trim_end().len() >= MIN_START_BYTES;
        if self.has_other_titles && is_long { Clause::OtherTitleStarts(start) } else { Clause::None }
    }

    /// The text with one synonym in place of what was typed, each in turn.
    fn meant(&self) -> Vec<Vec<&str>> {
        let mut texts = Vec::with_capacity(self.synonyms.len());
        for Synonym { words, meant } in self.synonyms {
            let mut text = self.words[..words.start].to_vec();
            text.extend(meant.iter().map(String::as_str));
            text.extend(&self.words[words.end..]);
            texts.push(text);
        }
        texts
    }

    /// The title is this text without a time that holds, or the text itself: the movie is named.
    pub(crate) fn is_named(&self) -> Clause {
        let in_years = self.understood.iter().filter(|piece| !piece.excluded).flat_map(|piece| {
            let years = piece.years.map(Clause::Years);
            let rests = if years.is_some() { self.rests(piece) } else { Vec::new() };
            rests.into_iter().map(move |rest| {
                let title = Clause::any_of(form(&rest).into_iter().chain([self.other(&rest)]));
                Clause::all_of([title].into_iter().chain(years.clone()))
            })
        });
        Clause::any_of([self.is_title()].into_iter().chain(in_years))
    }

    /// The title is this text without the piece read as a time, which may be remembered wrongly.
    pub(crate) fn is_rest(&self, time: &Understood) -> Clause {
        if !self.names_a_title(time) {
            return Clause::None;
        }
        let titles = |rest: Vec<&str>| form(&rest).into_iter().chain([self.other(&rest)]).collect::<Vec<_>>();
        Clause::any_of(self.rests(time).into_iter().flat_map(titles))
    }

    /// Whether the rest beside a time may well be a title: it is one year, and the rest is more than a genre.
    /// Who types `1950s romance` asks for no title, least of all of another decade.
    fn names_a_title(&self, time: &Understood) -> bool {
        !time.excluded && time.kind == UnderstandingKind::Year && !self.content().is_empty()
    }

    /// The title starts with the letters typed so far.
    pub(crate) fn starts(&self) -> Clause {
        Clause::TitleStarts(self.words.join(" "))
    }

    /// An other title is the text, or starts with the letters typed so far: what suggests a movie by another name.
    pub(crate) fn is_or_starts_other(&self) -> Clause {
        let key = self.words.join(" ");
        let start = if self.open { key } else { [key.as_str(), " "].concat() };
        Clause::any_of([self.other(self.words), self.other_starts(start)])
    }

    /// The group of a text still being typed: the title itself, then titles that start so, then titles written apart or
    /// with a typo. Titles of one tier are equal here: which of them is meant is for [`super::rank::known`] to say.
    pub(crate) fn prefix_group(&self) -> Group {
        let typos = spellings(&(0..self.words.len()).collect::<Vec<_>>(), self.words, self.expansions);
        let starts =
            if self.open { self.starts() } else { Clause::TitleStarts(format!("{} ", self.words.join(" "))) };
        Group::new([
            Tier { weight: weights::EXACT, clause: self.is_own_title(), kind: ReasonKind::ExactTitle },
            Tier { weight: weights::STARTS, clause: starts, kind: ReasonKind::TitlePrefix },
            Tier { weight: weights::COMPLETED, clause: self.joined(), kind: ReasonKind::Joined },
            Tier { weight: weights::TYPO, clause: typos, kind: ReasonKind::Typo },
            Tier {
                weight: weights::OTHER_REST,
                clause: self.is_or_starts_other(),
                kind: ReasonKind::TitlePrefix,
            },
        ])
    }

    /// The title is this text with the last word completed.
    fn completed(&self) -> Clause {
        let Some((_, before)) = self.words.split_last() else {
            return Clause::None;
        };
        let title = |word: &String| {
            Clause::TitleForm(normal_forms::squash_words(&[before, &[word.as_str()]].concat()))
        };
        Clause::any_of(self.longer.iter().map(title))
    }

    /// The last word occurs in the title joined or split otherwise (`spiderm` in `Spider-Man`), beside all others:
    /// a better guess than that its last letter is a typo.
    fn joined(&self) -> Clause {
        let Some((last, before)) = self.expansions.split_last() else {
            return Clause::None;
        };
        let joined = last.tiers.iter().filter(|tier| tier.kind == ReasonKind::Joined);
        let joined = Clause::any_of(joined.map(|tier| tier.clause.clone()));
        Clause::all_of(before.iter().map(|one| one.any_in_title()).chain([joined]))
    }

    /// The group of the whole text.
    pub(crate) fn group(&self) -> Group {
        let mut tiers = Vec::new();
        let mut add = |weight, kind, clause| tiers.push(Tier { weight, clause, kind });
        for (place, pin) in (0u32..).zip(self.pins) {
            add(weights::PIN - place, ReasonKind::Pin, pin.clone());
        }
        let key = self.words.join(" ");
        add(weights::EXACT, ReasonKind::ExactTitle, Clause::TitleKey(key.clone()));
        add(weights::FORM, ReasonKind::ExactTitle, Clause::any_of(form(self.words)));
        add(weights::STARTS, ReasonKind::TitlePrefix, Clause::TitleStarts(format!("{key} ")));
        add(weights::OTHER, ReasonKind::ExactTitle, self.other(self.words));
        add(weights::OTHER_STARTS, ReasonKind::TitlePrefix, self.other_starts(format!("{key} ")));
        let meant = self.meant();
        add(
            weights::SYNONYM,
            ReasonKind::Synonym,
            Clause::any_of(meant.iter().flat_map(|words| form(words))),
        );
        let starts = meant.iter().map(|words| Clause::TitleStarts(format!("{} ", words.join(" "))));
        add(weights::STARTS_SYNONYM, ReasonKind::Synonym, Clause::any_of(starts));
        if self.open {
            add(weights::OTHER_STARTS_OPEN, ReasonKind::TitlePrefix, self.other_starts(key.clone()));
            add(weights::STARTS_OPEN, ReasonKind::TitlePrefix, Clause::TitleStarts(key));
            add(weights::COMPLETED, ReasonKind::TitlePrefix, self.completed());
        }
        let typos = spellings(&(0..self.words.len()).collect::<Vec<_>>(), self.words, self.expansions);
        add(weights::TYPO, ReasonKind::Typo, typos);
        for understood in self.understood {
            let Some(years) = understood.years.filter(|_| !understood.excluded) else { continue };
            for rest in self.rests(understood) {
                self.add_rest(&rest, years, self.names_a_title(understood), &mut add);
            }
        }
        let content = self.content();
        if content.len() < self.words.len() && !content.is_empty() {
            let rest: Vec<&str> = content.iter().map(|&at| self.words[at]).collect();
            add(weights::REST, ReasonKind::ExactTitle, Clause::any_of(form(&rest)));
            add(weights::OTHER_REST, ReasonKind::ExactTitle, self.other(&rest));
        }
        if self.words.len() > 1 {
            let words = self.words.iter().map(|&word| word.to_owned()).collect();
            add(weights::PHRASE, ReasonKind::Phrase, Clause::Phrase(WordField::Title, words));
            let strong = self.strong();
            let all = strong.iter().map(|&at| Clause::Word(WordField::Title, self.words[at].to_owned()));
            add(weights::ALL_WORDS, ReasonKind::Word, Clause::all_of(all));
            let all = strong.iter().map(|&at| self.expansions[at].any_in_title());
            add(weights::ALL_VARIANTS, ReasonKind::Typo, Clause::all_of(all));
            if strong.iter().all(|&at| self.expansions[at].counts.other_title > 0) {
                let word = |at: &usize| Clause::Word(WordField::OtherTitle, self.words[*at].to_owned());
                add(weights::OTHER_WORDS, ReasonKind::Word, Clause::all_of(strong.iter().map(word)));
            }
        }
        Group::new(tiers)
    }

    fn add_rest(
        &self,
        rest: &[&str],
        years: YearRange,
        is_title: bool,
        add: &mut impl FnMut(u32, ReasonKind, Clause),
    ) {
        let near = YearRange { gte: years.gte.map(|year| year - 1), lte: years.lte.map(|year| year + 1) };
        let in_years = |clause, years| Clause::all_of([clause, Clause::Years(years)]);
        let key = rest.join(" ");
        let exact = Clause::TitleKey(key.clone());
        let other = Clause::any_of(form(rest));
        add(weights::EXACT_IN_YEAR, ReasonKind::ExactTitle, in_years(exact, years));
        add(weights::FORM_IN_YEAR, ReasonKind::ExactTitle, in_years(other.clone(), years));
        if self.has_other_titles {
            add(weights::OTHER_IN_YEAR, ReasonKind::ExactTitle, in_years(self.other(rest), years));
        }
        if !is_title {
            return;
        }
        let starts = Clause::TitleStarts(format!("{key} "));
        add(weights::STARTS_IN_YEAR, ReasonKind::TitlePrefix, in_years(starts, years));
        add(weights::FORM_NEAR_YEAR, ReasonKind::ExactTitle, in_years(other.clone(), near));
        add(weights::REST, ReasonKind::ExactTitle, other);
        let places: Vec<usize> = (0..self.words.len()).filter(|&at| rest.contains(&self.words[at])).collect();
        if places.len() == rest.len() {
            let typos = spellings(&places, self.words, self.expansions);
            add(weights::TYPO_IN_YEAR, ReasonKind::Typo, in_years(typos, years));
        }
    }

    /// The words without a piece, with and without the words that lead to it.
    fn rests(&self, piece: &Understood) -> Vec<Vec<&str>> {
        let without = |range: std::ops::Range<usize>| -> Vec<&str> {
            (0..self.words.len()).filter(|at| !range.contains(at)).map(|at| self.words[at]).collect()
        };
        let mut rests = vec![without(piece.words.clone())];
        if piece.lead < piece.words.start {
            rests.push(without(piece.lead..piece.words.end));
        }
        rests.retain(|rest| !rest.is_empty());
        rests
    }

    /// Words that are neither read as a time or genre nor fillers such as `movie`.
    fn content(&self) -> Vec<usize> {
        let is_read = |at: usize| {
            self.understood.iter().any(|understood| {
                !understood.is_person() && (understood.lead..understood.words.end).contains(&at)
            })
        };
        (0..self.words.len()).filter(|&at| !is_read(at) && !filler::is_filler(self.words[at])).collect()
    }

    /// Words that are no stop words; all of them where there are no others.
    fn strong(&self) -> Vec<usize> {
        let strong: Vec<usize> =
            (0..self.words.len()).filter(|&at| !stop::is_stop_word(self.words[at])).collect();
        if strong.is_empty() { (0..self.words.len()).collect() } else { strong }
    }
}

/// Clauses that hold where the title is these words, written in any way.
pub(crate) fn form(words: &[&str]) -> Vec<Clause> {
    normal_forms_of(words).into_iter().map(Clause::TitleForm).collect()
}

/// The same of an other title.
pub(crate) fn other_form(words: &[&str]) -> Vec<Clause> {
    normal_forms_of(words).into_iter().map(Clause::OtherTitleForm).collect()
}

fn normal_forms_of(words: &[&str]) -> Vec<String> {
    let mut forms = vec![normal_forms::squash_words(words), normal_forms::squash_plain_words(words)];
    if let [before @ .., last] = words
        && stop::is_article(last)
        && !before.is_empty()
    {
        // `Matrix, The`.
        forms.push(normal_forms::squash_words(before));
    }
    if words.len() > 2 && words[1..words.len() - 1].contains(&"and") {
        // `Romeo + Juliet`.
        let without: Vec<&str> = words.iter().copied().filter(|word| *word != "and").collect();
        forms.push(normal_forms::squash_words(&without));
    }
    let mut kept: Vec<String> = Vec::with_capacity(forms.len());
    for form in forms.into_iter().filter(|form| !form.is_empty()) {
        if !kept.contains(&form) {
            kept.push(form);
        }
    }
    kept
}

/// The text with near words in place of some, as forms of a title, most likely first.
pub(crate) fn spellings(places: &[usize], words: &[&str], ways: &[&TermExpansion]) -> Clause {
    /// HighlightTerms words that no title has stay only if nothing near is found.
    const UNKNOWN_COST: u32 = 30;
    if places.len() > MAX_SPELLED_WORDS {
        return Clause::None;
    }
    let mut kept: Vec<(u32, bool, Vec<&str>)> = vec![(0, false, Vec::new())];
    for &at in places {
        let own_cost = if ways[at].counts.title > 0 { 0 } else { UNKNOWN_COST };
        let near = ways[at].near.iter().filter(|variant| variant.counts.title > 0).take(NEAR_WORDS);
        let choices: Vec<(u32, bool, &str)> = [(own_cost, false, words[at])]
            .into_iter()
            .chain(near.map(|variant| {
                (
                    u32::from(variant.edits) * 10 + u32::from(!variant.same_start) * 10,
                    true,
                    variant.text.as_str(),
                )
            }))
            .collect();
        // Only those that stay are written.
        let mut next: Vec<(u32, usize, usize)> = Vec::with_capacity(kept.len() * choices.len());
        for (from, &(cost, ..)) in kept.iter().enumerate() {
            next.extend(choices.iter().enumerate().map(|(choice, &(more, ..))| (cost + more, from, choice)));
        }
        // In the order in which they were made where they cost the same.
        next.sort_unstable();
        next.truncate(MAX_SPELLINGS);
        let written = next.into_iter().map(|(cost, from, choice)| {
            let (_, changed, spelled) = &kept[from];
            let (_, change, word) = choices[choice];
            let mut more = Vec::with_capacity(places.len());
            more.extend_from_slice(spelled);
            more.push(word);
            (cost, *changed || change, more)
        });
        kept = written.collect();
    }
    let changed = kept.into_iter().filter(|&(_, changed, _)| changed);
    let squashed = |spelled: &[&str]| {
        // A near word may be two.
        let words: Vec<&str> = spelled.iter().flat_map(|word| word.split(' ')).collect();
        normal_forms::squash_words(&words)
    };
    Clause::any_of(changed.map(|(_, _, spelled)| Clause::TitleForm(squashed(&spelled))))
}
