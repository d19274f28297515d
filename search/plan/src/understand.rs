//! Words read as more than words: years, decades, genres and people of the catalogue.
//!
//! Readings never overlap; where two are possible the longer one is taken, and among equals time goes before
//! people, people before genres. A reading does not take its words away: how it is used is up to the plan.

use std::{cell::LazyCell, collections::HashMap, ops::Range, sync::LazyLock};

use wikimovie_domain::{Role, UnderstandingKind, Year, YearRange};
use wikimovie_text::{
    decades::decade,
    edit_distance::{WordEdits, allowed_edits},
    filler::is_filler,
    genres::{EVERYDAY, NEARLY, Readings, stems},
    reading::TypedWord,
    stop::is_stop_word,
};

use crate::{
    Clause,
    vocabulary::{Entry, Vocabulary},
};

/// Most words of a name that is tried.
const MAX_NAME_WORDS: usize = 5;
/// Most words of a genre's name.
const MAX_GENRE_WORDS: usize = 3;
/// Letters from which a word may hold a typo inside a name.
const MIN_SHORT_CHARS: usize = 3;
/// Letters of a whole name from which that is so.
const MIN_NAME_CHARS: usize = 6;
/// So many times more movies make one of several directors the one who is meant.
const CLEARLY: u32 = 2;
/// Most readings of one text; bounds the score.
pub const MAX_UNDERSTOOD: usize = 10;

/// A piece of text and what it was understood as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Understood {
    /// Read as.
    pub kind: UnderstandingKind,
    /// Which words.
    pub words: Range<usize>,
    /// First of the words before it that only lead to it (`from the`); equal to the start if there are none.
    pub lead: usize,
    /// What it means, as shown to people.
    pub value: String,
    /// The condition on a movie.
    pub clause: Clause,
    /// What nearly meets it, where little does.
    pub nearly: Clause,
    /// Years meant, for a time.
    pub years: Option<YearRange>,
    /// Key of the person, for one.
    pub person: Option<String>,
    /// Whether a typo was corrected.
    pub typo: bool,
    /// Whether it must not hold.
    pub excluded: bool,
}

impl Understood {
    /// Whether it is a person whose name has several words: too specific to be anything else.
    pub(crate) fn is_full_name(&self) -> bool {
        self.is_person() && self.words.len() > 1 && !self.excluded
    }

    /// Whether it is a person.
    pub(crate) fn is_person(&self) -> bool {
        self.person.is_some()
    }
}

/// Reads the words of a text, but those from `tail` on, which name no movie.
pub fn understand(text: &str, words: &[TypedWord], tail: usize, vocabulary: &Vocabulary) -> Vec<Understood> {
    let mut reader = Reader {
        text,
        words,
        vocabulary,
        taken: words.iter().enumerate().map(|(at, word)| word.quoted || at >= tail).collect(),
        found: Vec::new(),
    };
    reader.times();
    reader.people();
    reader.genres();
    reader.directors_by_surname();
    reader.lone_name();
    reader.people_with_a_typo();
    let mut found = reader.found;
    found.sort_by_key(|understood| understood.words.start);
    found.truncate(MAX_UNDERSTOOD);
    found
}

/// What words before a name say of the role.
struct Cue {
    role: Role,
    /// First of those words.
    lead: usize,
    /// Whether no other role can be meant.
    is_sure: bool,
}

/// A person as one role or several.
struct Read {
    role: Option<Role>,
    lead: usize,
    clause: Clause,
    nearly: Clause,
}

struct Reader<'a> {
    text: &'a str,
    words: &'a [TypedWord],
    vocabulary: &'a Vocabulary,
    taken: Vec<bool>,
    found: Vec<Understood>,
}

impl<'a> Reader<'a> {
    fn word(&self, at: usize) -> &str {
        self.words.get(at).map_or("", |word| word.text.as_str())
    }

    fn before(&self, at: usize) -> &str {
        at.checked_sub(1).map_or("", |at| self.word(at))
    }

