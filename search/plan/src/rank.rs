//! Scores: the one table of weights, and the standing of a movie that breaks ties.
//!
//! A score is a sum over groups, of each its best tier. The whole text comes first: its title tier
//! outweighs all single words together, so that an exact title is above a title that merely has rare words.
//! Below it every word counts by where and how it was found, times how rare it is; readings (a year, a genre, a
//! person) add to that.

use wikimovie_domain::{Movie, Popularity};
use wikimovie_text::reading::MAX_WORDS;

use crate::understand::MAX_UNDERSTOOD;

/// Scores stay below, so that a 32-bit float holds them exactly.
pub const SCORE_LIMIT: u32 = 1 << 24;

/// Weights of the title tiers. Each step is above the sum of what single words could add below it.
pub mod title {
    /// Pinned to the text by the operator; each further pin is worth one less.
    pub const PIN: u32 = 9_500_000;
    /// The title as typed.
    pub const EXACT: u32 = 8_000_000;
    /// The title without the year typed, and of that year.
    pub const EXACT_IN_YEAR: u32 = 7_900_000;
    /// A normal form of the title (article, numerals, joined or split words): the same movie is meant.
    pub const FORM: u32 = 7_200_000;
    /// The same, without the year typed, and of that year.
    pub const FORM_IN_YEAR: u32 = 7_100_000;
    /// The title, with a synonym in place of what was typed.
    pub const SYNONYM: u32 = 6_500_000;
    /// An other title, in any normal form: right below the title itself.
    pub const OTHER: u32 = 7_050_000;
    /// An other title without the year typed, and of that year.
    pub const OTHER_IN_YEAR: u32 = 7_020_000;
    /// An other title, and people of the movie beside it.
    pub const OTHER_WITH_PEOPLE: u32 = 6_800_000;
    /// An other title starts with the text.
    pub const OTHER_STARTS: u32 = 4_650_000;
    /// An other title starts with the letters typed so far.
    pub const OTHER_STARTS_OPEN: u32 = 4_600_000;
    /// An other title, but for a year, a genre, or words such as `movie`.
    pub const OTHER_REST: u32 = 2_900_000;
    /// All the words in other titles.
    pub const OTHER_WORDS: u32 = 1_300_000;
    /// While it is typed: the last word is completed to the end of the title, `star w` to `Star Wars` before its sequels.
    pub const ENDS: u32 = 6_000_000;
    /// The title starts with the text: `Star Wars` of `Star Wars: A New Hope`.
    pub const STARTS: u32 = 5_500_000;
    /// The same, with a synonym in place of what was typed.
    pub const STARTS_SYNONYM: u32 = 5_200_000;
    /// The same, without the year typed, and of that year.
    pub const STARTS_IN_YEAR: u32 = 5_000_000;
    /// The last word completed is the end of the title: `ghostbuster` is `Ghostbusters` before its sequels.
    pub const COMPLETED: u32 = 4_900_000;
    /// The title starts with the letters typed so far; the last word may be half typed.
    pub const STARTS_OPEN: u32 = 4_800_000;
    /// The title without the year typed, of the year before or behind: people remember years badly.
    pub const FORM_NEAR_YEAR: u32 = 4_500_000;
    /// The title, with typos corrected, and of the year typed.
    pub const TYPO_IN_YEAR: u32 = 4_200_000;
    /// The title, with typos corrected.
    pub const TYPO: u32 = 4_000_000;
    /// The title, but for a year, a genre, or words such as `movie`.
    pub const REST: u32 = 3_000_000;
    /// The title, and people of its cast beside it: `tom cruise top gun`.
    pub const EXACT_WITH_PEOPLE: u32 = 7_000_000;
    /// A normal form of the title, and people of its cast beside it.
    pub const FORM_WITH_PEOPLE: u32 = 6_900_000;
    /// The title starts so, and people of its cast stand beside it.
    pub const STARTS_WITH_PEOPLE: u32 = 4_700_000;
    /// The title with typos corrected, and people of its cast beside it.
    pub const TYPO_WITH_PEOPLE: u32 = 4_100_000;
    /// What a tier of the text without fillers is worth less than the same of the whole text.
    pub const FILLED: u32 = 900_000;
    /// A part of the text is the whole title, and all other words occur elsewhere: `alien ridley scott`.
    pub const PART_AND_ALL: u32 = 2_000_000;
    /// Every word in title or cast, where most movies found lack some.
    pub const ALL_EXACT: u32 = 1_500_000;
    /// Every word somewhere, where most movies found lack some.
    pub const ALL_MENTIONED: u32 = 250_000;
    /// Every word somewhere, some with a typo, where most movies found lack some.
    pub const ALL_WITH_TYPOS: u32 = 100_000;
    /// The words side by side in the title.
    pub const PHRASE: u32 = 2_600_000;
    /// All the words in the title.
    pub const ALL_WORDS: u32 = 2_200_000;
    /// All the words in the title, in some variant.
    pub const ALL_VARIANTS: u32 = 1_400_000;
}

