//! Levels of matching: how much of a text a movie must meet, from all of it in the strongest way down to a part of it.
//!
//! Each level finds all that the one before it finds. A question is answered at the first one that finds enough, so a
//! typo or a word of a plot never stands beside words of titles, and a word that nobody has never empties an answer.
//! Filters do not make them weaker, unless they leave nothing: a value of a facet finds what the facet counted.
//! Levels are plain clauses with counts of movies between them, so every engine answers at the same one.

use std::borrow::Cow;

use wikimovie_domain::{MatchKind, Matching, ReasonKind};

use super::{
    Clause, Drill, ENOUGH_HITS, Group, Plan, Tier,
    piece::{Piece, PieceKind, WordFacts},
    rank::{partial, title, word},
    title_parts::TitleParts,
};

/// Most levels at which only a part of the text must be met; of a longer text some numbers of words are left out.
const MAX_PARTIAL: usize = 10;

/// How much of the text is met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum PartMet {
    /// Every piece, in this way or a stronger one.
    All(MatchKind),
    /// Every piece but for a time beside a title: people remember years badly. All with typos includes it.
    Remembered,
    /// Every required piece, and so many of the others.
    Some(usize),
    /// So many of all pieces, required or not.
    Any(usize),
}

/// One level.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Level {
    part: PartMet,
    /// With so many movies the question is answered at this level.
    enough: u64,
    /// Whether it is answered at this level, too, where the text names one of the movies found.
    stops_at_named: bool,
}

/// The levels of one question, strictest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Levels {
    list: Vec<Level>,
    pieces: Vec<Piece>,
    /// What the text asks for at every level: phrases, exclusions.
    always: Vec<Clause>,
    /// What the filters ask for at every level, but for those that facets ignore.
    filters: Vec<Clause>,
    /// Whether there is a filter of any kind.
    is_filtered: bool,
    /// What meets the whole text at once: a title that is the text, a pin.
    whole: Vec<Clause>,
    /// The movies that the text names, with all its words: where one is found, none that meets less is looked for.
    named: Clause,
    /// Words of which a part may be a title; weighed where weaker matches are found.
    parts: TitleParts,
    /// Index of the group of the score that belongs to the first word.
    first: usize,
    words: Vec<WordFacts>,
    /// By word, other words for the same thing.
    related: Vec<Vec<Clause>>,
}

/// What the levels of a question are made of.
pub(crate) struct Levelled {
    pub(crate) pieces: Vec<Piece>,
    pub(crate) always: Vec<Clause>,
    pub(crate) filters: Vec<Clause>,
    pub(crate) is_filtered: bool,
    pub(crate) whole: Vec<Clause>,
    pub(crate) named: Clause,
    pub(crate) parts: TitleParts,
    pub(crate) first: usize,
    pub(crate) words: Vec<WordFacts>,
    pub(crate) related: Vec<Vec<Clause>>,
}

/// What is counted to choose a level.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Probe {
    /// The movies of a level.
    Level(usize),
    /// The movies of a level, whatever the filters.
    Text(usize),
    /// The movies that the text names, whatever the filters.
    Named,
}

impl Probe {
    /// Whether movies are counted that the filters leave out.
    pub(crate) fn ignores_filters(self) -> bool {
        !matches!(self, Self::Level(_))
    }
}

impl Levels {
    pub(crate) fn new(of: Levelled) -> Self {
        let Levelled { pieces, always, filters, is_filtered, whole, named, parts, first, words, related } =
            of;
        let list = list(&pieces);
        Self { list, pieces, always, filters, is_filtered, whole, named, parts, first, words, related }
    }

    /// The one level of a plan that asks for no words.
    pub(crate) fn one(must: Clause) -> Self {
        Self::new(Levelled {
            pieces: Vec::new(),
            always: vec![must],
            filters: Vec::new(),
            is_filtered: false,
            whole: Vec::new(),
            named: Clause::None,
            parts: TitleParts::default(),
            first: 0,
            words: Vec::new(),
            related: Vec::new(),
        })
    }

    /// Number of levels, one at least.
    pub fn count(&self) -> usize {
        self.list.len()
    }

    /// Number of movies with which the question is answered at this level.
    pub fn enough(&self, level: usize) -> u64 {
        self.list.get(level).map_or(0, |level| level.enough)
    }

    /// What must be counted to choose a level, but for the movies of levels before `from`.
    pub fn probes(&self, from: usize) -> Vec<Probe> {
        let levels = 0..self.list.len();
        let by_text = levels.clone().filter(|_| self.is_filtered).map(Probe::Text);
        let may_be_named = self.list.iter().any(|level| level.stops_at_named);
        let counted = levels.skip(from).map(Probe::Level).chain(by_text);
        counted.chain(may_be_named.then_some(Probe::Named)).collect()
    }