    fn is_free(&self, range: Range<usize>) -> bool {
        self.taken.get(range).is_some_and(|taken| taken.iter().all(|taken| !taken))
    }

    fn joined(&self, range: Range<usize>) -> String {
        self.words[range].iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ")
    }

    fn take(&mut self, understood: Understood) {
        for at in understood.lead..understood.words.end {
            self.taken[at] = true;
        }
        self.found.push(understood);
    }

    /// First of the words right before `start` that lead to it.
    fn lead(&self, start: usize, leads: impl Fn(&str) -> bool) -> usize {
        let mut lead = start;
        while lead > 0 && !self.taken[lead - 1] && leads(self.word(lead - 1)) {
            lead -= 1;
        }
        lead
    }

    fn times(&mut self) {
        let mut at = 0;
        while at < self.words.len() {
            let step = if self.taken[at] { None } else { self.year(at).or_else(|| self.decade(at)) };
            at = step.unwrap_or(at + 1);
        }
    }

    /// A year or a range of years at this word; the place behind it.
    fn year(&mut self, at: usize) -> Option<usize> {
        let first = full_year(self.word(at))?;
        let open_end = match self.before(at) {
            "since" => Some((YearRange { gte: Some(first), lte: None }, format!("since {first}"))),
            "after" => Some((YearRange { gte: Some(first + 1), lte: None }, format!("since {}", first + 1))),
            "before" => Some((YearRange { gte: None, lte: Some(first - 1) }, format!("until {}", first - 1))),
            "until" | "till" => Some((YearRange { gte: None, lte: Some(first) }, format!("until {first}"))),
            _ => None,
        };
        if let Some((years, value)) = open_end
            && !self.taken[at - 1]
        {
            self.take_time(UnderstandingKind::YearRange, at..at + 1, at - 1, years, value);
            return Some(at + 1);
        }
        if let Some((last, end)) = self.range_end(at, first) {
            let years = YearRange { gte: Some(first), lte: Some(last) };
            let lead = self.lead(at, leads_to_time);
            let value = format!("{first}-{last}");
            self.take_time(UnderstandingKind::YearRange, at..end, lead, years, value);
            return Some(end);
        }
        let years = YearRange { gte: Some(first), lte: Some(first) };
        let lead = self.lead(at, leads_to_time);
        self.take_time(UnderstandingKind::Year, at..at + 1, lead, years, first.to_string());
        Some(at + 1)
    }

    /// Last year of `1990-95`, `1990 to 1995`, `between 1990 and 1995`, and the place behind it.
    fn range_end(&self, at: usize, first: i64) -> Option<(i64, usize)> {
        let next = match self.word(at + 1) {
            "to" | "till" | "until" | "through" => at + 2,
            "and" if self.before(at) == "between" => at + 2,
            _ => {
                let gap = self.text.get(self.words[at].place.end..self.words.get(at + 1)?.place.start)?;
                matches!(gap.trim(), "-" | "–" | "—" | "/").then_some(at + 1)?
            }
        };
        let word = self.word(next);
        let last = match word.len() {
            2 => first / 100 * 100 + word.parse::<i64>().ok()?,
            _ => full_year(word)?,
        };
        (last > first && self.is_free(at..next + 1)).then_some((last, next + 1))
    }

    fn decade(&mut self, at: usize) -> Option<usize> {
        let first = decade(self.word(at))?;
        let years = YearRange { gte: Some(first), lte: Some(first + 9) };
        let lead = self
            .lead(at, |word| leads_to_time(word) || matches!(word, "early" | "mid" | "late" | "nineteen"));
        self.take_time(UnderstandingKind::Decade, at..at + 1, lead, years, format!("{first}s"));
        Some(at + 1)
    }