/// Weights of a single word, multiplied by its rarity (at most [`MAX_RARITY`]). Title, then cast, then summary:
/// a title names a movie, a summary mentions much that it is not about.
pub mod word {
    /// In the title.
    pub const TITLE: u32 = 1000;
    /// In the title, joined or split otherwise: the same word to a reader.
    pub const TITLE_JOINED: u32 = 900;
    /// In the title, as another spelling of the number.
    pub const TITLE_NUMERAL: u32 = 850;
    /// In the title, with or without the ending of a plural.
    pub const TITLE_INFLECTED: u32 = 800;
    /// In the title, as a synonym: the operator calls it the same, the typist did not.
    pub const TITLE_SYNONYM: u32 = 750;
    /// In the title, as a prefix.
    pub const TITLE_PREFIX: u32 = 700;
    /// In the name of a person: below any title word as typed, above any typo.
    pub const CAST: u32 = 600;
    /// In an other title: below people, since it may be in any language.
    pub const OTHER_TITLE: u32 = 580;
    /// In an other title, joined or split otherwise.
    pub const OTHER_TITLE_JOINED: u32 = 530;
    /// In an other title, as a prefix.
    pub const OTHER_TITLE_PREFIX: u32 = 400;
    /// In an other title, one typo away.
    pub const OTHER_TITLE_TYPO: u32 = 290;
    /// In an other title, two typos away.
    pub const OTHER_TITLE_TWO_TYPOS: u32 = 190;
    /// In the cast, joined or split otherwise.
    pub const CAST_JOINED: u32 = 540;
    /// In the cast, as a synonym.
    pub const CAST_SYNONYM: u32 = 510;
    /// In the title, one typo away.
    pub const TITLE_TYPO: u32 = 500;
    /// In the cast, as a prefix.
    pub const CAST_PREFIX: u32 = 420;
    /// In the title, two typos away.
    pub const TITLE_TWO_TYPOS: u32 = 350;
    /// In the cast, one typo away.
    pub const CAST_TYPO: u32 = 300;
    /// In the cast, two typos away.
    pub const CAST_TWO_TYPOS: u32 = 200;
    /// In the summary.
    pub const SUMMARY: u32 = 150;
    /// In the summary, with or without the ending of a plural.
    pub const SUMMARY_INFLECTED: u32 = 130;
    /// In the summary, joined or split otherwise.
    pub const SUMMARY_JOINED: u32 = 120;
    /// In the summary, as a synonym.
    pub const SUMMARY_SYNONYM: u32 = 110;
    /// In the summary, as a prefix.
    pub const SUMMARY_PREFIX: u32 = 80;
    /// In the summary, a typo or two away.
    pub const SUMMARY_TYPO: u32 = 50;
    /// In title or summary, another everyday word for the same thing.
    pub const RELATED: u32 = 60;
    /// Slips count so many times less where the typed word is known: exact beats typo, but a typo can make
    /// another word.
    pub const KNOWN_DIVISOR: u32 = 5;
    /// Slips in the first letter count so many times less: people rarely make them.
    pub const START_DIVISOR: u32 = 2;
}

/// Weights of what words are understood as. A name or genre read from the text is meant more often than its
/// words in a title, less often than a title as a whole.
pub mod reading {
    /// A person.
    pub const PERSON: u32 = 400_000;
    /// A person, with a typo corrected.
    pub const PERSON_TYPO: u32 = 320_000;
    /// A year: who types one means it.
    pub const YEAR: u32 = 300_000;
    /// A decade or a range of years.
    pub const DECADE: u32 = 260_000;
    /// A genre.
    pub const GENRE: u32 = 250_000;
    /// A genre that is nearly the one typed.
    pub const NEARLY: u32 = 120_000;
    /// Words in quotes, found in the title rather than elsewhere.
    pub const PHRASE: u32 = 200_000;
}

/// Weights of a single word where movies need not meet every word: how many words a movie meets, and how rare they are,
/// says more than where they stand. Multiplied by rarity, as those of [`word`].
pub mod partial {
    use wikimovie_domain::ReasonKind;