    /// The level at which a question is answered, by the movies that each probe counts: that of its text, or a wider one
    /// where the filters leave nothing of it. So a value of a facet finds as many movies as the facet counted.
    ///
    /// # Errors
    /// Whatever counting fails with.
    pub fn choose<E>(&self, mut count: impl FnMut(Probe) -> Result<u64, E>) -> Result<usize, E> {
        if self.list.len() == 1 || !self.is_filtered {
            return self.choose_by_text(Probe::Level, count);
        }
        // What is enough under the filters is enough without them.
        if count(Probe::Level(0))? >= self.enough(0) {
            return Ok(0);
        }
        let by_text = self.choose_by_text(Probe::Text, &mut count)?;
        for level in by_text..self.list.len() {
            if count(Probe::Level(level))? > 0 {
                return Ok(level);
            }
        }
        Ok(by_text)
    }

    /// The first level that finds enough. It is not widened by movies that lack a word where the text names a movie, and
    /// never for nothing.
    fn choose_by_text<E>(
        &self,
        probe: impl Fn(usize) -> Probe,
        mut count: impl FnMut(Probe) -> Result<u64, E>,
    ) -> Result<usize, E> {
        let mut found = Vec::with_capacity(self.list.len());
        for (at, level) in self.list.iter().enumerate() {
            if at + 1 == self.list.len() && found.is_empty() {
                return Ok(at);
            }
            let movies = count(probe(at))?;
            let may_be_named = movies > 0 && level.stops_at_named;
            if movies >= level.enough || (may_be_named && count(Probe::Named)? > 0) {
                return Ok(first_with(&found, movies).unwrap_or(at));
            }
            found.push(movies);
        }
        let most = found.last().copied().unwrap_or(0);
        Ok(first_with(&found, most).unwrap_or(0))
    }

    /// What a movie must meet at a level.
    pub fn must(&self, level: usize, score: &[Group]) -> Clause {
        Clause::all_of([self.by_text(level, score)].into_iter().chain(self.filters.iter().cloned()))
    }

    /// What a movie must meet of the text at a level.
    fn by_text(&self, level: usize, score: &[Group]) -> Clause {
        let part = self.list.get(level).map_or(PartMet::All(MatchKind::Typo), |level| level.part);
        Clause::all_of([self.text(part, score)].into_iter().chain(self.always.iter().cloned()))
    }

    /// What the count of a probe is of.
    pub fn probed(&self, probe: Probe, score: &[Group]) -> Clause {
        match probe {
            Probe::Level(level) => self.must(level, score),
            Probe::Text(level) => self.by_text(level, score),
            Probe::Named => {
                Clause::all_of([self.named.clone()].into_iter().chain(self.always.iter().cloned()))
            }
        }
    }

    /// What a movie must meet of the words.
    fn text(&self, part: PartMet, score: &[Group]) -> Clause {
        if self.pieces.is_empty() {
            return Clause::All;
        }
        let all = |kind| match kind {
            MatchKind::Typo => self.remembered(kind, score),
            _ => Clause::all_of(self.pieces.iter().map(|piece| self.piece(piece, kind, score))),
        };
        // A known word with a typo is another word; who meets a part only must meet it as typed.
        let of = |piece: &Piece| self.piece_as_typed(piece, score);
        let mut met = match part {
            PartMet::All(kind) => vec![all(kind)],
            PartMet::Remembered => vec![self.remembered(MatchKind::Mention, score)],
            PartMet::Some(count) => {
                let required = self.pieces.iter().filter(|piece| piece.is_required()).map(of);
                let others = self.pieces.iter().filter(|piece| !piece.is_required() && piece.telling).map(of);
                vec![Clause::all_of(required.chain([Clause::at_least(count, others)]))]
            }
            PartMet::Any(count) => {
                vec![Clause::at_least(count, self.pieces.iter().filter(|piece| piece.telling).map(of))]
            }
        };
        if !part.is_all() {
            met.push(all(MatchKind::Typo));
        }
        Clause::any_of(met.into_iter().chain(self.whole.iter().cloned()))
    }

    /// Every piece in this way or a stronger one, or the title without the time.
    fn remembered(&self, kind: MatchKind, score: &[Group]) -> Clause {
        let piece = |piece: &Piece| {
            let strictly = self.piece(piece, kind, score);
            Clause::any_of([strictly].into_iter().chain(piece.remembered.iter().cloned()))
        };
        Clause::all_of(self.pieces.iter().map(piece))
    }

    /// What meets a piece, in this way or a stronger one.
    fn piece(&self, piece: &Piece, kind: MatchKind, score: &[Group]) -> Clause {
        self.piece_by(piece, kind, |_| kind, score)
    }