    fn take_time(
        &mut self,
        kind: UnderstandingKind,
        words: Range<usize>,
        lead: usize,
        years: YearRange,
        value: String,
    ) {
        self.take(Understood {
            kind,
            words,
            lead,
            value,
            clause: Clause::Years(years),
            nearly: Clause::None,
            years: Some(years),
            person: None,
            typo: false,
            excluded: false,
        });
    }

    fn people(&mut self) {
        for size in (1..=MAX_NAME_WORDS.min(self.words.len())).rev() {
            for start in 0..=self.words.len() - size {
                if self.is_free(start..start + size)
                    && let Some(person) = self.person(start..start + size)
                {
                    self.take_person(start..start + size, person, false);
                }
            }
        }
    }

    /// The person of this name, or of a synonym by the operator's rules. One word alone may be no name.
    fn person(&self, words: Range<usize>) -> Option<&'a Entry> {
        let vocabulary = self.vocabulary;
        let one = words.len() == 1;
        let name = self.joined(words);
        let own = if one { None } else { vocabulary.person(&name) };
        own.or_else(|| vocabulary.rules().also(&name).find_map(|other| vocabulary.person(&other)))
    }

    /// A person of one name, where hardly anything else was typed: `Madonna`, but not the `love` of a title.
    fn lone_name(&mut self) {
        let mut rest = (0..self.words.len())
            .filter(|&at| !self.taken[at] && !is_filler(self.word(at)) && !is_stop_word(self.word(at)));
        if let (Some(at), None) = (rest.next(), rest.next())
            && let Some(person) = self.vocabulary.person(self.word(at))
        {
            self.take_person(at..at + 1, person, false);
        }
    }

    fn take_person(&mut self, words: Range<usize>, person: &Entry, typo: bool) {
        let lead =
            self.lead(words.start, |word| matches!(word, "with" | "starring" | "featuring" | "by" | "and"));
        let (cue, vocabulary) = (self.cue(words.start), self.vocabulary);
        let counts = vocabulary.roles(&person.key);
        let in_roles = |roles: &[Role]| vocabulary.person_in(&person.key, roles);
        let read = match cue {
            // Where the text does not say for sure what is meant, other roles are found behind the one it says.
            Some(cue) if counts.of(cue.role) > 0 => {
                let others: Vec<Role> = Role::ALL.into_iter().filter(|&role| role != cue.role).collect();
                let nearly = if cue.is_sure { Clause::None } else { in_roles(&others) };
                Read { role: Some(cue.role), lead: lead.min(cue.lead), clause: in_roles(&[cue.role]), nearly }
            }
            _ => Read { role: None, lead, clause: in_roles(&Role::ALL), nearly: Clause::None },
        };
        let directs = match read.role {
            Some(role) => role == Role::Director,
            None => counts.cast == 0 && counts.directed > 0,
        };
        self.take(Understood {
            kind: if directs { UnderstandingKind::Director } else { UnderstandingKind::Person },
            words,
            lead: read.lead,
            value: person.name.clone(),
            clause: read.clause,
            nearly: read.nearly,
            years: None,
            person: Some(person.key.clone()),
            typo,
            excluded: false,
        });
    }

    /// What the words before a name say of the role: `directed by`, `director`, `by`, `written by`, `starring`.
    fn cue(&self, start: usize) -> Option<Cue> {
        let free = |back: usize| start.checked_sub(back).filter(|&at| !self.taken[at]);
        let last = free(1)?;
        let before = free(2).map(|at| (at, self.word(at)));
        let cue = |role, lead, is_sure| Some(Cue { role, lead, is_sure });
        match (self.word(last), before) {
            ("by", Some((at, "directed" | "filmed"))) => cue(Role::Director, at, true),
            ("by", Some((at, "written"))) => cue(Role::Writer, at, true),
            // The reading leaves what was written or filmed to be searched for.
            ("by", Some((_, "story" | "novel" | "novels" | "book" | "books" | "screenplay"))) => {
                cue(Role::Writer, last, false)
            }
            ("by", _) => cue(Role::Director, last, false),
            ("director", _) => cue(Role::Director, last, true),
            ("with" | "starring" | "featuring", _) => cue(Role::Cast, last, true),
            _ => None,
        }
    }

    /// A surname behind `directed by` or `director`, where one director is meant more than all others who bear it.
    fn directors_by_surname(&mut self) {
        for at in 1..self.words.len() {
            let cue = self.cue(at).filter(|cue| cue.role == Role::Director && cue.is_sure);
            let (Some(cue), true) = (cue, self.is_free(at..at + 1)) else { continue };
            let bearers = self.vocabulary.names().bearers_of(self.word(at)).iter();
            let people = bearers.filter_map(|&ord| self.vocabulary.people().get(ord as usize));
            let directed = |person: &&Entry| self.vocabulary.roles(&person.key).directed;
            let mut directors: Vec<&Entry> = people.filter(|person| directed(person) > 0).collect();
            directors.sort_by_key(|person| std::cmp::Reverse(directed(person)));
            let is_clear = match &directors[..] {
                [] => false,
                [_] => true,
                [first, second, ..] => directed(first) >= CLEARLY * directed(second),
            };
            let Some(&director) = directors.first().filter(|_| is_clear) else { continue };
            self.take(Understood {
                kind: UnderstandingKind::Director,
                words: at..at + 1,
                lead: cue.lead,
                value: director.name.clone(),
                clause: Clause::Person(Role::Director, director.key.clone()),
                nearly: Clause::None,
                years: None,
                person: Some(director.key.clone()),
                typo: false,
                excluded: false,
            });
        }
    }

    fn genres(&mut self) {
        for size in (1..=MAX_GENRE_WORDS.min(self.words.len())).rev() {
            for start in 0..=self.words.len() - size {
                if self.is_free(start..start + size)
                    && let Some(Genre { value, clause, nearly }) =
                        genre(&self.joined(start..start + size), self.vocabulary)
                {
                    self.take(Understood {
                        kind: UnderstandingKind::Genre,
                        words: start..start + size,
                        lead: start,
                        value,
                        clause,
                        nearly,
                        years: None,
                        person: None,
                        typo: false,
                        excluded: false,
                    });
                }
            }
        }
    }

    /// People of whose name one word holds a typo. Only a word that the catalogue hardly knows is taken for one,
    /// or a text that is a name and nothing else, so that `John Wick` stays who he is.
    fn people_with_a_typo(&mut self) {
        let free = self.taken.iter().filter(|taken| !**taken).count();
        for size in (2..=MAX_NAME_WORDS.min(self.words.len())).rev() {
            for start in 0..=self.words.len() - size {
                let range = start..start + size;
                if self.is_free(range.clone())
                    && let Some(person) = self.person_near(range.clone(), free == size)
                {
                    let person = person.clone();
                    self.take_person(range, &person, true);
                }
            }
        }
    }

    fn person_near(&self, range: Range<usize>, alone: bool) -> Option<&Entry> {
        let counts: Vec<_> = range.clone().map(|at| self.vocabulary.counts(self.word(at))).collect();
        let is_no_name = |at: usize| self.vocabulary.names().bearers_of(self.word(at)).is_empty();
        let strange: Vec<usize> =
            (0..counts.len()).filter(|&at| is_no_name(range.start + at) && counts[at].sum() <= 2).collect();
        let typos = match strange[..] {
            [typo] => vec![typo],
            [] if alone && counts.iter().any(|counts| counts.title == 0) => (0..counts.len()).collect(),
            _ => return None,
        };
        let names: Vec<&str> = range.clone().map(|at| self.word(at)).collect();
        // A strange word is a typo for sure; one of several that are known is not, where it is short.
        let sure = !strange.is_empty();
        let best = typos.into_iter().filter_map(|typo| person_with_typo(self.vocabulary, &names, typo, sure));
        best.min_by_key(|&(edits, ord)| (edits, std::cmp::Reverse(self.vocabulary.people()[ord].movies), ord))
            .map(|(_, ord)| &self.vocabulary.people()[ord])
    }
}

