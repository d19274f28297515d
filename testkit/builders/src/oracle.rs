//! The oracle: evaluates a plan by brute force over every movie. The answers of engines must equal it.

use std::collections::{BTreeMap, HashMap};

use wikimovie_domain::{Movie, Role, YearRange};
use wikimovie_plan::{
    Clause, Drill, Plan, WordField, rank, texts,
    vocabulary::{Entry, RoleCounts, Vocabulary, VocabularyBuilder, WordCounts},
};
use wikimovie_text::{apostrophe_parts, characters, key, sort_key, title_key, title_normal_forms, words};

/// Movies, each of which is a bit of a set.
pub struct Oracle {
    movies: Vec<Movie>,
    standing: Vec<u64>,
    /// Movies and positions of a word; names of a cast are separated by a large gap.
    words: HashMap<(WordField, String), Vec<Posting>>,
    sorted_words: BTreeMap<String, WordCounts>,
    titles: Vec<String>,
    forms: HashMap<String, Vec<u32>>,
    parts: HashMap<String, Vec<u32>>,
    other_forms: HashMap<String, Vec<u32>>,
    genres: HashMap<String, Vec<u32>>,
    languages: HashMap<String, Vec<u32>>,
    countries: HashMap<String, Vec<u32>>,
    /// In any role.
    people: HashMap<String, Vec<u32>>,
    by_role: HashMap<(Role, String), Vec<u32>>,
}

/// Membership of each movie.
type Set = Vec<bool>;

/// A movie and the positions of a word in it.
type Posting = (u32, Vec<u32>);

impl Oracle {
    /// Indexes the movies.
    pub fn new(movies: Vec<Movie>) -> Self {
        let mut oracle = Self {
            standing: movies.iter().map(rank::standing).collect(),
            titles: movies.iter().map(|movie| title_key(&movie.title)).collect(),
            words: HashMap::new(),
            sorted_words: BTreeMap::new(),
            forms: HashMap::new(),
            parts: HashMap::new(),
            other_forms: HashMap::new(),
            genres: HashMap::new(),
            languages: HashMap::new(),
            countries: HashMap::new(),
            people: HashMap::new(),
            by_role: HashMap::new(),
            movies: Vec::new(),
        };
        for (ord, movie) in (0u32..).zip(&movies) {
            oracle.add(ord, movie);
        }
        oracle.movies = movies;
        oracle
    }

    fn add(&mut self, ord: u32, movie: &Movie) {
        for field in WordField::ALL {
            self.add_words(field, ord, texts(movie, field).into_iter().map(|(_, text)| text));
        }
        for form in title_normal_forms(&movie.title) {
            self.forms.entry(form).or_default().push(ord);
        }
        for part in apostrophe_parts(&movie.title) {
            self.parts.entry(part).or_default().push(ord);
        }
        for form in movie.titles.iter().flat_map(|other| title_normal_forms(&other.title)) {
            push(self.other_forms.entry(form).or_default(), ord);
        }
        for (values, of) in [
            (&movie.genres, &mut self.genres),
            (&movie.details.languages, &mut self.languages),
            (&movie.details.countries, &mut self.countries),
        ] {
            for value in values {
                push(of.entry(key(value)).or_default(), ord);
            }
        }
        for role in Role::ALL {
            for name in names(movie, role) {
                push(self.people.entry(key(name)).or_default(), ord);
                push(self.by_role.entry((role, key(name))).or_default(), ord);
            }
        }
    }

