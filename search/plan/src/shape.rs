//! One movie as clauses see it: what holds of it, and by which of its texts. For reasons, which are given of the
//! few movies on a page; engines find movies by their own index.

use std::cell::OnceCell;

use wikimovie_domain::{Movie, Role, SearchField};
use wikimovie_text::{Word, apostrophe_parts, characters, key, stop, title_key, title_normal_forms, words};

use super::{Clause, NAME_GAP, WordField, texts};

/// A movie taken apart.
pub(crate) struct Shape<'a> {
    movie: &'a Movie,
    /// By [`WordField`]; read where a clause asks for it, since a plot is long.
    words: [OnceCell<Vec<Placed<'a>>>; WordField::ALL.len()],
    title_key: OnceCell<String>,
}

/// A word of a movie.
struct Placed<'a> {
    position: usize,
    word: String,
    /// As the movie writes it.
    text: &'a str,
    field: SearchField,
}

/// By what a clause holds: the field, and the text of the movie.
pub(crate) type Found = (Option<SearchField>, String);

impl<'a> Shape<'a> {
    pub(crate) fn of(movie: &'a Movie) -> Self {
        Self { movie, words: WordField::ALL.map(|_| OnceCell::new()), title_key: OnceCell::new() }
    }

    fn words(&self, field: WordField) -> &[Placed<'a>] {
        self.words[field as usize].get_or_init(|| placed(&texts(self.movie, field)))
    }

    fn title_key(&self) -> &str {
        self.title_key.get_or_init(|| title_key(&self.movie.title))
    }

    /// The first other title for which this holds.
    fn other_title(&self, is: impl Fn(&str) -> bool) -> Option<Found> {
        let other = self.movie.titles.iter().find(|other| is(&other.title))?;
        Some((Some(SearchField::Titles), other.title.clone()))
    }

    fn person(&self, role: Role, person: &str) -> Option<Found> {
        let field = match role {
            Role::Cast => SearchField::Cast,
            Role::Director => SearchField::Directors,
            Role::Writer => SearchField::Writers,
        };
        let name = self.movie.people(role).iter().find(|name| key(name) == person)?;
        Some((Some(field), name.clone()))
    }

    /// By what the clause holds, if it does: the first leaf that does, as the movie writes it.
    pub(crate) fn find(&self, clause: &Clause) -> Option<Found> {
        let title = || (Some(SearchField::Title), self.movie.title.clone());
        match clause {
            Clause::All => Some((None, String::new())),
            Clause::None => None,
            Clause::Word(field, word) => self.word(*field, |text| text == word),
            Clause::Prefix(field, prefix) => self.word(*field, |text| text.starts_with(prefix.as_str())),
            Clause::Phrase(field, phrase) => self.phrase(*field, phrase),
            Clause::TitleKey(key) => (*key == self.title_key()).then(title),
            Clause::TitleForm(form) => title_normal_forms(&self.movie.title).contains(form).then(title),
            Clause::TitlePart(part) => apostrophe_parts(&self.movie.title).contains(part).then(title),
            Clause::TitleStarts(start) => title_starts(self.title_key(), start).then(title),
            Clause::OtherTitleForm(form) => {
                self.other_title(|other| title_normal_forms(other).contains(form))
            }
            Clause::OtherTitleStarts(start) => {
                self.other_title(|other| title_starts(&title_key(other), start))
            }
            Clause::Genre(genre) => self
                .movie
                .genres
                .iter()
                .find(|name| key(name) == *genre)
                .map(|n| (Some(SearchField::Genres), n.clone())),
            Clause::Person(role, person) => self.person(*role, person),
            Clause::Language(language) => self.value(&self.movie.details.languages, language),
            Clause::Country(country) => self.value(&self.movie.details.countries, country),
            Clause::Runtime(range) => {
                let runtime = self.movie.details.runtime?;
                range.contains(Some(runtime)).then(|| (None, runtime.to_string()))
            }
            Clause::Rating(range) => {
                let rating = self.movie.details.rating()?;
                range.contains(Some(rating)).then(|| (None, rating.get().to_string()))
            }
            Clause::Provider(provider) => {
                (self.movie.provenance.provider == *provider).then(|| (None, provider.clone()))
            }
            Clause::Years(range) => {
                let year = self.movie.year.filter(|_| range.contains(self.movie.year) || range.is_empty())?;
                Some((Some(SearchField::Year), year.get().to_string()))
            }
            Clause::Poster(has) => (self.movie.poster.is_some() == *has).then(|| (None, String::new())),
            Clause::AllOf(clauses) => {
                let mut first = None;
                for clause in clauses {
                    let found = self.find(clause)?;
                    first.get_or_insert(found);
                }
                Some(first.unwrap_or((None, String::new())))
            }
            Clause::AnyOf(clauses) => clauses.iter().find_map(|clause| self.find(clause)),
            Clause::AtLeast(count, clauses) => {
                let mut found = clauses.iter().filter_map(|clause| self.find(clause));
                let first = found.next()?;
                (found.count() + 1 >= *count).then_some(first)
            }
            Clause::Not(clause) => self.find(clause).is_none().then(|| (None, String::new())),
        }
    }

    fn word(&self, field: WordField, is: impl Fn(&str) -> bool) -> Option<Found> {
        let found = self.words(field).iter().find(|placed| is(&placed.word))?;
        Some((Some(found.field), found.text.to_owned()))
    }

    fn phrase(&self, field: WordField, phrase: &[String]) -> Option<Found> {
        let words = self.words(field);
        let at = words.windows(phrase.len().max(1)).find(|window| {
            window.iter().zip(phrase).all(|(placed, wanted)| placed.word == *wanted)
                && window.windows(2).all(|pair| pair[1].position == pair[0].position + 1)
        })?;
        let text = at.iter().map(|placed| placed.text).collect::<Vec<_>>().join(" ");
        Some((at.first().map(|placed| placed.field), text))
    }

    fn value(&self, values: &[String], wanted: &str) -> Option<Found> {
        values.iter().find(|value| key(value) == wanted).map(|value| (None, value.clone()))
    }
}

fn title_starts(title_key: &str, start: &str) -> bool {
    title_key.starts_with(start)
        || title_key
            .split_once(' ')
            .is_some_and(|(article, rest)| stop::is_article(article) && rest.starts_with(start))
}

/// The words of texts one behind another with their positions, then their single characters, as engines index them.
fn placed<'a>(texts: &[(SearchField, &'a str)]) -> Vec<Placed<'a>> {
    let reads: [fn(&str) -> Vec<Word>; 2] = [words, characters];
    let mut placed = Vec::new();
    let mut position = 0;
    for read in reads {
        for &(field, whole) in texts {
            for Word { text: word, start, end, .. } in read(whole) {
                let text = whole.get(start..end).unwrap_or_default();
                placed.push(Placed { position, word, text, field });
                position += 1;
            }
            position += NAME_GAP;
        }
    }
    placed
}