    /// A word that occurs at all.
    const OCCURS: u32 = 250;
    /// By how much less than where all words are met it counts where a word stands: in a text of many words, one that is
    /// in a title says little about what the movie is.
    const PLACE_DIVISOR: u32 = 8;
    /// Another everyday word for the same thing.
    pub const RELATED: u32 = 120;
    /// Two neighbours that stand side by side in the summary, too; multiplied by the rarity of both.
    pub const SIDE_BY_SIDE: u32 = 50;
    /// Rarity from which a word tells something of a movie. Where two words do, commoner ones are not counted.
    pub const TELLING: u32 = 35;
    /// A word of a part of the text that is a whole title.
    pub const PART: u32 = 400;
    /// Readings count so many times less than where all words are met.
    pub const READING_DIVISOR: u32 = 15;
    /// Base weight from which a typo is one of a word that nobody has: there is no other way to meet that.
    const ONLY_WAY: u32 = 150;

    /// The weight, where all words need not be met, of a tier with this base weight.
    pub fn base(kind: ReasonKind, base: u32) -> u32 {
        match kind {
            ReasonKind::Typo if base >= ONLY_WAY => OCCURS / 2 + base / 4,
            ReasonKind::Typo => base / 4,
            ReasonKind::Prefix => base / 3,
            _ => OCCURS + base / PLACE_DIVISOR,
        }
    }
}

/// Highest [`rarity`].
pub const MAX_RARITY: u32 = 100;
/// Lowest [`rarity`]: a stop word still distinguishes titles.
const MIN_RARITY: u32 = 5;

// The arithmetic of the bound: one whole-text tier, every word at its best, every reading at its best.
const _: () = assert!(
    title::PIN + MAX_WORDS as u32 * word::TITLE * MAX_RARITY + MAX_UNDERSTOOD as u32 * reading::PERSON
        < SCORE_LIMIT
);

// The same where not every word is met.
const _: () = assert!(
    title::PIN
        + title::ALL_EXACT
        + MAX_WORDS as u32 * (500 + 2 * partial::SIDE_BY_SIDE) * MAX_RARITY
        + MAX_UNDERSTOOD as u32 * reading::PERSON / partial::READING_DIVISOR
        < SCORE_LIMIT
);

/// How rare a word is, from 5 (in every movie) to [`MAX_RARITY`] (in none), by the logarithm of the movies that
/// have it.
pub fn rarity(movies_with: u32, movies: u64) -> u32 {
    let all = (movies.max(1) as f64 + 1.0).ln();
    let common = ((f64::from(movies_with) + 1.0).ln() / all).clamp(0.0, 1.0);
    MIN_RARITY + (f64::from(MAX_RARITY - MIN_RARITY) * (1.0 - common)) as u32
}

/// Highest [`prior`].
pub const MAX_PRIOR: u32 = 1023;

/// How well known a movie is by what the data shows, 0 to [`MAX_PRIOR`]. Whoever wrote more about a movie did so
/// because more people know it: the length of its cast and of its summary count most, an own page and a poster
/// the rest.
pub fn prior(movie: &Movie) -> u32 {
    let cast = share(movie.cast.len(), 24) * 380;
    let summary = share(movie.summary.as_deref().map_or(0, str::len), 1200) * 450;
    let genres = share(movie.genres.len(), 4) * 33;
    let flags = 80 * u32::from(movie.poster.is_some()) + 80 * u32::from(movie.url.is_some());
    ((cast + summary + genres) / SHARE + flags).min(MAX_PRIOR)
}

/// Highest [`known`].
pub const MAX_KNOWN: u32 = 1023;

/// Bits of a standing that the prior takes.
pub const PRIOR_BITS: u32 = 10;

/// Bits of a standing: a popularity in thousandths and one more, and a prior.
pub const STANDING_BITS: u32 = PRIOR_BITS + 41;

const _: () = assert!(Popularity::MAX + 1 < 1 << (STANDING_BITS - PRIOR_BITS) && MAX_PRIOR < 1 << PRIOR_BITS);

/// What comes first of movies with equal scores: the more popular one where a provider says how popular they are, then the
/// one with the higher [`prior`]. The popularity, if any, is in the bits from [`PRIOR_BITS`] up; see [`popularity`].
pub fn standing(movie: &Movie) -> u64 {
    let popularity = movie.details.popularity.map_or(0, |popularity| popularity.thousandths() + 1);
    (popularity << PRIOR_BITS) | u64::from(prior(movie))
}