/// The best person whose name is these words but for typos in one of them. The name as a whole decides who is meant,
/// so that a word too short to be guessed alone (`ian olm`) may hold one typo.
fn person_with_typo(vocabulary: &Vocabulary, names: &[&str], typo: usize, sure: bool) -> Option<(u8, usize)> {
    let letters: usize = names.iter().map(|name| name.chars().count()).sum();
    let short =
        sure && (MIN_SHORT_CHARS..).contains(&names[typo].chars().count()) && letters >= MIN_NAME_CHARS;
    let edits = allowed_edits(names[typo]).max(u8::from(short && !has_digit(names[typo])));
    if edits == 0 {
        return None;
    }
    let others = (0..names.len()).filter(|&at| at != typo);
    let rarest =
        others.map(|at| vocabulary.names().bearers_of(names[at])).min_by_key(|bearers| bearers.len())?;
    if rarest.is_empty() {
        return None;
    }
    let near = LazyCell::new(|| WordEdits::new(names[typo]));
    let matches = rarest.iter().filter_map(|&ord| {
        let person = vocabulary.people().get(ord as usize)?;
        let words: Vec<&str> = person.key.split(' ').collect();
        let same =
            words.len() == names.len() && (0..names.len()).all(|at| at == typo || words[at] == names[at]);
        same.then(|| near.as_ref()?.within(words[typo], edits)).flatten().map(|edits| (edits, ord as usize))
    });
    matches.min_by_key(|&(edits, ord)| (edits, std::cmp::Reverse(vocabulary.people()[ord].movies), ord))
}

