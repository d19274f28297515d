//! The vocabulary: words, people, genres, languages, countries and providers of one catalogue revision, by which typed text is understood.
//!
//! It holds the synonyms and pins too. Built by an engine from its own terms with live counts, then only read. Words
//! are in a finite-state map (a few bytes a word); people in an array sorted by key, with an index from each word
//! of a name to the people who bear it.

use std::{collections::BTreeMap, sync::Arc};

use fixedbitset::FixedBitSet;
use fst::{IntoStreamer, Map, MapBuilder, Streamer};
use wikimovie_domain::{FacetField, Role};
use wikimovie_text::spelling_variants::spelling_variants;

pub use crate::counts::WordCounts;
use crate::{
    Clause, WordField,
    near_index::NearIndex,
    near_words::{self, NearWords},
    rules::{MAX_USES, Rules, Synonym},
};

/// A person, genre, language, country or provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Identity: `text::key` of the name (a provider: its name unchanged).
    pub key: String,
    /// Commonest spelling.
    pub name: String,
    /// Movies that have it.
    pub movies: u32,
}

/// Movies of a person by role.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RoleCounts {
    /// In whose cast they stand.
    pub cast: u32,
    /// That they directed.
    pub directed: u32,
    /// That they wrote.
    pub written: u32,
}

impl RoleCounts {
    /// Movies in a role.
    pub fn of(self, role: Role) -> u32 {
        match role {
            Role::Cast => self.cast,
            Role::Director => self.directed,
            Role::Writer => self.written,
        }
    }

    /// Counts more movies in a role.
    pub fn add(&mut self, role: Role, movies: u32) {
        let count = match role {
            Role::Cast => &mut self.cast,
            Role::Director => &mut self.directed,
            Role::Writer => &mut self.written,
        };
        *count = count.saturating_add(movies);
    }

    /// The role in which they have most movies; of equals the first of [`Role::ALL`].
    pub fn main(self) -> Role {
        let most = Role::ALL.into_iter().rev().max_by_key(|&role| self.of(role));
        most.unwrap_or(Role::Cast)
    }
}

/// What the two texts of an entry take beyond their bytes.
const ALLOCATIONS: usize = 2 * 8;

/// Collects what a [`Vocabulary`] is made of.
#[derive(Clone, Debug, Default)]
pub struct VocabularyBuilder {
    movies: u64,
    words: Vec<(String, WordCounts)>,
    people: Vec<Entry>,
    roles: Vec<(String, RoleCounts)>,
    genres: Vec<Entry>,
    languages: Vec<Entry>,
    countries: Vec<Entry>,
    providers: Vec<Entry>,
    rules: Arc<Rules>,
}

impl VocabularyBuilder {
    /// Starts the vocabulary of a catalogue of so many movies.
    pub fn new(movies: u64) -> Self {
        Self { movies, ..Self::default() }
    }

    /// Adds words in any order; counts of a word given twice add up.
    #[must_use]
    pub fn words(mut self, words: impl IntoIterator<Item = (String, WordCounts)>) -> Self {
        self.words.extend(words);
        self
    }

    /// Sets the people, in any order, each key once. All of them stand in casts, unless [`Self::roles`] says more.
    #[must_use]
    pub fn people(mut self, people: Vec<Entry>) -> Self {
        self.people = people;
        self
    }

    /// Sets the movies by role of those people who direct or write, by key.
    #[must_use]
    pub fn roles(mut self, roles: Vec<(String, RoleCounts)>) -> Self {
        self.roles = roles;
        self
    }

    /// Sets the spoken languages, in any order, each key once.
    #[must_use]
    pub fn languages(mut self, languages: Vec<Entry>) -> Self {
        self.languages = languages;
        self
    }

    /// Sets the countries of production, in any order, each key once.
    #[must_use]
    pub fn countries(mut self, countries: Vec<Entry>) -> Self {
        self.countries = countries;
        self
    }

    /// Sets the genres, in any order, each key once.
    #[must_use]
    pub fn genres(mut self, genres: Vec<Entry>) -> Self {
        self.genres = genres;
        self
    }

    /// Sets the providers, in any order, each once.
    #[must_use]
    pub fn providers(mut self, providers: Vec<Entry>) -> Self {
        self.providers = providers;
        self
    }

