//! Parts of a text that may be titles: `psycho hitchcock`, `star wars 4`, `jaws amity island`.

use wikimovie_domain::ReasonKind;

use super::{
    Clause, Group, Tier, WordField,
    piece::Piece,
    rank::{partial, title as weights},
    title_tiers::{form, other_form},
};

/// Longest text of which parts are compared with titles, in words.
const MAX_WORDS: usize = 12;

/// A word of a text that may belong to a title.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TitleWord {
    /// Its place in the text.
    pub(crate) at: usize,
    /// Folded.
    pub(crate) text: String,
    /// How rare it is; 0 for a stop word.
    pub(crate) rarity: u32,
}

/// The words of a text that may belong to a title, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct TitleParts {
    /// The words.
    pub(crate) words: Vec<TitleWord>,
    /// Number of words of the whole text.
    pub(crate) of: usize,
    /// Whether a part may be an other title, too.
    pub(crate) has_other_titles: bool,
}

impl TitleParts {
    /// Groups of neighbours that stand side by side in summaries: `serial killer` says more than its words.
    pub(crate) fn neighbours(&self) -> impl Iterator<Item = Group> {
        let pairs = self.words.windows(2).filter_map(|pair| match pair {
            [first, second] if first.at + 1 == second.at => Some((first, second)),
            _ => None,
        });
        pairs.filter(|(first, second)| first.rarity > 0 && second.rarity > 0).map(|(first, second)| {
            let phrase = vec![first.text.clone(), second.text.clone()];
            let weight = partial::SIDE_BY_SIDE * (first.rarity + second.rarity);
            let clause = Clause::Phrase(WordField::Summary, phrase);
            Group::new([Tier { weight, clause, kind: ReasonKind::Phrase }])
        })
    }

    /// Tiers of titles that the text starts or ends with. Where the other pieces are met elsewhere, by the clause that is
    /// given for each, the movie is hardly another one; else a part counts by how much of the text it is.
    pub(crate) fn tiers(&self, pieces: &[Piece], elsewhere: impl Fn(&Piece) -> Clause) -> Vec<Tier> {
        let mut tiers = Vec::new();
        if pieces.len() < 2 || self.words.len() > MAX_WORDS {
            return tiers;
        }
        let all = self.words.len();
        let starts = (1..=all).map(|length| &self.words[..length]);
        let ends = (1..all).map(|length| &self.words[all - length..]);
        for part in starts.chain(ends).filter(|part| part.len() < self.of) {
            let rarity: u32 = part.iter().map(|word| word.rarity).sum();
            if rarity == 0 {
                continue;
            }
            let words: Vec<&str> = part.iter().map(|word| word.text.as_str()).collect();
            let other = self.has_other_titles.then(|| other_form(&words)).into_iter().flatten();
            let title = Clause::any_of(form(&words).into_iter().chain(other));
            let weight = partial::PART * rarity * if part.len() > 1 { 2 } else { 1 };
            tiers.push(Tier { weight, clause: title.clone(), kind: ReasonKind::ExactTitle });
            if part.len() > 1 && part.first() == self.words.first() {
                let starts = Clause::TitleStarts(format!("{} ", words.join(" ")));
                tiers.push(Tier { weight: weight / 2, clause: starts, kind: ReasonKind::TitlePrefix });
            }
            let is_other =
                |piece: &&Piece| !piece.words.iter().any(|at| part.iter().any(|word| word.at == *at));
            let others: Vec<Clause> = pieces.iter().filter(is_other).map(&elsewhere).collect();
            if !others.is_empty() {
                let clause = Clause::all_of([title].into_iter().chain(others));
                tiers.push(Tier { weight: weights::PART_AND_ALL, clause, kind: ReasonKind::ExactTitle });
            }
        }
        tiers
    }
}