    fn add_words<'a>(&mut self, field: WordField, ord: u32, texts: impl Iterator<Item = &'a str>) {
        let mut place = 0;
        let mut found: BTreeMap<String, Vec<u32>> = BTreeMap::new();
        for text in texts {
            for read in [words(text), characters(text)] {
                for word in read {
                    found.entry(word.text).or_default().push(place);
                    place += 1;
                }
                place += 1000;
            }
        }
        for (word, places) in found {
            let counts = self.sorted_words.entry(word.clone()).or_default();
            counts.add(field, 1);
            self.words.entry((field, word)).or_default().push((ord, places));
        }
    }

    /// The vocabulary of these movies.
    pub fn vocabulary(&self) -> Vocabulary {
        let entries = |of: &HashMap<String, Vec<u32>>, names: fn(&Movie) -> Vec<&String>| {
            let entry = |(entry_key, ords): (&String, &Vec<u32>)| {
                let first = ords.first().and_then(|&ord| self.movies.get(ord as usize));
                let name =
                    first.and_then(|movie| names(movie).into_iter().find(|name| key(name) == *entry_key));
                let movies = u32::try_from(ords.len()).unwrap_or(u32::MAX);
                Entry { key: entry_key.clone(), name: name.unwrap_or(entry_key).clone(), movies }
            };
            of.iter().map(entry).collect::<Vec<_>>()
        };
        VocabularyBuilder::new(self.movies.len() as u64)
            .words(self.sorted_words.iter().map(|(word, counts)| (word.clone(), *counts)))
            .people(entries(&self.people, |movie| {
                Role::ALL.into_iter().flat_map(|role| names(movie, role)).collect()
            }))
            .roles(self.people.keys().map(|key| (key.clone(), self.roles(key))).collect())
            .genres(entries(&self.genres, |movie| movie.genres.iter().collect()))
            .languages(entries(&self.languages, |movie| movie.details.languages.iter().collect()))
            .countries(entries(&self.countries, |movie| movie.details.countries.iter().collect()))
            .build()
    }

    fn roles(&self, key: &str) -> RoleCounts {
        let mut roles = RoleCounts::default();
        for role in Role::ALL {
            let movies = self.by_role.get(&(role, key.to_owned())).map_or(0, Vec::len);
            roles.add(role, u32::try_from(movies).unwrap_or(u32::MAX));
        }
        roles
    }

    /// The movies that match a plan, best first, with their scores.
    pub fn answer(&self, plan: &Plan) -> Vec<(&Movie, u32)> {
        let must = self.set(&plan.must);
        let drill = self.set(&drill(&plan.drill));
        let scores = self.scores(plan);
        let mut found: Vec<usize> = (0..self.movies.len()).filter(|&ord| must[ord] && drill[ord]).collect();
        found.sort_by_key(|&ord| {
            let movie = &self.movies[ord];
            let reversed = std::cmp::Reverse((scores[ord], self.standing[ord]));
            (reversed, sort_key(&movie.title), movie.id.clone())
        });
        found.into_iter().map(|ord| (&self.movies[ord], scores[ord])).collect()
    }

    /// Score of every movie, in the given order.
    pub fn scores(&self, plan: &Plan) -> Vec<u32> {
        let mut scores = vec![0; self.movies.len()];
        for group in &plan.score {
            let mut best = vec![0; self.movies.len()];
            for tier in &group.tiers {
                for (ord, holds) in self.set(&tier.clause).into_iter().enumerate() {
                    if holds && best[ord] < tier.weight {
                        best[ord] = tier.weight;
                    }
                }
            }
            for (score, best) in scores.iter_mut().zip(best) {
                *score += best;
            }
        }
        scores
    }

    /// The movies that match a clause.
    pub fn set(&self, clause: &Clause) -> Vec<bool> {
        match clause {
            Clause::All => vec![true; self.movies.len()],
            Clause::None => self.none(),
            Clause::Word(field, word) => self.of(self.postings(*field, word).iter().map(|(ord, _)| *ord)),
            Clause::Prefix(field, prefix) => {
                let words = self.sorted_words.range(prefix.clone()..).map(|(word, _)| word);
                let words = words.take_while(|word| word.starts_with(prefix.as_str()));
                self.of(words.flat_map(|word| self.postings(*field, word)).map(|(ord, _)| *ord))
            }
            Clause::Phrase(field, phrase) => self.phrase(*field, phrase),
            Clause::TitleKey(title) => self.titles.iter().map(|known| known == title).collect(),
            Clause::TitleForm(form) => self.of(self.forms.get(form).into_iter().flatten().copied()),
            Clause::TitlePart(part) => self.of(self.parts.get(part).into_iter().flatten().copied()),
            Clause::TitleStarts(start) => {
                self.titles.iter().map(|title| title_starts(title, start)).collect()
            }
            Clause::OtherTitleForm(form) => {
                self.of(self.other_forms.get(form).into_iter().flatten().copied())
            }
            Clause::OtherTitleStarts(start) => self
                .each(|movie| movie.titles.iter().any(|other| title_starts(&title_key(&other.title), start))),
            Clause::Genre(genre) => self.of(self.genres.get(genre).into_iter().flatten().copied()),
            Clause::Person(role, person) => {
                self.of(self.by_role.get(&(*role, person.clone())).into_iter().flatten().copied())
            }
            Clause::Language(value) => self.of(self.languages.get(value).into_iter().flatten().copied()),
            Clause::Country(value) => self.of(self.countries.get(value).into_iter().flatten().copied()),
            Clause::Runtime(range) if range.is_empty() => self.each(|movie| movie.details.runtime.is_some()),
            Clause::Runtime(range) => self.each(|movie| range.contains(movie.details.runtime)),
            Clause::Rating(range) if range.is_empty() => self.each(|movie| !movie.details.ratings.is_empty()),
            Clause::Rating(range) => self.each(|movie| range.contains(movie.details.rating())),
            Clause::Provider(name) => self.each(|movie| movie.provenance.provider == *name),
            Clause::Years(range) if range.is_empty() => self.each(|movie| movie.year.is_some()),
            Clause::Years(range) => self.each(|movie| range.contains(movie.year)),
            Clause::Poster(has) => self.each(|movie| movie.poster.is_some() == *has),
            Clause::AllOf(clauses) => self.fold(clauses, true),
            Clause::AnyOf(clauses) => self.fold(clauses, false),
            Clause::AtLeast(count, clauses) => {
                let sets: Vec<Set> = clauses.iter().map(|clause| self.set(clause)).collect();
                let met = |ord: usize| sets.iter().filter(|set| set[ord]).count();
                (0..self.movies.len()).map(|ord| met(ord) >= *count).collect()
            }
            Clause::Not(clause) => self.set(clause).into_iter().map(|holds| !holds).collect(),
        }
    }

    fn none(&self) -> Set {
        vec![false; self.movies.len()]
    }

    fn each(&self, holds: impl Fn(&Movie) -> bool) -> Set {
        self.movies.iter().map(holds).collect()
    }

    fn of(&self, ords: impl Iterator<Item = u32>) -> Set {
        let mut set = self.none();
        for ord in ords {
            set[ord as usize] = true;
        }
        set
    }

    fn fold(&self, clauses: &[Clause], all: bool) -> Set {
        let mut folded = vec![all; self.movies.len()];
        for clause in clauses {
            for (folded, holds) in folded.iter_mut().zip(self.set(clause)) {
                *folded = if all { *folded && holds } else { *folded || holds };
            }
        }
        folded
    }

    fn postings(&self, field: WordField, word: &str) -> &[Posting] {
        self.words.get(&(field, word.to_owned())).map_or(&[], Vec::as_slice)
    }

    fn phrase(&self, field: WordField, phrase: &[String]) -> Set {
        let Some((first, rest)) = phrase.split_first() else {
            return vec![true; self.movies.len()];
        };
        let stands = |word: &String, ord: u32, place: u32| {
            self.postings(field, word).iter().any(|(of, places)| *of == ord && places.contains(&place))
        };
        let matching = self.postings(field, first).iter().filter(|(ord, places)| {
            places
                .iter()
                .any(|&place| (1u32..).zip(rest).all(|(step, word)| stands(word, *ord, place + step)))
        });
        self.of(matching.map(|(ord, _)| *ord))
    }
}