    /// Sets the synonyms and pins.
    #[must_use]
    pub fn rules(mut self, rules: Arc<Rules>) -> Self {
        self.rules = rules;
        self
    }

    /// Builds it: sorts, and packs the words.
    pub fn build(mut self) -> Vocabulary {
        let by_key = |a: &Entry, b: &Entry| a.key.cmp(&b.key);
        for list in [
            &mut self.people,
            &mut self.genres,
            &mut self.languages,
            &mut self.countries,
            &mut self.providers,
        ] {
            list.sort_unstable_by(by_key);
        }
        let place = |key: &String| self.people.binary_search_by(|entry| entry.key.cmp(key)).ok();
        let by_place =
            |(key, counts): &(String, RoleCounts)| Some((u32::try_from(place(key)?).ok()?, *counts));
        let mut roles: Vec<(u32, RoleCounts)> = self.roles.iter().filter_map(by_place).collect();
        roles.sort_unstable_by_key(|&(person, _)| person);
        self.words.sort_unstable_by(|a, b| a.0.cmp(&b.0));
        self.words.dedup_by(|later, first| {
            let same = later.0 == first.0;
            if same {
                WordField::ALL.into_iter().for_each(|field| first.1.add(field, later.1.of(field)));
            }
            same
        });
        let words = pack(self.words.iter().map(|(word, _)| word.as_str()));
        let counts: Vec<WordCounts> = self.words.iter().map(|&(_, counts)| counts).collect();
        let near_index = NearIndex::of(self.words.iter().map(|(word, _)| word.as_str()));
        let names = NameIndex::build(&self.people);
        Vocabulary {
            movies: self.movies,
            words,
            has_other_titles: counts.iter().any(|counts| counts.other_title > 0),
            counts,
            names,
            people: self.people,
            roles,
            genres: self.genres,
            languages: self.languages,
            countries: self.countries,
            providers: self.providers,
            rules: self.rules,
            near_index,
            near_words: NearWords::default(),
        }
    }
}

/// The vocabulary of one catalogue revision; see the module.
#[derive(Clone, Debug)]
pub struct Vocabulary {
    movies: u64,
    words: Map<Vec<u8>>,
    counts: Vec<WordCounts>,
    has_other_titles: bool,
    names: NameIndex,
    people: Vec<Entry>,
    /// By place in `people`, of those who direct or write; all others stand in casts only.
    roles: Vec<(u32, RoleCounts)>,
    genres: Vec<Entry>,
    languages: Vec<Entry>,
    countries: Vec<Entry>,
    providers: Vec<Entry>,
    rules: Arc<Rules>,
    near_index: NearIndex,
    pub(crate) near_words: NearWords,
}

impl Default for Vocabulary {
    fn default() -> Self {
        VocabularyBuilder::default().build()
    }
}

impl Vocabulary {
    /// Synonyms and pins.
    pub fn rules(&self) -> &Rules {
        &self.rules
    }

    /// What these words are also found as: by the operator's synonyms first, then by spelling variants of which the
    /// catalogue knows every word.
    pub(crate) fn synonyms_in(&self, words: &[&str]) -> Vec<Synonym> {
        let known = |words: &[String]| words.iter().all(|word| self.counts(word).sum() > 0);
        let writings = spelling_variants(words).into_iter().filter(|(_, meant)| known(meant));
        let mut synonyms = self.rules.synonyms_in(words);
        synonyms.extend(writings.map(|(words, meant)| Synonym { words, meant }));
        synonyms.truncate(MAX_USES);
        synonyms
    }

    /// Movies in the catalogue.
    pub fn movies(&self) -> u64 {
        self.movies
    }

    /// Different words.
    pub fn word_count(&self) -> usize {
        self.counts.len()
    }

    /// Movies that have the word, by field; all zero for a word that no movie has.
    pub fn counts(&self, word: &str) -> WordCounts {
        self.words.get(word).map_or(WordCounts::default(), |at| self.counts_at(at))
    }

    pub(crate) fn counts_at(&self, at: u64) -> WordCounts {
        usize::try_from(at).ok().and_then(|at| self.counts.get(at)).copied().unwrap_or_default()
    }

    pub(crate) fn word_map(&self) -> &Map<Vec<u8>> {
        &self.words
    }

    pub(crate) fn near_index(&self) -> &NearIndex {
        &self.near_index
    }

