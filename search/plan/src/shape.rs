//! One movie as clauses see it: what holds of it, and by which of its texts. For reasons, which are given of the
//! few movies on a page; engines find movies by their own index.

use wikimovie_domain::{Movie, SearchField};
use wikimovie_text::{Word, apostrophe_parts, characters, key, stop, title_key, title_normal_forms, words};

use super::{Clause, NAME_GAP, WordField};

/// A movie taken apart.
pub(crate) struct Shape<'a> {
    movie: &'a Movie,
    title: Vec<(usize, String, &'a str)>,
    cast: Vec<(usize, String, &'a str)>,
    summary: Vec<(usize, String, &'a str)>,
    title_key: String,
}

/// By what a clause holds: the field, and the text of the movie.
pub(crate) type Found = (Option<SearchField>, String);

impl<'a> Shape<'a> {
    pub(crate) fn of(movie: &'a Movie) -> Self {
        Self {
            movie,
            title: placed([movie.title.as_str()]),
            cast: placed(movie.cast.iter().map(String::as_str)),
            summary: placed(movie.summary.as_deref()),
            title_key: title_key(&movie.title),
        }
    }

    fn words(&self, field: WordField) -> &[(usize, String, &'a str)] {
        match field {
            WordField::Title => &self.title,
            WordField::Cast => &self.cast,
            WordField::Summary => &self.summary,
        }
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
            Clause::TitleKey(key) => (*key == self.title_key).then(title),
            Clause::TitleForm(form) => title_normal_forms(&self.movie.title).contains(form).then(title),
            Clause::TitlePart(part) => apostrophe_parts(&self.movie.title).contains(part).then(title),
            Clause::TitleStarts(start) => self.title_starts(start).then(title),
            Clause::Genre(genre) => self
                .movie
                .genres
                .iter()
                .find(|name| key(name) == *genre)
                .map(|n| (Some(SearchField::Genres), n.clone())),
            Clause::Person(person) => self
                .movie
                .cast
                .iter()
                .find(|name| key(name) == *person)
                .map(|n| (Some(SearchField::Cast), n.clone())),
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
            Clause::Not(clause) => self.find(clause).is_none().then(|| (None, String::new())),
        }
    }

    fn word(&self, field: WordField, is: impl Fn(&str) -> bool) -> Option<Found> {
        let found = self.words(field).iter().find(|(_, word, _)| is(word))?;
        Some((Some(search_field(field)), found.2.to_owned()))
    }

    fn phrase(&self, field: WordField, phrase: &[String]) -> Option<Found> {
        let words = self.words(field);
        let at = words.windows(phrase.len().max(1)).find(|window| {
            window.iter().zip(phrase).all(|((_, word, _), wanted)| word == wanted)
                && window.windows(2).all(|pair| pair[1].0 == pair[0].0 + 1)
        })?;
        let text = at.iter().map(|(_, _, text)| *text).collect::<Vec<_>>().join(" ");
        Some((Some(search_field(field)), text))
    }

    fn title_starts(&self, start: &str) -> bool {
        self.title_key.starts_with(start)
            || self
                .title_key
                .split_once(' ')
                .is_some_and(|(article, rest)| stop::is_article(article) && rest.starts_with(start))
    }
}

fn search_field(field: WordField) -> SearchField {
    match field {
        WordField::Title => SearchField::Title,
        WordField::Cast => SearchField::Cast,
        WordField::Summary => SearchField::Summary,
    }
}

/// The words of texts one behind another with their positions, then their single characters, as engines index them.
fn placed<'a>(texts: impl IntoIterator<Item = &'a str> + Clone) -> Vec<(usize, String, &'a str)> {
    let reads: [fn(&str) -> Vec<Word>; 2] = [words, characters];
    let mut placed = Vec::new();
    let mut place = 0;
    for read in reads {
        for text in texts.clone() {
            for word in read(text) {
                placed.push((place, word.text, text.get(word.start..word.end).unwrap_or_default()));
                place += 1;
            }
            place += NAME_GAP;
        }
    }
    placed
}