    /// What meets a piece: its words as typed, and with typos those that the catalogue has not.
    fn piece_as_typed(&self, piece: &Piece, score: &[Group]) -> Clause {
        let kind = |facts: WordFacts| if facts.is_known { MatchKind::Mention } else { MatchKind::Typo };
        self.piece_by(piece, MatchKind::Typo, kind, score)
    }

    fn piece_by(
        &self,
        piece: &Piece,
        kind: MatchKind,
        kind_of_word: impl Fn(WordFacts) -> MatchKind,
        score: &[Group],
    ) -> Clause {
        let word = |at: &usize| {
            let Some((facts, group)) = self.words.get(*at).zip(score.get(self.first + at)) else {
                return Clause::None;
            };
            let most = if piece.is_met_by(kind) { kind_of_word(*facts) } else { MatchKind::Exact };
            let is_met = |tier: &&Tier| tier.kind != ReasonKind::Pin && facts.match_kind(tier) <= most;
            let related = self.related.get(*at).filter(|_| kind == MatchKind::Typo && piece.is_met_by(kind));
            let related = related.into_iter().flatten();
            let tiers = group.tiers.iter().filter(is_met).map(|tier| &tier.clause);
            Clause::any_of(tiers.chain(related).cloned())
        };
        let words = (!piece.words.is_empty()).then(|| Clause::all_of(piece.words.iter().map(word)));
        let weaker = piece.weaker.iter().filter(|_| kind > MatchKind::Exact);
        Clause::any_of(words.into_iter().chain(piece.other.iter().chain(weaker).cloned()))
    }

    /// The plan of a level, made of that of the first one.
    pub(crate) fn plan<'a>(&self, level: usize, first: &'a Plan) -> Cow<'a, Plan> {
        if level == 0 {
            return Cow::Borrowed(first);
        }
        let (must, drill) = (self.must(level, &first.score), first.drill.clone());
        Cow::Owned(Plan { must, drill, score: self.score(level, &first.score) })
    }

    /// The first level's plan of these groups.
    pub(crate) fn first(&self, score: Vec<Group>, drill: Drill) -> Plan {
        let must = self.must(0, &score);
        let score =
            if self.list[0].part == PartMet::All(MatchKind::Exact) { score } else { self.score(0, &score) };
        Plan { must, drill, score }
    }

    /// The groups at a level: where weaker matches are found, a part of the text may be a title, too.
    fn score(&self, level: usize, base: &[Group]) -> Vec<Group> {
        let part = self.list[level].part;
        let mut groups = base.to_vec();
        if let Some(whole) = groups.first_mut().filter(|_| self.first > 0) {
            let elsewhere = |piece: &Piece| self.piece(piece, MatchKind::Mention, base);
            let parts = self.parts.tiers(&self.pieces, elsewhere);
            let tiers = std::mem::take(&mut whole.tiers);
            *whole = Group::new(tiers.into_iter().chain(parts));
        }
        if part.is_all() {
            if part.kind() == MatchKind::Typo {
                self.add_related(&mut groups, word::RELATED);
            }
            return groups;
        }
        for (at, group) in groups.iter_mut().skip(self.first).enumerate() {
            let facts = self.words.get(at);
            let mut tiers = std::mem::take(&mut group.tiers);
            for tier in &mut tiers {
                tier.weight = match facts {
                    Some(facts) => facts.rarity * partial::base(tier.kind, tier.weight / facts.rarity.max(1)),
                    None => tier.weight / partial::READING_DIVISOR,
                };
            }
            tiers.retain(|tier| tier.weight > 0 && !facts.is_some_and(|facts| facts.is_weak));
            *group = Group::new(tiers);
        }
        self.add_related(&mut groups, partial::RELATED);
        groups.extend(self.parts.neighbours());
        let all = [
            (title::ALL_EXACT, MatchKind::Exact),
            (title::ALL_MENTIONED, MatchKind::Mention),
            (title::ALL_WITH_TYPOS, MatchKind::Typo),
        ];
        groups.push(Group::new(all.map(|(weight, kind)| {
            let clause = self.text(PartMet::All(kind), base);
            Tier { weight, clause, kind: ReasonKind::Word }
        })));
        groups
    }

    /// Adds to the groups of words what other words for the same thing are worth.
    fn add_related(&self, groups: &mut [Group], weight: u32) {
        let of_words = groups.iter_mut().skip(self.first).zip(&self.words).zip(&self.related);
        for ((group, facts), related) in of_words.filter(|(_, related)| !related.is_empty()) {
            let clause = Clause::any_of(related.iter().cloned());
            let tier = Tier { weight: weight * facts.rarity, clause, kind: ReasonKind::Synonym };
            *group = Group::new(std::mem::take(&mut group.tiers).into_iter().chain([tier]));
        }
    }

    /// How much of the text the movies of a level meet.
    pub(crate) fn matching(&self, level: usize) -> Matching {
        let part = self.list.get(level).map_or(PartMet::All(MatchKind::Exact), |level| level.part);
        let required = self.pieces.iter().filter(|piece| piece.is_required()).count();
        Matching {
            words: self.pieces.iter().map(|piece| piece.typed.clone()).collect(),
            of: self.pieces.len(),
            at_least: match part {
                PartMet::All(_) | PartMet::Remembered => self.pieces.len(),
                PartMet::Some(count) => required + count,
                PartMet::Any(count) => count,
            },
            weakest: if self.pieces.is_empty() { MatchKind::Exact } else { part.kind() },
        }
    }

    /// The pieces that a movie of a level may lack, as typed, each with what meets it.
    pub(crate) fn optional(&self, level: usize, score: &[Group]) -> Vec<(String, Clause)> {
        let part = self.list.get(level).map_or(PartMet::All(MatchKind::Exact), |level| level.part);
        let lacks = |piece: &&Piece| match part {
            PartMet::All(_) | PartMet::Remembered => false,
            PartMet::Some(_) => !piece.is_required(),
            PartMet::Any(_) => true,
        };
        let optional = self.pieces.iter().filter(lacks);
        optional.map(|piece| (piece.typed.clone(), self.piece_as_typed(piece, score))).collect()
    }

    /// Whether movies of a level may lack what a word is understood as.
    pub(crate) fn is_partial(&self, level: usize) -> bool {
        self.list.get(level).is_some_and(|level| !level.part.is_all())
    }
}