    pub(crate) fn names(&self) -> &NameIndex {
        &self.names
    }

    /// Memory of the words and names, about; synonyms and pins are shared with all other vocabularies.
    pub fn heap_bytes(&self) -> usize {
        let NameIndex { words, starts, bearers, ranks, by_rank } = &self.names;
        let numbers = starts.len() + bearers.len() + ranks.len() + by_rank.len();
        let names = words.as_fst().size() + numbers * size_of::<u32>();
        let lists = [&self.people, &self.genres, &self.languages, &self.countries, &self.providers];
        let entries = lists.into_iter().flatten();
        let entries =
            entries.map(|entry| size_of::<Entry>() + entry.key.len() + entry.name.len() + ALLOCATIONS);
        near_words::MAX_BYTES
            + self.near_index.bytes()
            + self.words.as_fst().size()
            + self.counts.len() * size_of::<WordCounts>()
            + names
            + self.roles.len() * size_of::<(u32, RoleCounts)>()
            + entries.sum::<usize>()
    }

    /// Whether any movie has an other title.
    pub(crate) fn has_other_titles(&self) -> bool {
        self.has_other_titles
    }

    /// Movies of a person by role; none for somebody unknown.
    pub fn roles(&self, key: &str) -> RoleCounts {
        self.person_ord(key).map_or(RoleCounts::default(), |person| self.roles_at(person))
    }

    /// The same of the person at a place of [`Vocabulary::people`].
    pub fn roles_at(&self, person: usize) -> RoleCounts {
        match self.roles.binary_search_by_key(&person, |&(other, _)| other as usize) {
            Ok(at) => self.roles[at].1,
            Err(_) => RoleCounts {
                cast: self.people.get(person).map_or(0, |entry| entry.movies),
                ..RoleCounts::default()
            },
        }
    }

    /// The movies that have this person in one of these roles; those in which nobody knows them so are left out.
    pub(crate) fn person_in(&self, key: &str, roles: &[Role]) -> Clause {
        let counts = self.roles(key);
        let has = roles.iter().filter(|&&role| counts.of(role) > 0);
        Clause::any_of(has.map(|&role| Clause::Person(role, key.to_owned())))
    }

    /// The person with this key.
    pub fn person(&self, key: &str) -> Option<&Entry> {
        find(&self.people, key)
    }

    /// Place of the person in [`Vocabulary::people`].
    pub fn person_ord(&self, key: &str) -> Option<usize> {
        self.people.binary_search_by(|entry| entry.key.as_str().cmp(key)).ok()
    }

    /// The genre with this key.
    pub fn genre(&self, key: &str) -> Option<&Entry> {
        find(&self.genres, key)
    }

    /// The spoken language with this key.
    pub fn language(&self, key: &str) -> Option<&Entry> {
        find(&self.languages, key)
    }

    /// The country of production with this key.
    pub fn country(&self, key: &str) -> Option<&Entry> {
        find(&self.countries, key)
    }

    /// The provider of this name.
    pub fn provider(&self, name: &str) -> Option<&Entry> {
        find(&self.providers, name)
    }

    /// Everyone, by key.
    pub fn people(&self) -> &[Entry] {
        &self.people
    }

    /// Every genre, by key.
    pub fn genres(&self) -> &[Entry] {
        &self.genres
    }

    /// Every spoken language, by key.
    pub fn languages(&self) -> &[Entry] {
        &self.languages
    }

    /// Every country of production, by key.
    pub fn countries(&self) -> &[Entry] {
        &self.countries
    }

    /// What a facet's values are shown as; decades are no entries. People are listed whatever their role.
    pub fn entries(&self, field: FacetField) -> &[Entry] {
        match field {
            FacetField::Genres => &self.genres,
            FacetField::Cast | FacetField::Directors => &self.people,
            FacetField::Languages => &self.languages,
            FacetField::Countries => &self.countries,
            FacetField::Providers => &self.providers,
            FacetField::Decades => &[],
        }
    }

    /// Every provider, by name.
    pub fn providers(&self) -> &[Entry] {
        &self.providers
    }
}

fn find<'a>(entries: &'a [Entry], key: &str) -> Option<&'a Entry> {
    entries.binary_search_by(|entry| entry.key.as_str().cmp(key)).ok().map(|at| &entries[at])
}