/// The popularity in a standing, in thousandths and one more; 0 where there is none.
pub fn popularity(standing: u64) -> u64 {
    standing >> PRIOR_BITS
}

/// The mean rating of a movie as engines compare it, in hundredths and one more; 0 where there is none.
pub fn rating(movie: &Movie) -> u16 {
    movie.details.rating().map_or(0, |rating| rating.hundredths() + 1)
}

/// How much a movie is expected by whoever has typed the start of its title, 0 to [`MAX_KNOWN`]: how well known it is, and
/// how short its title. Of the titles that start so, the shorter one is nearer to its end, and the longer one will be
/// alone with a few letters more: `Star Wars` before all of its sequels.
///
/// A function of the movie alone, made when it is indexed. It orders titles that start alike whatever else was typed, so
/// that one which is suggested stays among the suggestions while its letters are typed.
pub fn known(movie: &Movie) -> u32 {
    /// Points of the prior that a title e times as long is worth.
    const LENGTH_WEIGHT: f64 = 500.0;
    /// Brings the sum above 0 for all but long titles of movies that nobody knows.
    const LIFT: f64 = 1450.0;
    let key = wikimovie_text::title_key(&movie.title);
    let title = wikimovie_text::stop::without_article(&key).unwrap_or(&key);
    let length = LENGTH_WEIGHT * (title.chars().count() as f64 + 1.0).ln();
    let sum = (f64::from(prior(movie)) + LIFT - length) / 2.0;
    // The cast cuts off what is below zero.
    (sum as u32).min(MAX_KNOWN)
}

/// One whole, in the unit of [`share`].
const SHARE: u32 = 1000;

/// `value` of `whole`, in thousandths, growing ever slower: the tenth name means less than the first.
fn share(value: usize, whole: usize) -> u32 {
    let ratio = ((value as f64 + 1.0).ln() / (whole as f64 + 1.0).ln()).min(1.0);
    (ratio * f64::from(SHARE)) as u32
}

#[cfg(test)]
mod tests {
    use wikimovie_domain::{Details, MovieId, Provenance};

    use super::*;

    fn movie(title: &str, cast: usize, summary: usize) -> Movie {
        Movie {
            id: MovieId::from_record("p", title),
            title: title.to_owned(),
            year: None,
            cast: vec!["Somebody".to_owned(); cast],
            genres: Vec::new(),
            summary: Some("x".repeat(summary)),
            url: None,
            poster: None,
            directors: Vec::new(),
            titles: Vec::new(),
            details: Details::default(),
            provenance: Provenance {
                provider: "p".into(),
                object: "o".into(),
                record: 1,
                generation: 1,
                original_genres: Vec::new(),
            },
        }
    }

    #[test]
    fn known_movies_with_short_titles_come_first() {
        let movies = [
            movie("Star Trek", 24, 1200),
            movie("The Star Trek", 24, 900),
            movie("Star Wars", 6, 600),
            movie("Star Wars: The Rise of Skywalker", 24, 1200),
            movie("Star Wars: Episode II – Attack of the Clones", 2, 60),
        ];
        let known: Vec<u32> = movies.iter().map(known).collect();
        assert!(known.is_sorted_by(|a, b| a > b), "{known:?}");
        assert_eq!(super::known(&movie(&"x".repeat(500), 0, 0)), 0);
        assert!(super::known(&movie("x", 24, 1200)) <= MAX_KNOWN);
    }

    #[test]
    fn popularity_comes_before_the_prior() {
        let of = |popularity: Option<f64>, cast| {
            let details = Details { popularity: popularity.and_then(Popularity::new), ..Details::default() };
            standing(&Movie { details, ..movie("x", cast, 0) })
        };
        let standings = [of(None, 0), of(None, 24), of(Some(0.0), 0), of(Some(0.001), 0), of(Some(1e9), 24)];
        assert!(standings.is_sorted_by(|a, b| a < b), "{standings:?}");
        assert_eq!(standings.map(popularity), [0, 0, 1, 2, 1_000_000_000_001]);
        assert!(i64::try_from(standings[4]).is_ok());
    }

    #[test]
    fn rare_words_weigh_more() {
        let all =
            [rarity(0, 1000), rarity(1, 1000), rarity(50, 1000), rarity(1000, 1000), rarity(5000, 1000)];
        assert!(all.is_sorted_by(|a, b| a >= b), "{all:?}");
        assert_eq!((all[0], all[4]), (MAX_RARITY, MIN_RARITY));
        assert_eq!(rarity(0, 0), MAX_RARITY);
    }
}