fn has_digit(word: &str) -> bool {
    word.bytes().any(|b| b.is_ascii_digit())
}

/// What a name of a genre means.
struct Genre {
    value: String,
    clause: Clause,
    nearly: Clause,
}

/// The genres that a name means in this catalogue.
fn genre(name: &str, vocabulary: &Vocabulary) -> Option<Genre> {
    static EVERYDAY_BY_NAME: LazyLock<HashMap<&str, Readings>> =
        LazyLock::new(|| EVERYDAY.iter().copied().collect());
    let mut clauses = Vec::new();
    let mut nearly = Vec::new();
    let mut value = None;
    let also = vocabulary.rules().also(name);
    for stem in stems(name).into_iter().chain(also) {
        let near =
            NEARLY.iter().filter(|(name, _)| *name == stem).filter_map(|(_, key)| vocabulary.genre(key));
        nearly.extend(near.map(|genre| Clause::Genre(genre.key.clone())));
        let own = [stem.as_str()];
        let everyday = EVERYDAY_BY_NAME.get(stem.as_str()).copied().unwrap_or_default();
        for reading in std::iter::once(&own[..]).chain(everyday.iter().copied()) {
            let Some(genres) = reading.iter().map(|key| vocabulary.genre(key)).collect::<Option<Vec<_>>>()
            else {
                continue;
            };
            let clause = Clause::all_of(genres.iter().map(|genre| Clause::Genre(genre.key.clone())));
            if !clauses.contains(&clause) {
                clauses.push(clause);
                value.get_or_insert_with(|| {
                    genres.iter().map(|genre| genre.name.as_str()).collect::<Vec<_>>().join(" + ")
                });
            }
        }
    }
    value.map(|value| Genre { value, clause: Clause::any_of(clauses), nearly: Clause::any_of(nearly) })
}

fn full_year(word: &str) -> Option<i64> {
    let year: i64 = (word.len() == 4).then(|| word.parse().ok()).flatten()?;
    (Year::MIN..=Year::MAX).contains(&year).then_some(year)
}

fn leads_to_time(word: &str) -> bool {
    matches!(
        word,
        "in" | "from" | "of" | "the" | "released" | "made" | "year" | "circa" | "during" | "between"
    )
}

#[cfg(test)]
mod tests;