/// Packs words, sorted and each once, into a map from the word to its place.
fn pack<'a>(sorted: impl Iterator<Item = &'a str>) -> Map<Vec<u8>> {
    let mut builder = MapBuilder::memory();
    for (at, word) in sorted.enumerate() {
        builder.insert(word, at as u64).expect("words are sorted and unique");
    }
    builder.into_map()
}

/// From each word of a name to the people who bear it.
#[derive(Clone, Debug)]
pub(crate) struct NameIndex {
    words: Map<Vec<u8>>,
    /// Where the people of each word start in `bearers`, and one end.
    starts: Vec<u32>,
    bearers: Vec<u32>,
    /// Rank of each person: by most movies, then by key.
    ranks: Vec<u32>,
    /// The person of each rank.
    by_rank: Vec<u32>,
}

impl NameIndex {
    fn build(people: &[Entry]) -> Self {
        let mut by_word: BTreeMap<&str, Vec<u32>> = BTreeMap::new();
        for (ord, person) in (0u32..).zip(people) {
            for word in person.key.split(' ') {
                let bearers = by_word.entry(word).or_default();
                if bearers.last() != Some(&ord) {
                    bearers.push(ord);
                }
            }
        }
        let words = pack(by_word.keys().copied());
        let mut starts = vec![0];
        let mut bearers = Vec::new();
        for ords in by_word.into_values() {
            bearers.extend(ords);
            starts.push(u32::try_from(bearers.len()).unwrap_or(u32::MAX));
        }
        let mut by_rank: Vec<u32> = (0..).take(people.len()).collect();
        by_rank.sort_by_key(|&ord| std::cmp::Reverse(people[ord as usize].movies));
        let mut ranks = vec![0; people.len()];
        for (rank, &ord) in (0..).zip(&by_rank) {
            ranks[ord as usize] = rank;
        }
        Self { words, starts, bearers, ranks, by_rank }
    }

    /// The person of a rank.
    pub(crate) fn ord_at(&self, rank: usize) -> u32 {
        self.by_rank[rank]
    }

    /// Ranks of the people with a word that starts so, best first, each once.
    pub(crate) fn bearer_ranks(&self, prefix: &str) -> impl IntoIterator<Item = usize> + use<> {
        let mut ranks = FixedBitSet::with_capacity(self.ranks.len());
        self.each_bearer(prefix, |ord| ranks.insert(self.ranks[ord as usize] as usize));
        ranks.into_ones()
    }

    pub(crate) fn words(&self) -> &Map<Vec<u8>> {
        &self.words
    }

    /// People who bear the word at this place of the map, in order.
    pub(crate) fn bearers(&self, at: u64) -> &[u32] {
        let at = usize::try_from(at).unwrap_or(usize::MAX);
        match (self.starts.get(at), self.starts.get(at.saturating_add(1))) {
            (Some(&from), Some(&to)) => self.bearers.get(from as usize..to as usize).unwrap_or_default(),
            _ => &[],
        }
    }

    pub(crate) fn bearers_of(&self, word: &str) -> &[u32] {
        self.words.get(word).map_or(&[], |at| self.bearers(at))
    }

    /// Gives the people with a word that starts so, in no order, some of them several times.
    fn each_bearer(&self, prefix: &str, each: impl FnMut(u32)) {
        // Words are numbered in their order, so those that start so are neighbours.
        let first = self.words.range().ge(prefix).into_stream().next().map(|(_, at)| at);
        let mut behind = prefix.as_bytes().to_vec();
        // No byte of UTF-8 is the greatest one.
        behind.push(u8::MAX);
        let end = self.words.range().ge(behind).into_stream().next().map(|(_, at)| at);
        let place = |at: Option<u64>| at.map_or(self.starts.len() - 1, |at| at as usize);
        let (from, to) = (self.starts[place(first)] as usize, self.starts[place(end)] as usize);
        self.bearers[from..to].iter().copied().for_each(each);
    }

    /// People with a word that starts so, in order, each once.
    pub(crate) fn bearers_of_prefix(&self, prefix: &str) -> Vec<u32> {
        let mut ords = Vec::new();
        self.each_bearer(prefix, |ord| ords.push(ord));
        ords.sort_unstable();
        ords.dedup();
        ords
    }
}
