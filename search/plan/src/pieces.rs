//! What of a text a movie should meet, and the titles that the text or a part of it may be.

use std::ops::Range;

use wikimovie_domain::{MatchKind, ReasonKind, UnderstandingKind};
use wikimovie_text::stop;

use super::{
    Clause, Group, MAX_PREFIX_CHARS, Tier, WordField,
    compile::Text,
    levels::{Levelled, Levels},
    piece::{Piece, PieceKind, WordFacts},
    rank::{partial, title as weights},
    term_expansion::TermExpansion,
    title_parts::{TitleParts, TitleWord},
    title_tiers::{TitleTiers, form, other_form, spellings},
};
use crate::{filter::Filtered, understand::Understood};

/// A text as a title: some of its words, and what was understood of them.
struct Wording<'a> {
    words: Vec<&'a str>,
    expansions: Vec<&'a TermExpansion>,
    understood: Vec<Understood>,
}

impl Text<'_> {
    /// The tiers of the whole text, and of the text without what names nothing.
    pub(crate) fn title_group(&self, with_people: &[Tier]) -> Group {
        let words = self.words();
        let all = self.wording(&words, |_| true);
        let mut tiers = self.tiers(&all, &self.pins).group().tiers;
        if let Some(core) = self.core(&words) {
            let lowered = self
                .tiers(&core, &[])
                .group()
                .tiers
                .into_iter()
                .map(|tier| Tier { weight: tier.weight.saturating_sub(weights::FILLED).max(1), ..tier });
            tiers.extend(lowered);
        }
        tiers.extend(with_people.iter().cloned());
        Group::new(tiers)
    }

    /// The levels of the text.
    pub(crate) fn levels(&self, filtered: &Filtered, with_people: &[Tier]) -> Levels {
        let words = self.words();
        let pieces = self.pieces(&words, with_people);
        let all = self.wording(&words, |_| true);
        let core = self.core(&words);
        let (mut whole, mut named) = (Vec::new(), Vec::new());
        for wording in [Some(&all), core.as_ref()].into_iter().flatten().filter(|one| !one.words.is_empty()) {
            let tiers = self.tiers(wording, &[]);
            whole.push(tiers.is_title());
            named.push(tiers.is_named());
        }
        whole.extend(self.pins.iter().cloned());
        named.extend(
            with_people
                .iter()
                .filter(|tier| tier.kind == ReasonKind::ExactTitle)
                .map(|tier| tier.clause.clone()),
        );
        let first = usize::from(!words.is_empty());
        let facts = |(at, expansion): (usize, &TermExpansion)| WordFacts {
            rarity: expansion.rarity,
            is_known: expansion.exists,
            is_whole: expansion.counts.title + expansion.counts.other_title + expansion.counts.people > 0
                && words[at].chars().count() > MAX_PREFIX_CHARS,
            is_weak: stop::is_stop_word(words[at]) || stop::is_question_word(&words, at),
        };
        let parts = self.title_words(&words);
        Levels::new(Levelled {
            pieces,
            always: self.always(),
            filters: filtered.must.clone(),
            is_filtered: *filtered != Filtered::default(),
            whole,
            named: Clause::any_of(named),
            parts,
            first,
            words: self.expansions.iter().enumerate().map(facts).collect(),
            related: self.expansions.iter().map(|expansion| expansion.related.clone()).collect(),
        })
    }

    fn tiers<'b>(&'b self, wording: &'b Wording<'b>, pins: &'b [Clause]) -> TitleTiers<'b> {
        let whole = wording.words.len() == self.reading.words.len();
        let ends_alike =
            wording.words.last().copied() == self.reading.words.last().map(|word| word.text.as_str());
        TitleTiers {
            words: &wording.words,
            expansions: &wording.expansions,
            understood: &wording.understood,
            open: self.reading.open && ends_alike,
            longer: if ends_alike { &self.longer } else { &[] },
            synonyms: if whole { &self.synonyms } else { &[] },
            pins,
            has_other_titles: self.has_other_titles,
        }
    }

    /// The words for which `keep` holds.
    fn wording<'b>(&'b self, words: &[&'b str], keep: impl Fn(usize) -> bool) -> Wording<'b> {
        let kept: Vec<usize> = (0..words.len()).filter(|&at| keep(at)).collect();
        let place = |at: usize| kept.partition_point(|&kept| kept < at);
        let moved = |piece: &Understood| -> Option<Understood> {
            let is_kept = piece.words.clone().all(|at| kept.binary_search(&at).is_ok());
            is_kept.then(|| Understood {
                words: place(piece.words.start)..place(piece.words.end),
                lead: place(piece.lead),
                ..piece.clone()
            })
        };
        Wording {
            words: kept.iter().map(|&at| words[at]).collect(),
            expansions: kept.iter().map(|&at| &self.expansions[at]).collect(),
            understood: self.understood.iter().filter_map(moved).collect(),
        }
    }

    /// The text without fillers and exclusions; `None` where that is the text, or nothing.
    fn core<'b>(&'b self, words: &[&'b str]) -> Option<Wording<'b>> {
        let core = self.wording(words, |at| !self.filler[at] && !self.is_excluded(at));
        (core.words.len() < words.len() && !core.words.is_empty()).then_some(core)
    }

    /// Titles beside people: `tom cruise top gun`, `dicaprio titanic`. What is left without people, years and genres is
    /// compared with whole titles of movies with those people.
    pub(crate) fn with_people(&self) -> Vec<Tier> {
        let words = &self.words()[..];
        let mut people: Vec<Clause> = Vec::new();
        let mut is_rest: Vec<bool> =
            (0..words.len()).map(|at| !self.filler[at] && !self.is_excluded(at)).collect();
        for piece in self.understood.iter().filter(|piece| !piece.excluded) {
            let is_time = piece.years.is_some();
            if piece.is_full_name() || is_time {
                is_rest[piece.lead..piece.words.end].fill(false);
                people.extend((!is_time).then(|| piece.clause.clone()));
            }
        }
        for at in 0..words.len() {
            let counts = self.expansions[at].counts;
            // A word that is a name and in hardly any title.
            let is_name = counts.people > 0 && counts.people > 4 * counts.title;
            if is_rest[at] && is_name && !self.reading.words[at].quoted && !stop::is_stop_word(words[at]) {
                is_rest[at] = false;
                people.push(Clause::Word(WordField::People, words[at].to_owned()));
            }
        }
        let places: Vec<usize> = (0..words.len()).filter(|&at| is_rest[at]).collect();
        if people.is_empty() || places.is_empty() {
            return Vec::new();
        }
        let rest: Vec<&str> = places.iter().map(|&at| words[at]).collect();
        let key = rest.join(" ");
        let expansions: Vec<&TermExpansion> = self.expansions.iter().collect();
        let other = if self.has_other_titles { Clause::any_of(other_form(&rest)) } else { Clause::None };
        let tier = |weight, kind, title: Clause| {
            let met = || Clause::all_of([title.clone()].into_iter().chain(people.iter().cloned()));
            let clause = if title == Clause::None { Clause::None } else { met() };
            Tier { weight, clause, kind }
        };
        vec![
            tier(weights::EXACT_WITH_PEOPLE, ReasonKind::ExactTitle, Clause::TitleKey(key.clone())),
            tier(weights::FORM_WITH_PEOPLE, ReasonKind::ExactTitle, Clause::any_of(form(&rest))),
            tier(weights::OTHER_WITH_PEOPLE, ReasonKind::ExactTitle, other),
            tier(
                weights::STARTS_WITH_PEOPLE,
                ReasonKind::TitlePrefix,
                Clause::TitleStarts(format!("{key} ")),
            ),
            tier(weights::TYPO_WITH_PEOPLE, ReasonKind::Typo, spellings(&places, words, &expansions)),
        ]
    }

    /// Words that a movie must meet: all but those that lead to a reading, stop words, the words of a question, fillers and
    /// exclusions, as long as others are left.
    pub(crate) fn required(&self, words: &[&str]) -> Vec<usize> {
        let leads = |at: usize| self.understood.iter().any(|u| (u.lead..u.words.start).contains(&at));
        let is_left = |at: &usize| !leads(*at) && !self.is_excluded(*at);
        let is_weak = |at: usize| {
            stop::is_stop_word(words[at])
                || stop::is_question_word(words, at)
                || self.filler[at]
                || announces_number(words, at)
        };
        let strong: Vec<usize> = (0..words.len())
            .filter(|&at| !self.reading.words[at].quoted)
            .filter(|at| is_left(at) && !is_weak(*at))
            .collect();
        if !strong.is_empty() || !self.reading.phrases.is_empty() {
            return strong;
        }
        let left: Vec<usize> = (0..words.len()).filter(is_left).collect();
        let excludes = left.len() < words.len()
            && left.iter().all(|&at| self.filler[at] || stop::is_stop_word(words[at]));
        if excludes && (self.understood.iter().any(|piece| piece.excluded) || !self.negated.is_empty()) {
            // `movies without john wayne` asks for no word.
            return Vec::new();
        }
        left
    }

    /// The pieces that a movie should meet.
    fn pieces(&self, words: &[&str], with_people: &[Tier]) -> Vec<Piece> {
        let required = self.required(words);
        let all = self.wording(words, |_| true);
        let core = self.core(words);
        let mut pieces: Vec<Piece> = Vec::new();
        let mut done = 0;
        for &at in &required {
            if at < done {
                continue;
            }
            let readings: Vec<&Understood> = self.readings_of(at).collect();
            let end = readings.iter().map(|piece| piece.words.end).max().unwrap_or(at + 1);
            let start = readings.iter().map(|piece| piece.words.start).min().unwrap_or(at);
            let range = start..end;
            done = end;
            let own: Vec<usize> = required.iter().copied().filter(|at| range.contains(at)).collect();
            let mut piece = self.piece(words, range, own, &readings, [Some(&all), core.as_ref()]);
            if piece.kind == PieceKind::Time {
                // Who names a movie by its title and its people may remember the year wrongly.
                let titles = with_people.iter().filter(|tier| tier.kind == ReasonKind::ExactTitle);
                let titles = titles.map(|tier| tier.clause.clone()).filter(|clause| *clause != Clause::None);
                piece.remembered.extend(titles);
            }
            pieces.push(piece);
        }
        self.mark_telling(&mut pieces);
        pieces
    }

    /// Marks the pieces that are counted where only some must be met. Words of most plots are not, beside two rarer ones.
    fn mark_telling(&self, pieces: &mut [Piece]) {
        let is_rare = |piece: &Piece| {
            let rarity = piece.words.iter().map(|&at| self.expansions[at].rarity).max();
            piece.kind != PieceKind::Word || rarity.is_none_or(|rarity| rarity >= partial::TELLING)
        };
        let rare =
            pieces.iter().filter(|piece| !piece.is_required() && piece.has[2] && is_rare(piece)).count();
        for piece in pieces.iter_mut().filter(|_| rare > 1) {
            piece.telling = is_rare(piece);
        }
    }

    fn piece(
        &self,
        words: &[&str],
        range: Range<usize>,
        own: Vec<usize>,
        readings: &[&Understood],
        wordings: [Option<&Wording<'_>>; 2],
    ) -> Piece {
        let (mut other, mut remembered) = (Vec::new(), Vec::new());
        for reading in readings {
            other.push(reading.clause.clone());
            other.extend((reading.nearly != Clause::None).then(|| reading.nearly.clone()));
            if reading.years.is_some() {
                let rests = wordings.into_iter().flatten().flat_map(|wording| {
                    let moved = wording.understood.iter().filter(|piece| piece.clause == reading.clause);
                    moved.map(|time| self.tiers(wording, &[]).is_rest(time)).collect::<Vec<_>>()
                });
                remembered.extend(rests.filter(|clause| *clause != Clause::None));
            }
        }
        let kind = piece_kind(readings);
        let mut weaker = Vec::new();
        // A name of several words is that person, or stands in a title or a plot; its words apart are other people's.
        let is_sure = kind == PieceKind::Person && readings.iter().all(|reading| !reading.typo);
        if is_sure {
            let name: Vec<String> = words[range.clone()].iter().map(|&word| word.to_owned()).collect();
            other.extend(initials_joined(&name).map(|name| Clause::Phrase(WordField::People, name)));
            other.push(Clause::Phrase(WordField::Title, name.clone()));
            weaker.push(Clause::Phrase(WordField::Summary, name));
        }
        weaker.extend(self.series(words, &range));
        let own = if is_sure { Vec::new() } else { own };
        let kinds = [MatchKind::Exact, MatchKind::Mention, MatchKind::Typo];
        let has = kinds.map(|kind| {
            let besides = !other.is_empty() || (kind > MatchKind::Exact && !weaker.is_empty());
            besides || own.iter().all(|&at| self.expansions[at].has(kind))
        });
        let typed = self.typed(self.span(&range)).to_owned();
        Piece { words: own, typed, other, weaker, remembered, kind, telling: true, has }
    }

    /// The other movies of a series, where this is a number behind its name: `star wars 4` is not called so.
    fn series(&self, words: &[&str], number: &Range<usize>) -> Option<Clause> {
        let is_number = number.len() == 1
            && number.end == words.len()
            && wikimovie_text::numerals::number_in_title(words, number.start)
                .is_some_and(|number| number < 100);
        let name = (0..number.start)
            .filter(|&at| !stop::is_stop_word(words[at]) && !self.filler[at] && !announces_number(words, at));
        let name: Vec<Clause> = name.map(|at| Clause::Word(WordField::Title, words[at].to_owned())).collect();
        (is_number && !name.is_empty()).then(|| Clause::all_of(name))
    }

    /// The words of which a part may be a title: what is left without fillers, people and times.
    fn title_words(&self, words: &[&str]) -> TitleParts {
        let is_word = |at: usize| {
            !self.filler[at]
                && !self.is_excluded(at)
                && self.readings_of(at).all(|piece| piece.years.is_none() && !piece.is_full_name())
        };
        let is_strong = |at: usize| !stop::is_stop_word(words[at]) && !stop::is_question_word(words, at);
        let places = (0..words.len()).filter(|&at| is_word(at));
        let word = |at: usize| TitleWord {
            at,
            text: words[at].to_owned(),
            rarity: if is_strong(at) { self.expansions[at].rarity } else { 0 },
        };
        TitleParts {
            words: places.map(word).collect(),
            of: words.len(),
            has_other_titles: self.has_other_titles,
        }
    }
}

/// What words are read as that have these readings.
fn piece_kind(readings: &[&Understood]) -> PieceKind {
    let any = |is: fn(&Understood) -> bool| readings.iter().any(|reading| is(reading));
    if any(Understood::is_full_name) {
        PieceKind::Person
    } else if any(|reading| reading.years.is_some()) {
        PieceKind::Time
    } else if any(|reading| reading.kind == UnderstandingKind::Genre) {
        PieceKind::Genre
    } else {
        PieceKind::Word
    }
}

/// Whether the word only announces a number: `part`, `episode`.
fn announces_number(words: &[&str], at: usize) -> bool {
    let announces = matches!(words[at], "part" | "volume" | "vol" | "chapter" | "episode" | "pt");
    announces && at > 0 && wikimovie_text::numerals::number_in_title(words, at + 1).is_some()
}

/// `e g daily` as `eg daily`: a name written with its initials together.
fn initials_joined(name: &[String]) -> Option<Vec<String>> {
    let initials = name.iter().take_while(|word| word.chars().count() == 1).count();
    let joined = || [vec![name[..initials].concat()], name[initials..].to_vec()].concat();
    (initials > 1 && initials < name.len()).then(joined)
}