impl PartMet {
    fn is_all(self) -> bool {
        matches!(self, Self::All(_) | Self::Remembered)
    }

    fn kind(self) -> MatchKind {
        match self {
            Self::All(kind) => kind,
            Self::Remembered => MatchKind::Mention,
            Self::Some(_) | Self::Any(_) => MatchKind::Typo,
        }
    }
}

/// The first level that found as many already: a wider one added nothing.
fn first_with(found: &[u64], movies: u64) -> Option<usize> {
    found.iter().position(|&before| before == movies && movies > 0)
}

/// The levels that these pieces have. Levels that can find no more than the one before them are left out, and those at
/// which nothing can be found by words.
fn list(pieces: &[Piece]) -> Vec<Level> {
    let others = pieces.iter().filter(|piece| !piece.is_required()).count();
    let required = pieces.len() - others;
    let can = |kind: MatchKind| pieces.iter().all(|piece| piece.has[kind as usize]);
    let adds = |kind: MatchKind| {
        let below = if kind == MatchKind::Typo { MatchKind::Mention } else { MatchKind::Exact };
        !can(below) || pieces.iter().any(|piece| !piece.words.is_empty())
    };
    let mut parts = Vec::new();
    for kind in [MatchKind::Exact, MatchKind::Mention, MatchKind::Typo] {
        if kind == MatchKind::Typo
            && !parts.is_empty()
            && pieces.iter().any(|piece| !piece.remembered.is_empty())
        {
            parts.push(PartMet::Remembered);
        }
        if can(kind) && (kind == MatchKind::Exact || parts.is_empty() || adds(kind)) {
            parts.push(PartMet::All(kind));
        }
    }
    // Words that nobody has are met by no movie.
    let known = pieces.iter().filter(|piece| !piece.is_required() && piece.telling && piece.has[2]).count();
    let most = known.min(others.saturating_sub(1));
    let least = usize::from(required == 0);
    if others > 0 && pieces.len() > 1 {
        let counts: Vec<usize> = (least..=most).rev().collect();
        let step = counts.len().div_ceil(MAX_PARTIAL).max(1);
        let last = counts.len().saturating_sub(1);
        let kept = counts.iter().enumerate().filter(|&(at, _)| at % step == 0 || at == last);
        parts.extend(kept.map(|(_, &count)| PartMet::Some(count)));
    }
    if required > 0 && pieces.len() > 1 {
        parts.push(PartMet::Any(1));
    }
    if parts.is_empty() {
        parts.push(PartMet::All(MatchKind::Typo));
    }
    // Who types a time, or nothing but people, genres and times, means all of it while a movie is left.
    let is_meant = pieces.iter().any(|piece| piece.kind == PieceKind::Time)
        || pieces.iter().all(|piece| piece.kind != PieceKind::Word);
    let level = |(at, &part): (usize, &PartMet)| {
        let next = parts.get(at + 1);
        // People are required while a movie with them is left.
        let people_go = matches!(next, Some(PartMet::Any(_)));
        let words_go = part.is_all() && next.is_some_and(|next| !next.is_all());
        let enough = if people_go || (is_meant && words_go) { 1 } else { ENOUGH_HITS };
        Level { part, enough, stops_at_named: words_go || (is_meant && part.is_all() && next.is_some()) }
    };
    parts.iter().enumerate().map(level).collect()
}