/// The names of a movie's people in a role.
fn names(movie: &Movie, role: Role) -> &[String] {
    match role {
        Role::Cast => &movie.cast,
        Role::Director => &movie.directors,
        Role::Writer => &movie.details.writers,
    }
}

fn title_starts(title: &str, start: &str) -> bool {
    let bare = ["the ", "a ", "an "].iter().find_map(|article| title.strip_prefix(article));
    title.starts_with(start) || bare.is_some_and(|bare| bare.starts_with(start))
}

fn drill(drill: &Drill) -> Clause {
    let any = |clauses: Vec<Clause>| if clauses.is_empty() { Clause::All } else { Clause::AnyOf(clauses) };
    let years = |range: YearRange| if range.is_empty() { Clause::All } else { Clause::Years(range) };
    Clause::AllOf(vec![
        any(drill.genres.iter().cloned().map(Clause::Genre).collect()),
        any(drill.cast.iter().cloned().map(|key| Clause::Person(Role::Cast, key)).collect()),
        any(drill.directors.iter().cloned().map(|key| Clause::Person(Role::Director, key)).collect()),
        any(drill.languages.iter().cloned().map(Clause::Language).collect()),
        any(drill.countries.iter().cloned().map(Clause::Country).collect()),
        any(drill.providers.iter().cloned().map(Clause::Provider).collect()),
        any(drill.decades.iter().copied().map(Clause::Years).collect()),
        years(drill.years),
    ])
}

fn push(list: &mut Vec<u32>, ord: u32) {
    if list.last() != Some(&ord) {
        list.push(ord);
    }
}
